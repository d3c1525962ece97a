using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What a split changes: the version of a service that these citizens get.</summary>
/// <param name="Service">The service's key.</param>
/// <param name="Version">Which version; null: the one in force.</param>
/// <param name="Text">What is different for them.</param>
public sealed record SegmentVariant(string Service, int? Version, Localized? Text) : IJsonColumn;

/// <summary>A group of citizens by rule. Who is in it is never told; how many are, see <see cref="SegmentSnapshots"/>.</summary>
/// <param name="Id">The segment.</param>
/// <param name="Key">Its word in rules and addresses.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Parent">The key of the segment that it refines: its members are that one's that the rule also matches.</param>
/// <param name="Rule">Who is in it.</param>
/// <param name="Variant">The version of a service that it changes.</param>
/// <param name="ChangesNothing">It refines another one, and neither names what it changes nor has an offer of its own.</param>
/// <param name="Pending">Its rule is new, and is being evaluated.</param>
/// <param name="EvaluatedAt">When its rule was evaluated for everybody; whoever changed since then is in, too.</param>
/// <param name="RetiredAt">Nobody is in it since then.</param>
/// <param name="MergedInto">The key of the segment that took its place.</param>
/// <param name="MergedFrom">The keys of those whose place it took.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Segment(
    Guid Id, string Key, Localized Name, string? Parent, JsonElement Rule, SegmentVariant? Variant, bool ChangesNothing, bool Pending, DateTimeOffset? EvaluatedAt,
    DateTimeOffset? RetiredAt, string? MergedInto, string[] MergedFrom, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    Rule? tree;

    /// <summary>The rule, read.</summary>
    [JsonIgnore]
    public Rule Tree => tree ??= RuleReader.Kept(Rule);

    /// <summary>The keys of the segments on which its members depend: its parent and those that its rule names.</summary>
    [JsonIgnore]
    public IEnumerable<string> DependsOn => Parent is null ? Tree.Segments : Tree.Segments.Append(Parent);
}

/// <summary>Who depends on whom among an agency's segments.</summary>
/// <param name="byKey">Those that are not retired.</param>
public sealed class SegmentTree(IReadOnlyDictionary<string, Segment> byKey)
{
    /// <summary>Longest chain of segments that depend on each other: each is a level of one statement.</summary>
    public const int MostLevels = 20;

    /// <summary>Whether a segment, or one that it depends on, is this one.</summary>
    public bool LeadsTo(string from, string to)
    {
        var (seen, next) = (new HashSet<string>(), new Stack<string>([from]));
        while (next.TryPop(out var key))
        {
            if (key == to) return true;
            if (!seen.Add(key) || !byKey.TryGetValue(key, out var segment)) continue;
            foreach (var other in segment.DependsOn) next.Push(other);
        }
        return false;
    }

    /// <summary>How many levels a segment stands on: 1 when it depends on no other.</summary>
    public int LevelOf(string key) => Levels([key])[key];

    /// <summary>These segments and all that they depend on, each with its level.</summary>
    public IReadOnlyDictionary<string, int> Levels(IEnumerable<string> keys)
    {
        var levels = new Dictionary<string, int>();
        foreach (var key in keys) Visit(key);
        return levels;

        int Visit(string key)
        {
            if (levels.TryGetValue(key, out var known)) return known;
            var below = byKey.TryGetValue(key, out var segment) ? segment.DependsOn.Select(Visit).DefaultIfEmpty(0).Max() : 0;
            return levels[key] = below + 1;
        }
    }

    /// <summary>Those of the segments that are these or depend on them.</summary>
    public IReadOnlyList<Segment> Dependents(IReadOnlySet<string> keys) => [.. byKey.Values.Where(s => keys.Any(key => LeadsTo(s.Key, key)))];
}
