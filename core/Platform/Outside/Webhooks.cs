using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Outside;

/// <summary>The addresses that an agency's events are sent to.</summary>
public sealed class Webhooks(TenantDb db, WebhookSecrets secrets, TimeProvider clock)
{
    internal const string Columns = "w.id, w.url, w.events, w.format, w.description, w.state, w.paused_because, w.paused_at, w.failing_since, w.previous_until as previous_secret_until, w.version, w.created_at";

    /// <summary>Makes one, with its secret, which is shown this once.</summary>
    /// <exception cref="Refusal"><see cref="Problems.WebhookLimit"/>.</exception>
    public async Task<(Webhook Webhook, string Secret)> CreateAsync(Caller caller, string url, string[] events, WebhookFormat format, string? description, CancellationToken ct)
    {
        var now = clock.Now();
        var (id, secret) = (Guid.CreateVersion7(now), WebhookSecrets.Make());
        await using var change = await db.BeginAsync(caller, ct);
        var made = await change.QuerySingleOrDefaultAsync<Webhook>($"""
            insert into webhooks as w (agency_id, id, url, events, format, description, state, secret, created_at, updated_at)
            select @agency, @id, @url, @events, @format, @description, 'active', @kept, @now, @now
            where (select count(*) from webhooks where agency_id = @agency) < @most
            returning {Columns}
            """, new { id, url, events, format, description, Kept = secrets.Seal(caller.Agency, id, secret), now, Webhook.Most }, ct)
            ?? throw Problems.WebhookLimit.Because($"An agency has at most {Webhook.Most} webhooks.");
        change.Audit(now, "webhook.created", "webhook", id, Detail(made));
        await change.CommitAsync(ct);
        return (made, WebhookSecrets.Show(secret));
    }

    /// <summary>Webhooks, newest first.</summary>
    public Task<IReadOnlyList<Webhook>> ListAsync(Guid agency, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Webhook>(agency, $"""
            select {Columns}
            from webhooks w
            where w.agency_id = @agency and (@at is null or (w.created_at, w.id) < (@at, @id))
            order by w.created_at desc, w.id desc
            limit @limit
            """, new { after?.At, after?.Id, limit }, ct);

    /// <summary>One of them.</summary>
    public Task<Webhook?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Webhook>(agency, $"select {Columns} from webhooks w where w.agency_id = @agency and w.id = @id", new { id }, ct);

    /// <summary>Changes one that is still at a version. What waits for it already is sent to the new address; what it did not ask for then is not added.</summary>
    /// <returns>The webhook, or null when it is not at that version.</returns>
    public async Task<Webhook?> ChangeAsync(Caller caller, Webhook to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Webhook>($"""
            update webhooks w set
              url = @url, events = @events, format = @format, description = @description, version = w.version + 1, updated_at = @now,
              failures = case when w.url = @url then w.failures else 0 end,
              failing_since = case when w.url = @url then w.failing_since end,
              blocked_until = case when w.url = @url then w.blocked_until end
            where w.agency_id = @agency and w.id = @id and w.version = @version
            returning {Columns}
            """, new { to.Id, to.Version, to.Url, to.Events, to.Format, to.Description, now }, ct);
        if (changed is null) return null;
        change.Audit(now, "webhook.changed", "webhook", to.Id, Detail(changed));
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Removes one that is still at a version, with what was and what waits to be sent to it.</summary>
    public async Task<bool> RemoveAsync(Caller caller, Guid id, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var held = await change.QueryAsync<Guid>("select id from webhooks where agency_id = @agency and id = @id and version = @version for update", new { id, version }, ct);
        if (held.Count == 0) return false;
        change.Enqueue("delete from webhook_deliveries where agency_id = @agency and webhook_id = @id", new { id });
        change.Enqueue("delete from webhooks where agency_id = @agency and id = @id", new { id });
        change.Audit(now, "webhook.removed", "webhook", id);
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Gives one a new secret. The one before it signs as well for a while, so that the other side can change without losing anything.</summary>
    /// <param name="caller">Who decides.</param>
    /// <param name="id">Of which.</param>
    /// <param name="overlap">How long both are valid; nothing for a secret that others know.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The webhook and the secret, which is shown this once; null when there is no such webhook.</returns>
    public async Task<(Webhook Webhook, string Secret)?> RotateAsync(Caller caller, Guid id, TimeSpan overlap, CancellationToken ct)
    {
        var (now, secret) = (clock.Now(), WebhookSecrets.Make());
        await using var change = await db.BeginAsync(caller, ct);
        var rotated = await change.QuerySingleOrDefaultAsync<Webhook>($"""
            update webhooks w set
              secret = @kept, version = w.version + 1, updated_at = @now,
              previous_secret = case when @until > @now then w.secret end,
              previous_until = case when @until > @now then @until end
            where w.agency_id = @agency and w.id = @id
            returning {Columns}
            """, new { id, Kept = secrets.Seal(caller.Agency, id, secret), now, Until = now + overlap }, ct);
        if (rotated is null) return null;
        change.Audit(now, "webhook.secret-rotated", "webhook", id, JsonSerializer.Serialize(new { rotated.PreviousSecretUntil }, Wire.Json));
        await change.CommitAsync(ct);
        return (rotated, WebhookSecrets.Show(secret));
    }

    /// <summary>Stops sending to one. To pause what is paused changes nothing.</summary>
    /// <returns>The webhook; null when there is none, or, when it is paused because of its answers, when it was paused already.</returns>
    public async Task<Webhook?> PauseAsync(Caller caller, Guid id, PauseReason because, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var paused = await change.QuerySingleOrDefaultAsync<Webhook>($"""
            update webhooks w set state = 'paused', paused_because = @because, paused_at = @now, version = w.version + 1, updated_at = @now
            where w.agency_id = @agency and w.id = @id and w.state = 'active'
            returning {Columns}
            """, new { id, because, now }, ct);
        if (paused is null) return because == PauseReason.Asked ? await FindAsync(caller.Agency, id, ct) : null;
        change.Audit(now, "webhook.paused", "webhook", id, JsonSerializer.Serialize(new { because }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("webhook.paused", id, new { because }));
        await change.CommitAsync(ct);
        return paused;
    }

    /// <summary>Sends to one again, from what waits on, as if nothing had been tried yet. To resume what is active changes nothing.</summary>
    public async Task<Webhook?> ResumeAsync(Caller caller, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var resumed = await change.QuerySingleOrDefaultAsync<Webhook>($"""
            update webhooks w set
              state = 'active', paused_because = null, paused_at = null, failures = 0, failing_since = null, blocked_until = null,
              version = w.version + 1, updated_at = @now
            where w.agency_id = @agency and w.id = @id and w.state = 'paused'
            returning {Columns}
            """, new { id, now }, ct);
        if (resumed is null) return await FindAsync(caller.Agency, id, ct);
        change.Enqueue("""
            update webhook_deliveries set attempts = 0, first_tried_at = null, next_at = @now
            where agency_id = @agency and webhook_id = @id and state = 'waiting'
            """, new { id, now });
        change.Audit(now, "webhook.resumed", "webhook", id);
        await change.CommitAsync(ct);
        return resumed;
    }

    // An address may carry a key in its path or query: the trail keeps whose it is, and no more.
    static string Detail(Webhook webhook) =>
        JsonSerializer.Serialize(new { host = new Uri(webhook.Url).IdnHost, webhook.Events, webhook.Format }, Wire.Json);
}
