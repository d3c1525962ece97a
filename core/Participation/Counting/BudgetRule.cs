namespace Cirm.Core.Participation.Counting;

/// <summary>How a budget is given to projects.</summary>
public enum BudgetMethod
{
    /// <summary>By score; what does not fit any more is passed over.</summary>
    Greedy,
    /// <summary>By score; the first that does not fit is the end.</summary>
    GreedyNoSkip,
    /// <summary>As greedy, without projects whose score is below the election's threshold.</summary>
    GreedyThreshold,
    /// <summary>The method of equal shares (Peters, Pierczyński, Skowron 2021): every voter has the same part of the budget to give.</summary>
    EqualShares,
}

/// <summary>What is done with money that equal shares leave.</summary>
public enum Completion
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Every voter's part grows by one unit of the currency until nothing more fits, or too much is spent: then the outcome before stands.</summary>
    Add1,
    /// <summary>As add1; then the greedy outcome takes its place when more voters are better off with it than the other way round.</summary>
    Add1Comparison,
    /// <summary>Without growth; the greedy outcome takes its place when more voters are better off with it.</summary>
    Comparison,
}

/// <summary>What a project that is done is worth to a voter who chose it.</summary>
public enum Utility
{
    /// <summary>Its cost (times the points): a voter counts what is spent for them.</summary>
    Cost,
    /// <summary>One (times the points): a voter counts projects.</summary>
    Number,
}

/// <summary>A whole rule for a budget.</summary>
/// <param name="Method">How money is given.</param>
/// <param name="Completion">What follows equal shares; nothing follows the others.</param>
/// <param name="Utility">For equal shares, and for the comparison.</param>
public sealed record BudgetRule(BudgetMethod Method, Completion Completion = Completion.None, Utility Utility = Utility.Cost)
{
    /// <summary>The words for a method, the first of them ours; the others are Pabulib's and the API's.</summary>
    public static readonly IReadOnlyDictionary<BudgetMethod, string[]> MethodWords = new Dictionary<BudgetMethod, string[]>
    {
        [BudgetMethod.Greedy] = ["greedy", "budget-greedy"],
        [BudgetMethod.GreedyNoSkip] = ["greedy-no-skip"],
        [BudgetMethod.GreedyThreshold] = ["greedy-threshold"],
        [BudgetMethod.EqualShares] = ["equal-shares", "equalshares", "budget-equal-shares"],
    };

    /// <summary>The words for a completion, ours first.</summary>
    public static readonly IReadOnlyDictionary<Completion, string[]> CompletionWords = new Dictionary<Completion, string[]>
    {
        [Completion.None] = ["none"],
        [Completion.Add1] = ["add1"],
        [Completion.Add1Comparison] = ["add1-comparison"],
        [Completion.Comparison] = ["comparison"],
    };

    /// <summary>A method by any of its words; null when it is none.</summary>
    public static BudgetMethod? MethodOf(string word) => Find(MethodWords, word);

    /// <summary>A completion by any of its words; null when it is none.</summary>
    public static Completion? CompletionOf(string word) => Find(CompletionWords, word);

    /// <summary>Reads a rule as published files name it, such as <c>greedy-no-skip</c> or <c>equalshares/add1-comparison</c>.</summary>
    /// <returns>The rule, or null when it is none that we know.</returns>
    public static BudgetRule? Read(string word)
    {
        var (method, completion) = word.Trim().Split('/', 2) switch
        {
            [var all] when MethodOf(all) is { } m => (m, Completion.None),
            [var all] when all.EndsWith("-comparison", StringComparison.Ordinal) && MethodOf(all[..^"-comparison".Length]) is { } m => (m, Completion.Comparison),
            [var m, var c] => (MethodOf(m), CompletionOf(c)),
            _ => ((BudgetMethod?)null, (Completion?)null),
        };
        return method is { } known && completion is { } then && (known == BudgetMethod.EqualShares || then == Completion.None) ? new(known, then) : null;
    }

    static TKey? Find<TKey>(IReadOnlyDictionary<TKey, string[]> words, string word) where TKey : struct =>
        words.Where(w => w.Value.Contains(word, StringComparer.Ordinal)).Select(w => (TKey?)w.Key).FirstOrDefault();
}
