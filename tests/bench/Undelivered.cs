using System.Globalization;
using Cirm.Core.Platform;

namespace Cirm.Bench;

/// <summary>Submissions on a server whose webhook is dead, with 100,000 events that wait for it, against one where none wait; a worker runs beside each.</summary>
static class Undelivered
{
    const int Waiting = 100_000;
    const string Dead = "http://127.0.0.1:9"; // nobody listens on the discard port

    public static async Task<Measure> RunAsync()
    {
        await using var ours = await StartAsync("cirm_bench_undelivered", Waiting);
        await using var reference = await StartAsync("cirm_bench_none_undelivered", 0);
        var (token, other) = (await ours.SignInAsync(Role.Citizen), await reference.SignInAsync(Role.Citizen));
        var measured = await Measure.InTurnAsync("undelivered", "cases a second", 5,
            () => Load.HttpAsync(ours, () => Submit.Request(ours, token)), () => Load.HttpAsync(reference, () => Submit.Request(reference, other)));
        var left = long.Parse(await ours.ReadAsync("select count(*)::text from webhook_deliveries where state = 'waiting'"), CultureInfo.InvariantCulture);
        if (left < Waiting) throw new InvalidOperationException($"Only {left} events still wait.");
        return measured with { Detail = new(measured.Detail) { ["waitingAtTheEnd"] = left, ["asked"] = "a ratio of 0.9" } };
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
