using Cirm.Core.Participation.Counting;
using FsCheck.Fluent;

namespace Cirm.Tests.Participation;

/// <summary>Instant run-off, round by round.</summary>
public sealed class RunOffTests
{
    [Fact]
    public void The_capital_of_Tennessee_is_Knoxville_as_in_the_textbook()
    {
        // 42 % Memphis, 26 % Nashville, 15 % Chattanooga, 17 % Knoxville: Chattanooga goes, then Nashville.
        var (m, n, c, k) = (0, 1, 2, 3);
        var outcome = Count(4, (42, [m, n, c, k]), (26, [n, c, k, m]), (15, [c, k, n, m]), (17, [k, c, n, m]));
        Assert.Equal("p3", outcome.Winner);
        Assert.Equal(["p2", "p1", null], outcome.Rounds.Select(r => r.Eliminated));
        Assert.Equal((42, 58), (outcome.Rounds[^1].Votes["p0"], outcome.Rounds[^1].Votes["p3"]));
    }

    [Fact]
    public void Ballots_that_name_nobody_who_is_in_are_exhausted_and_half_of_the_others_is_not_enough()
    {
        var outcome = Count(3, (4, [0]), (4, [1]), (1, [2]));
        Assert.Equal("p0", outcome.Winner); // of two that are alike at the end, the one that was declared later goes
        Assert.Equal([0, 1, 5], outcome.Rounds.Select(r => r.Exhausted));
        Assert.Equal(["p2", "p1", null], outcome.Rounds.Select(r => r.Eliminated));
        Assert.Null(Count(3).Winner);
    }

    [Fact]
    public void Any_ranking_is_counted_as_a_voter_at_a_time_would_and_whoever_has_a_majority_wins()
    {
        var rankings =
            from options in Gen.Choose(1, 5)
            from voters in Gen.Choose(1, 12)
            from orders in Gen.Shuffle(Enumerable.Range(0, options).ToArray()).ArrayOf(voters)
            from lengths in Gen.Choose(1, options).ArrayOf(voters)
            select (options, orders.Zip(lengths, (order, length) => order.Take(length).ToArray()).ToArray());
        foreach (var (options, ballots) in rankings.Sample(10, 2000))
        {
            var winner = Count(options, [.. ballots.Select(b => (1, b))]).Winner;
            Assert.Equal($"p{ByHand(options, ballots)}", winner);
            if (ballots.GroupBy(b => b[0]).FirstOrDefault(g => 2 * g.Count() > ballots.Length) is { } majority) Assert.Equal($"p{majority.Key}", winner);
        }
    }

    // Strike out the worst until one is left.
    static int ByHand(int options, int[][] ballots)
    {
        var left = Enumerable.Range(0, options).Where(o => ballots.Any(b => b.Contains(o))).ToList();
        while (left.Count > 1) left.Remove(left.OrderBy(o => ballots.Count(b => b.FirstOrDefault(left.Contains, -1) == o)).ThenByDescending(o => o).First());
        return left.Single();
    }

    static RunOffOutcome Count(int options, params (int Voters, int[] Order)[] ballots) => RunOff.Count(new(
        1, VoteType.Ordinal, [.. Enumerable.Range(0, options).Select(o => new Project($"p{o}", 1))],
        ballots.SelectMany(b => Enumerable.Repeat<IReadOnlyList<Choice>>([.. b.Order.Select((p, i) => new Choice(p, options - i))], b.Voters))));
}
