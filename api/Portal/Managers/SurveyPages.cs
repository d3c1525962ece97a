using System.Text.Json.Nodes;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Parts;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>Surveys, and when they are asked.</summary>
public static class SurveyPages
{
    const int OnAPage = 50;
    const int MostWaves = 100;

    public static void MapSurveyPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/surveys", List).Allow(SegmentPages.Managers);
        pages.MapGet("/surveys/{key}", Show).Allow(SegmentPages.Managers);
        pages.MapPost("/surveys/{key}/waves", AddWave).Allow(SegmentPages.Managers);
    }

    static async Task<RazorComponentResult<SurveyList>> List(string? after, Caller caller, Surveys surveys, CancellationToken ct)
    {
        var found = await surveys.ListAsync(caller, after is not null && BodyValidator.IsClean(after) ? after : null, OnAPage + 1, ct);
        return new(new { Surveys = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Key : null });
    }

    static async Task<RazorComponentResult<SurveyShown>> Show(string key, Caller caller, Reading reading, CancellationToken ct) => await reading.ShowAsync(caller, key, PortalForm.Empty, ct);

    static async Task<IResult> AddWave(string key, HttpContext http, Caller caller, Reader reader, SurveyWaves waves, Reading reading, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var wanted = PortalForm.Read<SurveyWaveEndpoints.WriteWave>(WaveJson(reader, sent));
            var made = (BodyValidator.IsClean(key) ? await waves.AddAsync(caller, key, wanted.Name, wanted.OpensAt, wanted.ClosesAt, wanted.Embargo, ct) : null)
                ?? throw Core.Platform.Problems.NotFound.Because("There is no such survey here.");
            return reader.To($"surveys/{key}/waves/{made.Id}");
        }, form => reading.ShowAsync(caller, key, form, ct));
    }

    internal static JsonObject WaveJson(Reader reader, PortalForm form)
    {
        var json = new JsonObject { ["name"] = form["name"] };
        foreach (var moment in (string[])["opensAt", "closesAt"])
            if (MomentField.Read(reader, form, moment) is { } at) json[moment] = at;
        if (form["embargo"].Length > 0) json["embargo"] = form["embargo"] == "true";
        return json;
    }

    /// <summary>All of a survey that its page shows.</summary>
    public sealed class Reading(Surveys surveys, SurveyWaves waves, Attributes attributes, Services services, Segments segments)
    {
        internal async Task<RazorComponentResult<SurveyShown>> ShowAsync(Caller caller, string key, PortalForm form, CancellationToken ct)
        {
            var survey = await SurveyEndpoints.FindAsync(surveys, caller, key, ct);
            return new(new
            {
                Survey = survey, Waves = await waves.ListAsync(caller, survey.Key, null, MostWaves, ct), Names = await RuleNames.ReadAsync(caller.Agency, attributes, services, segments, ct), Form = form,
            });
        }
    }
}
