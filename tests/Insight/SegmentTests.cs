using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>A manager describes groups of citizens; the evaluation says who is in them, and nobody is told.</summary>
public sealed class SegmentTests(CirmHost host)
{
    static readonly object Older = new { attribute = "age", op = "ge", value = 65 };

    [Fact]
    public async Task A_tree_of_rules_is_evaluated_for_all_and_then_for_those_who_change()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var manager = await agency.Manager;
        var citizens = await Segmenting.CitizensAsync(host, agency, 40, i => new { age = 50 + i, tenant = i % 2 == 0, district = $"{1 + i % 3}" });
        var made = await Segmenting.SegmentAsync(manager, agency, "older", Older);
        Assert.Equal((true, false), ((bool)made["pending"]!, (bool)made["changesNothing"]!));
        var child = await Segmenting.SegmentAsync(manager, agency, "older-tenants", new { attribute = "tenant", op = "eq", value = true }, "older");
        Assert.True((bool)child["changesNothing"]!); // a split that names no variant is flagged
        await Segmenting.SegmentAsync(manager, agency, "others", new { not = new { segment = "older-tenants" } });

        await Segmenting.EvaluateAsync(host, agency);
        Assert.Equal(25, (await Segmenting.MembersAsync(host, agency, "older")).Count);
        Assert.Equal(citizens.Where((_, i) => i >= 15 && i % 2 == 0).ToHashSet(), await Segmenting.MembersAsync(host, agency, "older-tenants"));
        Assert.Equal(40 - 12, (await Segmenting.MembersAsync(host, agency, "others")).Count);
        Assert.False((bool)(await manager.GetJsonAsync($"{agency.Path}/segments/older"))["pending"]!);

        // One citizen gets older, and is all that is looked at; their own row is changed through the API.
        var before = DateTimeOffset.UtcNow;
        var agent = await agency.Agent;
        await (await agent.PatchAsync($"{agency.Path}/citizens/{citizens[0]}", new { attributes = new { age = 70 } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        var evaluated = await Segmenting.EvaluateAsync(host, agency);
        Assert.Equal((0, 1, 2, 1), (evaluated!.Everybody, evaluated.Citizens, evaluated.Begun, evaluated.Ended));
        Assert.Contains(citizens[0], await Segmenting.MembersAsync(host, agency, "older-tenants"));
        // What was so before can still be read.
        Assert.DoesNotContain(citizens[0], await Segmenting.MembersAsync(host, agency, "older-tenants", before));
        Assert.Contains(citizens[0], await Segmenting.MembersAsync(host, agency, "others", before));
        Assert.Equal((0, 0, 0L, 0L), await Segmenting.EvaluateAsync(host, agency) is { } again ? (again.Everybody, again.Citizens, again.Begun, again.Ended) : default);

        // A rule that changes is evaluated anew, and so is what depends on it.
        await (await manager.PatchAsync($"{agency.Path}/segments/older", new { rule = new { value = 80 } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(3, (await Segmenting.EvaluateAsync(host, agency))!.Everybody);
        Assert.Equal(10, (await Segmenting.MembersAsync(host, agency, "older")).Count);
        Assert.Equal(5, (await Segmenting.MembersAsync(host, agency, "older-tenants")).Count);
    }

    [Fact]
    public async Task An_agency_has_so_many_segments_and_no_more()
    {
        var agency = await Segmenting.AgencyAsync(host);
        await host.Database.ExecuteAsOwnerAsync($$"""
            insert into segments (agency_id, id, key, name, rule, sensitive, by_behaviour, pending, created_at, updated_at)
            select '{{agency.Id}}', gen_random_uuid(), 's' || n, '{"en": "S"}', '{"attribute": "age", "op": "ge", "value": 65}', false, false, false, now(), now()
            from generate_series(1, {{Cirm.Core.Insight.Segmentation.Segments.Most}}) n
            """);
        var refused = await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/segments", new { key = "more", name = "More", rule = Older });
        await refused.RefusedAsync("too-many-segments");
    }

    [Fact]
    public async Task Answers_to_confidential_surveys_count_for_as_long_as_their_link_is_kept_and_anonymous_ones_never()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var manager = await agency.Manager;
        await Segmenting.SegmentAsync(manager, agency, "answering", new { behaviour = "responses", op = "ge", value = 1 });
        await Segmenting.SegmentAsync(manager, agency, "lately", new { behaviour = "responses", withinDays = 30, op = "ge", value = 1 });
        await Segmenting.EvaluateAsync(host, agency);
        var (citizen, id) = await Asking.CitizenAsync(host, agency);
        var (other, _) = await Asking.CitizenAsync(host, agency);
        foreach (var (client, anonymity) in new[] { (citizen, "confidential"), (other, "anonymous") })
        {
            var wave = await Asking.OpenAsync(agency, Asking.Everything(anonymity, anonymity));
            await Asking.AnswerAsync(client, wave, new { lit = "yes" });
            if (anonymity == "anonymous") await host.Database.ExecuteAsOwnerAsync($"update survey_waves set closes_at = now() where id = '{Asking.IdOf(wave)}'"); // one alone is kept back until then
            await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None);
        }
        await Segmenting.EvaluateAsync(host, agency);
        Assert.Equal([id], await Segmenting.MembersAsync(host, agency, "answering"));
        Assert.Equal([id], await Segmenting.MembersAsync(host, agency, "lately"));

        var (later, muchLater) = (new At(DateTimeOffset.UtcNow.AddDays(40)), new At(DateTimeOffset.UtcNow.AddYears(2)));
        await Segmenting.EvaluateAsync(host, agency, later);
        Assert.Empty(await Segmenting.MembersAsync(host, agency, "lately"));
        Assert.Equal([id], await Segmenting.MembersAsync(host, agency, "answering"));
        await new SurveyLinks(host.Services.GetRequiredService<TenantDb>(), muchLater).RemoveDueAsync(agency.Id, CancellationToken.None);
        await Segmenting.EvaluateAsync(host, agency, muchLater);
        Assert.Empty(await Segmenting.MembersAsync(host, agency, "answering"));
    }

    [Fact]
    public async Task What_citizens_do_counts_and_days_pass()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var (manager, citizen) = (await agency.Manager, await agency.Citizen);
        await Segmenting.SegmentAsync(manager, agency, "recent", new { behaviour = "cases", service = "lamps", withinDays = 30, op = "ge", value = 1 });
        await Segmenting.SegmentAsync(manager, agency, "silent", new { behaviour = "cases", op = "eq", value = 0 });
        await Segmenting.SegmentAsync(manager, agency, "unhappy", new { behaviour = "complaints", op = "gt", value = 0 });
        await Segmenting.SegmentAsync(manager, agency, "answering", new { behaviour = "responses", op = "ge", value = 1 });
        await Segmenting.EvaluateAsync(host, agency);
        Assert.Single(await Segmenting.MembersAsync(host, agency, "silent")); // the account's own citizen

        await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal((1, 1L, 1L), await Segmenting.EvaluateAsync(host, agency) is { } first ? (first.Citizens, first.Begun, first.Ended) : default);
        Assert.Single(await Segmenting.MembersAsync(host, agency, "recent"));
        Assert.Empty(await Segmenting.MembersAsync(host, agency, "silent"));
        await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Kind = "complaint" });
        await Segmenting.EvaluateAsync(host, agency);
        Assert.Single(await Segmenting.MembersAsync(host, agency, "unhappy"));

        // An anonymous case becomes somebody's when it is claimed.
        var other = await agency.AsAnotherAsync(Role.Citizen);
        var anonymous = await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        await other.PostAsJsonAsync($"{agency.Path}/tracking/{anonymous["trackingCode"]}/claim", new { });
        await Segmenting.EvaluateAsync(host, agency);
        Assert.Equal(2, (await Segmenting.MembersAsync(host, agency, "recent")).Count);

        // Nobody does anything for 31 days.
        var later = new At(DateTimeOffset.UtcNow.AddDays(31));
        Assert.Equal((2, 2L), await Segmenting.EvaluateAsync(host, agency, later) is { } moved ? (moved.Citizens, moved.Ended) : default);
        Assert.Empty(await Segmenting.MembersAsync(host, agency, "recent"));
        Assert.Single(await Segmenting.MembersAsync(host, agency, "unhappy"));
        Assert.Empty(await Segmenting.MembersAsync(host, agency, "answering"));
    }

    [Fact]
    public async Task Splitting_and_merging_keep_what_was()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var manager = await agency.Manager;
        await Segmenting.CitizensAsync(host, agency, 30, i => new { age = 50 + i, district = $"{1 + i % 3}" });
        await Segmenting.SegmentAsync(manager, agency, "older", Older);
        var bad = await (await manager.PostAsJsonAsync($"{agency.Path}/segments/older/split", new
        {
            into = (object[])[new { key = "one", name = "One", rule = InDistrict("1") }, new { key = "two", name = "Two", rule = InDistrict("7") }],
        })).RefusedAsync("validation");
        Assert.Equal("/into/1/rule/value", (string?)bad["errors"]![0]!["pointer"]);
        await (await manager.GetAsync($"{agency.Path}/segments/one")).RefusedAsync("not-found"); // nothing half done

        var split = await manager.PostJsonAsync($"{agency.Path}/segments/older/split", new
        {
            into = (object[])[
                new { key = "one", name = "One", rule = InDistrict("1"), variant = new { service = "lamps", text = "By phone" } },
                new { key = "two", name = "Two", rule = InDistrict("2") }],
        });
        Assert.Equal(["older", "older"], split["items"]!.AsArray().Select(s => (string?)s!["parent"]));
        Assert.Equal([false, true], split["items"]!.AsArray().Select(s => (bool)s!["changesNothing"]!));
        await Segmenting.EvaluateAsync(host, agency);
        var (one, two) = ((await Segmenting.MembersAsync(host, agency, "one")), (await Segmenting.MembersAsync(host, agency, "two")));
        var before = DateTimeOffset.UtcNow;

        var inUse = await (await manager.DeleteAsync($"{agency.Path}/segments/older", "\"1\"")).RefusedAsync("segment-in-use");
        Assert.Equal(["one", "two"], inUse["by"]!.AsArray().Select(k => (string?)k));
        var merged = await manager.PostJsonAsync($"{agency.Path}/segments/merge", new { key = "both", name = "Both", segments = (string[])["one", "two"] });
        Assert.Equal(("older", "one,two"), ((string?)merged["parent"], string.Join(',', merged["mergedFrom"]!.AsArray().Select(k => (string?)k))));
        await Segmenting.EvaluateAsync(host, agency);
        Assert.Equal([.. one, .. two], await Segmenting.MembersAsync(host, agency, "both"));
        Assert.Empty(await Segmenting.MembersAsync(host, agency, "one"));
        Assert.Equal(one, await Segmenting.MembersAsync(host, agency, "one", before));
        Assert.Equal("both", (string?)(await manager.GetJsonAsync($"{agency.Path}/segments/one"))["mergedInto"]);
        Assert.Equal(["both", "older"], Keys(await manager.GetJsonAsync($"{agency.Path}/segments")));
        Assert.Equal(["both", "older", "one", "two"], Keys(await manager.GetJsonAsync($"{agency.Path}/segments?retired=true")));
        await (await manager.PatchAsync($"{agency.Path}/segments/one", new { name = "Uno" }, "\"2\"")).RefusedAsync("segment-retired");
        Assert.Equal(HttpStatusCode.NoContent, (await manager.DeleteAsync($"{agency.Path}/segments/both", "\"1\"")).StatusCode);
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "one", name = "One", rule = Older })).RefusedAsync("segment-taken");

        static object InDistrict(string district) => new { attribute = "district", op = "eq", value = district };
        static IEnumerable<string?> Keys(JsonNode list) => list["items"]!.AsArray().Select(s => (string?)s!["key"]);
    }

    [Fact]
    public async Task Who_is_erased_is_in_no_segment_and_figures_stay()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var (manager, admin) = (await agency.Manager, await agency.Admin);
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "disability", name = "Disability", type = "boolean", purpose = "To help.", sensitive = true });
        var citizens = await Segmenting.CitizensAsync(host, agency, 12, i => new { district = "1", disability = true });
        await Segmenting.SegmentAsync(manager, agency, "first", new { attribute = "district", op = "eq", value = "1" });
        await Segmenting.SegmentAsync(manager, agency, "disabled", new { attribute = "disability", op = "eq", value = true });
        await Segmenting.EvaluateAsync(host, agency);
        var before = DateTimeOffset.UtcNow;
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        await host.Database.ExecuteAsOwnerAsync($"update accounts set citizen_id = '{citizens[3]}' where id = '{account.Id}'");
        var client = await host.ClientAsync(agency.Id, account with { CitizenId = citizens[3] });
        await (await client.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);

        Assert.Equal(0L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from segment_members where citizen_id = '{citizens[3]}'"));
        foreach (var segment in (string[])["first", "disabled"]) Assert.Equal(12, (await Segmenting.MembersAsync(host, agency, segment, before)).Count);
        await Segmenting.EvaluateAsync(host, agency);
        Assert.Equal(12, (await Segmenting.MembersAsync(host, agency, "first")).Count); // the row that is only counted still says where they lived
        Assert.Equal(11, (await Segmenting.MembersAsync(host, agency, "disabled")).Count);
        // Nothing tells that the two rows of the past are of one person.
        var rows = (await Segmenting.MembersAsync(host, agency, "first", before)).Except(citizens).Single();
        Assert.NotEqual(rows, (await Segmenting.MembersAsync(host, agency, "disabled", before)).Except(citizens).Single());
    }

    [Theory]
    [InlineData("""{"attribute": "shoeSize", "op": "eq", "value": 7}""", "attribute-unknown", "/rule/attribute", "unknown")]
    [InlineData("""{"all": [{"attribute": "age", "op": "ge", "value": 1}, {"attribute": "shoeSize", "op": "eq", "value": 7}]}""", "attribute-unknown", "/rule/all/1/attribute", "unknown")]
    [InlineData("""{"attribute": "district", "op": "lt", "value": "2"}""", "validation", "/rule/op", "not-allowed")]
    [InlineData("""{"attribute": "age", "op": "like", "value": "2"}""", "validation", "/rule/op", "unknown")]
    [InlineData("""{"attribute": "age", "op": "eq", "value": "old"}""", "validation", "/rule/value", "value")]
    [InlineData("""{"attribute": "district", "op": "in", "value": ["1", "9"]}""", "validation", "/rule/value/1", "value")]
    [InlineData("""{"attribute": "district", "op": "in", "value": "1"}""", "validation", "/rule/value", "type")]
    [InlineData("""{"attribute": "movedIn", "op": "lt", "value": "yesterday"}""", "validation", "/rule/value", "value")]
    [InlineData("""{"attribute": "age", "op": "ge"}""", "validation", "/rule/value", "required")]
    [InlineData("""{"attribute": "age", "value": 3}""", "validation", "/rule/op", "required")]
    [InlineData("""{"attribute": "tenant", "op": "exists", "value": "yes"}""", "validation", "/rule/value", "value")]
    [InlineData("""{"behaviour": "cases", "op": "ge", "value": -1}""", "validation", "/rule/value", "value")]
    [InlineData("""{"behaviour": "cases", "op": "exists", "value": true}""", "validation", "/rule/op", "not-allowed")]
    [InlineData("""{"behaviour": "dreams", "op": "ge", "value": 1}""", "validation", "/rule/behaviour", "unknown")]
    [InlineData("""{"behaviour": "cases", "service": "nothing", "op": "ge", "value": 1}""", "rule-service-unknown", "/rule/service", "unknown")]
    [InlineData("""{"behaviour": "responses", "service": "lamps", "op": "ge", "value": 1}""", "validation", "/rule/service", "not-allowed")]
    [InlineData("""{"behaviour": "cases", "withinDays": 0, "op": "ge", "value": 1}""", "validation", "/rule/withinDays", "range")]
    [InlineData("""{"all": []}""", "validation", "/rule/all", "required")]
    [InlineData("""{"any": {"segment": "older"}}""", "validation", "/rule/any", "type")]
    [InlineData("""{"segment": "nobody"}""", "segment-unknown", "/rule/segment", "unknown")]
    [InlineData("""{"segment": "new"}""", "rule-circle", "/rule/segment", "circle")]
    [InlineData("""{"not": {"any": [{"segment": "older"}, {"segment": "new"}]}}""", "rule-circle", "/rule/not/any/1/segment", "circle")]
    [InlineData("""{"segment": "older", "attribute": "age", "op": "eq", "value": 1}""", "validation", "/rule", "one")]
    [InlineData("""{}""", "validation", "/rule", "one")]
    [InlineData("""[1]""", "validation", "/rule", "type")]
    [InlineData("""{"attribute": "annualRevenue", "op": "ge", "value": 1000}""", "commercial-rule", "/rule/attribute", "commercial")]
    [InlineData("""{"not": {"attribute": "loyalty", "op": "ge", "value": 1000}}""", "commercial-rule", "/rule/not/attribute", "commercial")]
    [InlineData("""{"attribute": "water", "op": "ge", "value": 1000}""", "commercial-rule", "/rule/attribute", "commercial")]
    public async Task A_rule_that_is_wrong_says_where_and_changes_nothing(string rule, string problem, string pointer, string code)
    {
        var agency = await RefusingAsync();
        var manager = await agency.Manager;
        var refused = await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "new", name = "New", rule = JsonNode.Parse(rule) })).RefusedAsync(problem);
        Assert.Equal(422, (int)refused["status"]!);
        Assert.Contains((pointer, code), refused["errors"]!.AsArray().Select(e => ((string)e!["pointer"]!, (string)e["code"]!)));
        await (await manager.GetAsync($"{agency.Path}/segments/new")).RefusedAsync("not-found");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments/preview", new { rule = JsonNode.Parse(rule.Replace("\"new\"", "\"nobody\"", StringComparison.Ordinal)) }))
            .RefusedAsync(problem == "rule-circle" ? "segment-unknown" : problem);
    }

    [Fact]
    public async Task No_segment_depends_on_itself_and_no_rule_grows_without_end()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var manager = await agency.Manager;
        await Segmenting.SegmentAsync(manager, agency, "a", Older);
        await Segmenting.SegmentAsync(manager, agency, "b", new { segment = "a" });
        await Segmenting.SegmentAsync(manager, agency, "c", Older, "b");
        var circle = await (await manager.PatchAsync($"{agency.Path}/segments/a", new { rule = new { any = (object[])[new { segment = "c" }] } }, "\"1\"")).RefusedAsync("rule-circle");
        Assert.Equal("/rule/any/0/segment", (string?)circle["errors"]![0]!["pointer"]);
        circle = await (await manager.PatchAsync($"{agency.Path}/segments/a", new { parent = "c" }, "\"1\"")).RefusedAsync("rule-circle");
        Assert.Equal("/parent", (string?)circle["errors"]![0]!["pointer"]);
        await (await manager.PatchAsync($"{agency.Path}/segments/a", new { parent = "a" }, "\"1\"")).RefusedAsync("rule-circle");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", parent = "d", rule = Older })).RefusedAsync("rule-circle");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", parent = "z", rule = Older })).RefusedAsync("segment-unknown");

        object deep = Older;
        for (var i = 0; i < 10; i++) deep = new { not = deep };
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", rule = deep })).RefusedAsync("rule-too-large");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", rule = new { any = Enumerable.Repeat(Older, 300) } })).RefusedAsync("rule-too-large");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", rule = new { any = Enumerable.Repeat(Older, 200) } })).RefusedAsync("rule-too-large");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", rule = new { attribute = "age", op = "in", value = Enumerable.Range(0, 201) } })).RefusedAsync("rule-too-large");
        for (var i = 0; i < 19; i++) await Segmenting.SegmentAsync(manager, agency, $"level-{i}", Older, i == 0 ? "a" : $"level-{i - 1}");
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments", new { key = "d", name = "D", parent = "level-18", rule = Older })).RefusedAsync("rule-too-large");
        await Segmenting.EvaluateAsync(host, agency); // the tallest tree there can be
    }

    [Fact]
    public async Task Staff_who_work_cases_and_citizens_are_told_of_no_segment()
    {
        var agency = await Segmenting.AgencyAsync(host);
        foreach (var client in (HttpClient[])[await agency.Agent, await agency.Citizen])
            await (await client.GetAsync($"{agency.Path}/segments")).RefusedAsync("not-allowed");
        await (await host.Anonymous.GetAsync($"{agency.Path}/segments")).RefusedAsync("sign-in-needed");
    }

    static TestAgency? refusing;

    // One agency for all the rules that are refused: nothing of them stays.
    async Task<TestAgency> RefusingAsync()
    {
        if (refusing is not null) return refusing;
        var agency = await Segmenting.AgencyAsync(host);
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "annualRevenue", name = "Revenue", type = "number", purpose = "Accounts." });
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "loyalty", name = "Loyalty", type = "number", purpose = "Cards.", commercial = true });
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "water", name = "Water", type = "number", purpose = "To bill the consumption of each household." });
        await Segmenting.SegmentAsync(await agency.Manager, agency, "older", Older);
        return refusing = agency;
    }

    sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
