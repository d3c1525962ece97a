using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>Where a finding comes from.</summary>
public enum FindingSource
{
    /// <summary>A result of a survey.</summary>
    Survey,
    /// <summary>What cases show.</summary>
    Cases,
    /// <summary>An initiative in which citizens took part.</summary>
    Participation,
    /// <summary>What citizens tell each other.</summary>
    Discussion,
    /// <summary>Those who do the work.</summary>
    Staff,
    /// <summary>Those above.</summary>
    Superior,
    /// <summary>What money there is.</summary>
    Budget,
}

/// <summary>What is decided on a finding.</summary>
public enum Decision
{
    /// <summary>It will be done.</summary>
    Accepted,
    /// <summary>Some of it will be done.</summary>
    Partly,
    /// <summary>No change, because …</summary>
    Declined,
    /// <summary>Known, and nothing follows from it, because …</summary>
    Noted,
}

/// <summary>How far a finding has come.</summary>
public enum FindingState
{
    /// <summary>Found; somebody has to decide it by a date.</summary>
    Open,
    /// <summary>Something is promised.</summary>
    Decided,
    /// <summary>A draft of a service carries it.</summary>
    Acting,
    /// <summary>The version that carries it is in force.</summary>
    Done,
    /// <summary>It is known what came of it.</summary>
    Measured,
    /// <summary>No change, with its reason.</summary>
    Closed,
    /// <summary>Promised and given up, with its reason.</summary>
    Withdrawn,
}

/// <summary>Which share of a decision was moved by whom; together they are 1.</summary>
/// <param name="Citizens">By what citizens said, asked for or did.</param>
/// <param name="Staff">By those who do the work.</param>
/// <param name="Superior">By those above: councils, ministries, courts.</param>
/// <param name="Budget">By what money there was.</param>
public sealed record Origin(decimal Citizens, decimal Staff, decimal Superior, decimal Budget) : IJsonColumn
{
    /// <summary>What a source says when nobody says more.</summary>
    public static Origin Of(FindingSource source) => source switch
    {
        FindingSource.Staff => new(0, 1, 0, 0),
        FindingSource.Superior => new(0, 0, 1, 0),
        FindingSource.Budget => new(0, 0, 0, 1),
        _ => new(1, 0, 0, 0),
    };

    /// <summary>Whether the shares are shares of one whole.</summary>
    [JsonIgnore]
    public bool IsWhole => Citizens >= 0 && Staff >= 0 && Superior >= 0 && Budget >= 0 && Math.Abs(Citizens + Staff + Superior + Budget - 1) <= 0.000_001m;
}

/// <summary>Where somebody can look a finding up; never what one person said.</summary>
/// <param name="Survey">A survey's key,</param>
/// <param name="Wave">its wave,</param>
/// <param name="Question">and its question.</param>
/// <param name="Reference">Anything else: a report, minutes, an initiative.</param>
public sealed record Evidence(string? Survey = null, string? Wave = null, string? Question = null, string? Reference = null) : IJsonColumn;

/// <summary>What was done on which service.</summary>
/// <param name="Service">Its key.</param>
/// <param name="Version">The version that carries it.</param>
/// <param name="State">draft, published or retired, as that version stands now.</param>
/// <param name="Text">What it changes, in words for citizens.</param>
/// <param name="PublishedAt">Since when it is in force.</param>
public sealed record FindingAction(string Service, int Version, Information.ServiceState State, Localized? Text, DateTimeOffset? PublishedAt) : IJsonColumn;

/// <summary>A finding and what became of it (INSIGHT-LOOP).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="State">How far it is.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Title">In one line.</param>
/// <param name="Text">In full: "you said".</param>
/// <param name="Evidence">Where it can be looked up.</param>
/// <param name="Origin">Who moved it; the decision may say more exactly than the finding.</param>
/// <param name="Service">The key of the service that it is about.</param>
/// <param name="Owner">The member of staff who has to see to it.</param>
/// <param name="OwnerName">Their name, when they have given one.</param>
/// <param name="DueAt">Until when the next step has to be taken.</param>
/// <param name="Overdue">It was not.</param>
/// <param name="FoundAt">When it was written down.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="Reason">Why.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="DecidedBy">The member or key.</param>
/// <param name="PromisedAt">Until when something was promised.</param>
/// <param name="Action">What was done on which service.</param>
/// <param name="ActedAt">When that came into force.</param>
/// <param name="WithdrawnReason">Why a promise was given up.</param>
/// <param name="EndedAt">When nothing more was to follow.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Finding(
    Guid Id, FindingState State, FindingSource Source, Localized Title, Localized Text, Evidence? Evidence, Origin Origin, string? Service, Guid Owner, string? OwnerName,
    DateTimeOffset DueAt, bool Overdue, DateTimeOffset FoundAt, Decision? Decision, Localized? Reason, DateTimeOffset? DecidedAt, Guid? DecidedBy,
    DateTimeOffset? PromisedAt, FindingAction? Action, DateTimeOffset? ActedAt, Localized? WithdrawnReason, DateTimeOffset? EndedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Whether a finding may go from one state to another. What has ended can be taken up again: the next finding on the same thing is the same story.</summary>
    public static bool Allows(FindingState from, FindingState to) => (from, to) switch
    {
        (FindingState.Open, FindingState.Decided or FindingState.Closed) => true,
        (FindingState.Decided, FindingState.Acting or FindingState.Done or FindingState.Withdrawn) => true,
        (FindingState.Acting, FindingState.Acting or FindingState.Done or FindingState.Withdrawn) => true,
        (FindingState.Done, FindingState.Measured) => true,
        (FindingState.Done or FindingState.Measured or FindingState.Closed or FindingState.Withdrawn, FindingState.Open) => true,
        _ => false,
    };

    /// <summary>Goes somewhere.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InsightStep"/>, with where it can go.</exception>
    public FindingState To(FindingState to) => Allows(State, to) ? to : throw Problems.InsightStep.Because(
        $"It is {State.Word()}, and cannot become {to.Word()}.",
        new Dictionary<string, object?> { ["state"] = State, ["allowed"] = Enum.GetValues<FindingState>().Where(next => Allows(State, next)).ToArray() });

    /// <summary>What a decision makes of an open finding.</summary>
    public static FindingState After(Decision decision) =>
        decision is Loop.Decision.Accepted or Loop.Decision.Partly ? FindingState.Decided : FindingState.Closed;
}

/// <summary>A finding to write down, or what is changed of one.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Title">In one line.</param>
/// <param name="Text">In full.</param>
/// <param name="Evidence">Where it can be looked up.</param>
/// <param name="Origin">Who moved it; null: as the source says.</param>
/// <param name="Service">The key of the service that it is about.</param>
/// <param name="Owner">Who has to see to it.</param>
/// <param name="DueAt">Until when it has to be decided; null: within <see cref="FindingSteps.DaysToDecide"/> days.</param>
public sealed record FindingDraft(
    FindingSource Source, Localized Title, Localized Text, Evidence? Evidence, Origin? Origin, string? Service, Guid Owner, DateTimeOffset? DueAt);

/// <summary>What a list of insights is narrowed to; null does not narrow.</summary>
/// <param name="State">Any of these.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="Service">The service that they are about.</param>
/// <param name="Owner">Who has to see to them.</param>
/// <param name="Overdue">The next step is late, or not.</param>
public sealed record FindingFilter(FindingState[]? State, FindingSource? Source, string? Service, Guid? Owner, bool? Overdue);

/// <summary>One thing that happened to an insight.</summary>
/// <param name="Id">Its place in the history.</param>
/// <param name="At">When.</param>
/// <param name="Kind">found, changed, decided, acting, done, measured, withdrawn, reopened.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Reason">In words.</param>
/// <param name="Detail">What the kind has to say more.</param>
/// <param name="ActorKind">Who, by kind.</param>
/// <param name="ActorId">Who.</param>
public sealed record FindingEvent(
    Guid Id, DateTimeOffset At, string Kind, FindingState? From, FindingState? To, Localized? Reason, System.Text.Json.JsonElement? Detail, ActorKind ActorKind, Guid? ActorId);
