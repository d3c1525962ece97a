using System.ComponentModel.DataAnnotations;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Partnering;

namespace Cirm.Api.Transactions;

/// <summary>A partner, and how we and it understand each other.</summary>
public record WritePartner
{
    /// <summary>What people call it; it stands before what it writes to citizens.</summary>
    /// <example>Water works</example>
    [MinLength(1), MaxLength(100)]
    public required string Name { get; init; }

    /// <summary>Of its API, as its discovery names it: https, at a public address.</summary>
    /// <example>https://311.water.example/open311/v2</example>
    [MinLength(1), MaxLength(1_000)]
    public required string Url { get; init; }

    /// <summary>Of answers: json, or xml, which every GeoReport server has.</summary>
    /// <example>xml</example>
    public GeoReportFormat Format { get; init; } = GeoReportFormat.Xml;

    /// <summary>Its jurisdiction_id, where it serves several.</summary>
    /// <example>water.example</example>
    [MinLength(1), MaxLength(200)]
    public string? JurisdictionId { get; init; }

    /// <summary>Whether new cases of the services below go to it.</summary>
    public bool SendsCases { get; init; } = true;

    /// <summary>Whether what happens to them here goes to it, too: steps, public notes, the citizen's word.</summary>
    public bool SendsUpdates { get; init; } = true;

    /// <summary>Whether cases that came from another system (channel partner) go to it, too: two systems could send one to and fro.</summary>
    public bool Forwards { get; init; }

    /// <summary>
    /// Whether public pictures of cases that it gets go along: as links that it can follow for 90 days, the first with the case, the others as updates. Files that are
    /// no pictures, and internal ones, never do.
    /// </summary>
    public bool SendsPictures { get; init; } = true;

    /// <summary>How we learn what it did: updates, requests where it has no list of updates, or nothing.</summary>
    /// <example>updates</example>
    public PartnerFetching Fetches { get; init; } = PartnerFetching.Updates;

    /// <summary>How often.</summary>
    /// <example>5</example>
    [Range(1, 1440)]
    public int FetchMinutes { get; init; } = 5;

    /// <summary>How far behind what was read the next reading begins: what they enter late is found, and their clock may be wrong.</summary>
    /// <example>24</example>
    [Range(1, 168)]
    public int OverlapHours { get; init; } = 24;

    /// <summary>Which cases go, and as what.</summary>
    [MaxLength(500)]
    public WriteServiceMapping[] Services { get; init; } = [];

    /// <summary>What their words mean here. A word that is not in it is told to staff and moves nothing.</summary>
    [MaxLength(200)]
    public WriteStatusIn[] StatusesIn { get; init; } = [];

    /// <summary>Their words for what happens here. What is not in it fails, for a person to decide.</summary>
    [MaxLength(100)]
    public WriteStatusOut[] StatusesOut { get; init; } = [];

    /// <summary>What of a citizen's identity goes along, and which declared use of data allows it; none of it without this.</summary>
    public WriteIdentity? Identity { get; init; }

    internal Partner ToPartner() => new(
        default, Name, Url, Format, JurisdictionId, false, PartnerState.Active, null, null, SendsCases, SendsUpdates, Forwards, SendsPictures, Fetches, FetchMinutes, OverlapHours,
        JsonList<ServiceMapping>.Of(Services.Select(s => s.ToMapping()))!, JsonList<StatusIn>.Of(StatusesIn.Select(s => new StatusIn(s.Status, s.Code, s.To, s.Outcome)))!,
        JsonList<StatusOut>.Of(StatusesOut.Select(s => new StatusOut(s.When, s.Outcome, s.Status)))!, Identity is null ? null : new(Identity.Use, Identity.Members), 0, default);

    internal static WritePartner Of(Partner p) => new()
    {
        Name = p.Name, Url = p.Url, Format = p.Format, JurisdictionId = p.JurisdictionId, SendsCases = p.SendsCases, SendsUpdates = p.SendsUpdates, Forwards = p.Forwards,
        SendsPictures = p.SendsPictures, Fetches = p.Fetches, FetchMinutes = p.FetchMinutes, OverlapHours = p.OverlapHours, Services = [.. p.Services.Select(WriteServiceMapping.Of)],
        StatusesIn = [.. p.StatusesIn.Select(s => new WriteStatusIn { Status = s.Status, Code = s.Code, To = s.To, Outcome = s.Outcome })],
        StatusesOut = [.. p.StatusesOut.Select(s => new WriteStatusOut { When = s.When, Outcome = s.Outcome, Status = s.Status })],
        Identity = p.Identity is null ? null : new() { Use = p.Identity.Use, Members = [.. p.Identity.Members] },
    };
}

/// <summary>A new partner, with the key by which it knows us.</summary>
public sealed record CreatePartner : WritePartner
{
    /// <summary>The key that the partner gave us. It is kept sealed and never shown.</summary>
    [MinLength(1), MaxLength(500)]
    public string? ApiKey { get; init; }
}

/// <summary>Which of their services one of ours is.</summary>
public sealed record WriteServiceMapping
{
    /// <summary>The key of ours.</summary>
    /// <example>street-light-outages</example>
    [MinLength(1), MaxLength(100)]
    public required string Service { get; init; }

    /// <summary>Their service_code.</summary>
    /// <example>LAMP01</example>
    [MinLength(1), MaxLength(200)]
    public required string Code { get; init; }

    /// <summary>What of the answers to our questions they ask for, too.</summary>
    [MaxLength(100)]
    public WriteAttributeMapping[]? Attributes { get; init; }

    internal ServiceMapping ToMapping() => new(Service, Code, Attributes?.Select(a => new AttributeMapping(a.Question, a.Code, a.Values)).ToList());

    internal static WriteServiceMapping Of(ServiceMapping s) => new()
    {
        Service = s.Service, Code = s.Code,
        Attributes = s.Attributes?.Select(a => new WriteAttributeMapping { Question = a.Question, Code = a.Code, Values = a.Values?.ToDictionary() }).ToArray(),
    };
}

/// <summary>Which of their attributes one of our questions is.</summary>
public sealed record WriteAttributeMapping
{
    /// <summary>The key of our question.</summary>
    [MinLength(1), MaxLength(100)]
    public required string Question { get; init; }

    /// <summary>Their attribute's code.</summary>
    [MinLength(1), MaxLength(200)]
    public required string Code { get; init; }

    /// <summary>Their key for each of our options; an option that is not in it goes as it is.</summary>
    [MaxLength(200)]
    public Dictionary<string, string>? Values { get; init; }
}

/// <summary>What a word of theirs means here.</summary>
public sealed record WriteStatusIn
{
    /// <summary>Their status, in whatever case.</summary>
    /// <example>closed</example>
    [MinLength(1), MaxLength(100)]
    public required string Status { get; init; }

    /// <summary>Their external_status_code, when only that tells.</summary>
    [MinLength(1), MaxLength(100)]
    public string? Code { get; init; }

    /// <summary>Where our case goes. Without it nowhere: what they write is a note.</summary>
    /// <example>resolved</example>
    public CaseStatus? To { get; init; }

    /// <summary>What became of it, when it ends.</summary>
    public CaseOutcome? Outcome { get; init; }
}

/// <summary>Their word for what happens here.</summary>
public sealed record WriteStatusOut
{
    /// <summary>What happened: a status, or solved or notSolved for the citizen's word.</summary>
    /// <example>reopened</example>
    public required OwnStep When { get; init; }

    /// <summary>Only with this outcome.</summary>
    public CaseOutcome? Outcome { get; init; }

    /// <summary>Their word. Without it they are not told, on purpose.</summary>
    /// <example>open</example>
    [MinLength(1), MaxLength(100)]
    public string? Status { get; init; }
}

/// <summary>What of a citizen's identity goes along.</summary>
public sealed record WriteIdentity
{
    /// <summary>The key of a declared use of data. When it rests on consent, only of those who gave it.</summary>
    [MinLength(1), MaxLength(100)]
    public required string Use { get; init; }

    /// <summary>name, email, phone.</summary>
    [MinLength(1), MaxLength(3)]
    public required IdentityMember[] Members { get; init; }
}

/// <summary>A key by which a partner knows us.</summary>
public sealed record WriteKey
{
    /// <summary>The key; null to send none. It is kept sealed and never shown.</summary>
    /// <example>5f2b8c6d1e4a</example>
    [MinLength(1), MaxLength(500)]
    public string? ApiKey { get; init; }
}

/// <summary>Why a person decides something.</summary>
public sealed record GiveReason
{
    /// <summary>For whoever looks later.</summary>
    /// <example>Agreed with them by phone.</example>
    [MinLength(1), MaxLength(1_000)]
    public required string Reason { get; init; }
}

/// <summary>That a case is at a partner nevertheless.</summary>
public sealed record WriteReference
{
    /// <summary>Its service_request_id there.</summary>
    /// <example>2026-00117</example>
    [MinLength(1), MaxLength(200)]
    public required string Reference { get; init; }

    /// <summary>How you know.</summary>
    /// <example>Found in their list.</example>
    [MinLength(1), MaxLength(1_000)]
    public required string Reason { get; init; }
}
