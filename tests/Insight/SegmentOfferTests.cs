using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>A segment gets more than the standard and never less; clocks keep it, and staff see what applies and not why.</summary>
public sealed class SegmentOfferTests(CirmHost host)
{
    static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    [Theory]
    [InlineData("""{"firstResponseHours": 9}""", "/firstResponseHours")]
    [InlineData("""{"resolutionHours": 48.01}""", "/resolutionHours")]
    [InlineData("""{"channels": ["phone"]}""", "/channels")]
    [InlineData("""{"languages": []}""", "/languages")]
    [InlineData("""{"languages": ["en"]}""", "/languages")]
    [InlineData("""{"priority": -1}""", "/priority")]
    public async Task Nothing_below_the_floor_is_offered(string offer, string pointer)
    {
        var agency = await WithServicesAsync();
        var manager = await agency.Manager;
        var path = $"{agency.Path}/segments/older/offers/lights";
        var refused = await (await PutTextAsync(manager, path, offer)).RefusedAsync("below-floor");
        Assert.Equal((422, pointer), ((int)refused["status"]!, (string?)refused["errors"]!.AsArray().Single()!["pointer"]));
        await (await manager.GetAsync(path)).RefusedAsync("not-found");
    }

    [Fact]
    public async Task Everything_below_the_floor_is_named_and_what_is_above_is_kept()
    {
        var agency = await WithServicesAsync();
        var manager = await agency.Manager;
        var path = $"{agency.Path}/segments/older/offers/lights";
        var refused = await (await manager.PutAsync(path, new { firstResponseHours = 100, resolutionHours = 100, priority = 3 }, null)).RefusedAsync("below-floor");
        Assert.Equal(["/firstResponseHours", "/resolutionHours"], refused["errors"]!.AsArray().Select(e => (string?)e!["pointer"]));
        var offer = new { firstResponseHours = 8, resolutionHours = 12, channels = (string[])["phone", "web", "counter", "letter"], languages = (string[])["fr"], priority = 5 };
        var made = await (await manager.PutAsync(path, offer, null)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal((8, 12, 5, false), ((int)made["firstResponseHours"]!, (int)made["resolutionHours"]!, (int)made["priority"]!, (bool)made["paused"]!));
        await (await manager.PutAsync(path, offer, "\"7\"")).RefusedAsync("precondition-failed");
        Assert.Equal(10, (int)(await (await manager.PutAsync(path, offer with { resolutionHours = 10 }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["resolutionHours"]!);
        Assert.Equal(["lights"], (await manager.GetJsonAsync($"{agency.Path}/segments/older/offers"))["items"]!.AsArray().Select(o => (string?)o!["service"]));
        await (await manager.PutAsync($"{agency.Path}/segments/older/offers/nothing", offer, null)).RefusedAsync("not-found");
        await (await manager.PutAsync($"{agency.Path}/segments/nobody/offers/lights", offer, null)).RefusedAsync("not-found");
        await (await manager.PutAsync(path, new { languages = (string[])["not a language"] }, null)).RefusedAsync("validation");
        await (await manager.DeleteAsync(path, null)).RefusedAsync("precondition-required");
        Assert.Equal(HttpStatusCode.NoContent, (await manager.DeleteAsync(path, "\"2\"")).StatusCode);
        await (await manager.GetAsync(path)).RefusedAsync("not-found");
    }

    [Fact]
    public async Task A_case_is_promised_what_its_citizens_segments_get_and_nobody_is_told_why()
    {
        var agency = await WithServicesAsync();
        var (manager, agent) = (await agency.Manager, await agency.Agent);
        await Segmenting.SegmentAsync(manager, agency, "tenants", new { attribute = "tenant", op = "eq", value = true });
        var (old, young) = (await CitizenAsync(agent, agency, new { age = 70, tenant = true }), await CitizenAsync(agent, agency, new { age = 20 }));
        await Segmenting.EvaluateAsync(host, agency);
        await (await manager.PutAsync($"{agency.Path}/segments/older/offers/lights", new { resolutionHours = 12, channels = (string[])["phone", "web", "counter", "letter"] }, null)).ReadAsync(HttpStatusCode.Created);
        await (await manager.PutAsync($"{agency.Path}/segments/tenants/offers/lights", new { firstResponseHours = 2, resolutionHours = 24, priority = 3 }, null)).ReadAsync(HttpStatusCode.Created);

        var promised = await CaseOfAsync(agent, agency, old, "lights");
        Assert.Equal((2, 12), Hours(promised));
        Assert.Equal((8, 48), Hours(await CaseOfAsync(agent, agency, young, "lights")));
        Assert.Equal((8, 48), Hours(await CaseOfAsync(agent, agency, old, "lamps")));
        Assert.Equal((8, 48), Hours(await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", new { service = "lights", kind = "report", title = "Dark", channel = "web" })));

        // Advice: of one's own and of the library; words, and the best of what is offered, without a name.
        await (await manager.PutAsync($"{agency.Path}/advice/slowly", new { name = "The old ones", text = new { en = "Take your time.", fa = "شتاب نکنید." } }, null)).ReadAsync(HttpStatusCode.Created);
        await (await manager.PutAsync($"{agency.Path}/segments/older/advice", new { advice = (string[])["slowly", "silent"] }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        var unknown = await (await manager.PutAsync($"{agency.Path}/segments/older/advice", new { advice = (string[])["silent", "loud"] }, "\"2\"")).RefusedAsync("validation");
        Assert.Equal("/advice/1", (string?)unknown["errors"]![0]!["pointer"]);
        var advice = await agent.GetJsonAsync($"{agency.Path}/cases/{promised["id"]}/advice");
        Assert.Equal(["texts", "offer"], advice.AsObject().Select(m => m.Key));
        Assert.Equal(2, advice["texts"]!.AsArray().Count);
        Assert.Contains("Take your time.", advice["texts"]!.ToJsonString());
        Assert.Equal((2, 12, 3, 4), ((int)advice["offer"]!["firstResponseHours"]!, (int)advice["offer"]!["resolutionHours"]!, (int)advice["offer"]!["priority"]!, advice["offer"]!["channels"]!.AsArray().Count));
        foreach (var label in (string[])["older", "tenants", "slowly", "The old ones", "\"silent\"", "segment"]) Assert.DoesNotContain(label, advice.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        var none = await agent.GetJsonAsync($"{agency.Path}/cases/{(await CaseOfAsync(agent, agency, young, "lights"))["id"]}/advice");
        Assert.Equal((0, null), (none["texts"]!.AsArray().Count, none["offer"]));
        await (await (await agency.Citizen).GetAsync($"{agency.Path}/cases/{promised["id"]}/advice")).RefusedAsync("not-allowed");
        Assert.Equal(6, (await manager.GetJsonAsync($"{agency.Path}/advice"))["items"]!.AsArray().Count(a => (bool)a!["standard"]!));

        // A list by segment is for managers, and recorded.
        Assert.Equal([(string?)promised["id"]], (await manager.GetJsonAsync($"{agency.Path}/cases?segment=older&service=lights"))["items"]!.AsArray().Select(c => (string?)c!["id"]));
        await (await agent.GetAsync($"{agency.Path}/cases?segment=older")).RefusedAsync("not-allowed");
        await (await agent.PostAsJsonAsync($"{agency.Path}/cases/bulk", new { filter = new { segment = "older" }, @do = new { note = new { text = "x", visibility = "internal" } } })).RefusedAsync("not-allowed");
        Assert.Contains("cases.listed-by-segment", await host.AuditActionsAsync(agency));

        // A calendar that changes moves the clock, and keeps the promise: open half of each day.
        var calendars = host.Services.GetRequiredService<Calendars>();
        var rules = new CalendarRules { TimeZone = "UTC", Hours = Days.ToDictionary(d => d, _ => (string[][])[["00:00", "12:00"]]), Holidays = [] };
        await (await (await agency.Admin).PutAsync(
            $"{agency.Path}/calendars/default", new { timeZone = rules.TimeZone, hours = rules.Hours, holidays = rules.Holidays }, null)).ReadAsync(HttpStatusCode.Created);
        await new Clocks(host.Services.GetRequiredService<TenantDb>(), calendars, TimeProvider.System).WatchAsync(agency.Id, CancellationToken.None);
        var counted = await agent.GetJsonAsync($"{agency.Path}/cases/{promised["id"]}");
        var open = rules.ToCalendar();
        var submitted = DateTimeOffset.Parse((string)counted["submittedAt"]!);
        Assert.Equal(open.AddOpen(submitted, TimeSpan.FromHours(12)), DateTimeOffset.Parse((string)counted["dueAt"]!));
        Assert.Equal(open.AddOpen(submitted, TimeSpan.FromHours(2)), DateTimeOffset.Parse((string)counted["firstResponseDueAt"]!));
    }

    [Fact]
    public async Task Extras_pause_while_everybody_does_not_get_the_standard()
    {
        var agency = await WithServicesAsync();
        var (manager, agent, admin) = (await agency.Manager, await agency.Agent, await agency.Admin);
        var old = await CitizenAsync(agent, agency, new { age = 70 });
        await Segmenting.EvaluateAsync(host, agency);
        var path = $"{agency.Path}/segments/older/offers/lights";
        await (await manager.PutAsync(path, new { resolutionHours = 12 }, null)).ReadAsync(HttpStatusCode.Created);
        var cases = new List<string>();
        for (var i = 0; i < 5; i++) cases.Add((string)(await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", new { service = "lights", kind = "report", title = "Dark", channel = "web" }))["id"]!);
        var db = host.Services.GetRequiredService<TenantDb>();

        // Four of five in time is what the rule wants; then one more is late.
        await host.Database.ExecuteAsOwnerAsync($"""
            update cases set due_at = now() - interval '1 hour', first_response_due_at = now() - interval '2 hours', first_response_at = now() - interval '3 hours', decided_at = now() - interval '2 hours'
            where agency_id = '{agency.Id}'
            """);
        await host.Database.ExecuteAsOwnerAsync($"update cases set decided_at = now() where id = '{cases[0]}'");
        await new ServiceFloors(db, TimeProvider.System).MeasureAsync(agency.Id, CancellationToken.None);
        Assert.False((bool)(await manager.GetJsonAsync(path))["paused"]!);
        Assert.Equal(12, Hours(await CaseOfAsync(agent, agency, old, "lights")).Item2);
        await host.Database.ExecuteAsOwnerAsync($"update cases set first_response_at = null where id = '{cases[1]}'");
        await new ServiceFloors(db, TimeProvider.System).MeasureAsync(agency.Id, CancellationToken.None);
        Assert.True((bool)(await manager.GetJsonAsync(path))["paused"]!);
        var plain = await CaseOfAsync(agent, agency, old, "lights");
        Assert.Equal((8, 48), Hours(plain));
        Assert.Null((await agent.GetJsonAsync($"{agency.Path}/cases/{plain["id"]}/advice"))["offer"]);

        // An agency that asks less of itself meets it.
        Assert.Equal(0.8m, (decimal)(await manager.GetJsonAsync($"{agency.Path}/floor-rule"))["share"]!);
        await (await admin.PutAsync($"{agency.Path}/floor-rule", new { share = 0.6, windowDays = 30 }, "\"0\"")).ReadAsync(HttpStatusCode.OK);
        Assert.False((bool)(await manager.GetJsonAsync(path))["paused"]!);
        await (await admin.PutAsync($"{agency.Path}/floor-rule", new { share = 0, windowDays = 30 }, "\"1\"")).RefusedAsync("validation");
        await (await admin.PutAsync($"{agency.Path}/floor-rule", new { share = 0.5, windowDays = 30 }, "\"0\"")).RefusedAsync("precondition-failed");
    }

    async Task<TestAgency> WithServicesAsync()
    {
        var agency = await Segmenting.AgencyAsync(host);
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
        {
            key = "lights", name = new { en = "Lights", es = "Luces" }, serves = new { en = "Everybody" }, rights = new { basis = "Law", objection = "Write" },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, channels = (string[])["phone", "web", "counter"], publish = true,
        });
        await Segmenting.SegmentAsync(await agency.Manager, agency, "older", new { attribute = "age", op = "ge", value = 65 });
        return agency;
    }

    static async Task<string> CitizenAsync(HttpClient agent, TestAgency agency, object attributes) => (string)(await agent.PostJsonAsync($"{agency.Path}/citizens", new { attributes }))["id"]!;

    static Task<System.Text.Json.Nodes.JsonNode> CaseOfAsync(HttpClient agent, TestAgency agency, string citizen, string service) =>
        agent.PostJsonAsync($"{agency.Path}/cases", new { service, kind = "report", title = "Dark", channel = "phone", citizenId = citizen });

    static (double, double) Hours(System.Text.Json.Nodes.JsonNode submitted)
    {
        var at = DateTimeOffset.Parse((string)submitted["submittedAt"]!);
        return ((DateTimeOffset.Parse((string)submitted["firstResponseDueAt"]!) - at).TotalHours, (DateTimeOffset.Parse((string)submitted["dueAt"]!) - at).TotalHours);
    }

    static Task<HttpResponseMessage> PutTextAsync(HttpClient client, string path, string body) =>
        client.PutAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}
