using static Cirm.Core.Transactions.CaseOutcome;
using static Cirm.Core.Transactions.CaseStatus;

namespace Cirm.Core.Transactions.Open311;

/// <summary>
/// Where a request stands in the words of Open311: GeoReport v2 knows <see cref="Open"/> and <see cref="Closed"/>; the others are FixMyStreet's extended
/// statuses (mySociety, "Open311 extended", 2013; Open311::Endpoint::Service::Request::Update::mySociety).
/// </summary>
public enum Open311State
{
    /// <summary>It has been reported.</summary>
    Open,
    /// <summary>It is over; how is not said.</summary>
    Closed,
    /// <summary>It was put right.</summary>
    Fixed,
    /// <summary>Somebody works on it.</summary>
    InProgress,
    /// <summary>Somebody will work on it.</summary>
    Planned,
    /// <summary>Somebody will work on it, and it is said when.</summary>
    ActionScheduled,
    /// <summary>Somebody looks into it.</summary>
    Investigating,
    /// <summary>Another request is about the same.</summary>
    Duplicate,
    /// <summary>Somebody else is responsible.</summary>
    NotCouncilsResponsibility,
    /// <summary>Nothing is done about it.</summary>
    NoFurtherAction,
    /// <summary>It was handed on inside.</summary>
    InternalReferral,
    /// <summary>It was over and is not; only ever said to an agency.</summary>
    Reopen,
    /// <summary>Nobody has decided whose it is.</summary>
    ForTriage,
}

/// <summary>Our life cycle in the words of Open311 and theirs in ours: the one table of both directions (docs/adr/0032-open311.md).</summary>
public static class Open311States
{
    static readonly (CaseStatus Status, Open311State Basic, Open311State Extended)[] OfStatus =
    [
        (Submitted, Open311State.Open, Open311State.Open),
        (Accepted, Open311State.Open, Open311State.Investigating),
        (InProgress, Open311State.Open, Open311State.InProgress),
        (Reopened, Open311State.Open, Open311State.Open),
        (Resolved, Open311State.Closed, Open311State.Closed),
        (Refused, Open311State.Closed, Open311State.NoFurtherAction),
        (CaseStatus.Closed, Open311State.Closed, Open311State.Closed),
    ];

    // Of a case that is over, the outcome says more. Only "fixed" claims that something was put right.
    static readonly (CaseOutcome Outcome, Open311State Extended)[] OfOutcome =
    [
        (CaseOutcome.Fixed, Open311State.Fixed),
        (Answered, Open311State.Closed),
        (Granted, Open311State.Closed),
        (NotOurs, Open311State.NotCouncilsResponsibility),
        (NotFound, Open311State.NoFurtherAction),
        (CaseOutcome.Duplicate, Open311State.Duplicate),
        (NoAction, Open311State.NoFurtherAction),
        (Cannot, Open311State.NoFurtherAction),
        (Withdrawn, Open311State.Closed),
    ];

    // What an agency's own system moves a case to; null: nowhere, it is a note.
    static readonly (Open311State State, CaseStatus? To, CaseOutcome? Outcome)[] OfAgency =
    [
        (Open311State.Open, Reopened, null), // of a case that is over; else it is where it was
        (Open311State.Reopen, Reopened, null),
        (Open311State.ForTriage, null, null),
        (Open311State.InternalReferral, null, null),
        (Open311State.Investigating, Accepted, null),
        (Open311State.Planned, Accepted, null),
        (Open311State.ActionScheduled, Accepted, null),
        (Open311State.InProgress, InProgress, null),
        (Open311State.Closed, Resolved, null),
        (Open311State.Fixed, Resolved, CaseOutcome.Fixed),
        (Open311State.Duplicate, Resolved, CaseOutcome.Duplicate),
        (Open311State.NotCouncilsResponsibility, Refused, NotOurs),
        (Open311State.NoFurtherAction, Refused, NoAction),
    ];

    /// <summary>Where a case stands, in the words of Open311.</summary>
    /// <param name="status">The agency's word.</param>
    /// <param name="outcome">What became of it, once it is over.</param>
    /// <param name="extended">In FixMyStreet's words, not in GeoReport's two.</param>
    public static Open311State Of(CaseStatus status, CaseOutcome? outcome, bool extended)
    {
        var (_, basic, more) = OfStatus.Single(s => s.Status == status);
        return !extended ? basic : status.IsOver() && outcome is { } said ? OfOutcome.Single(o => o.Outcome == said).Extended : more;
    }

    /// <summary>What an agency's system asks for with a state; null when nothing moves.</summary>
    public static (CaseStatus To, CaseOutcome? Outcome)? WantedBy(Open311State state)
    {
        var (_, to, outcome) = OfAgency.Single(a => a.State == state);
        return to is { } target ? (target, outcome) : null;
    }

    /// <summary>
    /// The steps of the agency that lead from a status to another: forward through the life cycle, and back only by a reopening. Empty when the case is there, when
    /// there is no way, or when it would have to be ended and reopened on the way.
    /// </summary>
    public static IReadOnlyList<CaseStatus> WayTo(CaseStatus from, CaseStatus to)
    {
        if (from == to || from.IsOver() && to.IsOver() || !from.IsOver() && to == Reopened) return [];
        var ways = new Queue<CaseStatus[]>([[]]);
        var seen = new HashSet<CaseStatus> { from };
        while (ways.TryDequeue(out var way))
        {
            var at = way.Length == 0 ? from : way[^1];
            if (at == to) return way;
            if (way.Length > 0 && at.IsOver()) continue;
            foreach (var next in LifeCycle.After(at, StepBy.Agency))
                if (seen.Add(next)) ways.Enqueue([.. way, next]);
        }
        return [];
    }

    /// <summary>The word on the wire: <c>not_councils_responsibility</c>.</summary>
    public static string Spelled(this Open311State state) => Words[state];

    /// <summary>Reads a state as clients write it: in any case, with spaces, hyphens or underscores.</summary>
    public static Open311State? Read(string text)
    {
        var plain = Plain(text);
        return Enum.GetValues<Open311State>().Where(s => Plain(Words[s]) == plain).Select(s => (Open311State?)s).FirstOrDefault();

        static string Plain(string word) => word.Trim().Replace('_', ' ').Replace('-', ' ').ToUpperInvariant();
    }

    static readonly Dictionary<Open311State, string> Words = Enum.GetValues<Open311State>().ToDictionary(
        s => s, s => string.Concat(s.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")));
}
