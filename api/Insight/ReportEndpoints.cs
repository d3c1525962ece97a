using System.ComponentModel;
using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Reports for managers: figures of groups, counted once and protected so that nobody is found in them (docs/reports.md).</summary>
public static class ReportEndpoints
{
    /// <summary>The newest so many periods, when nothing is said of their time.</summary>
    const int Newest = 12;

    /// <summary>At most so many periods in an answer.</summary>
    const int Most = 120;

    public static void MapReports(this IEndpointRouteBuilder app)
    {
        var reports = app.MapGroup("/v1/agencies/{agency}/reports").WithTags("Reports").WithEtags();
        reports.MapGet("", List).WithName("listReports").Allow(Who.Manager | Who.Admin, "reports:read");
        reports.MapPost("/count", Count).WithName("countReports").Allow(Who.Manager | Who.Admin, "reports:write");
        reports.MapGet("/{report}", Get).WithName("getReport").Allow(Who.Manager | Who.Admin, "reports:read")
            .Produces<ReportView>().Produces<string>(StatusCodes.Status200OK, "text/csv").Refuses(Problems.ReportNotVouched);
    }

    /// <summary>The reports that there are, and what each can be read by.</summary>
    static Ok<Page<ReportListed>> List([AsParameters] PageRequest page, HttpContext http)
    {
        var after = page.KeyCursor;
        ReportListed[] found = [.. ReportKind.All.Where(r => after is null || string.CompareOrdinal(r.Key, after) > 0).Take(page.LimitAndOne).Select(r => new ReportListed(r.Key, r.By, r.Unit))];
        return TypedResults.Ok(page.Of(http, found, r => PageRequest.After(r.Report)));
    }

    /// <summary>Counts periods that are over and have not been counted; nothing that was counted is counted again. It also runs by itself, a week after each month.</summary>
    static async Task<Accepted<Operation>> Count(Caller caller, Agency home, ReportBook reports, CancellationToken ct)
    {
        var operation = await reports.RequestAsync(caller, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    /// <summary>A report, as JSON or as a table. What is hidden to protect people says <c>"suppressed": true</c>.</summary>
    static async Task<IResult> Get(
        string report,
        [FromQuery, Description("segment, area, service or channel; see the list of reports.")] string? by,
        [FromQuery, Description("The first month, as in 2026-01.")] string? from,
        [FromQuery, Description("The last month.")] string? to,
        [FromQuery, Description("month, quarter or year; where these have too few cases, longer ones are answered.")] string? period,
        [FromQuery, Description("One service's key, of a report by service.")] string? service,
        [FromQuery, Description("csv for a table, as with Accept: text/csv.")] string? format,
        Caller caller, Agency home, ReportBook reports, PublishedReports published, HttpContext http, CancellationToken ct)
    {
        var asked = await ReadAsync(report, new(by, from, to, period, service, format), caller, home, reports, published, ct);
        return new ReportAnswer(asked.Kind, asked.By, asked.Grain, asked.Service, asked.Found, asked.Table || http.Request.GetTypedHeaders().Accept.FirstOrDefault()?.MediaType == "text/csv");
    }

    /// <summary>Reads the report that an address asks for.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.NotFound"/>, <see cref="Core.Platform.Problems.Invalid"/>, <see cref="Problems.ReportNotVouched"/>.</exception>
    internal static async Task<AskedReport> ReadAsync(
        string report, ReportQuery query, Caller caller, Agency home, ReportBook reports, PublishedReports published, CancellationToken ct)
    {
        var kind = ReportKind.Find(report) ?? throw Core.Platform.Problems.NotFound.Because("There is no such report.");
        var read = new QueryErrors();
        var (group, picked, grain) = (read.Text("by", query.By), read.Text("service", query.Service), read.Word<Grain>("period", query.Period) ?? Grain.Month);
        var table = read.Word<ReportFormat>("format", query.Format) == ReportFormat.Csv;
        var (first, last) = (Month(read, "from", query.From), Month(read, "to", query.To));
        read.ThrowIfAny();
        group ??= picked is not null && kind.By.Contains(ReportKind.Service) ? ReportKind.Service : kind.DefaultBy;
        if (group.Length > 0 && !ReportKind.Breakdowns.Contains(group)) throw Core.Platform.Problems.InvalidValue("?by", "unknown", "by is segment, area, service or channel.");
        if (group.Length > 0 && !kind.By.Contains(group)) throw Problems.ReportNotVouched.Because($"\"{kind.Key}\" is not read by {group}.");
        if (picked is not null && group != ReportKind.Service) throw Problems.ReportNotVouched.Because("One service is picked from the report by service, and from no other.");

        var most = first is null && last is null ? Newest : Most;
        var until = last?.AddMonths(1);
        var found = kind.Series is not null ? await reports.FindAsync(caller.Agency, kind, group, grain, first, until, most, ct)
            : await published.FindAsync(home, kind, group, grain, first, until, most, ct);
        return new(kind, group, grain, picked, found, table);
    }

    /// <summary>What an address asks of a report.</summary>
    internal sealed record ReportQuery(string? By, string? From, string? To, string? Period, string? Service, string? Format = null);

    /// <summary>A report that was read, and as what.</summary>
    internal sealed record AskedReport(ReportKind Kind, string By, Grain Grain, string? Service, ReadReport Found, bool Table);

    static DateOnly? Month(QueryErrors read, string name, string? text)
    {
        if (text is null) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 2100) return day;
        read.Wrong(name, "month", $"{name} has to be a month such as 2026-03.");
        return null;
    }

    /// <summary>How an answer looks.</summary>
    public enum ReportFormat
    {
        /// <summary>As everywhere.</summary>
        Json,
        /// <summary>A table.</summary>
        Csv,
    }
}
