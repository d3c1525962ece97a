using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Dapper;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Api.Identity;

/// <summary>
/// The keys of our own token issuer, shared by all nodes through the database. A key signs for thirty days; the next one is
/// published ten minutes before it signs, and the last one verifies until no token of it can be valid any more.
/// </summary>
public sealed class SigningKeys(Databases databases, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);
    static readonly TimeSpan SignsFor = TimeSpan.FromDays(30);
    static readonly TimeSpan KnownBefore = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Reread = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim reading = new(1, 1);
    volatile Loaded loaded = new([], null, long.MinValue);

    /// <summary>The key that signs now.</summary>
    public async Task<SigningCredentials> CurrentAsync(CancellationToken ct)
    {
        await RefreshAsync(ct);
        return loaded.Current!;
    }

    /// <summary>Keys that verify, as read last; <see cref="RefreshAsync"/> keeps them new.</summary>
    public IReadOnlyList<RsaSecurityKey> Verifying => loaded.Keys;

    /// <summary>Reads the keys anew when a minute has passed, and makes the next one when its time has come.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        if (IsFresh()) return;
        await reading.WaitAsync(ct);
        try
        {
            if (IsFresh()) return;
            await using var connection = await databases.Platform.OpenConnectionAsync(ct);
            var now = clock.Now();
            var (keys, last) = await ReadAsync();
            if (!keys.Any(k => k.SignsFrom + SignsFor - TimeSpan.FromDays(1) > now))
            {
                await connection.ExecuteAsync(new CommandDefinition("delete from signing_keys where expires_at <= @now", new { Now = now.UtcDateTime }, cancellationToken: ct));
                using var rsa = RSA.Create(2048);
                var signsFrom = keys.Count == 0 ? now : now + KnownBefore;
                await connection.ExecuteAsync(new CommandDefinition("""
                    insert into signing_keys (id, private_key, created_at, signs_from, expires_at) values (@id, @privateKey, @now, @signsFrom, @expiresAt)
                    on conflict (id) do nothing
                    """,
                    new
                    {
                        // Made from the one before it: nodes that make it at the same time make one.
                        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(last ?? "first")).AsSpan(0, 16)),
                        PrivateKey = rsa.ExportEncryptedPkcs8PrivateKey(Secret, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000)),
                        Now = now.UtcDateTime, SignsFrom = signsFrom.UtcDateTime, ExpiresAt = (signsFrom + SignsFor + SignsFor).UtcDateTime,
                    }, cancellationToken: ct));
                (keys, _) = await ReadAsync();
            }
            var current = keys.FindLastIndex(k => k.SignsFrom <= now);
            loaded = new(keys.ConvertAll(k => k.Key), new(keys[Math.Max(0, current)].Key, SecurityAlgorithms.RsaSha256), clock.GetTimestamp());

            async Task<(List<(DateTimeOffset SignsFrom, RsaSecurityKey Key)> Keys, string? LastId)> ReadAsync()
            {
                var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                    "select id, private_key, signs_from from signing_keys where expires_at > @now order by signs_from, id",
                    new { Now = now.UtcDateTime }, cancellationToken: ct))).AsList();
                var readable = new List<(DateTimeOffset, RsaSecurityKey Key)>();
                foreach (var row in rows)
                    if (KeyOf(row) is { } key) readable.Add((row.SignsFrom, key));
                return (readable, readable.Count > 0 ? readable[^1].Key.KeyId : rows.LastOrDefault()?.Id);
            }
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    string Secret => databases.SecretFor("signing-keys");

    bool IsFresh() => loaded.At != long.MinValue && clock.GetElapsedTime(loaded.At) < Reread;

    // A key of another secret (a backup restored without its own, a secret that was replaced) is as good as none:
    // who was signed in signs in again, and the service goes on.
    RsaSecurityKey? KeyOf(Row row)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportEncryptedPkcs8PrivateKey(Secret, row.PrivateKey, out _);
            return new(rsa) { KeyId = row.Id };
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            return null;
        }
    }

    sealed record Loaded(IReadOnlyList<RsaSecurityKey> Keys, SigningCredentials? Current, long At);

    sealed record Row(string Id, byte[] PrivateKey, DateTimeOffset SignsFrom);
}
