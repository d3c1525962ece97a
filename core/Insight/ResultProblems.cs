using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

public static partial class Problems
{
    /// <summary>Results come when the wave has closed.</summary>
    public static readonly Problem ResultsEmbargoed = new("results-embargoed", 409, "The results of this wave are shown when it has closed.", "Ask again after closesAt.");

    /// <summary>Nothing to weight by.</summary>
    public static readonly Problem NoMargins = new("no-margins", 409, "The survey has no margins to weight by.", "Put the population's shares at …/margins, or ask without weighted.");

    /// <summary>The margins cannot be reached.</summary>
    public static readonly Problem WeightingRefused = new("weighting-refused", 409, "The answers cannot be weighted to the margins.",
        "The problem names the values that too few people have, or that no weights can reach: put margins with larger groups, or ask without weighted.");
}
