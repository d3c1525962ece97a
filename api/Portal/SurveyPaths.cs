using System.Globalization;
using System.Text.Json;
using Cirm.Api.Portal.Parts;
using Cirm.Core.Insight.Surveying;

namespace Cirm.Api.Portal;

/// <summary>Which questions of a survey follow from answers that were typed.</summary>
static class SurveyPaths
{
    /// <summary>The questions that are shown, in their order.</summary>
    public static IReadOnlyList<SurveyQuestion> Shown(IReadOnlyList<SurveyQuestion> questions, PortalForm form)
    {
        var (shown, answers) = (new List<SurveyQuestion>(), new Dictionary<string, JsonElement>());
        foreach (var question in questions.Where(q => q.ShowIf is null || q.ShowIf.Holds(answers)))
        {
            shown.Add(question);
            var byNumber = question.Type is SurveyQuestionType.Scale or SurveyQuestionType.Number;
            if (AnswerTo(question, form) is { } answer && (!byNumber || answer.ValueKind == JsonValueKind.Number)) answers[question.Key] = answer;
        }
        return shown;
    }

    /// <summary>The answer that was typed to a question, as the API takes it; null: none. What is no answer to it stays as it was typed, for the API to refuse.</summary>
    public static JsonElement? AnswerTo(SurveyQuestion question, PortalForm form)
    {
        var name = $"{SurveyQuestionField.Answers}/{question.Key}";
        var typed = form[name];
        return question.Type switch
        {
            SurveyQuestionType.Multiple => form.All(name) is { Count: > 0 } chosen ? JsonSerializer.SerializeToElement(chosen) : null,
            SurveyQuestionType.Ranking => Ranked(question, form, name) is { Count: > 0 } ranked ? JsonSerializer.SerializeToElement(ranked) : null,
            SurveyQuestionType.Matrix => Rows(question, form, name) is { Count: > 0 } rows ? JsonSerializer.SerializeToElement(rows) : null,
            _ when typed.Length == 0 => null,
            SurveyQuestionType.Scale or SurveyQuestionType.Number => form.Number(name) is { } number ? JsonSerializer.SerializeToElement(number) : null,
            _ => JsonSerializer.SerializeToElement(typed),
        };
    }

    static List<string> Ranked(SurveyQuestion question, PortalForm form, string name) =>
    [
        .. (question.Options ?? []).Select(o => (o.Key, Place: decimal.TryParse(PortalForm.Latin(form[$"{name}/{o.Key}"]), CultureInfo.InvariantCulture, out var place) ? place : (decimal?)null))
            .Where(o => o.Place is not null).OrderBy(o => o.Place).Select(o => o.Key),
    ];

    static Dictionary<string, string> Rows(SurveyQuestion question, PortalForm form, string name) =>
        (question.Rows ?? []).Where(r => form[$"{name}/{r.Key}"].Length > 0).ToDictionary(r => r.Key, r => form[$"{name}/{r.Key}"]);
}
