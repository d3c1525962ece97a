using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>A mapping under its key.</summary>
/// <param name="Key">As in <c>?mapping=key</c>.</param>
/// <param name="Mapping">What it says.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Version">For If-Match.</param>
public sealed record StoredMapping(string Key, ImportMapping Mapping, DateTimeOffset UpdatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>The mappings that an agency keeps for its own exports.</summary>
public sealed class ImportMappings(TenantDb db, TimeProvider clock)
{
    static ImportMappings() => JsonColumns.Register<ImportMapping>();

    /// <summary>Mappings by key.</summary>
    public Task<IReadOnlyList<StoredMapping>> ListAsync(Guid agency, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<StoredMapping>(agency, """
            select key, mapping, updated_at, version
            from import_mappings
            where agency_id = @agency and (@after is null or key > @after)
            order by key
            limit @limit
            """, new { after, limit }, ct);

    /// <summary>One mapping.</summary>
    public Task<StoredMapping?> FindAsync(Guid agency, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<StoredMapping>(agency, """
            select key, mapping, updated_at, version from import_mappings where agency_id = @agency and key = @key
            """, new { key }, ct);

    /// <summary>Keeps a mapping that was checked.</summary>
    /// <param name="caller">Who keeps it.</param>
    /// <param name="key">Under which.</param>
    /// <param name="mapping">See <see cref="MappingRules"/>.</param>
    /// <param name="version">The version that is replaced; null to make or replace whatever is there.</param>
    /// <returns>The mapping, or null when it is not at that version.</returns>
    public async Task<StoredMapping?> PutAsync(Caller caller, string key, ImportMapping mapping, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<StoredMapping>("""
            insert into import_mappings as m (agency_id, key, mapping, created_at, updated_at)
            values (@agency, @key, @mapping, @now, @now)
            on conflict (agency_id, key) do update
              set mapping = excluded.mapping, version = m.version + 1, updated_at = @now
              where @version is null or m.version = @version
            returning key, mapping, updated_at, version
            """, new { key, mapping, version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "import-mapping.kept", "import-mapping", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Removes a mapping that is still at a version; imports that began with it go on with it.</summary>
    public async Task<bool> RemoveAsync(Caller caller, string key, long version, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from import_mappings where agency_id = @agency and key = @key and version = @version
            """, new { key, version }, ct);
        if (removed == 0) return false;
        change.Audit(clock.Now(), "import-mapping.removed", "import-mapping", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return true;
    }
}
