using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Statistics;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Insight;

/// <summary>What a decision did to trust: a standard item before and after.</summary>
public sealed class ItemMeasureTests(CirmHost host)
{
    [Fact]
    public async Task The_change_of_a_standard_item_between_two_waves_is_an_effect_with_its_bound()
    {
        var (agency, manager) = await AgencyAsync();
        await WaveAsync(agency, "spring", "2025-03-20", 110, i => i % 11); // the mean is 5
        await WaveAsync(agency, "summer", "2025-06-10", 60, i => 5); // in neither time
        await WaveAsync(agency, "autumn", "2025-09-20", 200, i => i < 110 ? i % 11 : 10); // 7.25
        var measure = await manager.PostJsonAsync($"{await InsightAsync(agency)}/measures", Item("trust-agency", "2025-03", "2025-09"));
        Assert.Equal(("surveyItem", "mood", "trust-agency"), ((string?)measure["kind"], (string?)measure["survey"], (string?)measure["item"]));
        var (before, after, change) = (measure["result"]!["baseline"]!, measure["result"]!["after"]!, measure["result"]!["change"]!);
        Assert.Equal((5.0, 110, 7.25, 200, 2.25), ((double)before["value"]!, (int)before["n"]!, (double)after["value"]!, (int)after["n"]!, (double)change["value"]!));
        var (then, now) = (Bounds.OfMean(5, Math.Sqrt(10 / 109.0)), Bounds.OfMean(7.25, Math.Sqrt(2337.5 / 199 / 200)));
        Assert.Equal(then.Low, (double)before["low"]!, 4);
        var bounds = Bounds.OfChange(7.25, now, 5, then);
        Assert.Equal(bounds.Low, (double)change["low"]!, 3);
        Assert.Equal(bounds.High, (double)change["high"]!, 3);
        Assert.True((bool)measure["result"]!["computed"]!);
    }

    [Fact]
    public async Task What_was_not_published_or_not_asked_is_no_effect()
    {
        var (agency, manager) = await AgencyAsync();
        await WaveAsync(agency, "spring", "2025-03-20", 110, i => i % 11);
        await WaveAsync(agency, "autumn", "2025-09-20", 9, i => i % 5 + 1); // too few: there is no edition
        var measure = await manager.PostJsonAsync($"{await InsightAsync(agency)}/measures", Item("trust-agency", "2025-03", "2025-09"));
        Assert.Equal((true, null), ((bool)measure["result"]!["after"]!["suppressed"]!, measure["result"]!["change"]));
        Assert.Null(measure["result"]!["after"]!["value"]);
        var insight = await InsightAsync(agency);
        foreach (var (item, survey, pointer) in new[] { ("trust-nothing", "mood", "/item"), ("trust-agency", "none", "/item"), ("trust-agency", null, "/survey") })
        {
            var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Item(item, "2025-03", "2025-09")))!;
            body["survey"] = survey;
            var refused = await (await manager.PostAsJsonAsync($"{insight}/measures", body)).RefusedAsync("validation");
            Assert.Equal(pointer, (string?)refused["errors"]![0]!["pointer"]);
        }
        Assert.Empty((await manager.GetJsonAsync($"{insight}/measures"))["items"]!.AsArray());
    }

    static object Item(string item, string before, string after) => new { kind = "surveyItem", survey = "mood", item, baseline = new { from = before, to = before }, after = new { from = after, to = after } };

    static async Task<string> InsightAsync(TestAgency agency)
    {
        var path = $"{agency.Path}/insights/{(await (await agency.Manager).PostJsonAsync($"{agency.Path}/insights", new { title = "Trust", text = "We do not trust you.", source = "survey" }))["id"]}";
        await (await agency.Manager).PostJsonAsync($"{path}/decision", new { decision = "accepted", reason = "You are right." }, HttpStatusCode.OK);
        return path;
    }

    async Task<(TestAgency, HttpClient)> AgencyAsync()
    {
        var agency = await host.NewAgencyAsync();
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys", new { key = "mood", title = "Mood", anonymity = "anonymous", questions = new object[] { new { key = "q1", item = "trust-agency" } } });
        return (agency, await agency.Manager);
    }

    async Task WaveAsync(TestAgency agency, string name, string closed, int answers, Func<int, int> value)
    {
        var made = await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys/mood/waves", new { name, opensAt = "2025-01-01T00:00:00Z", closesAt = $"{closed}T00:00:00Z" });
        var wave = $"{agency.Path}/surveys/mood/waves/{made["id"]}";
        await Publishing.StrataAsync(host, agency, wave, (new { }, []));
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, answers).Select(i => (1, (object)new { q1 = value(i) })));
        await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None);
        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set closed_at = closes_at where id = '{made["id"]}'"); // as it would have been then
        await Publishing.PublishAsync(host, agency, wave, PublishReason.Closed);
    }
}
