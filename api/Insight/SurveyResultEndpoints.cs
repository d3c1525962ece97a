using Cirm.Api.Platform;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>
/// What people answered, as figures of groups (docs/results.md). Every member may read them: they are protected so that nobody
/// can be found in them, and who has answered has a right to see what came of it.
/// </summary>
public static class SurveyResultEndpoints
{
    public static void MapSurveyResults(this IEndpointRouteBuilder app)
    {
        var wave = app.MapGroup("/v1/agencies/{agency}/surveys/{key}/waves/{wave}").WithTags("Surveys");
        wave.MapPost("/aggregation", Aggregate).WithName("aggregateSurvey").Allow(Who.Manager | Who.Admin, "surveys:write");
        wave.MapGet("/results", Get).WithName("getSurveyResults").Allow(Who.Members, "surveys:read")
            .Produces<SurveyResultsView>().Produces<string>(StatusCodes.Status200OK, "text/csv").Produces(StatusCodes.Status304NotModified)
            .Refuses(Problems.ResultsEmbargoed, Problems.NoMargins, Problems.WeightingRefused);
    }

    /// <summary>Counts what has been answered and publishes it as soon as that is safe: at least the agency's smallest group has to have answered since the last time.</summary>
    /// <param name="recount">Count every answer anew.</param>
    static async Task<Accepted<Operation>> Aggregate(string key, string wave, Caller caller, Agency home, SurveyResults results, CancellationToken ct, string? recount = null)
    {
        var read = new QueryErrors();
        var anew = read.Flag("recount", recount) ?? false;
        read.ThrowIfAny();
        var operation = await results.RequestAsync(caller, await FindAsync(results, caller, key, wave, ct), anew, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    /// <summary>The latest edition. What is hidden to protect people says <c>"suppressed": true</c>.</summary>
    /// <param name="by">Groups: <c>segment</c>, or an attribute that the survey is read by.</param>
    /// <param name="question">One question only, by its key.</param>
    /// <param name="weighted">To the population's margins.</param>
    static async Task<IResult> Get(
        string key, string wave, Caller caller, SurveyResults results, HttpContext http, CancellationToken ct, string? by = null, string? question = null, string? weighted = null)
    {
        var read = new QueryErrors();
        var toMargins = read.Flag("weighted", weighted) ?? false;
        read.ThrowIfAny();
        var (of, published) = await ReadAsync(key, wave, by, question, toMargins, ResultsAnswer.KnownTo(http), caller, results, ct);
        return new ResultsAnswer(of, published, by, question, toMargins);
    }

    internal static async Task<(WaveOfResults Of, PublishedResults Published)> ReadAsync(
        string key, string wave, string? by, string? question, bool toMargins, long? known, Caller caller, SurveyResults results, CancellationToken ct)
    {
        var of = await FindAsync(results, caller, key, wave, ct);
        if (by is not null && !(BodyValidator.IsClean(by) && of.CanBeReadBy(by)))
            throw Core.Platform.Problems.InvalidValue("?by", "unknown", "The survey is not read by that: use segment, or an attribute that it declares as a breakdown.");
        if (question is not null && of.Questions.All(q => q.Key != question)) throw Core.Platform.Problems.InvalidValue("?question", "unknown", "The survey has no such question.");
        if (of.Embargoed) throw Problems.ResultsEmbargoed.Because($"The wave \"{of.Name}\" is shown when it has closed.");
        if (toMargins && !of.HasMargins) throw Problems.NoMargins.Because("Nobody has said what the population is like.");
        var published = await results.FindAsync(caller.Agency, of.Id, by ?? "", question, toMargins, known, ct);
        if (toMargins && published.Refused) throw await RefusedAsync(results, caller, of, ct);
        return (of, published);
    }

    static async Task<Refusal> RefusedAsync(SurveyResults results, Caller caller, WaveOfResults of, CancellationToken ct)
    {
        var refused = await results.RefusedAsync(caller.Agency, of.Id, ct);
        var why = refused.Select(r => r.Code == "margin-too-thin"
            ? $"too few people have the value \"{r.Value}\" of \"{r.Attribute}\"" : $"no weights can give \"{r.Attribute}\" its shares; \"{r.Value}\" is farthest off");
        return Problems.WeightingRefused.Because($"The answers cannot be weighted: {string.Join("; ", why)}.", new Dictionary<string, object?> { ["margins"] = refused });
    }

    internal static async Task<WaveOfResults> FindAsync(SurveyResults results, Caller caller, string survey, string wave, CancellationToken ct) =>
        (BodyValidator.IsClean(survey) && BodyValidator.IsClean(wave) ? await results.FindWaveAsync(caller.Agency, survey, wave, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no such wave of a survey \"{survey}\" here.");
}
