using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Information;

/// <summary>A part of an agency that is responsible for services and works cases.</summary>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Parent">The key of the unit it belongs to; null at the top.</param>
/// <param name="Calendar">The key of its working calendar.</param>
/// <param name="Contact">How to reach it, in words.</param>
/// <param name="OpeningHours">When it is open, in words.</param>
/// <param name="Closed">It is not any more; staff still see it, as past cases name it.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Unit(
    string Key, Localized Name, string? Parent, string? Calendar, Localized? Contact, Localized? OpeningHours, bool Closed, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What a member of staff does in a unit.</summary>
public enum UnitFunction
{
    /// <summary>Answers for it.</summary>
    Head,
    /// <summary>Works in it.</summary>
    Member,
}

/// <summary>A member of staff in a unit.</summary>
/// <param name="Account">The member.</param>
/// <param name="Name">How they are called; may be missing.</param>
/// <param name="Function">What they do there.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record UnitMember(Guid Account, string? Name, UnitFunction Function, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;
