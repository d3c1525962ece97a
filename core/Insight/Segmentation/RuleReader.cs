using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What rules may speak of in an agency.</summary>
/// <param name="Attributes">Its declared attributes by key.</param>
/// <param name="Services">The keys of its services.</param>
/// <param name="Segments">Its segments that are not retired, by key.</param>
public sealed record Vocabulary(
    IReadOnlyDictionary<string, AttributeDeclaration> Attributes, IReadOnlySet<string> Services, IReadOnlyDictionary<string, Segment> Segments);

/// <summary>
/// Reads a rule, and finds everything that is wrong with it. Each kind of mistake has a problem of its own; where there are several,
/// the first of <see cref="Worst"/> is answered, with all of them listed by JSON pointer.
/// </summary>
public sealed class RuleReader
{
    /// <summary>Levels of a rule.</summary>
    public const int Deepest = 10;

    /// <summary>Parts of a rule.</summary>
    public const int MostParts = 200;

    /// <summary>Values that one part lists.</summary>
    public const int MostValues = 200;

    /// <summary>A hundred years.</summary>
    public const int MostDays = 36_500;

    static readonly Problem[] Worst =
        [Problems.RuleTooLarge, Problems.CommercialRule, Problems.RuleCircle, Problems.AttributeUnknown, Problems.SegmentUnknown, Problems.RuleServiceUnknown, Platform.Problems.Invalid];

    static readonly string[] Kinds = ["attribute", "behaviour", "all", "any", "not", "segment"];

    readonly Vocabulary words;
    readonly SegmentTree tree;
    readonly string? of;
    readonly List<(Problem Problem, ValidationError Error)> errors = [];
    int parts;

    RuleReader(Vocabulary words, string? of) => (this.words, tree, this.of) = (words, new(words.Segments), of);

    /// <summary>Reads a rule that somebody wants.</summary>
    /// <param name="json">As it was sent.</param>
    /// <param name="words">What it may speak of.</param>
    /// <param name="at">JSON pointer to it, such as <c>/rule</c>.</param>
    /// <param name="of">The key of the segment whose rule it is to be; null for a rule of nobody.</param>
    /// <exception cref="Refusal">One of the problems of rules, with every error.</exception>
    public static Rule Read(JsonElement json, Vocabulary words, string at, string? of)
    {
        var reader = new RuleReader(words, of);
        var rule = reader.ReadPart(json, at, 1);
        if (reader.errors.Count == 0) return rule!;
        var problem = Worst.First(p => reader.errors.Any(e => e.Problem == p));
        var worst = reader.errors.Where(e => e.Problem == problem).ToList();
        throw new Refusal(problem, worst is [var one] ? one.Error.Detail : $"{worst.Count} parts of the rule are not right.")
        {
            Errors = [.. reader.errors.Select(e => e.Error)],
        };
    }

    /// <summary>Reads a rule that was checked when it was kept.</summary>
    public static Rule Kept(JsonElement json) => json switch
    {
        _ when json.TryGetProperty("attribute", out var attribute) => new AttributeRule(attribute.GetString()!, OpOf(json), json.GetProperty("value").Clone()),
        _ when json.TryGetProperty("behaviour", out var behaviour) => new BehaviourRule(
            Word<Behaviour>(behaviour)!.Value, json.TryGetProperty("service", out var s) ? s.GetString() : null,
            json.TryGetProperty("withinDays", out var d) ? d.GetInt32() : null, OpOf(json), json.GetProperty("value").Clone()),
        _ when json.TryGetProperty("all", out var all) => new AllRule([.. all.EnumerateArray().Select(Kept)]),
        _ when json.TryGetProperty("any", out var any) => new AnyRule([.. any.EnumerateArray().Select(Kept)]),
        _ when json.TryGetProperty("not", out var not) => new NotRule(Kept(not)),
        _ => new SegmentRule(json.GetProperty("segment").GetString()!),
    };

    /// <summary>Whether a rule would be of more than one kind, as it comes of a patch that names another one.</summary>
    public static bool IsOfSeveralKinds(JsonElement json) => json.ValueKind == JsonValueKind.Object && Kinds.Count(k => json.TryGetProperty(k, out _)) > 1;

    static RuleOp OpOf(JsonElement json) => Word<RuleOp>(json.GetProperty("op"))!.Value;

    Rule? ReadPart(JsonElement json, string at, int depth)
    {
        if (depth > Deepest) return Wrong(Problems.RuleTooLarge, at, "depth", $"A rule has at most {Deepest} levels.");
        if (++parts > MostParts) return parts > MostParts + 1 ? null : Wrong(Problems.RuleTooLarge, at, "size", $"A rule has at most {MostParts} parts.");
        if (json.ValueKind != JsonValueKind.Object) return Wrong(at, "type", "A rule is an object.");
        var kinds = Kinds.Where(k => json.TryGetProperty(k, out _)).ToList();
        if (kinds is not [var kind]) return Wrong(at, "one", $"A rule has exactly one of {string.Join(", ", Kinds)}.");
        var value = json.GetProperty(kind);
        var below = $"{at}/{kind}";
        switch (kind)
        {
            case "all":
                return ReadParts(value, below, depth) is { } all ? new AllRule(all) : null;
            case "any":
                return ReadParts(value, below, depth) is { } any ? new AnyRule(any) : null;
            case "not":
                return ReadPart(value, below, depth + 1) is { } inner ? new NotRule(inner) : null;
            case "segment":
                if (Text(value) is not { } key) return Wrong(below, "type", "This is the key of a segment.");
                if (of is not null && tree.LeadsTo(key, of)) return Wrong(Problems.RuleCircle, below, "circle", $"\"{key}\" is \"{of}\" itself, or depends on it.");
                return words.Segments.ContainsKey(key) ? new SegmentRule(key)
                    : Wrong(Problems.SegmentUnknown, below, "unknown", "There is no such segment, or it is retired.");
            case "attribute":
                return ReadAttribute(json, value, at);
            default:
                return ReadBehaviour(json, value, at);
        }
    }

    List<Rule>? ReadParts(JsonElement json, string at, int depth)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            Wrong(at, "type", "This is a list of rules.");
            return null;
        }
        if (json.GetArrayLength() == 0)
        {
            Wrong(at, "required", "This needs at least one rule.");
            return null;
        }
        if (json.GetArrayLength() > MostParts)
        {
            Wrong(Problems.RuleTooLarge, at, "size", $"A rule has at most {MostParts} parts.");
            return null;
        }
        var read = json.EnumerateArray().Select((part, i) => ReadPart(part, $"{at}/{i}", depth + 1)).ToList();
        return read.Contains(null) ? null : [.. read.OfType<Rule>()];
    }

    AttributeRule? ReadAttribute(JsonElement json, JsonElement named, string at)
    {
        var wrong = errors.Count;
        AttributeDeclaration? attribute = null;
        if (Text(named) is not { } key) Wrong($"{at}/attribute", "type", "This is the key of an attribute.");
        else if (!words.Attributes.TryGetValue(key, out attribute)) Wrong(Problems.AttributeUnknown, $"{at}/attribute", "unknown", "No such attribute is declared.");
        else if (attribute.Commercial)
            Wrong(Problems.CommercialRule, $"{at}/attribute", "commercial", $"\"{key}\" tells revenue, consumption or commercial value: nobody is served by that.");
        if (ReadOp(json, at) is not { } op || attribute is null) return null;
        if (!Allowed(attribute.Type).Contains(op))
        {
            Wrong($"{at}/op", "not-allowed", $"\"{attribute.Key}\" is a {attribute.Type.Word()}: it can be compared by {string.Join(", ", Allowed(attribute.Type).Select(o => o.Word()))}.");
            return null;
        }
        if (op == RuleOp.Exists)
        {
            var said = json.TryGetProperty("value", out var v) ? v : JsonSerializer.SerializeToElement(true);
            if (said.ValueKind is JsonValueKind.True or JsonValueKind.False) return new(attribute.Key, op, said.Clone());
            Wrong($"{at}/value", "value", "true: has a value; false: has none.");
            return null;
        }
        var value = ReadValue(json, at, op, (one, pointer) =>
        {
            var (good, error) = AttributeRules.Check(attribute, one);
            if (error is not null) Wrong(pointer, "value", error);
            return good;
        });
        return errors.Count == wrong && value is { } kept ? new(attribute.Key, op, kept) : null;
    }

    BehaviourRule? ReadBehaviour(JsonElement json, JsonElement named, string at)
    {
        var wrong = errors.Count;
        if (Word<Behaviour>(named) is not { } behaviour)
        {
            Wrong($"{at}/behaviour", "unknown", $"This has to be one of {string.Join(", ", Enum.GetValues<Behaviour>().Select(b => b.Word()))}.");
            behaviour = default;
        }
        string? service = null;
        if (json.TryGetProperty("service", out var s) && s.ValueKind != JsonValueKind.Null)
        {
            service = Text(s);
            if (service is null) Wrong($"{at}/service", "type", "This is the key of a service.");
            else if (behaviour is Behaviour.Responses or Behaviour.Contributions) Wrong($"{at}/service", "not-allowed", $"{behaviour.Word()} belong to no service.");
            else if (!words.Services.Contains(service)) Wrong(Problems.RuleServiceUnknown, $"{at}/service", "unknown", "There is no such service.");
        }
        int? days = null;
        if (json.TryGetProperty("withinDays", out var d) && d.ValueKind != JsonValueKind.Null)
        {
            if (Whole(d) is { } n and >= 1 and <= MostDays) days = n;
            else Wrong($"{at}/withinDays", "range", $"This has to be a whole number from 1 to {MostDays}.");
        }
        if (ReadOp(json, at) is not { } op) return null;
        if (op == RuleOp.Exists)
        {
            Wrong($"{at}/op", "not-allowed", "How often is a number: it can be compared by eq, ne, in, lt, le, gt, ge.");
            return null;
        }
        var value = ReadValue(json, at, op, (one, pointer) =>
        {
            if (Whole(one) is { } n and >= 0) return JsonSerializer.SerializeToElement(n);
            Wrong(pointer, "value", "How often is a whole number, 0 or more.");
            return null;
        });
        return errors.Count == wrong && value is { } kept ? new(behaviour, service, days, op, kept) : null;
    }

    RuleOp? ReadOp(JsonElement json, string at)
    {
        if (!json.TryGetProperty("op", out var named)) Wrong($"{at}/op", "required", "This is required.");
        else if (Word<RuleOp>(named) is { } op) return op;
        else Wrong($"{at}/op", "unknown", $"This has to be one of {string.Join(", ", Enum.GetValues<RuleOp>().Select(o => o.Word()))}.");
        return null;
    }

    JsonElement? ReadValue(JsonElement json, string at, RuleOp op, Func<JsonElement, string, JsonElement?> check)
    {
        var pointer = $"{at}/value";
        if (!json.TryGetProperty("value", out var value))
        {
            Wrong(pointer, "required", "This is required.");
            return null;
        }
        if (op != RuleOp.In) return check(value, pointer)?.Clone();
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0) Wrong(pointer, "type", "in needs a list of at least one value.");
        else if (value.GetArrayLength() > MostValues) Wrong(Problems.RuleTooLarge, pointer, "size", $"A list has at most {MostValues} values.");
        else if (value.EnumerateArray().Select((one, i) => check(one, $"{pointer}/{i}")).ToList() is var read && !read.Contains(null)) return JsonSerializer.SerializeToElement(read);
        return null;
    }

    static RuleOp[] Allowed(AttributeType type) => type switch
    {
        AttributeType.Number or AttributeType.Date => Enum.GetValues<RuleOp>(),
        AttributeType.Boolean => [RuleOp.Eq, RuleOp.Ne, RuleOp.Exists],
        _ => [RuleOp.Eq, RuleOp.Ne, RuleOp.In, RuleOp.Exists],
    };

    // 30.0 is as whole as 30.
    static int? Whole(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetDecimal(out var n) && n == decimal.Truncate(n) && n is >= int.MinValue and <= int.MaxValue ? (int)n : null;

    static string? Text(JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString() : null;

    static T? Word<T>(JsonElement json) where T : struct, Enum =>
        Text(json) is { } text && Enum.GetValues<T>().Where(v => v.Word() == text).ToList() is [var value] ? value : null;

    Rule? Wrong(string pointer, string code, string detail) => Wrong(Platform.Problems.Invalid, pointer, code, detail);

    Rule? Wrong(Problem problem, string pointer, string code, string detail)
    {
        errors.Add((problem, new(pointer, code, detail)));
        return null;
    }
}
