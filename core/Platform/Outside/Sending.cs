using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Outside;

/// <summary>Where a webhook is, as its sender has to know it.</summary>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Format">Of the bodies.</param>
/// <param name="Secret">Sealed.</param>
/// <param name="PreviousSecret">Sealed, while it is valid.</param>
/// <param name="Failures">In a row.</param>
/// <param name="Agency">The agency's slug.</param>
public sealed record Receiver(string Url, WebhookFormat Format, byte[] Secret, byte[]? PreviousSecret, int Failures, string Agency);

/// <summary>A delivery that one sender has in hand.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="EventId">Of the event.</param>
/// <param name="Type">Of the event.</param>
/// <param name="SubjectId">What it is about.</param>
/// <param name="Position">Of the event.</param>
/// <param name="Data">What is told.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="Attempts">This one included: only who has this number may say how it ended.</param>
public sealed record Sendable(Guid Id, Guid EventId, string Type, Guid SubjectId, long Position, JsonElement Data, DateTimeOffset OccurredAt, int Attempts);

/// <summary>How an attempt ended.</summary>
/// <param name="Status">Of the answer, if there was one.</param>
/// <param name="Error">A code, if it was not taken for another reason than its status.</param>
/// <param name="Answer">The first KB.</param>
/// <param name="Took">From the first byte out to the last one in.</param>
/// <param name="RetryAfter">What the other side asks for.</param>
public sealed record Attempt(int? Status, string? Error, string? Answer, TimeSpan Took, TimeSpan? RetryAfter)
{
    /// <summary>Any 2xx.</summary>
    public bool Taken => Error is null && Status is >= 200 and < 300;
}

/// <summary>
/// The sender's side of deliveries. One is claimed for a while rather than held in a transaction: a slow receiver keeps no connection, and what a
/// killed worker had in hand is found when that while is over. Only the first that waits about a subject can be claimed, which is what keeps the order.
/// </summary>
public sealed class Sending(TenantDb db, Databases databases, TimeProvider clock)
{
    /// <summary>After that long a sender is taken for dead. Longer than any call may take.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>Whether anybody is called at all.</summary>
    public async Task<bool> AnyWebhookAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("select exists (select from webhooks where state = 'active')");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The webhooks that have something to be sent now.</summary>
    public async Task<IReadOnlyList<(Guid Agency, Guid Webhook)>> DueAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("""
            select w.agency_id, w.id
            from webhooks w
            where w.state = 'active' and (w.blocked_until is null or w.blocked_until <= $1)
              and exists (
                select from webhook_deliveries d
                where d.agency_id = w.agency_id and d.webhook_id = w.id and d.state = 'waiting' and d.next_at <= $1)
            """);
        command.Parameters.Add(new() { Value = clock.Now().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(ct)) due.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return due;
    }

    /// <summary>Takes what can be sent to a webhook now.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="webhook">Which.</param>
    /// <param name="limit">At most this many; one, when the webhook has failed often.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Null when it is not to be called now.</returns>
    public async Task<(Receiver Receiver, IReadOnlyList<Sendable> Claimed)?> ClaimAsync(Guid agency, Guid webhook, int limit, CancellationToken ct)
    {
        var now = clock.Now();
        await using var transaction = await db.BeginAsync(agency, ct);
        var receiver = await transaction.QuerySingleOrDefaultAsync<Receiver>("""
            select w.url, w.format, w.secret, case when w.previous_until > @now then w.previous_secret end as previous_secret, w.failures, g.slug as agency
            from webhooks w
            join agencies g on g.id = w.agency_id and g.status = 'active'
            where w.agency_id = @agency and w.id = @webhook and w.state = 'active' and (w.blocked_until is null or w.blocked_until <= @now)
            """, new { webhook, now }, ct);
        if (receiver is null) return null;
        var claimed = await transaction.QueryAndCommitAsync<Sendable>("""
            with heads as (
              select d.id
              from webhook_deliveries d
              where d.agency_id = @agency and d.webhook_id = @webhook and d.state = 'waiting' and d.next_at <= @now
                and not exists (
                  select from webhook_deliveries e
                  where e.agency_id = @agency and e.webhook_id = @webhook and e.subject_id = d.subject_id and e.state = 'waiting' and e.position < d.position)
              order by d.next_at, d.position
              limit @limit
              for update of d skip locked)
            update webhook_deliveries d
            set attempts = d.attempts + 1, next_at = @until, first_tried_at = coalesce(d.first_tried_at, @now), last_tried_at = @now
            from heads
            where d.agency_id = @agency and d.id = heads.id and d.state = 'waiting' and d.next_at <= @now
            returning d.id, d.event_id, d.type, d.subject_id, d.position, d.data, d.occurred_at, d.attempts
            """, new { webhook, now, Until = now + Lease, Limit = receiver.Failures >= DeliveryPauses.Patience ? 1 : limit }, ct);
        return (receiver, [.. claimed.OrderBy(c => c.Position)]);
    }

    /// <summary>Writes down how an attempt ended, and lets the next event about its subject go, or wait with it.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="webhook">Which.</param>
    /// <param name="sent">As it was claimed.</param>
    /// <param name="attempt">How it ended.</param>
    /// <param name="chance">For <see cref="DeliveryPauses.After"/>.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Why the webhook should be paused, if it should.</returns>
    public async Task<PauseReason?> NoteAsync(Guid agency, Guid webhook, Sendable sent, Attempt attempt, double chance, CancellationToken ct)
    {
        var now = clock.Now();
        var pause = attempt.Taken ? null : DeliveryPauses.After(sent.Attempts, chance, attempt.RetryAfter);
        var state = attempt.Taken ? DeliveryState.Delivered : pause is null ? DeliveryState.Failed : DeliveryState.Waiting;
        var next = now + (pause ?? TimeSpan.Zero);
        await using var transaction = await db.BeginAsync(agency, ct);
        var noted = await transaction.ExecuteAsync("""
            update webhook_deliveries set
              state = @state, next_at = @next, status = @status, error = @error, answer = @answer, milliseconds = @milliseconds,
              delivered_at = case when @state = 'delivered' then @now end
            where agency_id = @agency and id = @id and state = 'waiting' and attempts = @attempts
            """,
            new
            {
                sent.Id, sent.Attempts, state, next, attempt.Status, attempt.Error, attempt.Answer,
                Milliseconds = (int)Math.Min(attempt.Took.TotalMilliseconds, int.MaxValue), now,
            }, ct);
        if (noted == 0) return null; // somebody else has it, or it was put down anew
        transaction.Enqueue("""
            update webhook_deliveries set next_at = @next
            where agency_id = @agency and webhook_id = @webhook and subject_id = @subjectId and state = 'waiting' and attempts = 0 and position > @position
            """, new { webhook, sent.SubjectId, sent.Position, next });
        if (attempt.Taken)
        {
            transaction.Enqueue("""
                update webhooks set failures = 0, failing_since = null, blocked_until = null
                where agency_id = @agency and id = @webhook and failing_since is not null
                """, new { webhook });
            await transaction.CommitAsync(ct);
            return null;
        }
        var failing = await transaction.QuerySingleOrDefaultAsync<Failing>("""
            update webhooks set failures = failures + 1, failing_since = coalesce(failing_since, @now)
            where agency_id = @agency and id = @webhook
            returning failures, failing_since
            """, new { webhook, now }, ct);
        if (failing is null) return null; // removed meanwhile, with what it had
        var asked = attempt.Status is 429 or 503 ? attempt.RetryAfter : null;
        if ((asked ?? DeliveryPauses.BlockAfter(failing.Failures)) is { } block)
            transaction.Enqueue("""
                update webhooks set blocked_until = greatest(blocked_until, @until)
                where agency_id = @agency and id = @webhook
                """, new { webhook, Until = now + block });
        await transaction.CommitAsync(ct);
        return attempt.Status == 410 ? PauseReason.Gone : failing.FailingSince <= now - Webhook.DeadAfter ? PauseReason.Dead : null;
    }

    sealed record Failing(int Failures, DateTimeOffset FailingSince);
}
