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

    /// <summary>Nobody needs a mandate for what is their own.</summary>
    public static readonly Problem MandateForOneself = new("mandate-for-oneself", 422, "Nobody can have a mandate for themself.",
        "Name another representative, or another citizen.");

    /// <summary>Until is not after from.</summary>
    public static readonly Problem MandateEndsBeforeItBegins = new("mandate-ends-before-it-begins", 422, "A mandate cannot end before it begins.",
        "Give an \"until\" after \"from\", or none: then it holds until it is revoked.");

    /// <summary>Before 1900 or after 9999.</summary>
    public static readonly Problem MandateDateOutOfRange = new("mandate-date-out-of-range", 422, "That date is too long ago, or too far away.",
        "Dates of a mandate lie between 1900 and 9999. Leave \"until\" out for one without an end.");

    /// <summary>A mandate names a service that the agency does not have.</summary>
    public static readonly Problem MandateServiceUnknown = new("mandate-service-unknown", 422, "A mandate can only be about the agency's services.",
        "Name services by their keys, or none for all of them.");

    /// <summary>The representative is nobody whom the agency knows, or nobody who can be one.</summary>
    public static readonly Problem RepresentativeUnknown = new("representative-unknown", 422, "That representative is not known, or cannot be one.",
        "Name one of: an account with the role citizen or representative, a citizen, an organisation of the registry.");

    /// <summary>They belong to it.</summary>
    public static readonly Problem AlreadyInOrganisation = new("already-in-organisation", 409, "This member acts for that organisation already.",
        "Nothing has to be done.");

    /// <summary>The agency does not work with it any more.</summary>
    public static readonly Problem OrganisationClosed = new("organisation-closed", 409, "This organisation is closed.",
        "Open it again first, if the agency works with it.");

    /// <summary>It was revoked before.</summary>
    public static readonly Problem MandateRevoked = new("mandate-revoked", 409, "This mandate was revoked already.", "A new one can be given.");

    /// <summary>No such code, used before, or too old: never says which.</summary>
    public static readonly Problem MandateCodeInvalid = new("mandate-code-invalid", 422, "This code is not valid, or not any more.",
        "Ask the citizen for a new one. A code works once, and not for whoever made it.");

    /// <summary>There is none that is in force, for that citizen, on that service.</summary>
    public static readonly Problem NoMandate = new("no-mandate", 403, "You have no mandate to act for this citizen on this service.",
        "The citizen can give one by code, or on paper at the agency. Staff name the mandate under which somebody asked.");

    /// <summary>A use that rests on something else than consent.</summary>
    public static readonly Problem ConsentNotAsked = new("consent-not-asked", 409, "This use does not rest on consent.",
        "The use names the law or rule that it rests on; objections go the way that the service names.");

    /// <summary>Citizens were asked: their answers cannot become something else.</summary>
    public static readonly Problem BasisInUse = new("basis-in-use", 409, "Citizens were asked for their consent to this use.",
        "Declare another use for the other basis, so that everybody can see what their word was about.");

    /// <summary>The identity was removed.</summary>
    public static readonly Problem CitizenErased = new("citizen-erased", 409, "This citizen's identity was removed.", "What is left is only counted; nothing can be added to it.");
}
