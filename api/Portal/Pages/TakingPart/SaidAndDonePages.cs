using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>"You said – we did", and how far the agency keeps its word.</summary>
public static class SaidAndDonePages
{
    const int OnAPage = 25;

    public static void MapSaidAndDone(this IEndpointRouteBuilder pages) => pages.MapGet("/you-said-we-did", Show).Allow(Who.Anyone);

    static async Task<RazorComponentResult<SaidAndDoneList>> Show(string? after, Agency home, YouSaidWeDid said, CancellationToken ct)
    {
        var found = await said.ListAsync(home.Id, null, null, null, null, TimeCursor.Parse(after), OnAPage + 1, ct);
        return new(new
        {
            Items = found.Take(OnAPage).ToList(),
            Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].DecidedAt, found[OnAPage - 1].Id).ToString() : null,
            Report = await said.ReportAsync(home.Id, null, null, ct),
        });
    }
}
