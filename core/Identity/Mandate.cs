using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Identity;

/// <summary>How a mandate was given.</summary>
public enum MandateForm
{
    /// <summary>Signed on paper, seen by staff.</summary>
    Paper,
    /// <summary>By a one-time code that the citizen handed over.</summary>
    Code,
    /// <summary>By a court or by law, as for a child or a ward.</summary>
    Court,
}

/// <summary>Who acts for a citizen: exactly one of the three.</summary>
/// <param name="Account">A member of the agency with the role citizen or representative.</param>
/// <param name="Citizen">A citizen who has no account and speaks through staff.</param>
/// <param name="Organisation">A civil organisation's key: any of its members.</param>
public sealed record Representative(Guid? Account, Guid? Citizen, string? Organisation);

/// <summary>That somebody may act for a citizen (TX-PROXY).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="CitizenId">For whom.</param>
/// <param name="Account">See <see cref="Representative"/>.</param>
/// <param name="Person">See <see cref="Representative.Citizen"/>.</param>
/// <param name="Organisation">See <see cref="Representative"/>.</param>
/// <param name="Services">On which services, by key; null on all.</param>
/// <param name="From">From then on.</param>
/// <param name="Until">Not at that time any more; null until it is revoked.</param>
/// <param name="Given">How.</param>
/// <param name="Evidence">Where the paper or the decision lies.</param>
/// <param name="EnteredBy">The member of staff or the key that entered it; null when the citizen gave it themself.</param>
/// <param name="InForce">It holds now.</param>
/// <param name="RevokedAt">Since when it holds no more.</param>
/// <param name="RevokedReason">Why.</param>
/// <param name="CreatedAt">When it was entered or redeemed.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Mandate(
    Guid Id, Guid CitizenId, [property: JsonIgnore] Guid? Account, [property: JsonIgnore] Guid? Person, [property: JsonIgnore] string? Organisation,
    string[]? Services, DateTimeOffset From, DateTimeOffset? Until, MandateForm Given, string? Evidence, Guid? EnteredBy, bool InForce,
    DateTimeOffset? RevokedAt, string? RevokedReason, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Who acts.</summary>
    public Representative Representative => new(Account, Person, Organisation);
}

/// <summary>When a mandate can hold.</summary>
public static class MandateTerm
{
    /// <summary>No living citizen gave a mandate before that.</summary>
    public static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The last moment that every system which reads our times can write down.</summary>
    public static readonly DateTimeOffset Latest = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Checks from when and until when a mandate is to hold.</summary>
    /// <exception cref="Refusal"><see cref="Problems.MandateDateOutOfRange"/>, <see cref="Problems.MandateEndsBeforeItBegins"/>.</exception>
    public static void Check(DateTimeOffset from, DateTimeOffset? until)
    {
        if (from < Earliest || from > Latest || until < Earliest || until > Latest)
            throw Problems.MandateDateOutOfRange.Because("A mandate begins and ends between the years 1900 and 9999.");
        if (until <= from) throw Problems.MandateEndsBeforeItBegins.Because($"It would begin at {from.UtcDateTime:O} and end at {until.Value.UtcDateTime:O}.");
    }
}
