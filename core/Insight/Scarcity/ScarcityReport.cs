using System.Text.Json.Serialization;
using Cirm.Core.Insight.Disclosure;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Scarcity;

/// <summary>A rule as it was when it was simulated.</summary>
/// <param name="Key">Its key; null for first come, first served, which is always among them.</param>
/// <param name="Version">Its version.</param>
/// <param name="Terms">What it said.</param>
public sealed record SimulatedRule(string? Key, long Version, ScarcityTerms Terms);

/// <summary>What is simulated.</summary>
/// <param name="Rules">Side by side.</param>
/// <param name="Past">Cases of these months.</param>
/// <param name="Capacity">How many can be served.</param>
/// <param name="Weekly">A week, and not a day on which there is work.</param>
/// <param name="RefuseAfterDays">Who has waited longer is refused; null: nobody is.</param>
public sealed record SimulationSpec(JsonList<SimulatedRule> Rules, Period Past, int Capacity, bool Weekly, int? RefuseAfterDays) : IJsonColumn
{
    /// <summary>The segments that any of the rules names, in the order in which they name them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Segments => [.. Rules.SelectMany(r => r.Terms.Order).Distinct()];
}

/// <summary>What a rule would have done to a group.</summary>
/// <param name="Rule">The rule's key; null: first come, first served.</param>
/// <param name="MedianDays">Half of those who were served waited no longer, in days of the calendar on the wall.</param>
/// <param name="P90Days">Nine of ten waited no longer.</param>
/// <param name="Refused">How many were refused; null when that is suppressed.</param>
/// <param name="RefusedShare">Of the group.</param>
/// <param name="Suppressed">A figure is too small to be shown, or would tell one that is.</param>
public sealed record RuleOutcome(string? Rule, double? MedianDays, double? P90Days, long? Refused, double? RefusedShare, bool Suppressed);

/// <summary>A group, and what each rule would have done to it.</summary>
/// <param name="Group">all, a segment's key, or others: who is in none, and segments that are too small to be shown.</param>
/// <param name="N">How many cases.</param>
/// <param name="Rules">One for each rule, in their order.</param>
public sealed record GroupOutcome(string Group, long N, JsonList<RuleOutcome> Rules);

/// <summary>What was simulated, and what came out.</summary>
/// <param name="SmallestGroup">The k that holds.</param>
/// <param name="Groups">Every case is in all, and in one of the others: the first segment of the list that its citizen is in.</param>
/// <param name="Merged">The segments that stand under others because they are too small.</param>
/// <param name="Suppressed">There are too few cases for any figure.</param>
public sealed record SimulationResult(int SmallestGroup, JsonList<GroupOutcome> Groups, string[] Merged, bool Suppressed) : IJsonColumn;

/// <summary>From outcomes of cases to figures of groups that tell of nobody.</summary>
public static class ScarcityReport
{
    /// <summary>Everybody.</summary>
    public const string All = "all";

    /// <summary>Who is in no segment of the list, or in one that is too small.</summary>
    public const string Others = "others";

    /// <summary>Makes the figures.</summary>
    /// <param name="spec">What was simulated.</param>
    /// <param name="cases">On which cases.</param>
    /// <param name="months">The month of each case; a group is shown if it has at least k cases in each of them, so that periods that overlap tell no more.</param>
    /// <param name="outcomes">For each rule, for each case.</param>
    /// <param name="k">The agency's smallest group.</param>
    public static SimulationResult Of(
        SimulationSpec spec, IReadOnlyList<PastCase> cases, IReadOnlyList<int> months, IReadOnlyList<Served[]> outcomes, int k)
    {
        var segments = spec.Segments;
        var bits = segments.Select((_, i) => 1UL << i).ToArray();
        var groups = Enumerable.Range(0, cases.Count).GroupBy(i => ScarcitySimulation.SegmentOf(cases[i], bits)).ToDictionary(g => g.Key, g => g.ToList());
        var others = groups.GetValueOrDefault(segments.Count) ?? [];
        var shown = groups.Where(g => g.Key < segments.Count && IsShown(g.Value)).OrderByDescending(g => g.Value.Count).ToList();
        others = [.. others, .. groups.Where(g => g.Key < segments.Count && !IsShown(g.Value)).SelectMany(g => g.Value)];
        // Small groups are merged upward; when all of them together are still too few, the smallest group that could be shown joins them.
        while (others.Count > 0 && !IsShown(others) && shown.Count > 0)
        {
            others.AddRange(shown[^1].Value);
            shown.RemoveAt(shown.Count - 1);
        }
        var everybody = Enumerable.Range(0, cases.Count).ToList();
        if (!IsShown(everybody)) return new(k, [], [], true);
        var parts = shown.OrderBy(g => g.Key).Select(g => (Group: segments[g.Key], Cases: g.Value)).ToList();
        if (others.Count > 0) parts.Add((Others, others));
        var perRule = outcomes.Select((o, rule) => OfRule(spec, rule, o, parts, everybody, cases, k)).ToList();
        return new(k,
            JsonList<GroupOutcome>.Of(((IEnumerable<(string Group, List<int> Cases)>)[(All, everybody), .. parts])
                .Select((part, i) => new GroupOutcome(part.Group, part.Cases.Count, JsonList<RuleOutcome>.Of(perRule.Select(r => r[i]))!)))!,
            [.. segments.Where((_, i) => groups.ContainsKey(i) && parts.All(p => p.Group != segments[i]))], false);

        bool IsShown(List<int> members) => members.Count >= k && members.GroupBy(i => months[i]) is var by && by.All(m => m.Count() >= k) && by.Count() == months.Distinct().Count();
    }

    static List<RuleOutcome> OfRule(
        SimulationSpec spec, int rule, Served[] outcome, List<(string Group, List<int> Cases)> parts, List<int> everybody, IReadOnlyList<PastCase> cases, int k)
    {
        var refused = parts.Select(p => p.Cases.LongCount(i => outcome[i].RefusedAt is not null)).ToArray();
        var shown = spec.RefuseAfterDays is null ? null : Protect([everybody.Count, .. parts.Select(p => (long)p.Cases.Count)], [refused.Sum(), .. refused], k); // nobody can be refused
        return [Of(everybody, refused.Sum(), shown?[0] ?? true), .. parts.Select((p, i) => Of(p.Cases, refused[i], shown?[i + 1] ?? true))];

        RuleOutcome Of(List<int> members, long gone, bool show)
        {
            var waits = members.Where(i => outcome[i].ServedAt is not null).Select(i => (outcome[i].ServedAt!.Value - cases[i].SubmittedAt).TotalDays).Order().ToList();
            var enough = waits.Count >= k;
            return new(
                spec.Rules[rule].Key, enough ? Quantile(waits, 0.5) : null, enough ? Quantile(waits, 0.9) : null, show ? gone : null,
                show ? Math.Round((double)gone / members.Count, 4) : null, !show || !enough);
        }
    }

    /// <summary>Which numbers of refused cases may be shown, those who were not refused being counts as well; how many cases there are in each part is known.</summary>
    /// <param name="sizes">Of the whole, and of the parts that add up to it.</param>
    /// <param name="refused">Of each.</param>
    /// <param name="k">The smallest group.</param>
    static bool[] Protect(long[] sizes, long[] refused, int k)
    {
        var groups = new Grouping();
        groups.Split(groups.Group(All), sizes.Skip(1).Select((_, i) => $"part {i}"), complete: true);
        var family = new TableFamily(k, groups) { Sizes = [.. sizes.Select(_ => true)] };
        var protection = family.Protect([.. sizes.Zip(refused, (size, gone) => (long[])[gone, size - gone])]);
        return [.. protection.Cells.Select(cells => !protection.Withhold && cells[0] && cells[1])];
    }

    static double Quantile(List<double> ordered, double q) => Math.Round(ordered[Math.Max(0, (int)Math.Ceiling(q * ordered.Count) - 1)], 1);
}
