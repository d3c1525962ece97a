using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Information;

/// <summary>What a civil organisation may do with the agency.</summary>
public enum OrganisationAct
{
    /// <summary>Submit cases for people who ask it to.</summary>
    SubmitCases,
    /// <summary>Follow cases for them.</summary>
    FollowCases,
    /// <summary>Object for them.</summary>
    Object,
    /// <summary>Teach citizens their rights and how to use services.</summary>
    Teach,
    /// <summary>Hand out and read out what the agency has to say.</summary>
    Inform,
}

/// <summary>What support consists of.</summary>
public enum SupportKind
{
    /// <summary>A sum.</summary>
    Money,
    /// <summary>Rooms or ground.</summary>
    Space,
    /// <summary>Things.</summary>
    Equipment,
    /// <summary>Courses.</summary>
    Training,
    /// <summary>Working time of staff.</summary>
    Time,
    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A civil organisation (INFO-EMPOWER).</summary>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Description">Whom it works for, and how.</param>
/// <param name="Contact">How to reach it.</param>
/// <param name="Acts">What it may do, in the words of <see cref="OrganisationAct"/>.</param>
/// <param name="Closed">It is not any more, or not with the agency; staff still see it.</param>
/// <param name="CreatedAt">Since when it is registered.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Organisation(
    string Key, Localized Name, Localized? Description, Localized? Contact, string[] Acts, bool Closed, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>As it is found, in each of its languages.</summary>
    public IReadOnlyList<SearchEntry> ToSearch() => Closed ? [] :
        [.. Name.Select(n => new SearchEntry(SearchKind.Organisation, Key, n.Key, n.Value, "", $"{Description?.GetValueOrDefault(n.Key)} {Contact?.GetValueOrDefault(n.Key)}"))];
}

/// <summary>Support that was given to an organisation, and what came of it.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="GivenOn">The day, as in 2026-03-21.</param>
/// <param name="Kind">What it consisted of.</param>
/// <param name="Amount">Of money, or what it was worth.</param>
/// <param name="Currency">ISO 4217, when there is an amount.</param>
/// <param name="Text">What was given, and for what.</param>
/// <param name="Outcome">What came of it; null as long as nobody knows.</param>
/// <param name="OutcomeOn">The day of that.</param>
/// <param name="CreatedAt">When it was written down.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Support(
    Guid Id, string GivenOn, SupportKind Kind, decimal? Amount, string? Currency, Localized Text, Localized? Outcome, string? OutcomeOn, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What does not fit together, as JSON pointers. Days are as in 2026-03-21, from 1900 to 9999.</summary>
    public IEnumerable<ValidationError> Wrong()
    {
        if (!Day.Is(GivenOn)) yield return new("/givenOn", "date", Day.Wanted);
        if (OutcomeOn is not null && !Day.Is(OutcomeOn)) yield return new("/outcomeOn", "date", Day.Wanted);
        if (Amount is null && Currency is not null) yield return new("/amount", "required", "A currency needs an amount.");
        if (Amount is not null && Currency is null) yield return new("/currency", "required", "An amount needs a currency.");
        if (Outcome is null && OutcomeOn is not null) yield return new("/outcome", "required", "A day of outcome needs to say what came of it.");
        if (Outcome is not null && OutcomeOn is null) yield return new("/outcomeOn", "required", "What came of it needs a day.");
        if (OutcomeOn is not null && string.CompareOrdinal(OutcomeOn, GivenOn) < 0) yield return new("/outcomeOn", "range", "Nothing comes of support before it is given.");
    }
}
