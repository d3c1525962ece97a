using Cirm.Core.Platform;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>What partners can refuse.</summary>
public static class Problems
{
    /// <summary>The agency has as many as it can have.</summary>
    public static readonly Problem PartnerLimit = new("partner-limit", 409, "This agency has as many partners as it can have.", "Change one that is not needed any more.");

    /// <summary>Only what failed waits for a person.</summary>
    public static readonly Problem NotFailed = new("delivery-not-failed", 409, "This delivery has not failed.",
        "One that waits is tried by itself; one that was delivered or given up stays so. \"state\" says what it is.");

    /// <summary>Two systems know one case by one reference.</summary>
    public static readonly Problem ReferenceTaken = new("reference-taken", 409, "Another case of this agency has this reference at this partner.",
        "Look at the case that \"case\" names.");
}
