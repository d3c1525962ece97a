using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Transactions;

/// <summary>What a citizen wants with a case.</summary>
public enum CaseKind
{
    /// <summary>A service is asked for.</summary>
    Request,
    /// <summary>Something is reported.</summary>
    Report,
    /// <summary>Something was done badly.</summary>
    Complaint,
    /// <summary>A decision is applied for.</summary>
    Application,
    /// <summary>Something is asked.</summary>
    Enquiry,
    /// <summary>Something could be better.</summary>
    Suggestion,
    /// <summary>Something was done well.</summary>
    Praise,
}

/// <summary>Where a case stands, by the agency's word.</summary>
public enum CaseStatus
{
    /// <summary>It has arrived.</summary>
    Submitted,
    /// <summary>The agency takes it on.</summary>
    Accepted,
    /// <summary>It is being worked on.</summary>
    InProgress,
    /// <summary>The agency says it is done.</summary>
    Resolved,
    /// <summary>The agency says no.</summary>
    Refused,
    /// <summary>Nothing more is expected.</summary>
    Closed,
    /// <summary>It was over, and is not.</summary>
    Reopened,
}

/// <summary>How a case came in.</summary>
public enum Channel
{
    /// <summary>The portal or an app.</summary>
    Web,
    /// <summary>By phone.</summary>
    Phone,
    /// <summary>At a counter.</summary>
    Counter,
    /// <summary>By letter.</summary>
    Letter,
    /// <summary>By e-mail.</summary>
    Email,
    /// <summary>By text message.</summary>
    Sms,
    /// <summary>From another system.</summary>
    Partner,
}

/// <summary>Who may read a note.</summary>
public enum NoteVisibility
{
    /// <summary>The citizen too.</summary>
    Public,
    /// <summary>Staff only.</summary>
    Internal,
}

/// <summary>Where a case is about.</summary>
/// <param name="Latitude">Degrees, WGS 84.</param>
/// <param name="Longitude">Degrees, WGS 84.</param>
/// <param name="Area">A name the agency uses, such as a neighbourhood.</param>
public sealed record Location(double? Latitude, double? Longitude, string? Area);

/// <summary>A case as those who may see it see it.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Number">The agency's own running number, without gaps.</param>
/// <param name="Service">The service's key.</param>
/// <param name="ServiceVersion">The version of the service that it was submitted under.</param>
/// <param name="Kind">What the citizen wants.</param>
/// <param name="Status">The agency's word.</param>
/// <param name="Channel">How it came in.</param>
/// <param name="Title">In one line.</param>
/// <param name="Description">In full.</param>
/// <param name="Latitude">See <see cref="Location"/>.</param>
/// <param name="Longitude">See <see cref="Location"/>.</param>
/// <param name="Area">See <see cref="Location"/>.</param>
/// <param name="Answers">To the questions of the service, by question key; null when it asks nothing or nothing was answered.</param>
/// <param name="CitizenId">Whose case it is; null when anonymous.</param>
/// <param name="Assignee">The member who works on it.</param>
/// <param name="ExternalId">Its id in the system that it came from.</param>
/// <param name="SubmittedAt">When it came in.</param>
/// <param name="FirstResponseAt">When the agency first answered.</param>
/// <param name="FirstResponseDueAt">When the service standard wants a first answer; null when nothing is known of answers, as of imported cases.</param>
/// <param name="DueAt">When the service standard wants it resolved; later by the open time that was spent waiting for the citizen.</param>
/// <param name="WaitingSince">The clock stands still since the citizen was asked then.</param>
/// <param name="FirstResponseRisk">How near the first answer is to being late, or whether it was.</param>
/// <param name="Risk">The same of the resolution.</param>
/// <param name="ClosedAt">When it was closed.</param>
/// <param name="Mandate">Under which a representative submitted it for the citizen.</param>
/// <param name="EnteredBy">The member of staff or the system that entered it for somebody who called, came or wrote.</param>
/// <param name="ErasedAt">When its content was removed; what is counted stayed.</param>
/// <param name="Overdue">Still open after <paramref name="DueAt"/>, or was so when the citizen was asked.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Case(
    Guid Id, long Number, string Service, int ServiceVersion, CaseKind Kind, CaseStatus Status, Channel Channel, string Title, string? Description,
    [property: JsonIgnore] double? Latitude, [property: JsonIgnore] double? Longitude, [property: JsonIgnore] string? Area,
    Dictionary<string, JsonElement>? Answers, Guid? CitizenId, Guid? Assignee, string? ExternalId, DateTimeOffset SubmittedAt, DateTimeOffset? FirstResponseAt,
    DateTimeOffset? FirstResponseDueAt, DateTimeOffset? DueAt, DateTimeOffset? WaitingSince, ClockRisk FirstResponseRisk, ClockRisk Risk,
    DateTimeOffset? ClosedAt, Guid? Mandate, Guid? EnteredBy, DateTimeOffset? ErasedAt, bool Overdue, [property: JsonIgnore] long Version) : IVersioned
{
    static readonly Dictionary<CaseStatus, CaseStatus[]> Next = new()
    {
        [CaseStatus.Submitted] = [CaseStatus.Accepted],
        [CaseStatus.Accepted] = [CaseStatus.InProgress],
        [CaseStatus.InProgress] = [CaseStatus.Resolved, CaseStatus.Refused],
        [CaseStatus.Resolved] = [CaseStatus.Closed, CaseStatus.Reopened],
        [CaseStatus.Refused] = [CaseStatus.Closed, CaseStatus.Reopened],
        [CaseStatus.Closed] = [CaseStatus.Reopened],
        [CaseStatus.Reopened] = [CaseStatus.InProgress],
    };

    /// <summary>Why it was refused and how to object, where one case is shown; null when the agency's last word was another.</summary>
    public RefusalNotice? Refusal { get; init; }

    /// <summary>Where it is; null when no place was named.</summary>
    public Location? Location => Latitude is null && Longitude is null && Area is null ? null : new(Latitude, Longitude, Area);

    /// <summary>Its place in the queue: the first response while it is owed, then the resolution; at the end while it waits for the citizen.</summary>
    [JsonIgnore]
    public DateTimeOffset NextDueAt => WaitingSince is not null ? DateTimeOffset.MaxValue
        : FirstResponseAt is null && FirstResponseDueAt is { } first && !(DueAt < first) ? first : DueAt ?? DateTimeOffset.MaxValue;

    /// <summary>Where a case can go from a status (TX-CASE).</summary>
    public static IReadOnlyList<CaseStatus> After(CaseStatus status) => Next[status];

    /// <summary>Moves the case on, or refuses and names where it can go.</summary>
    /// <exception cref="Refusal"><see cref="Problems.TransitionNotAllowed"/>, with <c>allowed</c>.</exception>
    public Case Transition(CaseStatus to, DateTimeOffset now)
    {
        if (!After(Status).Contains(to))
        {
            var allowed = After(Status).Select(s => s.Word()).ToArray();
            throw Problems.TransitionNotAllowed.Because(
                $"A case that is {Status.Word()} cannot become {to.Word()}; it can become {string.Join(" or ", allowed)}.",
                new Dictionary<string, object?> { ["from"] = Status.Word(), ["allowed"] = allowed });
        }
        return this with
        {
            Status = to,
            FirstResponseAt = FirstResponseAt ?? now,
            ClosedAt = to == CaseStatus.Closed ? now : null,
            Overdue = IsOverdue(to, DueAt, WaitingSince ?? now),
        };
    }

    /// <summary>Whether the agency still has something to do.</summary>
    public static bool IsOpen(CaseStatus status) => status is CaseStatus.Submitted or CaseStatus.Accepted or CaseStatus.InProgress or CaseStatus.Reopened;

    /// <summary>Whether a case is open after its time.</summary>
    public static bool IsOverdue(CaseStatus status, DateTimeOffset? dueAt, DateTimeOffset now) => IsOpen(status) && dueAt < now;
}

/// <summary>What follows a case without an account: 16 characters of Crockford's base 32, 80 random bits; we keep only its hash.</summary>
public static class TrackingCode
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A new code, in groups of four: <c>7K2M-9QXA-C3TV-0HWN</c>.</summary>
    public static string Create()
    {
        var code = RandomNumberGenerator.GetString(Alphabet, 16);
        return $"{code[..4]}-{code[4..8]}-{code[8..12]}-{code[12..]}";
    }

    /// <summary>SHA-256 of a code as people type it: case, spaces and hyphens do not count, O is 0, I and L are 1.</summary>
    public static byte[] HashOf(string typed)
    {
        var plain = new StringBuilder(16);
        foreach (var letter in typed.ToUpperInvariant())
            if (letter is not ('-' or ' ')) plain.Append(letter switch { 'O' => '0', 'I' or 'L' => '1', _ => letter });
        return SHA256.HashData(Encoding.UTF8.GetBytes(plain.ToString()));
    }
}
