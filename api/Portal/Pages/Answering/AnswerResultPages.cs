using System.Text.Json;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Managers;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Answering;

/// <summary>What came of surveys, for every member, for good: not only while one is asked again.</summary>
public static class AnswerResultPages
{
    const int OnAPage = 50;

    public static void MapAnswerResults(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/results", List).Allow(Who.Members);
        pages.MapGet("/results/{key}/{wave}", Show).Allow(Who.Members);
    }

    static async Task<RazorComponentResult<AnswerResultList>> List(string? after, string? over, Caller caller, SurveyResults results, CancellationToken ct)
    {
        var survey = over is { Length: > 0 } && BodyValidator.IsClean(over) ? over : null;
        var found = await results.ListAsync(caller.Agency, survey, TimeCursor.Parse(after), OnAPage + 1, ct);
        return new(new
        {
            Waves = found.Take(OnAPage).ToList(), Over = survey is not null,
            Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].AsOf, found[OnAPage - 1].Wave).ToString() : null,
        });
    }

    static async Task<RazorComponentResult<AnswerResults>> Show(string key, string wave, Caller caller, SurveyResults results, CancellationToken ct)
    {
        var (of, published) = await SurveyResultEndpoints.ReadAsync(key, wave, null, null, false, null, caller, results, ct);
        return new(new
        {
            Wave = of, published.AsOf, Head = published.Head is { } head ? JsonSerializer.Deserialize<ResultsHead>(head, Wire.Json) : null,
            Questions = published.Questions.Select(q => JsonSerializer.Deserialize<QuestionResultsView>(q, Wire.Json)!).ToList(),
        });
    }
}
