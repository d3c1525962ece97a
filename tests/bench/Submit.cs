using System.Text;
using Cirm.Core.Platform;

namespace Cirm.Bench;

/// <summary>A case over HTTP (validated, idempotent, audited, history and outbox written, under row-level security) against the same statements by pgbench.</summary>
static class Submit
{
    static readonly byte[] Case = Encoding.UTF8.GetBytes("""
        {"service":"lamps","kind":"report","title":"The lamp is out","description":"At the corner, since Monday.","channel":"web",
         "location":{"latitude":42.3,"longitude":-71.1,"area":"Dorchester"}}
        """);

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_submit");
        // A table of which PostgreSQL believes that it is empty has its foreign keys checked by any index, and a connection keeps to that until autovacuum
        // has been there: an installation's first minute is not what is measured.
        await Read.FillAsync(server, server.Agency, server.Service, 1, 10_000);
        await server.ExecuteAsync("update case_numbers set last_number = 10000");
        await server.ExecuteAsync("vacuum analyze");
        var token = await server.SignInAsync(Role.Citizen);
        var run = 0;
        return await Measure.InTurnAsync("submit", "cases a second", 5,
            () => Load.HttpAsync(server, () => Request(server, token)),
            () => Load.PgbenchAsync(server, "submit", ("agency", $"{server.Agency}"), ("service", $"{server.Service}"), ("account", $"{server.Citizen}"), ("base", $"{++run * 1000}")));
    }

    public static byte[] Request(Server server, string token) =>
        HttpConnection.Request("POST", $"/v1/agencies/{server.Slug}/cases", token, Case, Guid.NewGuid().ToString("N"));
}
