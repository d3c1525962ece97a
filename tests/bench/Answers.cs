using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Bench;

/// <summary>
/// 200 answers a second over HTTP, each with a code of its own, into a wave that has 200,000 already: first with no worker, then while a
/// worker settles them, adds them up and publishes, again and again, and then while it counts every answer anew each time. None may be lost
/// or counted twice, none may meet a deadlock.
/// </summary>
static class Answers
{
    const int ASecond = 200, Before = 200_000, Questions = 10, Options = 5, Segments = 20;
    static readonly TimeSpan Warm = TimeSpan.FromSeconds(8), Time = TimeSpan.FromSeconds(15);

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_answers");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase), Server.Secret);
        var (wave, questions) = (Guid.CreateVersion7(), SurveyFilling.Questions(Questions, Options));
        await SurveyFilling.FillAsync(server, wave, questions, Before, Segments);
        var total = (int)((Warm + Time + Time + Time).TotalSeconds + 10) * ASecond;
        var codes = new ConcurrentQueue<string>(await CodesAsync(server, databases, wave, total));
        await server.ExecuteAsync("vacuum analyze");
        await server.ExecuteAsync("checkpoint");
        var results = new SurveyResults(new TenantDb(databases), TimeProvider.System);
        await results.CountAsync(server.Agency, wave, recount: true, CancellationToken.None); // as it was settled, answer by answer

        // Somebody who is signed in brings the codes of others: who has a code needs no account, but an address may not send so many.
        var token = await server.SignInAsync(Role.Citizen);
        var (sent, steal) = (0, Steal.Now());
        sent += (await SendAsync(server, token, codes, Warm)).Count;
        var idle = await SendAsync(server, token, codes, Time);
        server.Work();
        var (busy, aggregations) = await SendMeanwhileAsync(server, token, codes, recount: false);
        var (anew, recounts) = await SendMeanwhileAsync(server, token, codes, recount: true);
        sent += idle.Count + busy.Count + anew.Count;

        await server.ExecuteAsync($"update survey_waves set closes_at = now() where id = '{wave}'"); // so that the last few come in too
        var settled = await WaitAsync(server, wave);
        var registered = await NumberAsync(server, $"select count(*) from survey_register where wave_id = '{wave}'");
        var counted = await CountedAsync(results, server.Agency, wave);
        var deadlocks = await NumberAsync(server, $"select deadlocks from pg_stat_database where datname = '{server.Database}'");
        if (registered != sent || settled != sent + Before || counted != settled || deadlocks > 0)
            throw new InvalidOperationException($"Sent {sent}, registered {registered}, settled {settled - Before}, counted {counted - Before}, deadlocks {deadlocks}.");
        var (ours, reference) = (At(busy, 0.99), At(idle, 0.99));
        return new("answers", ours, reference, Math.Round(ours / reference, 3),
            "milliseconds (p99 of an answer over HTTP at 200 a second while a worker settles, adds up and publishes, again and again; the reference is the same without a worker; at most 2)", new()
            {
                ["aSecond"] = ASecond, ["sent"] = sent, ["lost"] = 0, ["twice"] = 0, ["deadlocks"] = deadlocks, ["aggregationsMeanwhile"] = aggregations, ["responsesBefore"] = Before,
                ["medianMilliseconds"] = new[] { At(busy, 0.5), At(idle, 0.5) }, ["slowestMilliseconds"] = new[] { At(busy, 1), At(idle, 1) },
                ["whileEveryAnswerIsCountedAnew"] = new { times = recounts, p99 = At(anew, 0.99), median = At(anew, 0.5), slowest = At(anew, 1) },
                ["stealPercent"] = Math.Round(steal.PercentSince(), 1), ["processors"] = Environment.ProcessorCount,
            });
    }

    static async Task<(List<double> Times, int Aggregations)> SendMeanwhileAsync(Server server, string token, ConcurrentQueue<string> codes, bool recount)
    {
        using var stop = new CancellationTokenSource();
        var counting = AggregateAsync(server, recount, stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(6)); // the worker has started, and what waited is settled
        var times = await SendAsync(server, token, codes, Time);
        await stop.CancelAsync();
        return (times, await counting);
    }

    // At moments that are fixed beforehand, however long answers take: whoever waits for a slow one is not forgotten.
    static async Task<List<double>> SendAsync(Server server, string token, ConcurrentQueue<string> codes, TimeSpan time)
    {
        var (watch, next, count) = (Stopwatch.StartNew(), -1, (int)(time.TotalSeconds * ASecond));
        var all = await Task.WhenAll(Enumerable.Range(0, 2 * Load.Clients).Select(async _ =>
        {
            using var connection = await HttpConnection.OpenAsync(server.Port);
            var times = new List<double>();
            while (Interlocked.Increment(ref next) is var mine && mine < count)
            {
                var due = TimeSpan.FromSeconds((double)mine / ASecond);
                if (due - watch.Elapsed is { Ticks: > 0 } early) await Task.Delay(early);
                codes.TryDequeue(out var code);
                await connection.AskAsync(Request(server, token, code!, mine));
                times.Add((watch.Elapsed - due).TotalMilliseconds);
            }
            return times;
        }));
        return [.. all.SelectMany(t => t)];
    }

    static byte[] Request(Server server, string token, string code, int number)
    {
        var answers = string.Join(',', Enumerable.Range(0, Questions).Select(q => string.Create(CultureInfo.InvariantCulture, $"\"q{q}\":\"o{(number + q * 3) % Options}\"")));
        var body = Encoding.UTF8.GetBytes($$$"""{"answers":{{{{answers}}}},"token":"{{{code}}}"}""");
        return HttpConnection.Request("POST", $"/v1/agencies/{server.Slug}/surveys/bench/waves/w1/responses", token, body);
    }

    static async Task<List<string>> CodesAsync(Server server, Databases databases, Guid wave, int count)
    {
        var (secrets, ids) = (new SurveySecrets(databases), Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToList());
        var codes = ids.Select(id => secrets.CodeOf(server.Agency, wave, id)).ToList();
        await using var transaction = await new TenantDb(databases).BeginAsync(server.Agency, CancellationToken.None);
        await transaction.ExecuteAsync("""
            insert into survey_invitations (agency_id, id, wave_id, operation_id, channel, token_hash, state, created_at)
            select @agency, i.id, @wave, @wave, 'letter', i.hash, 'printed', now()
            from unnest(@ids, @hashes) as i (id, hash)
            """, new { wave, Ids = ids.ToArray(), Hashes = codes.Select(SurveySecrets.HashOfCode).ToArray() }, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return codes;
    }

    // One after the other, as somebody asks who cannot wait.
    static async Task<int> AggregateAsync(Server server, bool recount, CancellationToken stop)
    {
        using var admin = new HttpClient { BaseAddress = new($"http://127.0.0.1:{server.Port}") };
        admin.DefaultRequestHeaders.Authorization = new("Bearer", await server.SignInAsync(Role.Admin));
        var counts = 0;
        for (; !stop.IsCancellationRequested; counts++)
        {
            var asked = await admin.PostAsync($"/v1/agencies/{server.Slug}/surveys/bench/waves/w1/aggregation?recount={(recount ? "true" : "false")}", null, CancellationToken.None);
            var operation = asked.EnsureSuccessStatusCode().Headers.Location!;
            while (await admin.GetFromJsonAsync<JsonElement>(operation, CancellationToken.None) is var state && state.GetProperty("state").GetString() is "queued" or "running") await Task.Delay(50, CancellationToken.None);
        }
        return counts;
    }

    static async Task<long> WaitAsync(Server server, Guid wave)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(500))
        {
            if (await NumberAsync(server, $"select count(*) from survey_waves where id = '{wave}' and closed_at is not null and mixed") == 1)
                return await NumberAsync(server, $"select count(*) from survey_responses where wave_id = '{wave}'");
            if (watch.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException("The wave was not closed within a minute.");
        }
    }

    // The worker may be publishing the last edition: who counts at the same time begins anew, as a job does.
    static async Task<long> CountedAsync(SurveyResults results, Guid agency, Guid wave)
    {
        for (; ; await Task.Delay(500))
        {
            try
            {
                return (await results.CountAsync(agency, wave, recount: false, CancellationToken.None)).Tally.Responses;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.SerializationFailure)
            {
            }
        }
    }

    static async Task<long> NumberAsync(Server server, string sql) => long.Parse(await server.ReadAsync($"select ({sql})::text"), CultureInfo.InvariantCulture);

    static double At(List<double> times, double share)
    {
        var sorted = times.Order().ToList();
        return Math.Round(sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))], 2);
    }
}
