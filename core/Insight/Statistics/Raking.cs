namespace Cirm.Core.Insight.Statistics;

/// <summary>What the population is like in one respect.</summary>
/// <param name="Name">The attribute.</param>
/// <param name="Values">Its values.</param>
/// <param name="Shares">Of each value; they add up to 1.</param>
public sealed record Margin(string Name, IReadOnlyList<string> Values, IReadOnlyList<double> Shares);

/// <summary>People who are alike in all margins.</summary>
/// <param name="Count">How many.</param>
/// <param name="Values">By margin the number of the value they have; -1 when it is not known.</param>
public sealed record RakingCell(double Count, int[] Values);

/// <summary>Why there are no weights.</summary>
/// <param name="Code"><c>margin-too-thin</c> or <c>weighting-does-not-converge</c>.</param>
/// <param name="Margin">The attribute.</param>
/// <param name="Value">Its value; for a margin that does not converge, the one that is farthest off.</param>
public sealed record RakingRefusal(string Code, string Margin, string Value);

/// <summary>Weights, or why there are none.</summary>
/// <param name="Weights">Of one person of each cell, 1 on average.</param>
/// <param name="Deviation">By how much the share that is farthest off misses its margin; above a billionth only when weights were trimmed.</param>
/// <param name="Trimmed">How many people have the largest weight that is allowed.</param>
/// <param name="Refusals">What stands in the way.</param>
public sealed record RakingResult(double[] Weights, double Deviation, double Trimmed, IReadOnlyList<RakingRefusal> Refusals);

/// <summary>Weights a sample so that it is like the population in each margin, and otherwise as little changed as can be.</summary>
/// <remarks>
/// Iterative proportional fitting: Deming, W. E. and Stephan, F. F. (1940), "On a least squares adjustment of a sampled frequency table when the
/// expected marginal totals are known", Annals of Mathematical Statistics 11(4), 427-444. It converges to the table nearest to the sample in
/// Kullback's sense, if there is one: Ireland, C. T. and Kullback, S. (1968), "Contingency tables with given marginals", Biometrika 55(1), 179-188.
/// Largest weight 5: DeBell, M. and Krosnick, J. A. (2009), Computing weights for American National Election Study survey data, nes012427.
/// People whose value is not known keep the share that they have in the sample in that margin; the others are fitted among themselves.
/// </remarks>
public static class Raking
{
    /// <summary>The largest weight, in average weights.</summary>
    public const double LargestWeight = 5;

    const double Close = 1e-12;
    const int MostRounds = 2_000, MostTrimmings = 50;

    /// <summary>Finds the weights.</summary>
    /// <param name="cells">The sample.</param>
    /// <param name="margins">What it is to be like.</param>
    /// <param name="fewest">A value that a share above 0 rests on has to have more people than this: weights must not make much of few.</param>
    public static RakingResult Rake(IReadOnlyList<RakingCell> cells, IReadOnlyList<Margin> margins, double fewest)
    {
        var thin = Thin(cells, margins, fewest).ToList();
        if (thin.Count > 0) return new([], 0, 0, thin);
        var weights = Enumerable.Repeat(1.0, cells.Count).ToArray();
        for (var trimming = 0; ; trimming++)
        {
            var deviation = Fit(cells, margins, weights);
            if (deviation.Off > 1e-9 && trimming == 0)
                return new([], deviation.Off, 0, [new("weighting-does-not-converge", margins[deviation.Margin].Name, margins[deviation.Margin].Values[deviation.Value])]);
            if (Trim(cells, weights) && trimming < MostTrimmings) continue;
            deviation = Farthest(cells, margins, weights);
            return new(weights, deviation.Off, cells.Where((_, i) => weights[i] >= LargestWeight * (1 - 1e-9)).Sum(c => c.Count), []);
        }
    }

    static IEnumerable<RakingRefusal> Thin(IReadOnlyList<RakingCell> cells, IReadOnlyList<Margin> margins, double fewest)
    {
        for (var m = 0; m < margins.Count; m++)
        {
            var counts = Sums(cells, margins, m, null);
            for (var v = 0; v < counts.Length; v++)
                if (margins[m].Shares[v] > 0 && counts[v] <= fewest) yield return new("margin-too-thin", margins[m].Name, margins[m].Values[v]);
        }
    }

    static (double Off, int Margin, int Value) Fit(IReadOnlyList<RakingCell> cells, IReadOnlyList<Margin> margins, double[] weights)
    {
        for (var round = 0; round < MostRounds && Farthest(cells, margins, weights).Off > Close; round++)
        {
            for (var m = 0; m < margins.Count; m++)
            {
                var sums = Sums(cells, margins, m, weights);
                var total = sums.Sum();
                for (var c = 0; c < weights.Length; c++)
                    if (cells[c].Values[m] is >= 0 and var v && sums[v] > 0) weights[c] *= margins[m].Shares[v] * total / sums[v];
            }
        }
        Normalise(cells, weights);
        return Farthest(cells, margins, weights);
    }

    static bool Trim(IReadOnlyList<RakingCell> cells, double[] weights)
    {
        var trimmed = false;
        for (var c = 0; c < weights.Length; c++)
        {
            if (weights[c] <= LargestWeight * (1 + 1e-9)) continue;
            weights[c] = LargestWeight;
            trimmed = true;
        }
        return trimmed;
    }

    static void Normalise(IReadOnlyList<RakingCell> cells, double[] weights)
    {
        var (people, total) = (cells.Sum(c => c.Count), cells.Select((c, i) => c.Count * weights[i]).Sum());
        for (var c = 0; c < weights.Length; c++) weights[c] *= people / total;
    }

    static (double Off, int Margin, int Value) Farthest(IReadOnlyList<RakingCell> cells, IReadOnlyList<Margin> margins, double[] weights)
    {
        var farthest = (Off: 0.0, Margin: 0, Value: 0);
        for (var m = 0; m < margins.Count; m++)
        {
            var sums = Sums(cells, margins, m, weights);
            var total = sums.Sum();
            for (var v = 0; v < sums.Length; v++)
                if (Math.Abs(sums[v] / total - margins[m].Shares[v]) is var off && off > farthest.Off) farthest = (off, m, v);
        }
        return farthest;
    }

    static double[] Sums(IReadOnlyList<RakingCell> cells, IReadOnlyList<Margin> margins, int m, double[]? weights)
    {
        var sums = new double[margins[m].Values.Count];
        for (var c = 0; c < cells.Count; c++)
            if (cells[c].Values[m] is >= 0 and var v) sums[v] += cells[c].Count * (weights?[c] ?? 1);
        return sums;
    }
}
