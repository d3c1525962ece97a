using System.Globalization;
using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Surveying;

/// <summary>Something that is wrong with an answer.</summary>
/// <param name="Problem">What kind of thing.</param>
/// <param name="Question">The key that it was given under.</param>
/// <param name="Error">Where, and in words.</param>
public sealed record AnswerError(Problem Problem, string Question, ValidationError Error);

/// <summary>The rules of answers.</summary>
public static class SurveyAnswers
{
    /// <summary>Reads answers. What is null, blank or empty counts as not answered.</summary>
    /// <param name="questions">In their order.</param>
    /// <param name="answers">By question key.</param>
    /// <returns>The answers as they are kept, and everything that is wrong, with pointers below <c>/answers</c>.</returns>
    public static (Dictionary<string, JsonElement> Kept, IReadOnlyList<AnswerError> Errors) Read(
        IReadOnlyList<SurveyQuestion> questions, IReadOnlyDictionary<string, JsonElement> answers)
    {
        var (kept, errors) = (new Dictionary<string, JsonElement>(StringComparer.Ordinal), new List<AnswerError>());
        var keys = questions.Select(q => q.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, _) in answers.Where(a => !keys.Contains(a.Key))) errors.Add(Wrong(Problems.QuestionUnknown, key, "", "unknown", "The survey does not ask this."));

        var doubtful = new HashSet<string>(StringComparer.Ordinal); // nothing is said about what depends on an answer that is wrong
        foreach (var question in questions)
        {
            var given = answers.TryGetValue(question.Key, out var answer) && !IsEmpty(answer);
            if (question.ShowIf?.Questions().Any(doubtful.Contains) == true)
            {
                doubtful.Add(question.Key);
            }
            else if (question.ShowIf?.Holds(kept) == false)
            {
                if (given) errors.Add(Wrong(Problems.QuestionHidden, question.Key, "", "hidden", "This is not asked after the answers before it."));
            }
            else if (!given)
            {
                if (question.Required) errors.Add(Wrong(Problems.AnswerMissing, question.Key, "", "required", "This has to be answered."));
            }
            else
            {
                var (value, wrong) = Read(question, answer);
                if (wrong is null) kept[question.Key] = value;
                else
                {
                    errors.Add(wrong);
                    doubtful.Add(question.Key);
                }
            }
        }
        return (kept, errors);
    }

    /// <summary>The refusal for answers that are wrong: the problem that they share, or else validation as such.</summary>
    public static Refusal Refuse(IReadOnlyList<AnswerError> errors)
    {
        var problems = errors.Select(e => e.Problem).Distinct().ToList();
        return new(problems.Count == 1 ? problems[0] : Platform.Problems.Invalid, errors.Count == 1 ? errors[0].Error.Detail : $"{errors.Count} answers are not valid.")
        {
            Errors = [.. errors.Select(e => e.Error)],
        };
    }

    static bool IsEmpty(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(answer.GetString()),
        JsonValueKind.Array => answer.GetArrayLength() == 0,
        JsonValueKind.Object => !answer.EnumerateObject().Any(),
        _ => false,
    };

    static (JsonElement Kept, AnswerError? Wrong) Read(SurveyQuestion question, JsonElement answer) => question.Type switch
    {
        SurveyQuestionType.Single => ReadOption(question, answer),
        SurveyQuestionType.Multiple or SurveyQuestionType.Ranking => ReadList(question, answer),
        SurveyQuestionType.Matrix => ReadMatrix(question, answer),
        SurveyQuestionType.Text => ReadText(question, answer),
        _ => ReadNumber(question, answer),
    };

    static (JsonElement, AnswerError?) ReadOption(SurveyQuestion question, JsonElement answer) =>
        answer.ValueKind != JsonValueKind.String ? (default, Wrong(Problems.AnswerType, question.Key, "", "type", "This has to be the key of one option."))
        : !question.Has(answer.GetString()!) ? (default, Unknown(question, ""))
        : (Clean(answer.GetString()!), null);

    static (JsonElement, AnswerError?) ReadList(SurveyQuestion question, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Array || answer.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String))
            return (default, Wrong(Problems.AnswerType, question.Key, "", "type", "This has to be a list of keys of options."));
        string[] chosen = [.. answer.EnumerateArray().Select(a => a.GetString()!)];
        foreach (var (i, key) in chosen.Index())
        {
            if (!question.Has(key)) return (default, Unknown(question, $"/{i}"));
            if (chosen.Take(i).Contains(key)) return (default, Wrong(Problems.AnswerOutOfRange, question.Key, $"/{i}", "duplicate", "Each can be chosen once."));
        }
        if (chosen.Length < question.Least || chosen.Length > question.Most)
            return (default, Wrong(Problems.AnswerOutOfRange, question.Key, "", "range", Text($"From {question.Least} to {question.Most} can be chosen.")));
        // Of a choice the order tells nothing, of a ranking everything.
        return (JsonSerializer.SerializeToElement(question.Type == SurveyQuestionType.Ranking ? chosen : question.Options!.Select(o => o.Key).Where(chosen.Contains), Wire.Json), null);
    }

    static (JsonElement, AnswerError?) ReadMatrix(SurveyQuestion question, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object || answer.EnumerateObject().Any(m => m.Value.ValueKind != JsonValueKind.String))
            return (default, Wrong(Problems.AnswerType, question.Key, "", "type", "This has to be an object that gives the key of an option for each row."));
        foreach (var member in answer.EnumerateObject())
        {
            if (question.Rows!.All(r => r.Key != member.Name)) return (default, Wrong(Problems.AnswerOutOfRange, question.Key, $"/{Escape(member.Name)}", "unknown", "There is no such row."));
            if (!question.Has(member.Value.GetString()!)) return (default, Unknown(question, $"/{Escape(member.Name)}"));
        }
        var rows = question.Rows!.Where(r => answer.TryGetProperty(r.Key, out _)).ToDictionary(r => r.Key, r => answer.GetProperty(r.Key).GetString());
        if (question.Required && question.Min is null && rows.Count < question.Rows!.Count)
            return (default, Wrong(Problems.AnswerMissing, question.Key, $"/{Escape(question.Rows!.First(r => !rows.ContainsKey(r.Key)).Key)}", "required", "Every row has to be answered."));
        if (rows.Count < question.Least || rows.Count > question.Most)
            return (default, Wrong(Problems.AnswerOutOfRange, question.Key, "", "range", Text($"From {question.Least} to {question.Most} rows can be answered.")));
        return (JsonSerializer.SerializeToElement(rows, Wire.Json), null);
    }

    static (JsonElement, AnswerError?) ReadText(SurveyQuestion question, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.String) return (default, Wrong(Problems.AnswerType, question.Key, "", "type", "This has to be a text."));
        var text = answer.GetString()!;
        return text.Length > question.Most ? (default, Wrong(Problems.TextTooLong, question.Key, "", "length", Text($"This may have at most {question.Most} characters; it has {text.Length}.")))
            : text.Length < question.Least ? (default, Wrong(Problems.AnswerOutOfRange, question.Key, "", "length", Text($"This has to have at least {question.Least} characters.")))
            : (Clean(text), null);
    }

    static (JsonElement, AnswerError?) ReadNumber(SurveyQuestion question, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Number || !answer.TryGetDecimal(out var number)) return (default, Wrong(Problems.AnswerType, question.Key, "", "type", "This has to be a number."));
        if (number < question.Least || number > question.Most || question.Type == SurveyQuestionType.Scale && !decimal.IsInteger(number))
            return (default, Wrong(Problems.AnswerOutOfRange, question.Key, "", "range", question.Type == SurveyQuestionType.Scale
                ? Text($"This has to be a whole number from {question.Least} to {question.Most}.")
                : Text($"This has to be a number {(question.Min is { } min ? $"from {min} " : "")}{(question.Max is { } max ? $"up to {max}" : "upwards")}.")));
        return (JsonSerializer.SerializeToElement(number / 1.000000000000000000000000000m), null); // 4, 4.0 and 4.00 are one answer
    }

    static AnswerError Unknown(SurveyQuestion question, string below) => Wrong(Problems.AnswerOutOfRange, question.Key, below, "unknown",
        $"This has to be one of {string.Join(", ", question.Options!.Take(20).Select(o => o.Key))}{(question.Options!.Count > 20 ? ", …" : "")}.");

    static AnswerError Wrong(Problem problem, string question, string below, string code, string detail) => new(problem, question, new($"/answers/{Escape(question)}{below}", code, detail));

    static JsonElement Clean(string text) => JsonSerializer.SerializeToElement(text, Wire.Json);

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // RFC 6901.
    static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
