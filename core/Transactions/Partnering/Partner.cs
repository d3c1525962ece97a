using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>In which form a partner's server answers.</summary>
public enum GeoReportFormat
{
    /// <summary>GeoReport's JSON.</summary>
    Json,
    /// <summary>GeoReport's XML, which every server has.</summary>
    Xml,
}

/// <summary>Whether a partner is spoken with.</summary>
public enum PartnerState
{
    /// <summary>It is sent to and read from, as its settings say.</summary>
    Active,
    /// <summary>Nothing is sent or read; what happens waits for thirty days.</summary>
    Stopped,
}

/// <summary>How we learn what a partner did.</summary>
public enum PartnerFetching
{
    /// <summary>We do not.</summary>
    Nothing,
    /// <summary>From its list of updates (<c>servicerequestupdates</c>).</summary>
    Updates,
    /// <summary>From the requests themselves, for it has no such list: they are compared with what was read last.</summary>
    Requests,
}

/// <summary>Something that happens to a case here and can be told to a partner.</summary>
public enum OwnStep
{
    /// <summary>It came in: with it the partner gets the case.</summary>
    Submitted,
    /// <summary>As <see cref="CaseStatus.Accepted"/>.</summary>
    Accepted,
    /// <summary>As <see cref="CaseStatus.InProgress"/>.</summary>
    InProgress,
    /// <summary>As <see cref="CaseStatus.Resolved"/>.</summary>
    Resolved,
    /// <summary>As <see cref="CaseStatus.Refused"/>.</summary>
    Refused,
    /// <summary>As <see cref="CaseStatus.Closed"/>.</summary>
    Closed,
    /// <summary>As <see cref="CaseStatus.Reopened"/>, whoever reopened it.</summary>
    Reopened,
    /// <summary>The citizen's word: it is solved.</summary>
    Solved,
    /// <summary>The citizen's word: it is not.</summary>
    NotSolved,
    /// <summary>A public note: it goes with the partner's word for where the case stands.</summary>
    Noted,
    /// <summary>A public picture: it goes with the partner's word for where the case stands.</summary>
    Attached,
}

/// <summary>Which of their services one of ours is.</summary>
/// <param name="Service">The key of ours. Its cases are sent.</param>
/// <param name="Code">Their <c>service_code</c>.</param>
/// <param name="Attributes">What of the answers to our questions they ask for, too.</param>
public sealed record ServiceMapping(string Service, string Code, IReadOnlyList<AttributeMapping>? Attributes = null);

/// <summary>Which of their attributes one of our questions is.</summary>
/// <param name="Question">The key of ours.</param>
/// <param name="Code">Their attribute's code.</param>
/// <param name="Values">Their key for each of our options; an option that is not here goes as it is.</param>
public sealed record AttributeMapping(string Question, string Code, IReadOnlyDictionary<string, string>? Values = null);

/// <summary>What a word of theirs means here.</summary>
/// <param name="Status">Their status, whatever its case: <c>open</c>, <c>closed</c>, <c>in_progress</c>.</param>
/// <param name="Code">Their <c>external_status_code</c>, when only that tells; null for any.</param>
/// <param name="To">Where our case goes; null: nowhere, what they write is a note.</param>
/// <param name="Outcome">What became of it, when it ends.</param>
public sealed record StatusIn(string Status, string? Code = null, CaseStatus? To = null, CaseOutcome? Outcome = null);

/// <summary>Their word for what happens here.</summary>
/// <param name="When">What happened.</param>
/// <param name="Outcome">Only with this outcome; null for any.</param>
/// <param name="Status">Their word; null: they are not told, on purpose.</param>
public sealed record StatusOut(OwnStep When, CaseOutcome? Outcome = null, string? Status = null);

/// <summary>What of a citizen's identity a partner gets, and what allows it.</summary>
/// <param name="Use">The key of a declared use of data. When it rests on consent, only of those who gave it.</param>
/// <param name="Members">name, email, phone.</param>
public sealed record IdentitySharing(string Use, IReadOnlyList<IdentityMember> Members) : IJsonColumn;

/// <summary>A part of an identity.</summary>
public enum IdentityMember
{
    /// <summary>first_name and last_name.</summary>
    Name,
    /// <summary>email.</summary>
    Email,
    /// <summary>phone.</summary>
    Phone,
}

/// <summary>Another GeoReport server, and how we and it understand each other: all of it is data.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Name">What people call it; it stands before what it writes to our citizens.</param>
/// <param name="Url">Of its API: <c>/requests.json</c> stands below it.</param>
/// <param name="Format">Of what is sent back.</param>
/// <param name="JurisdictionId">Where it serves several.</param>
/// <param name="HasKey">A key of it is kept; it is never shown.</param>
/// <param name="State">Whether it is spoken with.</param>
/// <param name="StoppedBecause">Why it is not.</param>
/// <param name="StoppedAt">Since when.</param>
/// <param name="SendsCases">New cases of the services that are mapped go to it.</param>
/// <param name="SendsUpdates">What happens to them here goes to it, too.</param>
/// <param name="Forwards">So do cases that came from another system (channel partner). Off, for two systems would send a case to and fro.</param>
/// <param name="SendsPictures">Links to public pictures of cases that it gets go to it, too.</param>
/// <param name="Fetches">How we learn what it did.</param>
/// <param name="FetchMinutes">How often.</param>
/// <param name="OverlapHours">How far behind what was read the next reading begins: what they enter late is found, and clocks may be wrong.</param>
/// <param name="Services">Which cases go, and as what.</param>
/// <param name="StatusesIn">What their words mean here. A word that is not here is told to staff and moves nothing.</param>
/// <param name="StatusesOut">Their words for what happens here. What is not here fails, for a person to decide.</param>
/// <param name="Identity">What of a citizen's identity goes along; null: none of it.</param>
/// <param name="Version">For the ETag.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Partner(
    Guid Id, string Name, string Url, GeoReportFormat Format, string? JurisdictionId, bool HasKey, PartnerState State, string? StoppedBecause, DateTimeOffset? StoppedAt,
    bool SendsCases, bool SendsUpdates, bool Forwards, bool SendsPictures, PartnerFetching Fetches, int FetchMinutes, int OverlapHours,
    JsonList<ServiceMapping> Services, JsonList<StatusIn> StatusesIn, JsonList<StatusOut> StatusesOut, IdentitySharing? Identity,
    [property: JsonIgnore] long Version, DateTimeOffset CreatedAt) : IVersioned
{
    /// <summary>How many an agency can have.</summary>
    public const int Most = 50;

    /// <summary>What happens that long after it was stopped does not wait for it any more.</summary>
    public static readonly TimeSpan KeptWhileStopped = TimeSpan.FromDays(30);
}

/// <summary>A case at a partner, as staff see it.</summary>
/// <param name="Partner">Which.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Reference">Its number there; null while it is not known.</param>
/// <param name="Status">Its word, as it was last told.</param>
/// <param name="ChangedAt">By its clock.</param>
public sealed record PartnerReference(Guid Partner, string Name, string? Reference, string? Status, DateTimeOffset? ChangedAt)
{
    /// <summary>Those of a case <c>c</c>.</summary>
    internal const string OfCase = """
        coalesce((
          select jsonb_agg(jsonb_build_object('partner', p.id, 'name', p.name, 'reference', k.reference, 'status', k.status, 'changedAt', k.changed_at) order by k.created_at)
          from partner_cases k
          join partners p on p.agency_id = k.agency_id and p.id = k.partner_id
          where k.agency_id = @agency and k.case_id = c.id), '[]')
        """;
}
