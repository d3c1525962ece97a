using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Files;

/// <summary>
/// Links by which systems outside fetch a public picture of a case without a sign-in: each names one picture, ends by itself, and only this installation can
/// make it (HMAC-SHA256, RFC 2104). What it names is looked for when it is used: a picture that was removed or erased has no link any more.
/// </summary>
/// <param name="databases">Have the installation's secret.</param>
/// <param name="origin">Where this installation is found from outside; null: nowhere.</param>
public sealed class PictureLinks(Databases databases, string? origin)
{
    /// <summary>How long a link lasts at least. As long as GeoReport's clients go on reading a request: who works on it weeks later still sees the picture.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(90);

    // A link stays the same for so long: a body that is sent again under its Idempotency-Key has to be the same body.
    static readonly TimeSpan Step = TimeSpan.FromDays(30);

    const int Names = 36, Mac = 16;

    readonly byte[] key = Encoding.UTF8.GetBytes(databases.SecretFor("picture links"));

    /// <summary>With the address in CIRM_URL.</summary>
    public static PictureLinks FromEnvironment(Databases databases) =>
        new(databases, Environment.GetEnvironmentVariable("CIRM_URL") is { Length: > 0 } url && Uri.IsWellFormedUriString(url, UriKind.Absolute) ? url.TrimEnd('/') : null);

    /// <summary>Whether systems outside could follow a link.</summary>
    public bool CanBeFollowed => origin is not null;

    /// <summary>The whole address of a picture; null when nobody could follow it.</summary>
    /// <param name="slug">Of the agency.</param>
    /// <param name="agency">The same.</param>
    /// <param name="caseId">Whose picture it is.</param>
    /// <param name="picture">The attachment.</param>
    /// <param name="since">When that was told first: the link stays the same for 30 days from then on.</param>
    /// <param name="now">The link lasts 90 days from now at least.</param>
    public string? AddressOf(string slug, Guid agency, Guid caseId, Guid picture, DateTimeOffset since, DateTimeOffset now) =>
        origin is null ? null : origin + PathOf(slug, agency, caseId, picture, since, now);

    /// <summary>The path of a picture on this installation.</summary>
    /// <inheritdoc cref="AddressOf"/>
    public string PathOf(string slug, Guid agency, Guid caseId, Guid picture, DateTimeOffset since, DateTimeOffset now)
    {
        var steps = now <= since ? 0 : (now - since).Ticks / Step.Ticks;
        return $"/v1/agencies/{slug}/pictures/{Token(agency, caseId, picture, since + Lasts + Step * (steps + 1))}";
    }

    /// <summary>What a link names; null when it is none of ours, another agency's, or has ended.</summary>
    public (Guid Case, Guid Picture)? Read(Guid agency, string link, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[Names + Mac];
        if (link.Length != Base64Url.GetEncodedLength(bytes.Length) || Base64Url.DecodeFromChars(link, bytes, out _, out var length) != OperationStatus.Done || length != bytes.Length) return null;
        if (!CryptographicOperations.FixedTimeEquals(MacOf(agency, bytes[..Names]), bytes[Names..])) return null;
        if (DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes[32..])) <= now) return null;
        return (new(bytes[..16], bigEndian: true), new(bytes[16..32], bigEndian: true));
    }

    string Token(Guid agency, Guid caseId, Guid picture, DateTimeOffset until)
    {
        Span<byte> bytes = stackalloc byte[Names + Mac];
        caseId.TryWriteBytes(bytes, bigEndian: true, out _);
        picture.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[32..], (uint)until.ToUnixTimeSeconds());
        MacOf(agency, bytes[..Names]).CopyTo(bytes[Names..]);
        return Base64Url.EncodeToString(bytes);
    }

    ReadOnlySpan<byte> MacOf(Guid agency, ReadOnlySpan<byte> names) => HMACSHA256.HashData(key, (byte[])[.. agency.ToByteArray(bigEndian: true), .. names]).AsSpan(0, Mac);
}
