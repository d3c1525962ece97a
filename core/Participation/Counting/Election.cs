using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>How voters filled in their ballots, in Pabulib's words.</summary>
public enum VoteType
{
    /// <summary>Any number of projects, all worth the same.</summary>
    Approval,
    /// <summary>One project.</summary>
    ChooseOne,
    /// <summary>Points are divided among projects.</summary>
    Cumulative,
    /// <summary>Points are given to each project by itself.</summary>
    Scoring,
    /// <summary>Projects in the order of preference.</summary>
    Ordinal,
}

/// <summary>Something that money can be given to.</summary>
/// <param name="Id">As in the published file.</param>
/// <param name="Cost">In the currency of the budget; zero or more.</param>
/// <param name="Name">What people call it.</param>
public sealed record Project(string Id, Fraction Cost, string? Name = null);

/// <summary>What a ballot gives to a project.</summary>
/// <param name="Project">Its place in <see cref="Election.Projects"/>.</param>
/// <param name="Points">One where all that is named is worth the same; more than zero.</param>
public readonly record struct Choice(int Project, decimal Points);

/// <summary>
/// A budget and the ballots on how to spend it. Ballots that say the same are kept once, with their number: their voters are
/// alike to every rule.
/// </summary>
public sealed class Election
{
    /// <summary>Takes projects and ballots as they are.</summary>
    /// <param name="budget">What can be spent, more than zero.</param>
    /// <param name="voteType">How the ballots were filled in.</param>
    /// <param name="projects">In the declared order, which decides the last ties.</param>
    /// <param name="ballots">One a voter; an empty one is a voter too. A project that is named twice counts where it is named first.</param>
    /// <param name="scoreThreshold">Projects with a lower score are not counted; null when there is no threshold.</param>
    public Election(Fraction budget, VoteType voteType, IReadOnlyList<Project> projects, IEnumerable<IReadOnlyList<Choice>> ballots, Fraction? scoreThreshold = null)
    {
        (Budget, VoteType, Projects, ScoreThreshold) = (budget, voteType, projects, scoreThreshold);
        var alike = new Dictionary<BallotKey, int>();
        foreach (var ballot in ballots)
        {
            var key = new BallotKey([.. ballot.DistinctBy(c => c.Project).Where(c => c.Points > 0).OrderBy(c => c.Project)]);
            alike[key] = alike.GetValueOrDefault(key) + 1;
            Voters++;
        }
        Ballots = [.. alike.Select(b => new Ballot(b.Key.Choices, b.Value))];
        (Votes, Scores) = (new int[projects.Count], new Fraction[projects.Count]);
        Array.Fill(Scores, Fraction.Zero);
        foreach (var ballot in Ballots)
            foreach (var choice in ballot.Choices)
            {
                Votes[choice.Project] += ballot.Voters;
                Scores[choice.Project] += new Fraction(choice.Points) * ballot.Voters;
            }
    }

    /// <summary>What can be spent.</summary>
    public Fraction Budget { get; }

    /// <summary>How the ballots were filled in.</summary>
    public VoteType VoteType { get; }

    /// <summary>In the declared order.</summary>
    public IReadOnlyList<Project> Projects { get; }

    /// <summary>Projects with a lower score are not counted.</summary>
    public Fraction? ScoreThreshold { get; }

    /// <summary>Ballots that differ, and how many voters filled each in.</summary>
    public IReadOnlyList<Ballot> Ballots { get; }

    /// <summary>How many people voted.</summary>
    public int Voters { get; }

    /// <summary>How many ballots name each project.</summary>
    public int[] Votes { get; }

    /// <summary>How many points each project has: the number of its ballots where all choices are worth the same.</summary>
    public Fraction[] Scores { get; }

    /// <summary>Whether a project may be counted at all: voters name it, and enough of them where there is a threshold.</summary>
    public bool IsEligible(int project) => Votes[project] > 0 && (ScoreThreshold is not { } threshold || Scores[project] >= threshold);

    /// <summary>The cost of some projects together.</summary>
    public Fraction CostOf(IEnumerable<int> projects) => projects.Aggregate(Fraction.Zero, (sum, p) => sum + Projects[p].Cost);

    readonly struct BallotKey(Choice[] choices) : IEquatable<BallotKey>
    {
        public Choice[] Choices => choices;

        public bool Equals(BallotKey other) => choices.AsSpan().SequenceEqual(other.Choices);

        public override bool Equals(object? obj) => obj is BallotKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var choice in choices) hash.Add(choice);
            return hash.ToHashCode();
        }
    }
}

/// <summary>A ballot.</summary>
/// <param name="Choices">What it gives to which project, in the order of the projects.</param>
/// <param name="Voters">How many filled it in so.</param>
public sealed record Ballot(Choice[] Choices, int Voters);
