using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

public static partial class Problems
{
    /// <summary>Results come when the wave has closed.</summary>
    public static readonly Problem ResultsEmbargoed = new("results-embargoed", 409, "The results of this wave are shown when it has closed.", "Ask again after closesAt.");

    /// <summary>Nothing to weight by.</summary>
    public static readonly Problem NoMargins = new("no-margins", 409, "The survey has no margins to weight by.", "Put the population's shares at …/margins, or ask without weighted.");

    /// <summary>Shares that are not those of one whole.</summary>
    public static readonly Problem MarginSum = new("margin-sum", 422, "The shares of a margin do not add up to 1.", "Correct the shares that the errors point at.");

    /// <summary>A margin over what the answers do not say.</summary>
    public static readonly Problem MarginUnknown = new("margin-unknown", 422, "A margin names an attribute or a value that there is not.",
        "Use breakdowns that the survey declares, and the values that their attributes can have.");

    /// <summary>The same answers are not weighted again and again.</summary>
    public static readonly Problem MarginsFixed = new("margins-fixed", 409, "The results of every wave have been weighted as often as is safe.",
        "Read them as they are weighted; other margins are taken again when the survey has another wave.");

    /// <summary>The margins cannot be reached.</summary>
    public static readonly Problem WeightingRefused = new("weighting-refused", 409, "The answers cannot be weighted to the margins.",
        "The problem names the values that too few people have, or that no weights can reach: put margins with larger groups, or ask without weighted.");
}
