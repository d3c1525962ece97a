using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.BrowserTests;

/// <summary>What managers and admins have on their pages: as much of each as of all in the world, and as hostile.</summary>
static class Office
{
    static readonly string[] Districts = ["1", "2", "3"];

    public static async Task FurnishAsync(World world)
    {
        var (agency, manager, admin) = (world.Agency, await world.Agency.Manager, await world.Agency.Admin);
        for (var i = 0; i < World.Many; i++)
            await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = i == 0 ? "district" : $"attribute{i}", name = World.Say("District"), type = "code", values = Districts, purpose = "To serve every district equally well." });
        await AdministerAsync(world, admin);
        await SegmentsAsync(world, manager);
        await SurveysAsync(world, manager);
        for (var i = 0; i < World.Many; i++)
            world.Known["insight"] = (string)(await manager.PostJsonAsync($"{agency.Path}/insights", new { title = World.Say("Dark harbour"), text = World.Say("Lamps are out"), source = "cases", service = "lamps" }))["id"]!;
    }

    static async Task AdministerAsync(World world, HttpClient admin)
    {
        var agency = world.Agency;
        for (var i = 0; i < World.Many; i++)
        {
            world.Known["member"] = (string)(await admin.PostJsonAsync($"{agency.Path}/members", new { email = $"m{i}@{agency.Slug}.example", role = "agent", name = World.Hostile }))["id"]!;
            await admin.PostJsonAsync($"{agency.Path}/api-keys", new { name = World.Hostile, scopes = (string[])["cases:read"] });
            var webhook = await admin.PostJsonAsync($"{agency.Path}/webhooks", new { url = $"https://93.184.215.14/{i}", events = (string[])["case.submitted"], description = World.Hostile });
            world.Known["webhook"] = (string)webhook["id"]!;
            await admin.PostJsonAsync($"{agency.Path}/exports", new { kind = "services" }, HttpStatusCode.Accepted);
            await admin.PostJsonAsync($"{agency.Path}/units", new { key = $"unit-{i}", name = World.Say("Water") });
            await (await admin.PutAsJsonAsync($"{agency.Path}/answer-templates/template-{i}", new { name = World.Say("Done"), text = World.Say("It is done.", World.Markup) })).ReadAsync(HttpStatusCode.Created);
            await (await admin.PutAsJsonAsync($"{agency.Path}/moderation-rules/rule-{i}", new { title = World.Say("No insults"), text = World.Say("Nobody is insulted.") })).ReadAsync(HttpStatusCode.OK);
        }
        for (var i = 0; i < World.Many; i++) await admin.PostJsonAsync($"{agency.Path}/webhooks/{world.Known["webhook"]}/test", new { }, HttpStatusCode.OK);
    }

    static async Task SegmentsAsync(World world, HttpClient manager)
    {
        var path = $"{world.Agency.Path}/segments";
        object Rule(int i) => new { all = new object[] { new { attribute = "district", op = "in", value = Districts[..(1 + i % 3)] }, new { not = new { behaviour = "cases", service = "lamps", withinDays = 365, op = "ge", value = i } } } };
        for (var i = 0; i < World.Many; i++)
            await manager.PostJsonAsync(path, new { key = $"segment-{i}", name = World.Say("Tenants"), parent = i % 4 == 0 ? null : $"segment-{i - 1}", rule = Rule(i), variant = i == 0 ? new { service = "lamps", text = World.Say("Sooner") } : null });
        await (await manager.PutAsJsonAsync($"{path}/segment-0/offers/lamps", new { firstResponseHours = 4, resolutionHours = 24 })).ReadAsync(HttpStatusCode.Created);
        world.Known["operation"] = (string)(await manager.PostJsonAsync($"{path}/segment-0/snapshots", new { }, HttpStatusCode.Accepted))["id"]!;
        await using var transaction = await world.Cirm.Services.GetRequiredService<TenantDb>().BeginAsync(world.Agency.Id, CancellationToken.None);
        await transaction.ExecuteAsync("""
            insert into segment_snapshots (agency_id, segment_id, id, taken_at, size, shown_size, shown_added, shown_removed)
            select @agency, s.id, gen_random_uuid(), now() - make_interval(days => n), 100 + n, case when n % 4 > 0 then 100 + n end, null, null
            from segments s cross join generate_series(1, 12) n
            where s.agency_id = @agency
            """, null, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    static async Task SurveysAsync(World world, HttpClient manager)
    {
        var agency = world.Agency;
        object[] Options(params string[] keys) => [.. keys.Select(key => new { key, text = World.Say(key) })];
        object Survey(string key) => new
        {
            key, title = World.Say("Your street"), introduction = World.Say("What for"), anonymity = "confidential", breakdowns = (string[])["district"],
            questions = new object[]
            {
                new { key = "lit", type = "single", text = World.Say("Is it lit?"), options = Options("yes", "no"), required = true }, new { key = "safe", type = "scale", text = World.Say("How safe?"), min = 1, max = 5 },
                new { key = "why", type = "text", text = World.Say("Why?") }, new { key = "needs", type = "multiple", text = World.Say("What?"), options = Options("light", "bench") },
                new { key = "years", type = "number", text = World.Say("Since when?"), min = 0 }, new { key = "order", type = "ranking", text = World.Say("Which first?"), options = Options("light", "bench") },
                new { key = "grid", type = "matrix", text = World.Say("How well?"), rows = Options("day", "night"), options = Options("well", "badly") }, new { key = "trust", item = "trust-people" },
            },
        };
        for (var i = 0; i < World.Many; i++) await manager.PostJsonAsync($"{agency.Path}/surveys", Survey($"survey-{i}"));
        JsonNode wave = new JsonObject();
        for (var i = 0; i < World.Many; i++)
            wave = await manager.PostJsonAsync($"{agency.Path}/surveys/survey-0/waves", new { name = $"2026-{i} <b>", opensAt = DateTimeOffset.UtcNow.AddHours(-1), closesAt = DateTimeOffset.UtcNow.AddDays(7) });
        var id = (Guid)wave["id"]!;
        await using (var transaction = await world.Cirm.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None))
        {
            await transaction.ExecuteAsync("""
                insert into survey_strata (agency_id, wave_id, stratum, labels, segments, eligible)
                select @agency, @id, n, jsonb_build_object('district', n::text), '{}', 1000 from generate_series(1, 3) n
                """, new { id }, CancellationToken.None);
            await transaction.ExecuteAsync("""
                insert into survey_responses (agency_id, wave_id, id, stratum, answers, assisted, channel, batch)
                select @agency, @id, gen_random_uuid(), case when n < 60 then 1 when n < 126 then 2 else 3 end,
                       jsonb_build_object('lit', case when n % 2 = 0 then 'yes' else 'no' end, 'safe', 1 + n % 5, 'grid', jsonb_build_object('day', 'well', 'night', 'badly'),
                                          'order', '["light", "bench"]'::jsonb, 'needs', '["light"]'::jsonb, 'years', n % 30, 'trust', n % 11), false, 'web', 1
                from generate_series(0, 129) n
                """, new { id }, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        await world.Cirm.Services.GetRequiredService<SurveyResults>().PublishAsync(agency.Id, id, PublishReason.Asked, true, CancellationToken.None);
        world.Known["wave"] = id.ToString();
    }
}
