using System.Text;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;

namespace Cirm.Api.Insight;

/// <summary>Sends a report in the pages that were written when they were counted.</summary>
sealed class ReportAnswer(ReportKind report, string by, Grain asked, string? service, ReadReport found, bool table) : IResult
{
    public async Task ExecuteAsync(HttpContext http)
    {
        http.Response.Headers.Vary = "Accept";
        using var body = new MemoryStream();
        if (table) body.Write(Encoding.UTF8.GetBytes(ReportCsv.Of(report, by, found.Pages.Select(ReportPage.Read).Select(Picked))));
        else Write(body);
        var written = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (EtagExtensions.IsKnown(http, EtagExtensions.OfContent(written.Span)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        http.Response.ContentType = table ? "text/csv; charset=utf-8" : "application/json; charset=utf-8";
        http.Response.ContentLength = written.Length;
        await http.Response.Body.WriteAsync(written, http.RequestAborted);
    }

    void Write(MemoryStream body)
    {
        var pages = service is null ? found.Pages : [.. found.Pages.Select(p => Picked(ReportPage.Read(p)).Write())];
        using var json = new Utf8JsonWriter(body, new() { Encoder = Wire.Json.Encoder });
        json.WriteStartObject();
        json.WriteString("report", report.Key);
        json.WriteString("by", by.Length > 0 ? by : null);
        json.WriteString("period", found.Grain?.Word());
        json.WriteString("asked", asked.Word());
        if (found.AsOf is { } asOf) json.WriteString("asOf", asOf.UtcDateTime);
        else json.WriteNull("asOf");
        json.WriteStartObject("hidden");
        json.WriteNumber("figures", found.Hidden);
        json.WriteNumber("of", found.Figures);
        json.WriteEndObject();
        json.WriteStartArray("periods");
        foreach (var page in pages) json.WriteRawValue(page, skipInputValidation: true);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // A service that stands under others has no figures of its own.
    ReportPage Picked(ReportPage page) => service is null ? page
        : page with { Groups = [page.Find(service) ?? new(service, null, Suppressed: true)], Gaps = page.Gaps?.Where(g => g.Better == service || g.Worse == service).ToList() };
}
