using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Finding;

/// <summary>What the agency offers, by whom, to what standard, and the citizen's rights (INFO-CATALOGUE, INFO-RIGHTS).</summary>
public static class ServicePages
{
    const int OnAPage = 50;

    public static void MapServicePages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/services", List).Allow(Who.Anyone | Who.Operator);
        pages.MapGet("/services/{key}", Show).Allow(Who.Anyone | Who.Operator);
    }

    static async Task<RazorComponentResult<ServiceList>> List(string? after, Agency home, Services services, CancellationToken ct)
    {
        var found = await services.ListAsync(home.Id, after is not null && BodyValidator.IsClean(after) ? after : null, drafts: false, OnAPage + 1, ct);
        return new(new { Services = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Key : null });
    }

    static async Task<RazorComponentResult<ServiceShown>> Show(string key, Agency home, Services services, Units units, CancellationToken ct)
    {
        var service = await FindAsync(services, home, key, ct);
        return new(new { Service = service, Unit = service.Unit is { } unit ? await units.FindAsync(home.Id, unit, closedToo: false, ct) : null });
    }

    /// <summary>A service that is published and not withdrawn.</summary>
    internal static async Task<ServiceVersion> FindAsync(Services services, Agency home, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await services.FindAsync(home.Id, key, drafts: false, ct) : null) ?? throw Core.Platform.Problems.NotFound.Because($"There is no service \"{key}\".");
}
