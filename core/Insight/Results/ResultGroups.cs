using Cirm.Core.Insight.Disclosure;
using Cirm.Core.Insight.Surveying;

namespace Cirm.Core.Insight.Results;

/// <summary>A group that results are shown for.</summary>
/// <param name="Breakdown">What it comes from: <c>segment</c>, an attribute, or nothing for all together.</param>
/// <param name="Key">The segment's key or the attribute's value; <c>all</c>.</param>
/// <param name="Strata">Who is in it.</param>
/// <param name="Listed">It is shown in new editions; a segment that was retired is not.</param>
public sealed record ResultGroup(string Breakdown, string Key, IReadOnlySet<int> Strata, bool Listed)
{
    /// <summary>Its name among all groups.</summary>
    public string Name => $"{Breakdown}\t{Key}";
}

/// <summary>A segment, as results need it.</summary>
public sealed record ResultSegment(Guid Id, string Key, bool Retired);

/// <summary>An attribute that results can be read by, with the values that it can have.</summary>
public sealed record ResultBreakdown(string Key, IReadOnlyList<string> Values);

/// <summary>A row of <c>survey_strata</c>.</summary>
public sealed record ResultStratum(int Stratum, IReadOnlyDictionary<string, string> Labels, IReadOnlySet<Guid> Segments, int Eligible);

/// <summary>All groups of a wave, in every breakdown: what is shown of one must not give another's away.</summary>
public sealed class ResultGroups
{
    /// <summary>The group of all.</summary>
    public const string All = "all";

    ResultGroups(IReadOnlyList<ResultGroup> groups) => (Groups, Known) = (groups, RelationsOf(groups));

    /// <summary>The groups; the first is everybody.</summary>
    public IReadOnlyList<ResultGroup> Groups { get; }

    /// <summary>What the reader is taken to know of them.</summary>
    public Grouping Known { get; }

    /// <summary>Makes the groups of a wave.</summary>
    /// <param name="strata">All of the wave.</param>
    /// <param name="segments">Those that somebody may be in; none when the survey is not read by segment.</param>
    /// <param name="attributes">That it is read by.</param>
    public static ResultGroups Of(IReadOnlyList<ResultStratum> strata, IEnumerable<ResultSegment> segments, IEnumerable<ResultBreakdown> attributes)
    {
        var groups = new List<ResultGroup> { new("", All, strata.Select(s => s.Stratum).ToHashSet(), true) };
        foreach (var segment in segments.OrderBy(s => s.Key, StringComparer.Ordinal))
            groups.Add(new(Survey.BySegment, segment.Key, strata.Where(s => s.Segments.Contains(segment.Id)).Select(s => s.Stratum).ToHashSet(), !segment.Retired));
        foreach (var attribute in attributes)
        {
            // Declared values are listed though nobody has them: that nobody has one is not said either.
            var had = strata.Select(s => s.Labels.GetValueOrDefault(attribute.Key)).OfType<string>().Except(attribute.Values).Order(StringComparer.Ordinal);
            foreach (var value in attribute.Values.Concat(had))
                groups.Add(new(attribute.Key, value, strata.Where(s => s.Labels.GetValueOrDefault(attribute.Key) == value).Select(s => s.Stratum).ToHashSet(), true));
        }
        return new(groups);
    }

    // Rules and declarations are public: whatever is so of the groups' members, a reader may know. So it is not asked whether
    // segments are disjoint by rule; it is enough that they are.
    static Grouping RelationsOf(IReadOnlyList<ResultGroup> groups)
    {
        var known = new Grouping();
        foreach (var group in groups) known.Group(group.Name);
        for (var whole = 0; whole < groups.Count; whole++)
        {
            var within = new List<int>();
            for (var part = 1; part < groups.Count; part++)
            {
                if (part == whole || !groups[part].Strata.IsSubsetOf(groups[whole].Strata)) continue;
                if (groups[part].Strata.Count == 0 && whole > 0) continue; // nobody is in it: that is told of all together, once
                if (groups[part].Strata.Count < groups[whole].Strata.Count) within.Add(part);
                else if (part > whole) known.Split(whole, [part], complete: true); // the same people under two names
            }
            foreach (var family in Disjoint(groups, within))
            {
                var complete = family.Sum(p => groups[p].Strata.Count) == groups[whole].Strata.Count;
                if (family.Count > 1 || complete) known.Split(whole, [.. family], complete);
            }
            foreach (var part in within) known.Within(part, whole);
        }
        return known;
    }

    // Sets of groups that do not overlap, each as large as it gets, each group in one of them at least.
    static IEnumerable<List<int>> Disjoint(IReadOnlyList<ResultGroup> groups, List<int> among)
    {
        var (covered, told) = (new HashSet<int>(), new HashSet<string>());
        foreach (var first in among.OrderBy(g => groups[g].Breakdown, StringComparer.Ordinal).ThenByDescending(g => groups[g].Strata.Count).ThenBy(g => g).ToList())
        {
            if (covered.Contains(first)) continue;
            var (family, taken) = (new List<int> { first }, groups[first].Strata.ToHashSet());
            foreach (var next in among.OrderByDescending(g => groups[g].Breakdown == groups[first].Breakdown).ThenByDescending(g => groups[g].Strata.Count).ThenBy(g => g))
            {
                if (taken.Overlaps(groups[next].Strata)) continue;
                family.Add(next);
                taken.UnionWith(groups[next].Strata);
            }
            covered.UnionWith(family);
            family.Sort();
            if (told.Add(string.Join(' ', family))) yield return family;
        }
    }
}
