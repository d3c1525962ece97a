using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Loop;

/// <summary>What kind of interest somebody has.</summary>
public enum InterestKind
{
    /// <summary>They own something that it touches.</summary>
    Property,
    /// <summary>They work there, or did.</summary>
    Employment,
    /// <summary>Somebody close to them has one.</summary>
    Family,
    /// <summary>They belong to it.</summary>
    Membership,
    /// <summary>They hold an office in it.</summary>
    Office,
    /// <summary>Another.</summary>
    Other,
}

/// <summary>In what somebody can have an interest.</summary>
public enum InterestIn
{
    /// <summary>A service.</summary>
    Service,
    /// <summary>An initiative.</summary>
    Initiative,
    /// <summary>A civil organisation.</summary>
    Organisation,
}

/// <summary>An interest that somebody declared: staff see it beside decisions on what it is about (CONFLICT).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Account">Whose, when it is a member.</param>
/// <param name="Official">Whose, when it is an official without an account: their function.</param>
/// <param name="Kind">What kind.</param>
/// <param name="About">In what,</param>
/// <param name="Subject">by its key.</param>
/// <param name="Statement">In words.</param>
/// <param name="DeclaredAt">When.</param>
/// <param name="EndedAt">Since when it is not any more.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Interest(
    Guid Id, Guid? Account, string? Official, InterestKind Kind, InterestIn About, string Subject, Localized Statement, DateTimeOffset DeclaredAt, DateTimeOffset? EndedAt,
    [property: JsonIgnore] long Version) : IVersioned;

/// <summary>An interest as everybody sees it beside an initiative.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">What kind.</param>
/// <param name="Statement">In words.</param>
/// <param name="Official">The function of an official.</param>
/// <param name="Role">What whoever declared it is in the agency: representative, agent, manager or admin; null when they have left.</param>
/// <param name="DeclaredAt">When.</param>
/// <param name="EndedAt">Since when it is not any more.</param>
public sealed record PublicInterest(Guid Id, InterestKind Kind, Localized Statement, string? Official, Role? Role, DateTimeOffset DeclaredAt, DateTimeOffset? EndedAt);
