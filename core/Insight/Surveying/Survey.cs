using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Surveying;

/// <summary>What is promised to those who answer.</summary>
public enum Anonymity
{
    /// <summary>Nobody can lead an answer back to a person (docs/adr/0018-anonymous-surveys.md).</summary>
    Anonymous,
    /// <summary>The agency knows whose answer it is until a date, and shows figures only.</summary>
    Confidential,
}

/// <summary>Who may answer.</summary>
public enum SurveyAccess
{
    /// <summary>With the code of an invitation only.</summary>
    Invited,
    /// <summary>Signed-in citizens, and whoever has a code.</summary>
    Members,
    /// <summary>Anybody, also without sign-in or code: nothing keeps them from answering twice.</summary>
    Open,
}

/// <summary>A survey: what is asked, and what is promised.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">Its word in addresses and files.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Introduction">What it is for.</param>
/// <param name="Anonymity">What is promised to those who answer.</param>
/// <param name="Access">Who may answer.</param>
/// <param name="Breakdowns">What results can be read by: keys of attributes, and the word <c>segment</c>.</param>
/// <param name="Audience">Keys of the segments that are asked; empty: everybody. Shown to staff only.</param>
/// <param name="Questions">In their order.</param>
/// <param name="Embargo">Results are shown when a wave has closed, not before.</param>
/// <param name="LinkUntil">Of a confidential survey: when the link between answers and citizens is removed; null: <see cref="LinkDays"/> days after a wave has closed.</param>
/// <param name="Service">The key of the service that it is about; null: no single one.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Survey(
    Guid Id, string Key, Localized Title, Localized? Introduction, Anonymity Anonymity, SurveyAccess Access, string[] Breakdowns, string[]? Audience, JsonList<SurveyQuestion> Questions,
    bool Embargo, DateTimeOffset? LinkUntil, string? Service, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>The breakdown that is no attribute: by segment.</summary>
    public const string BySegment = "segment";

    /// <summary>Most breakdowns of one survey.</summary>
    public const int MostBreakdowns = 8;

    /// <summary>How long a confidential link lasts after closing, in days, when the survey does not say.</summary>
    public const int LinkDays = 180;

    /// <summary>The breakdowns that are attributes.</summary>
    [JsonIgnore]
    public IEnumerable<string> Labels => Breakdowns.Where(b => b != BySegment);
}

/// <summary>Where a wave stands.</summary>
public enum WaveState
{
    /// <summary>It has not opened yet.</summary>
    Planned,
    /// <summary>Answers are taken.</summary>
    Open,
    /// <summary>No more answers are taken; the last ones are being settled.</summary>
    Closing,
    /// <summary>Over.</summary>
    Closed,
}

/// <summary>One time that a survey is asked.</summary>
/// <param name="Id">Its id; in addresses its name will do as well.</param>
/// <param name="Survey">The survey's key.</param>
/// <param name="Name">As in <c>2026-1</c>; unique in the survey.</param>
/// <param name="OpensAt">From when answers are taken.</param>
/// <param name="ClosesAt">Until when.</param>
/// <param name="ClosedAt">When the last answer was settled.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="Embargo">Results are shown when it has closed, not before.</param>
/// <param name="Invited">How many people and codes were asked; for staff.</param>
/// <param name="Answered">How many have answered, files included; for staff, and null below the agency's smallest group.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record SurveyWave(
    Guid Id, string Survey, string Name, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, DateTimeOffset? ClosedAt, WaveState State, bool Embargo, long? Invited, long? Answered,
    DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;
