using Cirm.Api.Platform;
using Cirm.Core.Insight.Surveying;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Insight;

/// <summary>The library of standard items.</summary>
public static class SurveyItemEndpoints
{
    public static void MapSurveyItems(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/agencies/{agency}/survey-items", List).WithName("listSurveyItems").WithTags("Surveys").Allow(Who.Anyone | Who.Operator, "surveys:read");

    /// <summary>Questions on belonging, trust and awareness of one's role that compare over waves and agencies; a survey's question names one as its item.</summary>
    static Ok<Page<StandardItem>> List([AsParameters] PageRequest page, HttpContext http)
    {
        var after = page.KeyCursor;
        StandardItem[] found = [.. StandardItems.All.Where(i => after is null || string.CompareOrdinal(i.Key, after) > 0).Take(page.LimitAndOne)];
        return TypedResults.Ok(page.Of(http, found, i => PageRequest.After(i.Key)));
    }
}
