using System.Diagnostics;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Bench;

/// <summary>Reading results by segment at 16 clients: one question of ten in 20 segments, and now and then all of them; of 100 responses and of 100,000.</summary>
static class SurveyReading
{
    const double Limit = 20;

    public static async Task<Measure> RunAsync()
    {
        var (few, _) = await OneAsync(1_500);
        var (many, detail) = await OneAsync(100_000);
        return new("results", many, Limit, Math.Round(many / Limit, 3), "milliseconds (p99 of a read over HTTP at 16 clients; the reference is the limit)", new(detail) { ["p99OfFewResponses"] = few });
    }

    static async Task<(double P99, Dictionary<string, object> Detail)> OneAsync(int responses)
    {
        await using var server = await Server.StartAsync("cirm_bench_results");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase), Server.Secret);
        var wave = Guid.CreateVersion7();
        await SurveyFilling.FillAsync(server, wave, SurveyFilling.Questions(10, 5), responses, 20);
        var watch = Stopwatch.StartNew();
        var (outcome, _) = await new SurveyResults(new TenantDb(databases), TimeProvider.System).PublishAsync(server.Agency, wave, PublishReason.Asked, true, CancellationToken.None);
        var publishing = watch.Elapsed.TotalSeconds;
        if (outcome != PublishOutcome.Published) throw new InvalidOperationException($"Not published: {outcome}.");
        await server.ExecuteAsync("vacuum analyze");
        var token = await server.SignInAsync(Role.Citizen);
        var path = $"/v1/agencies/{server.Slug}/surveys/bench/waves/w1/results?by=segment";
        await ReadAsync(server, path, token, TimeSpan.FromSeconds(20)); // warm: nothing is compiled any more
        var times = await ReadAsync(server, path, token, TimeSpan.FromSeconds(10));
        times.Sort();
        var p99 = Math.Round(times[(int)(times.Count * 0.99)], 2);
        return (p99, new()
        {
            ["responses"] = responses, ["reads"] = times.Count, ["medianMilliseconds"] = Math.Round(times[times.Count / 2], 2), ["slowestMilliseconds"] = Math.Round(times[^1], 1),
            ["publishingSeconds"] = Math.Round(publishing, 2), ["processors"] = Environment.ProcessorCount,
        });
    }

    static async Task<List<double>> ReadAsync(Server server, string path, string token, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, Load.Clients).Select(async client =>
        {
            using var connection = await HttpConnection.OpenAsync(server.Port);
            var times = new List<double>();
            for (var n = client; watch.Elapsed < time; n++)
            {
                var began = Stopwatch.GetTimestamp();
                await connection.AskAsync(HttpConnection.Request("GET", n % 10 == 0 ? path : $"{path}&question=q{n % 10}", token));
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            return times;
        }));
        return [.. all.SelectMany(t => t)];
    }
}
