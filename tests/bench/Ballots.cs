using System.Globalization;
using System.Text;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Bench;

/// <summary>
/// Ballots over HTTP at 32 clients, each of another citizen as staff enter them (checked, registered, sealed), against cases submitted on the same server: the
/// work of a ballot is that of a case and less.
/// </summary>
static class Ballots
{
    const int Clients = 32, Citizens = 200_000;
    const string Key = "budget";

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_ballots");
        await using var databases = new Databases(Server.ConnectionTo(server.Database), Server.Secret);
        var (db, caller, now) = (new TenantDb(databases), Caller.System(server.Agency), TimeProvider.System.Now());
        var made = await new Initiatives(db, TimeProvider.System).CreateAsync(caller, new(
            default, Key, new("en", "Budget"), null, Tier.Decision, InitiativeState.Planned, null, true, new("budget-equal-shares", 100_000), [], [], null, false, ["en"], ["web", "counter"], [],
            null, null, null, now.AddDays(-1), now.AddDays(1), null, default, 0), CancellationToken.None);
        var options = new DecisionOptions(db, TimeProvider.System);
        for (var i = 0; i < 20; i++) await options.AddAsync(caller, made, new($"o{i}", new("en", $"Option {i}"), null, 10_000, 0, 0), CancellationToken.None);
        await server.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            insert into citizens (agency_id, id, attributes, created_at, updated_at)
            select '{server.Agency}', ('0195b1c5-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, jsonb_build_object(), now(), now() from generate_series(1, {Citizens}) n;
            analyze citizens;
            """));
        var (agent, citizen, voter) = (await server.SignInAsync(Role.Agent), await server.SignInAsync(Role.Citizen), 0);
        var measured = await Measure.InTurnAsync("ballots", "a second (ballots, and cases submitted as the reference)", 5,
            () => Load.HttpAsync(server, () => Ballot(server, agent, Interlocked.Increment(ref voter)), Clients),
            () => Load.HttpAsync(server, () => Submit.Request(server, citizen), Clients));
        var counted = long.Parse(await server.ReadAsync("select count(*)::text from ballot_box"), CultureInfo.InvariantCulture);
        if (counted != voter) throw new InvalidOperationException($"{voter} ballots were sent, and {counted} are in the box.");
        return measured with { Detail = new(measured.Detail) { ["clients"] = Clients, ["options"] = 20, ["asked"] = "500 a second, or the share of the submission figure", ["ballots"] = counted } };
    }

    static byte[] Ballot(Server server, string token, int voter) => HttpConnection.Request("POST", $"/v1/agencies/{server.Slug}/initiatives/{Key}/ballots", token, Encoding.UTF8.GetBytes(
        $$"""{"choices":["o{{voter % 20}}","o{{(voter + 7) % 20}}","o{{(voter + 12) % 20}}"],"citizenId":"0195b1c5-0000-7000-8000-{{voter:x12}}"}"""), Guid.NewGuid().ToString("N"));
}
