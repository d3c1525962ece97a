using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;

namespace Cirm.Core.Identity;

/// <summary>Why personal data may be used (GDPR article 6(1), a to f).</summary>
public enum LegalBasis
{
    /// <summary>The citizen agreed, and can take it back.</summary>
    Consent,
    /// <summary>A contract with the citizen needs it.</summary>
    Contract,
    /// <summary>A law demands it.</summary>
    LegalObligation,
    /// <summary>Somebody's life depends on it.</summary>
    VitalInterests,
    /// <summary>A task that the law gives to the agency needs it.</summary>
    PublicTask,
    /// <summary>An interest that outweighs the citizen's; not for a public authority's own tasks.</summary>
    LegitimateInterests,
}

/// <summary>Something that the agency uses personal data for, declared so that anybody can read it (GDPR article 13).</summary>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Purpose">What for.</param>
/// <param name="LegalBasis">Why that is allowed.</param>
/// <param name="Provision">The law or rule, when the basis is not consent.</param>
/// <param name="UpdatedAt">Since when it is so.</param>
/// <param name="Version">For If-Match.</param>
public sealed record DataUse(
    string Key, Localized Name, Localized Purpose, LegalBasis LegalBasis, string? Provision, DateTimeOffset UpdatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>
    /// The use under which citizens are sent notices by e-mail and text message. It waits for their word where it rests on consent; whatever it rests
    /// on, they can say no (GDPR article 21), and that is respected.
    /// </summary>
    public const string Notices = "notices";

    /// <summary>Whether a citizen's word on a use is asked for.</summary>
    public static bool TakesTheirWord(string key, LegalBasis basis) => basis == LegalBasis.Consent || key == Notices;
}

/// <summary>A use, and what a citizen said to it.</summary>
/// <param name="Use">The use's key.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Purpose">What for.</param>
/// <param name="LegalBasis">Only what rests on consent waits for the citizen's word; to <c>notices</c> they can say no in any case.</param>
/// <param name="Provision">The law or rule, when the basis is not consent.</param>
/// <param name="Given">The citizen agreed, or does not want it; null when they have said nothing: that is no consent.</param>
/// <param name="At">When they said it.</param>
/// <param name="Channel">How they said it.</param>
/// <param name="RecordedBy">The member of staff or the key that wrote it down for them.</param>
public sealed record Consent(
    string Use, Localized Name, Localized Purpose, LegalBasis LegalBasis, string? Provision, bool? Given, DateTimeOffset? At, Channel? Channel, Guid? RecordedBy);
