using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

/// <summary>What insight can refuse.</summary>
public static partial class Problems
{
    /// <summary>Another segment has this key, or had it.</summary>
    public static readonly Problem SegmentTaken = new("segment-taken", 409, "There is a segment with this key, or was.", "Use another key: figures of the past stand under it.");

    /// <summary>A rule, a parent or an address names a segment that is not there.</summary>
    public static readonly Problem SegmentUnknown = new("segment-unknown", 422, "There is no such segment.", "Name a segment of the agency that is not retired.");

    /// <summary>A rule names an attribute that nobody declared.</summary>
    public static readonly Problem AttributeUnknown = new("attribute-unknown", 422, "Rules speak of declared attributes only.",
        "Have an admin declare it first, with its purpose.");

    /// <summary>A rule names a service that is not there.</summary>
    public static readonly Problem RuleServiceUnknown = new("rule-service-unknown", 422, "There is no such service.", "Name one of the agency's services by its key.");

    /// <summary>A segment would be a part of itself.</summary>
    public static readonly Problem RuleCircle = new("rule-circle", 422, "A segment cannot depend on itself.", "Follow parent and \"segment\" from the part that the pointer names.");

    /// <summary>More than a rule can hold.</summary>
    public static readonly Problem RuleTooLarge = new("rule-too-large", 422, "The rule is too deep or has too many parts.",
        $"At most {RuleReader.Deepest} levels, {RuleReader.MostParts} parts, {RuleReader.MostValues} values in a list and {SegmentTree.MostLevels} segments that depend on one another.");

    /// <summary>Serving people by what they bring in (SEG-SCARCITY).</summary>
    public static readonly Problem CommercialRule = new("commercial-rule", 422, "Nobody is served by revenue, consumption or commercial value.",
        "Segments and priorities rest on needs. An attribute counts as commercial when it is declared so, or when its key, name or purpose says so (docs/segments.md).");

    /// <summary>An agency's segments are few.</summary>
    public static readonly Problem TooManySegments = new("too-many-segments", 409, "The agency has as many segments as it can have.", "Retire or merge some.");

    /// <summary>Others depend on it.</summary>
    public static readonly Problem SegmentInUse = new("segment-in-use", 409, "Other segments depend on this one.", "Change or retire those that the member \"by\" names first.");

    /// <summary>Somebody would get less than everybody has (SEG-FLOOR).</summary>
    public static readonly Problem BelowFloor = new("below-floor", 422, "A segment may only get more than the standard, never less.",
        "Every field that is below what the service promises everybody is listed by its pointer.");

    /// <summary>It is only history.</summary>
    public static readonly Problem SegmentRetired = new("segment-retired", 409, "This segment is retired.", "What was known of it stays readable; make another one.");
}
