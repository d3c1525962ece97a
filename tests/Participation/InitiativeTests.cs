using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Participation;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Participation;

/// <summary>An initiative is a promise: nobody can quietly weaken it once it is open.</summary>
public sealed class InitiativeTests(CirmHost host)
{
    [Fact]
    public async Task A_draft_is_for_staff_and_what_is_published_for_everybody()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, path) = (await agency.Manager, $"{agency.Path}/initiatives");
        var made = await manager.PostJsonAsync(path, new { key = "park", title = "The park", tier = "consultation", opensAt = Later(1), closesAt = Later(9), draft = true, mandate = "We answer all of it." });
        Assert.Equal("draft false", $"{made["state"]} {made["binding"]}");
        await (await host.Anonymous.GetAsync($"{path}/park")).RefusedAsync("not-found");
        Assert.Empty((await host.Anonymous.GetJsonAsync(path))["items"]!.AsArray());
        await (await manager.PostAsJsonAsync(path, new { key = "park", title = "x", tier = "consultation", opensAt = Later(1), closesAt = Later(2) })).RefusedAsync("initiative-taken");

        Assert.Equal("planned", (string?)(await PatchAsync(manager, $"{path}/park", new { draft = false, closesAt = Later(5) }))["state"]); // before it opens, anything
        Assert.Equal("We answer all of it.", (string?)(await host.Anonymous.GetJsonAsync($"{path}/park"))["mandate"]!["en"]);
        Assert.Equal("open", (string?)(await manager.PostJsonAsync($"{path}/park/open", new { }, HttpStatusCode.OK))["state"]);
        await (await manager.PostAsJsonAsync($"{path}/park/open", new { })).RefusedAsync("initiative-open");
        await (await manager.DeleteAsync($"{path}/park", await TagAsync(manager, $"{path}/park"))).RefusedAsync("initiative-open");
        Assert.Equal(["published", "opened"], await KindsAsync($"{path}/park"));
        Assert.Equal(["initiative.created", "initiative.changed", "initiative.opened"], (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("initiative", StringComparison.Ordinal)));
        await (await (await agency.Citizen).PostAsJsonAsync(path, new { key = "mine", title = "Mine", tier = "consultation", opensAt = Later(1), closesAt = Later(2) })).RefusedAsync("not-allowed");
    }

    [Fact]
    public async Task A_promise_is_raised_and_never_lowered()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var park = await Deciding.OpenAsync(agency, "consultation");
        var raised = await PatchAsync(manager, park, new { tier = "decision", binding = true, decision = new { method = "approval" } });
        Assert.Equal("decision open 1", $"{raised["tier"]} {raised["state"]} {raised["decision"]!["winners"]}");
        await RefusedAsync(new { tier = "consultation", decision = (object?)null }, "tier-promised");
        await RefusedAsync(new { binding = false }, "mandate-fixed");
        await RefusedAsync(new { mandate = "We shall see." }, "mandate-fixed");
        await RefusedAsync(new { decision = new { method = "score" } }, "initiative-open");
        await RefusedAsync(new { areas = (string[])["7"], areaAttribute = "area" }, "validation"); // no such attribute
        await RefusedAsync(new { census = true }, "initiative-open");
        await RefusedAsync(new { opensAt = Later(-2) }, "initiative-open");
        await RefusedAsync(new { title = "Another question" }, "initiative-open");
        await RefusedAsync(new { channels = (string[])["counter"] }, "initiative-open");
        await RefusedAsync(new { channels = (string[])["web"] }, "validation"); // somebody has no internet
        Assert.Equal("کدام؟", (string?)(await PatchAsync(manager, park, new { title = new { fa = "کدام؟" }, languages = (string[])["en", "fa"] }))["title"]!["fa"]); // a language can come

        async Task RefusedAsync(object patch, string code) => await (await manager.PatchAsync(park, patch, await TagAsync(manager, park))).RefusedAsync(code);
    }

    [Fact]
    public async Task Deadlines_move_forward_and_with_a_reason_that_everybody_reads()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var park = await Deciding.OpenAsync(agency, "consultation", closesAt: Later(7));
        await (await manager.PatchAsync(park, new { closesAt = Later(3) }, await TagAsync(manager, park))).RefusedAsync("deadline-forward");
        var why = await (await manager.PatchAsync(park, new { closesAt = Later(10) }, await TagAsync(manager, park))).RefusedAsync("validation");
        Assert.Equal("/reason", (string?)why["errors"]![0]!["pointer"]);
        var (ideas, talk) = (new { key = "ideas", opensAt = Later(0), closesAt = Later(4) }, new { key = "talk", opensAt = Later(5), closesAt = Later(9) });
        await PatchAsync(manager, park, new { closesAt = Later(10), reason = "Snow.", phases = (object[])[ideas] });
        await (await manager.PatchAsync(park, new { phases = Array.Empty<object>() }, await TagAsync(manager, park))).RefusedAsync("initiative-open");
        await (await manager.PatchAsync(park, new { phases = (object[])[new { key = "ideas", opensAt = Later(0), closesAt = Later(2) }] }, await TagAsync(manager, park))).RefusedAsync("deadline-forward");
        await PatchAsync(manager, park, new { closesAt = Later(11), reason = "Snow.", phases = (object[])[ideas, talk] });
        foreach (var sooner in (object[])[new { key = "talk", opensAt = Later(3), closesAt = Later(9) }, new { key = "talk", opensAt = Later(5), closesAt = Later(8) }])
            await (await manager.PatchAsync(park, new { phases = (object[])[ideas, sooner], reason = "We are in a hurry." }, await TagAsync(manager, park))).RefusedAsync("deadline-forward");
        var moved = (await host.Anonymous.GetJsonAsync($"{park}/history"))["items"]!.AsArray()[^1]!;
        Assert.Equal("deadlineMoved Snow.", $"{moved["kind"]} {moved["reason"]!["en"]}");

        await (await manager.PostAsJsonAsync($"{park}/close", new { })).RefusedAsync("validation"); // before its time, only with a reason
        Assert.Equal("closed", (string?)(await Deciding.CloseAsync(agency, park))["state"]);
        await (await manager.PostAsJsonAsync($"{park}/close", new { })).RefusedAsync("initiative-closed");
        await (await manager.PatchAsync(park, new { closesAt = Later(20), reason = "More." }, await TagAsync(manager, park))).RefusedAsync("initiative-closed");
        var planned = (await manager.PostJsonAsync($"{agency.Path}/initiatives", new { key = "later", title = "Later", tier = "consultation", opensAt = Later(1), closesAt = Later(2) }))["key"];
        await (await manager.PostAsJsonAsync($"{agency.Path}/initiatives/{planned}/close", new { reason = "x" })).RefusedAsync("initiative-not-open");
        Assert.Equal(HttpStatusCode.NoContent, (await manager.DeleteAsync($"{agency.Path}/initiatives/{planned}", "\"1\"")).StatusCode);
        var over = await Deciding.OpenAsync(agency, "consultation", closesAt: DateTimeOffset.UtcNow.AddSeconds(-1));
        await (await manager.PatchAsync(over, new { closesAt = Later(20), reason = "More." }, await TagAsync(manager, over))).RefusedAsync("initiative-not-open"); // its time is over
    }

    [Fact]
    public async Task Lineage_and_what_cannot_be_are_told()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, path) = (await agency.Manager, $"{agency.Path}/initiatives");
        var park = await Deciding.OpenAsync(agency, "consultation");
        var from = park.Split('/')[^1];
        var insight = (await manager.PostJsonAsync($"{agency.Path}/insights", new { title = "Dark", text = "Too dark.", source = "cases" }))["id"];
        var next = await manager.PostJsonAsync(path, new
        {
            key = "lamps", title = "Lamps", tier = "decision", opensAt = Later(1), closesAt = Later(2), derivedFrom = from, insight, decision = new { method = "budget-equal-shares", budget = 1000 },
        });
        Assert.Equal($"{from} {insight} add1 cost true", $"{next["derivedFrom"]} {next["insight"]} {next["decision"]!["completion"]} {next["decision"]!["utility"]} {next["binding"]}");
        Assert.Equal("lamps", (string?)(await host.Anonymous.GetJsonAsync($"{path}?derivedFrom={from}&tier=decision&state=planned"))["items"]![0]!["key"]);

        await WrongAsync(new { method = "dice" }, "/decision/method", "unknown");
        await WrongAsync(new { method = "budget-greedy" }, "/decision/budget", "required");
        await WrongAsync(new { method = "ranking", winners = 2 }, "/decision/winners", "range");
        await WrongAsync(new { method = "approval", rule = "borda" }, "/decision/rule", "not-allowed");
        await WrongAsync(new { method = "score", quorum = 2.5 }, "/decision/quorum", "range");
        await WrongAsync(null, "/decision", "required");

        async Task WrongAsync(object? decision, string pointer, string code)
        {
            var refused = await (await manager.PostAsJsonAsync(path, new { key = "wrong", title = "x", tier = "decision", opensAt = Later(1), closesAt = Later(2), decision })).RefusedAsync("validation");
            Assert.Contains(refused["errors"]!.AsArray(), e => $"{e!["pointer"]} {e["code"]}" == $"{pointer} {code}");
        }
    }

    [Fact]
    public async Task Who_may_take_part_is_said_by_segment_area_and_list()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, admin, path) = (await agency.Manager, await agency.Admin, $"{agency.Path}/initiatives");
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "district", name = "District", type = "text", purpose = "To know." });
        var inSeven = await MakeCitizenAsync("7");
        var inEight = await MakeCitizenAsync("8");
        var open = await Deciding.OpenAsync(agency, "consultation", areas: ["7"]);
        await EligibleAsync(open, inSeven, true);
        await EligibleAsync(open, inEight, false);
        Assert.Equal(1, await CountAsync(open));

        var list = (string)(await manager.PostJsonAsync(path, new { key = "listed", title = "Listed", tier = "consultation", opensAt = Later(1), closesAt = Later(2), census = true }))["key"]!;
        var added = await (await manager.PostAsJsonAsync($"{path}/{list}/census", new { citizens = (string[])[$"{inEight}", "C-8", "C-404"] })).ReadAsync(HttpStatusCode.OK);
        Assert.Equal("1 C-404 1", $"{added["added"]} {added["unknown"]![0]} {added["size"]}");
        await EligibleAsync($"{path}/{list}", inEight, true);
        await EligibleAsync($"{path}/{list}", inSeven, false);
        await manager.PostJsonAsync($"{path}/{list}/open", new { }, HttpStatusCode.OK);
        await (await manager.PostAsJsonAsync($"{path}/{list}/census", new { citizens = (string[])[$"{inSeven}"] })).RefusedAsync("initiative-open");

        async Task<Guid> MakeCitizenAsync(string district) => Guid.Parse((string)(await admin.PostJsonAsync($"{agency.Path}/citizens", new { externalId = $"C-{district}", attributes = new { district } }))["id"]!);

        async Task<T> WithAsync<T>(string initiative, Func<TenantTransaction, Guid, Task<T>> ask)
        {
            var id = Guid.Parse((string)(await manager.GetJsonAsync(initiative))["id"]!);
            await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
            return await ask(transaction, id);
        }

        Task<long> CountAsync(string initiative) => WithAsync(initiative, (t, id) => Eligibility.CountAsync(t, id, CancellationToken.None));

        async Task EligibleAsync(string initiative, Guid citizen, bool expected) => Assert.Equal(expected, await WithAsync(initiative, async (t, id) =>
        {
            var refused = await Record.ExceptionAsync(() => Eligibility.CheckAsync(t, id, citizen, CancellationToken.None));
            if (refused is not null) Assert.Equal("not-eligible", Assert.IsType<Cirm.Core.Platform.Refusal>(refused).Problem.Code);
            return refused is null;
        }));
    }

    static DateTimeOffset Later(int days) => DateTimeOffset.UtcNow.AddDays(days);

    async Task<string[]> KindsAsync(string initiative) => [.. (await host.Anonymous.GetJsonAsync($"{initiative}/history"))["items"]!.AsArray().Select(e => (string)e!["kind"]!)];

    static async Task<string> TagAsync(HttpClient client, string path) => (await client.GetAsync(path)).Headers.ETag!.Tag;

    static async Task<JsonNode> PatchAsync(HttpClient client, string path, object patch) => await (await client.PatchAsync(path, patch, await TagAsync(client, path))).ReadAsync(HttpStatusCode.OK);
}
