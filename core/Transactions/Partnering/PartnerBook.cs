using System.Text;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>The partners of an agency.</summary>
public sealed class PartnerBook(TenantDb db, PartnerKeys keys, TimeProvider clock)
{
    static PartnerBook()
    {
        JsonColumns.Register<JsonList<ServiceMapping>>();
        JsonColumns.Register<JsonList<StatusIn>>();
        JsonColumns.Register<JsonList<StatusOut>>();
        JsonColumns.Register<IdentitySharing>();
    }

    internal const string Columns = """
        p.id, p.name, p.url, p.format, p.jurisdiction as jurisdiction_id, p.api_key is not null as has_key, p.state, p.stopped_because, p.stopped_at,
        p.sends_cases, p.sends_updates, p.forwards, p.sends_pictures, p.fetches, p.fetch_minutes, p.overlap_hours, p.services, p.statuses_in, p.statuses_out, p.identity, p.version, p.created_at
        """;

    /// <summary>Makes one.</summary>
    /// <param name="caller">Who decides.</param>
    /// <param name="wanted">What it is to be; its id and times are made here.</param>
    /// <param name="apiKey">By which it knows us; kept sealed.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.PartnerLimit"/>; <see cref="Platform.Problems.Invalid"/> when it names a service, or a use of data, that is not there.</exception>
    public async Task<Partner> CreateAsync(Caller caller, Partner wanted, string? apiKey, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, wanted, ct);
        var made = await change.QuerySingleOrDefaultAsync<Partner>($"""
            insert into partners as p
              (agency_id, id, name, url, format, jurisdiction, api_key, state, sends_cases, sends_updates, forwards, sends_pictures, fetches, fetch_minutes, overlap_hours,
               services, statuses_in, statuses_out, identity, fetch_due_at, created_at, updated_at)
            select @agency, @id, @name, @url, @format, @jurisdictionId, @kept, 'active', @sendsCases, @sendsUpdates, @forwards, @sendsPictures, @fetches, @fetchMinutes, @overlapHours,
               @services, @statusesIn, @statusesOut, @identity, @now, @now, @now
            where (select count(*) from partners where agency_id = @agency) < @most
            returning {Columns}
            """,
            new
            {
                id, wanted.Name, wanted.Url, wanted.Format, wanted.JurisdictionId, Kept = keys.Seal(caller.Agency, id, apiKey), wanted.SendsCases, wanted.SendsUpdates, wanted.Forwards, wanted.SendsPictures,
                wanted.Fetches, wanted.FetchMinutes, wanted.OverlapHours, wanted.Services, wanted.StatusesIn, wanted.StatusesOut, wanted.Identity, now, Partner.Most,
            }, ct) ?? throw Problems.PartnerLimit.Because($"An agency has at most {Partner.Most} partners.");
        change.Audit(now, "partner.created", "partner", id, Detail(made));
        await change.CommitAsync(ct);
        return made;
    }

    /// <summary>Partners, newest first.</summary>
    public Task<IReadOnlyList<Partner>> ListAsync(Guid agency, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Partner>(agency, $"""
            select {Columns}
            from partners p
            where p.agency_id = @agency and (@at is null or (p.created_at, p.id) < (@at, @id))
            order by p.created_at desc, p.id desc
            limit @limit
            """, new { after?.At, after?.Id, limit }, ct);

    /// <summary>One of them.</summary>
    public Task<Partner?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Partner>(agency, $"select {Columns} from partners p where p.agency_id = @agency and p.id = @id", new { id }, ct);

    /// <summary>Its key as it is kept: sealed.</summary>
    internal Task<byte[]?> KeyOfAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<byte[]>(agency, "select api_key from partners where agency_id = @agency and id = @id and api_key is not null", new { id }, ct);

    /// <summary>Changes one that is still at a version. What waits is sent by the new settings.</summary>
    /// <returns>The partner, or null when it is not at that version.</returns>
    /// <exception cref="Refusal">As in <see cref="CreateAsync"/>.</exception>
    public async Task<Partner?> ChangeAsync(Caller caller, Partner to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, to, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Partner>($"""
            update partners p set
              name = @name, url = @url, format = @format, jurisdiction = @jurisdictionId, sends_cases = @sendsCases, sends_updates = @sendsUpdates, forwards = @forwards,
              sends_pictures = @sendsPictures, fetches = @fetches, fetch_minutes = @fetchMinutes, overlap_hours = @overlapHours, services = @services, statuses_in = @statusesIn,
              statuses_out = @statusesOut, identity = @identity, fetch_due_at = @now, blocked_until = null, version = p.version + 1, updated_at = @now
            where p.agency_id = @agency and p.id = @id and p.version = @version
            returning {Columns}
            """,
            new
            {
                to.Id, to.Version, to.Name, to.Url, to.Format, to.JurisdictionId, to.SendsCases, to.SendsUpdates, to.Forwards, to.SendsPictures, to.Fetches, to.FetchMinutes, to.OverlapHours,
                to.Services, to.StatusesIn, to.StatusesOut, to.Identity, now,
            }, ct);
        if (changed is null) return null;
        change.Audit(now, "partner.changed", "partner", to.Id, Detail(changed));
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Keeps another key, or none.</summary>
    /// <returns>The partner, or null when there is none.</returns>
    public async Task<Partner?> PutKeyAsync(Caller caller, Guid id, string? apiKey, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Partner>($"""
            update partners p set api_key = @kept, blocked_until = null, fetch_due_at = @now, version = p.version + 1, updated_at = @now
            where p.agency_id = @agency and p.id = @id
            returning {Columns}
            """, new { id, Kept = keys.Seal(caller.Agency, id, apiKey), now }, ct);
        if (changed is null) return null;
        change.Audit(now, "partner.key-changed", "partner", id);
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Stops speaking with one. To stop what is stopped changes nothing.</summary>
    public async Task<Partner?> StopAsync(Caller caller, Guid id, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var stopped = await change.QuerySingleOrDefaultAsync<Partner>($"""
            update partners p set state = 'stopped', stopped_because = @reason, stopped_at = @now, version = p.version + 1, updated_at = @now
            where p.agency_id = @agency and p.id = @id and p.state = 'active'
            returning {Columns}
            """, new { id, reason, now }, ct);
        if (stopped is null) return await FindAsync(caller.Agency, id, ct);
        change.Audit(now, "partner.stopped", "partner", id);
        await change.CommitAsync(ct);
        return stopped;
    }

    /// <summary>Speaks with one again: what waits is sent, as if nothing had been tried yet, and what it did meanwhile is read.</summary>
    public async Task<Partner?> StartAsync(Caller caller, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var started = await change.QuerySingleOrDefaultAsync<Partner>($"""
            update partners p set
              state = 'active', stopped_because = null, stopped_at = null, failures = 0, failing_since = null, blocked_until = null, fetch_due_at = @now,
              version = p.version + 1, updated_at = @now
            where p.agency_id = @agency and p.id = @id and p.state = 'stopped'
            returning {Columns}
            """, new { id, now }, ct);
        if (started is null) return await FindAsync(caller.Agency, id, ct);
        change.Enqueue("""
            update partner_deliveries set attempts = 0, first_tried_at = null, next_at = @now
            where agency_id = @agency and partner_id = @id and state = 'waiting'
            """, new { id, now });
        change.Audit(now, "partner.started", "partner", id);
        await change.CommitAsync(ct);
        return started;
    }

    static async Task CheckAsync(Change change, Partner wanted, CancellationToken ct)
    {
        string[] named = [.. wanted.Services.Select(s => s.Service)];
        var known = await change.QueryAsync<string>("select key from services where agency_id = @agency and key = any (@named)", new { named }, ct);
        var errors = named.Index().Where(s => !known.Contains(s.Item)).Select(s => new ValidationError($"/services/{s.Index}/service", "unknown", $"There is no service \"{s.Item}\".")).ToList();
        if (wanted.Identity is { } identity
            && await change.QuerySingleOrDefaultAsync<bool>("select true from data_uses where agency_id = @agency and key = @use", new { identity.Use }, ct) is false)
            errors.Add(new("/identity/use", "unknown", $"There is no use of data \"{identity.Use}\": declare it, with its purpose and its legal basis, before identities leave."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
    }

    static string Detail(Partner p) => JsonSerializer.Serialize(
        new { host = new Uri(p.Url).IdnHost, p.SendsCases, p.SendsUpdates, p.SendsPictures, p.Fetches, services = p.Services.Select(s => s.Service), identity = p.Identity?.Members }, Wire.Json);
}

/// <summary>The keys by which partners know us: sealed, never shown.</summary>
public sealed class PartnerKeys(Databases databases)
{
    readonly SealedSecrets kept = new(databases, "partners");

    /// <summary>Closes a key; null stays null.</summary>
    public byte[]? Seal(Guid agency, Guid partner, string? apiKey) => apiKey is null ? null : kept.Seal(agency, partner, Encoding.UTF8.GetBytes(apiKey));

    /// <summary>Opens what <see cref="Seal"/> closed.</summary>
    public string? Open(Guid agency, Guid partner, byte[]? sealedKey) => sealedKey is null ? null : Encoding.UTF8.GetString(kept.Open(agency, partner, sealedKey));
}
