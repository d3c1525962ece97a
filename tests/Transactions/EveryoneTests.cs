using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

/// <summary>People without an account, people who call, people who are refused (TX-INCLUSIVE, TX-CHANNELS).</summary>
public sealed class EveryoneTests(CirmHost host)
{
    [Fact]
    public async Task An_anonymous_case_is_continued_by_its_code_and_taken_over_once()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var submitted = await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var tracking = $"{agency.Path}/tracking/{submitted["trackingCode"]}";
        var note = await host.Anonymous.PostJsonAsync($"{tracking}/notes", new { text = "It is opposite the school." });
        Assert.Equal(("anonymous", "public"), ((string?)note["by"], (string?)note["visibility"]));
        Assert.Equal("It is opposite the school.", (string?)(await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}/history"))["items"]!.AsArray()[^1]!["note"]);

        var citizen = await agency.Citizen;
        await (await citizen.GetAsync($"{agency.Path}/cases/{submitted["id"]}")).RefusedAsync("not-found");
        var claimed = await citizen.PostJsonAsync($"{tracking}/claim", new { }, HttpStatusCode.OK);
        Assert.NotNull(claimed["citizenId"]);
        await citizen.PostJsonAsync($"{tracking}/claim", new { }, HttpStatusCode.OK); // it is theirs already
        Assert.Equal([(string?)submitted["id"]], (await citizen.GetJsonAsync("/v1/me/cases"))["items"]!.AsArray().Select(c => (string?)c!["id"]));
        Assert.Equal(["submitted", "noted", "claimed"], (await host.Anonymous.GetJsonAsync(tracking))["history"]!.AsArray().Select(h => (string?)h!["kind"]));

        await (await (await agency.AsAnotherAsync(Role.Citizen)).PostAsJsonAsync($"{tracking}/claim", new { })).RefusedAsync("case-claimed");
        await (await citizen.PostAsJsonAsync($"{agency.Path}/tracking/0000-0000-0000-0000/claim", new { })).RefusedAsync("not-found");
        await (await host.Anonymous.PostAsJsonAsync($"{agency.Path}/tracking/0000-0000-0000-0000/notes", new { text = "x" })).RefusedAsync("not-found");
    }

    [Fact]
    public async Task Of_two_who_take_a_case_over_in_the_same_moment_one_has_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var code = (string)(await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["trackingCode"]!;
        var citizens = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => agency.AsAnotherAsync(Role.Citizen)));
        var answers = await Task.WhenAll(citizens.Select(c => c.PostAsJsonAsync($"{agency.Path}/tracking/{code}/claim", new { })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Notes_by_code_are_throttled()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var code = (string)(await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["trackingCode"]!;
        for (var i = 0; i < 10; i++) await host.Anonymous.PostJsonAsync($"{agency.Path}/tracking/{code}/notes", new { text = $"Note {i}" });
        await (await host.Anonymous.PostAsJsonAsync($"{agency.Path}/tracking/{code}/notes", new { text = "One more" })).RefusedAsync("too-many-requests");
    }

    [Fact]
    public async Task A_case_that_a_clerk_enters_says_so()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var caller = (string)(await agent.PostJsonAsync($"{agency.Path}/citizens", new { name = "Sara" }))["id"]!;
        var entered = await agent.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "By phone", channel = "phone", citizenId = caller });
        var seen = await agent.GetJsonAsync($"{agency.Path}/cases/{entered["id"]}");
        Assert.Equal(("phone", caller), ((string?)seen["channel"], (string?)seen["citizenId"]));
        Assert.NotNull(seen["enteredBy"]);
        Assert.True((bool)(await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{entered["trackingCode"]}"))["assisted"]!);
        Assert.Empty((await agent.GetJsonAsync("/v1/me/cases"))["items"]!.AsArray()); // it is the caller's case, not the clerk's

        var own = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Null(own["enteredBy"]);
        Assert.False((bool)(await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{own["trackingCode"]}"))["assisted"]!);
    }

    [Fact]
    public async Task A_refused_applicant_reads_why_and_how_to_object_as_the_service_said_then()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Kind = "application" });
        var path = $"{agency.Path}/cases/{submitted["id"]}";
        foreach (var to in (string[])["accepted", "inProgress"]) await agent.PostJsonAsync($"{path}/transitions", new { to, reason = to }, HttpStatusCode.OK);
        Assert.Null((await citizen.GetJsonAsync(path))["refusal"]);
        await agent.PostJsonAsync($"{path}/transitions", new { to = "refused", reason = "The lamp is not ours." }, HttpStatusCode.OK);

        // The next version of the service names another way; theirs stays the one they submitted under.
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services/lamps/versions", new
        {
            name = new { en = "Street lamps" }, serves = new { en = "All" }, rights = new { basis = new { en = "New act" }, objection = new { en = "Write to the court" } },
            standard = new { firstResponseHours = 8, resolutionHours = 48 },
        });
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services/lamps/versions/2/publish", new { }, HttpStatusCode.OK);
        await agent.PostJsonAsync($"{path}/transitions", new { to = "closed", reason = "Over." }, HttpStatusCode.OK);
        foreach (var (reader, at) in ((HttpClient, string)[])[(citizen, path), (host.Anonymous, $"{agency.Path}/tracking/{submitted["trackingCode"]}")])
        {
            var refusal = (await reader.GetJsonAsync(at))["refusal"]!;
            Assert.Equal(("The lamp is not ours.", "Write to the ombudsman"), ((string?)refusal["reason"], (string?)refusal["objection"]!["en"]));
        }
        Assert.Single((await citizen.GetJsonAsync("/v1/me/cases?status=closed"))["items"]!.AsArray()); // it stays in their history

        foreach (var to in (string[])["reopened", "inProgress", "resolved"]) await agent.PostJsonAsync($"{path}/transitions", new { to, reason = to }, HttpStatusCode.OK);
        Assert.Null((await citizen.GetJsonAsync(path))["refusal"]);
    }
}
