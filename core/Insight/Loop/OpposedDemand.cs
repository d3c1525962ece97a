using System.Text.Json.Serialization;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>How far an opposed demand has come.</summary>
public enum OpposedState
{
    /// <summary>It was found in what a survey has published; a manager has to say whether it is one.</summary>
    Proposed,
    /// <summary>It is known.</summary>
    Open,
    /// <summary>Both sides speak, in public.</summary>
    Dialogue,
    /// <summary>They agreed on a statement.</summary>
    Agreed,
    /// <summary>It is over without one, with a reason.</summary>
    Closed,
    /// <summary>A manager said, with a reason, that it is none.</summary>
    Dismissed,
}

/// <summary>One side.</summary>
/// <param name="Segment">The segment's key.</param>
/// <param name="Demand">What it asks for.</param>
/// <param name="Share">Which share of it, by the survey; null when staff say so.</param>
/// <param name="Low">Bound at 95 %.</param>
/// <param name="High">Bound at 95 %.</param>
public sealed record Side(string Segment, Localized Demand, double? Share = null, double? Low = null, double? High = null);

/// <summary>Segments that want the opposite of each other of one service (CONFLICT).</summary>
/// <param name="Id">UUID version 7; of the dialogue too.</param>
/// <param name="Service">The service's key.</param>
/// <param name="State">How far it is.</param>
/// <param name="Title">In one line.</param>
/// <param name="Sides">Two at least.</param>
/// <param name="Evidence">The survey that shows it; null: staff say so.</param>
/// <param name="FoundAt">When it was known.</param>
/// <param name="Invitation">Who is invited to speak, where and how.</param>
/// <param name="OpensAt">Of the dialogue.</param>
/// <param name="ClosesAt">Of the dialogue.</param>
/// <param name="Statement">On what they agreed.</param>
/// <param name="PublicInterest">Why that is in the interest of all.</param>
/// <param name="ClosedReason">Why it is over without a statement, or was dismissed.</param>
/// <param name="EndedAt">When it was over.</param>
/// <param name="Version">For If-Match.</param>
public sealed record OpposedDemand(
    Guid Id, string Service, OpposedState State, Localized Title, JsonList<Side> Sides, Evidence? Evidence, DateTimeOffset FoundAt, Localized? Invitation,
    DateTimeOffset? OpensAt, DateTimeOffset? ClosesAt, Localized? Statement, Localized? PublicInterest, Localized? ClosedReason, DateTimeOffset? EndedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Whether it may go from one state to another.</summary>
    public static bool Allows(OpposedState from, OpposedState to) => (from, to) switch
    {
        (OpposedState.Proposed, OpposedState.Open or OpposedState.Dismissed) => true,
        (OpposedState.Open, OpposedState.Dialogue or OpposedState.Closed) => true,
        (OpposedState.Dialogue, OpposedState.Agreed or OpposedState.Closed) => true,
        _ => false,
    };
}

/// <summary>What a survey says of a question, by group: as it is published.</summary>
/// <param name="Group">A segment's key; <c>all</c> is passed over.</param>
/// <param name="Options">Of a choice: each option's share with its bounds.</param>
/// <param name="Mean">Of a scale, with its bounds.</param>
public sealed record GroupAnswer(string Group, IReadOnlyDictionary<string, Bounded> Options, Bounded? Mean);

/// <summary>Finds segments that want the opposite of each other in what a survey has published.</summary>
public static class Opposition
{
    /// <summary>
    /// Two segments oppose each other where the majority of one is for something and the majority of the other is not: the bounds of the one lie above one half
    /// (of a scale: its middle), those of the other below. So the bounds do not overlap, and neither majority is a matter of chance at 95 %.
    /// </summary>
    /// <param name="groups">Each group's answer.</param>
    /// <param name="middle">Of the scale.</param>
    /// <returns>The clearest opposition: for what, the segment that is most for it and the one that is most against it; null when there is none.</returns>
    public static (string? Option, GroupAnswer For, GroupAnswer Against)? Find(IReadOnlyList<GroupAnswer> groups, double? middle)
    {
        var segments = groups.Where(g => g.Group != "all").ToList();
        var found = segments.SelectMany(g => g.Options.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(option => Widest(segments.Where(g => g.Options.ContainsKey(option)), g => g.Options[option], 0.5, option))
            .Append(middle is { } m ? Widest(segments.Where(g => g.Mean is not null), g => g.Mean!, m, null) : null)
            .OfType<(double Gap, string? Option, GroupAnswer For, GroupAnswer Against)>().OrderByDescending(f => f.Gap).ToList();
        return found.Count == 0 ? null : (found[0].Option, found[0].For, found[0].Against);
    }

    static (double Gap, string? Option, GroupAnswer For, GroupAnswer Against)? Widest(IEnumerable<GroupAnswer> groups, Func<GroupAnswer, Bounded> of, double half, string? option)
    {
        var above = groups.Where(g => of(g).Low > half).MaxBy(g => of(g).Low);
        var below = groups.Where(g => of(g).High < half).MinBy(g => of(g).High);
        return above is null || below is null ? null : (of(above).Low!.Value - of(below).High!.Value, option, above, below);
    }
}
