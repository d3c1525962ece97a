using Cirm.Api.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages;

/// <summary>The installation's first page: which agencies there are.</summary>
public static class StartPages
{
    const int MostShown = 200;

    public static void MapStart(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", (HttpContext http) => TypedResults.Redirect($"/{Reader.Preferred(http)}")).Allow(Who.Anyone | Who.Operator);
        pages.MapGet("/{language:language}", Show).Allow(Who.Anyone | Who.Operator);
    }

    static async Task<RazorComponentResult<Start>> Show(Agencies agencies, CancellationToken ct) =>
        new(new { Agencies = await agencies.ListAsync(null, suspendedToo: false, MostShown, ct) });
}
