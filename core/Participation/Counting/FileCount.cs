using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>A round of a count, as it is told. Money and points are exact up to six places.</summary>
/// <param name="Project">Who got its money or its place; of a run-off, who went.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Score">Its points.</param>
/// <param name="EffectiveSupport">Of equal shares: see <see cref="BudgetRound"/>.</param>
/// <param name="Payment">Of equal shares: what each supporter who had enough paid a point.</param>
/// <param name="Left">Of a budget: what was left behind it.</param>
/// <param name="Votes">Of a run-off: the ballots of each who was still in.</param>
/// <param name="Exhausted">Of a run-off: ballots that named none of those.</param>
public sealed record CountedRound(
    string? Project, decimal? Cost = null, decimal? Score = null, double? EffectiveSupport = null, double? Payment = null, decimal? Left = null,
    IReadOnlyDictionary<string, int>? Votes = null, int? Exhausted = null);

/// <summary>Who did not win, why, and by how much.</summary>
/// <param name="Project">Its id.</param>
/// <param name="Cost">What it would have cost.</param>
/// <param name="Score">Its points; of a run-off the ballots that it had when it went.</param>
/// <param name="Reason">noVotes, belowThreshold, doesNotFit, afterTheEnd, supportersCannotPay, fewerPoints or eliminated.</param>
/// <param name="Missing">How much was missing: money, points or ballots.</param>
public sealed record CountedLoss(string Project, decimal? Cost, decimal? Score, string Reason, decimal? Missing);

/// <summary>A count as it is told: the same of a published file and of a decision.</summary>
/// <param name="Method">greedy, greedy-no-skip, greedy-threshold, equal-shares, irv, borda, approval or score.</param>
/// <param name="Completion">Of a budget.</param>
/// <param name="Utility">Of equal shares.</param>
/// <param name="Winners">In the order in which they won.</param>
/// <param name="Spent">On all of them; of a budget.</param>
/// <param name="Budget">What there was.</param>
/// <param name="Voters">How many ballots there are.</param>
/// <param name="Steps">Of add1: by how many units every voter's part grew.</param>
/// <param name="Comparison">How many voters are better off with which outcome.</param>
/// <param name="AsPublished">Whether it is the outcome that the file says; null when it says none.</param>
/// <param name="Rounds">What happened.</param>
/// <param name="Losses">Who did not win, in the declared order.</param>
public sealed record CountReport(
    string Method, string? Completion, Utility? Utility, IReadOnlyList<string> Winners, decimal? Spent, decimal? Budget, int Voters, int? Steps, BudgetComparison? Comparison,
    bool? AsPublished, IReadOnlyList<CountedRound> Rounds, IReadOnlyList<CountedLoss> Losses) : Tenancy.IJsonColumn;

/// <summary>Counts a published file: the agency's own count is of its published file too.</summary>
public static class FileCount
{
    /// <summary>Rules that give no money: so many options win as the budget says, each costing one.</summary>
    public static readonly IReadOnlyList<string> WithoutMoney = ["approval", "score", "borda", "irv"];

    /// <summary>The rule of a file without money, by its <c>method</c> or <c>rule</c>; null when it is a budget.</summary>
    public static string? WithoutMoneyOf(PabulibFile file) =>
        ((string?[])[file.Meta.GetValueOrDefault("method"), file.Rule]).FirstOrDefault(word => word is not null && WithoutMoney.Contains(word));

    /// <summary>The rule of a budget as its file says; null when it says none that we know.</summary>
    public static BudgetRule? RuleOf(PabulibFile file) =>
        file.Rule is { } word && BudgetRule.Read(word) is { } rule ? rule with { Utility = file.Meta.GetValueOrDefault("utility") is "number" ? Utility.Number : Utility.Cost } : null;

    /// <summary>Counts as the file says.</summary>
    /// <exception cref="BallotFileException">It names no rule that we know.</exception>
    public static CountReport Count(PabulibFile file, CancellationToken ct = default) => WithoutMoneyOf(file) is { } rule ? Count(file, rule)
        : Count(file, RuleOf(file) ?? throw new BallotFileException(1, $"The rule \"{file.Rule}\" is none that can be counted by."), ct);

    /// <summary>Counts a budget.</summary>
    public static CountReport Count(PabulibFile file, BudgetRule rule, CancellationToken ct = default)
    {
        var outcome = BudgetCount.Count(file.Election, rule, null, ct);
        return new(
            BudgetRule.MethodWords[rule.Method][0], BudgetRule.CompletionWords[rule.Completion][0], rule.Method == BudgetMethod.EqualShares ? rule.Utility : null,
            outcome.Winners, Told(outcome.Spent), Told(file.Election.Budget), file.Election.Voters, outcome.Steps, outcome.Comparison, AsPublished(file, outcome.Winners),
            [.. outcome.Rounds.Select(r => new CountedRound(r.Project, Told(r.Cost), Told(r.Score), r.EffectiveSupport, r.Payment, Told(r.Left)))],
            [.. outcome.Losses.Select(l => new CountedLoss(l.Project, Told(l.Cost), Told(l.Score), Platform.Wire.Word(l.Reason), l.Missing is { } missing ? Told(missing) : null))]);
    }

    /// <summary>Counts by a rule of <see cref="WithoutMoney"/>.</summary>
    /// <exception cref="BallotFileException">A run-off or Borda's count of ballots that do not rank.</exception>
    public static CountReport Count(PabulibFile file, string rule)
    {
        if (rule is "irv" or "borda" && file.Election.VoteType != VoteType.Ordinal) throw new BallotFileException(1, $"{rule} counts ordinal ballots; these are of another vote_type.");
        return rule == "irv" ? CountRunOff(file) : CountPoints(file, rule);
    }

    // Options that cost one each and a budget of as many as can win: greedy is the order of points, and any reader of the file counts it so.
    static CountReport CountPoints(PabulibFile file, string rule)
    {
        var outcome = BudgetCount.Count(file.Election, new(BudgetMethod.Greedy));
        var last = outcome.Rounds.Count == 0 ? Fraction.Zero : outcome.Rounds[^1].Score;
        return new(
            rule, null, null, outcome.Winners, null, null, file.Election.Voters, null, null, AsPublished(file, outcome.Winners),
            [.. outcome.Rounds.Select(r => new CountedRound(r.Project, Score: Told(r.Score)))],
            [.. outcome.Losses.Select(l => l.Reason == LossReason.DoesNotFit ? new CountedLoss(l.Project, null, Told(l.Score), "fewerPoints", Told(last - l.Score))
                : new CountedLoss(l.Project, null, Told(l.Score), Platform.Wire.Word(l.Reason), l.Missing is { } missing ? Told(missing) : null))]);
    }

    static CountReport CountRunOff(PabulibFile file)
    {
        var (election, outcome) = (file.Election, RunOff.Count(file.Election));
        string[] winners = outcome.Winner is { } winner ? [winner] : [];
        var losses = election.Projects.Where(p => !winners.Contains(p.Id)).Select(p =>
        {
            if (outcome.Rounds.LastOrDefault(r => r.Votes.ContainsKey(p.Id)) is not { } round) return new CountedLoss(p.Id, null, 0, "noVotes", null);
            // By how much: to the next one that stayed, or in the last round to the winner.
            var least = round.Votes.Where(v => v.Key != p.Id && (round.Eliminated is not null || winners.Contains(v.Key))).Min(v => v.Value);
            return new CountedLoss(p.Id, null, round.Votes[p.Id], "eliminated", least - round.Votes[p.Id]);
        });
        return new(
            "irv", null, null, winners, null, null, election.Voters, null, null, AsPublished(file, winners),
            [.. outcome.Rounds.Select(r => new CountedRound(r.Eliminated, Votes: r.Votes, Exhausted: r.Exhausted))], [.. losses]);
    }

    static bool? AsPublished(PabulibFile file, IReadOnlyList<string> winners) => file.Selected is { } selected ? selected.ToHashSet().SetEquals(winners) : null;

    static decimal Told(Fraction amount) => Math.Round(amount.ToDecimal(), 6) / 1.000000000000000000000000000000000m; // without zeros at the end
}
