using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>A project that got its money, and when.</summary>
/// <param name="Project">Its id.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Score">Its points over all ballots.</param>
/// <param name="EffectiveSupport">
/// Equal shares only: how many voters could pay it in full in the cheapest round, that is the inverse of what each pays for a unit of
/// utility, in voters; a project of poorer voters has less than its votes.
/// </param>
/// <param name="Payment">Equal shares only: what each supporter who had enough paid (a point).</param>
/// <param name="Left">What of the budget was left behind it; with equal shares, what all voters had left.</param>
public sealed record BudgetRound(string Project, Fraction Cost, Fraction Score, double? EffectiveSupport, double? Payment, Fraction Left);

/// <summary>Why a project got nothing.</summary>
public enum LossReason
{
    /// <summary>No ballot names it.</summary>
    NoVotes,
    /// <summary>Its score is under the threshold.</summary>
    BelowThreshold,
    /// <summary>What was left when it was its turn did not suffice.</summary>
    DoesNotFit,
    /// <summary>A project before it did not fit, and the rule ends there.</summary>
    AfterTheEnd,
    /// <summary>Those who chose it had not enough left.</summary>
    SupportersCannotPay,
}

/// <summary>A project that got nothing.</summary>
/// <param name="Project">Its id.</param>
/// <param name="Cost">What it would have cost.</param>
/// <param name="Score">Its points over all ballots.</param>
/// <param name="Reason">Why.</param>
/// <param name="Missing">How much was missing: money, or points to the threshold; null where nothing can be counted.</param>
public sealed record BudgetLoss(string Project, Fraction Cost, Fraction Score, LossReason Reason, Fraction? Missing);

/// <summary>The count of a budget, so that everybody can follow it.</summary>
/// <param name="Rule">What was counted by.</param>
/// <param name="Winners">Ids in the order in which they got their money.</param>
/// <param name="Spent">On all of them.</param>
/// <param name="Rounds">One a winner.</param>
/// <param name="Losses">The others, in the declared order.</param>
/// <param name="Steps">With add1: by how many units every voter's part grew.</param>
/// <param name="Comparison">With a comparison: how many voters are better off with equal shares and with greedy.</param>
public sealed record BudgetOutcome(
    BudgetRule Rule, IReadOnlyList<string> Winners, Fraction Spent, IReadOnlyList<BudgetRound> Rounds, IReadOnlyList<BudgetLoss> Losses,
    int? Steps = null, BudgetComparison? Comparison = null);

/// <summary>Who is better off with which outcome.</summary>
/// <param name="EqualShares">Voters who get more with equal shares.</param>
/// <param name="Greedy">Voters who get more with greedy.</param>
/// <param name="Chosen">Which outcome stands.</param>
public sealed record BudgetComparison(int EqualShares, int Greedy, BudgetMethod Chosen);
