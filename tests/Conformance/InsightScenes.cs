using System.Net;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Conformance;

/// <summary>Segments, surveys, findings, rules and opposed demands, in the state that an operation is about.</summary>
static class InsightScenes
{
    public static async Task<string> SegmentAsync(World world) =>
        (string)(await (await world.Agency.Manager).PostJsonAsync($"{world.Agency.Path}/segments", new
        {
            key = $"segment-{Guid.NewGuid():N}", name = world.Marker, rule = new { behaviour = "cases", op = "ge", value = 1 },
        }))["key"]!;

    public static async Task<string> OfferAsync(World world)
    {
        var path = $"{world.Agency.Path}/segments/{await SegmentAsync(world)}/offers/{world.Known["service"]}";
        await (await (await world.Agency.Manager).PutAsync(path, new { firstResponseHours = 1 }, null)).ReadAsync(HttpStatusCode.Created);
        return path;
    }

    // Confidential: agents read its texts too.
    public static object TextSurvey(World world) => new
    {
        key = $"walk-{Guid.NewGuid():N}", title = world.Marker, anonymity = "confidential", questions = new[] { new { key = "why", type = "text", text = world.Marker } },
    };

    public static async Task<string> TextSurveyAsync(World world) =>
        $"{world.Agency.Path}/surveys/{(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/surveys", TextSurvey(world)))["key"]}";

    // One text of a wave that is over, and a code book for it.
    public static async Task<(string Texts, string Id)> TextAsync(World world)
    {
        var (survey, admin) = (await TextSurveyAsync(world), await world.Agency.Admin);
        await (await admin.PutAsync($"{survey}/questions/why/codes", new { codes = (object[])[new { key = "lighting", text = world.Marker }] }, null)).ReadAsync(HttpStatusCode.OK);
        var made = await admin.PostJsonAsync($"{survey}/waves", new { name = "past", opensAt = DateTimeOffset.UtcNow.AddDays(-2), closesAt = DateTimeOffset.UtcNow.AddDays(-1) });
        var wave = $"{survey}/waves/{made["id"]}";
        await Publishing.PutAsync(world.Host, world.Agency, wave, Enumerable.Range(0, 10).Select(_ => (0, (object)new { why = world.Marker })));
        await Asking.Settling(world.Host).SettleAsync(world.Agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None);
        return ($"{wave}/texts", (string)(await admin.GetJsonAsync($"{wave}/texts?question=why"))["items"]![0]!["id"]!);
    }

    public static async Task<string> DecidedInsightAsync(World world, string decision)
    {
        var path = $"{world.Agency.Path}/insights";
        var id = (await (await world.Agency.Admin).PostJsonAsync(path, new { title = $"Lamps {world.Marker}", text = "Too dark.", source = "cases" }))["id"];
        await (await world.Agency.Admin).PostJsonAsync($"{path}/{id}/decision", new { decision, reason = "So." }, HttpStatusCode.OK);
        return $"{path}/{id}";
    }

    public static async Task<(string Path, string Simulation)> SimulatedRuleAsync(World world)
    {
        var (path, admin) = ($"{world.Agency.Path}/scarcity-rules", await world.Agency.Admin);
        var key = (string)(await admin.PostJsonAsync(path, new { key = $"walk-{Guid.NewGuid():N}", name = "Winter", service = world.Known["service"] }))["key"]!;
        var asked = await admin.PostJsonAsync($"{path}/{key}/simulation", new { past = new { from = "2026-01", to = "2026-01" }, capacity = 1 }, HttpStatusCode.Accepted);
        var home = (await world.Host.Services.GetRequiredService<Agencies>().FindAsync(world.Agency.Slug, CancellationToken.None))!;
        var simulations = world.Host.Services.GetRequiredService<ScarcitySimulations>();
        await world.Host.CarryOutAsync(world.Agency.Id, (Guid)asked["id"]!, progress => simulations.RunAsync(home, progress, CancellationToken.None));
        return ($"{path}/{key}", (string)asked["id"]!);
    }

    public static async Task<object> OpposedAsync(World world)
    {
        var sides = new List<object>();
        foreach (var demand in (string[])["More light.", "Less light."])
        {
            var segment = $"walk-{Guid.NewGuid():N}";
            await ScarcityRuleTests.SegmentAsync(world.Host, world.Agency, segment);
            sides.Add(new { segment, demand });
        }
        // Of a service of its own: decisions on the others need not know of it.
        return new { service = await world.Agency.MakeServiceAsync($"walk-{Guid.NewGuid():N}"), title = $"Light {world.Marker}", sides };
    }

    public static async Task<string> DialogueAsync(World world)
    {
        var (path, admin) = ($"{world.Agency.Path}/opposed-demands", await world.Agency.Admin);
        var id = (await admin.PostJsonAsync(path, await OpposedAsync(world)))["id"];
        await admin.PostJsonAsync($"{path}/{id}/dialogue", new { invitation = "In the town hall.", closesAt = DateTimeOffset.UtcNow.AddDays(7) }, HttpStatusCode.OK);
        return $"{path}/{id}";
    }

    // As the job leaves it.
    public static async Task<string> ProposedAsync(World world)
    {
        var id = (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/opposed-demands", await OpposedAsync(world)))["id"]!;
        await world.Host.Database.ExecuteAsOwnerAsync($"update opposed_demands set state = 'proposed' where agency_id = '{world.Agency.Id}' and id = '{id}'");
        return $"{world.Agency.Path}/opposed-demands/{id}";
    }
}
