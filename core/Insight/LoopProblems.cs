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

    /// <summary>A scarcity rule with this key is there.</summary>
    public static readonly Problem ScarcityRuleTaken = new("scarcity-rule-taken", 409, "A scarcity rule with this key is there already.", "Change that rule, or use another key.");

    /// <summary>What was published stays.</summary>
    public static readonly Problem ScarcityRuleNotADraft = new("scarcity-rule-not-a-draft", 409, "This scarcity rule is not a draft.", "What was published stays readable as it was: write another rule.");

    /// <summary>A rule is chosen by what it does.</summary>
    public static readonly Problem NotSimulated = new("not-simulated", 409, "This scarcity rule was not simulated as it stands.",
        "Simulate it on past cases first (…/simulation), and wait for the operation to succeed. A change of the rule makes earlier simulations void.");

    /// <summary>It is not in force.</summary>
    public static readonly Problem ScarcityRuleNotInForce = new("scarcity-rule-not-in-force", 409, "This scarcity rule is not in force.", "Only a published rule is retired.");

    /// <summary>There is no rule to order by.</summary>
    public static readonly Problem NoScarcityRule = new("no-scarcity-rule", 409, "No scarcity rule is in force for this service.", "Publish one, or order by due.");

    /// <summary>Demand is above capacity for ever.</summary>
    public static readonly Problem CapacityTooSmall = new("capacity-too-small", 422, "With this capacity some would wait for ever.", "Give more capacity, or say after how many days somebody is refused.");

    /// <summary>Whoever decides has to know of them.</summary>
    public static readonly Problem ConflictsNotAcknowledged = new("conflicts-not-acknowledged", 409, "There are conflicts that the decision does not acknowledge.",
        "Read \"opposedDemands\" and \"interests\", and send the ids of \"missing\" as \"acknowledged\" with the decision; or let somebody else decide, or open a dialogue first.");

    /// <summary>The opposed demand does not go there from where it stands.</summary>
    public static readonly Problem OpposedStep = new("opposed-step", 409, "The opposed demand cannot take this step from where it stands.",
        "The member \"state\" says where it stands, \"allowed\" where it can go.");
}
