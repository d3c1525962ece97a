using System.ComponentModel;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cirm.Api.Insight;

/// <summary>"You said – we did", and how far the agency keeps its word: for everybody, without sign-in, about nobody.</summary>
public static class YouSaidWeDidEndpoints
{
    public static void MapYouSaidWeDid(this IEndpointRouteBuilder app)
    {
        var said = app.MapGroup("/v1/agencies/{agency}").WithTags("Insights").WithEtags();
        said.MapGet("/you-said-we-did", List).WithName("youSaidWeDid").Allow(Who.Anyone, "insights:read");
        said.MapGet("/you-said-we-did/{id:guid}", Get).WithName("getSaidAndDone").Allow(Who.Anyone, "insights:read");
        said.MapGet("/insights/report", Report).WithName("reportOnInsights").Allow(Who.Anyone | Who.Operator, "insights:read");
        said.MapGet("/services/{key}/versions/{number:int}/insights", OfVersion).WithName("insightsOfServiceVersion").Allow(Who.Anyone, "insights:read");
    }

    /// <summary>What was found and what was done about it, the last decision first; "no change, because …" stands among them.</summary>
    static async Task<Ok<Page<SaidAndDone>>> List(
        [FromQuery, Description("The key of a service that they are about, or on which something was done.")] string? service,
        [FromQuery, Description("true: those that promise something; false: those that change nothing.")] string? changed,
        [AsParameters] PageRequest page, Caller caller, YouSaidWeDid said, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (key, flag) = (read.Text("service", service), read.Flag("changed", changed));
        read.ThrowIfAny();
        var found = await said.ListAsync(caller.Agency, null, key, null, flag, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, PlaceOf));
    }

    static async Task<Ok<SaidAndDone>> Get(Guid id, Caller caller, YouSaidWeDid said, CancellationToken ct) =>
        TypedResults.Ok((await said.ListAsync(caller.Agency, id, null, null, null, null, 1, ct)).SingleOrDefault() ?? throw InsightEndpoints.Unknown(id));

    /// <summary>Because of what a version of a service came about, as far as it is published.</summary>
    static async Task<Ok<Page<SaidAndDone>>> OfVersion(
        string key, int number, [AsParameters] PageRequest page, Caller caller, YouSaidWeDid said, HttpContext http, CancellationToken ct)
    {
        if (!BodyValidator.IsClean(key)) throw Core.Platform.Problems.NotFound.Because("There is no such service.");
        var found = await said.ListAsync(caller.Agency, null, key, number, null, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, PlaceOf));
    }

    /// <summary>Shares answered with a reason, promises kept, and what citizens moved.</summary>
    static async Task<Ok<LoopReport>> Report(
        [FromQuery, Description("Of findings written down at this time or later (RFC 3339).")] string? from,
        [FromQuery, Description("And before this time.")] string? to,
        Caller caller, YouSaidWeDid said, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (since, until) = (read.Time("from", from), read.Time("to", to));
        read.ThrowIfAny();
        return TypedResults.Ok(await said.ReportAsync(caller.Agency, since, until, ct));
    }

    static string PlaceOf(SaidAndDone s) => new TimeCursor(s.DecidedAt, s.Id).ToString();
}
