using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Information;

public sealed class ArticleTests(CirmHost host)
{
    [Fact]
    public async Task An_agent_writes_a_manager_publishes_and_the_public_reads_what_is_published()
    {
        var agency = await host.NewAgencyAsync();
        var (agent, manager, path) = (await agency.Agent, await agency.Manager, $"{agency.Path}/articles/lamps");
        var text = new { key = "lamps", kind = "guide", title = new { en = "Lamps", fa = "چراغ‌ها" }, body = "# Lamps\n\nLook for the **number**.", tags = new List<string> { "light" } };
        Assert.Equal("/publish not-allowed", Error(await (await agent.PostAsJsonAsync($"{agency.Path}/articles", new { text.key, text.kind, text.title, text.body, publish = true })).RefusedAsync("validation")));
        await agent.PostJsonAsync($"{agency.Path}/articles", text);
        await (await agent.PostAsJsonAsync($"{agency.Path}/articles", text)).RefusedAsync("article-taken");
        await (await agent.PostAsJsonAsync($"{agency.Path}/notices", text)).RefusedAsync("article-taken");
        await (await host.Anonymous.GetAsync(path)).RefusedAsync("not-found");
        Assert.Equal("draft", (string?)(await agent.GetJsonAsync(path))["state"]);

        await (await agent.PostAsync($"{path}/versions/1/review", null)).ReadAsync(HttpStatusCode.OK);
        await (await agent.PostAsync($"{path}/versions/1/review", null)).RefusedAsync("not-a-draft");
        await (await agent.PostAsync($"{path}/versions/1/publish", null)).RefusedAsync("not-allowed");
        // Whoever changes what waits for review takes it back.
        Assert.Equal("draft", (string?)(await (await agent.PatchAsync($"{path}/versions/1", new { tags = new List<string> { "light", "night" } }, "\"2\"")).ReadAsync(HttpStatusCode.OK))["state"]);
        await (await agent.PostAsync($"{path}/versions/1/review", null)).ReadAsync(HttpStatusCode.OK);
        var published = await (await manager.PostAsync($"{path}/versions/1/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.NotEqual((string?)published["author"], (string?)published["reviewer"]);
        await (await manager.PostAsync($"{path}/versions/1/publish", null)).RefusedAsync("not-a-draft");
        await (await agent.PatchAsync($"{path}/versions/1", new { title = "Other" }, "\"5\"")).RefusedAsync("not-a-draft");

        var seen = await host.Anonymous.GetJsonAsync(path);
        Assert.Equal("چراغ‌ها", (string?)seen["title"]!["fa"]);
        Assert.Null(seen["author"]);
        Assert.Null(seen["reviewer"]);
        await (await host.Anonymous.GetAsync($"{path}/versions")).RefusedAsync("sign-in-needed");

        await agent.PostJsonAsync($"{path}/versions", new { title = "Lanterns", body = "Look up." });
        await (await agent.PostAsJsonAsync($"{path}/versions", new { title = "Lanterns", body = "Look up." })).RefusedAsync("draft-exists");
        Assert.Equal("Lamps", (string?)(await agent.GetJsonAsync(path))["title"]!["en"]);
        await (await manager.PostAsync($"{path}/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(["2 published", "1 published"], (await agent.GetJsonAsync($"{path}/versions"))["items"]!.AsArray().Select(v => $"{v!["number"]} {v["state"]}"));
        await (await manager.PostAsync($"{path}/retire", null)).ReadAsync(HttpStatusCode.OK);
        await (await host.Anonymous.GetAsync(path)).RefusedAsync("not-found");
        Assert.Equal("retired", (string?)(await agent.GetJsonAsync(path))["state"]);
        Assert.Equal(
            ["article.created", "article.submitted", "article.draft-changed", "article.submitted", "article.published", "article.drafted", "article.published", "article.retired"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("article.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_notice_to_segments_is_shown_to_who_is_in_one_of_them_and_does_not_say_so()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var (tenant, id) = await Asking.CitizenAsync(host, agency);
        var (owner, _) = await Asking.CitizenAsync(host, agency);
        var segment = Guid.CreateVersion7();
        await host.Database.ExecuteAsOwnerAsync($$"""
            insert into segments (agency_id, id, key, name, rule, sensitive, by_behaviour, created_at, updated_at) values ('{{agency.Id}}', '{{segment}}', 'tenants', '{}', '{}', false, false, now(), now());
            insert into segment_members (agency_id, segment_id, citizen_id, valid_from) values ('{{agency.Id}}', '{{segment}}', '{{id}}', now())
            """);
        var (notices, notice) = ($"{agency.Path}/notices", new { key = "heating", title = "Zephyr heating", body = "Ask your landlord.", segments = (string[])["tenants", "nobody"], publish = true });
        Assert.Equal("/segments/1 unknown", Error(await (await manager.PostAsJsonAsync(notices, notice)).RefusedAsync("validation")));
        Assert.Equal("/segments not-allowed",
            Error(await (await manager.PostAsJsonAsync($"{agency.Path}/articles", new { key = "a", kind = "guide", title = "A", body = "A", segments = (string[])["tenants"] })).RefusedAsync("validation")));
        await manager.PostJsonAsync(notices, notice with { segments = ["tenants"] });

        var seen = Assert.Single((await tenant.GetJsonAsync(notices))["items"]!.AsArray())!;
        Assert.Null(seen["segments"]);
        Assert.Equal("heating", (string?)(await tenant.GetJsonAsync($"{notices}/heating"))["key"]);
        foreach (var other in new[] { owner, host.Anonymous })
        {
            Assert.Empty((await other.GetJsonAsync(notices))["items"]!.AsArray());
            await (await other.GetAsync($"{notices}/heating")).RefusedAsync("not-found");
        }
        Assert.Equal("tenants", (string?)(await manager.GetJsonAsync($"{notices}/heating"))["segments"]![0]);
        Assert.Empty((await tenant.GetJsonAsync($"{agency.Path}/search?q=zephyr"))["items"]!.AsArray()); // a search answers everybody alike

        // The next version is for all.
        await manager.PostJsonAsync($"{notices}/heating/versions", new { title = "Zephyr heating", body = "Ask us." });
        await (await manager.PostAsync($"{notices}/heating/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Single((await owner.GetJsonAsync(notices))["items"]!.AsArray());
        Assert.Single((await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q=zephyr"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_notice_is_shown_between_its_dates_and_stands_apart_from_articles()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var now = DateTimeOffset.UtcNow;
        foreach (var (key, from, to) in (ValueTuple<string, double, double>[])[("past", -2, -1), ("now", -1, 1), ("coming", 1, 2)])
            await manager.PostJsonAsync($"{agency.Path}/notices", new { key, title = key, body = "Mind it.", validFrom = now.AddDays(from), validTo = now.AddDays(to), publish = true });
        Assert.Equal(["now"], (await host.Anonymous.GetJsonAsync($"{agency.Path}/notices"))["items"]!.AsArray().Select(n => (string?)n!["key"]));
        Assert.Equal(["coming", "now", "past"], (await manager.GetJsonAsync($"{agency.Path}/notices"))["items"]!.AsArray().Select(n => (string?)n!["key"]));
        foreach (var key in (string[])["past", "coming"]) await (await host.Anonymous.GetAsync($"{agency.Path}/notices/{key}")).RefusedAsync("not-found");
        await (await manager.GetAsync($"{agency.Path}/articles/now")).RefusedAsync("not-found");
        Assert.Empty((await manager.GetJsonAsync($"{agency.Path}/articles"))["items"]!.AsArray());
        Assert.Equal("/kind not-allowed", Error(await (await manager.PostAsJsonAsync($"{agency.Path}/articles", new { key = "x", kind = "notice", title = "X", body = "Y" })).RefusedAsync("validation")));
    }

    [Fact]
    public async Task Dates_and_services_that_cannot_be_are_told()
    {
        var agency = await host.NewAgencyAsync();
        var agent = await agency.Agent;
        foreach (var (dates, error) in (ValueTuple<object, string>[])
        [
            (new { key = "a", title = "A", body = "B", validFrom = "2026-03-21T00:00:00Z", validTo = "2026-03-21T00:00:00Z" }, "/validTo range"),
            (new { key = "a", title = "A", body = "B", validFrom = "1899-12-31T00:00:00Z" }, "/validFrom range"),
            (new { key = "a", title = "A", body = "B", validTo = "10000-01-01T00:00:00Z" }, "/validTo type"),
            (new { key = "a", title = "A", body = "B", services = new List<string> { "nowhere" } }, "/services/0 unknown"),
        ])
            Assert.Equal(error, Error(await (await agent.PostAsJsonAsync($"{agency.Path}/notices", dates)).RefusedAsync("validation")));
    }

    static string Error(System.Text.Json.Nodes.JsonNode problem) => $"{problem["errors"]![0]!["pointer"]} {problem["errors"]![0]!["code"]}";
}
