using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What follows from what among rules, by their words alone: what everybody can see who reads two of them.</summary>
public static class RuleLogic
{
    /// <summary>A rule without segments in it: each is written out, with its parents.</summary>
    public static Rule WrittenOut(Rule rule, IReadOnlyDictionary<string, Segment> segments) => Simple(rule switch
    {
        SegmentRule named => WrittenOut(segments[named.Segment], segments),
        AllRule all => new AllRule([.. all.Rules.Select(r => WrittenOut(r, segments))]),
        AnyRule any => new AnyRule([.. any.Rules.Select(r => WrittenOut(r, segments))]),
        NotRule not => new NotRule(WrittenOut(not.Inner, segments)),
        _ => rule,
    });

    /// <summary>A segment's rule, with its parents', without segments in it.</summary>
    public static Rule WrittenOut(Segment segment, IReadOnlyDictionary<string, Segment> segments) => segment.Parent is { } parent
        ? Simple(new AllRule([WrittenOut(segments[parent], segments), WrittenOut(segment.Tree, segments)])) : WrittenOut(segment.Tree, segments);

    // The same for every order, and without what is said twice.
    static Rule Simple(Rule rule) => rule switch
    {
        NotRule { Inner: NotRule inner } => inner.Inner,
        AllRule all => Parts(all.Rules.SelectMany(r => r is AllRule inner ? inner.Rules : [r])) is var parts && parts is [var one] ? one : new AllRule(parts),
        AnyRule any => Parts(any.Rules.SelectMany(r => r is AnyRule inner ? inner.Rules : [r])) is var parts && parts is [var one] ? one : new AnyRule(parts),
        _ => rule,
    };

    static List<Rule> Parts(IEnumerable<Rule> parts) => [.. parts.DistinctBy(Text).OrderBy(Text, StringComparer.Ordinal)];

    /// <summary>A rule as text; two that were written out and say the same in the same words are equal.</summary>
    public static string Text(Rule rule) => rule.Write().ToJsonString(Wire.Json);

    /// <summary>Whether two rules say the same, be it in other words: one of a list of one is that one.</summary>
    public static bool IsSame(Rule one, Rule other) => Implies(one, other) && Implies(other, one);

    /// <summary>Whether whoever is in one is in the other, whoever there is. What cannot be seen from the words is not found.</summary>
    public static bool Implies(Rule one, Rule other) => Text(one) == Text(other) || (one, other) switch
    {
        (AnyRule any, _) => any.Rules.All(r => Implies(r, other)),
        (_, AllRule all) => all.Rules.All(r => Implies(one, r)),
        (_, AnyRule any) when any.Rules.Any(r => Implies(one, r)) => true,
        (AllRule all, _) => all.Rules.Any(r => Implies(r, other)),
        (NotRule a, NotRule b) => Implies(b.Inner, a.Inner),
        (AttributeRule a, AttributeRule b) when a.Attribute == b.Attribute => Compares(a.Op, a.Value, b.Op, b.Value),
        (BehaviourRule a, BehaviourRule b) when Same(a, b) => Compares(a.Op, a.Value, b.Op, b.Value),
        (BehaviourRule a, BehaviourRule b) => More(a, b),
        _ => false,
    };

    static bool Same(BehaviourRule a, BehaviourRule b) => a.Behaviour == b.Behaviour && a.Service == b.Service && a.WithinDays == b.WithinDays;

    // Who complained of a service in the last month has had a case ever since: at least as often.
    static bool More(BehaviourRule a, BehaviourRule b) =>
        (a.Behaviour == b.Behaviour || a.Behaviour == Behaviour.Complaints && b.Behaviour == Behaviour.Cases)
        && (b.Service is null || a.Service == b.Service) && (b.WithinDays is null || a.WithinDays <= b.WithinDays)
        && a.Op is RuleOp.Ge or RuleOp.Gt or RuleOp.Eq && b.Op is RuleOp.Ge or RuleOp.Gt && Compares(a.Op, a.Value, b.Op, b.Value);

    static bool Compares(RuleOp one, JsonElement a, RuleOp other, JsonElement b) => (one, other) switch
    {
        (RuleOp.Exists, RuleOp.Exists) => a.GetBoolean() == b.GetBoolean(),
        (RuleOp.Ne, RuleOp.Exists) or (RuleOp.Exists, _) => false,
        (_, RuleOp.Exists) => b.GetBoolean(),
        (RuleOp.Ne, RuleOp.Ne) => Order(a, b) == 0,
        (RuleOp.Ne, _) => false,
        (RuleOp.In, _) => a.EnumerateArray().All(v => Compares(RuleOp.Eq, v, other, b)),
        (_, RuleOp.In) => one == RuleOp.Eq && b.EnumerateArray().Any(v => Order(a, v) == 0),
        (RuleOp.Eq, _) => Holds(Order(a, b), other),
        (RuleOp.Lt, RuleOp.Lt or RuleOp.Le or RuleOp.Ne) => Order(a, b) <= 0,
        (RuleOp.Le, RuleOp.Le) => Order(a, b) <= 0,
        (RuleOp.Le, RuleOp.Lt or RuleOp.Ne) => Order(a, b) < 0,
        (RuleOp.Gt, RuleOp.Gt or RuleOp.Ge or RuleOp.Ne) => Order(a, b) >= 0,
        (RuleOp.Ge, RuleOp.Ge) => Order(a, b) >= 0,
        (RuleOp.Ge, RuleOp.Gt or RuleOp.Ne) => Order(a, b) > 0,
        _ => false,
    };

    static bool Holds(int order, RuleOp op) => op switch
    {
        RuleOp.Eq => order == 0,
        RuleOp.Ne => order != 0,
        RuleOp.Lt => order < 0,
        RuleOp.Le => order <= 0,
        RuleOp.Gt => order > 0,
        RuleOp.Ge => order >= 0,
        _ => false,
    };

    static int Order(JsonElement a, JsonElement b) => a.ValueKind == JsonValueKind.Number && b.ValueKind == JsonValueKind.Number
        ? a.GetDecimal().CompareTo(b.GetDecimal()) : string.CompareOrdinal(a.GetRawText(), b.GetRawText());
}
