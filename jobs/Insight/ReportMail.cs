using System.Globalization;
using System.Net;
using System.Text;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Insight;

/// <summary>A report as a mail: a table as text and as HTML, and a picture of its last period.</summary>
/// <param name="language">Of its words.</param>
/// <param name="names">What services and segments are called, by <c>breakdown key</c>; other groups have their key.</param>
public sealed class ReportMail(string language, IReadOnlyDictionary<string, Localized> names)
{
    /// <summary>Periods in the table, and bars in the picture, at most.</summary>
    const int MostPeriods = 6, MostBars = 15;

    static readonly Dictionary<string, (string En, string Fa)> Words = new(StringComparer.Ordinal)
    {
        ["volume"] = ("Cases", "تعداد پرونده‌ها"), ["answer-time"] = ("Median hours to the first answer", "میانهٔ ساعت تا نخستین پاسخ"),
        ["resolution-time"] = ("Median hours to a decision", "میانهٔ ساعت تا تصمیم"), ["standard"] = ("Share in time", "سهم در مهلت"),
        ["verdict"] = ("Solved, of citizens who said anything", "حل‌شده از نگاه شهروندانی که نظر دادند"), ["equity-gap"] = ("Best to worst served", "نسبت بهترین به بدترین خدمت"),
        ["opposed-demands"] = ("Opposed demands", "خواسته‌های متضاد"), ["satisfaction"] = ("Standard items of surveys, mean", "میانگین گویه‌های استاندارد نظرسنجی"),
        ["participation"] = ("Contributions of citizens", "مشارکت‌های شهروندان"), ["responses"] = ("Answers to surveys", "پاسخ‌های نظرسنجی‌ها"),
        ["turnout"] = ("Turnout", "میزان مشارکت در رأی‌گیری"),
        ["segment"] = ("by segment", "به تفکیک گروه"), ["area"] = ("by area", "به تفکیک محله"), ["service"] = ("by service", "به تفکیک خدمت"), ["channel"] = ("by channel", "به تفکیک کانال"),
        ["all"] = ("All", "همه"), ["others"] = ("Others", "دیگران"), ["notStated"] = ("Not stated", "نامشخص"), ["hidden"] = ("hidden", "پنهان"), ["group"] = ("Group", "گروه"),
        ["protects"] = ("\"hidden\" protects people: the figure would tell of too few.", "«پنهان» برای حفظ حریم افراد است: این رقم دربارهٔ شمار بسیار کمی است."),
        ["nothing"] = ("Nothing has been counted yet.", "هنوز چیزی شمرده نشده است."),
        ["bestAndWorst"] = ("Best and worst served", "بهترین و بدترین"), ["digitalAndAssisted"] = ("Digital and assisted channels", "کانال دیجیتال و همراه با کارمند"),
        ["closing"] = ("Sent by a machine: an answer to it would reach nobody.", "این پیام خودکار فرستاده شده است؛ پاسخ به آن به دست کسی نمی‌رسد."),
    };

    bool IsPersian => language.StartsWith("fa", StringComparison.OrdinalIgnoreCase);

    string Word(string key) => Words.TryGetValue(key, out var word) ? IsPersian ? word.Fa : word.En : key;

    /// <summary>Makes the mail.</summary>
    /// <param name="report">Which report.</param>
    /// <param name="by">What it is read by; empty: all together.</param>
    /// <param name="agency">Who writes.</param>
    /// <param name="pages">Its periods, the oldest first.</param>
    public (MessageText Text, RichMail Rich) Compose(ReportKind report, string by, Localized agency, IReadOnlyList<ReportPage> pages)
    {
        var shown = pages.TakeLast(MostPeriods).ToList();
        var title = by.Length > 0 ? $"{Word(report.Key)} {Word(by)}" : Word(report.Key);
        var lines = shown.SelectMany(FiguresOf).Select(f => f.Key).Distinct().ToList();
        var table = lines.Select((key, i) => (Number: i + 1, Name: NameOf(by, key), Cells: shown.Select(p => FiguresOf(p).FirstOrDefault(f => f.Key == key)).ToList())).ToList();
        var subject = shown.Count == 0 ? title : string.Create(CultureInfo.InvariantCulture, $"{title}, {shown[0].Period}{(shown.Count > 1 ? $" – {shown[^1].Period}" : "")}");
        var hides = table.Any(r => r.Cells.Any(c => c is { Value: null }));

        var text = new StringBuilder(subject).Append("\n\n");
        if (table.Count == 0) text.Append(Word("nothing")).Append('\n');
        foreach (var row in table)
            text.Append(CultureInfo.InvariantCulture, $"{row.Number}. {row.Name}: {string.Join("; ", shown.Select((p, i) => $"{p.Period} {Say(row.Cells[i])}"))}\n");
        if (hides) text.Append('\n').Append(Word("protects")).Append('\n');
        text.Append('\n').Append(agency.For([language])).Append('\n').Append(Word("closing")).Append('\n');

        var html = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"{WebUtility.HtmlEncode(language)}\" dir=\"{(IsPersian ? "rtl" : "ltr")}\"><body><h1>{Safe(subject)}</h1>");
        if (table.Count == 0) html.Append(CultureInfo.InvariantCulture, $"<p>{Safe(Word("nothing"))}</p>");
        else
        {
            html.Append("<p><img src=\"cid:chart\" alt=\"").Append(Safe(subject)).Append("\"></p><table border=\"1\" cellpadding=\"4\" style=\"border-collapse:collapse\"><tr><th></th><th>").Append(Safe(Word("group"))).Append("</th>");
            foreach (var page in shown) html.Append(CultureInfo.InvariantCulture, $"<th>{Safe(page.Period)}</th>");
            html.Append("</tr>");
            foreach (var row in table)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><td>{row.Number}</td><td>{Safe(row.Name)}</td>");
                foreach (var cell in row.Cells) html.Append(CultureInfo.InvariantCulture, $"<td dir=\"ltr\">{Safe(Say(cell))}</td>");
                html.Append("</tr>");
            }
            html.Append("</table>");
        }
        if (hides) html.Append(CultureInfo.InvariantCulture, $"<p>{Safe(Word("protects"))}</p>");
        html.Append(CultureInfo.InvariantCulture, $"<p>{Safe(agency.For([language]))}<br>{Safe(Word("closing"))}</p></body></html>");

        var bars = table.Where(r => r.Cells[^1] is not null && r.Cells[^1]!.Key != ReportGroup.All || table.Count == 1).Take(MostBars)
            .Select(r => new Bar(Drawable(r.Name) ? r.Name : r.Number.ToString(CultureInfo.InvariantCulture), r.Cells[^1]?.Value, Say(r.Cells[^1]), r.Cells[^1]?.Low, r.Cells[^1]?.High)).ToList();
        var picture = bars.Count == 0 ? null : ReportChart.Draw(title, shown[^1].Period, bars);
        return (new(language, subject, text.ToString(), subject), new(html.ToString(), picture));
    }

    string NameOf(string by, string key)
    {
        var parts = key.Split('\t'); // a survey's item behind its group
        var name = names.TryGetValue($"{by} {parts[0]}", out var called) ? called.For([language]) : Word(parts[0]);
        return parts.Length > 1 ? $"{name}, {parts[1]}" : name;
    }

    string Say(Line? line) => line is null ? "–" : line.Value is null ? Word("hidden") : line.Text;

    static string Safe(string text) => WebUtility.HtmlEncode(text);

    // A picture's text runs in one direction: words of both, or numbers among letters of the right-to-left kind, would come out in a wrong order.
    static bool Drawable(string text) => !text.Any(c => c is >= '\u0590' and < '\u0900') || !text.Any(c => char.IsDigit(c) || char.IsAsciiLetter(c));

    static IEnumerable<Line> FiguresOf(ReportPage page)
    {
        foreach (var gap in page.Gaps ?? []) yield return new(gap.Between, gap.Ratio, Number(gap.Ratio, "0.00"), gap.Low, gap.High);
        foreach (var g in page.Groups)
        {
            if (g.Item is not null) yield return new($"{g.Group}\t{g.Item}", g.Mean?.Value, Number(g.Mean?.Value, "0.00"), g.Mean?.Low, g.Mean?.High);
            else if (g.Outcomes?.FirstOrDefault(o => o.Key == "met") is { } met) yield return Share(g.Group, met.Share is { } share ? new(share, met.Low, met.High) : null);
            else if (g.Outcomes?.Any(o => o.Key == "solved") is true) yield return Share(g.Group, g.Solved);
            else if (g.Rate is { } rate) yield return new(g.Group, g.N, $"{Number(g.N, "0")} ({Number(100 * rate, "0.#")} %)");
            else if (g.Hours is { } hours) yield return new(g.Group, hours.Value, Number(hours.Value, "0.#"), hours.Low, hours.High);
            else if (page.Groups.Any(other => other.Hours is not null)) yield return new(g.Group, null, "");
            else yield return new(g.Group, g.N, Number(g.N, "0"));
        }

        static Line Share(string group, Bounded? share) => new(group, share?.Value, Number(share?.Value * 100, "0.#") + " %", share?.Low, share?.High);
        static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
    }

    sealed record Line(string Key, double? Value, string Text, double? Low = null, double? High = null);
}
