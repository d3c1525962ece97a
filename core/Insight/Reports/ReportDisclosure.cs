using Cirm.Core.Insight.Disclosure;
using Cirm.Core.Insight.Results;

namespace Cirm.Core.Insight.Reports;

/// <summary>A group that can be shown in a period.</summary>
/// <param name="Group">Its name.</param>
/// <param name="N">Its size.</param>
public sealed record ListedGroup(string Group, long N);

/// <summary>
/// Decides what may be shown of one period, read by one thing (docs/adr/0022-reports.md). A period is decided once, and what is longer is added up from
/// what is shown of its parts: so no two tables that a reader can put side by side share anything but the figures of all together,
/// and those are decided first.
/// </summary>
/// <param name="k">The agency's smallest group.</param>
public sealed class ReportDisclosure(int k)
{
    /// <summary>
    /// Groups that do not overlap and make up all. What is below k is put together under <c>others</c>, groups that have no case this time
    /// among them; when those are still too few, the smallest one that could be shown joins them.
    /// </summary>
    /// <param name="counts">By group; those that have a case in any period, 0 in this one or not.</param>
    /// <param name="people">How many different people stand behind some groups, where one may be behind many: k of them too; null: it does not matter.</param>
    /// <returns>What is listed, largest first, others last; how many stand under others. Empty: nothing but all together.</returns>
    public (IReadOnlyList<ListedGroup> Listed, int Merged) Parts(IReadOnlyDictionary<string, long> counts, Func<IReadOnlyCollection<string>, int>? people = null)
    {
        var listed = counts.Where(c => IsLarge([c.Key], c.Value)).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => new ListedGroup(c.Key, c.Value)).ToList();
        var merged = counts.Keys.Except(listed.Select(l => l.Group)).ToList();
        var others = merged.Sum(g => counts[g]);
        while (merged.Count > 0 && !IsLarge(merged, others) && listed.Count > 0)
        {
            others += listed[^1].N;
            merged.Add(listed[^1].Group);
            listed.RemoveAt(listed.Count - 1);
        }
        if (listed.Count == 0) return ([], merged.Count); // others would be all of them
        if (merged.Count > 0) listed.Add(new(ReportGroup.Others, others));
        return (listed, merged.Count);

        bool IsLarge(IReadOnlyCollection<string> groups, long n) => n >= k && (people is null || people(groups) >= k);
    }

    /// <summary>
    /// The same for outcomes of groups whose sizes are shown: only groups with k of each outcome stand by themselves, and others have k of each. Then a cell of
    /// a group under others reaches from 0 to what others have of it, or as far as those beside it in others are many: k at least.
    /// </summary>
    /// <param name="all">Of all together; k of each.</param>
    /// <param name="groups">Those that are shown, by their outcomes.</param>
    /// <param name="complete">There is nobody in any other group, and no other group.</param>
    /// <returns>What is listed; the outcomes of others; null when there are none.</returns>
    public (IReadOnlyList<string> Listed, long[]? Others) Parts(long[] all, IReadOnlyList<(string Group, long[] Outcomes)> groups, bool complete)
    {
        var listed = groups.Where(g => IsOpen(g.Outcomes)).OrderByDescending(g => g.Outcomes.Sum()).ThenBy(g => g.Group, StringComparer.Ordinal).ToList();
        if (complete && listed.Count == groups.Count) return ([.. listed.Select(g => g.Group)], null);
        var others = all.Select((n, o) => n - listed.Sum(g => g.Outcomes[o])).ToArray();
        for (; listed.Count > 0 && !IsOpen(others); listed.RemoveAt(listed.Count - 1))
            for (var o = 0; o < others.Length; o++) others[o] += listed[^1].Outcomes[o];
        return listed.Count == 0 ? ([], null) : ([.. listed.Select(g => g.Group)], others);
    }

    /// <summary>Segments, which may overlap and lie in each other: whose size can be shown beside the size of all.</summary>
    /// <param name="sets">Cases by the set of segments that their citizen is in.</param>
    /// <param name="segments">All of them, by key.</param>
    public IReadOnlyList<ListedGroup> Segments(IReadOnlyDictionary<string, long> sets, IReadOnlyCollection<string> segments)
    {
        var groups = GroupsOf([.. sets.Keys], segments);
        long[][] counts = [.. groups.Groups.Select(g => (long[])[SumOf(g, sets)])];
        var protection = new TableFamily(k, groups.Known) { FirstIsKnown = true }.Protect(counts);
        if (protection.Withhold) return [];
        return [.. groups.Groups.Index().Skip(1).Where(g => protection.Sizes[g.Index]).Select(g => new ListedGroup(g.Item.Key, counts[g.Index][0]))];
    }

    /// <summary>Whether the outcomes of all together can be shown: only then are those of any group.</summary>
    public bool IsOpen(IEnumerable<long> outcomes) => outcomes.All(n => n >= k);

    /// <summary>Which outcomes of which groups can be shown, when the groups' sizes are shown already or are decided with them.</summary>
    /// <param name="known">What is known of the groups; the first is all of them, and its outcomes are shown.</param>
    /// <param name="counts">By group and outcome.</param>
    /// <param name="sizesAreShown">The outcomes add up to a size that is shown; else it is decided here.</param>
    public (bool[] Sizes, bool[][] Cells) Outcomes(Grouping known, long[][] counts, bool sizesAreShown)
    {
        var family = new TableFamily(k, known) { FirstIsKnown = true, Sizes = sizesAreShown ? [.. counts.Select(_ => true)] : null };
        var protection = family.Protect(counts);
        return protection.Withhold
            ? ([.. counts.Select((_, g) => g == 0 || sizesAreShown)], [.. counts.Select((c, g) => c.Select(_ => g == 0).ToArray())])
            : (protection.Sizes, protection.Cells);
    }

    /// <summary>What everybody knows of segments in these cases.</summary>
    public static ResultGroups GroupsOf(IReadOnlyList<string> sets, IReadOnlyCollection<string> segments)
    {
        var ids = segments.Order(StringComparer.Ordinal).ToDictionary(s => s, _ => Guid.NewGuid(), StringComparer.Ordinal);
        var strata = sets.Select((set, i) => new ResultStratum(i, new Dictionary<string, string>(), set.Split(' ').Where(ids.ContainsKey).Select(s => ids[s]).ToHashSet(), 0)).ToList();
        return ResultGroups.Of(strata, ids.Select(s => new ResultSegment(s.Value, s.Key, false)), []);
    }

    static long SumOf(ResultGroup group, IReadOnlyDictionary<string, long> sets) => sets.Values.Where((_, i) => group.Strata.Contains(i)).Sum();
}
