using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>
/// A client's Idempotency-Key while its request runs. The key's row is written in the transaction of the change itself, so that
/// neither a crash nor a race can leave one without the other; the answer is sealed with the client's key, which we do not keep.
/// </summary>
/// <param name="key">The header's value.</param>
/// <param name="scope">Caller and route: the same key of another caller is another key.</param>
/// <param name="requestHash">SHA-256 of the body.</param>
public sealed class Idempotency(string key, string scope, byte[] requestHash)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(48);

    /// <summary>What the row is found by.</summary>
    public byte[] KeyHash { get; } = SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}"));

    /// <summary>What the row must agree with.</summary>
    /// <remarks>Set later by an operation that hashes its body while it streams in.</remarks>
    public byte[] RequestHash { get; set; } = requestHash;

    /// <summary>This attempt.</summary>
    public Guid Claim { get; } = Guid.CreateVersion7();

    /// <summary>What is kept in place of a page that is long: as much as it takes to show it again. Null: the answer itself.</summary>
    public byte[]? Essence { get; set; }

    /// <summary>The change that waits for its answer before it commits; null when there is none.</summary>
    public Change? Waiting { get; internal set; }

    /// <summary>Encrypts an answer so that only who has the key can read it again (AES-256-GCM, key by HKDF).</summary>
    public byte[] Seal(byte[] body)
    {
        var sealedBody = new byte[12 + 16 + body.Length];
        RandomNumberGenerator.Fill(sealedBody.AsSpan(0, 12));
        using var aes = new AesGcm(SealingKey(), 16);
        aes.Encrypt(sealedBody.AsSpan(0, 12), body, sealedBody.AsSpan(28), sealedBody.AsSpan(12, 16));
        return sealedBody;
    }

    byte[] Open(byte[] sealedBody)
    {
        var body = new byte[sealedBody.Length - 28];
        using var aes = new AesGcm(SealingKey(), 16);
        aes.Decrypt(sealedBody.AsSpan(0, 12), sealedBody.AsSpan(28), sealedBody.AsSpan(12, 16), body);
        return body;
    }

    byte[] SealingKey() => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, salt: KeyHash);

    /// <summary>The answer of the first time, if there was one.</summary>
    /// <exception cref="Refusal"><see cref="Problems.IdempotencyKeyReused"/> when the first request had another body.</exception>
    public async Task<StoredAnswer?> FindAsync(TenantDb db, Guid agency, CancellationToken ct)
    {
        var row = await db.QuerySingleOrDefaultAsync<Row>(agency, """
            select request_hash, status, location, etag, body, number
            from idempotency_keys
            where agency_id = @agency and key_hash = @keyHash
            """, new { KeyHash }, ct);
        if (row is null) return null;
        if (!row.RequestHash.AsSpan().SequenceEqual(RequestHash))
            throw Problems.IdempotencyKeyReused.Because("The body differs from that of the first request with this key.");
        return new(row.Status ?? 200, row.Location, row.Etag, row.Body is null ? [] : Open(row.Body), row.Number);
    }

    sealed record Row(byte[] RequestHash, int? Status, string? Location, string? Etag, byte[]? Body, long? Number);
}

/// <summary>An answer as it was given.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Location">Location header, if there was one.</param>
/// <param name="ETag">ETag header, if there was one.</param>
/// <param name="Body">The bytes.</param>
/// <param name="Number">The case number that belongs where <see cref="Body"/> has <see cref="NumberMarker"/>.</param>
public sealed record StoredAnswer(int Status, string? Location, string? ETag, byte[] Body, long? Number)
{
    /// <summary>Stands for a number that only the database knows while the answer is written: no case has it.</summary>
    public const long NumberMarker = long.MinValue + 311;
}

/// <summary>Thrown when the key is already there: the answer of the first time is due.</summary>
public sealed class IdempotencyKeyTakenException() : Exception("The Idempotency-Key has an answer already.");
