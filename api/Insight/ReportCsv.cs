using System.Globalization;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform.Exports;

namespace Cirm.Api.Insight;

/// <summary>A report as a table: RFC 4180, UTF-8, a line a figure. What is suppressed has a line without figures.</summary>
static class ReportCsv
{
    static readonly string[] Columns = ["report", "period", "from", "until", "by", "group", "item", "figure", "value", "share", "low", "high", "n", "suppressed"];

    public static string Of(ReportKind report, string by, IEnumerable<ReportPage> pages)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var table = new CsvTable(text, Columns))
        {
            foreach (var page in pages)
            {
                foreach (var group in page.Groups)
                    foreach (var figure in FiguresOf(report.Unit, group)) Line(page, group.Group == ReportGroup.All ? null : by, group.Group, group.Item, group.N, figure);
                foreach (var gap in page.Gaps ?? [])
                    Line(page, by, gap.Better is null ? null : $"{gap.Better} / {gap.Worse}", null, null, new(gap.Between, gap.Ratio, null, gap.Low, gap.High, gap.Suppressed is true));
            }

            void Line(ReportPage page, string? by, string? group, string? item, long? n, Shown figure)
            {
                foreach (var name in (string?[])[report.Key, page.Period]) table.Text(name);
                foreach (var day in (DateOnly[])[page.From, page.Until]) table.Figure(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                foreach (var name in (string?[])[by, group, item, figure.Name]) table.Text(name);
                foreach (var number in (double?[])[figure.Value, figure.Share, figure.Low, figure.High, n]) table.Figure(number);
                table.Figure(figure.Suppressed ? "true" : "false");
                table.EndLine();
            }
        }
        return text.ToString();
    }

    static IEnumerable<Shown> FiguresOf(string unit, ReportGroup group)
    {
        if (group.Outcomes is null && group.Mean is null) yield return new(unit, group.N, null, null, null, group.N is null);
        foreach (var o in group.Outcomes ?? []) yield return new(o.Key, o.Count, o.Share, o.Low, o.High, o.Suppressed is true);
        foreach (var (name, bounded) in new[] { ("hours", group.Hours), ("answered", group.Answered), ("solved of answered", group.Solved), ("mean", group.Mean) })
            if (bounded is not null) yield return new(name, bounded.Value, null, bounded.Low, bounded.High, false);
        if (group.Rate is { } rate) yield return new("rate", rate, null, null, null, false);
    }

    sealed record Shown(string Name, double? Value, double? Share, double? Low, double? High, bool Suppressed);
}
