using System.Buffers.Text;
using System.Security.Cryptography;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>
/// What a notice that goes out leads to: the notice itself, and a way to say "no more of these" without a sign-in. The code in it names a citizen to this
/// installation only (AES-256-GCM) and can do nothing but that.
/// </summary>
/// <param name="databases">Have the installation's secret.</param>
/// <param name="origin">Where this installation is found from outside; null: nowhere.</param>
public sealed class NoticeLinks(Databases databases, string? origin)
{
    readonly SealedSecrets codes = new(databases, "notice links");

    /// <summary>With the address in CIRM_URL; of an installation that shows its messages instead of sending them, the one on this machine.</summary>
    public static NoticeLinks FromEnvironment(Databases databases)
    {
        var address = Environment.GetEnvironmentVariable("CIRM_URL") is { Length: > 0 } url ? url
            : Environment.GetEnvironmentVariable(Transactions.Messaging.Mailbox.Setting) == Transactions.Messaging.Mailbox.Local
                ? $"http://127.0.0.1:{(Environment.GetEnvironmentVariable("CIRM_PORT") is { Length: > 0 } port ? port : "8080")}" : null;
        return new(databases, Uri.IsWellFormedUriString(address, UriKind.Absolute) ? address!.TrimEnd('/') : null);
    }

    /// <summary>Whether somebody outside could follow a link.</summary>
    public bool CanBeFollowed => origin is not null;

    /// <summary>The page of a notice.</summary>
    public string NoticeAt(string slug, string language, string key) => $"{origin}/{language}/{slug}/notices/{key}";

    /// <summary>The page on which a citizen says that they want no more.</summary>
    public string RefusalAt(string slug, string language, string code) => $"{origin}/{language}/{slug}/no-more-notices/{code}";

    /// <summary>Where a mail program says it for them, with one click (RFC 8058).</summary>
    public string OneClickAt(string slug, string code) => $"{origin}/v1/agencies/{slug}/notice-refusals/{code}";

    /// <summary>A citizen's code; another one each time.</summary>
    public string CodeOf(Guid agency, Guid citizen) => Base64Url.EncodeToString(codes.Seal(agency, Guid.Empty, citizen.ToByteArray(bigEndian: true)));

    /// <summary>Whose code it is; null when it is none of this agency's.</summary>
    public Guid? Read(Guid agency, string code)
    {
        if (code.Length > 100 || !Base64Url.IsValid(code)) return null;
        var kept = Base64Url.DecodeFromChars(code);
        if (kept.Length != 12 + 16 + 16) return null; // nonce, tag, id
        try
        {
            return new Guid(codes.Open(agency, Guid.Empty, kept), bigEndian: true);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
