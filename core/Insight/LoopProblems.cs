using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

/// <summary>What insight can refuse.</summary>
public static partial class Problems
{
    /// <summary>The finding does not go there from where it stands.</summary>
    public static readonly Problem InsightStep = new("insight-step", 409, "The finding cannot take this step from where it stands.",
        "The member \"state\" says where it stands, \"allowed\" where it can go.");

    /// <summary>Only what was not decided yet is changed.</summary>
    public static readonly Problem InsightDecided = new("insight-decided", 409, "This finding has been decided.",
        "Its words stay as they were decided on. Owner and date of the next step can be changed; to decide anew, reopen it.");

    /// <summary>The result is there, and stays.</summary>
    public static readonly Problem MeasureTaken = new("measure-taken", 409, "This effect has been measured.", "What was published stays. Declare another measure beside it.");
}
