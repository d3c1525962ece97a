using System.Globalization;
using Cirm.Core.Platform;

namespace Cirm.Bench;

/// <summary>One case, and the 50 newest of a status, out of 200,000: over HTTP, against the same select under the same policies by pgbench.</summary>
static class Read
{
    const int Cases = 200_000;

    /// <summary>By the citizen who submitted it.</summary>
    public static Task<Measure> RunAsync() => OneAsync("read", Role.Citizen);

    /// <summary>By an agent, whose reading waits until it stands in the audit trail; the reference writes no such entry.</summary>
    public static Task<Measure> StaffAsync() => OneAsync("read-staff", Role.Agent);

    static async Task<Measure> OneAsync(string name, Role role)
    {
        await using var server = await StartAsync("cirm_bench_read");
        var token = await server.SignInAsync(role);
        return await Measure.InTurnAsync(name, "cases a second", 5,
            () => Load.HttpAsync(server, () => HttpConnection.Request("GET", $"/v1/agencies/{server.Slug}/cases/{IdOf(Random.Shared.Next(1, Cases + 1))}", token)),
            () => Load.PgbenchAsync(server, name, ("agency", $"{server.Agency}"), ("cases", $"{Cases}"),
                ("staff", role == Role.Citizen ? "false" : "true"), ("citizen", $"{Guid.Empty}"), ("account", $"{server.Citizen}")));
    }

    public static async Task<Measure> PageAsync()
    {
        await using var server = await StartAsync("cirm_bench_page");
        var token = await server.SignInAsync(Role.Agent);
        return await Measure.InTurnAsync("page", "pages a second", 5,
            () => Load.HttpAsync(server, () => HttpConnection.Request("GET", $"/v1/agencies/{server.Slug}/cases?status=submitted&limit=50", token)),
            () => Load.PgbenchAsync(server, "page", ("agency", $"{server.Agency}"), ("status", "submitted"), ("at", "infinity"), ("after", $"{Guid.AllBitsSet}")));
    }

    static Guid IdOf(int n) => Guid.ParseExact(n.ToString("x32", CultureInfo.InvariantCulture), "N");

    static async Task<Server> StartAsync(string database)
    {
        var server = await Server.StartAsync(database);
        await FillAsync(server, server.Agency, server.Service, 1, Cases);
        await server.ExecuteAsync("vacuum analyze");
        return server;
    }

    /// <summary>Cases of one agency, one a minute, every seventh still submitted.</summary>
    public static Task FillAsync(Server server, Guid agency, Guid service, int from, int to) => server.ExecuteAsync($"""
        insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area,
                           submitted_by, submitted_at, due_at, updated_at)
        select '{agency}', lpad(to_hex(n), 32, '0')::uuid, n - {from} + 1, '{service}', 1, 'report', case when n % 7 = 0 then 'submitted' else 'closed' end, 'phone',
               'Street light out, pole ' || n, 'Reported by phone; the caller says it has been dark for ' || n % 30 || ' days.', 42.3, -71.1,
               'District ' || n % 25, '{server.Citizen}', timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-03' + n * interval '1 minute', now()
        from generate_series({from}, {to}) n
        """);
}
