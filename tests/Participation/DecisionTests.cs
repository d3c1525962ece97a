using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cirm.Core.Participation.Counting;
using Cirm.Jobs.Participation;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Participation;

/// <summary>Decisions from their options to a result that anybody can count again.</summary>
public sealed class DecisionTests(CirmHost host)
{
    [Fact]
    public async Task A_budget_is_counted_explained_and_counted_again_by_anybody()
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "budget-equal-shares", budget = 100, quorum = 5 }, ("lamps", 60), ("trees", 40), ("benches", 50));
        await Deciding.EnterAsync(host, agency, path, [.. Enumerable.Repeat<object>((string[])["lamps"], 6), .. Enumerable.Repeat<object>((string[])["trees", "benches"], 4)]);
        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal("lamps trees", Deciding.Words(result["winners"]));
        Assert.Equal("100 10 10 5 true true equal-shares/add1", $"{result["spent"]} {result["turnout"]} {result["eligible"]} {result["quorum"]!["needed"]} {result["quorum"]!["met"]} {result["binding"]} {result["rule"]}");
        var loss = result["losses"]!.AsArray().Single()!;
        Assert.Equal("benches", (string?)loss["project"]);
        Assert.True((decimal)loss["missing"]! > 0);

        var file = await host.Anonymous.GetByteArrayAsync($"{path}/ballots.pb");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), (string?)result["ballotsDigest"]);
        var again = await RecountAsync(file);
        Assert.Equal(result["winners"]!.ToJsonString(), again["winners"]!.ToJsonString());
        Assert.Equal(Told(result), Told(again));
        Assert.Equal(["published", "closed", "counted"], (await host.Anonymous.GetJsonAsync($"{path}/history"))["items"]!.AsArray().Select(e => (string)e!["kind"]!));
        Assert.Equal(1L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'initiative.counted'"));

        // Counted once more, it is the same, and nobody is told twice.
        var tag = (await host.Anonymous.GetAsync($"{path}/result")).Headers.ETag;
        await Deciding.CountClosedAsync(host, agency, path);
        Assert.Equal(tag, (await host.Anonymous.GetAsync($"{path}/result")).Headers.ETag);
        Assert.Equal(1L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'initiative.counted'"));
    }

    [Theory]
    [InlineData("""{"method":"ranking"}""", "b", "irv")] // c goes, and its ballots go on to b
    [InlineData("""{"method":"ranking","rule":"borda"}""", "b", "borda")]
    [InlineData("""{"method":"approval"}""", "b", "approval")] // everybody names b somewhere
    [InlineData("""{"method":"ranking","rule":"borda","winners":2}""", "b a", "borda")]
    public async Task Rankings_and_approvals_come_out_as_their_rule_says_and_the_file_gives_the_same(string decision, string winners, string rule)
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, System.Text.Json.JsonDocument.Parse(decision).RootElement, ("a", null), ("b", null), ("c", null));
        await Deciding.EnterAsync(host, agency, path, [
            .. Enumerable.Repeat<object>((string[])["a", "b"], 4), .. Enumerable.Repeat<object>((string[])["b", "c"], 3), .. Enumerable.Repeat<object>((string[])["c", "b"], 2)]);
        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal((winners, rule), (Deciding.Words(result["winners"]), (string?)result["rule"]));
        Assert.Null(result["spent"]);
        Assert.Equal(winners, Deciding.Words((await RecountAsync(await host.Anonymous.GetByteArrayAsync($"{path}/ballots.pb")))["winners"]));
    }

    [Fact]
    public async Task Points_add_up_and_who_loses_is_told_by_how_much()
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "score", points = 10 }, ("a", null), ("b", null), ("c", null));
        await Deciding.EnterAsync(host, agency, path, new { a = 7, b = 3 }, new { a = 2, b = 8 }, new { b = 10, a = 0 });
        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal("b", Deciding.Words(result["winners"]));
        Assert.Equal("a 9 fewerPoints 12 c 0 noVotes ", string.Join(' ', result["losses"]!.AsArray().Select(l => $"{l!["project"]} {l["score"]} {l["reason"]} {l["missing"]}")));
        Assert.Contains("vote_type;cumulative", await host.Anonymous.GetStringAsync($"{path}/ballots.pb"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"method":"approval"}""", """["c","a"]""", ";a,c\n")]
    [InlineData("""{"method":"score"}""", """{"c":1,"a":2}""", ";a,c;2,1\n")]
    [InlineData("""{"method":"ranking"}""", """["c","a"]""", ";c,a\n")]
    public async Task The_order_in_which_somebody_ticked_is_published_only_where_it_is_the_choice(string decision, string choices, string line)
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, System.Text.Json.JsonDocument.Parse(decision).RootElement, ("a", null), ("b", null), ("c", null));
        await Deciding.EnterAsync(host, agency, path, System.Text.Json.JsonDocument.Parse(choices).RootElement);
        await Deciding.CountAsync(host, agency, path);
        Assert.EndsWith(line, await host.Anonymous.GetStringAsync($"{path}/ballots.pb"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "true true")]
    [InlineData(2, "true true")]
    [InlineData(3, "false false")]
    public async Task A_quorum_is_reached_by_as_many_as_it_says(int quorum, string reached)
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "approval", quorum }, ("x", null));
        await Deciding.EnterAsync(host, agency, path, (object)(string[])["x"], (string[])["x"]);
        var result = await Deciding.CountAsync(host, agency, path);
        // A share of one citizen is all of them: 1 is 100 %.
        Assert.Equal(reached, $"{result["quorum"]!["met"]} {result["binding"]}");
    }

    [Fact]
    public async Task Ties_fall_to_the_declared_order_whoever_voted_first()
    {
        foreach (var order in (string[][])[["x", "y"], ["y", "x"]])
        {
            var agency = await host.NewAgencyAsync();
            var path = await Deciding.DecideAsync(agency, new { method = "ranking" }, ("x", null), ("y", null));
            foreach (var key in order) await Deciding.EnterAsync(host, agency, path, (object)(string[])[key]);
            Assert.Equal("x", Deciding.Words((await Deciding.CountAsync(host, agency, path))["winners"]));
        }
    }

    [Fact]
    public async Task Without_ballots_nobody_wins_and_a_quorum_that_is_missed_binds_nobody()
    {
        var agency = await host.NewAgencyAsync();
        foreach (var method in (string[])["ranking", "approval", "score"])
        {
            var empty = await Deciding.CountAsync(host, agency, await Deciding.DecideAsync(agency, new { method, quorum = 0.5 }, ("x", null), ("y", null)));
            Assert.Equal(" 0", $"{Deciding.Words(empty["winners"])} {empty["turnout"]}");
        }
        var path = await Deciding.DecideAsync(agency, new { method = "budget-equal-shares", budget = 10, quorum = 3 }, ("x", 1));
        await Deciding.EnterAsync(host, agency, path, (object)(string[])["x"]);
        var missed = await Deciding.CountAsync(host, agency, path);
        Assert.Equal("false false", $"{missed["quorum"]!["met"]} {missed["binding"]}");
        await (await (await agency.Manager).PostAsJsonAsync($"{path}/departure", new { reason = "x", office = "mayor" })).RefusedAsync("not-binding");
    }

    [Fact]
    public async Task Who_departs_from_a_binding_result_says_why_beside_it()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/units", new { key = "mayor", name = "The Mayor's office" });
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, ("x", null), ("y", null));
        await (await manager.PostAsJsonAsync($"{path}/departure", new { reason = "x", office = "mayor" })).RefusedAsync("not-counted");
        await Deciding.EnterAsync(host, agency, path, (object)(string[])["x"]);
        await Deciding.CountAsync(host, agency, path);
        await (await manager.PostAsJsonAsync($"{path}/departure", new { reason = "A court forbids it.", office = "nobody" })).RefusedAsync("validation");
        await manager.PostJsonAsync($"{path}/departure", new { reason = "A court forbids it.", office = "mayor" }, HttpStatusCode.OK);
        await (await manager.PostAsJsonAsync($"{path}/departure", new { reason = "Another.", office = "mayor" })).RefusedAsync("already-departed");
        var result = await host.Anonymous.GetJsonAsync($"{path}/result");
        Assert.Equal("A court forbids it. The Mayor's office x", $"{result["departure"]!["reason"]!["en"]} {result["departure"]!["officeName"]!["en"]} {Deciding.Words(result["winners"])}");
        Assert.Equal("departed", (string?)(await host.Anonymous.GetJsonAsync($"{path}/history"))["items"]!.AsArray()[^1]!["kind"]);
    }

    /// <summary>Real ballots, sent through the interface; the outcome is the one that the city published.</summary>
    [Theory]
    [InlineData("Poland_Warszawa_2017_Plac_Wojska_Polskiego.pb", "budget-greedy", true)]
    [InlineData("Netherlands_Assen_2024.pb", "budget-equal-shares", false)]
    public async Task A_real_budget_that_is_voted_on_here_comes_out_as_its_city_published_it(string name, string method, bool withinBudget)
    {
        var source = Path.Combine(PabulibTests.Folder, name);
        Assert.SkipWhen(!File.Exists(source), "The published budgets are not there.");
        using var text = new StreamReader(source);
        var real = PabulibFile.Read(text);
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method, budget = real.Election.Budget.ToDecimal(), withinBudget },
            [.. real.Election.Projects.Select(p => (p.Id, (decimal?)p.Cost.ToDecimal()))]);
        var ballots = real.Election.Ballots.SelectMany(b => Enumerable.Repeat<object>(b.Choices.Select(c => real.Election.Projects[c.Project].Id).ToArray(), b.Voters)).ToArray();
        await Deciding.EnterAsync(host, agency, path, ballots);
        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal(real.Selected!.Order(StringComparer.Ordinal), result["winners"]!.AsArray().Select(w => (string)w!).Order(StringComparer.Ordinal));
        Assert.Equal(real.Election.Voters, (int)result["turnout"]!);
        using var published = new StringReader(await host.Anonymous.GetStringAsync($"{path}/ballots.pb"));
        var file = PabulibFile.Read(published);
        Assert.Equal(real.Election.Votes, file.Election.Votes);
    }

    [Fact]
    public async Task Who_voted_is_compared_with_who_might_have_and_nobody_is_found_in_it()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "ageGroup", name = "Age", type = "code", values = (string[])["young", "old", "few"], purpose = "To know." });
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "ill", name = "Ill", type = "boolean", sensitive = true, purpose = "To help." });
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, ("x", null), ("y", null));
        // 60 young of whom 15 vote, 60 old of whom 45 vote, and 12 of a few, of whom 2 vote.
        var citizens = await Asking.CitizensAsync(host, agency, 132, i => $$"""{"ageGroup":"{{(i < 60 ? "young" : i < 120 ? "old" : "few")}}","ill":true}""");
        foreach (var i in Enumerable.Range(0, 15).Concat(Enumerable.Range(60, 45)).Concat(Enumerable.Range(120, 2)))
            await agent.PostJsonAsync($"{path}/ballots", new { choices = (string[])["x"], citizenId = citizens[i] });
        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal("62 132", $"{result["turnout"]} {result["eligible"]}");
        var age = result["representativeness"]!.AsArray().Single()!; // nothing by what is sensitive
        Assert.Equal("ageGroup", (string?)age["attribute"]);
        var groups = age["groups"]!.AsArray().ToDictionary(g => (string)g!["group"]!);
        Assert.True((bool)groups["few"]!["suppressed"]!);
        Assert.Null(groups["few"]!["voted"]);
        // The two who voted cannot be worked out from the others: another figure is hidden with them.
        Assert.Contains(groups.Values, g => (string?)g!["group"] != "few" && g["voted"] is null);
        Assert.Contains(groups.Values, g => g!["voted"] is not null || g["eligible"] is not null);

        var few = await Deciding.DecideAsync(agency, new { method = "approval" }, ("x", null));
        await agent.PostJsonAsync($"{few}/ballots", new { choices = (string[])["x"], citizenId = citizens[0] });
        Assert.Null((await Deciding.CountAsync(host, agency, few))["representativeness"]);
    }

    [Fact]
    public async Task Methods_are_seen_side_by_side_before_one_is_chosen()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var votes = string.Join("\n", Enumerable.Range(0, 100).Select(v => $"{v};{string.Join(',', Enumerable.Range(v < 51 ? 0 : 10, 10))}"));
        var projects = string.Join("\n", Enumerable.Range(0, 20).Select(p => $"{p};10"));
        var preview = await manager.PostJsonAsync($"{agency.Path}/count-preview", new { file = $"META\nkey;value\nbudget;100\nvote_type;approval\nPROJECTS\nproject_id;cost\n{projects}\nVOTES\nvoter_id;vote\n{votes}\n" }, HttpStatusCode.OK);
        Assert.Equal(10, preview["greedy"]!["winners"]!.AsArray().Count);
        Assert.Equal(4, preview["onlyEqualShares"]!.AsArray().Count);
        Assert.Equal("49 51", $"{preview["preferences"]!["equalShares"]} {preview["preferences"]!["greedy"]}");
        var unreadable = await (await manager.PostAsJsonAsync($"{agency.Path}/count-preview", new { file = "META\nkey;value\nbudget;much\n" })).RefusedAsync("validation");
        Assert.Contains("Line", (string?)unreadable["detail"], StringComparison.Ordinal);
        var open = await Deciding.DecideAsync(agency, new { method = "budget-greedy", budget = 100 }, ("x", 1));
        await (await manager.PostAsJsonAsync($"{agency.Path}/count-preview", new { initiative = open.Split('/')[^1] })).RefusedAsync("ballots-sealed");
        await Deciding.EnterAsync(host, agency, open, (object)(string[])["x"]);
        await Deciding.CountAsync(host, agency, open);
        Assert.Equal("x", Deciding.Words((await manager.PostJsonAsync($"{agency.Path}/count-preview", new { initiative = open.Split('/')[^1] }, HttpStatusCode.OK))["equalShares"]!["winners"]));
    }

    static IEnumerable<string> Told(JsonNode count) => count["rounds"]!.AsArray().Select(r => $"{r!["project"]} {r["cost"]} {r["score"]} {r["effectiveSupport"]} {r["payment"]} {r["left"]}");

    static async Task<JsonNode> RecountAsync(byte[] file)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, file);
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, await Recount.CommandAsync([path], output, errors));
        File.Delete(path);
        return JsonNode.Parse(output.ToString())!;
    }
}
