using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Insight;

/// <summary>Before something is decided it is known who has an interest in it, and who wants the opposite.</summary>
public sealed class ConflictTests(CirmHost host)
{
    [Fact]
    public async Task Opposed_demands_are_seen_before_a_decision_and_settled_in_public()
    {
        var agency = await AgencyAsync();
        var (admin, agent, manager) = (await agency.Admin, await agency.Agent, await agency.Manager);
        var opposed = await agent.PostJsonAsync($"{agency.Path}/opposed-demands", Night);
        var its = $"{agency.Path}/opposed-demands/{opposed["id"]}";
        var insight = await InsightAsync(agency);
        await (await manager.PostAsJsonAsync($"{agency.Path}/opposed-demands", new { service = "nowhere", title = "x", sides = (object[])[Side("homes"), Side("nobody")] })).RefusedAsync("validation");
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/dialogues"))["items"]!.AsArray()); // not public yet

        var conflicts = await agent.GetJsonAsync($"{insight}/conflicts");
        Assert.Equal((string?)opposed["id"], (string?)conflicts["toAcknowledge"]!.AsArray().Single());
        var refused = await (await manager.PostAsJsonAsync($"{insight}/decision", new { decision = "accepted", reason = "Yes." })).RefusedAsync("conflicts-not-acknowledged");
        Assert.Equal(((string?)opposed["id"], "homes"), ((string?)refused["missing"]!.AsArray().Single(), (string?)refused["opposedDemands"]![0]!["sides"]![0]!["segment"]));
        Assert.Equal("open", (string?)(await agent.GetJsonAsync(insight))["state"]); // nothing happened

        await (await manager.PostAsJsonAsync($"{its}/agreement", new { statement = "Dim lamps.", publicInterest = "Sleep and safety." })).RefusedAsync("opposed-step");
        await (await manager.PostAsJsonAsync($"{its}/dialogue", new { invitation = "Come.", closesAt = "2020-01-01T00:00:00Z" })).RefusedAsync("validation");
        await manager.PostJsonAsync($"{its}/dialogue", new { invitation = new { en = "On Friday in the town hall, or by phone.", fa = "جمعه در شهرداری یا با تلفن." }, closesAt = DateTimeOffset.UtcNow.AddDays(10) }, HttpStatusCode.OK);
        Assert.Equal("dialogue", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/dialogues"))["items"]!.AsArray().Single()!["state"]);

        var decided = await manager.PostJsonAsync($"{insight}/decision", new { decision = "accepted", reason = "Until they agree.", acknowledged = (Guid[])[(Guid)opposed["id"]!] }, HttpStatusCode.OK);
        Assert.Equal("decided", (string?)decided["state"]);
        var known = (await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did"))["items"]!.AsArray().Single()!;
        Assert.Equal((string?)opposed["id"], (string?)known["weighed"]!["opposedDemands"]!.AsArray().Single());

        await manager.PostJsonAsync($"{its}/agreement", new { statement = "Dim lamps after midnight.", publicInterest = "Sleep and safety of all." }, HttpStatusCode.OK);
        var dialogue = await host.Anonymous.GetJsonAsync($"{agency.Path}/dialogues/{opposed["id"]}");
        Assert.Equal(("agreed", "Dim lamps after midnight.", "Sleep and safety of all."), ((string?)dialogue["state"], (string?)dialogue["statement"]!["en"], (string?)dialogue["publicInterest"]!["en"]));
        await (await manager.PostAsJsonAsync($"{its}/closing", new { reason = "Over." })).RefusedAsync("opposed-step");

        // What is settled is seen, and does not have to be acknowledged.
        var next = await InsightAsync(agency);
        var settled = await agent.GetJsonAsync($"{next}/conflicts");
        Assert.Empty(settled["toAcknowledge"]!.AsArray());
        Assert.Single(settled["opposedDemands"]!.AsArray());
        await manager.PostJsonAsync($"{next}/decision", new { decision = "noted", reason = "Agreed." }, HttpStatusCode.OK);
        Assert.Equal(["dialogue.agreed", "dialogue.opened", "opposed-demand.found"], await host.Database.ScalarAsOwnerAsync<string[]>(
            $"select array_agg(type order by type) from outbox where subject_id = '{opposed["id"]}'"));
    }

    [Fact]
    public async Task Who_has_an_interest_declares_it_and_decides_knowingly_or_not_at_all()
    {
        var agency = await AgencyAsync();
        var manager = await agency.Manager;
        var other = await agency.AsAnotherAsync(Role.Manager);
        var declared = await manager.PostJsonAsync($"{agency.Path}/interests", new { kind = "property", about = "service", subject = "lamps", statement = "I own a house there." });
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/interests", new { kind = "office", about = "service", subject = "lamps", statement = "Sits on the board.", official = "Deputy mayor for works" });
        var insight = await InsightAsync(agency);
        Assert.Equal(2, (await other.GetJsonAsync($"{insight}/conflicts"))["interests"]!.AsArray().Count); // seen by whoever decides
        Assert.Empty((await other.GetJsonAsync($"{insight}/conflicts"))["toAcknowledge"]!.AsArray());

        var refused = await (await manager.PostAsJsonAsync($"{insight}/decision", new { decision = "accepted", reason = "Yes." })).RefusedAsync("conflicts-not-acknowledged");
        Assert.Equal((string?)declared["id"], (string?)refused["missing"]!.AsArray().Single());
        await manager.PostJsonAsync($"{insight}/decision", new { decision = "accepted", reason = "Yes.", acknowledged = (Guid[])[(Guid)declared["id"]!] }, HttpStatusCode.OK);
        var known = (await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did"))["items"]!.AsArray().Single()!;
        Assert.Equal(1, (int)known["weighed"]!["interests"]!);
        Assert.DoesNotContain("house", known.ToJsonString());
        Assert.Contains((string)declared["id"]!, (await manager.GetJsonAsync($"{insight}/history"))["items"]!.AsArray()[^1]!["detail"]!["acknowledged"]!.ToJsonString());

        var path = $"{agency.Path}/interests/{declared["id"]}";
        await (await other.DeleteAsync(path, null)).RefusedAsync("precondition-required");
        await (await (await agency.Agent).DeleteAsync(path, "\"1\"")).RefusedAsync("not-allowed");
        Assert.NotNull((await (await manager.DeleteAsync(path, "\"1\"")).ReadAsync(HttpStatusCode.OK))["endedAt"]);
        await manager.PostJsonAsync($"{await InsightAsync(agency)}/decision", new { decision = "noted", reason = "Sold." }, HttpStatusCode.OK);

        var representative = await agency.AsAsync(Role.Representative);
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/initiatives", new { key = "new-lamps", title = "Lamps", tier = "consultation", opensAt = "2026-01-01T00:00:00Z", closesAt = "2099-01-01T00:00:00Z" });
        var own = await representative.PostJsonAsync($"{agency.Path}/interests", new { kind = "membership", about = "initiative", subject = "new-lamps", statement = "I am a member." });
        Assert.Equal((string?)own["id"], (string?)(await representative.GetJsonAsync($"{agency.Path}/interests"))["items"]!.AsArray().Single()!["id"]);
        await (await representative.GetAsync(path)).RefusedAsync("not-found");
        await (await representative.PostAsJsonAsync($"{agency.Path}/interests", new { kind = "office", about = "service", subject = "lamps", statement = "x", official = "Mayor" })).RefusedAsync("validation");
        await (await representative.PostAsJsonAsync($"{agency.Path}/interests", new { kind = "office", about = "organisation", subject = "nothing", statement = "x" })).RefusedAsync("validation");
        Assert.Equal(2, (await manager.GetJsonAsync($"{agency.Path}/interests?about=service&subject=lamps"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_cannot_be_agreed_on_is_closed_with_a_reason()
    {
        var agency = await AgencyAsync();
        var manager = await agency.Manager;
        var its = $"{agency.Path}/opposed-demands/{(await manager.PostJsonAsync($"{agency.Path}/opposed-demands", Night))["id"]}";
        await manager.PostJsonAsync($"{its}/closing", new { reason = "One side has moved away." }, HttpStatusCode.OK);
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/dialogues"))["items"]!.AsArray());
        await manager.PostJsonAsync($"{await InsightAsync(agency)}/decision", new { decision = "noted", reason = "So." }, HttpStatusCode.OK);
        Assert.Equal("closed", (string?)(await manager.GetJsonAsync($"{agency.Path}/opposed-demands?service=lamps&state=closed"))["items"]!.AsArray().Single()!["state"]);
        var same = new { service = "lamps", title = "x", sides = (object[])[Side("homes"), Side("homes")] };
        Assert.Equal("/sides", (string?)(await (await manager.PostAsJsonAsync($"{agency.Path}/opposed-demands", same)).RefusedAsync("validation"))["errors"]![0]!["pointer"]);
    }

    [Fact]
    public void A_survey_shows_opposition_where_majorities_are_opposite_and_no_chance()
    {
        var homes = Group("homes", ("more", 0.62, 0.55, 0.68), ("less", 0.38, 0.32, 0.45));
        var shops = Group("shops", ("more", 0.30, 0.24, 0.37), ("less", 0.70, 0.63, 0.76));
        var schools = Group("schools", ("more", 0.52, 0.44, 0.60), ("less", 0.48, 0.40, 0.56));
        Assert.Equal(("more", "homes", "shops"), Found([Group("all", ("more", 0.1, 0.05, 0.2)), homes, schools, shops]));
        Assert.Null(Opposition.Find([homes, schools], null)); // nobody's majority is against it beyond chance
        Assert.Null(Opposition.Find([homes], null));
        Assert.Null(Opposition.Find([], 3));
        GroupAnswer Rated(string key, double mean, double low, double high) => new(key, new Dictionary<string, Bounded>(), new(mean, low, high));
        Assert.Equal((null, "homes", "shops"), Found([Rated("homes", 4.1, 3.8, 4.4), Rated("shops", 2.2, 1.9, 2.5), Rated("schools", 3.1, 2.9, 3.3)], 3));
        Assert.Null(Opposition.Find([Rated("homes", 4.1, 3.8, 4.4), Rated("shops", 2.9, 2.6, 3.2)], 3));

        static (string?, string, string)? Found(IReadOnlyList<GroupAnswer> groups, double? middle = null) =>
            Opposition.Find(groups, middle) is var (option, one, other) ? (option, one.Group, other.Group) : null;
        static GroupAnswer Group(string key, params (string Option, double Share, double Low, double High)[] options) =>
            new(key, options.ToDictionary(o => o.Option, o => new Bounded(o.Share, o.Low, o.High)), null);
    }

    static readonly object Night = new { service = "lamps", title = "Light at night", sides = (object[])[Side("homes"), Side("shops")] };

    static object Side(string segment) => new { segment, demand = new { en = segment == "homes" ? "Dark after midnight." : "Light all night." } };

    static async Task<string> InsightAsync(TestAgency agency) => $"{agency.Path}/insights/{(await (await agency.Admin).PostJsonAsync(
        $"{agency.Path}/insights", new { title = "Light", text = "Too much, or too little.", source = "survey", service = "lamps" }))["id"]}";

    async Task<TestAgency> AgencyAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        foreach (var key in (string[])["homes", "shops"]) await ScarcityRuleTests.SegmentAsync(host, agency, key);
        return agency;
    }
}
