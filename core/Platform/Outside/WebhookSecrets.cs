using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Outside;

/// <summary>
/// The secrets of webhooks: 256 random bits, shown once as <c>whsec_</c> and base64. They are kept sealed, for they have to sign: AES-256-GCM under
/// a key that is derived for the webhook from the installation's secret, so that a copy of the database signs nothing.
/// </summary>
public sealed class WebhookSecrets(Databases databases)
{
    const int Length = 32;
    const int Nonce = 12;
    const int Tag = 16;

    readonly byte[] secret = Encoding.UTF8.GetBytes(databases.SecretFor("webhooks"));

    /// <summary>A new one.</summary>
    public static byte[] Make() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>As its owner keeps it.</summary>
    public static string Show(byte[] made) => $"whsec_{Convert.ToBase64String(made)}";

    /// <summary>The value of <c>webhook-signature</c> (Standard Webhooks, symmetric): <c>v1,</c> and base64 of HMAC-SHA256, once a secret, with spaces between.</summary>
    /// <param name="secrets">That are valid now.</param>
    /// <param name="id">The <c>webhook-id</c>.</param>
    /// <param name="timestamp">The <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="body">The bytes that are sent.</param>
    public static string Sign(IEnumerable<byte[]> secrets, string id, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return string.Join(' ', secrets.Select(s => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(s, signed))}"));
    }

    /// <summary>Closes a secret; it opens for this webhook only.</summary>
    public byte[] Seal(Guid agency, Guid webhook, byte[] made)
    {
        var kept = new byte[Nonce + Tag + made.Length];
        RandomNumberGenerator.Fill(kept.AsSpan(0, Nonce));
        using var aes = new AesGcm(KeyOf(agency, webhook), Tag);
        aes.Encrypt(kept.AsSpan(0, Nonce), made, kept.AsSpan(Nonce + Tag), kept.AsSpan(Nonce, Tag));
        return kept;
    }

    /// <summary>Opens what <see cref="Seal"/> closed.</summary>
    /// <exception cref="AuthenticationTagMismatchException">It was changed, or the installation's secret was.</exception>
    public byte[] Open(Guid agency, Guid webhook, byte[] kept)
    {
        var made = new byte[kept.Length - Nonce - Tag];
        using var aes = new AesGcm(KeyOf(agency, webhook), Tag);
        aes.Decrypt(kept.AsSpan(0, Nonce), kept.AsSpan(Nonce + Tag), kept.AsSpan(Nonce, Tag), made);
        return made;
    }

    byte[] KeyOf(Guid agency, Guid webhook) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: [.. agency.ToByteArray(bigEndian: true), .. webhook.ToByteArray(bigEndian: true)]);
}
