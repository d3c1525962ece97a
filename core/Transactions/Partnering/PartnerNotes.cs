using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>How an attempt to send something to a partner ended.</summary>
/// <param name="State">What becomes of the delivery; one that waits is tried again.</param>
/// <param name="Attempt">Of the call; null when there was none.</param>
/// <param name="Error">Why no call was made.</param>
/// <param name="Reference">Theirs, of a case that arrived.</param>
/// <param name="Token">Of a case that will have a reference.</param>
/// <param name="SentStatus">Their word that was sent.</param>
/// <param name="TheirId">Of the update, there.</param>
/// <param name="Uncertain">It may have arrived.</param>
/// <param name="Refused">By them, for what it says: the partner itself answers.</param>
public sealed record SendEnd(
    PartnerDeliveryState State, Attempt? Attempt = null, string? Error = null, string? Reference = null, string? Token = null, string? SentStatus = null, string? TheirId = null,
    bool Uncertain = false, bool Refused = false)
{
    internal static SendEnd Untold { get; } = new(PartnerDeliveryState.Delivered, Error: "not-told");
    internal static SendEnd Arrived(string reference, Attempt? attempt) => new(PartnerDeliveryState.Delivered, attempt, Reference: reference);
    internal static SendEnd Promised(string token, Attempt attempt) => new(PartnerDeliveryState.Waiting, attempt with { Error = "no-reference-yet" }, Token: token);
    internal static SendEnd Taken(Attempt attempt, string status, string? theirId) => new(PartnerDeliveryState.Delivered, attempt, SentStatus: status, TheirId: theirId);
    internal static SendEnd Failed(string error) => new(PartnerDeliveryState.Failed, Error: error);
    internal static SendEnd Again(Attempt attempt, bool uncertain) => new(PartnerDeliveryState.Waiting, attempt, Uncertain: uncertain);
    internal static SendEnd Of(GeoReportAnswer answer) => answer.IsRefusal ? new(PartnerDeliveryState.Failed, answer.Attempt, Refused: true) : Again(answer.Attempt, answer.IsUncertain);

    /// <summary>The partner was not there, or not well.</summary>
    internal bool IsTrouble => State == PartnerDeliveryState.Waiting && Token is null && Attempt?.Error != "no-reference-yet";
}

/// <summary>Writes down how attempts ended.</summary>
public sealed class PartnerNotes(TenantDb db, TimeProvider clock)
{
    /// <summary>Admins are not written to more often about one partner.</summary>
    public static readonly TimeSpan ToldAgainAfter = TimeSpan.FromHours(24);

    /// <summary>A partner that takes nothing for that long is worth a message.</summary>
    public static readonly TimeSpan TroubleAfter = TimeSpan.FromHours(24);

    /// <summary>Writes down how an attempt ended, and lets what comes next about the case go, or wait with it.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="partner">To whom.</param>
    /// <param name="sent">As it was claimed.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="chance">For <see cref="DeliveryPauses.After"/>.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False when somebody else has it by now.</returns>
    public async Task<bool> NoteAsync(Guid agency, Guid partner, PartnerSendable sent, SendEnd end, double chance, CancellationToken ct)
    {
        var now = clock.Now();
        await using var transaction = await db.BeginAsync(agency, ct);
        await HoldAsync(transaction, partner, sent.CaseId, ct);
        if (end.Reference is { } reference && await CaseOfAsync(transaction, partner, reference, ct) is { } other && other != sent.CaseId)
            end = SendEnd.Failed("reference-taken") with { Attempt = end.Attempt };
        var pause = end.State == PartnerDeliveryState.Waiting ? DeliveryPauses.After(sent.Attempts, chance, end.Attempt?.RetryAfter) : null;
        var state = end.State == PartnerDeliveryState.Waiting && pause is null ? PartnerDeliveryState.Failed : end.State;
        var next = now + (pause ?? TimeSpan.Zero);
        var noted = await transaction.ExecuteAsync("""
            update partner_deliveries set
              state = @state, next_at = @next, uncertain = @uncertain, status = @status, error = @error, answer = @answer, milliseconds = @milliseconds,
              sent_status = coalesce(@sentStatus, sent_status), their_id = @theirId, delivered_at = case when @state = 'delivered' then @now end
            where agency_id = @agency and id = @id and state = 'waiting' and attempts = @attempts
            """,
            new
            {
                sent.Id, sent.Attempts, state, next, Uncertain = end.Uncertain || sent.Uncertain && state != PartnerDeliveryState.Delivered, end.Attempt?.Status, Error = end.Error ?? end.Attempt?.Error, end.Attempt?.Answer,
                Milliseconds = (int?)end.Attempt?.Took.TotalMilliseconds, end.SentStatus, TheirId = end.TheirId == sent.EventId.ToString() ? null : end.TheirId, now,
            }, ct);
        if (noted == 0) return false;
        if (end.Reference is not null || end.Token is not null)
            transaction.Enqueue("""
                update partner_cases set reference = coalesce(@reference, reference), token = coalesce(@token, token)
                where agency_id = @agency and partner_id = @partner and case_id = @caseId
                """, new { partner, sent.CaseId, end.Reference, end.Token });
        if (end.SentStatus is not null && state == PartnerDeliveryState.Delivered)
            transaction.Enqueue("""
                update partner_cases set status = @sentStatus where agency_id = @agency and partner_id = @partner and case_id = @caseId
                """, new { partner, sent.CaseId, end.SentStatus });
        MoveFollowing(transaction, partner, sent.CaseId, sent.Position, sent.Kind == DeliveryKind.Request && state == PartnerDeliveryState.Failed ? null : next);
        await NotePartnerAsync(transaction, partner, end, state, now, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Holds a case's row at a partner: what is sent and what is read about it are written down one after the other.</summary>
    /// <returns>False when the partner does not have the case.</returns>
    internal static async Task<bool> HoldAsync(TenantTransaction transaction, Guid partner, Guid caseId, CancellationToken ct) =>
        await transaction.QuerySingleOrDefaultAsync<bool>("""
            select true from partner_cases where agency_id = @agency and partner_id = @partner and case_id = @caseId for update
            """, new { partner, caseId }, ct);

    /// <summary>The case of a reference of theirs; null when there is none.</summary>
    internal static Task<Guid?> CaseOfAsync(TenantTransaction transaction, Guid partner, string reference, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Guid?>("""
            select case_id from partner_cases where agency_id = @agency and partner_id = @partner and reference = @reference
            """, new { partner, reference }, ct);

    /// <summary>When what comes next about a case is tried; null: not before a person has decided about the case itself.</summary>
    internal static void MoveFollowing(TenantTransaction transaction, Guid partner, Guid caseId, long position, DateTimeOffset? next) =>
        transaction.Enqueue("""
            update partner_deliveries set next_at = coalesce(@next, timestamptz 'infinity')
            where agency_id = @agency and partner_id = @partner and case_id = @caseId and state = 'waiting' and attempts = 0 and position > @position
            """, new { partner, caseId, position, next });

    static async Task NotePartnerAsync(TenantTransaction transaction, Guid partner, SendEnd end, PartnerDeliveryState state, DateTimeOffset now, CancellationToken ct)
    {
        if (end.IsTrouble)
        {
            var failing = await transaction.QuerySingleOrDefaultAsync<Failing>("""
                update partners set failures = failures + 1, failing_since = coalesce(failing_since, @now)
                where agency_id = @agency and id = @partner
                returning failures, failing_since
                """, new { partner, now }, ct);
            if (failing is null) return;
            var asked = end.Attempt?.Status is 429 or 503 ? end.Attempt.RetryAfter : null;
            if ((asked ?? DeliveryPauses.BlockAfter(failing.Failures)) is { } block)
                transaction.Enqueue("update partners set blocked_until = greatest(blocked_until, @until) where agency_id = @agency and id = @partner", new { partner, Until = now + block });
            if (failing.FailingSince <= now - TroubleAfter) await TellAsync(transaction, partner, "silent", now, ct);
        }
        else if (end.Attempt is not null)
        {
            transaction.Enqueue("""
                update partners set failures = 0, failing_since = null, blocked_until = null, sent_at = case when @took then @now else sent_at end
                where agency_id = @agency and id = @partner
                """, new { partner, now, Took = !end.Refused });
        }
        if (state == PartnerDeliveryState.Failed) await TellAsync(transaction, partner, "failed", now, ct);
    }

    /// <summary>Has admins written to about a partner, once a day at most.</summary>
    internal static async Task TellAsync(TenantTransaction transaction, Guid partner, string because, DateTimeOffset now, CancellationToken ct)
    {
        var due = await transaction.ExecuteAsync("""
            update partners set told_at = @now where agency_id = @agency and id = @partner and (told_at is null or told_at <= @before)
            """, new { partner, now, Before = now - ToldAgainAfter }, ct);
        if (due > 0) transaction.Emit(now, OutboxEvent.Of("partner.troubled", partner, new { because }));
    }

    sealed record Failing(int Failures, DateTimeOffset FailingSince);
}
