namespace Cirm.Core.Insight.Statistics;

/// <summary>What lies between two bounds with 95 % confidence.</summary>
/// <param name="Low">At least.</param>
/// <param name="High">At most.</param>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>The standard normal deviate that 95 % lie within.</summary>
    public const double Z = 1.959963984540054;

    /// <summary>Bounds of a share. They stay between 0 and 1 and are honest for small groups and for shares near 0 and 1.</summary>
    /// <remarks>Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22(158), 209-212. With weights n is the
    /// effective sample size (Korn and Graubard 1998, Survey Methodology 24(2), 193-201).</remarks>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="n">How many were asked, or as many as they are worth; above 0.</param>
    public static Bounds OfShare(double share, double n)
    {
        var z2 = Z * Z;
        var centre = (share + z2 / (2 * n)) / (1 + z2 / n);
        var reach = Z / (1 + z2 / n) * Math.Sqrt(share * (1 - share) / n + z2 / (4 * n * n));
        return new(Math.Max(0, centre - reach), Math.Min(1, centre + reach));
    }

    /// <summary>Bounds of a mean.</summary>
    public static Bounds OfMean(double mean, double standardError) => new(mean - Z * standardError, mean + Z * standardError);

    /// <summary>Bounds of how much a figure of other people differs from an earlier one: each one's bounds, squared and added.</summary>
    /// <remarks>Newcombe, R. G. (1998), "Bounds estimation for the difference between independent proportions", Statistics in Medicine 17, 873-890, method
    /// 10; for any figures with bounds: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702.</remarks>
    public static Bounds OfChange(double now, Bounds boundsNow, double then, Bounds boundsThen) => new(
        now - then - Math.Sqrt(Square(now - boundsNow.Low) + Square(boundsThen.High - then)),
        now - then + Math.Sqrt(Square(boundsNow.High - now) + Square(then - boundsThen.Low)));

    static double Square(double x) => x * x;
}
