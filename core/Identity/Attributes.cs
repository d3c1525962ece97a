using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Identity;

/// <summary>What an agency has declared that it keeps about its citizens.</summary>
public sealed class Attributes(TenantDb db, TimeProvider clock)
{
    internal const string Columns = "key, name, type, codes as values, purpose, sensitive, commercial as declared_commercial, created_at, version";

    /// <summary>Declares an attribute.</summary>
    /// <exception cref="Refusal"><see cref="Problems.AttributeTaken"/>.</exception>
    public async Task<AttributeDeclaration> DeclareAsync(
        Caller caller, string key, Localized name, AttributeType type, string[]? values, string purpose, bool sensitive, bool commercial, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var declared = await change.QuerySingleOrDefaultAsync<AttributeDeclaration>($"""
            insert into attributes (agency_id, key, name, type, codes, purpose, sensitive, commercial, created_at)
            values (@agency, @key, @name, @type, @values, @purpose, @sensitive, @commercial, @now)
            on conflict (agency_id, key) do nothing
            returning {Columns}
            """, new { key, name, type, values, purpose, sensitive, commercial, now }, ct)
            ?? throw Problems.AttributeTaken.Because($"There is an attribute \"{key}\" already.");
        change.Audit(now, "attribute.declared", "attribute", null, JsonSerializer.Serialize(new { key, type = type.Word(), sensitive, commercial }));
        await change.CommitAsync(ct);
        return declared;
    }

    /// <summary>Declared attributes by key.</summary>
    public Task<IReadOnlyList<AttributeDeclaration>> ListAsync(Guid agency, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<AttributeDeclaration>(agency, $"""
            select {Columns}
            from attributes
            where agency_id = @agency
              and (@after is null or key > @after)
            order by key
            limit @limit
            """, new { after, limit }, ct);

    /// <summary>Those of these keys that are declared.</summary>
    public Task<IReadOnlyList<AttributeDeclaration>> OfAsync(Guid agency, string[] keys, CancellationToken ct) =>
        db.QueryAsync<AttributeDeclaration>(agency, $"""
            select {Columns}
            from attributes
            where agency_id = @agency and key = any(@keys)
            """, new { keys }, ct);

    /// <summary>One declared attribute.</summary>
    public Task<AttributeDeclaration?> FindAsync(Guid agency, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<AttributeDeclaration>(agency, $"""
            select {Columns}
            from attributes
            where agency_id = @agency and key = @key
            """, new { key }, ct);

    /// <summary>Changes name, purpose and values of an attribute that is still at a version. Values only grow: citizens have those that are there.</summary>
    /// <returns>The attribute, or null when it is not at that version, or a value would be missing.</returns>
    public async Task<AttributeDeclaration?> ChangeAsync(Caller caller, AttributeDeclaration to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.QuerySingleOrDefaultAsync<AttributeDeclaration>($"""
            update attributes set name = @name, purpose = @purpose, codes = @values, version = version + 1
            where agency_id = @agency and key = @key and version = @version
              and (codes is null or codes <@ @values)
            returning {Columns}
            """, new { to.Key, to.Version, to.Name, to.Purpose, to.Values }, ct);
        if (changed is null) return null;
        change.Audit(now, "attribute.changed", "attribute", null, JsonSerializer.Serialize(new { to.Key }, Wire.Json));
        await change.CommitAsync(ct);
        return changed;
    }
}
