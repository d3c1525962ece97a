using System.Globalization;
using System.Text.Json.Nodes;
using Cirm.Core.Information;
using Cirm.Core.Platform;

namespace Cirm.Api.Open311;

/// <summary>A service's questions as attributes of GeoReport, and the answers of its forms as ours.</summary>
static class QuestionAnswers
{
    // A text that short is asked for in one line.
    const int OneLine = 255;

    /// <summary>One of GeoReport's six.</summary>
    public static string DatatypeOf(Question question) => question.Type switch
    {
        QuestionType.Text => question.MaxLength <= OneLine ? "string" : "text",
        QuestionType.Number => "number",
        QuestionType.Date => "datetime",
        QuestionType.Boolean or QuestionType.Single => "singlevaluelist",
        QuestionType.Multiple => "multivaluelist",
        _ => throw new ArgumentOutOfRangeException(nameof(question)),
    };

    /// <summary>What the datatype does not say; null when it says all.</summary>
    public static string? Describe(Question question) => question.Type switch
    {
        QuestionType.Text => string.Create(CultureInfo.InvariantCulture, $"At most {question.MaxLength ?? Questions.LongestAnswer} characters."),
        QuestionType.Date => "A day, as in 2026-03-21.",
        QuestionType.Number or QuestionType.Multiple when question.Min is not null || question.Max is not null => string.Create(CultureInfo.InvariantCulture,
            $"{(question.Min is { } min ? $"At least {min}" : "")}{(question is { Min: not null, Max: not null } ? ", at most " : question.Max is not null ? "At most " : "")}{question.Max}."),
        _ => null,
    };

    /// <summary>What can be chosen.</summary>
    public static IEnumerable<(string Key, string Name)> ValuesOf(Question question, IReadOnlyList<string> languages) => question.Type == QuestionType.Boolean
        ? [("true", Yes.For(languages)), ("false", No.For(languages))]
        : (question.Options ?? []).Select(o => (o.Key, o.Text.For(languages)));

    static readonly Localized Yes = new() { ["en"] = "Yes", ["fa"] = "بله" };
    static readonly Localized No = new() { ["en"] = "No", ["fa"] = "خیر" };

    /// <summary>The answers of a form in the JSON that the API takes; what is not of its type stays a text, and is refused as such.</summary>
    public static JsonObject Read(IReadOnlyList<Question>? questions, IReadOnlyDictionary<string, IReadOnlyList<string>> sent)
    {
        var byKey = (questions ?? []).ToDictionary(q => q.Key);
        return new(sent.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)(byKey.GetValueOrDefault(s.Key) is { Type: not QuestionType.Multiple } question && s.Value is [var one]
            ? Read(question.Type, one)
            : new JsonArray([.. s.Value.Select(v => (JsonNode)v)])))));
    }

    static JsonNode Read(QuestionType type, string text) => type switch
    {
        QuestionType.Number when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        QuestionType.Boolean when bool.TryParse(text, out var value) => value,
        QuestionType.Date when text.Length > 10 && text[10] is 'T' or 't' or ' ' => text[..10], // "datetime" of GeoReport: its day is asked for, where it was written
        _ => text,
    };
}
