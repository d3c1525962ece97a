using System.Diagnostics;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Bench;

/// <summary>The job that counts due dates and breaches anew: 1,000,000 open cases of eight services and four calendars, all of which change.</summary>
static class Clocks
{
    const int Cases = 1_000_000;
    const int Services = 8;
    const double Limit = 60;
    const int WarmUp = 20_000;
    const int MostRounds = 3;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(75); // after which no further round begins

    static readonly string[] Zones = ["America/New_York", "Asia/Tehran", "Pacific/Auckland", "Europe/London"];

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_clocks");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase), Server.Secret);
        var db = new TenantDb(databases);
        var calendars = new Calendars(db, TimeProvider.System);
        var job = new Core.Transactions.Timekeeping.Clocks(db, calendars, TimeProvider.System);
        var began = Stopwatch.StartNew();

        // A few cases are enough to warm the job up. Then come the others, as they were promised before there was a calendar.
        await ChangeAsync(0);
        var services = await AddServicesAsync(server, databases);
        await FillAsync(server, services, 1, WarmUp);
        for (var change = 1; change <= 3; change++)
        {
            await ChangeAsync(change);
            await MeasureAsync(server, job);
        }
        await FillAsync(server, services, WarmUp + 1, Cases);
        Console.Error.WriteLine(FormattableString.Invariant($"  {Cases} cases made in {began.Elapsed.TotalSeconds:0} s"));

        // Each calendar gets other hours and a holiday, so that every case is counted anew.
        using var stop = new CancellationTokenSource();
        var others = WorkAsync(server, stop.Token);
        var (rounds, steal) = (new List<Watched>(), Steal.Now());
        for (var watch = Stopwatch.StartNew(); rounds.Count == 0 || rounds.Count < MostRounds && watch.Elapsed < Patience;)
        {
            if (rounds.Count > 0) await server.ExecuteAsync("vacuum analyze cases"); // as autovacuum does between two changes of a calendar
            await ChangeAsync(4 + rounds.Count);
            rounds.Add(await MeasureAsync(server, job));
            if (rounds[^1].Counted < Cases) throw new InvalidOperationException($"{rounds[^1].Counted} cases were counted anew, not {Cases}.");
        }
        await stop.CancelAsync();
        double[] answers = [.. (await others).Order()];
        var seconds = Measure.Median(rounds.Select(r => r.Seconds));
        return new("clocks", Math.Round(seconds, 2), Limit, Math.Round(seconds / Limit, 3), "seconds (all open cases counted anew and marked; the reference is the limit)", new()
        {
            ["cases"] = Cases, ["calendars"] = Zones.Length, ["services"] = Services, ["rounds"] = rounds.Count, ["secondsOfRounds"] = rounds.Select(r => Math.Round(r.Seconds, 1)),
            ["coreMillisecondsACase"] = Math.Round(Measure.Median(rounds.Select(r => 1000 * (r.Postgres + r.Job) / Cases)), 4),
            ["postgresCoreSeconds"] = Math.Round(Measure.Median(rounds.Select(r => r.Postgres)), 1), ["jobCoreSeconds"] = Math.Round(Measure.Median(rounds.Select(r => r.Job)), 1),
            ["countingSeconds"] = Math.Round(Measure.Median(rounds.Select(r => r.Counting)), 2), ["markedOfRounds"] = rounds.Select(r => r.Marked),
            ["meanwhileSubmissions"] = answers.Length, ["meanwhileMedianMilliseconds"] = Math.Round(Measure.Median(answers), 1),
            ["meanwhileSlowestMilliseconds"] = Math.Round(answers.LastOrDefault(), 1),
            ["stealPercent"] = Math.Round(steal.PercentSince(), 1), ["processors"] = Environment.ProcessorCount,
        });

        async Task ChangeAsync(int change)
        {
            for (var i = 0; i < Zones.Length; i++)
                await calendars.PutAsync(Caller.System(server.Agency), $"calendar-{i}", Calendar(i, $"{8 + change % 3:00}:{10 * (change % 6):00}", $"2026-12-{1 + change:00}"), null, CancellationToken.None);
        }
    }

    static async Task<Watched> MeasureAsync(Server server, Core.Transactions.Timekeeping.Clocks job)
    {
        var postmaster = await Server.PostmasterAsync();
        var (postgres, own, watch) = (ProcessorTime.MillisecondsOf(postmaster), Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var counted = await job.CountAnewAsync(server.Agency, CancellationToken.None);
        var counting = watch.Elapsed.TotalSeconds;
        var marked = await job.MarkAsync(server.Agency, CancellationToken.None);
        var seconds = watch.Elapsed.TotalSeconds;
        Console.Error.WriteLine(FormattableString.Invariant($"  {counted} counted in {counting:0.0} s, {marked} marked in {seconds - counting:0.0} s"));
        return new(seconds, counting, counted, marked, (ProcessorTime.MillisecondsOf(postmaster) - postgres) / 1000, (Environment.CpuUsage.TotalTime - own).TotalSeconds);
    }

    // A citizen who submits one case after the other while the job runs.
    static async Task<List<double>> WorkAsync(Server server, CancellationToken stop)
    {
        var token = await server.SignInAsync(Role.Citizen);
        using var connection = await HttpConnection.OpenAsync(server.Port);
        var answers = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            await connection.AskAsync(Submit.Request(server, token));
            answers.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(20, CancellationToken.None);
        }
        return answers;
    }

    static async Task<List<Guid>> AddServicesAsync(Server server, Databases databases)
    {
        var services = new Core.Information.Services(new TenantDb(databases), TimeProvider.System);
        var ids = new List<Guid>();
        for (var i = 0; i < Services; i++)
        {
            ids.Add((await services.CreateAsync(Caller.System(server.Agency), $"service-{i}", new(new("en", $"Service {i}"), null, new("en", "Everybody"),
                new(new("en", "Law"), new("en", "Write")), $"calendar-{i % Zones.Length}", new(8 + i, 160 + 40 * i)), publish: true, CancellationToken.None)).Id);
        }
        return ids;
    }

    static async Task FillAsync(Server server, List<Guid> services, int from, int to)
    {
        await server.ExecuteAsync($"""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area, assignee,
                               submitted_at, first_response_at, first_response_due_at, due_at, updated_at)
            select '{server.Agency}', lpad(to_hex(n), 32, '0')::uuid, n, ('{PostgresArray(services)}'::uuid[])[1 + n % {Services}], 1, 'report',
                   (array['submitted', 'accepted', 'inProgress'])[1 + n % 3], 'phone', 'Street light out, pole ' || n,
                   'Reported by phone; the caller says it has been dark for ' || n % 30 || ' days.', 42.3, -71.1, 'District ' || n % 25,
                   case when n % 3 = 2 then ('00000000-0000-0000-0000-0000000000' || 10 + n % 50)::uuid end,
                   t.at, case when n % 3 > 0 then t.at + interval '3 hours' end, t.at + interval '8 hours', t.at + interval '160 hours', t.at
            from generate_series({from}, {to}) n
            cross join lateral (select now() - n * interval '5 seconds' as at) t;
            update case_numbers set last_number = {to} where agency_id = '{server.Agency}';
            """);
        await server.ExecuteAsync("vacuum analyze");
        await server.ExecuteAsync("checkpoint");
    }

    static string PostgresArray(IEnumerable<Guid> ids) => $"{{{string.Join(',', ids)}}}";

    static CalendarRules Calendar(int i, string opens, string? holiday)
    {
        string[][] day = i % 2 == 0 ? [[opens, "17:00"]] : [[opens, "12:00"], ["13:00", "18:00"]];
        string[] days = Zones[i] == "Asia/Tehran" ? ["sat", "sun", "mon", "tue", "wed"] : ["mon", "tue", "wed", "thu", "fri"];
        return new() { TimeZone = Zones[i], Hours = days.ToDictionary(d => d, _ => day), Holidays = holiday is null ? [] : [holiday] };
    }

    sealed record Watched(double Seconds, double Counting, long Counted, long Marked, double Postgres, double Job);
}
