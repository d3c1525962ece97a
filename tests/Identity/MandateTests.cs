using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using FsCheck;
using FsCheck.Fluent;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Tests.Identity;

public sealed class MandateTests(CirmHost host)
{
    [Fact]
    public async Task A_daughter_acts_for_her_father_on_what_he_said_and_no_longer_than_he_wants()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await AddServiceAsync(agency, "taxes");
        var (father, fatherId, _) = await SomebodyAsync(agency, Role.Citizen);
        var (daughter, daughterId, account) = await SomebodyAsync(agency, Role.Citizen);
        var his = $"{agency.Path}/citizens/{fatherId}/mandates";
        var taxes = await father.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Service = "taxes" });
        var lamp = await father.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);

        // Before: nothing, and what used to be ignored is refused.
        await (await daughter.PostAsJsonAsync($"{agency.Path}/cases", For(fatherId))).RefusedAsync("no-mandate");
        await (await daughter.GetAsync($"{agency.Path}/cases/{lamp["id"]}")).RefusedAsync("not-found");

        var mandate = await (await agency.Agent).PostJsonAsync(his, new { representative = new { account }, services = (string[])["lamps"], given = "paper", evidence = "File 7" });
        Assert.True((bool)mandate["inForce"]!);
        Assert.Equal($"{account}", (string?)mandate["representative"]!["account"]);
        var submitted = await daughter.PostJsonAsync($"{agency.Path}/cases", For(fatherId));
        Assert.Equal((fatherId.ToString(), (string?)mandate["id"]), ((string?)submitted["citizenId"], (string?)submitted["mandate"]));
        await (await daughter.PostAsJsonAsync($"{agency.Path}/cases", For(fatherId, "taxes"))).RefusedAsync("no-mandate");

        // She works on what the mandate covers, and it is shown as hers.
        var note = await daughter.PostJsonAsync($"{agency.Path}/cases/{lamp["id"]}/notes", new { text = "He cannot see the steps.", visibility = "public" });
        Assert.Equal(fatherId.ToString(), (string?)note["onBehalfOf"]);
        var told = (await father.GetJsonAsync($"{agency.Path}/cases/{lamp["id"]}/history"))["items"]!.AsArray();
        Assert.Equal([null, fatherId.ToString()], told.Select(h => (string?)h!["onBehalfOf"]));
        var byHer = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}/history"))["items"]!.AsArray().Single()!;
        Assert.Equal(("citizen", account.ToString(), fatherId.ToString()), ((string?)byHer["actorKind"], (string?)byHer["actorId"], (string?)byHer["onBehalfOf"]));
        Assert.Equal([(string?)submitted["id"], (string?)lamp["id"]], await IdsAsync(daughter, $"{agency.Path}/cases"));
        Assert.Empty(await IdsAsync(daughter, "/v1/me/cases"));
        await daughter.GetJsonAsync($"{agency.Path}/cases/{lamp["id"]}");
        Assert.Equal("case.read", (await host.AuditActionsAsync(agency))[^1]); // a representative's reading is in the trail, like that of staff
        await (await daughter.GetAsync($"{agency.Path}/cases/{taxes["id"]}")).RefusedAsync("not-found");
        Assert.Equal([(string?)submitted["id"], (string?)lamp["id"], (string?)taxes["id"]], await IdsAsync(father, $"{agency.Path}/cases"));
        Assert.Single((await daughter.GetJsonAsync($"{agency.Path}/mandates"))["items"]!.AsArray());
        var code = (string)submitted["trackingCode"]!;
        await daughter.GetJsonAsync($"{agency.Path}/tracking/{code}");

        // Revoked by him: with the next request it is over, also for what she submitted and for the code she was given.
        await father.PostJsonAsync($"{his}/{mandate["id"]}/revoke", new { reason = "I see again." }, HttpStatusCode.OK);
        Assert.Empty(await IdsAsync(daughter, $"{agency.Path}/cases"));
        foreach (var gone in (string[])[$"{agency.Path}/cases/{submitted["id"]}", $"{agency.Path}/cases/{lamp["id"]}/history", $"{agency.Path}/tracking/{code}"])
            await (await daughter.GetAsync(gone)).RefusedAsync("not-found");
        await (await daughter.PostAsJsonAsync($"{agency.Path}/cases/{submitted["id"]}/notes", new { text = "Still me.", visibility = "public" })).RefusedAsync("not-found");
        await (await daughter.PostAsJsonAsync($"{agency.Path}/cases", For(fatherId))).RefusedAsync("no-mandate");
        await (await father.PostAsJsonAsync($"{his}/{mandate["id"]}/revoke", new { reason = "Twice." })).RefusedAsync("mandate-revoked");
        var kept = await (await agency.Agent).GetJsonAsync($"{his}/{mandate["id"]}");
        Assert.Equal((false, "I see again."), ((bool)kept["inForce"]!, (string?)kept["revokedReason"]));
        Assert.NotEqual(fatherId, daughterId);
    }

    [Fact]
    public async Task A_code_works_once_for_another_and_not_for_long()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, id, _) = await SomebodyAsync(agency, Role.Citizen);
        var neighbour = await agency.AsAnotherAsync(Role.Representative);
        var made = await citizen.PostJsonAsync($"{agency.Path}/citizens/{id}/mandates/codes", new { services = (string[])["lamps"] });
        var code = (string)made["code"]!;
        Assert.DoesNotContain(code, await host.Database.ScalarAsOwnerAsync<string>($"select string_agg(m::text, '') from mandate_codes m where citizen_id = '{id}'"));

        await (await citizen.PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code })).RefusedAsync("mandate-code-invalid"); // one's own
        var mandate = await neighbour.PostJsonAsync($"{agency.Path}/mandates/redeem", new { code = code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal) });
        Assert.Equal(("code", id.ToString()), ((string?)mandate["given"], (string?)mandate["citizenId"]));
        Assert.Null(mandate["enteredBy"]);
        await neighbour.PostJsonAsync($"{agency.Path}/cases", For(id));
        await (await (await agency.AsAnotherAsync(Role.Representative)).PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code })).RefusedAsync("mandate-code-invalid");

        var late = (string)(await citizen.PostJsonAsync($"{agency.Path}/citizens/{id}/mandates/codes", new { validForHours = 1 }))["code"]!;
        await host.Database.ExecuteAsOwnerAsync($"update mandate_codes set expires_at = now() - interval '1 second' where citizen_id = '{id}' and redeemed_at is null");
        await (await neighbour.PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code = late })).RefusedAsync("mandate-code-invalid");

        var guesser = await agency.AsAnotherAsync(Role.Citizen);
        for (var i = 0; i < 10; i++) await (await guesser.PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code = $"guess {i}" })).RefusedAsync("mandate-code-invalid");
        await (await guesser.PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code })).RefusedAsync("too-many-requests");
        await (await neighbour.PostAsJsonAsync($"{agency.Path}/citizens/{id}/mandates/codes", new { })).RefusedAsync("not-found");
    }

    [Fact]
    public async Task Of_two_who_redeem_one_code_in_the_same_moment_one_gets_the_mandate()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, id, _) = await SomebodyAsync(agency, Role.Citizen);
        var code = (string)(await citizen.PostJsonAsync($"{agency.Path}/citizens/{id}/mandates/codes", new { }))["code"]!;
        var others = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => agency.AsAnotherAsync(Role.Representative)));
        var answers = await Task.WhenAll(others.Select(o => o.PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Single((await citizen.GetJsonAsync($"{agency.Path}/citizens/{id}/mandates"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_mandate_that_cannot_be_is_refused_with_its_own_problem()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (_, id, account) = await SomebodyAsync(agency, Role.Citizen);
        var (_, _, other) = await SomebodyAsync(agency, Role.Representative);
        var (_, _, clerk) = await SomebodyAsync(agency, Role.Agent);
        var agent = await agency.Agent;
        var his = $"{agency.Path}/citizens/{id}/mandates";

        foreach (var (code, body) in (IEnumerable<(string, object)>)[
            ("mandate-for-oneself", Paper(new { account })),
            ("mandate-for-oneself", Paper(new { citizen = id })),
            ("representative-unknown", Paper(new { account = Guid.NewGuid() })),
            ("representative-unknown", Paper(new { account = clerk })),
            ("representative-unknown", Paper(new { citizen = Guid.NewGuid() })),
            ("mandate-service-unknown", Paper(new { account = other }, services: ["lamps", "no-such"])),
            ("mandate-ends-before-it-begins", Paper(new { account = other }, "2026-03-21T08:00:00Z", "2026-03-21T08:00:00Z")),
            ("mandate-ends-before-it-begins", Paper(new { account = other }, until: "2020-01-01T00:00:00Z")),
            ("mandate-date-out-of-range", Paper(new { account = other }, "1899-12-31T23:59:59Z")),
            ("mandate-date-out-of-range", Paper(new { account = other }, until: "9999-12-31T23:59:59Z")),
            ("validation", Paper(new { account = other }, until: "10000-01-01T00:00:00Z")),
            ("validation", Paper(new { })),
            ("validation", Paper(new { account = other, citizen = id })),
            ("validation", new { representative = new { account = other }, given = "code", evidence = "none" }),
            ("validation", new { representative = new { account = other }, given = "court" })])
            await (await agent.PostAsJsonAsync(his, body)).RefusedAsync(code);
        await (await agent.PostAsJsonAsync($"{agency.Path}/citizens/{Guid.NewGuid()}/mandates", Paper(new { account = other }))).RefusedAsync("not-found");
        Assert.Empty((await agent.GetJsonAsync(his))["items"]!.AsArray());

        // One that is not yet in force, and one that is over, let nobody act.
        var representative = await host.ClientAsync(agency.Id, new(other, null, Role.Representative, null));
        await agent.PostJsonAsync(his, Paper(new { account = other }, "2199-01-01T00:00:00Z"));
        await agent.PostJsonAsync(his, Paper(new { account = other }, "2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z"));
        await (await representative.PostAsJsonAsync($"{agency.Path}/cases", For(id))).RefusedAsync("no-mandate");
        Assert.Empty((await representative.GetJsonAsync($"{agency.Path}/mandates"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Staff_who_enter_a_case_for_a_representative_name_the_mandate()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (_, ward, _) = await SomebodyAsync(agency, Role.Citizen);
        var agent = await agency.Agent;
        var guardian = (string)(await agent.PostJsonAsync($"{agency.Path}/citizens", new { name = "The guardian" }))["id"]!;
        var mandate = await agent.PostJsonAsync($"{agency.Path}/citizens/{ward}/mandates", new { representative = new { citizen = guardian }, given = "court", evidence = "Order 12/2026" });

        await (await agent.PostAsJsonAsync($"{agency.Path}/cases", For(ward))).RefusedAsync("no-mandate");
        await (await agent.PostAsJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "x", channel = "counter", onBehalfOf = ward, citizenId = ward })).RefusedAsync("validation");
        var entered = await agent.PostJsonAsync($"{agency.Path}/cases",
            new { service = "lamps", kind = "report", title = "The lamp is out", channel = "counter", onBehalfOf = ward, mandate = mandate["id"] });
        Assert.Equal(ward.ToString(), (string?)entered["citizenId"]);
        Assert.NotNull(entered["enteredBy"]);
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens/{ward}/mandates/{mandate["id"]}/revoke", new { reason = "Of age." }, HttpStatusCode.OK);
        await (await agent.PostAsJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "x", channel = "counter", onBehalfOf = ward, mandate = mandate["id"] })).RefusedAsync("no-mandate");
    }

    [Fact]
    public void A_term_is_refused_exactly_when_it_ends_before_it_begins_or_lies_outside_of_the_years_1900_to_9999() =>
        Prop.ForAll(Gen.Choose(1800, 9999).Zip(Gen.Choose(1800, 9999)).ToArbitrary(), years =>
        {
            var (from, until) = (new DateTimeOffset(years.Item1, 12, 31, 0, 0, 1, TimeSpan.Zero), new DateTimeOffset(years.Item2, 1, 1, 0, 0, 0, TimeSpan.Zero));
            var outside = from.Year is < 1900 or 9999 || until.Year < 1900;
            var expected = outside ? Problems.MandateDateOutOfRange : until <= from ? Problems.MandateEndsBeforeItBegins : null;
            return expected == (Record.Exception(() => MandateTerm.Check(from, until)) as Refusal)?.Problem;
        }).QuickCheckThrowOnFailure();

    static object For(Guid citizen, string service = "lamps") => new { service, kind = "report", title = "The lamp is out", channel = "web", onBehalfOf = citizen };

    static object Paper(object representative, string? from = null, string? until = null, string[]? services = null) =>
        new { representative, from, until, services, given = "paper", evidence = "File 7" };

    static async Task<IEnumerable<string?>> IdsAsync(HttpClient client, string path) => (await client.GetJsonAsync(path))["items"]!.AsArray().Select(c => (string?)c!["id"]);

    async Task<(HttpClient Client, Guid Citizen, Guid Account)> SomebodyAsync(TestAgency agency, Role role)
    {
        var account = await host.AddAccountAsync(agency.Id, role);
        return (await host.ClientAsync(agency.Id, account), account.CitizenId ?? Guid.Empty, account.Id);
    }

    internal static Task<JsonNode> AddServiceAsync(TestAgency agency, string key) => AddServiceAsync(agency, key, "Write to the ombudsman");

    internal static async Task<JsonNode> AddServiceAsync(TestAgency agency, string key, string objection) => await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
    {
        key, name = new { en = key }, serves = new { en = "All" }, rights = new { basis = new { en = "An act" }, objection = new { en = objection } },
        standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
    });
}
