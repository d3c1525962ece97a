using Cirm.Api.Transactions;
using Cirm.Core.Transactions;

namespace Cirm.Api.Portal;

/// <summary>A case as its citizen sees it on a page, whether they come with its code or signed in.</summary>
public sealed record CaseSeen(
    long Number, string Service, CaseKind Kind, CaseStatus Status, string Title, string? Description, DateTimeOffset SubmittedAt, DateTimeOffset? FirstResponseAt,
    DateTimeOffset? DueAt, DateTimeOffset? WaitingSince, bool Overdue, RefusalNotice? Refusal, CaseOutcome? Outcome, Verdict? Verdict, Reopening? Reopening, long? MergedInto,
    IReadOnlyList<CaseEvent> History)
{
    public static CaseSeen Of(TrackingEndpoints.TrackedCase c) => new(
        c.Number, c.Service, c.Kind, c.Status, c.Title, null, c.SubmittedAt, c.FirstResponseAt, c.DueAt, c.WaitingSince, c.Overdue, c.Refusal, c.Outcome, c.Verdict, c.Reopening,
        c.MergedInto, c.History);

    public static CaseSeen Of(Case c, IReadOnlyList<CaseEvent> history) => new(
        c.Number, c.Service, c.Kind, c.Status, c.Title, c.Description, c.SubmittedAt, c.FirstResponseAt, c.DueAt, c.WaitingSince, c.Overdue, c.Refusal, c.Outcome, c.Verdict,
        c.Reopening, null, history);

    public bool IsOver => Status is CaseStatus.Resolved or CaseStatus.Refused or CaseStatus.Closed;

    /// <summary>What the agency asked last; null when it waits for nothing.</summary>
    public string? Asked => WaitingSince is null ? null : History.LastOrDefault(h => h.Kind == "asked") is { } asked ? asked.Note ?? asked.Reason : null;
}
