using System.Text;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Surveying;

/// <summary>The rules of a survey's questions.</summary>
public static partial class SurveyQuestions
{
    /// <summary>Most questions of one survey.</summary>
    public const int Most = 200;

    /// <summary>Most options, or rows, of one question.</summary>
    public const int MostOptions = 200;

    /// <summary>Points of a scale.</summary>
    public const int LongestScale = 101;

    /// <summary>What is wrong with questions, with pointers below <c>/questions</c>.</summary>
    public static IEnumerable<ValidationError> Check(IReadOnlyList<SurveyQuestion> questions)
    {
        var (before, all) = (new Dictionary<string, SurveyQuestion>(StringComparer.Ordinal), questions.Select(q => q.Key).ToHashSet(StringComparer.Ordinal));
        foreach (var (index, question) in questions.Index())
        {
            var at = $"/questions/{index}";
            var errors = Check(question, at).Concat(question.ShowIf?.Check($"{at}/showIf", before, all) ?? []).ToList();
            foreach (var error in errors) yield return error;
            if (errors.Count == 0 && Reachability.IsNever(question, before)) yield return new($"{at}/showIf", "unreachable", "No answers to the questions before would ever show this one.");
            if (!before.TryAdd(question.Key, question)) yield return new($"{at}/key", "duplicate", $"There is a question \"{question.Key}\" already.");
        }
    }

    static IEnumerable<ValidationError> Check(SurveyQuestion question, string at)
    {
        if (!Key().IsMatch(question.Key)) yield return new($"{at}/key", "pattern", WantedKey);
        var (type, byNumber) = (question.Type, question.Type is SurveyQuestionType.Scale or SurveyQuestionType.Number);
        if (question.Chooses && question.Options is not { Count: > 0 }) yield return new($"{at}/options", "required", "There is nothing to choose from.");
        if (!question.Chooses && type != SurveyQuestionType.Scale && question.Options is { Count: > 0 }) yield return new($"{at}/options", "not-allowed", $"A question of type {type.Word()} has no options.");
        if (type == SurveyQuestionType.Matrix && question.Rows is not { Count: > 0 }) yield return new($"{at}/rows", "required", "A matrix needs rows.");
        if (type != SurveyQuestionType.Matrix && question.Rows is { Count: > 0 }) yield return new($"{at}/rows", "not-allowed", "Only a matrix has rows.");
        foreach (var error in CheckOptions(question.Options, $"{at}/options").Concat(CheckOptions(question.Rows, $"{at}/rows"))) yield return error;
        if (type == SurveyQuestionType.Single && (question.Min ?? question.Max) is not null) yield return new($"{at}/{(question.Min is null ? "max" : "min")}", "not-allowed", "One option is chosen: there is nothing to limit.");
        if (question.Least > question.Most) yield return new($"{at}/{(question.Max is null ? "min" : "max")}", "range", "The greatest value is below the least.");
        if (!byNumber && (question.Min is { } min && (min < 0 || !decimal.IsInteger(min)) || question.Max is { } max && (max < 1 || !decimal.IsInteger(max))))
            yield return new($"{at}/{(question.Min is { } m && (m < 0 || !decimal.IsInteger(m)) ? "min" : "max")}", "range", "This counts: a whole number is needed.");
        if (type == SurveyQuestionType.Scale && !(decimal.IsInteger(question.Least) && decimal.IsInteger(question.Most) && question.Least >= -1_000_000 && question.Most <= 1_000_000 && question.Most - question.Least is >= 1 and < LongestScale))
            yield return new($"{at}/max", "range", $"A scale has 2 to {LongestScale} points, whole numbers.");
        if (type == SurveyQuestionType.Text && question.Max > SurveyQuestion.LongestText) yield return new($"{at}/max", "range", $"A text may have at most {SurveyQuestion.LongestText} characters.");
        if (type is SurveyQuestionType.Multiple or SurveyQuestionType.Ranking && question.Options is not null && question.Least > question.Options.Count)
            yield return new($"{at}/min", "range", "There are fewer options than have to be chosen.");
    }

    /// <summary>What is wrong with options, rows or codes, with pointers below <paramref name="at"/>.</summary>
    internal static IEnumerable<ValidationError> CheckOptions(IReadOnlyList<SurveyOption>? options, string at)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, option) in (options ?? []).Index())
        {
            if (!Key().IsMatch(option.Key)) yield return new($"{at}/{i}/key", "pattern", WantedKey);
            if (!keys.Add(option.Key)) yield return new($"{at}/{i}/key", "duplicate", $"There is \"{option.Key}\" already.");
        }
    }

    /// <summary>
    /// The most bytes that the answers to these questions take as JSON in UTF-8: what an answer is padded to, so that its length tells nothing.
    /// </summary>
    public static int LongestAnswers(IReadOnlyList<SurveyQuestion> questions) => 2 + questions.Sum(q => Encoding.UTF8.GetByteCount(q.Key) + 4 + q.Type switch
    {
        SurveyQuestionType.Single => LongestOf(q.Options) + 2,
        SurveyQuestionType.Multiple or SurveyQuestionType.Ranking => q.Options!.Sum(o => Encoding.UTF8.GetByteCount(o.Key) + 3) + 2,
        SurveyQuestionType.Matrix => q.Rows!.Sum(r => Encoding.UTF8.GetByteCount(r.Key) + LongestOf(q.Options) + 6) + 2,
        SurveyQuestionType.Text => (int)q.Most * 6 + 2, // a UTF-16 code unit takes six bytes at most: half of a pair is escaped
        _ => 40,
    });

    static int LongestOf(IReadOnlyList<SurveyOption>? options) => (options ?? []).Max(o => Encoding.UTF8.GetByteCount(o.Key));

    // In files | stands between options and = between a row and its option.
    const string WantedKey = "A key is 1 to 100 letters, digits, spaces and any of _ . : + / -, beginning with a letter or a digit.";

    [GeneratedRegex(@"^[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd}_.:+/ -]{0,98}[\p{L}\p{M}\p{Nd}_.:+/-])?$")]
    private static partial Regex Key();
}
