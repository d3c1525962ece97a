using System.Diagnostics;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Seeds.Transactions;
using Microsoft.VisualBasic.FileIO;

namespace Cirm.Bench;

/// <summary>Reading reports at 16 clients, of Boston's 58,251 requests and of twenty times as many; and what it takes to count them.</summary>
static class ReportReading
{
    const double Limit = 20;
    static readonly string[] Paths =
    [
        "volume", "volume?by=area", "volume?by=service", "answer-time", "resolution-time?by=area", "resolution-time?by=service&period=quarter", "standard?by=area", "standard?by=channel",
        "standard?by=service&from=2011-07&to=2011-12", "equity-gap?by=area", "verdict", "opposed-demands", "satisfaction", "standard?by=service&format=csv",
    ];

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_reports");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase) + ";Command Timeout=600", Server.Secret);
        var db = new TenantDb(databases);
        await FillAsync(server);
        var home = (await new Agencies(databases, db, TimeProvider.System).FindAsync(server.Slug, CancellationToken.None))!;
        var (counting, pages) = await CountAsync(db, home);
        await server.ExecuteAsync("vacuum analyze");
        var token = await server.SignInAsync(Role.Admin);
        await ReadAsync(server, token, TimeSpan.FromSeconds(8)); // warm
        var few = await ReadAsync(server, token, TimeSpan.FromSeconds(10));

        // Twenty times as many cases in the same months: counted anew from nothing.
        await server.ExecuteAsync($"""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, area, submitted_at, due_at, closed_at, decided_at, updated_at)
            select agency_id, gen_random_uuid(), number + n * 1000000, service_id, 1, kind, status, channel, title, area, submitted_at, due_at, closed_at, decided_at, updated_at from cases, generate_series(1, 19) n
            where agency_id = '{server.Agency}';
            delete from report_pages; delete from report_months; delete from report_grains;
            """);
        await server.ExecuteAsync("vacuum analyze");
        var (countingMany, _) = await CountAsync(db, home);
        await server.ExecuteAsync("vacuum analyze");
        await ReadAsync(server, token, TimeSpan.FromSeconds(4));
        var many = await ReadAsync(server, token, TimeSpan.FromSeconds(10));
        return new("reports", P99(many), Limit, Math.Round(P99(many) / Limit, 3), "milliseconds (p99 of a read over HTTP at 16 clients; the reference is the limit)", new()
        {
            ["cases"] = 58_251 * 20, ["p99OfFewCases"] = P99(few), ["fewCases"] = 58_251, ["reads"] = many.Count, ["medianMilliseconds"] = Math.Round(many[many.Count / 2], 2), ["slowestMilliseconds"] = Math.Round(many[^1], 1),
            ["pages"] = pages, ["countingSecondsOfFew"] = Math.Round(counting, 2), ["countingSeconds"] = Math.Round(countingMany, 2), ["processors"] = Environment.ProcessorCount,
        });
    }

    static double P99(List<double> times) => Math.Round(times[(int)(times.Count * 0.99)], 2);

    static async Task<(double Seconds, int Pages)> CountAsync(TenantDb db, Agency home)
    {
        var watch = Stopwatch.StartNew();
        var pages = await new ReportBook(db, TimeProvider.System).CountAsync(home, CancellationToken.None);
        return (watch.Elapsed.TotalSeconds, pages);
    }

    static async Task<List<double>> ReadAsync(Server server, string token, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, Load.Clients).Select(async client =>
        {
            using var connection = await HttpConnection.OpenAsync(server.Port);
            var times = new List<double>();
            for (var n = client; watch.Elapsed < time; n++)
            {
                var began = Stopwatch.GetTimestamp();
                await connection.AskAsync(HttpConnection.Request("GET", $"/v1/agencies/{server.Slug}/reports/{Paths[n % Paths.Length]}", token));
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return times;
        }));
        return [.. all.SelectMany(t => t).Order()];
    }

    static async Task FillAsync(Server server)
    {
        using var parser = new TextFieldParser(CaseSeeds.Open("boston_2011.csv.gz")) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        var columns = parser.ReadFields()!.Index().ToDictionary(c => c.Item, c => c.Index);
        var rows = new List<string>();
        while (parser.ReadFields() is { } fields)
        {
            string Text(string column) => fields[columns[column]] is { Length: > 0 } text ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : "null";
            rows.Add($"({Text("type")}, {Text("neighborhood")}, {Text("source")}, {Text("open_dt")}, {Text("target_dt")}, {Text("closed_dt")})");
        }
        await server.ExecuteAsync("create table bench_rows (type text, area text, source text, opened text, target text, closed text)");
        foreach (var chunk in rows.Chunk(5_000)) await server.ExecuteAsync($"insert into bench_rows values {string.Join(',', chunk)}");
        await server.ExecuteAsync($"""
            insert into services (agency_id, id, key, created_at, updated_at) select distinct on (type) '{server.Agency}'::uuid, gen_random_uuid(), type, now(), now() from bench_rows;
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, area, submitted_at, due_at, closed_at, updated_at)
            select s.agency_id, gen_random_uuid(), row_number() over (), s.id, 1, 'request', case when r.closed is null then 'submitted' else 'closed' end,
              case r.source when 'Constituent Call' then 'phone' when 'Employee Generated' then 'partner' when 'Maximo Integration' then 'partner' else 'web' end, r.type, r.area,
              r.opened::timestamp at time zone 'America/New_York', r.target::timestamp at time zone 'America/New_York', r.closed::timestamp at time zone 'America/New_York', now()
            from bench_rows r join services s on s.agency_id = '{server.Agency}' and s.key = r.type;
            drop table bench_rows;
            """);
    }
}
