using static Cirm.Core.Transactions.CaseStatus;

namespace Cirm.Core.Transactions;

/// <summary>By whose decision a case goes on.</summary>
public enum StepBy
{
    /// <summary>A member of staff, or a system of the agency's.</summary>
    Agency,
    /// <summary>The citizen, within the limits of <see cref="CaseRules"/>.</summary>
    Citizen,
    /// <summary>An appeal that was upheld.</summary>
    Appeal,
    /// <summary>It turned out to be the same as another case.</summary>
    Merge,
    /// <summary>It turned out not to be: a merged case goes on from where it stood.</summary>
    Unmerge,
}

/// <summary>An edge of the life cycle.</summary>
public sealed record LifeCycleStep(CaseStatus From, CaseStatus To, StepBy By);

/// <summary>Every step that a case can take, and no other (TX-CASE). docs/life-cycle.md draws this table.</summary>
public static class LifeCycle
{
    /// <summary>All of them. Closing by a merge ends in a case that takes no further step but that the merge is taken back.</summary>
    public static readonly IReadOnlyList<LifeCycleStep> Steps =
    [
        new(Submitted, Accepted, StepBy.Agency),
        new(Accepted, InProgress, StepBy.Agency),
        new(InProgress, Resolved, StepBy.Agency),
        new(InProgress, Refused, StepBy.Agency),
        new(Resolved, Closed, StepBy.Agency),
        new(Resolved, Reopened, StepBy.Agency),
        new(Refused, Closed, StepBy.Agency),
        new(Refused, Reopened, StepBy.Agency),
        new(Closed, Reopened, StepBy.Agency),
        new(Reopened, InProgress, StepBy.Agency),
        .. Over.SelectMany(from => (LifeCycleStep[])[new(from, Reopened, StepBy.Citizen), new(from, Reopened, StepBy.Appeal)]),
        .. Enum.GetValues<CaseStatus>().Select(from => new LifeCycleStep(from, Closed, StepBy.Merge)),
        .. Enum.GetValues<CaseStatus>().Select(stood => new LifeCycleStep(Closed, stood, StepBy.Unmerge)),
    ];

    static IEnumerable<CaseStatus> Over => [Resolved, Refused, Closed];

    /// <summary>Whether the agency says that a case in this status is over: then the citizen has the word.</summary>
    public static bool IsOver(this CaseStatus status) => status is Resolved or Refused or Closed;

    /// <summary>Where a case can go from a status.</summary>
    public static IReadOnlyList<CaseStatus> After(CaseStatus from, StepBy by) => [.. Steps.Where(s => s.From == from && s.By == by).Select(s => s.To)];
}
