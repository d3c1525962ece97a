using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Answers. What is kept of them, and what is not, is in docs/surveys.md.</summary>
public static class SurveyResponseEndpoints
{
    public static void MapSurveyResponses(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/agencies/{agency}/surveys/{key}/waves/{wave}/responses", Answer).WithName("answerSurvey").WithTags("Surveys")
            .Allow(Who.Anyone, "surveys:answer").RequireRateLimiting(Limits.AnonymousWrites).WithMetadata(new HashesItsBody())
            .Refuses(
                Problems.WaveNotOpen, Problems.WaveClosed, Problems.AlreadyAnswered, Problems.NotAsked, Problems.SurveyCode, Problems.QuestionUnknown, Problems.QuestionHidden,
                Problems.AnswerMissing, Problems.AnswerType, Problems.AnswerOutOfRange, Problems.TextTooLong, Core.Platform.Problems.Unauthenticated, Core.Platform.Problems.Busy);

    /// <summary>Takes the answers of the citizen who is signed in, of the invitation whose token is sent, or of somebody for whom staff enter them. Each counts once.</summary>
    static async Task<Created<AnswerReceipt>> Answer(
        string key, string wave, Body<GiveAnswers> body, Caller caller, SurveyResponses responses, SurveySecrets secrets, HttpContext http, CancellationToken ct)
    {
        var given = body.Value;
        if (given.Answers.ValueKind != JsonValueKind.Object) throw Core.Platform.Problems.InvalidValue("/answers", "type", "This has to be an object of answers by question key.");
        if (!caller.IsStaff && (given.Assisted || given.CitizenId is not null))
            throw Core.Platform.Problems.InvalidValue(given.Assisted ? "/assisted" : "/citizenId", "not-allowed", "Only staff enter answers for somebody else.");
        if (!BodyValidator.IsClean(key) || !BodyValidator.IsClean(wave)) throw Core.Platform.Problems.NotFound.Because("There is no such wave of a survey for you here.");
        // Not the plain hash: who sees it could try out which answers it is of.
        if (caller.Retry is { } retry) retry.RequestHash = secrets.RequestHash(caller.Agency, retry.KeyHash, (await RawBody.ReadAsync(http)).Span);
        var answers = given.Answers.EnumerateObject().ToDictionary(a => a.Name, a => a.Value);
        var assisted = given.Assisted || caller.Kind == ActorKind.Staff;
        var receipt = await responses.SubmitAsync(caller, key, wave, new(answers, given.Token, assisted, given.CitizenId, caller.IsStaff ? given.Channel ?? Channel.Web : Channel.Web), ct);
        return TypedResults.Created((string?)null, receipt);
    }

    /// <summary>Answers to a survey.</summary>
    public sealed record GiveAnswers
    {
        /// <summary>By question key: single a key, multiple and ranking a list of keys, scale and number a number, text a string, matrix an object of option keys by row.</summary>
        /// <example>{}</example>
        [MaxLength(1 << 20)]
        public required JsonElement Answers { get; init; }

        /// <summary>The code of an invitation.</summary>
        [MaxLength(100)]
        public string? Token { get; init; }

        /// <summary>Staff enter it for somebody, who is named by citizenId or by the token.</summary>
        public bool Assisted { get; init; }

        /// <summary>For whom staff enter it.</summary>
        public Guid? CitizenId { get; init; }

        /// <summary>By what it came, when staff enter it.</summary>
        public Channel? Channel { get; init; }
    }
}
