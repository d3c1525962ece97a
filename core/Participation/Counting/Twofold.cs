using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>
/// A number as the sum of two doubles, which carry about 106 bits of it: Dekker, "A floating-point technique for extending the available
/// precision" (1971); Hida, Li, Bailey, "Algorithms for quad-double precision floating point arithmetic" (2001), section 3.
/// </summary>
/// <param name="High">The nearest double.</param>
/// <param name="Low">What is missing from it.</param>
readonly record struct Twofold(double High, double Low)
{
    /// <summary>More than what one operation loses, relative to the larger of what goes in and what comes out.</summary>
    public const double Rounding = Round / (1L << 51);

    const double Round = 1.0 / (1L << 49);

    public static implicit operator Twofold(double value) => new(value, 0);

    /// <summary>A fraction, give or take the last bits.</summary>
    public static Twofold Of(Fraction value)
    {
        var high = value.Approximate();
        return Normal(high, (value - Fraction.FromDouble(high)).Approximate());
    }

    public static Twofold operator +(Twofold a, Twofold b)
    {
        var sum = a.High + b.High;
        var part = sum - a.High;
        return Normal(sum, a.High - (sum - part) + (b.High - part) + (a.Low + b.Low));
    }

    public static Twofold operator -(Twofold a, Twofold b) => a + new Twofold(-b.High, -b.Low);

    public static Twofold operator *(Twofold a, Twofold b)
    {
        var product = a.High * b.High;
        return Normal(product, Math.FusedMultiplyAdd(a.High, b.High, -product) + (a.High * b.Low + a.Low * b.High));
    }

    public static Twofold operator /(Twofold a, Twofold b)
    {
        var quotient = a.High / b.High;
        var rest = a - b * quotient;
        return Normal(quotient, (rest.High + rest.Low) / b.High);
    }

    public static bool operator <(Twofold a, Twofold b) => a.High < b.High || a.High == b.High && a.Low < b.Low;

    public static bool operator >(Twofold a, Twofold b) => b < a;

    static Twofold Normal(double high, double low)
    {
        var sum = high + low;
        return new(sum, low - (sum - high));
    }
}
