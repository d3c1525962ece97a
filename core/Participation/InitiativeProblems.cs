using Cirm.Core.Platform;

namespace Cirm.Core.Participation;

/// <summary>What participation can refuse.</summary>
public static partial class Problems
{
    /// <summary>An initiative with this key is there.</summary>
    public static readonly Problem InitiativeTaken = new("initiative-taken", 409, "An initiative with this key is there already.", "Use another key.");

    /// <summary>It has opened: what people came for stays.</summary>
    public static readonly Problem InitiativeOpen = new("initiative-open", 409, "The initiative has opened: this cannot be changed any more.",
        "Opening, eligibility, words and the way of deciding stay as they were when it opened. Languages, channels, phases and time can be added.");

    /// <summary>It is not open.</summary>
    public static readonly Problem InitiativeNotOpen = new("initiative-not-open", 409, "The initiative is not open.", "Take part between opensAt and closesAt.");

    /// <summary>It is over.</summary>
    public static readonly Problem InitiativeClosed = new("initiative-closed", 409, "The initiative has closed.", "What it came to stays readable. Derive another initiative from it.");

    /// <summary>A tier is a promise.</summary>
    public static readonly Problem TierPromised = new("tier-promised", 409, "The tier cannot be lowered once the initiative is open.", "It can be raised: from consultation to decision to execution.");

    /// <summary>What the agency binds itself to stays.</summary>
    public static readonly Problem MandateFixed = new("mandate-fixed", 409, "What the agency binds itself to cannot be changed once the initiative is open.",
        "It can become binding. A departure from a binding result is published with its reason.");

    /// <summary>Deadlines move only forward.</summary>
    public static readonly Problem DeadlineForward = new("deadline-forward", 409, "A deadline moves only forward.", "Name a later time, with a reason. To end it now, close it (…/close), with a reason.");

    /// <summary>It asks other people.</summary>
    public static readonly Problem NotEligible = new("not-eligible", 403, "This initiative is for other people.", "It is open to the areas and groups that the initiative names.");
}
