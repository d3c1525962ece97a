using System.Text.Json.Nodes;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>Answering what citizens said in an initiative: one answer with its reason for as many as say the same.</summary>
public static class ContributionAnswerPages
{
    const int OnAPage = 50;
    const int MostRules = 100;

    public static void MapContributionAnswers(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/desk/initiatives/{key}", Show).Allow(Who.Staff);
        pages.MapPost("/desk/initiatives/{key}/answers", Answer).Allow(Who.Staff);
        pages.MapPost("/desk/initiatives/{key}/removals", Remove).Allow(Who.Staff);
    }

    static Task<RazorComponentResult<AnswersShown>> Show(string key, string? answered, string? kind, string? after, Caller caller, Reading reading, CancellationToken ct) =>
        reading.ShowAsync(key, answered, kind, after, caller, PortalForm.Empty, ct);

    static Task<IResult> Answer(string key, HttpContext http, Caller caller, Agency home, Reader reader, Contributions contributions, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, reader, reading, async (form, of) =>
        {
            var json = form.ToJson("decision");
            json["contributions"] = new JsonArray([.. form.All("contributions").Select(c => (JsonNode)c)]);
            (json["text"], json["reason"]) = (form.Localized("text") ?? (JsonNode)"", form.Localized("reason") ?? (JsonNode)"");
            var wanted = PortalForm.Read<ContributionEndpoints.AnswerContributions>(json);
            await contributions.AnswerAsync(caller, of, wanted.Contributions, wanted.ToAnswer(home), ct);
        }, ct);

    static Task<IResult> Remove(string key, HttpContext http, Caller caller, Reader reader, Moderation moderation, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, reader, reading, async (form, of) =>
        {
            var json = new JsonObject { ["rule"] = form["rule"], ["reason"] = form["why"] };
            var wanted = PortalForm.Read<ModerationEndpoints.RemoveRemark>(json);
            if (!Guid.TryParse(form["remark"], out var remark)) throw Core.Platform.Problems.InvalidValue("/remark", "required", "Say which.");
            _ = await moderation.RemoveAsync(caller, remark, wanted.Rule, wanted.Reason, ct) ?? throw Core.Platform.Problems.NotFound.Because("There is no such contribution here.");
        }, ct);

    static async Task<IResult> StepAsync(string key, HttpContext http, Caller caller, Reader reader, Reading reading, Func<PortalForm, Initiative, Task> step, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            await step(sent, await reading.FindAsync(key, caller, ct));
            return reader.To($"desk/initiatives/{key}");
        }, form => reading.ShowAsync(key, null, null, null, caller, form, ct),
            pointer => pointer.StartsWith("/contributions", StringComparison.Ordinal) ? "contributions" : pointer == "/reason" && sent.Has("why") ? "why" : pointer.TrimStart('/'));
    }

    /// <summary>What was said, and the rules by which it may be removed.</summary>
    public sealed class Reading(Initiatives initiatives, Contributions contributions, Moderation moderation)
    {
        internal Task<Initiative> FindAsync(string key, Caller caller, CancellationToken ct) => InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);

        internal async Task<RazorComponentResult<AnswersShown>> ShowAsync(string key, string? answered, string? kind, string? after, Caller caller, PortalForm form, CancellationToken ct)
        {
            var read = new QueryErrors();
            var (of, all) = (read.Word<ContributionKind>("kind", string.IsNullOrEmpty(kind) ? null : kind), answered == "true");
            read.ThrowIfAny();
            var initiative = await FindAsync(key, caller, ct);
            var found = await contributions.ListAsync(caller, initiative.Id, new(of, all ? null : false), null, Guid.TryParse(after, out var place) ? place : null, OnAPage + 1, ct);
            return new(new
            {
                // What was removed waits for no answer.
                Initiative = initiative, Contributions = found.Take(OnAPage).Where(c => all || c.Text is not null).ToList(), Kind = of, All = all, Next = found.Count > OnAPage ? found[OnAPage - 1].Id.ToString() : null,
                Counts = (await contributions.ReportAsync(caller.Agency, initiative.Id, ct)).Counts, Rules = await moderation.RulesAsync(caller.Agency, null, null, MostRules, ct), Form = form,
            });
        }
    }
}
