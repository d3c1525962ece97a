using System.Text.Json.Nodes;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>A wave of a survey: who is asked, how many answered, when it closes.</summary>
public static class WavePages
{
    public static void MapWavePages(this IEndpointRouteBuilder pages)
    {
        const string at = "/surveys/{key}/waves/{wave}";
        pages.MapGet(at, Show).Allow(SegmentPages.Managers);
        pages.MapPost(at, Change).Allow(SegmentPages.Managers);
        var wave = pages.MapGroup(at);
        wave.MapPost("/closing", Close).Allow(SegmentPages.Managers);
        wave.MapPost("/invitations", Invite).Allow(SegmentPages.Managers);
        wave.MapPost("/reminders", Remind).Allow(SegmentPages.Managers);
        wave.MapPost("/aggregation", Count).Allow(SegmentPages.Managers);
        wave.MapPost("/letters", Letters).Allow(SegmentPages.Managers).WithMetadata(new NeedsNoIdempotencyKey()); // a file, which reads secrets
    }

    static async Task<RazorComponentResult<WaveShown>> Show(string key, string wave, Caller caller, Agency home, Reading reading, CancellationToken ct) =>
        await reading.ShowAsync(caller, home, key, wave, PortalForm.Empty, ct);

    static Task<IResult> Change(string key, string wave, HttpContext http, Caller caller, Agency home, Reader reader, SurveyWaves waves, Reading reading, CancellationToken ct) =>
        StepAsync(key, wave, http, caller, home, reading, async (form, current) =>
        {
            form.Version.Check(current);
            var to = PortalForm.Read<SurveyWaveEndpoints.WriteWave>(SurveyPages.WaveJson(reader, form));
            _ = await waves.ChangeAsync(caller, current, to.Name, to.OpensAt, to.ClosesAt, form["embargo"] == "true", ct) ?? throw IfMatch.Changed();
            return reader.To($"surveys/{key}/waves/{current.Id}");
        }, ct);

    static Task<IResult> Close(string key, string wave, HttpContext http, Caller caller, Agency home, Reader reader, SurveyWaves waves, TimeProvider clock, Reading reading, CancellationToken ct) =>
        StepAsync(key, wave, http, caller, home, reading, async (form, current) =>
        {
            form.Version.Check(current);
            _ = await waves.ChangeAsync(caller, current, current.Name, current.OpensAt, clock.Now(), current.Embargo, ct) ?? throw IfMatch.Changed();
            return reader.To($"surveys/{key}/waves/{current.Id}");
        }, ct);

    static Task<IResult> Invite(string key, string wave, HttpContext http, Caller caller, Agency home, Reader reader, SurveyInvitations invitations, Reading reading, CancellationToken ct) =>
        StepAsync(key, wave, http, caller, home, reading, async (form, current) =>
        {
            var json = form.ToJson("channel", "service");
            foreach (var number in (string[])["closedWithinDays", "size", "codes"])
                if (form.Number(number) is { } typed) json[number] = typed;
            if (form.All("segments") is { Count: > 0 } segments) json["segments"] = new JsonArray([.. segments.Select(s => (JsonNode)s)]);
            var operation = await SurveyInvitationEndpoints.InviteAsync(PortalForm.Read<SurveyInvitationEndpoints.OrderInvitations>(json), current, caller, invitations, ct);
            return reader.To($"operations/{operation.Id}?to=surveys/{key}/waves/{current.Id}");
        }, ct);

    static Task<IResult> Remind(string key, string wave, HttpContext http, Caller caller, Agency home, Reader reader, SurveyInvitations invitations, Reading reading, CancellationToken ct) =>
        StepAsync(key, wave, http, caller, home, reading, async (_, current) =>
            reader.To($"operations/{(await SurveyInvitationEndpoints.RemindAsync(current, caller, invitations, ct)).Id}?to=surveys/{key}/waves/{current.Id}"), ct);

    static Task<IResult> Count(string key, string wave, HttpContext http, Caller caller, Agency home, Reader reader, SurveyResults results, Reading reading, CancellationToken ct) =>
        StepAsync(key, wave, http, caller, home, reading, async (_, current) =>
        {
            var of = await SurveyResultEndpoints.FindAsync(results, caller, key, wave, ct);
            return reader.To($"operations/{(await results.RequestAsync(caller, of, false, ct)).Id}?to=surveys/{key}/waves/{current.Id}/results");
        }, ct);

    /// <summary>The codes of the letters to be printed, as the API gives them.</summary>
    static async Task<FileContentHttpResult> Letters(string key, string wave, Caller caller, SurveyWaves waves, SurveyInvitations invitations, AccessLog log, CancellationToken ct)
    {
        var csv = await SurveyInvitationEndpoints.LettersAsync(key, wave, caller, waves, invitations, log, ct);
        return TypedResults.File(System.Text.Encoding.UTF8.GetBytes(csv), "text/csv; charset=utf-8", $"letters-{key}.csv");
    }

    static async Task<IResult> StepAsync(
        string key, string wave, HttpContext http, Caller caller, Agency home, Reading reading, Func<PortalForm, SurveyWave, Task<string>> step, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        var current = await reading.FindAsync(caller, key, wave, ct);
        return await sent.SendAsync(() => step(sent, current), form => reading.ShowAsync(caller, home, key, wave, form, ct));
    }

    /// <summary>All of a wave that its page shows.</summary>
    public sealed class Reading(Surveys surveys, SurveyWaves waves, Segments segments, Core.Information.Services services)
    {
        const int Most = 500;

        internal Task<SurveyWave> FindAsync(Caller caller, string key, string wave, CancellationToken ct) => SurveyWaveEndpoints.FindAsync(waves, caller, key, wave, ct);

        internal async Task<RazorComponentResult<WaveShown>> ShowAsync(Caller caller, Agency home, string key, string wave, PortalForm form, CancellationToken ct) => new(new
        {
            Survey = await SurveyEndpoints.FindAsync(surveys, caller, key, ct), Wave = await FindAsync(caller, key, wave, ct), Form = form,
            Segments = await segments.ListAsync(home.Id, false, null, null, Segments.Most, ct), Services = await services.ListAsync(home.Id, null, drafts: false, Most, ct),
        });
    }
}
