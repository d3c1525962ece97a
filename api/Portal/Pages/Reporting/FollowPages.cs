using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Portal.Pages.Reporting;

/// <summary>Following a case without an account, by its code, and saying how it ended.</summary>
public static class FollowPages
{
    public static void MapFollowing(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/follow", () => new RazorComponentResult<Follow>(new { Form = PortalForm.Empty })).Allow(Who.Anyone);
        pages.MapPost("/follow", Find).Allow(Who.Anyone).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapGet("/follow/case", Show).Allow(Who.Anyone);
        pages.MapPost("/follow/case/notes", AddNote).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites);
        pages.MapPost("/follow/case/attachments", Attach).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites)
            .WithMetadata(new HashesItsBody(), new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(AttachmentUpload.Largest));
        pages.MapPost("/follow/case/verdict", Say).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites);
        pages.MapPost("/follow/case/reopen", Reopen).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites);
    }

    static async Task<IResult> Find(HttpContext http, Caller caller, Reader reader, Cases cases, GuessThrottle throttle, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            if (form["code"].Length == 0) throw Problems.InvalidValue("/code", "required", "Type the tracking code.");
            await CitizensCase.GuessedAsync(throttle, http, async () => BodyValidator.IsClean(form["code"]) ? await cases.FindByCodeAsync(caller.Agency, form["code"], ct) : null);
            PortalSession.Code.Keep(http, form["code"]);
            return SeeOther.To(reader.To("follow/case"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 404 or 422 or 429)
        {
            var told = refusal.Problem.Status == 404 ? Problems.InvalidValue("/code", "no-such-code", refusal.Detail) : refusal;
            return new RazorComponentResult<Follow>(new { Form = form.Take(told) }) { StatusCode = refusal.Problem.Status };
        }
    }

    static async Task<IResult> Show(HttpContext http, Caller caller, Reader reader, TrackedCases tracked, GuessThrottle throttle, CancellationToken ct) =>
        PortalSession.Code.Of(http) is { } code
            ? new RazorComponentResult<Followed>(new { Case = await tracked.FindAsync(code, caller, throttle, http, ct), Form = PortalForm.Empty })
            : SeeOther.To(reader.To("follow"));

    static Task<IResult> AddNote(HttpContext http, Caller caller, Reader reader, TrackedCases tracked, CaseFollowing following, GuessThrottle throttle, CancellationToken ct) =>
        StepAsync(http, caller, reader, tracked, throttle, ["text"], (json, code) => TrackingEndpoints.AddNoteAsync(code, PortalForm.Read<TrackingEndpoints.AddTrackedNote>(json), caller, following, throttle, http, ct), ct);

    static Task<IResult> Attach(HttpContext http, Caller caller, Reader reader, TrackedCases tracked, Cases cases, Attachments attachments, GuessThrottle throttle, CancellationToken ct) =>
        StepAsync(http, caller, reader, tracked, throttle, [], (_, code) => AttachmentEndpoints.AttachByCodeAsync(code, http.Request, caller, cases, attachments, throttle, ct), ct);

    static Task<IResult> Say(HttpContext http, Caller caller, Reader reader, TrackedCases tracked, Cases cases, CitizensWord word, GuessThrottle throttle, CancellationToken ct) =>
        StepAsync(http, caller, reader, tracked, throttle, ["reason"], async (json, code) =>
        {
            json["solved"] = (await PortalForm.ReadAsync(http))["solved"] == "true";
            json["trackingCode"] = code;
            var found = await tracked.FindAsync(code, caller, throttle, http, ct);
            await VerdictEndpoints.SayAsync(found.Id, PortalForm.Read<VerdictEndpoints.SayVerdict>(json), asksWhy: true, caller, cases, word, throttle, http, ct);
        }, ct);

    static Task<IResult> Reopen(HttpContext http, Caller caller, Reader reader, TrackedCases tracked, Cases cases, CitizensWord word, GuessThrottle throttle, CancellationToken ct) =>
        StepAsync(http, caller, reader, tracked, throttle, ["reason"], async (json, code) =>
        {
            json["trackingCode"] = code;
            var found = await tracked.FindAsync(code, caller, throttle, http, ct);
            await VerdictEndpoints.ReopenAsync(found.Id, PortalForm.Read<VerdictEndpoints.ReopenCase>(json), caller, cases, word, throttle, http, ct);
        }, ct);

    // One step by whoever has the code: done, the case is shown anew; refused, the form is shown with why.
    static async Task<IResult> StepAsync(
        HttpContext http, Caller caller, Reader reader, TrackedCases tracked, GuessThrottle throttle, string[] fields, Func<System.Text.Json.Nodes.JsonObject, string, Task> step, CancellationToken ct)
    {
        if (PortalSession.Code.Of(http) is not { } code) return SeeOther.To(reader.To("follow"));
        var form = await PortalForm.ReadAsync(http);
        try
        {
            await step(form.ToJson(fields), code);
            return SeeOther.To(reader.To("follow/case"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 409 or 413 or 415 or 422)
        {
            return new RazorComponentResult<Followed>(new { Case = await tracked.FindAsync(code, caller, throttle, http, ct), Form = form.Take(refusal) }) { StatusCode = refusal.Problem.Status };
        }
    }
}
