using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Insight;

/// <summary>Somebody reads everything that the API shows of a survey, edition after edition, and adds.</summary>
public sealed class ResultAttackTests(CirmHost host)
{
    const int K = 10;
    static readonly int[] Answering = [90, 40, 70]; // in each edition
    static readonly string[] Districts = ["north", "south", "west"];
    static readonly string[] Segments = ["new", "old", "young"]; // young lies in new

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_count_below_the_smallest_group_can_be_worked_out_from_all_that_is_shown(int seed)
    {
        var random = new Random(seed);
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", Districts);
        var ids = Segments.ToDictionary(s => s, _ => Guid.CreateVersion7());
        foreach (var (key, id) in ids)
            await host.Database.ExecuteAsOwnerAsync($$"""
                insert into segments (agency_id, id, key, name, rule, sensitive, by_behaviour, created_at, updated_at)
                values ('{{agency.Id}}', '{{id}}', '{{key}}', '{}', '{}', false, false, now(), now())
                """);
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "s", title = "S", anonymity = "anonymous", breakdowns = (string[])["district", "segment"],
            questions = new object[]
            {
                new { key = "lit", type = "single", text = "Lit?", options = Asking.Options("a", "b", "c", "d") },
                new { key = "safe", type = "scale", text = "Safe?", min = 1, max = 4 },
                new { key = "needs", type = "multiple", text = "Needs?", options = Asking.Options("x", "y") },
            },
        });
        string[][] sets = [[], ["new"], ["old"], ["new", "young"], ["new", "old"], ["new", "old", "young"]];
        var strata = Districts.SelectMany(d => sets.Select(s => (District: d, Segments: s))).ToList();
        await Publishing.StrataAsync(host, agency, wave, [.. strata.Select(s => ((object)new { district = s.District }, s.Segments.Select(k => ids[k]).ToArray()))]);

        // The truth, and what is read of it.
        var truth = new Dictionary<string, long>();
        var attacker = new DisclosureAttacker();
        var published = 0;
        foreach (var (edition, count) in Answering.Index())
        {
            var answers = Enumerable.Range(0, count).Select(_ =>
            {
                var stratum = Math.Min(random.Next(strata.Count), random.Next(strata.Count)); // few at the end
                var answer = new JsonObject { ["lit"] = "aabbbbcd"[random.Next(8)].ToString(), ["safe"] = Math.Min(random.Next(1, 5), random.Next(1, 5)) };
                if (random.Next(3) > 0) answer["needs"] = new JsonArray(random.Next(6) > 0 ? "x" : "y");
                return (Stratum: stratum + 1, Answers: answer);
            }).ToList();
            foreach (var (stratum, answer) in answers)
                foreach (var group in GroupsOf(strata[stratum - 1])) foreach (var cell in CellsOf(answer)) truth[Name(cell, group, edition)] = truth.GetValueOrDefault(Name(cell, group, edition)) + 1;
            await Publishing.PutAsync(host, agency, wave, answers.Select(a => (a.Stratum, (object)a.Answers)));
            if (await Publishing.PublishAsync(host, agency, wave) != PublishOutcome.Published) continue; // withheld: its answers come with the next
            published++;
            foreach (var by in (string[])["district", "segment"]) Read(attacker, await Publishing.ReadAsync(agency, wave, $"?by={by}"), edition);
        }
        Assert.True(published > 0);
        Know(attacker);

        var attacked = 0;
        foreach (var cell in Cells)
        {
            foreach (var group in Groups)
            {
                var all = Enumerable.Range(0, 3).Select(e => Name(cell, group, e)).ToArray();
                if (all.Sum(n => truth.GetValueOrDefault(n)) >= K) continue;
                attacker.CannotPin(K, all);
                attacked++;
            }
            foreach (var (part, whole) in new[] { ("young", "new"), ("new", "all"), ("old", "all") })
            {
                string[] wholes = [.. Enumerable.Range(0, 3).Select(e => Name(cell, whole, e))], parts = [.. Enumerable.Range(0, 3).Select(e => Name(cell, part, e))];
                if (wholes.Sum(n => truth.GetValueOrDefault(n)) - parts.Sum(n => truth.GetValueOrDefault(n)) >= K) continue;
                attacker.CannotPin(K, wholes, parts);
                attacked++;
            }
        }
        Assert.True(attacked > 5, "There was nothing to protect.");
    }

    static readonly string[] Groups = ["all", .. Districts, .. Segments];
    static readonly string[] Cells = ["lit:a", "lit:b", "lit:c", "lit:d", "safe:1", "safe:2", "safe:3", "safe:4", "needs:x", "needs:not x", "needs:y", "needs:not y"];

    static string Name(string cell, string group, int edition) => $"{cell}|{group}|{edition}";

    static IEnumerable<string> GroupsOf((string District, string[] Segments) stratum) => ["all", stratum.District, .. stratum.Segments];

    static IEnumerable<string> CellsOf(JsonObject answer)
    {
        yield return $"lit:{answer["lit"]}";
        yield return $"safe:{answer["safe"]}";
        if (answer["needs"] is not JsonArray needs) yield break;
        foreach (var option in (string[])["x", "y"]) yield return (string?)needs[0] == option ? $"needs:{option}" : $"needs:not {option}";
    }

    // What is read in an edition counts everything up to it.
    static void Read(DisclosureAttacker attacker, JsonNode results, int edition)
    {
        foreach (var question in results["questions"]!.AsArray())
        {
            var key = (string)question!["key"]!;
            foreach (var figures in question["groups"]!.AsArray().OfType<JsonNode>())
            {
                if (figures.Suppressed()) continue;
                var group = (string)figures["group"]!;
                string[] Until(params string[] cells) => [.. cells.SelectMany(c => Enumerable.Range(0, edition + 1).Select(e => Name(c, group, e)))];
                var n = (double)figures["n"]!;
                if (key == "needs") foreach (var option in (string[])["x", "y"]) attacker.Reads(n, Until($"needs:{option}", $"needs:not {option}"));
                else attacker.Reads(n, Until([.. Cells.Where(c => c.StartsWith($"{key}:", StringComparison.Ordinal))]));
                foreach (var option in figures["options"]!.AsArray().OfType<JsonNode>().Where(o => !o.Suppressed())) attacker.Reads((double)option["count"]!, Until($"{key}:{option["key"]}"));
                if (figures["mean"] is not { } mean) continue;
                var points = Until("safe:1", "safe:2", "safe:3", "safe:4");
                attacker.Reads(Math.Round((double)mean * n), points, [.. points.Select(p => (double)(p[5] - '0'))]);
            }
        }
    }

    static void Know(DisclosureAttacker attacker)
    {
        foreach (var cell in Cells)
        {
            for (var edition = 0; edition < 3; edition++)
            {
                attacker.KnowsParts(Name(cell, "all", edition), [.. Districts.Select(d => Name(cell, d, edition))]);
                attacker.KnowsWithin(Name(cell, "new", edition), Name(cell, "young", edition));
                foreach (var segment in Segments) attacker.KnowsWithin(Name(cell, "all", edition), Name(cell, segment, edition));
            }
        }
    }
}
