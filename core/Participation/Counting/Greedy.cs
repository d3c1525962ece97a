using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>
/// Projects by score, as long as there is money. Equal scores: the cheaper one first, then the declared order, so that a count
/// always gives the same.
/// </summary>
static class Greedy
{
    public static BudgetOutcome Count(Election election, BudgetRule rule)
    {
        var (rounds, losses) = (new List<BudgetRound>(), new Dictionary<int, BudgetLoss>());
        var (left, ended) = (election.Budget, false);
        foreach (var p in InOrder(election))
        {
            var (project, score) = (election.Projects[p], election.Scores[p]);
            if (LossOf() is { } loss)
            {
                losses[p] = new(project.Id, project.Cost, score, loss.Reason, loss.Missing);
                ended |= loss.Reason == LossReason.DoesNotFit && rule.Method == BudgetMethod.GreedyNoSkip;
                continue;
            }
            left -= project.Cost;
            rounds.Add(new(project.Id, project.Cost, score, null, null, left));

            (LossReason Reason, Fraction? Missing)? LossOf() =>
                Losses.Before(election, p)
                ?? (ended ? (LossReason.AfterTheEnd, null)
                    : project.Cost > left ? (LossReason.DoesNotFit, project.Cost - left)
                    : null);
        }
        return new(rule, [.. rounds.Select(r => r.Project)], election.Budget - left, rounds, [.. losses.OrderBy(l => l.Key).Select(l => l.Value)]);
    }

    static IEnumerable<int> InOrder(Election election) =>
        Enumerable.Range(0, election.Projects.Count).OrderByDescending(p => election.Scores[p]).ThenBy(p => election.Projects[p].Cost);
}

/// <summary>What keeps a project out of every count.</summary>
static class Losses
{
    public static (LossReason Reason, Fraction? Missing)? Before(Election election, int project) =>
        election.Votes[project] == 0 ? (LossReason.NoVotes, null)
        : election.IsEligible(project) ? null
        : (LossReason.BelowThreshold, election.ScoreThreshold!.Value - election.Scores[project]);
}
