using Cirm.Core.Platform;

namespace Cirm.Core.Transactions;

/// <summary>What transactions can refuse.</summary>
public static class Problems
{
    /// <summary>The life cycle does not go there from here.</summary>
    public static readonly Problem TransitionNotAllowed = new("transition-not-allowed", 409, "The case cannot go there from where it stands.",
        "The member \"allowed\" names where it can go.");

    /// <summary>Two people moved the case at the same time.</summary>
    public static readonly Problem CaseMoved = new("case-moved", 409, "Somebody else moved this case in this moment.", "Read it again and decide anew.");
}
