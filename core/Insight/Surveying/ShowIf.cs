using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Surveying;

/// <summary>How an answer is compared.</summary>
public enum ShowIfOp
{
    /// <summary>Is this value; of several answers: has it among them.</summary>
    Eq,
    /// <summary>Is answered, and not so.</summary>
    Ne,
    /// <summary>Is one of these values; of several answers: has one of them.</summary>
    In,
    /// <summary>Is a lesser number.</summary>
    Lt,
    /// <summary>Is this number or a lesser one.</summary>
    Le,
    /// <summary>Is a greater number.</summary>
    Gt,
    /// <summary>Is this number or a greater one.</summary>
    Ge,
    /// <summary>Is answered (value true, or none) or is not (false).</summary>
    Exists,
}

/// <summary>
/// When a question is shown, by the answers before it: a comparison, or <c>all</c>, <c>any</c> or <c>not</c> of such. What was not shown
/// was not answered, and no comparison but <c>exists: false</c> holds for what was not answered.
/// </summary>
/// <param name="Question">The key of an earlier question.</param>
/// <param name="Op">How its answer is compared.</param>
/// <param name="Value">With what.</param>
/// <param name="All">All of these hold.</param>
/// <param name="Any">At least one of these holds.</param>
/// <param name="Not">This does not hold.</param>
public sealed record ShowIf(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Question = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ShowIfOp? Op = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Value = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ShowIf>? All = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ShowIf>? Any = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ShowIf? Not = null)
{
    const int Deepest = 5, Widest = 50;

    /// <summary>Whether it holds.</summary>
    /// <param name="answers">To the questions before, as they are kept: those that were shown and answered.</param>
    public bool Holds(IReadOnlyDictionary<string, JsonElement> answers)
    {
        if (All is not null) return All.All(part => part.Holds(answers));
        if (Any is not null) return Any.Any(part => part.Holds(answers));
        if (Not is not null) return !Not.Holds(answers);
        if (!answers.TryGetValue(Question!, out var answer)) return Op == ShowIfOp.Exists && Value?.ValueKind == JsonValueKind.False;
        return Op switch
        {
            ShowIfOp.Exists => Value?.ValueKind != JsonValueKind.False,
            ShowIfOp.Eq => Has(answer, Value!.Value),
            ShowIfOp.Ne => !Has(answer, Value!.Value),
            ShowIfOp.In => Value!.Value.EnumerateArray().Any(one => Has(answer, one)),
            ShowIfOp.Lt => answer.GetDecimal() < Value!.Value.GetDecimal(),
            ShowIfOp.Le => answer.GetDecimal() <= Value!.Value.GetDecimal(),
            ShowIfOp.Gt => answer.GetDecimal() > Value!.Value.GetDecimal(),
            _ => answer.GetDecimal() >= Value!.Value.GetDecimal(),
        };
    }

    /// <summary>The keys of the questions that it looks at.</summary>
    public IEnumerable<string> Questions() =>
        (All ?? Any ?? (Not is null ? [] : [Not])).SelectMany(part => part.Questions()).Concat(Question is null ? [] : [Question]);

    /// <summary>The comparisons in it.</summary>
    public IEnumerable<ShowIf> Leaves() => Question is not null ? [this] : (All ?? Any ?? (Not is null ? [] : [Not])).SelectMany(part => part.Leaves());

    /// <summary>Reads a condition as a client writes it.</summary>
    /// <param name="json">The condition.</param>
    /// <param name="at">Where it stands, as a JSON pointer.</param>
    /// <param name="errors">What is wrong with its shape.</param>
    /// <returns>Null when something is.</returns>
    public static ShowIf? Read(JsonElement json, string at, List<ValidationError> errors) => Read(json, at, errors, 1);

    static ShowIf? Read(JsonElement json, string at, List<ValidationError> errors, int depth)
    {
        if (depth > Deepest) return Wrong(at, "depth", $"Conditions stand in each other at most {Deepest} deep.");
        if (json.ValueKind != JsonValueKind.Object) return Wrong(at, "type", "This has to be an object.");
        var said = ((string[])["all", "any", "not", "question"]).Where(member => json.TryGetProperty(member, out _)).ToList();
        if (said.Count != 1) return Wrong(at, "one", "A condition has exactly one of question, all, any and not.");
        var part = json.GetProperty(said[0]);
        switch (said[0])
        {
            case "not":
                return Read(part, $"{at}/not", errors, depth + 1) is { } not ? new(Not: not) : null;
            case "question":
                return ReadLeaf(json, part);
            default:
                if (part.ValueKind != JsonValueKind.Array || part.GetArrayLength() is 0 or > Widest) return Wrong($"{at}/{said[0]}", "type", $"This has to be a list of 1 to {Widest} conditions.");
                var parts = part.EnumerateArray().Select((one, i) => Read(one, $"{at}/{said[0]}/{i}", errors, depth + 1)).ToList();
                return parts.Contains(null) ? null : said[0] == "all" ? new(All: parts!) : new(Any: parts!);
        }

        ShowIf? ReadLeaf(JsonElement leaf, JsonElement question)
        {
            if (question.ValueKind != JsonValueKind.String) return Wrong($"{at}/question", "type", "This has to be the key of a question.");
            var word = leaf.TryGetProperty("op", out var op) && op.ValueKind == JsonValueKind.String ? op.GetString() : null;
            var known = Enum.GetValues<ShowIfOp>().Where(o => o.Word() == word).ToList();
            if (known.Count == 0) return Wrong($"{at}/op", word is null ? "required" : "unknown", $"This has to be one of {string.Join(", ", Enum.GetValues<ShowIfOp>().Select(o => o.Word()))}.");
            var value = leaf.TryGetProperty("value", out var given) && given.ValueKind != JsonValueKind.Null ? given.Clone() : (JsonElement?)null;
            if (value is null && known[0] != ShowIfOp.Exists) return Wrong($"{at}/value", "required", "There is nothing to compare with.");
            return new(question.GetString(), known[0], value);
        }

        ShowIf? Wrong(string pointer, string code, string detail)
        {
            errors.Add(new(pointer, code, detail));
            return null;
        }
    }

    /// <summary>What is wrong with it where it stands: questions that do not come before, values that can never be answered.</summary>
    internal IEnumerable<ValidationError> Check(string at, IReadOnlyDictionary<string, SurveyQuestion> before, IReadOnlySet<string> all)
    {
        if (Not is not null) return Not.Check($"{at}/not", before, all);
        if (All is not null || Any is not null)
            return (All ?? Any)!.SelectMany((part, i) => part.Check($"{at}/{(All is null ? "any" : "all")}/{i}", before, all));
        if (before.TryGetValue(Question!, out var question)) return CheckValue(at, question);
        return [all.Contains(Question!)
            ? new($"{at}/question", "order", "A condition looks at questions that come before its own.")
            : new($"{at}/question", "unknown", $"There is no question \"{Question}\".")];
    }

    IEnumerable<ValidationError> CheckValue(string at, SurveyQuestion question)
    {
        var pointer = $"{at}/value";
        var byNumber = question.Type is SurveyQuestionType.Scale or SurveyQuestionType.Number;
        if (Op == ShowIfOp.Exists)
        {
            if (Value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) }) yield return new(pointer, "type", "exists is true or false.");
        }
        else if (question.Type is SurveyQuestionType.Text or SurveyQuestionType.Matrix)
        {
            yield return new($"{at}/op", "not-allowed", "Of a text or a matrix only exists can be asked.");
        }
        else if (Op is ShowIfOp.Lt or ShowIfOp.Le or ShowIfOp.Gt or ShowIfOp.Ge && !byNumber)
        {
            yield return new($"{at}/op", "not-allowed", "Only numbers are less or greater.");
        }
        else if (Op == ShowIfOp.In && Value!.Value.ValueKind != JsonValueKind.Array)
        {
            yield return new(pointer, "type", "in compares with a list of values.");
        }
        else
        {
            foreach (var (i, value) in (Op == ShowIfOp.In ? Value!.Value.EnumerateArray() : Enumerable.Repeat(Value!.Value, 1)).Index())
            {
                var place = Op == ShowIfOp.In ? $"{pointer}/{i}" : pointer;
                if (byNumber && !(value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out _))) yield return new(place, "type", "This has to be a number.");
                else if (!byNumber && value.ValueKind != JsonValueKind.String) yield return new(place, "type", "This has to be the key of an option.");
                else if (!byNumber && !question.Has(value.GetString()!)) yield return new(place, "unknown", $"The question \"{question.Key}\" has no such option.");
            }
        }
    }

    static bool Has(JsonElement answer, JsonElement value) => answer.ValueKind switch
    {
        JsonValueKind.Array => answer.EnumerateArray().Any(one => Has(one, value)),
        JsonValueKind.Number => value.ValueKind == JsonValueKind.Number && answer.GetDecimal() == value.GetDecimal(),
        JsonValueKind.String => value.ValueKind == JsonValueKind.String && answer.GetString() == value.GetString(),
        _ => false,
    };
}
