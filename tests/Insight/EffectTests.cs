using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Results;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Insight;

/// <summary>Bounds of effects against values that others have published, and what holds of all of them.</summary>
public sealed class EffectTests
{
    [Theory]
    [InlineData(81, 263, 0.3080, 0.2553, 0.3662)] // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3
    [InlineData(15, 148, 0.1014, 0.0624, 0.1605)]
    [InlineData(1, 29, 0.0345, 0.0061, 0.1718)]
    public void A_share_has_wilsons_bounds(long met, long of, double value, double low, double high) => Assert.Equal(new Bounded(value, low, high), Rounded(Estimates.Share(met, of)));

    [Theory]
    [InlineData(48, 80, 56, 70, 0.2, 0.0524, 0.3339)] // Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10
    [InlineData(3, 10, 9, 10, 0.6, 0.1705, 0.8090)]
    public void A_difference_of_shares_has_newcombes_bounds(long met, long of, long laterMet, long laterOf, double value, double low, double high) =>
        Assert.Equal(new Bounded(value, low, high), Rounded(Estimates.Change(Estimates.Share(met, of), Estimates.Share(laterMet, laterOf))));

    [Fact]
    public void A_rate_has_byars_bounds()
    {
        // The exact bounds of a count of 10 are 4.795 and 18.390 (Garwood 1936): Byar's are near.
        var rate = Estimates.Rate(10, 2);
        Assert.Equal(5, rate.Value);
        Assert.InRange(rate.Low!.Value * 2, 4.77, 4.80);
        Assert.InRange(rate.High!.Value * 2, 18.38, 18.41);
    }

    [Fact]
    public void A_median_lies_between_two_of_its_values_and_without_enough_of_them_nobody_says_which()
    {
        var values = Enumerable.Range(1, 100).Select(i => (double)i).ToArray();
        Assert.Equal(new Bounded(50.5, 40, 61), Estimates.Median(values)); // ranks 40 and 61 of 100, as Conover's table has them
        Assert.Equal(new Bounded(2, null, null), Estimates.Median([1, 2, 3]));
    }

    [Fact]
    public void A_period_is_shown_only_if_each_of_its_months_could_be()
    {
        var month = (from y in Gen.Choose(0, 40) from n in Gen.Choose(0, 40) from s in Gen.Choose(0, 40) select (y, n, s)).ListOf();
        Prop.ForAll(month.ToArbitrary(), Gen.Choose(5, 15).ToArbitrary(), Gen.Elements(Enum.GetValues<MeasureKind>()).ToArbitrary(), (cells, k, kind) =>
        {
            var months = cells.Select((c, i) => new MonthCount(i + 1, c.y, c.n, c.s, [.. Enumerable.Repeat(1.0, c.y)])).ToList();
            var figure = Effects.Of(kind, months, 31 * months.Count, k);
            var cellsOf = (MonthCount m) => kind switch
            {
                MeasureKind.Volume or MeasureKind.MedianHoursToSolve => (long[])[m.Yes],
                MeasureKind.SolvedByCitizens => [m.Yes, m.No, m.Silent],
                _ => [m.Yes, m.No],
            };
            Assert.Equal(months.Count == 0 || months.Any(m => cellsOf(m).Any(c => c < k)), figure.Suppressed);
            if (figure.Suppressed) Assert.Equal((null, null, null, null, null), (figure.Value, figure.Low, figure.High, figure.N, figure.Silent));
            else Assert.Equal(months.Sum(m => kind is MeasureKind.Volume or MeasureKind.MedianHoursToSolve ? m.Yes : m.Yes + m.No), figure.N);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(MeasureKind.SolvedByCitizens, 10, 10, 10, true)]
    [InlineData(MeasureKind.SolvedByCitizens, 10, 10, 9, false)]
    [InlineData(MeasureKind.SolvedByCitizens, 10, 9, 10, false)]
    [InlineData(MeasureKind.StandardMet, 9, 10, 0, false)]
    [InlineData(MeasureKind.StandardMet, 10, 10, 0, true)]
    [InlineData(MeasureKind.Volume, 9, 0, 0, false)]
    public void One_small_cell_hides_the_period(MeasureKind kind, int yes, int no, int silent, bool shown) =>
        Assert.Equal(!shown, Effects.Of(kind, [new(1, 50, 50, 50, null), new(2, yes, no, silent, null)], 59, 10).Suppressed);

    static Bounded Rounded(Bounded b) => new(Math.Round(b.Value, 4), Math.Round(b.Low!.Value, 4), Math.Round(b.High!.Value, 4));
}
