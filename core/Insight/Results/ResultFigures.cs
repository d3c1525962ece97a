using Cirm.Core.Insight.Statistics;

namespace Cirm.Core.Insight.Results;

/// <summary>Every figure of a wave, by group, from counts by stratum and the strata's weights. Nothing is hidden here.</summary>
public sealed class ResultFigures
{
    readonly Added[] groups;

    /// <summary>Adds the strata up, each once a group that it is in, whatever the number of responses.</summary>
    /// <param name="tally">The counts.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="weights">By stratum; null: everybody counts the same.</param>
    public ResultFigures(Tally tally, ResultGroups groups, IReadOnlyDictionary<int, double>? weights)
    {
        (Tally, Groups, Weighted) = (tally, groups, weights is not null);
        this.groups = [.. groups.Groups.Select(g => Add(tally, tally.Strata.Where(g.Strata.Contains), weights))];
    }

    /// <summary>The counts.</summary>
    public Tally Tally { get; }

    /// <summary>The groups.</summary>
    public ResultGroups Groups { get; }

    /// <summary>Whether people are weighted.</summary>
    public bool Weighted { get; }

    /// <summary>How many of a group gave something that is counted.</summary>
    public long Count(int group, int at) => groups[group].Counts[at];

    /// <summary>How many of a group were asked.</summary>
    public long Asked(int group, CountedItem item) => item.AskedOf(groups[group].Counts);

    /// <summary>The share of those counted at one place among those counted at another.</summary>
    public WeightedSums Share(int group, int among, int at)
    {
        var of = groups[group];
        return new(of.Counts[among], of.Weights[among], of.Squares[among], of.Weights[at], of.Squares[at], of.Squares[at]);
    }

    /// <summary>The mean of a scale's points or of numbers.</summary>
    public WeightedSums Mean(int group, CountedItem item)
    {
        var of = groups[group];
        var size = new WeightedSums(of.Counts[item.Answered], of.Weights[item.Answered], of.Squares[item.Answered], 0, 0, 0);
        return item.Sums < 0
            ? Sum(of, size, item.Options.Count, item.Option, o => (double)item.Question.Least + o)
            : size with { WX = of.WeightedSums[item.Sums], W2X = of.SquaredSums[item.Sums], W2XX = of.SquaredSums[item.Sums + 1] };
    }

    /// <summary>In which place an option was put on average, among the rankings that name it; the first place is 1.</summary>
    public WeightedSums Rank(int group, CountedItem item, int option)
    {
        var (of, size) = (groups[group], default(WeightedSums));
        for (var place = 0; place < item.Options.Count; place++)
        {
            var at = item.Place(option, place);
            size = new(size.N + of.Counts[at], size.W + of.Weights[at], size.W2 + of.Squares[at], 0, 0, 0);
        }
        return Sum(of, size, item.Options.Count, place => item.Place(option, place), place => place + 1);
    }

    static WeightedSums Sum(Added of, WeightedSums size, int options, Func<int, int> at, Func<int, double> worth)
    {
        for (var o = 0; o < options; o++)
        {
            var (x, w, w2) = (worth(o), of.Weights[at(o)], of.Squares[at(o)]);
            size = size with { WX = size.WX + x * w, W2X = size.W2X + x * w2, W2XX = size.W2XX + x * x * w2 };
        }
        return size;
    }

    static Added Add(Tally tally, IEnumerable<int> strata, IReadOnlyDictionary<int, double>? weights)
    {
        var (length, sums) = (tally.Layout.Length, tally.Layout.SumsLength);
        var added = new Added(new long[length], new double[length], new double[length], new double[sums], new double[sums]);
        foreach (var stratum in strata.Order())
        {
            var (from, weight) = (tally.CountsOf(stratum), weights?.GetValueOrDefault(stratum, 1) ?? 1);
            for (var i = 0; i < length; i++)
            {
                if (from[i] == 0) continue;
                added.Counts[i] += from[i];
                added.Weights[i] += weight * from[i];
                added.Squares[i] += weight * weight * from[i];
            }
            for (var i = 0; i < sums; i++)
            {
                added.WeightedSums[i] += weight * tally.SumsOf(stratum)[i];
                added.SquaredSums[i] += weight * weight * tally.SumsOf(stratum)[i];
            }
        }
        return added;
    }

    sealed record Added(long[] Counts, double[] Weights, double[] Squares, double[] WeightedSums, double[] SquaredSums);
}
