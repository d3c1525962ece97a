using System.Globalization;
using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Core.Information;

/// <summary>What the answer to a question looks like.</summary>
public enum QuestionType
{
    /// <summary>Words.</summary>
    Text,
    /// <summary>A decimal number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A day from 1900 to 9999, as in 2026-03-21.</summary>
    Date,
    /// <summary>The key of one option.</summary>
    Single,
    /// <summary>A list of keys of options.</summary>
    Multiple,
}

/// <summary>One of several answers.</summary>
/// <param name="Key">How it is answered.</param>
/// <param name="Text">How it is read.</param>
public sealed record QuestionOption(string Key, Localized Text);

/// <summary>Something that a case of a service has to tell.</summary>
/// <param name="Key">Its word in answers.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Type">What the answer looks like.</param>
/// <param name="Options">What can be chosen; for single and multiple only.</param>
/// <param name="Required">A case without it is refused.</param>
/// <param name="Min">The least number, or the fewest options.</param>
/// <param name="Max">The greatest number, or the most options.</param>
/// <param name="MaxLength">Of a text, in UTF-16 code units; <see cref="Questions.LongestAnswer"/> when not given.</param>
public sealed record Question(
    string Key, Localized Text, QuestionType Type, IReadOnlyList<QuestionOption>? Options = null, bool Required = false, decimal? Min = null, decimal? Max = null,
    int? MaxLength = null);

/// <summary>The rules of a service's own questions.</summary>
public static class Questions
{
    /// <summary>Longest text of an answer, in UTF-16 code units.</summary>
    public const int LongestAnswer = 4_000;

    /// <summary>Most questions of one service.</summary>
    public const int Most = 100;

    /// <summary>What is wrong with questions, with pointers below <c>/questions</c>.</summary>
    public static IEnumerable<ValidationError> Check(IReadOnlyList<Question> questions)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, question) in questions.Index())
        {
            var at = $"/questions/{index}";
            if (!keys.Add(question.Key)) yield return new($"{at}/key", "duplicate", $"There is a question \"{question.Key}\" already.");
            var chooses = question.Type is QuestionType.Single or QuestionType.Multiple;
            if (chooses && question.Options is not { Count: > 0 }) yield return new($"{at}/options", "required", "There is nothing to choose from.");
            if (!chooses && question.Options is not null) yield return new($"{at}/options", "not-allowed", "Only single and multiple have options.");
            foreach (var (option, seen) in (question.Options ?? []).Index().Where(o => question.Options!.Take(o.Index).Any(before => before.Key == o.Item.Key)))
                yield return new($"{at}/options/{option}/key", "duplicate", $"There is an option \"{seen.Key}\" already.");
            var counts = question.Type is QuestionType.Number or QuestionType.Multiple;
            if (!counts && question.Min is not null) yield return new($"{at}/min", "not-allowed", "Only number and multiple have a least value.");
            if (!counts && question.Max is not null) yield return new($"{at}/max", "not-allowed", "Only number and multiple have a greatest value.");
            if (question.Min > question.Max) yield return new($"{at}/max", "range", "The greatest value is below the least.");
            if (question.Type != QuestionType.Text && question.MaxLength is not null) yield return new($"{at}/maxLength", "not-allowed", "Only a text has a length.");
        }
    }

    /// <summary>
    /// Reads the answers of a case. What is null, blank or an empty list counts as not answered.
    /// </summary>
    /// <param name="questions">What the service asks.</param>
    /// <param name="answers">By question key; null when none were sent.</param>
    /// <returns>The answers as they are kept (null without any), and everything that is wrong, with pointers below <c>/answers</c>.</returns>
    public static (Dictionary<string, JsonElement>? Kept, IReadOnlyList<ValidationError> Errors) Read(
        IReadOnlyList<Question>? questions, IReadOnlyDictionary<string, JsonElement>? answers)
    {
        var (kept, errors) = (new Dictionary<string, JsonElement>(), new List<ValidationError>());
        var byKey = (questions ?? []).ToDictionary(q => q.Key);
        foreach (var (key, _) in (answers ?? new Dictionary<string, JsonElement>()).Where(a => !byKey.ContainsKey(a.Key)))
            errors.Add(new(PointerTo(key), "unknown", "The service does not ask this."));
        foreach (var question in questions ?? [])
        {
            if (answers is null || !answers.TryGetValue(question.Key, out var answer) || IsEmpty(answer))
            {
                if (question.Required) errors.Add(new(PointerTo(question.Key), "required", "The service needs an answer to this."));
            }
            else if (Check(question, answer) is { } wrong)
            {
                errors.Add(new(PointerTo(question.Key), wrong.Code, wrong.Detail));
            }
            else
            {
                kept[question.Key] = answer;
            }
        }
        return (kept.Count > 0 ? kept : null, errors);
    }

    static bool IsEmpty(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(answer.GetString()),
        JsonValueKind.Array => answer.GetArrayLength() == 0,
        _ => false,
    };

    static (string Code, string Detail)? Check(Question question, JsonElement answer)
    {
        var text = answer.ValueKind == JsonValueKind.String ? answer.GetString() : null;
        return question.Type switch
        {
            QuestionType.Text when text is null => ("type", "This has to be a text."),
            QuestionType.Text when text.Length > (question.MaxLength ?? LongestAnswer) => ("length", $"This may have at most {question.MaxLength ?? LongestAnswer} characters."),
            QuestionType.Number when answer.ValueKind != JsonValueKind.Number || !answer.TryGetDecimal(out _) => ("type", "This has to be a number."),
            QuestionType.Number => OutOfRange(question, answer.GetDecimal(), "a number"),
            QuestionType.Boolean when answer.ValueKind is not (JsonValueKind.True or JsonValueKind.False) => ("type", "This has to be true or false."),
            QuestionType.Date when !Day.Is(text) => ("date", Day.Wanted),
            QuestionType.Single when text is null => ("type", "This has to be the key of one option."),
            QuestionType.Single when !IsOption(question, text) => ("unknown", $"This has to be one of {Listed(question)}."),
            QuestionType.Multiple => CheckSeveral(question, answer),
            _ => null,
        };
    }

    static (string, string)? CheckSeveral(Question question, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Array || answer.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String)) return ("type", "This has to be a list of keys of options.");
        string[] chosen = [.. answer.EnumerateArray().Select(a => a.GetString()!)];
        if (chosen.FirstOrDefault(c => !IsOption(question, c)) is not null) return ("unknown", $"Each has to be one of {Listed(question)}.");
        return chosen.Distinct().Count() < chosen.Length ? ("duplicate", "Each can be chosen once.") : OutOfRange(question, chosen.Length, "choices");
    }

    static (string, string)? OutOfRange(Question question, decimal value, string what) =>
        value < question.Min || value > question.Max
            ? ("range", string.Create(CultureInfo.InvariantCulture, $"This has to be {what} {(question.Min is { } min ? $"from {min} " : "")}{(question.Max is { } max ? $"up to {max}" : "upwards")}."))
            : null;

    static bool IsOption(Question question, string key) => question.Options!.Any(o => o.Key == key);

    static string Listed(Question question) => string.Join(", ", question.Options!.Select(o => o.Key));

    // RFC 6901.
    static string PointerTo(string key) => $"/answers/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
