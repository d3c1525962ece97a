using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Outside;

/// <summary>An event that was given its place.</summary>
/// <param name="Id">Of the outbox.</param>
/// <param name="Type">As in <c>case.submitted</c>.</param>
/// <param name="SubjectId">What it is about.</param>
/// <param name="Data">Its own.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="Position">In the agency's feed.</param>
public sealed record PlacedEvent(Guid Id, string Type, Guid SubjectId, JsonElement Data, DateTimeOffset CreatedAt, long Position);

/// <summary>What is on its way to webhooks, and what became of it.</summary>
public sealed class Deliveries(TenantDb db, TimeProvider clock)
{
    /// <summary>How long what became of one can be looked up, and how long one waits for a webhook that is paused.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    const string Columns = """
        d.id, d.webhook_id, d.event_id, d.type, d.state, d.attempts, case when d.state = 'waiting' then d.next_at end as next_at, d.last_tried_at, d.status, d.error, d.answer,
        d.milliseconds, d.delivered_at, d.created_at
        """;

    /// <summary>Puts events down for the webhooks that asked for them, in the transaction that gives the events their places: once each, in that order.</summary>
    /// <param name="transaction">Of the dispatcher.</param>
    /// <param name="events">In order.</param>
    /// <param name="now">Of the dispatch.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task PutDownAsync(TenantTransaction transaction, IReadOnlyList<PlacedEvent> events, DateTimeOffset now, CancellationToken ct)
    {
        var outward = events.Where(e => OutwardEvents.Has(e.Type)).ToList();
        if (outward.Count == 0) return;
        var wanted = await transaction.QueryAsync<Wanted>("""
            select id, events
            from webhooks
            where agency_id = @agency and events && @types and (state = 'active' or paused_at > @since)
            for key share
            """, new { Types = outward.Select(e => e.Type).Distinct().ToArray(), Since = now - Webhook.KeptInPause }, ct);
        var rows = new List<(Guid Webhook, PlacedEvent Event, JsonElement Data, int Ordinal)>();
        foreach (var webhook in wanted)
        {
            var last = new Dictionary<Guid, (string Type, JsonElement Data, int Ordinal)>();
            foreach (var e in outward.Where(e => webhook.Events.Contains(e.Type)))
            {
                var data = OutwardEvents.DataOf(e.Type, e.SubjectId, e.Data);
                var follows = last.TryGetValue(e.SubjectId, out var before);
                if (follows && before.Type == e.Type && JsonElement.DeepEquals(before.Data, data)) continue;
                last[e.SubjectId] = (e.Type, data, follows ? before.Ordinal + 1 : 0);
                rows.Add((webhook.Id, e, data, last[e.SubjectId].Ordinal));
            }
        }
        if (rows.Count == 0) return;
        // What says the same as the last one in its line that nobody has sent yet says nothing new: whoever gets that one asks and sees today's state.
        transaction.Enqueue("""
            insert into webhook_deliveries (agency_id, id, webhook_id, event_id, type, subject_id, position, data, occurred_at, state, next_at, created_at)
            select @agency, n.id, n.webhook_id, n.event_id, n.type, n.subject_id, n.position, n.data::jsonb, n.occurred_at, 'waiting', @now, @now
            from unnest(@ids, @webhooks, @events, @types, @subjects, @positions, @datas, @times, @ordinals)
              as n (id, webhook_id, event_id, type, subject_id, position, data, occurred_at, ordinal)
            where n.ordinal > 0 or not exists (
              select
              from (select d.type, d.data, d.attempts
                    from webhook_deliveries d
                    where d.agency_id = @agency and d.webhook_id = n.webhook_id and d.subject_id = n.subject_id and d.state = 'waiting'
                    order by d.position desc
                    limit 1) last
              where last.type = n.type and last.data = n.data::jsonb and last.attempts = 0)
            on conflict (agency_id, webhook_id, event_id) do nothing
            """,
            new
            {
                now, Ids = rows.Select((_, i) => OutboxEvent.IdOf(now, i)).ToArray(), Webhooks = rows.Select(r => r.Webhook).ToArray(), Events = rows.Select(r => r.Event.Id).ToArray(),
                Types = rows.Select(r => r.Event.Type).ToArray(), Subjects = rows.Select(r => r.Event.SubjectId).ToArray(), Positions = rows.Select(r => r.Event.Position).ToArray(),
                Datas = rows.Select(r => r.Data.GetRawText()).ToArray(), Times = rows.Select(r => r.Event.CreatedAt.UtcDateTime).ToArray(),
                Ordinals = rows.Select(r => r.Ordinal).ToArray(),
            });
    }

    /// <summary>Sends an event that says nothing, to see whether it arrives.</summary>
    /// <returns>The delivery; null when there is no such webhook.</returns>
    /// <exception cref="Refusal"><see cref="Problems.WebhookPaused"/>.</exception>
    public async Task<Delivery?> TestAsync(Caller caller, Guid webhook, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var state = await change.QuerySingleOrDefaultAsync<string>("select state from webhooks where agency_id = @agency and id = @webhook for key share", new { webhook }, ct);
        if (state is null) return null;
        if (state != WebhookState.Active.Word()) throw Problems.WebhookPaused.Because("It is paused.");
        var put = await change.QuerySingleOrDefaultAsync<Delivery>($"""
            insert into webhook_deliveries as d (agency_id, id, webhook_id, event_id, type, subject_id, position, data, occurred_at, state, next_at, created_at)
            values (@agency, @id, @webhook, @id, @type, @id, 0, @data, @now, 'waiting', @now, @now)
            returning {Columns}
            """, new { id, webhook, Type = OutwardEvents.Test, Data = JsonSerializer.SerializeToElement(new { webhook }, Wire.Json), now }, ct);
        change.Audit(now, "webhook.tested", "webhook", webhook);
        await change.CommitAsync(ct);
        return put;
    }

    /// <summary>Deliveries to a webhook, newest first.</summary>
    public Task<IReadOnlyList<Delivery>> ListAsync(Guid agency, Guid webhook, DeliveryState? state, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Delivery>(agency, $"""
            select {Columns}
            from webhook_deliveries d
            where d.agency_id = @agency and d.webhook_id = @webhook
              and (@state is null or d.state = @state)
              and (@after is null or d.id < @after)
            order by d.id desc
            limit @limit
            """, new { webhook, state, after, limit }, ct);

    /// <summary>One of them.</summary>
    public Task<Delivery?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Delivery>(agency, $"select {Columns} from webhook_deliveries d where d.agency_id = @agency and d.id = @id", new { id }, ct);

    /// <summary>Sends one again, as if it had not been tried: one that was delivered, one that failed, or one that waits, at once.</summary>
    public async Task<Delivery?> RedeliverAsync(Caller caller, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var again = await change.QuerySingleOrDefaultAsync<Delivery>($"""
            update webhook_deliveries d set state = 'waiting', attempts = 0, first_tried_at = null, delivered_at = null, next_at = @now
            where d.agency_id = @agency and d.id = @id
            returning {Columns}
            """, new { id, now }, ct);
        if (again is null) return null;
        change.Audit(now, "webhook.redelivered", "webhook", again.WebhookId, JsonSerializer.Serialize(new { delivery = id }, Wire.Json));
        await change.CommitAsync(ct);
        return again;
    }

    sealed record Wanted(Guid Id, string[] Events);
}
