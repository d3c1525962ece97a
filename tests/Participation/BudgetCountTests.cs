using Cirm.Core.Participation.Counting;
using Fractions;
using FsCheck.Fluent;

namespace Cirm.Tests.Participation;

/// <summary>Budgets are counted exactly, and the same by whoever counts.</summary>
public sealed class BudgetCountTests
{
    static readonly BudgetRule Shares = new(BudgetMethod.EqualShares);

    // The example of equalshares.net: 51 % vote for one set of projects, 49 % for the other.
    [Fact]
    public void A_large_minority_gets_its_part_of_the_money_with_equal_shares_and_nothing_with_greedy()
    {
        Project[] projects = [.. Enumerable.Range(0, 20).Select(i => new Project($"{i}", 10))];
        var election = new Election(100, VoteType.Approval, projects,
            Enumerable.Range(0, 100).Select(v => Approve([.. Enumerable.Range(v < 51 ? 0 : 10, 10)])));
        Assert.All(BudgetCount.Count(election, new(BudgetMethod.Greedy)).Winners, w => Assert.InRange(int.Parse(w), 0, 9));
        var shared = BudgetCount.Count(election, Shares with { Completion = Completion.Add1 }).Winners.Select(int.Parse).ToList();
        Assert.Equal((5, 4), (shared.Count(w => w < 10), shared.Count(w => w >= 10)));
    }

    // Peters and Skowron's running example of budgets that run out: the second project's richer supporters pay more.
    [Fact]
    public void Those_who_have_less_give_all_they_have_and_the_others_the_rest()
    {
        // Three voters with 10 each. A (12) is paid by 1 and 2, 6 each; B (12) by 2 and 3: 2 has 4 left, so 3 gives 8.
        var election = new Election(30, VoteType.Approval, [new("A", 12), new("B", 12), new("C", 9)], [Approve(0), Approve(0, 1), Approve(1)]);
        var outcome = BudgetCount.Count(election, Shares with { Utility = Utility.Number });
        Assert.Equal(["A", "B"], outcome.Winners);
        Assert.Equal([6, 8], outcome.Rounds.Select(r => r.Payment!.Value));
        Assert.Equal([2, 1.5], outcome.Rounds.Select(r => r.EffectiveSupport!.Value));
        Assert.Equal((LossReason.NoVotes, (Fraction?)null), (outcome.Losses.Single().Reason, outcome.Losses.Single().Missing));
    }

    [Fact]
    public void An_outcome_does_not_hang_on_a_rounding()
    {
        // A third of 1 has no double: after two payments the voters have exactly what the last project costs, and not a bit less.
        var election = new Election(3, VoteType.Approval, [new("A", 1), new("B", new Fraction(1.1m)), new("C", new Fraction(0.9m))],
            [Approve(0, 1, 2), Approve(0, 1, 2), Approve(0, 1, 2)]);
        Assert.Equal(3, BudgetCount.Count(election, Shares).Winners.Count);
    }

    [Fact]
    public void Greedy_passes_over_what_does_not_fit_and_no_skip_ends_there()
    {
        var election = new Election(100, VoteType.Approval, [new("big", 90), new("middle", 20), new("small", 10)],
            [Approve(0), Approve(0), Approve(0), Approve(1), Approve(1), Approve(2)]);
        var greedy = BudgetCount.Count(election, new(BudgetMethod.Greedy));
        Assert.Equal(["big", "small"], greedy.Winners);
        Assert.Equal(new BudgetLoss("middle", 20, 2, LossReason.DoesNotFit, 10), Assert.Single(greedy.Losses));
        var ending = BudgetCount.Count(election, new(BudgetMethod.GreedyNoSkip));
        Assert.Equal(["big"], ending.Winners);
        Assert.Equal([LossReason.DoesNotFit, LossReason.AfterTheEnd], ending.Losses.Select(l => l.Reason));
    }

    [Fact]
    public void A_threshold_keeps_out_what_has_fewer_points()
    {
        var election = new Election(100, VoteType.Cumulative, [new("a", 10), new("b", 10)], [[new(0, 3), new(1, 2)], [new(0, 2)]], scoreThreshold: 3);
        var outcome = BudgetCount.Count(election, new(BudgetMethod.GreedyThreshold));
        Assert.Equal(["a"], outcome.Winners);
        Assert.Equal(new BudgetLoss("b", 10, 2, LossReason.BelowThreshold, 1), Assert.Single(outcome.Losses));
    }

    [Fact]
    public void The_comparison_takes_greedy_only_when_more_voters_are_better_off_with_it()
    {
        // 60 want one large project, 40 two small ones that fit into their part.
        var election = new Election(100, VoteType.Approval, [new("large", 100), new("s1", 20), new("s2", 20)],
            [.. Enumerable.Repeat(Approve(0), 60), .. Enumerable.Repeat(Approve(1, 2), 40)]);
        var compared = BudgetCount.Count(election, Shares with { Completion = Completion.Comparison });
        Assert.Equal(new BudgetComparison(40, 60, BudgetMethod.Greedy), compared.Comparison);
        Assert.Equal(["large"], compared.Winners);
        Assert.Equal(["s1", "s2"], BudgetCount.Count(election, Shares).Winners);
    }

    [Fact]
    public void Ties_fall_to_the_cheaper_then_to_more_votes_then_to_the_declared_order()
    {
        var election = new Election(100, VoteType.Approval, [new("x", 20), new("y", 20), new("dear", 40)], [Approve(0, 1), Approve(2), Approve(2)]);
        foreach (var method in (BudgetMethod[])[BudgetMethod.Greedy, BudgetMethod.GreedyNoSkip])
            Assert.Equal(["dear", "x", "y"], BudgetCount.Count(election, new(method)).Winners);
        // All cost a supporter 20 at first; the one who chose x and y has not enough left for both.
        Assert.Equal(["x", "dear"], BudgetCount.Count(election, Shares with { Utility = Utility.Number }).Winners);
        // Who counts what is spent for them gets most of it, for what they pay, from the project that two pay.
        Assert.Equal(["dear", "x"], BudgetCount.Count(election, Shares).Winners);
    }

    [Fact]
    public void Any_election_is_counted_as_the_definition_says_on_fractions()
    {
        var amounts = Gen.Elements(1, 2, 3, 4, 5, 6, 7, 10, 12, 20);
        var elections =
            from projects in Gen.Choose(1, 7)
            from costs in amounts.ArrayOf(projects)
            from voters in Gen.Choose(1, 9)
            from ballots in Gen.Choose(0, 5).ArrayOf(projects).ArrayOf(voters)
            from budget in Gen.Choose(5, 60)
            from cardinal in Gen.Elements(true, false)
            from utility in Gen.Elements(Utility.Cost, Utility.Number)
            select (utility, new Election(budget, cardinal ? VoteType.Cumulative : VoteType.Approval, [.. costs.Select((c, i) => new Project($"p{i}", c))],
                ballots.Select(b => (IReadOnlyList<Choice>)[.. b.Index().Where(x => x.Item > 2).Select(x => new Choice(x.Index, cardinal ? x.Item - 2 : 1))])));
        foreach (var (utility, election) in elections.Sample(10, 3000))
            Assert.Equal(ByDefinition(election, utility), BudgetCount.Count(election, Shares with { Utility = utility }).Winners);
    }

    [Fact]
    public void The_order_of_ballots_does_not_matter()
    {
        var random = new Random(4);
        Project[] projects = [.. Enumerable.Range(0, 12).Select(i => new Project($"{i}", random.Next(50, 400)))];
        var ballots = Enumerable.Range(0, 200).Select(_ => Approve([.. Enumerable.Range(0, 12).Where(_ => random.Next(3) == 0)])).ToList();
        var rule = Shares with { Completion = Completion.Add1 };
        var first = BudgetCount.Count(new(1000, VoteType.Approval, projects, ballots), rule);
        for (var i = 0; i < 5; i++)
        {
            var again = BudgetCount.Count(new(1000, VoteType.Approval, projects, ballots.OrderBy(_ => random.Next())), rule);
            Assert.Equal(first.Winners, again.Winners);
            Assert.Equal(first.Steps, again.Steps);
        }
    }

    static IReadOnlyList<Choice> Approve(params int[] projects) => [.. projects.Select(p => new Choice(p, 1))];

    // As the paper says it, on fractions, a voter at a time, without any shortcut.
    static List<string> ByDefinition(Election election, Utility utility)
    {
        var voters = election.Ballots.SelectMany(b => Enumerable.Repeat(b.Choices.ToDictionary(c => c.Project, c => new Fraction(c.Points)), b.Voters)).ToList();
        Fraction[] left = [.. voters.Select(_ => election.Budget / election.Voters)];
        var (open, won) = (Enumerable.Range(0, election.Projects.Count).Where(election.IsEligible).ToList(), new List<string>());
        while (true)
        {
            var offers = open.Select(p => (Project: p, Rate: RateOf(p))).Where(o => o.Rate is not null)
                .OrderBy(o => utility == Utility.Cost ? o.Rate!.Value / election.Projects[o.Project].Cost : o.Rate!.Value)
                .ThenBy(o => election.Projects[o.Project].Cost).ThenByDescending(o => election.Votes[o.Project]).ThenBy(o => o.Project).ToList();
            if (offers.Count == 0) return won;
            var (best, rate) = offers[0];
            for (var v = 0; v < voters.Count; v++)
                if (voters[v].TryGetValue(best, out var points)) left[v] -= Min(left[v], rate!.Value * points);
            won.Add(election.Projects[best].Id);
            open.Remove(best);
        }

        Fraction? RateOf(int project)
        {
            var (cost, supporters) = (election.Projects[project].Cost, Enumerable.Range(0, voters.Count).Where(v => voters[v].ContainsKey(project)).ToList());
            if (supporters.Aggregate(Fraction.Zero, (sum, v) => sum + left[v]) < cost) return null;
            // The rate is where the payments, which grow with it, reach the cost: between two of the points where somebody runs out.
            foreach (var ratio in supporters.Select(v => left[v] / voters[v][project]).Distinct().Order())
            {
                if (supporters.Aggregate(Fraction.Zero, (sum, v) => sum + Min(left[v], ratio * voters[v][project])) < cost) continue;
                var poor = supporters.Where(v => left[v] / voters[v][project] < ratio).ToList();
                return (cost - poor.Aggregate(Fraction.Zero, (sum, v) => sum + left[v]))
                    / supporters.Except(poor).Aggregate(Fraction.Zero, (sum, v) => sum + voters[v][project]);
            }
            return null;
        }

        static Fraction Min(Fraction a, Fraction b) => a < b ? a : b;
    }
}
