using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;

namespace Cirm.Api.Portal.Managers;

/// <summary>A condition as it stands in the editor.</summary>
/// <param name="Subject">What is compared: <c>attribute:key</c>, <c>behaviour:word</c> or <c>segment:key</c>; empty: nothing yet.</param>
/// <param name="Op">How; <c>notExists</c> is the opposite of <c>exists</c>.</param>
/// <param name="Value">With what, as people type it; several with commas between.</param>
/// <param name="Service">Of a behaviour: only with this service.</param>
/// <param name="Days">Of a behaviour: only in the last days.</param>
public sealed record RuleCondition(string Subject, string Op, string Value, string Service, string Days)
{
    public static readonly RuleCondition None = new("", "eq", "", "", "");

    public const string NotThere = "notExists";

    /// <summary>The kind of its subject, and which.</summary>
    public (string Kind, string Of) Split => Subject.IndexOf(':', StringComparison.Ordinal) is > 0 and var at ? (Subject[..at], Subject[(at + 1)..]) : ("", "");
}

/// <summary>Conditions that belong together.</summary>
/// <param name="Match"><c>all</c>, <c>any</c> or <c>none</c> of them have to hold.</param>
/// <param name="Conditions">In their order.</param>
public sealed record RuleGroup(string Match, IReadOnlyList<RuleCondition> Conditions);

/// <summary>
/// A rule as a form without scripts can take it: groups of conditions, of which all or any have to hold. Rules that are deeper are
/// edited as the API writes them.
/// </summary>
/// <param name="Match">Whether <c>all</c> or <c>any</c> of the groups have to hold.</param>
/// <param name="Groups">At least one.</param>
public sealed record RuleForm(string Match, IReadOnlyList<RuleGroup> Groups)
{
    public static readonly string[] Matches = ["all", "any", "none"];

    /// <summary>Nothing yet: a group with a condition that says nothing.</summary>
    public static readonly RuleForm Empty = new("all", [new("all", [RuleCondition.None])]);

    /// <summary>How an op is said where it stands in the editor.</summary>
    public static readonly string[] Ops = [.. Enum.GetValues<RuleOp>().Select(o => o.Word()), RuleCondition.NotThere];

    /// <summary>What was sent.</summary>
    public static RuleForm Read(PortalForm form)
    {
        var groups = new List<RuleGroup>();
        for (var g = 0; form.Has($"g/{g}/match") && g < RuleReader.MostParts; g++)
        {
            var conditions = new List<RuleCondition>();
            for (var c = 0; form.Has($"{At(g, c)}/subject") && c < RuleReader.MostParts; c++)
                conditions.Add(new(form[$"{At(g, c)}/subject"], form[$"{At(g, c)}/op"], form[$"{At(g, c)}/value"], form[$"{At(g, c)}/service"], form[$"{At(g, c)}/days"]));
            groups.Add(new(Matches.Contains(form[$"g/{g}/match"]) ? form[$"g/{g}/match"] : "all", conditions));
        }
        return groups.Count == 0 ? Empty : new(form["match"] == "any" ? "any" : "all", groups);
    }

    /// <summary>Where a condition's fields are.</summary>
    public static string At(int group, int condition) => string.Create(CultureInfo.InvariantCulture, $"g/{group}/c/{condition}");

    /// <summary>What a button of the editor does: another condition, another group, or one less.</summary>
    /// <param name="step"><c>condition/{group}</c>, <c>group</c> or <c>remove/{group}/{condition}</c>; anything else changes nothing.</param>
    public RuleForm After(string step) => step.Split('/') switch
    {
        ["group"] => this with { Groups = [.. Groups, new("any", [RuleCondition.None])] },
        ["condition", var g] when Group(g) is { } at => With(at, Groups[at] with { Conditions = [.. Groups[at].Conditions, RuleCondition.None] }),
        ["remove", var g, var c] when Group(g) is { } at && int.TryParse(c, out var gone) => With(at, Groups[at] with { Conditions = [.. Groups[at].Conditions.Where((_, i) => i != gone)] }),
        _ => this,
    };

    int? Group(string typed) => int.TryParse(typed, out var at) && at >= 0 && at < Groups.Count ? at : null;

    // A group that is empty is none, but something stands in the editor always.
    RuleForm With(int at, RuleGroup group)
    {
        var groups = Groups.Select((g, i) => i == at ? group : g).Where(g => g.Conditions.Count > 0).ToList();
        return groups.Count == 0 ? Empty : this with { Groups = groups };
    }

    /// <summary>A rule as the editor shows it; null when it is deeper than that.</summary>
    public static RuleForm? Of(Rule rule)
    {
        var (match, parts) = rule switch
        {
            AllRule all => ("all", all.Rules),
            AnyRule any => ("any", any.Rules),
            _ => ("all", [rule]),
        };
        var groups = new List<RuleGroup>();
        if (parts.Select(ConditionOf).OfType<RuleCondition>().ToList() is { Count: > 0 } own) groups.Add(new(match, own));
        foreach (var part in parts.Where(p => ConditionOf(p) is null))
        {
            var (how, inner) = part switch
            {
                AllRule all => ("all", all.Rules),
                AnyRule any => ("any", any.Rules),
                NotRule { Inner: AnyRule any } => ("none", any.Rules),
                NotRule not => ("none", [not.Inner]),
                _ => ("", (IReadOnlyList<Rule>)[]),
            };
            var conditions = inner.Select(ConditionOf).ToList();
            if (conditions.Count == 0 || conditions.Contains(null)) return null;
            groups.Add(new(how, [.. conditions.OfType<RuleCondition>()]));
        }
        return new(match, groups);
    }

    static RuleCondition? ConditionOf(Rule rule) => rule switch
    {
        AttributeRule { Op: RuleOp.Exists } a => new($"attribute:{a.Attribute}", a.Value.ValueKind == JsonValueKind.False ? RuleCondition.NotThere : a.Op.Word(), "", "", ""),
        AttributeRule a => new($"attribute:{a.Attribute}", a.Op.Word(), Typed(a.Value), "", ""),
        BehaviourRule b => new($"behaviour:{b.Behaviour.Word()}", b.Op.Word(), Typed(b.Value), b.Service ?? "", b.WithinDays?.ToString(CultureInfo.InvariantCulture) ?? ""),
        SegmentRule s => new($"segment:{s.Segment}", "eq", "", "", ""),
        NotRule { Inner: SegmentRule s } => new($"segment:{s.Segment}", "ne", "", "", ""),
        _ => null,
    };

    static string Typed(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray().Select(one => one.ToString())) : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : value.ToString();

    /// <summary>The rule as the API takes it, and which field each part of it comes from.</summary>
    /// <param name="attributes">The declared ones by key: what a typed value means depends on them.</param>
    public (JsonNode Rule, Func<string, string> Field) ToJson(IReadOnlyDictionary<string, AttributeDeclaration> attributes)
    {
        var parts = new List<Part>();
        foreach (var (g, group) in Groups.Index())
        {
            List<Part> said = [.. group.Conditions.Select((c, i) => (Said: c, At: At(g, i))).Where(c => c.Said.Subject.Length > 0).Select(c => new Part(Write(c.Said, attributes), [("", c.At)]))];
            // Conditions of a group that is joined as the groups are stand beside it, one level less deep.
            if (group.Match == Match || said.Count == 1 && group.Match != "none") parts.AddRange(said);
            else if (said.Count > 0) parts.Add(Join(group.Match, said));
        }
        var rule = parts switch
        {
            [] => new Part(new JsonObject(), []),
            [var one] => one,
            _ => Join(Match, parts),
        };
        return (rule.Json, pointer => Field(pointer, rule.Fields));
    }

    static Part Join(string match, List<Part> parts)
    {
        if (match == "none") return Not(parts is [var one] ? one : Join("any", parts));
        return new(new JsonObject { [match] = new JsonArray([.. parts.Select(p => p.Json)]) }, [.. parts.SelectMany((p, i) => p.Fields.Select(f => ($"/{match}/{i}{f.Below}", f.Field)))]);

        static Part Not(Part part) => new(new JsonObject { ["not"] = part.Json }, [.. part.Fields.Select(f => ($"/not{f.Below}", f.Field))]);
    }

    /// <summary>A part of a rule, and the fields that its conditions come from, by their JSON pointers below it.</summary>
    sealed record Part(JsonNode Json, IReadOnlyList<(string Below, string Field)> Fields);

    static string Field(string pointer, IReadOnlyList<(string Below, string Field)> fields)
    {
        if (!pointer.StartsWith("/rule", StringComparison.Ordinal)) return pointer.TrimStart('/');
        var inside = pointer["/rule".Length..];
        var (at, field) = fields.Where(f => inside == f.Below || inside.StartsWith(f.Below + "/", StringComparison.Ordinal)).OrderByDescending(f => f.Below.Length).FirstOrDefault();
        if (field is null) return $"{At(0, 0)}/subject";
        return field + inside[at.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() switch
        {
            "op" => "/op",
            "value" => "/value",
            "service" => "/service",
            "withinDays" => "/days",
            _ => "/subject",
        };
    }

    static JsonObject Write(RuleCondition condition, IReadOnlyDictionary<string, AttributeDeclaration> attributes)
    {
        var (kind, of) = condition.Split;
        if (kind == "segment") return condition.Op == "ne" ? new JsonObject { ["not"] = new JsonObject { ["segment"] = of } } : new JsonObject { ["segment"] = of };
        var json = new JsonObject { [kind.Length == 0 ? "attribute" : kind] = of };
        if (condition.Service.Length > 0) json["service"] = condition.Service;
        if (condition.Days.Length > 0) json["withinDays"] = Number(condition.Days);
        json["op"] = condition.Op == RuleCondition.NotThere ? RuleOp.Exists.Word() : condition.Op;
        var attribute = kind == "attribute" ? attributes.GetValueOrDefault(of) : null;
        var type = kind == "behaviour" ? AttributeType.Number : attribute?.Type ?? AttributeType.Text;
        if (condition.Op == RuleOp.Exists.Word()) json["value"] = true;
        else if (condition.Op == RuleCondition.NotThere) json["value"] = false;
        else if (condition.Op == RuleOp.In.Word()) json["value"] = new JsonArray([.. Several(condition.Value, attribute).Select(v => Value(v, type))]);
        else if (condition.Value.Length > 0) json["value"] = Value(condition.Value, type);
        return json;
    }

    // A declared value may have a comma in it.
    static string[] Several(string typed, AttributeDeclaration? attribute) => attribute?.Values?.Contains(typed) == true ? [typed]
        : typed.Split(typed.Contains('|', StringComparison.Ordinal) ? ['|'] : [',', '،'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static JsonNode Value(string typed, AttributeType type) => type switch
    {
        AttributeType.Number => Number(typed),
        AttributeType.Boolean => bool.TryParse(typed, out var said) ? said : YesOrNo(typed) ?? (JsonNode)typed,
        AttributeType.Date => Reader.TypedDate(typed) ?? PortalForm.Latin(typed),
        _ => typed,
    };

    static JsonNode Number(string typed) => decimal.TryParse(PortalForm.Latin(typed), CultureInfo.InvariantCulture, out var number) ? number : typed;

    static JsonNode? YesOrNo(string typed) =>
        Texts.Languages.Any(l => string.Equals(Texts.Of(l, "yes"), typed, StringComparison.OrdinalIgnoreCase)) ? true
        : Texts.Languages.Any(l => string.Equals(Texts.Of(l, "no"), typed, StringComparison.OrdinalIgnoreCase)) ? false : null;
}
