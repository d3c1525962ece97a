using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>Answers that have been settled, put straight where they stay, and their publication.</summary>
static class Publishing
{
    /// <summary>Strata of a wave.</summary>
    public static async Task StrataAsync(CirmHost host, TestAgency agency, string wave, params (object Labels, Guid[] Segments)[] strata)
    {
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        foreach (var (number, (labels, segments)) in strata.Index())
            await transaction.ExecuteAsync("""
                insert into survey_strata (agency_id, wave_id, stratum, labels, segments, eligible)
                values (@agency, @wave, @number, @labels, @segments, 1000)
                """, new { Wave = Asking.IdOf(wave), Number = number + 1, Labels = JsonSerializer.SerializeToElement(labels), segments }, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Settled answers, and their counts if they are counted as they come.</summary>
    public static async Task PutAsync(CirmHost host, TestAgency agency, string wave, IEnumerable<(int Stratum, object Answers)> answers, IReadOnlyList<SurveyQuestion>? counted = null)
    {
        var settled = answers.Select(a => new SettledResponse(Guid.NewGuid(), a.Stratum, JsonSerializer.Serialize(a.Answers, Wire.Json), false, Core.Transactions.Channel.Web)).ToList();
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        await transaction.ExecuteAsync("""
            insert into survey_responses (agency_id, wave_id, id, stratum, answers, assisted, channel, batch)
            select @agency, @wave, r.id, r.stratum, r.answers::jsonb, false, 'web', 1
            from unnest(@ids, @strata, @answers) as r (id, stratum, answers)
            """,
            new
            {
                Wave = Asking.IdOf(wave), Ids = settled.Select(s => s.Id).ToArray(), Strata = settled.Select(s => s.Stratum).ToArray(),
                Answers = settled.Select(s => s.Answers).ToArray(),
            }, CancellationToken.None);
        if (counted is not null) SurveyCounts.Add(transaction, Asking.IdOf(wave), counted, settled);
        await transaction.CommitAsync(CancellationToken.None);
    }

    public static async Task<PublishOutcome> PublishAsync(CirmHost host, TestAgency agency, string wave, PublishReason reason = PublishReason.Asked, bool recount = true) =>
        (await host.Services.GetRequiredService<SurveyResults>().PublishAsync(agency.Id, Asking.IdOf(wave), reason, recount, CancellationToken.None)).Outcome;

    public static async Task<JsonNode> ReadAsync(TestAgency agency, string wave, string query = "") => await (await agency.Manager).GetJsonAsync($"{wave}/results{query}");

    /// <summary>A question's figures of a group.</summary>
    public static JsonNode Of(this JsonNode results, string question, string group = "all") =>
        results["questions"]!.AsArray().Single(q => (string?)q!["key"] == question)!["groups"]!.AsArray().Single(g => (string?)g!["group"] == group)!;

    /// <summary>An option's figures.</summary>
    public static JsonNode Option(this JsonNode figures, string key) => figures["options"]!.AsArray().Single(o => (string?)o!["key"] == key)!;

    public static bool Suppressed(this JsonNode figures) => (bool?)figures["suppressed"] == true;

    /// <summary>Declares a code.</summary>
    public static async Task AttributeAsync(TestAgency agency, string key, params string[] values) =>
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/attributes", new { key, name = key, type = "code", values, purpose = "To read results by." });
}
