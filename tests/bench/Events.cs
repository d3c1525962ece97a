using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Faults;

namespace Cirm.Bench;

/// <summary>
/// 200 cases a second are submitted over HTTP, and a receiver on a socket of its own is told of each: from the moment the change was made (a little before its
/// commit) until the call arrives. The reference is what was promised, 500 ms for 99 of 100.
/// </summary>
static class Events
{
    const int ASecond = 200, Clients = 8;
    const double Promised = 500;
    static readonly TimeSpan Warm = TimeSpan.FromSeconds(15), Time = TimeSpan.FromSeconds(30);

    public static async Task<Measure> RunAsync()
    {
        await using var receiver = new Receiver();
        await using var server = await Server.StartAsync("cirm_bench_events", worker: true, ("CIRM_TRUSTED_WEBHOOKS", receiver.Origin));
        await Read.FillAsync(server, server.Agency, server.Service, 1, 10_000);
        await server.ExecuteAsync("update case_numbers set last_number = 10000");
        await server.ExecuteAsync("vacuum analyze");
        await HookAsync(server, $"{receiver.Origin}/all");
        var token = await server.SignInAsync(Role.Citizen);

        await SendAsync(server, token, Warm);
        var from = DateTimeOffset.UtcNow;
        var (before, steal) = (Costs.Of(await server.ProcessesAsync()), Steal.Now());
        await SendAsync(server, token, Time);
        var until = DateTimeOffset.UtcNow;
        var cost = before.RoundOf((int)Time.TotalSeconds * ASecond, Time.TotalSeconds);
        var sent = (int)(Warm + Time).TotalSeconds * ASecond;
        for (var watch = Stopwatch.StartNew(); receiver.All.Count < sent && watch.Elapsed < TimeSpan.FromMinutes(1);) await Task.Delay(100);
        if (receiver.All.Select(e => e.Id).Distinct().Count() != sent) throw new InvalidOperationException($"{sent} events happened, {receiver.All.Count} came.");

        double[] late = [.. receiver.All.Where(e => e.OccurredAt >= from && e.OccurredAt < until).Select(e => (e.At - e.OccurredAt).TotalMilliseconds).Order()];
        var p99 = At(0.99);
        return new("events", p99, Promised, Math.Round(p99 / Promised, 3), "milliseconds from commit to delivery, 99 of 100", new()
        {
            ["median"] = At(0.5), ["p95"] = At(0.95), ["longest"] = At(1), ["aSecond"] = ASecond, ["events"] = late.Length, ["coreMilliseconds"] = Math.Round(cost.CoreMilliseconds, 2),
            ["stealPercent"] = Math.Round(steal.PercentSince(), 1), ["processors"] = Environment.ProcessorCount,
        });

        double At(double share) => Math.Round(late[Math.Min(late.Length - 1, (int)(late.Length * share))], 1);
    }

    /// <summary>A webhook of everything that is submitted.</summary>
    public static async Task HookAsync(Server server, string url)
    {
        using var admin = new HttpClient { BaseAddress = new($"http://127.0.0.1:{server.Port.ToString(CultureInfo.InvariantCulture)}") };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await server.SignInAsync(Role.Admin));
        (await admin.PostAsJsonAsync($"/v1/agencies/{server.Slug}/webhooks", new { url, events = (string[])["case.submitted"] })).EnsureSuccessStatusCode();
    }

    // At their times, whether or not those before have been answered: who falls behind is not waited for.
    static async Task SendAsync(Server server, string token, TimeSpan time)
    {
        var (watch, next, total) = (Stopwatch.StartNew(), -1, (int)time.TotalSeconds * ASecond);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var connection = await HttpConnection.OpenAsync(server.Port);
            for (var mine = Interlocked.Increment(ref next); mine < total; mine = Interlocked.Increment(ref next))
            {
                var due = TimeSpan.FromSeconds((double)mine / ASecond) - watch.Elapsed;
                if (due > TimeSpan.Zero) await Task.Delay(due);
                await connection.AskAsync(Submit.Request(server, token));
            }
        }));
    }
}
