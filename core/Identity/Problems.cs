using Cirm.Core.Platform;

namespace Cirm.Core.Identity;

/// <summary>What identity can refuse.</summary>
public static class Problems
{
    /// <summary>Wrong address or password: never says which.</summary>
    public static readonly Problem SignInFailed = new("sign-in-failed", 401, "The e-mail address or the password is not right.",
        "Check both. Whether the address is known is not told.");

    /// <summary>A member has this address already.</summary>
    public static readonly Problem EmailTaken = new("email-taken", 409, "A member of this agency has this e-mail address.", "Change that member, or use another address.");

    /// <summary>Nobody could set the agency up any more.</summary>
    public static readonly Problem LastAdmin = new("last-admin", 409, "This is the agency's last admin.", "Make another member an admin first.");

    /// <summary>The agency's provider cannot be asked for its keys.</summary>
    public static readonly Problem ProviderUnavailable = new("identity-provider-unavailable", 503, "The agency's identity provider does not answer as it should.",
        "Try again as Retry-After says. If it stays so, an admin should check the issuer's address: its /.well-known/openid-configuration has to be reachable and to name that issuer.");

    /// <summary>A citizen has this external id already.</summary>
    public static readonly Problem ExternalIdTaken = new("external-id-taken", 409, "A citizen of this agency has this external id.", "Change that citizen, or use another id.");

    /// <summary>An attribute with this key is declared already.</summary>
    public static readonly Problem AttributeTaken = new("attribute-taken", 409, "An attribute with this key is declared already.", "Use another key.");
}
