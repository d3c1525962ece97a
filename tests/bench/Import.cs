using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Cirm.Core.Platform;
using Npgsql;

namespace Cirm.Bench;

/// <summary>Boston's 58,251 requests by POST …/imports, until the operation has succeeded, against psql's \copy of the same file into one bare table.</summary>
static class Import
{
    public static async Task<Measure> RunAsync()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "CiRM.sln"))) root = Path.GetDirectoryName(root.TrimEnd('/'))!;
        var file = Path.Combine(Path.GetTempPath(), $"boston-{Environment.ProcessId}.csv");
        await using (var packed = new GZipStream(File.OpenRead($"{root}/seeds/Transactions/boston_2011.csv.gz"), CompressionMode.Decompress))
        await using (var plain = File.Create(file))
            await packed.CopyToAsync(plain);
        var rows = File.ReadLines(file).Count() - 1;
        var (apiPeak, workerPeak) = (0L, 0L);
        await using var server = await Server.StartAsync("cirm_bench_import", worker: true);
        var mapping = await File.ReadAllTextAsync($"{root}/seeds/Transactions/boston-311.mapping.json");
        var @operator = await server.SignInAsync(Role.Operator);
        var agencies = 0;
        try
        {
            var measure = await Measure.InTurnAsync("import", "rows a second", 5, OursAsync, () => CopyAsync(file, rows),
                warm: () => server.ExecuteAsync("checkpoint")); // a PostgreSQL that runs for months has files of its log to use again, for both
            measure.Detail["rows"] = rows;
            measure.Detail["apiPeakMegabytes"] = apiPeak;
            measure.Detail["workerPeakMegabytes"] = workerPeak;
            return measure;
        }
        finally
        {
            File.Delete(file);
        }

        async Task<Round> OursAsync()
        {
            // Each round fills an agency of its own; the processes are those of before, as they are when a city loads its years.
            var (slug, client) = await server.AddAgencyAsync($"city-{++agencies}", @operator);
            using var _ = client;
            (await client.PutAsync($"/v1/agencies/{slug}/import-mappings/boston-311", new StringContent(mapping, new MediaTypeHeaderValue("application/json")))).EnsureSuccessStatusCode();
            var (costs, watch) = (Costs.Of(await server.ProcessesAsync()), Stopwatch.StartNew());
            await using var body = File.OpenRead(file);
            var sent = await client.PostAsync($"/v1/agencies/{slug}/imports?kind=cases&mapping=boston-311&createServices=true",
                new StreamContent(body) { Headers = { ContentType = new("text/csv") } });
            var operation = sent.EnsureSuccessStatusCode().Headers.Location!;
            var sending = watch.Elapsed;
            JsonElement state;
            do
            {
                await Task.Delay(20);
                state = await client.GetFromJsonAsync<JsonElement>(operation);
            }
            while (state.GetProperty("state").GetString() is "queued" or "running");
            var seconds = watch.Elapsed.TotalSeconds;
            if (state.GetProperty("accepted").GetInt64() != rows) throw new InvalidOperationException($"Not all rows were accepted: {state}");
            var (created, started, finished) = (state.GetProperty("createdAt").GetDateTimeOffset(), state.GetProperty("startedAt").GetDateTimeOffset(), state.GetProperty("finishedAt").GetDateTimeOffset());
            Console.Error.WriteLine(FormattableString.Invariant($"  sent {sending.TotalSeconds:0.000}, waited {(started - created).TotalSeconds:0.000}, ran {(finished - started).TotalSeconds:0.000}, of {seconds:0.000}"));
            (apiPeak, workerPeak) = (Math.Max(apiPeak, server.ResidentMegabytes(0)), Math.Max(workerPeak, server.ResidentMegabytes(1)));
            return costs.RoundOf(rows, seconds);
        }
    }

    static async Task<Round> CopyAsync(string file, int rows)
    {
        var header = File.ReadLines(file).First().Split(',');
        await using var connection = new NpgsqlConnection(Server.ConnectionTo("postgres"));
        await connection.OpenAsync();
        var create = new StringBuilder("drop table if exists bare; create table bare (").AppendJoin(", ", header.Select(c => $"{c} text")).Append(')');
        await using (var command = new NpgsqlCommand(create.ToString(), connection)) await command.ExecuteNonQueryAsync();
        var login = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        var watch = Stopwatch.StartNew();
        await Programs.RunAsync(Path.Combine(Environment.GetEnvironmentVariable("CIRM_PG_BIN") ?? "", "psql"),
            ["-q", "-h", login.Host!, "-p", $"{login.Port}", "-U", login.Username!, "-c", $"\\copy bare from '{file}' csv header", "postgres"],
            new Dictionary<string, string> { ["PGPASSWORD"] = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("CIRM_BENCH_DATABASE")!).Password ?? "" });
        return new(rows / watch.Elapsed.TotalSeconds, 0);
    }
}
