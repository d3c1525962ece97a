using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Identity;

/// <summary>Civil organisations act for people without an account: through their members, and no longer than those are members.</summary>
public sealed class OrganisationMandateTests(CirmHost host)
{
    static readonly string[] Everything = ["submitCases", "followCases", "object"];

    [Fact]
    public async Task An_organisation_acts_for_somebody_without_an_account_through_who_is_its_member_now()
    {
        var (agency, widow, his) = await AgencyWithWidowAsync("neighbours", Everything);
        var (agent, admin) = (await agency.Agent, await agency.Admin);
        var (member, account) = await RepresentativeAsync(agency);
        var (colleague, other) = await RepresentativeAsync(agency);
        await (await member.PostAsJsonAsync($"{agency.Path}/cases", For(widow))).RefusedAsync("no-mandate");

        // Who belongs to it may act at once, and it is shown as theirs, for the organisation, on behalf of the citizen.
        var joined = await admin.PostJsonAsync($"{agency.Path}/organisations/neighbours/members", new { account });
        Assert.Equal($"{account}", (string?)joined["account"]);
        var submitted = await member.PostJsonAsync($"{agency.Path}/cases", For(widow));
        Assert.Equal((widow, (string?)his["id"]), ((string?)submitted["citizenId"], (string?)submitted["mandate"]));
        var one = $"{agency.Path}/cases/{submitted["id"]}";
        await member.PostJsonAsync($"{one}/notes", new { text = "She asks again.", visibility = "public" });
        var told = (await agent.GetJsonAsync($"{one}/history"))["items"]!.AsArray();
        Assert.All(told, h => Assert.Equal((account.ToString(), widow, "neighbours"), ((string?)h!["actorId"], (string?)h["onBehalfOf"], (string?)h["forOrganisation"])));
        Assert.Equal(["submitted", "noted"], told.Select(h => (string?)h!["kind"]));
        Assert.Equal([(string?)his["id"]], (await member.GetJsonAsync($"{agency.Path}/mandates"))["items"]!.AsArray().Select(m => (string?)m!["id"]));
        Assert.Equal("neighbours", (string?)(await member.GetJsonAsync($"{agency.Path}/citizens/{widow}/mandates/{his["id"]}"))["representative"]!["organisation"]);

        // Another member goes on with it; somebody else's mandate is nobody's business.
        await (await colleague.GetAsync(one)).RefusedAsync("not-found");
        await admin.PostJsonAsync($"{agency.Path}/organisations/neighbours/members", new { account = other });
        await colleague.GetJsonAsync(one);
        await VerdictTests.ResolveAsync(agent, one, "fixed");
        await colleague.PostJsonAsync($"{one}/verdict", new { solved = false, reason = "It is dark again." }, HttpStatusCode.OK);
        var said = (await agent.GetJsonAsync($"{one}/history"))["items"]!.AsArray().Single(h => (string?)h!["kind"] == "said")!;
        Assert.Equal((other.ToString(), "neighbours"), ((string?)said["actorId"], (string?)said["forOrganisation"]));

        // Who leaves is out with the next request, also with the code that they were given; the others go on.
        var code = $"{agency.Path}/tracking/{submitted["trackingCode"]}";
        await host.Anonymous.GetJsonAsync(code);
        await RemoveAsync(admin, $"{agency.Path}/organisations/neighbours/members/{account}");
        foreach (var gone in (string[])[one, $"{one}/history", code]) await (await member.GetAsync(gone)).RefusedAsync("not-found");
        await (await host.Anonymous.GetAsync(code)).RefusedAsync("not-found");
        Assert.Empty((await member.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
        Assert.Empty((await member.GetJsonAsync($"{agency.Path}/mandates"))["items"]!.AsArray());
        await (await member.PostAsJsonAsync($"{agency.Path}/cases", For(widow))).RefusedAsync("no-mandate");
        await (await member.PostAsJsonAsync($"{one}/notes", new { text = "Still me.", visibility = "public" })).RefusedAsync("not-found");
        await colleague.GetJsonAsync(one);
        Assert.Equal(["organisation.member-added", "organisation.member-added", "organisation.member-removed"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("organisation.member-", StringComparison.Ordinal)));

        // A closed organisation acts for nobody.
        await PatchAsync(admin, $"{agency.Path}/organisations/neighbours", new JsonObject { ["closed"] = true });
        await (await colleague.GetAsync(one)).RefusedAsync("not-found");
        await (await colleague.PostAsJsonAsync($"{agency.Path}/cases", For(widow))).RefusedAsync("no-mandate");
        await (await admin.PostAsJsonAsync($"{agency.Path}/organisations/neighbours/members", new { account })).RefusedAsync("organisation-closed");
    }

    [Fact]
    public async Task It_does_what_the_registry_says_that_it_may_and_nothing_else()
    {
        var (agency, widow, _) = await AgencyWithWidowAsync("readers", ["followCases"]);
        var (member, account) = await RepresentativeAsync(agency);
        var (agent, admin) = (await agency.Agent, await agency.Admin);
        await admin.PostJsonAsync($"{agency.Path}/organisations/readers/members", new { account });
        var entered = await agent.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "The lamp is out", channel = "phone", citizenId = widow });
        var one = $"{agency.Path}/cases/{entered["id"]}";
        await member.GetJsonAsync(one);
        await (await member.PostAsJsonAsync($"{agency.Path}/cases", For(widow))).RefusedAsync("no-mandate");
        await VerdictTests.ResolveAsync(agent, one, "fixed");
        await (await member.PostAsJsonAsync($"{one}/verdict", new { solved = false, reason = "No." })).RefusedAsync("no-mandate");
        await (await member.PostAsJsonAsync($"{one}/appeals", new { reason = "No." })).RefusedAsync("no-mandate");

        await PatchAsync(admin, $"{agency.Path}/organisations/readers", new JsonObject { ["acts"] = new JsonArray("submitCases", "object") });
        await member.PostJsonAsync($"{agency.Path}/cases", For(widow));
        await (await member.GetAsync(one)).RefusedAsync("not-found");
        Assert.Empty((await member.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Only_a_representative_can_be_a_member_and_whoever_becomes_something_else_is_none()
    {
        var (agency, widow, _) = await AgencyWithWidowAsync("neighbours", Everything);
        var (agent, admin) = (await agency.Agent, await agency.Admin);
        var members = $"{agency.Path}/organisations/neighbours/members";
        var (member, account) = await RepresentativeAsync(agency);
        var clerk = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id;
        foreach (var no in (Guid[])[clerk, (await host.AddAccountAsync(agency.Id, Role.Citizen)).Id, Guid.NewGuid()])
            await (await admin.PostAsJsonAsync(members, new { account = no })).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync(members, new { account })).RefusedAsync("not-allowed");
        await (await admin.PostAsJsonAsync($"{agency.Path}/organisations/no-such/members", new { account })).RefusedAsync("not-found");
        await admin.PostJsonAsync(members, new { account });
        await (await admin.PostAsJsonAsync(members, new { account })).RefusedAsync("already-in-organisation");
        await (await admin.DeleteAsync($"{members}/{account}")).RefusedAsync("precondition-required");
        Assert.Single((await agent.GetJsonAsync(members))["items"]!.AsArray());
        await (await member.GetAsync(members)).RefusedAsync("not-allowed");

        await PatchAsync(admin, $"{agency.Path}/members/{account}", new JsonObject { ["role"] = "citizen" });
        Assert.Empty((await agent.GetJsonAsync(members))["items"]!.AsArray());
        var now = await host.ClientAsync(agency.Id, new(account, null, Role.Citizen, null));
        await (await now.PostAsJsonAsync($"{agency.Path}/cases", For(widow))).RefusedAsync("no-mandate");
        await (await agent.PostAsJsonAsync($"{agency.Path}/citizens/{widow}/mandates",
            new { representative = new { organisation = "no-such" }, given = "paper", evidence = "File 8" })).RefusedAsync("representative-unknown");
    }

    // A widow without an account, and a mandate that she gave an organisation on paper.
    async Task<(TestAgency Agency, string Widow, JsonNode Mandate)> AgencyWithWidowAsync(string organisation, string[] acts)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        await agent.PostJsonAsync($"{agency.Path}/organisations", new { key = organisation, name = new { en = organisation }, acts });
        var widow = (string)(await agent.PostJsonAsync($"{agency.Path}/citizens", new { name = "The widow" }))["id"]!;
        var mandate = await agent.PostJsonAsync($"{agency.Path}/citizens/{widow}/mandates", new { representative = new { organisation }, given = "paper", evidence = "File 7" });
        return (agency, widow, mandate);
    }

    async Task<(HttpClient Client, Guid Account)> RepresentativeAsync(TestAgency agency)
    {
        var account = await host.AddAccountAsync(agency.Id, Role.Representative);
        return (await host.ClientAsync(agency.Id, account), account.Id);
    }

    static object For(string citizen) => new { service = "lamps", kind = "report", title = "The lamp is out", channel = "web", onBehalfOf = citizen };

    static async Task RemoveAsync(HttpClient client, string path) =>
        await (await client.DeleteAsync(path, (await client.GetAsync(path)).Headers.ETag!.ToString())).ReadAsync(HttpStatusCode.NoContent);

    static async Task PatchAsync(HttpClient client, string path, JsonObject patch) =>
        await (await client.PatchAsync(path, patch, (await client.GetAsync(path)).Headers.ETag!.ToString())).ReadAsync(HttpStatusCode.OK);
}
