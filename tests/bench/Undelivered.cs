using System.Diagnostics;
using System.Globalization;
using Cirm.Core.Platform;

namespace Cirm.Bench;

/// <summary>Submissions on a server whose webhook is dead, with 100,000 events that wait for it, against one where none wait; a worker runs beside each.</summary>
static class Undelivered
{
    const int Waiting = 100_000;
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    const string Dead = "http://127.0.0.1:9"; // nobody listens on the discard port

    public static async Task<Measure> RunAsync()
    {
        await using var ours = await StartAsync("cirm_bench_undelivered", Waiting);
        await using var reference = await StartAsync("cirm_bench_none_undelivered", 0);
        var (token, other) = (await ours.SignInAsync(Role.Citizen), await reference.SignInAsync(Role.Citizen));
        var measured = await Measure.InTurnAsync("undelivered", "cases a second", 5,
            () => QuietAsync(ours, reference, () => Load.HttpAsync(ours, () => Submit.Request(ours, token))),
            () => QuietAsync(ours, reference, () => Load.HttpAsync(reference, () => Submit.Request(reference, other))));
        var left = long.Parse(await ours.ReadAsync("select count(*)::text from webhook_deliveries where state = 'waiting'"), CultureInfo.InvariantCulture);
        if (left < Waiting) throw new InvalidOperationException($"Only {left} events still wait.");
        return measured with { Detail = new(measured.Detail) { ["waitingAtTheEnd"] = left, ["asked"] = "a ratio of 0.9" } };
    }

    // What a round leaves to be done is done before the next begins, on both: otherwise each is measured beside the other's dispatcher.
    static async Task<Round> QuietAsync(Server ours, Server reference, Func<Task<Round>> round)
    {
        foreach (var server in (Server[])[ours, reference])
            for (var watch = Stopwatch.StartNew(); await LeftAsync(server) > 0; await Task.Delay(100))
                if (watch.Elapsed > Longest) throw new InvalidOperationException("What a round left to be done is not done after a minute.");
        return await round();
    }

    // Events, and what the engine was given of them.
    static async Task<long> LeftAsync(Server server)
    {
        var engine = await server.ReadAsync("select (to_regclass('engine.qrtz_triggers') is not null)::text") == "true" ? "select count(*) from engine.qrtz_triggers where trigger_group <> 'timetable'" : "select 0";
        return long.Parse(await server.ReadAsync($"select ((select count(*) from outbox where done_at is null) + ({engine}))::text"), CultureInfo.InvariantCulture);
    }

    static async Task<Server> StartAsync(string database, int waiting)
    {
        var server = await Server.StartAsync(database, worker: false, ("CIRM_TRUSTED_WEBHOOKS", Dead));
        await Read.FillAsync(server, server.Agency, server.Service, 1, 10_000);
        await server.ExecuteAsync("update case_numbers set last_number = 10000");
        await Events.HookAsync(server, $"{Dead}/hook");
        await server.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            insert into webhook_deliveries (agency_id, id, webhook_id, event_id, type, subject_id, position, data, occurred_at, state, next_at, created_at)
            select w.agency_id, gen_random_uuid(), w.id, gen_random_uuid(), 'case.submitted', gen_random_uuid(), n, '{"{}"}', now(), 'waiting', now(), now()
            from webhooks w cross join generate_series(1, {waiting}) n
            """));
        await server.ExecuteAsync("vacuum analyze");
        server.Work();
        return server;
    }
}
