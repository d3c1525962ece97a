using System.Numerics;
using Fractions;

namespace Cirm.Core.Participation.Counting;

static class FractionExtensions
{
    /// <summary>The nearest double, give or take its last bits, however long the numerator and the denominator are.</summary>
    public static double Approximate(this Fraction fraction)
    {
        var (numerator, denominator) = (BigInteger.Abs(fraction.Numerator), fraction.Denominator);
        if (numerator.IsZero) return 0;
        var shift = 64 - (int)(numerator.GetBitLength() - denominator.GetBitLength());
        var quotient = shift >= 0 ? (numerator << shift) / denominator : numerator / (denominator << -shift);
        return fraction.Numerator.Sign * Math.ScaleB((double)quotient, -shift);
    }
}
