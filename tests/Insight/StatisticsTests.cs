using System.Runtime.CompilerServices;
using Cirm.Core.Insight.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Insight;

/// <summary>Shares, means, bounds and weights, against figures from elsewhere and against laws that hold for any sample.</summary>
public sealed class StatisticsTests
{
    static readonly string[] Respects = ["sex", "recage", "receduc"];

    [Theory]
    // Newcombe (1998), "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 857-872, table I, method 3.
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilsons_bounds_are_those_of_the_literature(int yes, int n, double low, double high)
    {
        var bounds = default(WeightedSums).Add(1, n, yes).ShareBounds;
        Assert.Equal(low, bounds.Low, 4);
        Assert.Equal(high, bounds.High, 4);
    }

    [Theory]
    // Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(9, 10, 3, 10, 0.1705, 0.8090)]
    [InlineData(10, 10, 0, 20, 0.6791, 1.0000)]
    public void A_change_between_two_waves_has_the_bounds_of_the_literature(int yes, int n, int yesThen, int nThen, double low, double high)
    {
        var (now, then) = (default(WeightedSums).Add(1, n, yes), default(WeightedSums).Add(1, nThen, yesThen));
        var bounds = Bounds.OfChange(now.Mean, now.ShareBounds, then.Mean, then.ShareBounds);
        Assert.Equal(low, bounds.Low, 4);
        Assert.Equal(high, bounds.High, 4);
    }

    [Fact]
    public void Without_weights_a_mean_has_the_standard_error_of_the_textbook()
    {
        double[] values = [1, 2, 2, 3, 5, 5, 4, 1];
        var sums = default(WeightedSums).Add(1, values.Length, values.Sum(), values.Sum(v => v * v));
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        Assert.Equal(mean, sums.Mean, 12);
        Assert.Equal(deviation / Math.Sqrt(values.Length), sums.StandardError, 12);
        Assert.Equal(8, sums.EffectiveN, 12);
    }

    [Fact]
    public void With_weights_it_is_the_linearised_ratio_person_by_person()
    {
        var people = Gen.Choose(1, 5).Zip(Gen.Choose(1, 400)).ListOf().Where(l => l.Count > 1);
        Prop.ForAll(people.ToArbitrary(), list =>
        {
            var sample = list.Select(p => (X: (double)p.Item1, W: p.Item2 / 100.0)).ToList();
            var total = sample.Sum(p => p.W);
            var mean = sample.Sum(p => p.W * p.X) / total;
            var z = sample.Select(p => p.W * (p.X - mean) / total).ToList(); // adds up to nought
            var expected = Math.Sqrt(z.Sum(v => v * v) * sample.Count / (sample.Count - 1));
            // Added up a weight at a time, as strata are.
            var sums = sample.GroupBy(p => p.W).Aggregate(default(WeightedSums), (s, g) => s.Add(g.Key, g.Count(), g.Sum(p => p.X), g.Sum(p => p.X * p.X)));
            Assert.Equal(mean, sums.Mean, 1e-9);
            Assert.Equal(expected, sums.StandardError, 1e-6);
            Assert.InRange(sums.EffectiveN, 1 - 1e-9, sample.Count + 1e-9);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Raking_real_respondents_to_the_census_gives_its_margins_to_a_billionth()
    {
        var (cells, margins) = (Pew(known: true), Census());
        var raked = Raking.Rake(cells, margins, fewest: 10);
        Assert.Empty(raked.Refusals);
        Assert.Equal(0, raked.Trimmed);
        AssertMargins(cells, margins, raked.Weights, 1e-9);
        // The largest and the smallest weight that the same gives in another program.
        Assert.Equal(2.028284937708071, raked.Weights.Max(), 9);
        Assert.Equal(0.5265137438057024, raked.Weights.Min(), 9);
        var sums = cells.Select((c, i) => (c, w: raked.Weights[i])).Aggregate(default(WeightedSums), (s, x) => s.Add(x.w, x.c.Count, 0));
        Assert.Equal(1958, sums.W, 6);
        Assert.InRange(sums.EffectiveN, 1500, 1957);
    }

    [Fact]
    public void Weighted_figures_of_real_respondents_are_those_of_a_second_computation_person_by_person()
    {
        // Of those whom the census weights: the share of college graduates. Person by person, and not by the sums that strata are added up in.
        var (cells, margins) = (Pew(known: true), Census());
        var weights = Raking.Rake(cells, margins, fewest: 10).Weights;
        var sums = default(WeightedSums);
        var people = new List<(double W, double Y)>();
        foreach (var (i, cell) in cells.Index())
        {
            var yes = margins[2].Values[cell.Values[2]] == "Coll+";
            sums = sums.Add(weights[i], cell.Count, yes ? cell.Count : 0);
            people.AddRange(Enumerable.Repeat((weights[i], yes ? 1.0 : 0.0), (int)cell.Count));
        }
        var total = people.Sum(p => p.W);
        var share = people.Sum(p => p.W * p.Y) / total;
        Assert.InRange(share, 0.2, 0.4);
        Assert.Equal(share, sums.Mean, 1e-12);

        // Kish as he writes it: n over one plus the squared coefficient of variation of the weights.
        var mean = people.Average(p => p.W);
        var kish = people.Count / (1 + people.Average(p => (p.W - mean) * (p.W - mean)) / (mean * mean));
        Assert.Equal(kish, sums.EffectiveN, 1e-6);

        // Taylor's linearisation is the limit of leaving each person out in turn (the jackknife of a ratio).
        var without = people.Select(p => (total * share - p.W * p.Y) / (total - p.W)).ToList();
        var jackknife = Math.Sqrt((people.Count - 1.0) / people.Count * without.Sum(x => (x - without.Average()) * (x - without.Average())));
        Assert.InRange(sums.StandardError / jackknife, 0.998, 1.002);

        // Wilson's bounds are where a score test at the effective size just does not reject: found by halving, not by his formula.
        Assert.Equal(Edge(share, 0, share, kish), sums.ShareBounds.Low, 1e-9);
        Assert.Equal(Edge(share, 1, share, kish), sums.ShareBounds.High, 1e-9);

        static double Edge(double share, double outside, double inside, double n)
        {
            for (var i = 0; i < 200; i++)
            {
                var middle = (outside + inside) / 2;
                if (Math.Abs(share - middle) > 1.9599639845400542 * Math.Sqrt(middle * (1 - middle) / n)) outside = middle;
                else inside = middle;
            }
            return inside;
        }
    }

    [Fact]
    public void Who_did_not_say_keeps_their_share_and_the_others_fit_all_the_same()
    {
        var (cells, margins) = (Pew(known: false), Census());
        Assert.Equal(2001, cells.Sum(c => c.Count));
        var raked = Raking.Rake(cells, margins, fewest: 10);
        AssertMargins(cells, margins, raked.Weights, 1e-9);
        Assert.All(raked.Weights, w => Assert.True(w > 0));
    }

    [Fact]
    public void What_does_not_depend_on_each_other_is_fitted_exactly()
    {
        // For a sample in which two margins are independent the weight is the product of two quotients.
        var counts = Gen.Choose(20, 200).Two().Zip(Gen.Choose(20, 200).Two());
        var shares = Gen.Choose(30, 70).Two();
        Prop.ForAll(counts.ToArbitrary(), shares.ToArbitrary(), (n, s) =>
        {
            double[] rows = [n.Item1.Item1, n.Item1.Item2], columns = [n.Item2.Item1, n.Item2.Item2];
            Margin[] margins = [new("a", ["x", "y"], [s.Item1 / 100.0, 1 - s.Item1 / 100.0]), new("b", ["x", "y"], [s.Item2 / 100.0, 1 - s.Item2 / 100.0])];
            var cells = (from r in (int[])[0, 1] from c in (int[])[0, 1] select new RakingCell(rows[r] * columns[c], [r, c])).ToList();
            var raked = Raking.Rake(cells, margins, fewest: 10);
            if (raked.Trimmed > 0) return;
            for (var i = 0; i < 4; i++)
            {
                var (r, c) = (cells[i].Values[0], cells[i].Values[1]);
                Assert.Equal(margins[0].Shares[r] * rows.Sum() / rows[r] * margins[1].Shares[c] * columns.Sum() / columns[c], raked.Weights[i], 1e-9);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_value_with_too_few_people_is_named_and_nothing_is_weighted()
    {
        Margin[] margins = [new("sex", ["f", "m"], [0.5, 0.5]), new("age", ["young", "old"], [0.3, 0.7])];
        RakingCell[] cells = [new(200, [0, 1]), new(100, [1, 1]), new(10, [1, 0])];
        var raked = Raking.Rake(cells, margins, fewest: 10);
        Assert.Equal([new("margin-too-thin", "age", "young")], raked.Refusals);
        Assert.Empty(raked.Weights);
    }

    [Fact]
    public void Margins_that_no_weights_can_give_are_refused()
    {
        // All the women are old and all the men young: 50 % women and 30 % old people cannot both be.
        Margin[] margins = [new("sex", ["f", "m"], [0.5, 0.5]), new("age", ["young", "old"], [0.7, 0.3])];
        var raked = Raking.Rake([new(100, [0, 1]), new(100, [1, 0])], margins, fewest: 10);
        Assert.Equal("weighting-does-not-converge", Assert.Single(raked.Refusals).Code);
    }

    [Fact]
    public void No_weight_is_above_the_largest_and_what_that_costs_is_said()
    {
        Margin[] margins = [new("age", ["young", "old"], [0.5, 0.5])];
        var raked = Raking.Rake([new(11, [0]), new(989, [1])], margins, fewest: 10);
        Assert.All(raked.Weights, w => Assert.True(w <= Raking.LargestWeight + 1e-9));
        Assert.Equal(11, raked.Trimmed);
        Assert.True(raked.Deviation > 0.4);
    }

    static void AssertMargins(IReadOnlyList<RakingCell> cells, IReadOnlyList<Margin> margins, double[] weights, double within)
    {
        for (var m = 0; m < margins.Count; m++)
        {
            var known = cells.Select((c, i) => (c, w: weights[i] * c.Count)).Where(x => x.c.Values[m] >= 0).ToList();
            for (var v = 0; v < margins[m].Values.Count; v++)
                Assert.Equal(margins[m].Shares[v], known.Where(x => x.c.Values[m] == v).Sum(x => x.w) / known.Sum(x => x.w), within);
        }
    }

    internal static IReadOnlyList<Margin> Census()
    {
        var rows = Read("us_acs_2017.csv");
        return [.. Respects.Select((name, m) =>
        {
            var shares = rows.GroupBy(r => r[m]).Select(g => (g.Key, Weight: g.Sum(r => double.Parse(r[3], System.Globalization.CultureInfo.InvariantCulture)))).ToList();
            return new Margin(name, [.. shares.Select(s => s.Key)], [.. shares.Select(s => s.Weight / shares.Sum(x => x.Weight))]);
        })];
    }

    static List<RakingCell> Pew(bool known)
    {
        var census = Census();
        return [.. Read("pew_2013.csv").Where(r => !known || !r.Contains("DK/Ref"))
            .Select(r => new RakingCell(int.Parse(r[3], System.Globalization.CultureInfo.InvariantCulture), [.. census.Select((margin, m) => margin.Values.ToList().IndexOf(r[m]))]))];
    }

    static List<string[]> Read(string file, [CallerFilePath] string here = "") =>
        [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "Data", file)).Skip(1).Select(line => line.Split(','))];
}
