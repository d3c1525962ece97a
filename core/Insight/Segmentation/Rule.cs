using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>How a rule compares.</summary>
public enum RuleOp
{
    /// <summary>Is the value.</summary>
    Eq,
    /// <summary>Is not the value; who has none is not it either.</summary>
    Ne,
    /// <summary>Is one of the values.</summary>
    In,
    /// <summary>Is less, or earlier.</summary>
    Lt,
    /// <summary>Is no more, or no later.</summary>
    Le,
    /// <summary>Is more, or later.</summary>
    Gt,
    /// <summary>Is no less, or no earlier.</summary>
    Ge,
    /// <summary>Has a value, or has none when the rule says false.</summary>
    Exists,
}

/// <summary>What citizens do, as it is kept in the agency's own records.</summary>
public enum Behaviour
{
    /// <summary>Their cases of every kind.</summary>
    Cases,
    /// <summary>Their cases that are complaints.</summary>
    Complaints,
    /// <summary>Surveys that they answered; never anonymous ones.</summary>
    Responses,
    /// <summary>What they contributed to initiatives.</summary>
    Contributions,
}

/// <summary>
/// Who is in a segment (SEG-DEFINE): a tree over declared attributes, behaviour and other segments. Every rule is true or false of
/// everybody: who has no value of an attribute is not equal to, not less and not more than anything, so that nobody is in neither
/// a rule nor its <c>not</c>.
/// </summary>
public abstract record Rule
{
    /// <summary>As it is kept and shown.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(Write(), Wire.Json);

    /// <summary>The rule and all inside it.</summary>
    public IEnumerable<Rule> All() => [this, .. Parts().SelectMany(p => p.All())];

    /// <summary>The keys of the segments that it names.</summary>
    public IEnumerable<string> Segments => All().OfType<SegmentRule>().Select(r => r.Segment).Distinct();

    /// <summary>Whether cases, and not only the citizen's own row, decide about it.</summary>
    public bool ByBehaviour => All().OfType<BehaviourRule>().Any();

    internal abstract JsonObject Write();

    internal virtual IReadOnlyList<Rule> Parts() => [];
}

/// <summary>Compares an attribute.</summary>
/// <param name="Attribute">Its key.</param>
/// <param name="Op">How.</param>
/// <param name="Value">With what; a list for <see cref="RuleOp.In"/>, true or false for <see cref="RuleOp.Exists"/>.</param>
public sealed record AttributeRule(string Attribute, RuleOp Op, JsonElement Value) : Rule
{
    internal override JsonObject Write() => new() { ["attribute"] = Attribute, ["op"] = Op.Word(), ["value"] = JsonSerializer.SerializeToNode(Value) };
}

/// <summary>Compares how often citizens did something.</summary>
/// <param name="Behaviour">What.</param>
/// <param name="Service">Only with this service; null: with any.</param>
/// <param name="WithinDays">Only in the last days; null: ever.</param>
/// <param name="Op">How.</param>
/// <param name="Value">With what; a list for <see cref="RuleOp.In"/>.</param>
public sealed record BehaviourRule(Behaviour Behaviour, string? Service, int? WithinDays, RuleOp Op, JsonElement Value) : Rule
{
    internal override JsonObject Write()
    {
        var json = new JsonObject { ["behaviour"] = Behaviour.Word() };
        if (Service is not null) json["service"] = Service;
        if (WithinDays is not null) json["withinDays"] = WithinDays;
        json["op"] = Op.Word();
        json["value"] = JsonSerializer.SerializeToNode(Value);
        return json;
    }
}

/// <summary>All of these.</summary>
public sealed record AllRule(IReadOnlyList<Rule> Rules) : Rule
{
    internal override JsonObject Write() => new() { ["all"] = new JsonArray([.. Rules.Select(r => r.Write())]) };
    internal override IReadOnlyList<Rule> Parts() => Rules;
}

/// <summary>Any of these.</summary>
public sealed record AnyRule(IReadOnlyList<Rule> Rules) : Rule
{
    internal override JsonObject Write() => new() { ["any"] = new JsonArray([.. Rules.Select(r => r.Write())]) };
    internal override IReadOnlyList<Rule> Parts() => Rules;
}

/// <summary>Not this.</summary>
public sealed record NotRule(Rule Inner) : Rule
{
    internal override JsonObject Write() => new() { ["not"] = Inner.Write() };
    internal override IReadOnlyList<Rule> Parts() => [Inner];
}

/// <summary>Who is in another segment.</summary>
/// <param name="Segment">Its key.</param>
public sealed record SegmentRule(string Segment) : Rule
{
    internal override JsonObject Write() => new() { ["segment"] = Segment };
}
