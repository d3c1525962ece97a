using System.Text.Json;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>What came of a survey: figures in tables, with charts beside them, and what is hidden said as such.</summary>
public static class ResultPages
{
    public static void MapResultPages(this IEndpointRouteBuilder pages) => pages.MapGet("/surveys/{key}/waves/{wave}/results", Show).Allow(SegmentPages.Managers);

    static async Task<RazorComponentResult<ResultsShown>> Show(
        string key, string wave, string? by, string? weighted, Caller caller, Agency home, Surveys surveys, SurveyResults results, Attributes attributes, Services services, Segments segments,
        CancellationToken ct)
    {
        var survey = await SurveyEndpoints.FindAsync(surveys, caller, key, ct);
        var asked = string.IsNullOrEmpty(by) ? null : by;
        var (of, published) = await SurveyResultEndpoints.ReadAsync(key, wave, asked, null, weighted == "true", null, caller, results, ct);
        return new(new
        {
            Survey = survey, Wave = of, By = asked, Weighted = weighted == "true", published.AsOf, Names = await RuleNames.ReadAsync(home.Id, attributes, services, segments, ct),
            Head = published.Head is { } head ? JsonSerializer.Deserialize<ResultsHead>(head, Wire.Json) : null,
            Questions = published.Questions.Select(q => JsonSerializer.Deserialize<QuestionResultsView>(q, Wire.Json)!).ToList(),
        });
    }
}

/// <summary>What stands above the questions of an edition.</summary>
public sealed record ResultsHead(long? Responses, ResponseRateView? ResponseRate, IReadOnlyList<ResultGroupView>? Groups, HiddenView? Hidden, Weighting? Weighting);

/// <summary>A row of a matrix, whose figures are those of a question.</summary>
public sealed record RowResults(string Key, bool? Suppressed, long? N, IReadOnlyList<OptionResultView>? Options);
