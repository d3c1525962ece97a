using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Microsoft.Extensions.Primitives;

namespace Cirm.Api.Portal.Managers;

/// <summary>A survey as its form has it: fields <c>q/{place}/…</c> for each question, options a line each, the same in every language.</summary>
static class SurveyForm
{
    /// <summary>How many questions the form has.</summary>
    public static int Count(PortalForm form)
    {
        var count = 0;
        while (count < SurveyQuestions.Most && form.Has($"q/{count}/key")) count++;
        return count;
    }

    /// <summary>Where a question's field is.</summary>
    public static string At(int place, string field) => string.Create(CultureInfo.InvariantCulture, $"q/{place}/{field}");

    /// <summary>A form with one question that says nothing yet.</summary>
    public static PortalForm Empty => PortalForm.Of([KeyValuePair.Create(At(0, "key"), new StringValues(""))]);

    /// <summary>The form of a survey that is there.</summary>
    public static PortalForm Of(Survey survey)
    {
        var fields = new Dictionary<string, StringValues>
        {
            ["anonymity"] = survey.Anonymity.Word(), ["access"] = survey.Access.Word(), ["service"] = survey.Service ?? "", ["breakdowns"] = survey.Breakdowns, ["audience"] = survey.Audience ?? [],
            ["embargo"] = survey.Embargo ? "true" : "", ["version"] = survey.Version.ToString(CultureInfo.InvariantCulture),
        };
        Put(fields, "title", survey.Title);
        Put(fields, "introduction", survey.Introduction);
        foreach (var (i, question) in survey.Questions.Index()) Put(fields, i, question);
        return PortalForm.Of(fields);
    }

    static void Put(Dictionary<string, StringValues> fields, int place, SurveyQuestion question)
    {
        fields[At(place, "key")] = question.Key;
        fields[At(place, "item")] = question.Item ?? "";
        fields[At(place, "required")] = question.Required ? "true" : "";
        if (question.Item is null)
        {
            fields[At(place, "type")] = question.Type.Word();
            fields[At(place, "min")] = question.Min?.ToString(CultureInfo.InvariantCulture) ?? "";
            fields[At(place, "max")] = question.Max?.ToString(CultureInfo.InvariantCulture) ?? "";
            Put(fields, At(place, "text"), question.Text);
            Put(fields, At(place, "options"), question.Options);
            Put(fields, At(place, "rows"), question.Rows);
        }
        if (question.ShowIf is { Question: { } of, Op: { } op } simple)
        {
            (fields[At(place, "if/question")], fields[At(place, "if/op")]) = (of, op == ShowIfOp.Exists && simple.Value?.ValueKind == JsonValueKind.False ? RuleCondition.NotThere : op.Word());
            if (op != ShowIfOp.Exists && simple.Value is { } value) fields[At(place, "if/value")] = value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray()) : value.ToString();
        }
        else if (question.ShowIf is not null)
        {
            fields[At(place, "if/written")] = JsonSerializer.Serialize(question.ShowIf, Wire.Json);
        }
    }

    static void Put(Dictionary<string, StringValues> fields, string field, Localized? text)
    {
        foreach (var (language, said) in text ?? []) fields[$"{field}/{language}"] = said;
    }

    static void Put(Dictionary<string, StringValues> fields, string field, IReadOnlyList<SurveyOption>? options)
    {
        foreach (var language in (options ?? []).SelectMany(o => o.Text.Keys).Distinct())
            fields[$"{field}/{language}"] = string.Join('\n', options!.Where(o => o.Text.ContainsKey(language)).Select(o => $"{o.Key} = {o.Text[language]}"));
    }

    /// <summary>What a button of the form does: <c>add</c>, <c>remove/{place}</c>, <c>up/{place}</c>, <c>down/{place}</c>; anything else changes nothing.</summary>
    public static PortalForm After(PortalForm form, string step)
    {
        var questions = Enumerable.Range(0, Count(form)).ToList();
        const int another = -1;
        switch (step.Split('/'))
        {
            case ["add"] when questions.Count < SurveyQuestions.Most:
                questions.Add(another);
                break;
            case ["remove", var typed] when Place(typed) is { } at && questions.Count > 1:
                questions.RemoveAt(at);
                break;
            case ["up", var typed] when Place(typed) is { } at and > 0:
                (questions[at - 1], questions[at]) = (questions[at], questions[at - 1]);
                break;
            case ["down", var typed] when Place(typed) is { } at && at < questions.Count - 1:
                (questions[at + 1], questions[at]) = (questions[at], questions[at + 1]);
                break;
            default:
                return form;
        }
        var fields = form.Fields("").Where(f => !f.StartsWith("q/", StringComparison.Ordinal)).Select(f => KeyValuePair.Create(f, form.Sent(f))).ToList();
        foreach (var (place, was) in questions.Index())
        {
            if (was == another) fields.Add(new(At(place, "key"), ""));
            else fields.AddRange(form.Fields(At(was, "")).Select(f => KeyValuePair.Create(At(place, f[At(was, "").Length..]), form.Sent(f))));
        }
        return PortalForm.Of(fields);

        int? Place(string typed) => int.TryParse(typed, out var at) && at >= 0 && at < questions.Count ? at : null;
    }

    /// <summary>The survey as the API takes it.</summary>
    public static JsonObject ToJson(PortalForm form)
    {
        var json = form.ToJson("key", "anonymity", "access", "service");
        json["key"] ??= "";
        json["title"] = form.Localized("title") ?? (JsonNode)"";
        json["introduction"] = form.Localized("introduction");
        json["embargo"] = form["embargo"] == "true";
        foreach (var list in (string[])["breakdowns", "audience"]) json[list] = new JsonArray([.. form.All(list).Select(v => (JsonNode)v)]);
        json["questions"] = new JsonArray([.. Enumerable.Range(0, Count(form)).Select(i => (JsonNode)Question(form, i))]);
        return json;
    }

    static JsonObject Question(PortalForm form, int place)
    {
        var json = new JsonObject { ["key"] = form[At(place, "key")], ["required"] = form[At(place, "required")] == "true" };
        if (form[At(place, "item")] is { Length: > 0 } item)
        {
            json["item"] = item;
        }
        else
        {
            json["type"] = form[At(place, "type")] is { Length: > 0 } type ? type : SurveyQuestionType.Single.Word();
            json["text"] = form.Localized(At(place, "text")) ?? (JsonNode)"";
            if (Options(form, At(place, "options")) is { } options) json["options"] = options;
            if (Options(form, At(place, "rows")) is { } rows) json["rows"] = rows;
            if (form.Number(At(place, "min")) is { } min) json["min"] = min;
            if (form.Number(At(place, "max")) is { } max) json["max"] = max;
        }
        if (ShowIf(form, place) is { } condition) json["showIf"] = condition;
        return json;
    }

    static JsonNode? ShowIf(PortalForm form, int place)
    {
        if (form[At(place, "if/written")] is { Length: > 0 } written)
        {
            try
            {
                return JsonNode.Parse(written);
            }
            catch (JsonException)
            {
                return written; // the API says what it is not
            }
        }
        if (form[At(place, "if/question")] is not { Length: > 0 } of) return null;
        var (op, value) = (form[At(place, "if/op")], form[At(place, "if/value")]);
        var json = new JsonObject { ["question"] = of, ["op"] = op == RuleCondition.NotThere ? ShowIfOp.Exists.Word() : op };
        var byNumber = Enumerable.Range(0, place).Where(i => form[At(i, "key")] == of).Any(i => form[At(i, "item")].Length > 0 || form[At(i, "type")] is "scale" or "number");
        if (op == ShowIfOp.In.Word()) json["value"] = new JsonArray([.. value.Split([',', '،'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Value)]);
        else if (op is RuleCondition.NotThere or "exists") json["value"] = op != RuleCondition.NotThere;
        else if (value.Length > 0) json["value"] = Value(value);
        return json;

        JsonNode Value(string typed) => byNumber && decimal.TryParse(PortalForm.Latin(typed), CultureInfo.InvariantCulture, out var number) ? number : typed;
    }

    // A line is an option: its text, or its key, = and its text. Lines of another language mean the same options in the same order, unless they name their keys.
    static JsonArray? Options(PortalForm form, string field)
    {
        var options = new List<(string Key, JsonObject Text)>();
        foreach (var (first, language) in form.Fields($"{field}/").Select((f, i) => (i == 0, f[(field.Length + 1)..])))
        {
            foreach (var (i, line) in form[$"{field}/{language}"].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Index())
            {
                var (key, text) = line.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } named, { Length: > 0 } said] ? (named, said) : (null, line);
                key ??= i < options.Count && !first ? options[i].Key : (i + 1).ToString(CultureInfo.InvariantCulture);
                // Within a language a key that is there twice is for the API to refuse.
                if (first || options.All(o => o.Key != key)) options.Add((key, new() { [language] = text }));
                else options.First(o => o.Key == key).Text[language] = text;
            }
        }
        return options.Count == 0 ? null : new([.. options.Select(o => (JsonNode)new JsonObject { ["key"] = o.Key, ["text"] = o.Text })]);
    }

    /// <summary>Which field a JSON pointer of the API means.</summary>
    public static string Field(string pointer) => pointer.TrimStart('/').Split('/') switch
    {
        ["questions", var place, "showIf", .. var rest] => $"q/{place}/if/{(rest is ["op"] ? "op" : rest is ["value", ..] ? "value" : "question")}",
        ["questions", var place, var part and ("options" or "rows"), ..] => $"q/{place}/{part}",
        ["questions", var place, .. var rest] => $"q/{place}/{string.Join('/', rest)}",
        [("breakdowns" or "audience") and var list, ..] => list,
        var plain => string.Join('/', plain),
    };
}
