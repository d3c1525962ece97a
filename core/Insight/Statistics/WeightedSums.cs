namespace Cirm.Core.Insight.Statistics;

/// <summary>
/// All that a share or a mean needs to know of a sample in which everybody of a stratum has the same weight: it is added up a
/// stratum at a time, from counts.
/// </summary>
/// <param name="N">How many people.</param>
/// <param name="W">Their weights, added up.</param>
/// <param name="W2">The weights' squares.</param>
/// <param name="WX">Weight times value.</param>
/// <param name="W2X">Squared weight times value.</param>
/// <param name="W2XX">Squared weight times squared value.</param>
public readonly record struct WeightedSums(double N, double W, double W2, double WX, double W2X, double W2XX)
{
    /// <summary>Adds a stratum.</summary>
    /// <param name="weight">Of each person in it; 1 when there is no weighting.</param>
    /// <param name="n">How many people.</param>
    /// <param name="sum">Of their values; of a yes or no: how many said yes.</param>
    /// <param name="squares">Of their values' squares; of a yes or no: the same as <paramref name="sum"/>.</param>
    public WeightedSums Add(double weight, double n, double sum, double squares)
    {
        var square = weight * weight;
        return new(N + n, W + weight * n, W2 + square * n, WX + weight * sum, W2X + square * sum, W2XX + square * squares);
    }

    /// <summary>Adds a stratum's yes or no.</summary>
    public WeightedSums Add(double weight, double n, double yes) => Add(weight, n, yes, yes);

    /// <summary>The mean; of a yes or no: the share. Not a number when nobody counts.</summary>
    public double Mean => WX / W;

    /// <summary>As many people with equal weights would tell as much: (Σw)²/Σw².</summary>
    /// <remarks>Kish, L. (1965), Survey Sampling, Wiley, section 11.7; (1992), "Weighting for unequal Pi", Journal of Official Statistics 8(2), 183-200.</remarks>
    public double EffectiveN => W2 == 0 ? 0 : W * W / W2;

    /// <summary>The mean's standard error by Taylor linearisation, the weights taken as fixed; without weights it is s/√n. Not a number for fewer than two.</summary>
    /// <remarks>The mean is a ratio of sums, with the linearised variable w(x - mean)/Σw: Särndal, Swensson and Wretman (1992), Model Assisted Survey
    /// Sampling, section 5.6; Wolter (2007), Introduction to Variance Estimation, section 6.4. With replacement, one stratum of the design: n/(n-1).</remarks>
    public double StandardError
    {
        get
        {
            if (N < 2) return double.NaN;
            var mean = Mean;
            var squares = W2XX - 2 * mean * W2X + mean * mean * W2;
            return Math.Sqrt(Math.Max(0, squares) * N / (N - 1)) / W;
        }
    }

    /// <summary>The share's bounds: Wilson's at the effective sample size.</summary>
    public Bounds ShareBounds => Bounds.OfShare(Math.Clamp(Mean, 0, 1), EffectiveN);

    /// <summary>The mean's bounds.</summary>
    public Bounds MeanBounds => Bounds.OfMean(Mean, StandardError);
}
