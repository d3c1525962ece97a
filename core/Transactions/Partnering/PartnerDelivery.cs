namespace Cirm.Core.Transactions.Partnering;

/// <summary>What a partner is sent.</summary>
public enum DeliveryKind
{
    /// <summary>A case.</summary>
    Request,
    /// <summary>Something that happened to one.</summary>
    Update,
}

/// <summary>How far a delivery to a partner is.</summary>
public enum PartnerDeliveryState
{
    /// <summary>It will be sent, or sent again.</summary>
    Waiting,
    /// <summary>The partner took it.</summary>
    Delivered,
    /// <summary>It was refused for good, cannot be said in the partner's words, or was not taken in three days: it waits for a person.</summary>
    Failed,
    /// <summary>A person decided that it need not arrive.</summary>
    GivenUp,
}

/// <summary>Something on its way to a partner, as an admin sees it.</summary>
/// <param name="Id">Of the delivery; the Idempotency-Key of a case.</param>
/// <param name="PartnerId">To whom.</param>
/// <param name="CaseId">About which case.</param>
/// <param name="EventId">What happened; the <c>update_id</c> that the partner sees.</param>
/// <param name="Kind">A case or an update.</param>
/// <param name="Step">What happened.</param>
/// <param name="OccurredAt">When.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">So far.</param>
/// <param name="NextAt">When it is tried next; null when it is not, or waits for the case itself to arrive.</param>
/// <param name="LastTriedAt">When it was tried last.</param>
/// <param name="Uncertain">An attempt may have arrived although no answer said so.</param>
/// <param name="Status">The last answer's status.</param>
/// <param name="Error">Why there was none, or none that counts: a code such as <c>timeout</c> or <c>no-word-for-resolved</c>.</param>
/// <param name="Answer">The first KB of the last answer.</param>
/// <param name="Milliseconds">How long the last attempt took.</param>
/// <param name="SentStatus">The partner's word that was sent.</param>
/// <param name="DeliveredAt">When it was taken.</param>
/// <param name="DecidedBy">Who decided about it.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="CreatedAt">When it was put down.</param>
public sealed record PartnerDelivery(
    Guid Id, Guid PartnerId, Guid CaseId, Guid EventId, DeliveryKind Kind, OwnStep Step, DateTimeOffset OccurredAt, PartnerDeliveryState State, int Attempts,
    DateTimeOffset? NextAt, DateTimeOffset? LastTriedAt, bool Uncertain, int? Status, string? Error, string? Answer, int? Milliseconds, string? SentStatus,
    DateTimeOffset? DeliveredAt, Guid? DecidedBy, DateTimeOffset? DecidedAt, string? Reason, DateTimeOffset CreatedAt);

/// <summary>A delivery that one sender has in hand.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="CaseId">About which case.</param>
/// <param name="EventId">What happened.</param>
/// <param name="Kind">A case or an update.</param>
/// <param name="Step">What happened.</param>
/// <param name="Outcome">What became of the case by that.</param>
/// <param name="NoteId">The note that it is.</param>
/// <param name="Position">Of the event.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="Attempts">This one included: only who has this number may say how it ended.</param>
/// <param name="FirstTriedAt">When it was tried first.</param>
/// <param name="Uncertain">An attempt may have arrived.</param>
public sealed record PartnerSendable(
    Guid Id, Guid CaseId, Guid EventId, DeliveryKind Kind, OwnStep Step, CaseOutcome? Outcome, Guid? NoteId, long Position, DateTimeOffset OccurredAt, int Attempts,
    DateTimeOffset FirstTriedAt, bool Uncertain);
