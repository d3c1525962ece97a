using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Identity;

/// <summary>A system's key as admins see it; the key itself is shown once, when it is made.</summary>
/// <param name="Id">The key.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">Not valid from then on; null: until it is revoked.</param>
/// <param name="LastUsedAt">To the minute.</param>
/// <param name="RevokedAt">Not valid since then.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record ApiKey(
    Guid Id, string Name, string[] Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned;

/// <summary>
/// Keys of other systems. A key is its id and a random secret of 256 bits, of which only the SHA-256 is kept: there is nothing to
/// guess in it that a slow hash would have to protect. It is looked up with every request, so that a revoked key ends at once on every node.
/// </summary>
public sealed class ApiKeys(TenantDb db, TimeProvider clock)
{
    const string Prefix = "cirm_";
    static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);
    readonly ConcurrentDictionary<Guid, DateTimeOffset> noted = new();

    /// <summary>Makes a key.</summary>
    /// <returns>The key as it is kept, and its text, which nobody can read again.</returns>
    public async Task<(ApiKey Key, string Text)> CreateAsync(Caller caller, string name, string[] scopes, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        var secret = RandomNumberGenerator.GetBytes(32);
        await using var change = await db.BeginAsync(caller, ct);
        var key = await change.QuerySingleOrDefaultAsync<ApiKey>("""
            insert into api_keys (agency_id, id, name, key_hash, scopes, expires_at, created_by, created_at)
            values (@agency, @id, @name, @keyHash, @scopes, @expiresAt, @createdBy, @now)
            returning id, name, scopes, expires_at, last_used_at, revoked_at, created_at, version
            """, new { id, name, KeyHash = SHA256.HashData(secret), scopes, expiresAt, CreatedBy = caller.Id, now }, ct);
        change.Audit(now, "api-key.created", "api-key", id, JsonSerializer.Serialize(new { scopes, expiresAt }, Wire.Json));
        await change.CommitAsync(ct);
        return (key!, Prefix + Base64Url.EncodeToString([.. id.ToByteArray(bigEndian: true), .. secret]));
    }

    /// <summary>Keys, newest first, revoked ones included.</summary>
    public Task<IReadOnlyList<ApiKey>> ListAsync(Guid agency, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<ApiKey>(agency, """
            select id, name, scopes, expires_at, last_used_at, revoked_at, created_at, version
            from api_keys
            where agency_id = @agency
              and (@at is null or (created_at, id) < (@at, @id))
            order by created_at desc, id desc
            limit @limit
            """, new { after?.At, after?.Id, limit }, ct);

    /// <summary>One key.</summary>
    public Task<ApiKey?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<ApiKey>(agency, """
            select id, name, scopes, expires_at, last_used_at, revoked_at, created_at, version
            from api_keys
            where agency_id = @agency and id = @id
            """, new { id }, ct);

    /// <summary>Ends a key that is still at a version; it stays in the list.</summary>
    public async Task<bool> RevokeAsync(Caller caller, Guid id, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var revoked = await change.ExecuteAsync("""
            update api_keys set revoked_at = coalesce(revoked_at, @now), version = version + 1
            where agency_id = @agency and id = @id and version = @version
            """, new { id, version, now }, ct);
        if (revoked == 0) return false;
        change.Audit(now, "api-key.revoked", "api-key", id);
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>The key that a text is, if it is valid in this agency now; one round trip.</summary>
    /// <returns>The key; and when there is none, whether the text may be a key of another agency: this one never had it.</returns>
    public async Task<(ValidKey? Key, bool Foreign)> CheckAsync(Guid agency, string text, CancellationToken ct)
    {
        Span<byte> bytes = stackalloc byte[48];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + 64
            || Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length), bytes, out _, out var written) != OperationStatus.Done || written != 48)
            return (null, false);
        var id = new Guid(bytes[..16], bigEndian: true);
        var hash = SHA256.HashData(bytes[16..]);
        var now = clock.Now();
        var row = await db.QuerySingleOrDefaultAsync<Row>(agency, """
            select key_hash, scopes, last_used_at, revoked_at is null and (expires_at is null or expires_at > @now) as in_force
            from api_keys
            where agency_id = @agency and id = @id
            """, new { id, now }, ct);
        if (row is null) return (null, true);
        if (!row.InForce || !CryptographicOperations.FixedTimeEquals(row.KeyHash, hash)) return (null, false);
        return (new(id, row.Scopes, row.LastUsedAt is { } used && now - used < NotedEvery), false);
    }

    /// <summary>Keeps when a key was used, at most once a minute; beside the request, which does not wait for it.</summary>
    public async Task NoteUseAsync(Guid agency, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        if (noted.TryGetValue(id, out var last) ? now - last < NotedEvery || !noted.TryUpdate(id, now, last) : !noted.TryAdd(id, now)) return;
        await using var transaction = await db.BeginAsync(agency, ct);
        await transaction.ExecuteAsync("""
            update api_keys set last_used_at = @now
            where agency_id = @agency and id = @id and (last_used_at is null or last_used_at < @now)
            """, new { id, now }, ct);
        await transaction.CommitAsync(ct);
    }

    sealed record Row(byte[] KeyHash, string[] Scopes, DateTimeOffset? LastUsedAt, bool InForce);
}

/// <summary>A key that may be used now.</summary>
/// <param name="Id">The key.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="UsedJustNow">Its use was noted within the last minute.</param>
public sealed record ValidKey(Guid Id, string[] Scopes, bool UsedJustNow);
