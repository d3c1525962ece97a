using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>
/// Secrets that have to be used and so cannot be hashed: AES-256-GCM under a key that is derived for their owner from the installation's secret
/// (HKDF), so that a copy of the database opens none, and none opens in another's place.
/// </summary>
/// <param name="databases">Have the installation's secret.</param>
/// <param name="purpose">As in <c>webhooks</c>: what was sealed for one purpose opens for no other.</param>
public sealed class SealedSecrets(Databases databases, string purpose)
{
    const int Nonce = 12;
    const int Tag = 16;

    readonly byte[] secret = Encoding.UTF8.GetBytes(databases.SecretFor(purpose));

    /// <summary>Closes a secret; it opens for this owner only.</summary>
    public byte[] Seal(Guid agency, Guid owner, byte[] made)
    {
        var kept = new byte[Nonce + Tag + made.Length];
        RandomNumberGenerator.Fill(kept.AsSpan(0, Nonce));
        using var aes = new AesGcm(KeyOf(agency, owner), Tag);
        aes.Encrypt(kept.AsSpan(0, Nonce), made, kept.AsSpan(Nonce + Tag), kept.AsSpan(Nonce, Tag));
        return kept;
    }

    /// <summary>Opens what <see cref="Seal"/> closed.</summary>
    /// <exception cref="AuthenticationTagMismatchException">It was changed, or the installation's secret was.</exception>
    public byte[] Open(Guid agency, Guid owner, byte[] kept)
    {
        var made = new byte[kept.Length - Nonce - Tag];
        using var aes = new AesGcm(KeyOf(agency, owner), Tag);
        aes.Decrypt(kept.AsSpan(0, Nonce), kept.AsSpan(Nonce + Tag), kept.AsSpan(Nonce, Tag), made);
        return made;
    }

    byte[] KeyOf(Guid agency, Guid owner) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: [.. agency.ToByteArray(bigEndian: true), .. owner.ToByteArray(bigEndian: true)]);
}
