using Cirm.Core.Insight.Statistics;

namespace Cirm.Core.Insight.Results;

/// <summary>A value and the bounds within which it lies at 95 %.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Not less; null when that is not known.</param>
/// <param name="High">Not more; null when that is not known.</param>
public sealed record Bounded(double Value, double? Low, double? High);

/// <summary>What an agency's records say of a period, with 95 % bounds: the period is taken for a sample of the way in which it works.</summary>
public static class Estimates
{
    /// <summary>A share (see <see cref="Bounds.OfShare"/>): of <paramref name="of"/>, <paramref name="met"/>.</summary>
    public static Bounded Share(long met, long of)
    {
        var bounds = Bounds.OfShare((double)met / of, of);
        return new((double)met / of, bounds.Low, bounds.High);
    }

    /// <summary>A median with bounds that assume nothing of how the values lie: two of the values themselves (Conover 1999, Practical Nonparametric Statistics, section 3.2, by the
    /// normal approximation); null where there are too few of them.</summary>
    /// <param name="ordered">Ascending; at least one.</param>
    public static Bounded Median(ReadOnlySpan<double> ordered)
    {
        var n = ordered.Length;
        var spread = Bounds.Z * Math.Sqrt(n) / 2;
        var (low, high) = ((int)Math.Floor(n / 2.0 - spread), (int)Math.Ceiling(1 + n / 2.0 + spread)); // ranks from 1
        return new((ordered[(n - 1) / 2] + ordered[n / 2]) / 2, low < 1 ? null : ordered[low - 1], high > n ? null : ordered[high - 1]);
    }

    /// <summary>A rate of what comes by itself, as so many a unit of time (Poisson; Byar's approximation, Breslow and Day 1987, Statistical Methods in Cancer Research II, formula 2.13).</summary>
    /// <param name="count">How many.</param>
    /// <param name="units">In how many units of time.</param>
    public static Bounded Rate(long count, double units)
    {
        double x = count, next = count + 1;
        var low = count == 0 ? 0 : x * Math.Pow(1 - 1 / (9 * x) - Bounds.Z / (3 * Math.Sqrt(x)), 3);
        return new(x / units, Math.Max(0, low) / units, next * Math.Pow(1 - 1 / (9 * next) + Bounds.Z / (3 * Math.Sqrt(next)), 3) / units);
    }

    /// <summary>The later value minus the earlier one (see <see cref="Bounds.OfChange"/>); without bounds where one of the two has none.</summary>
    public static Bounded Change(Bounded earlier, Bounded later)
    {
        if (earlier is not { Low: { } thenLow, High: { } thenHigh } || later is not { Low: { } low, High: { } high }) return new(later.Value - earlier.Value, null, null);
        var bounds = Bounds.OfChange(later.Value, new(low, high), earlier.Value, new(thenLow, thenHigh));
        return new(later.Value - earlier.Value, bounds.Low, bounds.High);
    }
}
