using System.Text.Json.Serialization;
using Cirm.Core.Insight.Statistics;

namespace Cirm.Core.Insight.Results;

/// <summary>Why results are not weighted, in a word and for people.</summary>
/// <param name="Code"><c>margin-too-thin</c> or <c>weighting-does-not-converge</c>.</param>
/// <param name="Attribute">Of which margin.</param>
/// <param name="Value">Which value of it.</param>
public sealed record WeightingRefusal(string Code, string Attribute, string Value);

/// <summary>How an edition is weighted.</summary>
/// <param name="Applied">There are weighted results.</param>
/// <param name="Margins">The attributes that they are fitted to.</param>
/// <param name="EffectiveN">What the sample is worth (Kish); null when too few have answered.</param>
/// <param name="Deviation">By how much the share that is farthest off misses its margin, when weights were trimmed.</param>
/// <param name="Trimmed">Somebody has the largest weight that is allowed.</param>
/// <param name="Refused">What stands in the way.</param>
public sealed record Weighting(
    bool Applied, IReadOnlyList<string> Margins, double? EffectiveN, double Deviation, bool Trimmed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<WeightingRefusal>? Refused);

/// <summary>Weights the strata of a wave to the margins that were declared.</summary>
public static class SurveyWeights
{
    /// <summary>Finds the weights.</summary>
    /// <param name="tally">Who answered.</param>
    /// <param name="strata">What is known of them.</param>
    /// <param name="margins">By attribute the share of each value; empty: no weighting.</param>
    /// <param name="smallestGroup">A value needs more people than this: that it has too few is said, and must not say how few.</param>
    /// <returns>By stratum the weight of each person, or null.</returns>
    public static (IReadOnlyDictionary<int, double>? Weights, Weighting? Weighting) Of(
        Tally tally, IReadOnlyList<ResultStratum> strata, IReadOnlyDictionary<string, Dictionary<string, double>> margins, int smallestGroup)
    {
        if (margins.Count == 0) return (null, null);
        var wanted = margins.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new Margin(m.Key, [.. m.Value.Keys], [.. m.Value.Values])).ToList();
        var there = strata.Where(s => tally.Strata.Contains(s.Stratum)).ToList();
        var cells = there.Select(s => new RakingCell(tally.CountsOf(s.Stratum)[CountLayout.Responses], [.. wanted.Select(m => IndexOf(m, s))])).ToList();
        var raked = Raking.Rake(cells, wanted, smallestGroup);
        string[] names = [.. wanted.Select(m => m.Name)];
        if (raked.Refusals.Count > 0)
            return (null, new(false, names, null, 0, false, [.. raked.Refusals.Select(r => new WeightingRefusal(r.Code, r.Margin, r.Value))]));
        var sums = cells.Select((c, i) => (c.Count, Weight: raked.Weights[i])).Aggregate(default(WeightedSums), (s, c) => s.Add(c.Weight, c.Count, 0));
        return (
            there.Select((s, i) => (s.Stratum, Weight: raked.Weights[i])).ToDictionary(w => w.Stratum, w => w.Weight),
            new(true, names, Math.Round(sums.EffectiveN, 1), raked.Deviation > 1e-9 ? Math.Round(raked.Deviation, 4) : 0, raked.Trimmed > 0, null));
    }

    static int IndexOf(Margin margin, ResultStratum stratum)
    {
        if (stratum.Labels.GetValueOrDefault(margin.Name) is not { } value) return -1;
        for (var v = 0; v < margin.Values.Count; v++)
            if (margin.Values[v] == value) return v;
        return -1;
    }
}
