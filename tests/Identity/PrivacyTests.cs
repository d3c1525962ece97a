using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Identity;

/// <summary>What citizens may know and say: consent by use, who saw their data, all of it (PRIVACY).</summary>
public sealed class PrivacyTests(CirmHost host)
{
    [Fact]
    public async Task Consent_is_given_and_taken_back_by_use_and_every_word_is_kept()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, citizen) = (await agency.Admin, await agency.Citizen);
        await DeclareAsync(agency, "surveys", "consent");
        await DeclareAsync(agency, "casework", "publicTask", "Municipal code, section 12");
        await (await admin.PutAsync($"{agency.Path}/data-uses/x", new { name = "X", purpose = "X", legalBasis = "publicTask" }, null)).RefusedAsync("validation");
        Assert.Equal(["casework", "surveys"], (await host.Anonymous.GetJsonAsync($"{agency.Path}/data-uses"))["items"]!.AsArray().Select(u => (string?)u!["key"]));

        Assert.Null((await citizen.GetJsonAsync("/v1/me/consents"))[1]!["given"]); // silence is no consent
        var given = await (await citizen.PutAsync("/v1/me/consents/surveys", new { given = true }, null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal((true, "web", null), ((bool)given["given"]!, (string?)given["channel"], (string?)given["recordedBy"]));
        await (await citizen.PutAsync("/v1/me/consents/surveys", new { given = true }, null)).ReadAsync(HttpStatusCode.OK);
        var id = (string)(await citizen.GetJsonAsync("/v1/me/export"))["citizen"]!["id"]!;
        var back = await (await (await agency.Agent).PutAsync($"{agency.Path}/citizens/{id}/consents/surveys", new { given = false, channel = "phone" }, null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal((false, "phone"), ((bool)back["given"]!, (string?)back["channel"]));
        Assert.NotNull(back["recordedBy"]);
        Assert.Equal(["True", "False"], (await citizen.GetJsonAsync("/v1/me/export"))["consents"]!.AsArray().Select(c => $"{(bool)c!["given"]!}"));

        await (await citizen.PutAsync("/v1/me/consents/casework", new { given = false }, null)).RefusedAsync("consent-not-asked");
        await (await citizen.PutAsync("/v1/me/consents/nothing", new { given = true }, null)).RefusedAsync("not-found");
        await (await citizen.PutAsync($"{agency.Path}/citizens/{Guid.NewGuid()}/consents/surveys", new { given = true }, null)).RefusedAsync("not-found");
        await (await admin.PutAsync($"{agency.Path}/data-uses/surveys", new { name = "S", purpose = "S", legalBasis = "publicTask", provision = "A law" }, null)).RefusedAsync("basis-in-use");
        await (await admin.PutAsync($"{agency.Path}/data-uses/surveys", new { name = "S", purpose = "S", legalBasis = "consent" }, "\"7\"")).RefusedAsync("precondition-failed");
        Assert.Equal(["consent.given", "consent.withdrawn"], (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("consent.", StringComparison.Ordinal) && a != "consent.read"));
    }

    [Fact]
    public async Task A_citizen_reads_who_saw_their_case_without_the_clerks_name()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/units", new { key = "lighting", name = "Lighting" });
        var own = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var other = await (await agency.AsAnotherAsync(Role.Citizen)).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        foreach (var id in (string[])[(string)own["id"]!, (string)other["id"]!]) await agent.GetJsonAsync($"{agency.Path}/cases/{id}");
        await agent.PostJsonAsync($"{agency.Path}/cases/{own["id"]}/transitions", new { to = "accepted", reason = "Yes." }, HttpStatusCode.OK);
        await (await agency.Manager).GetJsonAsync($"{agency.Path}/cases/{own["id"]}/history");
        await citizen.GetJsonAsync($"{agency.Path}/cases/{own["id"]}"); // one's own reading is nobody's business

        var log = (await citizen.GetJsonAsync("/v1/me/access-log"))["items"]!.AsArray();
        Assert.Equal(["case.history-read manager", "case.transitioned agent", "case.read agent"], log.Select(e => $"{e!["action"]} {e["role"]}"));
        Assert.All(log, e => Assert.Equal((string?)own["id"], (string?)e!["caseId"]));
        Assert.Equal((string?)log[1]!["actor"], (string?)log[2]!["actor"]); // the same clerk, and no name or account
        Assert.NotEqual((string?)log[0]!["actor"], (string?)log[1]!["actor"]);
        var clerk = (string)(await (await agency.Admin).GetJsonAsync($"{agency.Path}/members?role=agent"))["items"]![0]!["id"]!;
        Assert.DoesNotContain(clerk, log.ToJsonString());

        await (await agency.Admin).PostJsonAsync($"{agency.Path}/units/lighting/members", new { account = clerk, function = "member" });
        var page = await citizen.GetJsonAsync("/v1/me/access-log?limit=1");
        var next = await citizen.GetJsonAsync($"/v1/me/access-log?limit=1&cursor={page["next"]}");
        Assert.Equal(("case.transitioned", "lighting"), ((string?)next["items"]![0]!["action"], (string?)next["items"]![0]!["units"]![0]));
    }

    [Fact]
    public async Task A_citizen_reads_who_saw_their_cases_on_a_list_once_a_day_each()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent, admin) = (await agency.Citizen, await agency.Agent, await agency.Admin);
        var ids = new List<string>();
        for (var i = 0; i < 2; i++) ids.Add((string)(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!);
        await (await agency.AsAnotherAsync(Role.Citizen)).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);

        // Only what was on the page: the newest is another's.
        await agent.GetJsonAsync($"{agency.Path}/cases?limit=1");
        await citizen.GetJsonAsync($"{agency.Path}/cases");
        Assert.Empty((await citizen.GetJsonAsync("/v1/me/access-log"))["items"]!.AsArray());
        for (var look = 0; look < 3; look++) await agent.GetJsonAsync($"{agency.Path}/cases?limit=2");
        await agent.GetJsonAsync($"{agency.Path}/cases");
        await admin.GetJsonAsync($"{agency.Path}/cases?status=submitted");
        var log = (await citizen.GetJsonAsync("/v1/me/access-log"))["items"]!.AsArray();
        Assert.Equal(["cases.listed admin", "cases.listed agent", "cases.listed agent"], log.Select(e => $"{e!["action"]} {e["role"]}"));
        Assert.Equal([$"{ids[0]} {ids[1]}", ids[0], ids[1]], log.Select(e => string.Join(' ', e!["onList"]!.AsArray().Select(c => (string?)c).Order(StringComparer.Ordinal))));
        Assert.Equal([null, ids[0], ids[1]], log.Select(e => (string?)e!["caseId"]));
        Assert.InRange((await host.AuditActionsAsync(agency)).Count(a => a == "cases.listed"), 4, 6); // a look that shows nothing new stands once a minute

        // Page by page it is the same, and a list of citizens counts too.
        await agent.GetJsonAsync($"{agency.Path}/citizens");
        var pages = new List<string?>();
        for (string? next = ""; next is not null;)
        {
            var page = await citizen.GetJsonAsync($"/v1/me/access-log?limit=1{(next.Length > 0 ? $"&cursor={next}" : "")}");
            pages.Add((string?)page["items"]![0]!["action"]);
            next = (string?)page["next"];
        }
        Assert.Equal(["citizens.listed", "cases.listed", "cases.listed", "cases.listed"], pages);
        // A day later it is told again.
        await host.Database.ExecuteAsOwnerAsync($"update list_sightings set day = day - 1 where agency_id = '{agency.Id}'");
        var another = await host.ClientAsync(agency.Id, await host.AddAccountAsync(agency.Id, Role.Agent));
        await another.GetJsonAsync($"{agency.Path}/cases");
        Assert.Equal(5, (await citizen.GetJsonAsync("/v1/me/access-log"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_export_holds_all_that_is_ones_own_and_nothing_that_is_internal()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent, admin) = (await agency.Citizen, await agency.Agent, await agency.Admin);
        var own = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "My lamp" });
        await agent.PostJsonAsync($"{agency.Path}/cases/{own["id"]}/notes", new { text = "A difficult one.", visibility = "internal" });
        await agent.PostJsonAsync($"{agency.Path}/cases/{own["id"]}/notes", new { text = "We come on Thursday.", visibility = "public" });
        await (await agency.AsAnotherAsync(Role.Citizen)).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "Not mine" });

        var mine = await citizen.GetJsonAsync("/v1/me/export");
        var id = (string)mine["citizen"]!["id"]!;
        var account = await admin.GetJsonAsync($"{agency.Path}/members?role=citizen");
        var guardian = (string)(await agent.PostJsonAsync($"{agency.Path}/citizens", new { name = "G" }))["id"]!;
        await agent.PostJsonAsync($"{agency.Path}/citizens/{id}/mandates", new { representative = new { citizen = guardian }, given = "court", evidence = "Order 9" });
        mine = await citizen.GetJsonAsync("/v1/me/export");
        Assert.Equal("My lamp", (string?)mine["cases"]!.AsArray().Single()!["case"]!["title"]);
        Assert.Equal(["submitted", "noted"], mine["cases"]![0]!["history"]!.AsArray().Select(h => (string?)h!["kind"]));
        Assert.Contains(account["items"]!.AsArray(), m => (string?)m!["email"] == (string?)mine["account"]![0]!["email"]);
        Assert.Equal("Order 9", (string?)mine["mandates"]!.AsArray().Single()!["evidence"]);
        Assert.NotEmpty(mine["accessLog"]!.AsArray());
        Assert.DoesNotContain("difficult", mine.ToJsonString());
        Assert.DoesNotContain("Not mine", mine.ToJsonString());

        var forThem = await admin.GetJsonAsync($"{agency.Path}/citizens/{id}/export");
        Assert.Equal(mine["cases"]!.ToJsonString(), forThem["cases"]!.ToJsonString());
        Assert.Contains("citizen.exported", (await citizen.GetJsonAsync("/v1/me/access-log"))["items"]!.AsArray().Select(e => (string?)e!["action"]));
        await (await admin.GetAsync($"{agency.Path}/citizens/{Guid.NewGuid()}/export")).RefusedAsync("not-found");
    }

    internal static async Task DeclareAsync(TestAgency agency, string key, string legalBasis, string? provision = null) =>
        await (await (await agency.Admin).PutAsync($"{agency.Path}/data-uses/{key}", new { name = key, purpose = $"For {key}.", legalBasis, provision }, null)).ReadAsync(HttpStatusCode.Created);
}
