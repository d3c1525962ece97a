using System.Diagnostics;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Bench;

/// <summary>The job that counts due dates and breaches anew: 1,000,000 open cases of eight services and four calendars, all of which change.</summary>
static class Clocks
{
    const int Cases = 1_000_000;
    const int Services = 8;
    const double Limit = 60;

    static readonly string[] Zones = ["America/New_York", "Asia/Tehran", "Pacific/Auckland", "Europe/London"];

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_clocks");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase), Server.Secret);
        var db = new TenantDb(databases);
        var calendars = new Calendars(db, TimeProvider.System);
        await FillAsync(server, databases, calendars);
        var job = new Core.Transactions.Clocks(db, calendars, TimeProvider.System);

        // From every hour to the calendars' hours; then each calendar gets other hours and a holiday.
        var first = await MeasureAsync(server, job);
        await server.ExecuteAsync("vacuum analyze cases; checkpoint");
        for (var i = 0; i < Zones.Length; i++) await calendars.PutAsync(Caller.System(server.Agency), $"calendar-{i}", Calendar(i, "10:00", "2026-12-01"), null, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var others = WorkAsync(server, stop.Token);
        var steal = Steal.Now();
        var second = await MeasureAsync(server, job);
        await stop.CancelAsync();
        double[] answers = [.. (await others).Order()];
        if (second.Counted != Cases) throw new InvalidOperationException($"{second.Counted} cases were counted anew, not {Cases}.");
        return new("clocks", Math.Round(second.Seconds, 2), Limit, Math.Round(second.Seconds / Limit, 3), "seconds (all open cases counted anew and marked; the reference is the limit)", new()
        {
            ["cases"] = Cases, ["calendars"] = Zones.Length, ["services"] = Services,
            ["postgresCoreSeconds"] = Math.Round(second.Postgres, 1), ["jobCoreSeconds"] = Math.Round(second.Job, 1),
            ["countingSeconds"] = Math.Round(second.Counting, 2), ["markingSeconds"] = Math.Round(second.Seconds - second.Counting, 2), ["marked"] = second.Marked,
            ["firstCountSeconds"] = Math.Round(first.Seconds, 2), ["firstMarked"] = first.Marked,
            ["meanwhileSubmissions"] = answers.Length, ["meanwhileMedianMilliseconds"] = Math.Round(Measure.Median(answers), 1),
            ["meanwhileSlowestMilliseconds"] = Math.Round(answers.LastOrDefault(), 1),
            ["stealPercent"] = Math.Round(steal.PercentSince(), 1), ["processors"] = Environment.ProcessorCount,
        });
    }

    static async Task<Watched> MeasureAsync(Server server, Core.Transactions.Clocks job)
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

    static async Task FillAsync(Server server, Databases databases, Calendars calendars)
    {
        for (var i = 0; i < Zones.Length; i++) await calendars.PutAsync(Caller.System(server.Agency), $"calendar-{i}", Calendar(i, "09:00", null), null, CancellationToken.None);
        var services = new Core.Information.Services(new TenantDb(databases), TimeProvider.System);
        var ids = new List<Guid>();
        for (var i = 0; i < Services; i++)
        {
            ids.Add((await services.CreateAsync(Caller.System(server.Agency), $"service-{i}", new(new("en", $"Service {i}"), null, new("en", "Everybody"),
                new(new("en", "Law"), new("en", "Write")), $"calendar-{i % Zones.Length}", new(8 + i, 160 + 40 * i)), publish: true, CancellationToken.None)).Id);
        }
        await server.ExecuteAsync($"""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area, assignee,
                               submitted_at, first_response_at, first_response_due_at, due_at, updated_at)
            select '{server.Agency}', lpad(to_hex(n), 32, '0')::uuid, n, ('{PostgresArray(ids)}'::uuid[])[1 + n % {Services}], 1, 'report',
                   (array['submitted', 'accepted', 'inProgress'])[1 + n % 3], 'phone', 'Street light out, pole ' || n,
                   'Reported by phone; the caller says it has been dark for ' || n % 30 || ' days.', 42.3, -71.1, 'District ' || n % 25,
                   case when n % 3 = 2 then ('00000000-0000-0000-0000-0000000000' || 10 + n % 50)::uuid end,
                   t.at, case when n % 3 > 0 then t.at + interval '3 hours' end, t.at + interval '8 hours', t.at + interval '160 hours', t.at
            from generate_series(1, {Cases}) n
            cross join lateral (select now() - n * interval '5 seconds' as at) t;
            update case_numbers set last_number = {Cases};
            """);
        await server.ExecuteAsync("vacuum analyze");
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
