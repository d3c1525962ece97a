using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Outside;

/// <summary>
/// The secrets of webhooks: 256 random bits, shown once as <c>whsec_</c> and base64. They are kept sealed, for they have to sign
/// (<see cref="SealedSecrets"/>).
/// </summary>
public sealed class WebhookSecrets(Databases databases)
{
    const int Length = 32;

    readonly SealedSecrets kept = new(databases, "webhooks");

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
    public byte[] Seal(Guid agency, Guid webhook, byte[] made) => kept.Seal(agency, webhook, made);

    /// <summary>Opens what <see cref="Seal"/> closed.</summary>
    public byte[] Open(Guid agency, Guid webhook, byte[] made) => kept.Open(agency, webhook, made);
}
