namespace Cirm.Core.Participation.Counting;

/// <summary>A round of an instant run-off.</summary>
/// <param name="Votes">How many ballots count for each option that is still in, by id.</param>
/// <param name="Exhausted">Ballots that name none of those.</param>
/// <param name="Eliminated">Who goes; null in the last round.</param>
public sealed record RunOffRound(IReadOnlyDictionary<string, int> Votes, int Exhausted, string? Eliminated);

/// <summary>The count of an instant run-off.</summary>
/// <param name="Winner">Null when nobody is named on any ballot.</param>
/// <param name="Rounds">In their order.</param>
public sealed record RunOffOutcome(string? Winner, IReadOnlyList<RunOffRound> Rounds);

/// <summary>
/// Instant run-off: every ballot counts for the first of its options that is still in. Who has more than half of the ballots that count wins;
/// until then the option with the fewest goes. Of two that have as few the one goes that was declared later.
/// </summary>
public static class RunOff
{
    /// <summary>Counts.</summary>
    /// <param name="election">Ballots whose points fall from the first option to the last.</param>
    public static RunOffOutcome Count(Election election)
    {
        var orders = election.Ballots.Select(b => (Order: b.Choices.OrderByDescending(c => c.Points).Select(c => c.Project).ToArray(), b.Voters)).ToList();
        // Who stands on no ballot at all is not there to be eliminated.
        var open = Enumerable.Range(0, election.Projects.Count).Where(p => election.Votes[p] > 0).ToHashSet();
        var rounds = new List<RunOffRound>();
        while (open.Count > 0)
        {
            var votes = new int[election.Projects.Count];
            var exhausted = 0;
            foreach (var (order, voters) in orders)
            {
                var at = Array.FindIndex(order, open.Contains);
                if (at < 0) exhausted += voters;
                else votes[order[at]] += voters;
            }
            var told = open.Order().ToDictionary(p => election.Projects[p].Id, p => votes[p]);
            var first = open.OrderByDescending(p => votes[p]).ThenBy(p => p).First();
            if (2 * votes[first] > election.Voters - exhausted || open.Count == 1)
            {
                rounds.Add(new(told, exhausted, null));
                return new(election.Projects[first].Id, rounds);
            }
            var last = open.OrderBy(p => votes[p]).ThenByDescending(p => p).First();
            rounds.Add(new(told, exhausted, election.Projects[last].Id));
            open.Remove(last);
        }
        return new(null, rounds);
    }
}
