using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Open311;

/// <summary>What an agency tells GeoReport's clients about itself.</summary>
/// <param name="JurisdictionId">What clients have to call it, if they call it anything; null: whatever they send is ignored.</param>
/// <param name="Contact">Whom to ask for help, in words.</param>
/// <param name="KeyService">How to get an api_key, in words.</param>
/// <param name="ExtendedStatuses">Whether updates have FixMyStreet's extended statuses when a client does not say which it wants.</param>
/// <param name="UpdatedAt">When this was changed.</param>
/// <param name="Version">For If-Match; 0 while the defaults hold.</param>
public sealed record Open311Settings(
    string? JurisdictionId, string? Contact, string? KeyService, bool ExtendedStatuses, [property: JsonIgnore] DateTimeOffset? UpdatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What holds until an agency says otherwise.</summary>
    public static readonly Open311Settings Default = new(null, null, null, false, null, 0);
}

/// <summary>Keeps each agency's settings of Open311.</summary>
public sealed class Open311SettingsBook(TenantDb db, TimeProvider clock)
{
    // Read with every request, changed a few times a year: another node's change shows within this time.
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    readonly ConcurrentDictionary<Guid, (Open311Settings Settings, long At)> remembered = new();

    const string Columns = "jurisdiction_id, contact, key_service, extended_statuses, updated_at, version";

    /// <summary>The settings that hold.</summary>
    public async Task<Open311Settings> FindAsync(Guid agency, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<Open311Settings>(agency, $"select {Columns} from open311_settings where agency_id = @agency", null, ct) ?? Open311Settings.Default;

    /// <summary>The settings, remembered for a moment.</summary>
    public async Task<Open311Settings> TellAsync(Guid agency, CancellationToken ct)
    {
        if (remembered.TryGetValue(agency, out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Settings;
        var settings = await FindAsync(agency, ct);
        remembered[agency] = (settings, clock.GetTimestamp());
        return settings;
    }

    /// <summary>Replaces the settings that are at a version.</summary>
    /// <returns>The settings, or null when they are not at that version.</returns>
    public async Task<Open311Settings?> PutAsync(Caller caller, Open311Settings settings, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<Open311Settings>($"""
            insert into open311_settings as o (agency_id, jurisdiction_id, contact, key_service, extended_statuses, updated_at, version)
            values (@agency, @jurisdictionId, @contact, @keyService, @extendedStatuses, @now, 1)
            on conflict (agency_id) do update set
              jurisdiction_id = excluded.jurisdiction_id, contact = excluded.contact, key_service = excluded.key_service,
              extended_statuses = excluded.extended_statuses, updated_at = @now, version = o.version + 1
            where o.version = @version
            returning {Columns}
            """, new { settings.JurisdictionId, settings.Contact, settings.KeyService, settings.ExtendedStatuses, settings.Version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "open311-settings.changed", "open311-settings", null);
        await change.CommitAsync(ct);
        remembered.TryRemove(caller.Agency, out _);
        return kept;
    }
}
