using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>Reports for managers: what they are narrowed to stands in the address, and what protects people is shown as such.</summary>
public static class ReportPages
{
    const Who Managers = Who.Manager | Who.Admin;

    public static void MapReportPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/reports", () => new RazorComponentResult<ReportList>()).Allow(Managers);
        pages.MapGet("/reports/{report}", Show).Allow(Managers);
    }

    static async Task<RazorComponentResult<ReportShown>> Show(
        string report, string? by, string? from, string? to, string? period, Caller caller, Agency home, ReportBook reports, PublishedReports published, CancellationToken ct)
    {
        var asked = await ReportEndpoints.ReadAsync(report, new(Said(by), Said(from), Said(to), Said(period), null), caller, home, reports, published, ct);
        return new(new
        {
            Kind = asked.Kind, By = asked.By, Grain = asked.Found.Grain, Asked = asked.Grain, From = Said(from), To = Said(to), asked.Found.AsOf, asked.Found.Hidden, asked.Found.Figures,
            Pages = asked.Found.Pages.Select(ReportPage.Read).ToList(),
        });

        static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
