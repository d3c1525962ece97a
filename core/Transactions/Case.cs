using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;
using Cirm.Core.Transactions.Timekeeping;

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

/// <summary>What became of a case, by the agency's word: only the first three claim that the citizen has what was asked for.</summary>
public enum CaseOutcome
{
    /// <summary>It was put right.</summary>
    Fixed,
    /// <summary>The question was answered.</summary>
    Answered,
    /// <summary>What was applied for was given.</summary>
    Granted,
    /// <summary>Somebody else is responsible.</summary>
    NotOurs,
    /// <summary>It was not there when somebody looked.</summary>
    NotFound,
    /// <summary>Another case is about the same.</summary>
    Duplicate,
    /// <summary>Nothing is done about it.</summary>
    NoAction,
    /// <summary>It cannot be done.</summary>
    Cannot,
    /// <summary>The citizen does not want it any more.</summary>
    Withdrawn,
}

/// <summary>The citizen's word on what became of a case.</summary>
public enum Verdict
{
    /// <summary>It is solved.</summary>
    Solved,
    /// <summary>It is not, whatever the agency says.</summary>
    NotSolved,
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
/// <param name="Outcome">What became of it, by the agency's word; null while it is open, and where the agency did not say.</param>
/// <param name="Verdict">The citizen's word on this round; null while there is none, which counts as silence and never as satisfaction.</param>
/// <param name="VerdictAt">When that was said.</param>
/// <param name="Round">1, and one more with every reopening. The words on former rounds stay in the history.</param>
/// <param name="DecidedAt">When the agency ended this round.</param>
/// <param name="MergedInto">The case that goes on in its place.</param>
/// <param name="Unit">The key of the unit that works it: first that of its service, then whom it was handed over to.</param>
/// <param name="Refusal">Why it was refused and how to object, where one case is shown; null when the agency's last word was another.</param>
/// <param name="Merged">Cases that were merged into this one; only in the answer about one case, and for staff only.</param>
/// <param name="Partners">Partners that have it too, and under which reference; where <paramref name="Merged"/> is.</param>
public sealed record Case(
    Guid Id, long Number, string Service, int ServiceVersion, CaseKind Kind, CaseStatus Status, Channel Channel, string Title, string? Description,
    [property: JsonIgnore] double? Latitude, [property: JsonIgnore] double? Longitude, [property: JsonIgnore] string? Area,
    Dictionary<string, JsonElement>? Answers, Guid? CitizenId, Guid? Assignee, string? ExternalId, DateTimeOffset SubmittedAt, DateTimeOffset? FirstResponseAt,
    DateTimeOffset? FirstResponseDueAt, DateTimeOffset? DueAt, DateTimeOffset? WaitingSince, ClockRisk FirstResponseRisk, ClockRisk Risk,
    DateTimeOffset? ClosedAt, Guid? Mandate, Guid? EnteredBy, DateTimeOffset? ErasedAt, bool Overdue, [property: JsonIgnore] long Version,
    CaseOutcome? Outcome = null, Verdict? Verdict = null, DateTimeOffset? VerdictAt = null, int Round = 1, DateTimeOffset? DecidedAt = null,
    Guid? MergedInto = null, string? Unit = null,
    RefusalNotice? Refusal = null, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonList<CaseName>? Merged = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonList<PartnerReference>? Partners = null) : IVersioned
{
    /// <summary>Where it is; null when no place was named.</summary>
    public Location? Location => Latitude is null && Longitude is null && Area is null ? null : new(Latitude, Longitude, Area);

    /// <summary>Its place in the queue: the first response while it is owed, then the resolution; at the end while it waits for the citizen.</summary>
    [JsonIgnore]
    public DateTimeOffset NextDueAt => WaitingSince is not null ? DateTimeOffset.MaxValue
        : FirstResponseAt is null && FirstResponseDueAt is { } first && !(DueAt < first) ? first : DueAt ?? DateTimeOffset.MaxValue;

    /// <summary>What the citizen can still do about how it ended; only in the answer about one case that is over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reopening? Reopening { get; init; }

    /// <summary>Moves the case on, or refuses and names where it can go. A case that is reopened begins a new round, on which nobody has said a word yet.</summary>
    /// <param name="to">Where.</param>
    /// <param name="now">The time of the step.</param>
    /// <param name="outcome">What became of it, when it ends; null keeps what was said before.</param>
    /// <param name="by">Whose decision it is.</param>
    /// <exception cref="Refusal"><see cref="Problems.TransitionNotAllowed"/>, with <c>allowed</c>; <see cref="Problems.CaseMerged"/>;
    /// <see cref="Platform.Problems.Invalid"/> for an outcome that says other than the status.</exception>
    public Case Transition(CaseStatus to, DateTimeOffset now, CaseOutcome? outcome = null, StepBy by = StepBy.Agency)
    {
        if (MergedInto is { } survivor) throw WasMerged(survivor);
        var after = LifeCycle.After(Status, by);
        if (!after.Contains(to))
        {
            var allowed = after.Select(s => s.Word()).ToArray();
            throw Problems.TransitionNotAllowed.Because(
                $"A case that is {Status.Word()} cannot become {to.Word()}; it can become {string.Join(" or ", allowed)}.",
                new Dictionary<string, object?> { ["from"] = Status.Word(), ["allowed"] = allowed });
        }
        if (outcome is { } said && WhyNot(said, Status, to) is { } why) throw Platform.Problems.InvalidValue("/outcome", "not-allowed", why);
        var begins = to == CaseStatus.Reopened;
        return this with
        {
            Status = to,
            FirstResponseAt = by == StepBy.Citizen ? FirstResponseAt : FirstResponseAt ?? now,
            ClosedAt = to == CaseStatus.Closed ? ClosedAt ?? now : null,
            Overdue = IsOverdue(to, DueAt, WaitingSince ?? now),
            Outcome = begins ? null : outcome ?? Outcome,
            Verdict = begins ? null : Verdict,
            VerdictAt = begins ? null : VerdictAt,
            Round = begins ? Round + 1 : Round,
            DecidedAt = begins ? null : to.IsOver() ? DecidedAt ?? now : DecidedAt,
        };
    }

    /// <summary>Ends the case, because another one is about the same and goes on for both.</summary>
    /// <exception cref="Refusal"><see cref="Problems.MergeInACircle"/>, <see cref="Problems.CaseMerged"/>, <see cref="Problems.MergeIntoMerged"/>.</exception>
    public Case MergeInto(Case goesOn, DateTimeOffset now)
    {
        if (goesOn.MergedInto == Id)
            throw Problems.MergeInACircle.Because($"Case {goesOn.Number} was merged into this one.", new Dictionary<string, object?> { ["mergedInto"] = Id });
        if (MergedInto is { } already) throw WasMerged(already);
        if (goesOn.MergedInto is { } survivor)
            throw Problems.MergeIntoMerged.Because($"Case {goesOn.Number} was merged itself; merge into the one that goes on.", new Dictionary<string, object?> { ["mergedInto"] = survivor });
        return Transition(CaseStatus.Closed, now, CaseOutcome.Duplicate, StepBy.Merge) with { MergedInto = goesOn.Id };
    }

    /// <summary>Takes a merge back: the case is as it was before. What its citizen said while it was merged stays as the word on a round that had ended; a round
    /// that goes on has none yet.</summary>
    /// <param name="stood">Where it stood.</param>
    /// <param name="outcome">What had become of it then.</param>
    /// <param name="now">When.</param>
    /// <exception cref="Refusal"><see cref="Problems.MergeCannotBeTakenBack"/>.</exception>
    public Case TakeBack(CaseStatus stood, CaseOutcome? outcome, DateTimeOffset now)
    {
        if (ErasedAt is not null) throw Problems.MergeCannotBeTakenBack.Because("What this case said was removed meanwhile: nobody could work on it.");
        var over = stood.IsOver();
        return this with
        {
            Status = stood,
            Outcome = over ? outcome : null,
            ClosedAt = stood == CaseStatus.Closed ? ClosedAt : null,
            DecidedAt = over ? DecidedAt : null,
            Verdict = over ? Verdict : null,
            VerdictAt = over ? VerdictAt : null,
            MergedInto = null,
            Overdue = IsOverdue(stood, DueAt, WaitingSince ?? now),
        };
    }

    /// <summary>Refuses what only a case can have that goes on itself.</summary>
    /// <exception cref="Refusal"><see cref="Problems.CaseMerged"/>, with the case that goes on.</exception>
    public void CheckGoesOn()
    {
        if (MergedInto is { } survivor) throw WasMerged(survivor);
    }

    /// <summary>Keeps the citizen's word. The agency's status stays what it is: neither side overwrites the other's.</summary>
    /// <param name="verdict">What is said; the last word of a round counts.</param>
    /// <param name="status">Where the case stands, or the one that it was merged into.</param>
    /// <param name="now">When.</param>
    /// <exception cref="Refusal"><see cref="Problems.CaseNotOver"/>.</exception>
    public Case Say(Verdict verdict, CaseStatus status, DateTimeOffset now) =>
        status.IsOver() ? this with { Verdict = verdict, VerdictAt = now } : throw NotOver(status, "A verdict is possible");

    /// <summary>The refusal of something that has to wait until the agency says that the case is over.</summary>
    internal static Refusal NotOver(CaseStatus status, string what) => Problems.CaseNotOver.Because(
        $"The case is {status.Word()}. {what} once the agency says that it is resolved, refused or closed.",
        new Dictionary<string, object?> { ["caseStatus"] = status.Word(), ["possibleWhen"] = Enum.GetValues<CaseStatus>().Where(LifeCycle.IsOver).Select(s => s.Word()).ToArray() });

    /// <summary>The refusal of a step of a case that does not go on any more.</summary>
    internal static Refusal WasMerged(Guid survivor) => Problems.CaseMerged.Because(
        "This case was merged into another one, which goes on in its place.", new Dictionary<string, object?> { ["mergedInto"] = survivor });

    // "Closed" must not claim "fixed" (FixMyStreet #1339, #1340), and "refused" cannot.
    static string? WhyNot(CaseOutcome outcome, CaseStatus from, CaseStatus to) =>
        !to.IsOver() ? "An outcome goes with resolved, refused or closed."
        : outcome is CaseOutcome.Fixed or CaseOutcome.Answered or CaseOutcome.Granted && (to == CaseStatus.Refused || from == CaseStatus.Refused)
            ? $"A case that was refused was not {outcome.Word()}."
        : null;

    /// <summary>Gives the case to a unit, and there to a member or to nobody yet.</summary>
    /// <exception cref="Refusal"><see cref="Problems.AlreadyThere"/>, <see cref="Problems.CaseMerged"/>.</exception>
    public Case HandOver(string? unit, Guid? assignee)
    {
        if (MergedInto is { } survivor) throw WasMerged(survivor);
        return (unit, assignee) != (Unit, Assignee) ? this with { Unit = unit, Assignee = assignee }
            : throw Problems.AlreadyThere.Because(assignee is null ? "It is with that unit, and assigned to nobody." : "That member works on it already.");
    }

    /// <summary>Whether a case is open after its time.</summary>
    public static bool IsOverdue(CaseStatus status, DateTimeOffset? dueAt, DateTimeOffset now) => !status.IsOver() && dueAt < now;
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
