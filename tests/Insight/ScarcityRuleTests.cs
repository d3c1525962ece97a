using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>Gas is short: rules are compared on last winter's cases, one is chosen and says why, and the desk works by it.</summary>
public sealed class ScarcityRuleTests(CirmHost host)
{
    [Fact]
    public async Task A_rule_is_simulated_published_with_its_reason_and_orders_the_desk()
    {
        var agency = await AgencyAsync();
        var (manager, agent) = (await agency.Manager, await agency.Agent);
        var made = await manager.PostAsJsonAsync($"{agency.Path}/scarcity-rules", new { key = "homes-first", name = "Homes first", service = "lamps", order = (string[])["homes"], within = "firstCome" });
        Assert.Equal("draft", (string?)(await made.ReadAsync(HttpStatusCode.Created))["state"]);
        await manager.PostJsonAsync($"{agency.Path}/scarcity-rules", new { key = "draw", name = "By lot", service = "lamps", within = "lottery", seed = "winter" });
        await (await host.Anonymous.GetAsync($"{agency.Path}/scarcity-rules/homes-first")).RefusedAsync("not-found"); // a draft
        await (await manager.PostAsJsonAsync($"{agency.Path}/scarcity-rules/homes-first/publish", new { reason = "Children freeze." })).RefusedAsync("not-simulated");

        // Three a day come and two are served, for a month: who comes first is soon the question.
        await CasesAsync(agency, "2026-01-01", days: 30, aDay: 3, everyThirdIn: "homes");
        var operation = await SimulateAsync(agency, "homes-first", new { past = new { from = "2026-01", to = "2026-01" }, capacity = 2, alongside = (string[])["draw"] });
        Assert.Equal("succeeded: 90 processed, 90 accepted, 0 unchanged, 0 rejected", operation.Told());
        var simulation = await manager.GetJsonAsync($"{agency.Path}/scarcity-rules/homes-first/simulations/{operation.Id}");
        var groups = simulation["result"]!["groups"]!.AsArray();
        Assert.Equal(["all 90", "homes 30", "others 60"], groups.Select(g => $"{g!["group"]} {g["n"]}"));
        Assert.Equal([null, "homes-first", "draw"], groups[1]!["rules"]!.AsArray().Select(r => (string?)r!["rule"]));
        double Median(int group, int rule) => (double)groups[group]!["rules"]![rule]!["medianDays"]!;
        Assert.True(Median(1, 1) <= 1 && Median(1, 0) > 4, $"Homes wait {Median(1, 0)} days in the queue, and {Median(1, 1)} when they come first.");
        Assert.True(Median(2, 1) > Median(2, 0), "Others wait longer for it.");
        Assert.Equal(0, (int)groups[1]!["rules"]![1]!["refused"]!);
        Assert.Single((await manager.GetJsonAsync($"{agency.Path}/scarcity-rules/homes-first/simulations"))["items"]!.AsArray());
        await (await agent.GetAsync($"{agency.Path}/scarcity-rules/homes-first/simulations")).RefusedAsync("not-allowed");

        await (await manager.PostAsJsonAsync($"{agency.Path}/scarcity-rules/homes-first/publish", new { })).RefusedAsync("validation");
        await manager.PostJsonAsync($"{agency.Path}/scarcity-rules/homes-first/publish", new { reason = new { en = "Children freeze.", fa = "کودکان سرما می‌خورند." } }, HttpStatusCode.OK);
        var known = await host.Anonymous.GetJsonAsync($"{agency.Path}/scarcity-rules/homes-first");
        Assert.Equal(("published", "Children freeze.", "homes"), ((string?)known["state"], (string?)known["reason"]!["en"], (string?)known["order"]![0]));

        // The newest case of a home stands before the oldest of all others; and nobody is told why.
        await host.Database.ExecuteAsOwnerAsync($"update cases set status = 'submitted', closed_at = null where agency_id = '{agency.Id}'");
        var queue = await QueueAsync(agent, $"{agency.Path}/cases?order=scarcity&service=lamps&limit=20");
        Assert.Equal(90, queue.Count);
        Assert.Equal(90, queue.Select(c => (long)c["number"]!).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 90).OrderBy(n => n % 3 != 0).ThenBy(n => n), queue.Select(c => (int)c["number"]!));
        Assert.DoesNotContain("homes", string.Concat(queue.Select(c => c.ToJsonString())));
        await (await agent.GetAsync($"{agency.Path}/cases?order=scarcity")).RefusedAsync("validation");
        await (await agent.GetAsync($"{agency.Path}/cases?order=scarcity&service=lamps&q=x")).RefusedAsync("validation");
        await (await agent.GetAsync($"{agency.Path}/cases?order=scarcity&service=other")).RefusedAsync("no-scarcity-rule");
        await (await (await agency.Citizen).GetAsync($"{agency.Path}/cases?order=scarcity&service=lamps")).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync($"{agency.Path}/cases/bulk", new { filter = new { order = "scarcity", service = "lamps" }, @do = new { assign = new { assignee = (Guid?)null } } })).RefusedAsync("validation");

        // Another one takes its place.
        await manager.PostJsonAsync($"{agency.Path}/scarcity-rules/draw/publish", new { reason = "All are equal." }, HttpStatusCode.OK);
        Assert.Equal("retired", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/scarcity-rules/homes-first"))["state"]);
        Assert.Equal("draw", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/scarcity-rules?service=lamps&state=published"))["items"]!.AsArray().Single()!["key"]);
        Assert.Equal(Enumerable.Range(1, 90).OrderBy(n => ScarcityTerms.Draw("winter", n)), (await QueueAsync(agent, $"{agency.Path}/cases?order=scarcity&service=lamps&limit=50")).Select(c => (int)c["number"]!));
        await manager.PostJsonAsync($"{agency.Path}/scarcity-rules/draw/retire", new { }, HttpStatusCode.OK);
        await (await agent.GetAsync($"{agency.Path}/cases?order=scarcity&service=lamps")).RefusedAsync("no-scarcity-rule");
        await (await manager.PostAsJsonAsync($"{agency.Path}/scarcity-rules/draw/retire", new { })).RefusedAsync("scarcity-rule-not-in-force");
        Assert.Equal(["scarcity-rule.published", "scarcity-rule.published", "scarcity-rule.retired"], await host.Database.ScalarAsOwnerAsync<string[]>(
            $"select array_agg(type order by id) from outbox where agency_id = '{agency.Id}' and type in ('scarcity-rule.published', 'scarcity-rule.retired')"));
    }

    [Fact]
    public async Task A_draft_that_changed_has_to_be_simulated_again_and_what_is_published_stays()
    {
        var agency = await AgencyAsync();
        var manager = await agency.Manager;
        var path = $"{agency.Path}/scarcity-rules/homes-first";
        await manager.PostJsonAsync($"{agency.Path}/scarcity-rules", new { key = "homes-first", name = "Homes first", service = "lamps", order = (string[])["homes"] });
        await (await manager.PostAsJsonAsync($"{agency.Path}/scarcity-rules", new { key = "homes-first", name = "Again", service = "lamps" })).RefusedAsync("scarcity-rule-taken");
        await CasesAsync(agency, "2026-01-01", days: 30, aDay: 1, everyThirdIn: "homes");
        await SimulateAsync(agency, "homes-first", new { past = new { from = "2026-01", to = "2026-01" }, capacity = 1 });
        await (await manager.PatchAsync(path, new { quotas = new { homes = 0.5 } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await manager.PatchAsync(path, new { quotas = new { homes = 0.6 } }, "\"1\"")).RefusedAsync("precondition-failed");
        await (await manager.PostAsJsonAsync($"{path}/publish", new { reason = "So." })).RefusedAsync("not-simulated");
        await SimulateAsync(agency, "homes-first", new { past = new { from = "2026-01", to = "2026-01" }, capacity = 1 });
        await manager.PostJsonAsync($"{path}/publish", new { reason = "So." }, HttpStatusCode.OK);
        await (await manager.PatchAsync(path, new { name = "Other" }, "\"3\"")).RefusedAsync("scarcity-rule-not-a-draft");
        await (await manager.PostAsJsonAsync($"{path}/publish", new { reason = "Again." })).RefusedAsync("scarcity-rule-not-a-draft");
    }

    [Fact]
    public async Task Small_groups_are_merged_and_capacity_that_never_suffices_is_said()
    {
        var agency = await AgencyAsync();
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/scarcity-rules", new { key = "homes-first", name = "Homes first", service = "lamps", order = (string[])["homes", "schools"] });
        await CasesAsync(agency, "2026-01-01", days: 27, aDay: 1, everyThirdIn: "homes"); // nine of them: one too few
        var operation = await SimulateAsync(agency, "homes-first", new { past = new { from = "2026-01", to = "2026-01" }, capacity = 1, per = "week", refuseAfterDays = 20 });
        var result = (await (await agency.Manager).GetJsonAsync($"{agency.Path}/scarcity-rules/homes-first/simulations/{operation.Id}"))["result"]!;
        Assert.Equal(["all 27", "others 27"], result["groups"]!.AsArray().Select(g => $"{g!["group"]} {g["n"]}"));
        Assert.Equal(["homes"], result["merged"]!.AsArray().Select(m => (string?)m));
        Assert.All(result["groups"]!.AsArray(), g => Assert.Null(g!["rules"]![0]!["medianDays"])); // fewer than ten were served

        var nothing = await SimulateAsync(agency, "homes-first", new { past = new { from = "2025-01", to = "2025-01" }, capacity = 1 });
        Assert.True((bool)(await (await agency.Manager).GetJsonAsync($"{agency.Path}/scarcity-rules/homes-first/simulations/{nothing.Id}"))["result"]!["suppressed"]!);

        await CasesAsync(agency, "2026-02-01", days: 27, aDay: 120, everyThirdIn: null);
        var forEver = await SimulateAsync(agency, "homes-first", new { past = new { from = "2026-02", to = "2026-02" }, capacity = 1, per = "week" });
        Assert.Equal(OperationState.Failed, forEver.State);
        Assert.Contains("wait for ever", forEver.Error);
    }

    [Theory]
    [InlineData("""{"order": ["homes", "homes"]}""", "/order/1 duplicate")]
    [InlineData("""{"order": ["revenue"]}""", "/order/0 unknown")]
    [InlineData("""{"within": "lottery"}""", "/seed required")]
    [InlineData("""{"seed": "x"}""", "/seed not-allowed")]
    [InlineData("""{"within": "wealth"}""", "/within unknown")]
    [InlineData("""{"order": ["homes"], "quotas": {"homes": 0, "schools": 0.5}}""", "/quotas/homes range", "/quotas/schools unknown")]
    [InlineData("""{"order": ["homes", "schools"], "quotas": {"homes": 0.6, "schools": 0.5}}""", "/quotas sum")]
    [InlineData("""{"service": "nowhere"}""", "/service unknown")]
    public async Task What_is_no_rule_is_refused(string rule, params string[] errors)
    {
        var agency = await AgencyAsync();
        var body = JsonNode.Parse(rule)!.AsObject();
        (body["key"], body["name"], body["service"]) = ("x", "X", body["service"]?.DeepClone() ?? "lamps");
        var problem = await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/scarcity-rules", body)).RefusedAsync("validation");
        Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        Assert.Empty((await (await agency.Manager).GetJsonAsync($"{agency.Path}/scarcity-rules"))["items"]!.AsArray());
    }

    [Fact]
    public async Task What_cannot_be_simulated_is_refused()
    {
        var agency = await AgencyAsync();
        var manager = await agency.Manager;
        await manager.PostJsonAsync($"{agency.Path}/scarcity-rules", new { key = "plain", name = "Plain", service = "lamps" });
        foreach (var (body, errors) in new (object, string[])[]
        {
            (new { past = new { from = "2026-02", to = "2026-01" }, capacity = 1 }, ["/past period"]),
            (new { past = new { from = "2026-01", to = "2026-01" }, capacity = 0, refuseAfterDays = 0 }, ["/capacity range", "/refuseAfterDays range"]),
            (new { past = new { from = "2026-01", to = "2026-01" }, capacity = 1, alongside = (string[])["plain", "nothing"] }, ["/alongside/0 duplicate", "/alongside/1 unknown"]),
        })
        {
            var problem = await (await manager.PostAsJsonAsync($"{agency.Path}/scarcity-rules/plain/simulation", body)).RefusedAsync("validation");
            Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        }
        Assert.Empty((await manager.GetJsonAsync($"{agency.Path}/operations"))["items"]!.AsArray());
    }

    async Task<TestAgency> AgencyAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        foreach (var key in (string[])["homes", "schools"]) await SegmentAsync(host, agency, key);
        return agency;
    }

    /// <summary>A segment whose members a test chooses.</summary>
    internal static Task SegmentAsync(CirmHost host, TestAgency agency, string key) => host.Database.ExecuteAsOwnerAsync($$"""
        insert into segments (agency_id, id, key, name, rule, sensitive, by_behaviour, pending, created_at, updated_at)
        values ('{{agency.Id}}', gen_random_uuid(), '{{key}}', '{"en": "{{key}}"}', '{"all": []}', false, false, false, now(), now())
        """);

    // One after the other through the day, each of a citizen of its own; numbers go on.
    Task CasesAsync(TestAgency agency, string from, int days, int aDay, string? everyThirdIn) => host.Database.ExecuteAsOwnerAsync($"""
        with last as (select coalesce(max(number), 0) as number from cases where agency_id = '{agency.Id}'),
        people as (
          insert into citizens (agency_id, id, language, attributes, created_at, updated_at)
          select '{agency.Id}', gen_random_uuid(), 'en', jsonb_build_object(), now(), now() from generate_series(1, {days * aDay}) returning id),
        numbered as (select id, row_number() over () as n from people),
        members as (
          insert into segment_members (agency_id, segment_id, citizen_id, valid_from)
          select s.agency_id, s.id, p.id, now() from segments s, numbered p where s.agency_id = '{agency.Id}' and s.key = '{everyThirdIn}' and p.n % 3 = 0)
        insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, citizen_id, submitted_at, closed_at, updated_at)
        select s.agency_id, gen_random_uuid(), last.number + p.n, s.id, 1, 'request', 'closed', 'phone', 'Gas', p.id,
          timestamptz '{from} 13:00Z' + (p.n - 1) / {aDay} * interval '1 day' + (p.n - 1) % {aDay} * interval '1 minute', now(), now()
        from services s, numbered p, last where s.agency_id = '{agency.Id}'
        """);

    async Task<Operation> SimulateAsync(TestAgency agency, string key, object body)
    {
        var answer = await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/scarcity-rules/{key}/simulation", body);
        var asked = await answer.ReadAsync(HttpStatusCode.Accepted);
        Assert.Equal($"{agency.Path}/operations/{asked["id"]}", answer.Headers.Location!.ToString());
        var home = (await host.Services.GetRequiredService<Agencies>().FindAsync(agency.Slug, CancellationToken.None))!;
        return await host.CarryOutAsync(agency.Id, (Guid)asked["id"]!, progress => host.Services.GetRequiredService<ScarcitySimulations>().RunAsync(home, progress, CancellationToken.None));
    }

    static async Task<List<JsonNode>> QueueAsync(HttpClient agent, string path)
    {
        var cases = new List<JsonNode>();
        for (string? next = null; ;)
        {
            var page = await agent.GetJsonAsync(next is null ? path : $"{path}&cursor={next}");
            cases.AddRange(page["items"]!.AsArray()!);
            if ((next = (string?)page["next"]) is null) return cases;
        }
    }
}
