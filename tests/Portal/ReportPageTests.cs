using System.Net;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Portal;

/// <summary>What a manager reads on the pages.</summary>
public sealed class ReportPageTests(CirmHost host)
{
    [Fact]
    public async Task A_manager_reads_every_report_by_everything_it_can_be_read_by()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, ReportTests.Quarter());
        Assert.True(await Reporting.CountAsync(host, agency, ReportTests.Later) > 0);
        foreach (var language in (string[])["en", "fa"])
        {
            var browser = await new Browser(host).SignInAsync(agency, Role.Manager, language);
            await browser.OpenAsync($"/{language}/{agency.Slug}/reports");
            foreach (var kind in ReportKind.All)
            {
                Assert.Contains($"/{language}/{agency.Slug}/reports/{kind.Key}\"", browser.Page);
                foreach (var by in kind.By) Assert.Equal(HttpStatusCode.OK, (await new Browser(host, browser).OpenAsync($"/{language}/{agency.Slug}/reports/{kind.Key}?by={by}&period=quarter")).Status);
            }
        }

        var reader = await new Browser(host).SignInAsync(agency, Role.Manager);
        await reader.OpenAsync($"/en/{agency.Slug}/reports/volume?by=service&from=2026-04&to=2026-04");
        Assert.Contains("Others, too few each", reader.Words);
        Assert.Matches("lamps</bdi></th>\\s*<td[^>]*>95</td>", reader.Page);
        Assert.DoesNotContain("2026-05", reader.Words);
        Assert.DoesNotContain("graves", reader.Words);
        await reader.OpenAsync($"/en/{agency.Slug}/reports/standard?by=service&period=quarter");
        Assert.Matches("in time: (78.9|79) % late: 21", reader.Words);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await reader.OpenAsync($"/en/{agency.Slug}/reports/volume?by=name")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.OpenAsync($"/en/{agency.Slug}/reports/salaries")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await new Browser(host).SignInAsync(agency, Role.Agent)).OpenAsync($"/en/{agency.Slug}/reports")).Status);
    }
}
