using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Participation;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Participation;

/// <summary>Where an initiative comes from and what goes on from it, and what those who speak and decide on it have declared.</summary>
public static class LineageEndpoints
{
    public static void MapLineage(this IEndpointRouteBuilder app)
    {
        var initiative = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}").WithTags("Initiatives").WithEtags();
        initiative.MapGet("/lineage", Read).WithName("getLineage").Allow(Who.Anyone, "initiatives:read");
        initiative.MapGet("/interests", Interests).WithName("listInterestsInInitiative").Allow(Who.Anyone, "initiatives:read");
    }

    /// <summary>From the first that it goes back to, to the last that goes on from it.</summary>
    static async Task<Ok<Page<LineageStep>>> Read(string key, Caller caller, Initiatives initiatives, Lineage lineage, CancellationToken ct) =>
        TypedResults.Ok(new Page<LineageStep>(await lineage.ReadAsync(caller, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, ct), null));

    /// <summary>Interests that representatives and officials declared on it, the last one first: what they are, not who.</summary>
    static async Task<Ok<Page<PublicInterest>>> Interests(
        string key, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, Interests interests, HttpContext http, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        return TypedResults.Ok(page.Of(http, await interests.OnInitiativeAsync(caller.Agency, of.Key, InterestEndpoints.Place(page), page.LimitAndOne, ct), i => PageRequest.After(i.Id.ToString())));
    }
}
