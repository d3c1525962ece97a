using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Participation;

/// <summary>One voice each, a receipt, and nothing on a ballot that cannot be.</summary>
public sealed class BallotTests(CirmHost host)
{
    static readonly (string, decimal?)[] Three = [("lamps", 40), ("trees", 60), ("benches", 30)];

    [Fact]
    public async Task A_citizen_votes_once_and_revises_with_the_receipt_until_closing()
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, Three);
        var citizen = await agency.Citizen;
        var receipt = await Deciding.VoteAsync(citizen, path, (string[])["lamps"]);
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$", (string?)receipt["receipt"]);
        await (await citizen.PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["trees"] })).RefusedAsync("already-voted");
        await (await host.Anonymous.PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["trees"] })).RefusedAsync("sign-in-needed");
        await (await (await agency.Agent).PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["trees"] })).RefusedAsync("validation"); // for whom?
        await (await (await agency.AsAnotherAsync(Role.Citizen)).PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["trees"], citizenId = Guid.NewGuid() })).RefusedAsync("validation");

        // Whoever holds the receipt revises, however it is typed; no sign-in says who that is.
        var typed = $"{receipt["receipt"]}".Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant();
        var revised = await (await host.Anonymous.PostAsJsonAsync($"{path}/ballots/revision", new { receipt = typed, choices = (string[])["trees"] })).ReadAsync(HttpStatusCode.OK);
        Assert.Equal((string?)receipt["ballot"], (string?)revised["ballot"]);
        await (await host.Anonymous.PostAsJsonAsync($"{path}/ballots/revision", new { receipt = "0000-0000-0000-0000-0000-0000", choices = (string[])["trees"] })).RefusedAsync("receipt-unknown");
        await (await host.Anonymous.GetAsync($"{path}/ballots.pb")).RefusedAsync("ballots-sealed");
        await (await host.Anonymous.GetAsync($"{path}/result")).RefusedAsync("not-counted");
        await (await (await agency.Manager).PostAsJsonAsync($"{path}/count", new { })).RefusedAsync("voting-open");

        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal("trees", Deciding.Words(result["winners"]));
        Assert.Contains($"\n{receipt["ballot"]};trees\n", await host.Anonymous.GetStringAsync($"{path}/ballots.pb"), StringComparison.Ordinal);
        await (await host.Anonymous.PostAsJsonAsync($"{path}/ballots/revision", new { receipt = typed, choices = (string[])["lamps"] })).RefusedAsync("initiative-closed");
        await (await (await agency.AsAnotherAsync(Role.Citizen)).PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["lamps"] })).RefusedAsync("initiative-closed");
        Assert.DoesNotContain(await host.AuditActionsAsync(agency), a => a.StartsWith("ballot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fifty_connections_of_one_citizen_have_one_voice()
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, Three);
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.ClientAsync(agency.Id, account)));
        var answers = await Task.WhenAll(clients.Select((client, i) => client.PostAsJsonAsync($"{path}/ballots", new { choices = (string[])[i % 2 == 0 ? "lamps" : "trees"] })));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        foreach (var answer in answers.Where(a => a.StatusCode != HttpStatusCode.Created)) await answer.RefusedAsync("already-voted");
        Assert.Equal(1, (int)(await Deciding.CountAsync(host, agency, path))["turnout"]!);
    }

    [Fact]
    public async Task A_ballot_that_is_sent_again_with_its_key_is_answered_again_and_counts_once()
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, Three);
        var citizen = await agency.Citizen;
        var first = await (await citizen.PostWithKeyAsync($"{path}/ballots", new { choices = (string[])["lamps"] }, "once")).ReadAsync(HttpStatusCode.Created);
        var again = await citizen.PostWithKeyAsync($"{path}/ballots", new { choices = (string[])["lamps"] }, "once");
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal((string?)first["receipt"], (string?)(await again.ReadAsync(HttpStatusCode.Created))["receipt"]);
        await (await citizen.PostWithKeyAsync($"{path}/ballots", new { choices = (string[])["trees"] }, "once")).RefusedAsync("idempotency-key-reused");
    }

    [Theory]
    [InlineData("""{"method":"approval","maxChoices":2}""", """["lamps","trees","benches"]""", "too-many-choices", "/choices", "length")]
    [InlineData("""{"method":"approval"}""", """["lamps","cars"]""", "choice-unknown", "/choices/1", "unknown")]
    [InlineData("""{"method":"approval"}""", """["lamps","lamps"]""", "ballot-form", "/choices/1", "duplicate")]
    [InlineData("""{"method":"approval"}""", """[]""", "ballot-form", "/choices", "length")]
    [InlineData("""{"method":"approval"}""", """[5]""", "ballot-form", "/choices/0", "type")]
    [InlineData("""{"method":"approval"}""", """{"lamps":1}""", "ballot-form", "/choices", "type")]
    [InlineData("""{"method":"ranking"}""", """ "lamps" """, "ballot-form", "/choices", "type")]
    [InlineData("""{"method":"score"}""", """["lamps"]""", "ballot-form", "/choices", "type")]
    [InlineData("""{"method":"score"}""", """{"lamps":"much"}""", "ballot-form", "/choices/lamps", "type")]
    [InlineData("""{"method":"score","maxScore":5}""", """{"lamps":6}""", "points-do-not-add-up", "/choices/lamps", "range")]
    [InlineData("""{"method":"score"}""", """{"lamps":-1}""", "points-do-not-add-up", "/choices/lamps", "range")]
    [InlineData("""{"method":"score","maxScore":5}""", """{"lamps":2.5}""", "points-do-not-add-up", "/choices/lamps", "range")]
    [InlineData("""{"method":"score","points":10}""", """{"lamps":6,"trees":3}""", "points-do-not-add-up", "/choices", "sum")]
    [InlineData("""{"method":"score"}""", """{"cars":1}""", "choice-unknown", "/choices/cars", "unknown")]
    [InlineData("""{"method":"budget-greedy","budget":80}""", """["lamps","trees"]""", "over-budget", "/choices", "range")]
    [InlineData("""{"method":"budget-equal-shares","budget":50,"points":10}""", """{"trees":10}""", "over-budget", "/choices", "range")]
    public async Task What_cannot_be_a_ballot_is_refused_by_its_name_and_uses_nobodys_voice(string decision, string choices, string problem, string pointer, string code)
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, System.Text.Json.JsonDocument.Parse(decision).RootElement, Three);
        var citizen = await agency.Citizen;
        var body = new StringContent($$"""{"choices":{{choices}} }""", System.Text.Encoding.UTF8, "application/json");
        var refused = await (await citizen.PostAsync($"{path}/ballots", body)).RefusedAsync(problem);
        Assert.Equal($"{pointer} {code}", $"{refused["errors"]![0]!["pointer"]} {refused["errors"]![0]!["code"]}");
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from ballot_register where agency_id = '{agency.Id}'"));
        object good = decision.Contains("score", StringComparison.Ordinal) || decision.Contains("points", StringComparison.Ordinal)
            ? new Dictionary<string, int> { ["lamps"] = decision.Contains("points", StringComparison.Ordinal) ? 10 : 5 } : (string[])["lamps"];
        await Deciding.VoteAsync(citizen, path, good); // who was refused can still vote
    }

    [Fact]
    public async Task Options_are_fixed_by_the_first_ballot()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var path = await Deciding.DecideAsync(agency, new { method = "budget-greedy", budget = 100 }, Three);
        await (await manager.PostAsJsonAsync($"{path}/options", new { key = "lamps", title = "x", cost = 1 })).RefusedAsync("option-taken");
        await (await manager.PostAsJsonAsync($"{path}/options", new { key = "free", title = "x" })).RefusedAsync("validation"); // a budget needs its cost
        Assert.Equal(HttpStatusCode.NoContent, (await manager.DeleteAsync($"{path}/options/lamps", "\"1\"")).StatusCode);
        Assert.Equal("35", $"{(await (await manager.PatchAsync($"{path}/options/benches", new { cost = 35 }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["cost"]}");
        Assert.Equal("trees 0 benches 1", string.Join(' ', (await host.Anonymous.GetJsonAsync($"{path}/options"))["items"]!.AsArray().Select(o => $"{o!["key"]} {o["place"]}")));
        await Deciding.VoteAsync(await agency.Citizen, path, (string[])["benches"]);
        await (await manager.PostAsJsonAsync($"{path}/options", new { key = "late", title = "Late", cost = 1 })).RefusedAsync("options-fixed");
        await (await manager.PatchAsync($"{path}/options/benches", new { cost = 1 }, "\"2\"")).RefusedAsync("options-fixed");
        await (await manager.DeleteAsync($"{path}/options/benches", "\"2\"")).RefusedAsync("options-fixed");

        var talk = await Deciding.OpenAsync(agency, "consultation");
        await (await manager.PostAsJsonAsync($"{talk}/options", new { key = "a", title = "A" })).RefusedAsync("no-decision");
        await (await (await agency.Citizen).PostAsJsonAsync($"{talk}/ballots", new { choices = (string[])["a"] })).RefusedAsync("no-decision");
        await (await host.Anonymous.GetAsync($"{talk}/result")).RefusedAsync("no-decision");
        await (await manager.PostAsJsonAsync($"{talk}/count", new { })).RefusedAsync("no-decision");
    }

    [Fact]
    public async Task Whom_it_does_not_ask_and_when_it_is_not_open_nothing_is_taken()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, manager) = (await agency.Admin, await agency.Manager);
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "district", name = "District", type = "text", purpose = "To know." });
        var inSeven = (string)(await admin.PostJsonAsync($"{agency.Path}/citizens", new { attributes = new { district = "7" } }))["id"]!;
        var path = await Deciding.OpenAsync(agency, "decision", new { method = "approval" }, areas: ["7"]);
        await manager.PostJsonAsync($"{path}/options", new { key = "a", title = "A" });
        await (await (await agency.Citizen).PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["a"] })).RefusedAsync("not-eligible");
        await (await (await agency.Agent).PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["a"], citizenId = Guid.NewGuid() })).RefusedAsync("not-found");
        await (await agency.Agent).PostJsonAsync($"{path}/ballots", new { choices = (string[])["a"], citizenId = inSeven });
        Assert.Contains("ballot.entered", await host.AuditActionsAsync(agency)); // by whom, not for whom

        var later = await manager.PostJsonAsync($"{agency.Path}/initiatives", new
        {
            key = "later", title = "Later", tier = "decision", decision = new { method = "approval" }, opensAt = DateTimeOffset.UtcNow.AddDays(1), closesAt = DateTimeOffset.UtcNow.AddDays(2),
        });
        await (await (await agency.Citizen).PostAsJsonAsync($"{agency.Path}/initiatives/{later["key"]}/ballots", new { choices = (string[])["a"] })).RefusedAsync("initiative-not-open");
    }
}
