using System.Text.Json;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Parts;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Answering;

/// <summary>
/// Answering a survey, a question a page: which one comes next depends on the answers before, without scripts. What was answered travels in the form and is kept nowhere until it is sent.
/// And, for members, what came of it.
/// </summary>
public static class AnswerPages
{
    const int MostShown = 200;

    public static void MapAnswering(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/answer", List).Allow(Who.Anyone);
        pages.MapGet("/answer/{key}", Begin).Allow(Who.Anyone);
        pages.MapPost("/answer/{key}/code", TakeCode).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/answer/{key}/{wave}", Step).Allow(Who.Anyone).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/answer/{key}/{wave}/sending", Send).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites).WithMetadata(new HashesItsBody());
        pages.MapGet("/answer/{key}/thanks", (string key) => new RazorComponentResult<AnswerThanks>(new { Key = key })).Allow(Who.Anyone);
    }

    static async Task<RazorComponentResult<AnswerList>> List(Caller caller, Surveys surveys, CancellationToken ct) =>
        new(new { Surveys = caller.IsStaff ? [] : await surveys.ListAsync(caller, null, MostShown, ct) });

    static async Task<IResult> Begin(string key, string? code, HttpContext http, Caller caller, Reader reader, AnswerReading reading, GuessThrottle throttle, CancellationToken ct)
    {
        if (code is null) return await reading.ShowAsync(key, PortalSession.SurveyCode.Of(http), caller, reader, PortalForm.Empty, ct);
        return await TakeAsync(key, PortalForm.Of([new("code", code)]), http, caller, reader, reading, throttle, ct);
    }

    static async Task<IResult> TakeCode(string key, HttpContext http, Caller caller, Reader reader, AnswerReading reading, GuessThrottle throttle, CancellationToken ct) =>
        await TakeAsync(key, await PortalForm.ReadAsync(http), http, caller, reader, reading, throttle, ct);

    // A code that nobody was given is told before anybody answers. A good one leaves the address at once: it would stand in the history of a browser that others use too.
    static async Task<IResult> TakeAsync(string key, PortalForm form, HttpContext http, Caller caller, Reader reader, AnswerReading reading, GuessThrottle throttle, CancellationToken ct)
    {
        try
        {
            await reading.CheckAsync(key, form["code"], caller, throttle, http, ct);
            PortalSession.SurveyCode.Keep(http, form["code"]);
            return SeeOther.To(reader.To($"answer/{key}"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 422 or 429)
        {
            var page = await reading.ShowAsync(key, null, caller, reader, form.Take(refusal), ct);
            if (page is RazorComponentResult<AnswerBegin> begin) begin.StatusCode = refusal.Problem.Status;
            return page;
        }
    }

    static async Task<RazorComponentResult<AnswerQuestion>> Step(string key, string wave, HttpContext http, Caller caller, Surveys surveys, CancellationToken ct)
    {
        var (form, survey) = (await PortalForm.ReadAsync(http), await SurveyEndpoints.FindAsync(surveys, caller, key, ct));
        var shown = SurveyPaths.Shown(survey.Questions, form);
        var at = shown.ToList().FindIndex(q => q.Key == form["at"]);
        var wrong = at >= 0 && form["go"] == "next" && Check(survey, shown, shown[at], form);
        var next = wrong || form["go"] == "show" ? at : form["go"] == "back" ? at - 1 : at + 1;
        return new(new { Survey = survey, Wave = wave, Form = form, Shown = shown, At = Math.Clamp(next, 0, shown.Count) }) { StatusCode = wrong ? StatusCodes.Status422UnprocessableEntity : 200 };
    }

    // The question that was just answered, by the rules of all answers; those that come later are not asked yet.
    static bool Check(Survey survey, IReadOnlyList<SurveyQuestion> shown, SurveyQuestion asked, PortalForm form)
    {
        var (_, errors) = SurveyAnswers.Read(survey.Questions, Answers(shown, form));
        var own = errors.Where(e => e.Question == asked.Key).ToList();
        if (own.Count > 0) form.Take(new Refusal(Core.Platform.Problems.Invalid, "The answer is not valid.") { Errors = [.. own.Select(e => e.Error)] }, FieldOf);
        return own.Count > 0;
    }

    static Dictionary<string, JsonElement> Answers(IReadOnlyList<SurveyQuestion> shown, PortalForm form) =>
        shown.Select(q => (q.Key, Answer: SurveyPaths.AnswerTo(q, form))).Where(a => a.Answer is not null).ToDictionary(a => a.Key, a => a.Answer!.Value);

    // "/answers/q1/row" is the field "a/q1/row".
    static string FieldOf(string pointer) => pointer.StartsWith("/answers/", StringComparison.Ordinal) ? $"{SurveyQuestionField.Answers}/{pointer["/answers/".Length..]}" : pointer.TrimStart('/');

    static async Task<IResult> Send(
        string key, string wave, HttpContext http, Caller caller, Reader reader, Surveys surveys, SurveyResponses responses, SurveySecrets secrets, CancellationToken ct)
    {
        var (form, survey) = (await PortalForm.ReadAsync(http), await SurveyEndpoints.FindAsync(surveys, caller, key, ct));
        if (caller.IsStaff) throw Core.Platform.Problems.Forbidden.Because("Staff enter answers for somebody at the desk.");
        if (!BodyValidator.IsClean(wave)) throw Core.Platform.Problems.NotFound.Because("There is no such wave of a survey for you here.");
        var shown = SurveyPaths.Shown(survey.Questions, form);
        try
        {
            if (caller.Retry is { } retry) retry.RequestHash = secrets.RequestHash(caller.Agency, retry.KeyHash, (await RawBody.ReadAsync(http)).Span);
            await responses.SubmitAsync(caller, key, wave, new(Answers(shown, form), PortalSession.SurveyCode.Of(http), false, null, Channel.Web), ct);
            PortalSession.SurveyCode.Forget(http);
            return SeeOther.To(reader.To($"answer/{key}/thanks"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 401 or 403 or 404 or 409 or 422)
        {
            return new RazorComponentResult<AnswerQuestion>(new { Survey = survey, Wave = wave, Form = form.Take(refusal, FieldOf), Shown = shown, At = shown.Count }) { StatusCode = refusal.Problem.Status };
        }
    }
}

/// <summary>What is promised to whoever answers a survey, and whether they can begin.</summary>
public sealed class AnswerReading(Surveys surveys, SurveyWaves waves, SurveyInvitations invitations, SurveyResults results, Attributes attributes)
{
    const int MostShown = 200;
    const int WrongPerAddress = 30;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>The survey's first page; of one that is over the list of what came out, if that is known.</summary>
    internal async Task<IResult> ShowAsync(string key, string? code, Caller caller, Reader reader, PortalForm form, CancellationToken ct)
    {
        if (await FindAsync(key, caller, ct) is not { } survey)
        {
            if (BodyValidator.IsClean(key) && await results.ListAsync(caller.Agency, key, null, 1, ct) is { Count: > 0 }) return SeeOther.To(reader.To($"results?over={Uri.EscapeDataString(key)}"));
            throw Core.Platform.Problems.NotFound.Because($"There is no survey \"{key}\" for you here.");
        }
        var past = await waves.ListAsync(caller, key, null, MostShown, ct);
        var open = past.Where(w => w.State == WaveState.Open).ToList();
        var invited = code is null ? null : await invitations.FindByCodeAsync(caller.Agency, key, code, ct);
        var names = survey.Labels.Any() ? (await attributes.ListAsync(caller.Agency, null, MostShown, ct)).ToDictionary(a => a.Key, a => a.Name) : [];
        return new RazorComponentResult<AnswerBegin>(new
        {
            GoesAlong = survey.Breakdowns.Select(b => b == Survey.BySegment ? reader["reports.by.segment"] : names.TryGetValue(b, out var name) ? reader.Of(name) : b).ToList(),
            Survey = survey, Wave = invited is null ? open.FirstOrDefault() : open.FirstOrDefault(w => w.Id == invited.Wave), HasResults = past.Any(w => w.State == WaveState.Closed),
            HasCode = invited is not null, Form = form,
        });
    }

    /// <summary>Refuses a code that nobody was given, and whoever tries many.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.Invalid"/>, <see cref="Core.Platform.Problems.TooMany"/>.</exception>
    internal async Task CheckAsync(string key, string code, Caller caller, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        if (code.Length == 0) throw Core.Platform.Problems.InvalidValue("/code", "required", "Type the code of the invitation.");
        var guesser = $"survey code from {Limits.AddressOf(http)}";
        throttle.Check(guesser, WrongPerAddress, Window);
        if (code.Length < 100 && BodyValidator.IsClean(code) && BodyValidator.IsClean(key) && await invitations.FindByCodeAsync(caller.Agency, key, code, ct) is not null) return;
        throttle.CountWrong(guesser, WrongPerAddress, Window);
        throw Core.Platform.Problems.InvalidValue("/code", "no-such-survey-code", "No invitation to this survey has this code.");
    }

    async Task<Survey?> FindAsync(string key, Caller caller, CancellationToken ct) => BodyValidator.IsClean(key) ? await surveys.FindAsync(caller, key, ct) : null;
}
