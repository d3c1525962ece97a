using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>The editor of a survey, and the survey as a citizen will see it.</summary>
public static class SurveyEditorPages
{
    public static void MapSurveyEditor(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/new-survey", New).Allow(SegmentPages.Managers);
        // Keeps nothing: sent twice, it shows the same form twice.
        pages.MapPost("/new-survey", Draft).Allow(SegmentPages.Managers).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/surveys", Create).Allow(SegmentPages.Managers);
        pages.MapGet("/surveys/{key}/edit", Edit).Allow(SegmentPages.Managers);
        pages.MapPost("/surveys/{key}", Change).Allow(SegmentPages.Managers);
        pages.MapGet("/surveys/{key}/preview", Preview).Allow(SegmentPages.Managers);
    }

    static async Task<RazorComponentResult<SurveyEditor>> New(Agency home, Editing editing, CancellationToken ct) => await editing.ShowAsync(home, null, SurveyForm.Empty, ct);

    static async Task<RazorComponentResult<SurveyEditor>> Draft(HttpContext http, Caller caller, Agency home, Editing editing, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        var of = form["of"] is { Length: > 0 } key ? await editing.FindAsync(caller, key, ct) : null;
        return await editing.ShowAsync(home, of, SurveyForm.After(form, form["do"]), ct);
    }

    static async Task<RazorComponentResult<SurveyEditor>> Edit(string key, Caller caller, Agency home, Editing editing, CancellationToken ct)
    {
        var survey = await editing.FindAsync(caller, key, ct);
        return await editing.ShowAsync(home, survey, SurveyForm.Of(survey), ct);
    }

    static async Task<IResult> Create(HttpContext http, Caller caller, Agency home, Reader reader, Surveys surveys, Editing editing, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var wanted = PortalForm.Read<SurveyEndpoints.MakeSurvey>(SurveyForm.ToJson(sent));
            return reader.To($"surveys/{(await surveys.CreateAsync(caller, wanted.ToSurvey(wanted.Key, home), ct)).Key}");
        }, form => editing.ShowAsync(home, null, form, ct), SurveyForm.Field);
    }

    static async Task<IResult> Change(string key, HttpContext http, Caller caller, Agency home, Reader reader, Surveys surveys, Editing editing, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        var current = await editing.FindAsync(caller, key, ct);
        return await sent.SendAsync(async () =>
        {
            sent.Version.Check(current);
            var edited = PortalForm.Read<SurveyEndpoints.WriteSurvey>(SurveyForm.ToJson(sent)).ToSurvey(key, home) with { LinkUntil = current.LinkUntil };
            _ = await surveys.ChangeAsync(caller, current, edited, ct) ?? throw IfMatch.Changed();
            return reader.To($"surveys/{key}");
        }, form => editing.ShowAsync(home, current, form, ct), SurveyForm.Field);
    }

    /// <summary>What a citizen sees first, and, with answers in the address, what follows from them.</summary>
    static async Task<RazorComponentResult<SurveyPreview>> Preview(string key, HttpContext http, Caller caller, Editing editing, CancellationToken ct)
    {
        var survey = await editing.FindAsync(caller, key, ct);
        var form = PortalForm.Of(http.Request.Query.Where(q => BodyValidator.IsClean(q.Key) && q.Value.All(v => v is null || BodyValidator.IsClean(v))));
        return new(new { Survey = survey, Shown = SurveyPaths.Shown(survey.Questions, form), Form = form });
    }

    /// <summary>What the editor needs to know.</summary>
    public sealed class Editing(Surveys surveys, Segments segments, Attributes attributes, Services services)
    {
        public Task<Survey> FindAsync(Caller caller, string key, CancellationToken ct) => SurveyEndpoints.FindAsync(surveys, caller, key, ct);

        internal async Task<RazorComponentResult<SurveyEditor>> ShowAsync(Agency home, Survey? of, PortalForm form, CancellationToken ct) =>
            new(new { Names = await RuleNames.ReadAsync(home.Id, attributes, services, segments, ct), Of = of, Form = form });
    }
}
