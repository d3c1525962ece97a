namespace Cirm.Core.Participation.Counting;

/// <summary>The same ballots counted in two ways, side by side.</summary>
/// <param name="Greedy">By score, as long as there is money.</param>
/// <param name="EqualShares">Equal shares with add1.</param>
/// <param name="OnlyGreedy">Projects that only greedy pays.</param>
/// <param name="OnlyEqualShares">Projects that only equal shares pay.</param>
/// <param name="Preferences">How many voters get more of what they chose with which.</param>
public sealed record CountPreview(
    CountReport Greedy, CountReport EqualShares, IReadOnlyList<string> OnlyGreedy, IReadOnlyList<string> OnlyEqualShares, BudgetComparison Preferences)
{
    /// <summary>Counts a file in both ways.</summary>
    public static CountPreview Of(PabulibFile file, CancellationToken ct)
    {
        var greedy = FileCount.Count(file, new BudgetRule(BudgetMethod.Greedy), ct);
        var shares = FileCount.Count(file, new BudgetRule(BudgetMethod.EqualShares, Completion.Add1), ct);
        var compared = FileCount.Count(file, new BudgetRule(BudgetMethod.EqualShares, Completion.Add1Comparison), ct);
        return new(greedy, shares, [.. greedy.Winners.Except(shares.Winners)], [.. shares.Winners.Except(greedy.Winners)], compared.Comparison!);
    }
}
