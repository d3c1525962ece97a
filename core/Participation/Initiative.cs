using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>What citizens do in an initiative; a promise, in this order (PART-TIERS).</summary>
public enum Tier
{
    /// <summary>They advise and criticise, and each is answered.</summary>
    Consultation,
    /// <summary>They choose.</summary>
    Decision,
    /// <summary>They do it themselves.</summary>
    Execution,
}

/// <summary>Where an initiative stands.</summary>
public enum InitiativeState
{
    /// <summary>Staff work on it.</summary>
    Draft,
    /// <summary>Published, and not open yet.</summary>
    Planned,
    /// <summary>People take part.</summary>
    Open,
    /// <summary>Nobody takes part any more; answers or the count are due.</summary>
    Ended,
    /// <summary>Over.</summary>
    Closed,
}

/// <summary>A part of the time of an initiative.</summary>
/// <param name="Key">Its word.</param>
/// <param name="Title">What it is called.</param>
/// <param name="OpensAt">From when.</param>
/// <param name="ClosesAt">Until when.</param>
public sealed record Phase(string Key, Localized Title, DateTimeOffset OpensAt, DateTimeOffset ClosesAt);

/// <summary>Something that citizens are asked to advise on, decide or carry out, and what the agency promises them for it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Summary">What it is about.</param>
/// <param name="Tier">What citizens do. Raised only, once it is open.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="Mandate">What the agency binds itself to.</param>
/// <param name="Binding">The agency does what comes out, or publishes why not.</param>
/// <param name="Decision">How it is decided.</param>
/// <param name="Segments">Keys of the segments that may take part; empty: everybody. Shown to staff only.</param>
/// <param name="Areas">The areas whose citizens may take part; empty: all.</param>
/// <param name="AreaAttribute">The attribute that says where a citizen is.</param>
/// <param name="Census">Only those on its list may take part.</param>
/// <param name="Languages">In which it is held.</param>
/// <param name="Channels">By which one can take part; staff enter what does not come by web.</param>
/// <param name="Phases">The parts of its time.</param>
/// <param name="DerivedFrom">The key of the initiative that it goes on from.</param>
/// <param name="Insight">The finding that it goes back to.</param>
/// <param name="Case">The case that it goes back to; shown to staff only.</param>
/// <param name="OpensAt">From when people take part.</param>
/// <param name="ClosesAt">Until when. Moves only forward, once it is open.</param>
/// <param name="ClosedAt">When it was over.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Initiative(
    Guid Id, string Key, Localized Title, Localized? Summary, Tier Tier, InitiativeState State, Localized? Mandate, bool Binding, DecisionSettings? Decision, string[]? Segments,
    string[] Areas, string? AreaAttribute, bool Census, string[] Languages, string[] Channels, JsonList<Phase> Phases, string? DerivedFrom, Guid? Insight, Guid? Case,
    DateTimeOffset OpensAt, DateTimeOffset ClosesAt, DateTimeOffset? ClosedAt, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Most phases of one.</summary>
    public const int MostPhases = 20;

    /// <summary>Whether people have been able to take part: from then on its promises hold.</summary>
    [JsonIgnore]
    public bool HasOpened => State is InitiativeState.Open or InitiativeState.Ended or InitiativeState.Closed;

    /// <summary>Whether its times can be.</summary>
    public IEnumerable<ValidationError> CheckTimes()
    {
        if (ClosesAt <= OpensAt) yield return new("/closesAt", "range", "An initiative closes after it has opened.");
        foreach (var (i, phase) in Phases.Index())
        {
            if (phase.ClosesAt <= phase.OpensAt) yield return new($"/phases/{i}/closesAt", "range", "A phase closes after it has opened.");
            if (phase.OpensAt < OpensAt || phase.ClosesAt > ClosesAt) yield return new($"/phases/{i}", "range", "A phase lies within the time of the initiative.");
            if (Phases.Take(i).Any(p => p.Key == phase.Key)) yield return new($"/phases/{i}/key", "duplicate", $"\"{phase.Key}\" is there already.");
        }
    }

    /// <summary>Refuses a change that would weaken what was promised when it opened.</summary>
    /// <param name="to">What it is to become.</param>
    /// <param name="reason">Why; needed when a deadline moves.</param>
    /// <param name="now">The time of the change.</param>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeClosed"/>, <see cref="Problems.TierPromised"/>, <see cref="Problems.MandateFixed"/>,
    /// <see cref="Problems.DeadlineForward"/>, <see cref="Problems.InitiativeOpen"/>.</exception>
    public void CheckChange(Initiative to, Localized? reason, DateTimeOffset now)
    {
        if (State == InitiativeState.Closed) throw Problems.InitiativeClosed.Because($"\"{Key}\" is over.");
        if (!HasOpened) return;
        if (to.Tier < Tier) throw Problems.TierPromised.Because($"It is open as a {Tier.Word()}.");
        if (Binding && !to.Binding || !Same(Mandate, to.Mandate)) throw Problems.MandateFixed.Because("People take part under this mandate.");
        var raised = to.Tier > Tier;
        if (to.OpensAt != OpensAt) throw Fixed("opensAt");
        if (!SameSet(Segments ?? [], to.Segments ?? []) || !SameSet(Areas, to.Areas) || AreaAttribute != to.AreaAttribute || Census != to.Census) throw Fixed("who may take part");
        if (Decision != to.Decision && !(Decision is null && raised)) throw Fixed("decision");
        if (DerivedFrom != to.DerivedFrom || Insight != to.Insight || Case != to.Case) throw Fixed("where it comes from");
        if (!Keeps(Title, to.Title) || Summary is not null && !Keeps(Summary, to.Summary)) throw Fixed("what people read");
        if (Languages.Except(to.Languages).Any() || Channels.Except(to.Channels).Any()) throw Fixed("languages and channels");
        CheckDeadlines(to, reason, now);
    }

    void CheckDeadlines(Initiative to, Localized? reason, DateTimeOffset now)
    {
        if (to.ClosesAt < ClosesAt) throw Problems.DeadlineForward.Because($"It was announced until {ClosesAt:u}.");
        if (to.ClosesAt > ClosesAt && ClosesAt <= now) throw Problems.InitiativeNotOpen.Because("Its time is over: it cannot be opened again.");
        foreach (var phase in Phases)
        {
            var later = to.Phases.FirstOrDefault(p => p.Key == phase.Key) ?? throw Fixed($"the phase \"{phase.Key}\"");
            if (later.ClosesAt < phase.ClosesAt || later.OpensAt < phase.OpensAt) throw Problems.DeadlineForward.Because($"The phase \"{phase.Key}\" was announced until {phase.ClosesAt:u}.");
            if (phase.OpensAt <= now && later.OpensAt != phase.OpensAt) throw Fixed($"the opening of the phase \"{phase.Key}\"");
        }
        if (reason is null && HasMoved(to)) throw Platform.Problems.InvalidValue("/reason", "required", "A deadline moves with a reason, which everybody reads.");
    }

    /// <summary>Whether a deadline that was announced is another one now.</summary>
    public bool HasMoved(Initiative to) => to.ClosesAt != ClosesAt || Phases.Any(p => to.Phases.Any(n => n.Key == p.Key && (n.ClosesAt != p.ClosesAt || n.OpensAt != p.OpensAt)));

    /// <summary>Refuses what is done by people who take part, unless it is open.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeNotOpen"/>, <see cref="Problems.InitiativeClosed"/>.</exception>
    public void CheckOpen()
    {
        if (State == InitiativeState.Closed) throw Problems.InitiativeClosed.Because($"\"{Key}\" is over.");
        if (State != InitiativeState.Open) throw Problems.InitiativeNotOpen.Because(State == InitiativeState.Ended ? "It was open until closesAt." : "It opens at opensAt.");
    }

    Refusal Fixed(string what) => Problems.InitiativeOpen.Because($"\"{Key}\" has opened: {what} cannot be changed.");

    static bool Same(Localized? a, Localized? b) => (a?.Count ?? 0) == (b?.Count ?? 0) && Keeps(a ?? [], b ?? []);

    // Every text that was there is there still; languages may have come.
    static bool Keeps(Localized before, Localized? after) => before.All(t => after?.TryGetValue(t.Key, out var text) == true && text == t.Value);

    static bool SameSet(string[] a, string[] b) => a.ToHashSet().SetEquals(b);
}

/// <summary>One thing that was changed of an initiative, for everybody to see.</summary>
/// <param name="Id">Its place.</param>
/// <param name="At">When.</param>
/// <param name="Kind">created, published, opened, changed, raised, deadlineMoved, closed, counted or departed.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What.</param>
public sealed record InitiativeEvent(Guid Id, DateTimeOffset At, string Kind, Localized? Reason, System.Text.Json.JsonElement? Detail);
