using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Outside;

/// <summary>An event, as those read it who cannot be called.</summary>
/// <param name="Id">The same as the <c>webhook-id</c>.</param>
/// <param name="Position">Its place: ask with it for what comes after.</param>
/// <param name="Type">As in <c>case.submitted</c>.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">What is told.</param>
public sealed record FeedEvent(Guid Id, long Position, string Type, DateTimeOffset Timestamp, JsonElement Data);

/// <summary>
/// The outbox, in the order of places that the dispatcher gives. A place is given and committed before the next one is: whoever has read up to a
/// place has missed nothing before it, however long the transactions took that made the events.
/// </summary>
public sealed class EventFeed(TenantDb db)
{
    /// <summary>What comes after a place.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="after">The place of the last event that was read; null for as far back as there is anything.</param>
    /// <param name="types">Only these; others' places are passed over.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.EventsForgotten"/> when something that came after it is not kept any more.</exception>
    public async Task<IReadOnlyList<FeedEvent>> ReadAsync(Guid agency, long? after, string[] types, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginSnapshotAsync(agency, ct);
        if (after is { } place)
        {
            var oldest = await transaction.QuerySingleOrDefaultAsync<long?>("""
                select coalesce((select min(position) from outbox where agency_id = @agency), position + 1)
                from outbox_heads
                where agency_id = @agency
                """, null, ct);
            if (oldest - 1 > place)
                throw Problems.EventsForgotten.Because($"The oldest that is kept has the place {oldest}.", new Dictionary<string, object?> { ["oldest"] = oldest - 1 });
        }
        var found = await transaction.QueryAndCommitAsync<Row>("""
            select id, position, type, subject_id, data, created_at
            from outbox
            where agency_id = @agency and position > @after and type = any (@types)
            order by position
            limit @limit
            """, new { After = after ?? 0, types, limit }, ct);
        return [.. found.Select(e => new FeedEvent(e.Id, e.Position, e.Type, e.CreatedAt, OutwardEvents.DataOf(e.Type, e.SubjectId, e.Data)))];
    }

    sealed record Row(Guid Id, long Position, string Type, Guid SubjectId, JsonElement Data, DateTimeOffset CreatedAt);
}
