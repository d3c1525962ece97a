using System.Text.Json.Serialization;
using Cirm.Core.Participation.Counting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>What a ballot looks like.</summary>
public enum BallotForm
{
    /// <summary>A list of options, all worth the same.</summary>
    Approval,
    /// <summary>A list of options, the best first.</summary>
    Ranking,
    /// <summary>Points by option.</summary>
    Points,
}

/// <summary>How a decision is made. It is fixed when the initiative opens.</summary>
/// <param name="Method">One of <see cref="Methods"/>.</param>
/// <param name="Budget">What can be spent, in whole units of the currency or parts of them; of the budget methods.</param>
/// <param name="Quorum">How many ballots the result needs: up to 1 a share of those who may vote, above 1 a number.</param>
/// <param name="MaxChoices">Most options on one ballot.</param>
/// <param name="Rule">Of a ranking: <c>irv</c> (instant run-off) or <c>borda</c>.</param>
/// <param name="Completion">Of equal shares: <c>add1</c>, <c>add1-comparison</c>, <c>comparison</c> or <c>none</c>.</param>
/// <param name="Utility">Of equal shares: <c>cost</c> or <c>number</c>.</param>
/// <param name="Winners">How many options win, where there is no budget.</param>
/// <param name="Points">How many points each ballot gives out, all of them.</param>
/// <param name="MaxScore">Most points for one option.</param>
/// <param name="Threshold">Options with a lower score do not win.</param>
/// <param name="WithinBudget">The options of one ballot together cost no more than the budget.</param>
public sealed record DecisionSettings(
    string Method, decimal? Budget = null, decimal? Quorum = null, int? MaxChoices = null, string? Rule = null, string? Completion = null, string? Utility = null, int? Winners = null,
    int? Points = null, int? MaxScore = null, decimal? Threshold = null, bool? WithinBudget = null) : IJsonColumn
{
    /// <summary>The words for a method.</summary>
    public static readonly IReadOnlyList<string> Methods = ["approval", "ranking", "score", "budget-greedy", "budget-greedy-no-skip", "budget-greedy-threshold", "budget-equal-shares"];

    /// <summary>Most points for one option when nothing is said.</summary>
    public const int UsualMaxScore = 100;

    /// <summary>Whether money is given.</summary>
    [JsonIgnore]
    public bool IsBudget => Method.StartsWith("budget-", StringComparison.Ordinal);

    /// <summary>What a ballot looks like.</summary>
    [JsonIgnore]
    public BallotForm Form => Method == "ranking" ? BallotForm.Ranking : Method == "score" || Points is not null || MaxScore is not null ? BallotForm.Points : BallotForm.Approval;

    /// <summary>With what is usual where nothing is said, so that everybody reads what holds.</summary>
    public DecisionSettings Complete() => this with
    {
        Rule = Method == "ranking" ? Rule ?? "irv" : Rule,
        Completion = Method == "budget-equal-shares" ? Completion ?? "add1" : Completion,
        Utility = Method == "budget-equal-shares" ? Utility ?? "cost" : Utility,
        Winners = IsBudget ? Winners : Winners ?? 1,
        MaxScore = Form == BallotForm.Points ? MaxScore ?? Points ?? UsualMaxScore : MaxScore,
        WithinBudget = IsBudget ? WithinBudget ?? true : WithinBudget,
    };

    /// <summary>What is wrong with it.</summary>
    /// <param name="at">The pointer to it.</param>
    public IEnumerable<ValidationError> Check(string at)
    {
        if (!Methods.Contains(Method))
        {
            yield return new($"{at}/method", "unknown", $"This has to be one of {string.Join(", ", Methods)}.");
            yield break;
        }
        if (IsBudget && Budget is null) yield return new($"{at}/budget", "required", "This method gives money: say how much.");
        if (Budget is not null && !IsBudget) yield return NotFor("budget");
        if (Rule is not null && Method != "ranking") yield return NotFor("rule");
        else if (Rule is not (null or "irv" or "borda")) yield return new($"{at}/rule", "unknown", "This has to be irv or borda.");
        if (Completion is not null && Method != "budget-equal-shares") yield return NotFor("completion");
        else if (Completion is not null && BudgetRule.CompletionOf(Completion) is null) yield return new($"{at}/completion", "unknown", "This has to be none, add1, add1-comparison or comparison.");
        if (Utility is not null && Method != "budget-equal-shares") yield return NotFor("utility");
        else if (Utility is not (null or "cost" or "number")) yield return new($"{at}/utility", "unknown", "This has to be cost or number.");
        if (Winners is not null && IsBudget) yield return NotFor("winners");
        if (Winners > 1 && Method == "ranking" && Rule != "borda") yield return new($"{at}/winners", "range", "Instant run-off has one winner; borda can have more.");
        if ((Points ?? MaxScore) is not null && Method is "approval" or "ranking") yield return NotFor(Points is not null ? "points" : "maxScore");
        if (Threshold is not null && Method == "ranking" && Rule != "borda") yield return NotFor("threshold");
        if (Threshold is null && Method == "budget-greedy-threshold") yield return new($"{at}/threshold", "required", "This method has a threshold: say which.");
        if (WithinBudget is not null && !IsBudget) yield return NotFor("withinBudget");
        if (Quorum > 1 && Quorum != Math.Floor(Quorum.Value)) yield return new($"{at}/quorum", "range", "Above 1 a quorum is a whole number of ballots.");

        ValidationError NotFor(string member) => new($"{at}/{member}", "not-allowed", $"The method {Method} has no {member}.");
    }
}
