using System.Globalization;
using System.Text.Json;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform.Exports;

namespace Cirm.Api.Insight;

/// <summary>An edition as a table: RFC 4180, UTF-8, a line a figure. What is suppressed has a line without figures.</summary>
static class ResultsCsv
{
    static readonly string[] Columns =
        ["question", "row", "by", "group", "option", "n", "effectiveN", "skipped", "count", "share", "mean", "standardError", "low", "high", "changeBy", "changeSince", "suppressed"];

    public static string Of(PublishedResults published, string? by)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var table = new CsvTable(text, Columns))
        {
            foreach (var piece in published.Questions)
            {
                using var question = JsonDocument.Parse(piece);
                var key = question.RootElement.GetProperty("key").GetString()!;
                foreach (var group in question.RootElement.GetProperty("groups").EnumerateArray())
                {
                    if (group.TryGetProperty("rows", out var rows))
                        foreach (var row in rows.EnumerateArray()) Lines(table, key, row.GetProperty("key").GetString(), by, group.GetProperty("group").GetString(), row);
                    else Lines(table, key, null, by, group.GetProperty("group").GetString(), group);
                }
            }
        }
        return text.ToString();
    }

    static void Lines(CsvTable table, string question, string? row, string? by, string? group, JsonElement figures)
    {
        Line(figures, null);
        if (!figures.TryGetProperty("options", out var options)) return;
        foreach (var option in options.EnumerateArray()) Line(option, option.GetProperty("key").GetString());

        void Line(JsonElement of, string? option)
        {
            foreach (var field in (string?[])[question, row, group == ResultGroups.All ? null : by, group, option]) table.Text(field);
            foreach (var column in (string[])["n", "effectiveN", "skipped", "count", "share", "mean", "standardError", "low", "high"]) table.Figure(Figure(of, column));
            var change = of.TryGetProperty("change", out var since) ? since : (JsonElement?)null;
            table.Figure(change is null ? null : Figure(change.Value, "by"));
            table.Text(change?.GetProperty("since").GetString());
            table.Figure(of.TryGetProperty("suppressed", out _) ? "true" : "false");
            table.EndLine();
        }
    }

    static string? Figure(JsonElement of, string name) => of.TryGetProperty(name, out var figure) && figure.ValueKind == JsonValueKind.Number ? figure.GetRawText() : null;
}
