using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>Counts a budget by a rule. The same ballots and rule always give the same outcome, however they are ordered.</summary>
public static class BudgetCount
{
    /// <summary>Counts.</summary>
    /// <param name="election">Projects, ballots and budget.</param>
    /// <param name="rule">By what.</param>
    /// <param name="progress">Hears after each step of add1 how many there were.</param>
    /// <param name="ct">Gives up between two steps.</param>
    public static BudgetOutcome Count(Election election, BudgetRule rule, IProgress<int>? progress = null, CancellationToken ct = default)
    {
        if (rule.Method != BudgetMethod.EqualShares) return Greedy.Count(election, rule);
        var shares = new EqualShares(election, rule.Utility);
        var grows = rule.Completion is Completion.Add1 or Completion.Add1Comparison;
        var (result, steps) = grows ? Grow(election, shares, progress, ct) : (shares.Run(EndowmentOf(election, 0)), 0);
        var outcome = Explain(election, rule, result, steps) with { Steps = grows ? steps : null };
        return rule.Completion is Completion.Comparison or Completion.Add1Comparison ? Compare(election, rule, outcome) : outcome;
    }

    static Fraction EndowmentOf(Election election, int steps) => election.Voters == 0 ? Fraction.Zero : election.Budget / election.Voters + steps;

    // Until nothing more fits; the step before, when a step spends too much. A project that nobody chose can never be bought, so it does not count.
    static (EqualShares.Result Result, int Steps) Grow(Election election, EqualShares shares, IProgress<int>? progress, CancellationToken ct)
    {
        int[] possible = [.. Enumerable.Range(0, election.Projects.Count).Where(election.IsEligible)];
        var all = election.CostOf(possible);
        var (best, steps) = ((EqualShares.Result?)null, 0);
        for (var step = 0; ; step++)
        {
            ct.ThrowIfCancellationRequested();
            var endowment = EndowmentOf(election, step);
            var result = shares.Run(endowment);
            var done = result.Bought.Select(b => b.Project).ToHashSet();
            var left = election.Budget - election.CostOf(done);
            if (left < Fraction.Zero) return (best!, steps); // the first step cannot: it gives out no more than the budget
            (best, steps) = (result, step);
            progress?.Report(step);
            if (possible.All(p => done.Contains(p) || election.Projects[p].Cost > left) || endowment >= all) return (best, steps);
        }
    }

    static BudgetOutcome Explain(Election election, BudgetRule rule, EqualShares.Result result, int steps)
    {
        var purse = EndowmentOf(election, steps) * election.Voters;
        var (rounds, spent) = (new List<BudgetRound>(), Fraction.Zero);
        foreach (var (p, rate) in result.Bought)
        {
            var project = election.Projects[p];
            spent += project.Cost;
            rounds.Add(new(project.Id, project.Cost, election.Scores[p], rate > 0 ? Math.Round(project.Cost.Approximate() / rate, 6) : null, Math.Round(rate, 6), purse - spent));
        }
        var won = result.Bought.Select(b => b.Project).ToHashSet();
        var losses = Enumerable.Range(0, election.Projects.Count).Where(p => !won.Contains(p)).Select(p =>
        {
            var (project, left) = (election.Projects[p], election.Budget - spent);
            var (reason, missing) = Losses.Before(election, p)
                ?? (project.Cost > left && rule.Completion is (Completion.Add1 or Completion.Add1Comparison) ? (LossReason.DoesNotFit, project.Cost - left)
                    : (LossReason.SupportersCannotPay, project.Cost - new Fraction(Math.Round((decimal)result.Money(p), 2))));
            return new BudgetLoss(project.Id, project.Cost, election.Scores[p], reason, missing);
        });
        return new(rule, [.. rounds.Select(r => r.Project)], spent, rounds, [.. losses]);
    }

    // The comparison that Świecie and Wieliczka hold: greedy stands when more voters get more from it (equalshares.net, "comparison step").
    static BudgetOutcome Compare(Election election, BudgetRule rule, BudgetOutcome equal)
    {
        var greedy = Greedy.Count(election, rule);
        var (byEqual, byGreedy) = (equal.Winners.ToHashSet(), greedy.Winners.ToHashSet());
        var (forEqual, forGreedy) = (0, 0);
        foreach (var ballot in election.Ballots)
        {
            var difference = WorthOf(ballot, byEqual).CompareTo(WorthOf(ballot, byGreedy));
            if (difference > 0) forEqual += ballot.Voters;
            if (difference < 0) forGreedy += ballot.Voters;
        }
        var chosen = forGreedy > forEqual ? BudgetMethod.Greedy : BudgetMethod.EqualShares;
        return (chosen == BudgetMethod.Greedy ? greedy : equal) with { Rule = rule, Steps = equal.Steps, Comparison = new(forEqual, forGreedy, chosen) };

        Fraction WorthOf(Ballot ballot, HashSet<string> winners) =>
            ballot.Choices.Where(c => winners.Contains(election.Projects[c.Project].Id)).Aggregate(Fraction.Zero, (sum, c) =>
                sum + new Fraction(c.Points) * (rule.Utility == Utility.Cost ? election.Projects[c.Project].Cost : Fraction.One));
    }
}
