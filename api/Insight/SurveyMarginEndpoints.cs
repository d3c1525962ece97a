using Cirm.Api.Platform;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Insight;

/// <summary>What the population is like that a survey's answers are weighted to (docs/results.md).</summary>
public static class SurveyMarginEndpoints
{
    public static void MapSurveyMargins(this IEndpointRouteBuilder app)
    {
        var margins = app.MapGroup("/v1/agencies/{agency}/surveys/{key}/margins").WithTags("Surveys").WithEtags();
        margins.MapGet("", Get).WithName("getSurveyMargins").Allow(Who.Staff, "surveys:read");
        margins.MapPut("", Put).WithName("putSurveyMargins").Allow(Who.Manager | Who.Admin, "surveys:write")
            .WithMetadata(new BodyExample("application/json", """{"ageGroup": {"18-29": 0.21, "30-64": 0.56, "65+": 0.23}}""")).Refuses(Core.Insight.Problems.MarginSum, Core.Insight.Problems.MarginUnknown, Core.Insight.Problems.MarginsFixed, Problems.PreconditionFailed);
    }

    static async Task<Ok<Margins>> Get(string key, Caller caller, Surveys surveys, SurveyMargins margins, CancellationToken ct) =>
        TypedResults.Ok(await margins.FindAsync(caller.Agency, (await SurveyEndpoints.FindAsync(surveys, caller, key, ct)).Id, ct));

    /// <summary>Replaces the margins; with If-Match only those that you have seen. The next aggregation weights by them.</summary>
    static async Task<Ok<Margins>> Put(
        string key, Body<Dictionary<string, Dictionary<string, double>>> body, Caller caller, Surveys surveys, SurveyMargins margins, HttpContext http, CancellationToken ct)
    {
        var of = await SurveyEndpoints.FindAsync(surveys, caller, key, ct);
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        return TypedResults.Ok(await margins.PutAsync(caller, of, new(body.Value), ifMatch?.Version, ct) ?? throw IfMatch.Changed());
    }
}
