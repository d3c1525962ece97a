using System.Text.Json;

namespace Cirm.Core.Insight.Surveying;

/// <summary>What may be known of who gave an answer.</summary>
/// <param name="Labels">Values by attribute; what is not there is not known.</param>
/// <param name="Segments">Sorted; null: not known.</param>
/// <param name="Eligible">How many people this holds for, among those who are asked.</param>
public sealed record Stratum(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<Guid>? Segments, int Eligible)
{
    /// <summary>Nothing is known.</summary>
    public static readonly Stratum Unknown = new(new Dictionary<string, string>(), null, 0);

    /// <summary>The same for the same labels and segments.</summary>
    public string Key => JsonSerializer.Serialize(new { l = Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => (string[])[l.Key, l.Value]), s = Segments?.Order() });

    /// <summary>This and what is left when less and less is known: first the segments go, then the labels, those first that were declared last.</summary>
    /// <param name="declared">The attributes in the order in which the survey declares them.</param>
    public IEnumerable<Stratum> Coarser(IReadOnlyList<string> declared)
    {
        var (labels, last) = (Labels.ToDictionary(), this);
        yield return this;
        if (Segments is not null) yield return last = this with { Segments = null };
        for (var i = declared.Count - 1; i >= 0; i--)
        {
            if (!labels.ContainsKey(declared[i])) continue;
            labels = labels.Where(l => l.Key != declared[i]).ToDictionary(l => l.Key, l => l.Value);
            yield return last = last with { Labels = labels };
        }
    }

    /// <summary>
    /// The strata that a wave may have: a combination that holds for fewer than k people is merged with others that agree in what is left of
    /// it, until k are together; and if fewer than k are left over at the end, they are not left alone.
    /// </summary>
    /// <param name="people">Every combination there is, with how many people have it.</param>
    /// <param name="declared">The attributes in the order in which the survey declares them.</param>
    /// <param name="k">The agency's smallest group.</param>
    /// <returns>Strata of k people or more; at the end the one of which nothing is known, with those who are in no other.</returns>
    public static IReadOnlyList<Stratum> Merge(IEnumerable<Stratum> people, IReadOnlyList<string> declared, int k)
    {
        var kept = new Dictionary<string, Stratum>(StringComparer.Ordinal);
        var waiting = Sum(people.Select(p => (Stratum: p, Later: new Queue<Stratum>(p.Coarser(declared).Skip(1)))));
        var left = 0;
        while (waiting.Count > 0)
        {
            // The finest first: what is merged into a coarser one meets those who were as coarse from the beginning.
            var depth = waiting.Values.Max(w => w.Later.Count);
            var (now, later) = (waiting.Values.Where(w => w.Later.Count == depth).ToList(), waiting.Values.Where(w => w.Later.Count < depth).ToList());
            foreach (var (stratum, rest) in now)
            {
                if (depth == 0) left += stratum.Eligible;
                else if (stratum.Eligible >= k) kept[stratum.Key] = stratum;
                else later.Add((rest.Dequeue() with { Eligible = stratum.Eligible }, rest));
            }
            waiting = Sum(later);
        }
        while (left > 0 && left < k && kept.Count > 0)
        {
            var smallest = kept.Values.Where(s => s.Coarser(declared).Skip(1).All(c => !kept.ContainsKey(c.Key))).MinBy(s => (s.Eligible, s.Key))!;
            kept.Remove(smallest.Key);
            left += smallest.Eligible;
        }
        return [.. kept.Values, Unknown with { Eligible = left }];
    }

    static Dictionary<string, (Stratum Stratum, Queue<Stratum> Later)> Sum(IEnumerable<(Stratum Stratum, Queue<Stratum> Later)> parts)
    {
        var sums = new Dictionary<string, (Stratum Stratum, Queue<Stratum> Later)>(StringComparer.Ordinal);
        foreach (var (stratum, rest) in parts)
            sums[stratum.Key] = sums.TryGetValue(stratum.Key, out var sum) ? (sum.Stratum with { Eligible = sum.Stratum.Eligible + stratum.Eligible }, sum.Later) : (stratum, rest);
        return sums;
    }
}
