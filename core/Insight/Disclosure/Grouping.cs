namespace Cirm.Core.Insight.Disclosure;

/// <summary>
/// Groups that figures are shown for, and what everybody knows of them: which are parts of which. What is not said here the reader
/// is taken not to know: how far two segments overlap, for instance.
/// </summary>
public sealed class Grouping
{
    readonly List<string> keys = [];
    readonly List<(int Whole, int[] Parts)> partitions = [];
    readonly List<(int Whole, int[] Parts)> disjoint = [];
    readonly List<(int Whole, int Part)> nested = [];

    /// <summary>The groups' names, by number.</summary>
    public IReadOnlyList<string> Keys => keys;

    /// <summary>Wholes whose parts add up to them.</summary>
    public IReadOnlyList<(int Whole, int[] Parts)> Partitions => partitions;

    /// <summary>Wholes with parts that do not overlap; the remainder is a group too, though it is not shown.</summary>
    public IReadOnlyList<(int Whole, int[] Parts)> Disjoint => disjoint;

    /// <summary>Groups that lie in others; those of the other that are not in it are a group too.</summary>
    public IReadOnlyList<(int Whole, int Part)> Nested => nested;

    /// <summary>Adds a group.</summary>
    /// <returns>Its number.</returns>
    public int Group(string key)
    {
        keys.Add(key);
        return keys.Count - 1;
    }

    /// <summary>Adds a group that lies in another: a child segment in its parent.</summary>
    /// <returns>Its number.</returns>
    public int Group(string key, int whole)
    {
        nested.Add((whole, keys.Count));
        return Group(key);
    }

    /// <summary>Adds the parts of a whole.</summary>
    /// <param name="complete">They add up to it; else some are in none of them.</param>
    /// <returns>Their numbers.</returns>
    public int[] Split(int whole, IEnumerable<string> parts, bool complete)
    {
        int[] added = [.. parts.Select(key => Group(key))];
        Split(whole, added, complete);
        return added;
    }

    /// <summary>Says that groups are the parts of a whole.</summary>
    public void Split(int whole, int[] parts, bool complete)
    {
        if (parts.Length > 0) (complete ? partitions : disjoint).Add((whole, parts));
    }

    /// <summary>Says that a group lies in another.</summary>
    public void Within(int part, int whole) => nested.Add((whole, part));

    /// <summary>
    /// The groups of two groupings crossed: a two-way table with its totals. Group (i, j) has the number i × (number of groups of
    /// the second) + j; a hierarchy of one keeps its relations within each group of the other.
    /// </summary>
    public static Grouping Cross(Grouping rows, Grouping columns)
    {
        var (crossed, width) = (new Grouping(), columns.keys.Count);
        foreach (var row in rows.keys)
            foreach (var column in columns.keys) crossed.Group($"{row}|{column}");
        for (var c = 0; c < width; c++) rows.CopyTo(crossed, group => (group * width) + c);
        for (var r = 0; r < rows.keys.Count; r++) columns.CopyTo(crossed, group => (r * width) + group);
        return crossed;
    }

    void CopyTo(Grouping other, Func<int, int> number)
    {
        other.partitions.AddRange(partitions.Select(p => (number(p.Whole), p.Parts.Select(group => number(group)).ToArray())));
        other.disjoint.AddRange(disjoint.Select(p => (number(p.Whole), p.Parts.Select(group => number(group)).ToArray())));
        other.nested.AddRange(nested.Select(n => (number(n.Whole), number(n.Part))));
    }
}
