using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Asking the citizen about a case: until there is an answer, its clock stands still (docs/clocks.md).</summary>
public static class QuestionEndpoints
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    const int WrongPerAddress = 30;

    public static void MapQuestions(this IEndpointRouteBuilder app)
    {
        var cases = app.MapGroup("/v1/agencies/{agency}/cases/{id:guid}").WithTags("Cases").WithEtags();
        cases.MapPost("/questions", Ask).WithName("askCitizen").Allow(Who.Staff, "cases:write").Refuses(Problems.AlreadyAsked, Problems.NothingToAsk);
        cases.MapPost("/questions/withdraw", Withdraw).WithName("withdrawQuestion").Allow(Who.Staff, "cases:write").Refuses(Problems.NothingAsked);
        cases.MapPost("/answers", Answer).WithName("answerQuestion").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites)
            .Refuses(Problems.NothingAsked, Core.Platform.Problems.TooMany);
    }

    static async Task<Created<CaseQuestion>> Ask(Guid id, Body<AskCitizen> body, Caller caller, Agency home, CaseQuestions questions, CancellationToken ct)
    {
        var asked = await questions.AskAsync(caller, id, body.Value.Text, ct) ?? throw CaseEndpoints.Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/cases/{id}/history", asked);
    }

    static async Task<Ok<CaseQuestion>> Withdraw(Guid id, Body<WithdrawQuestion> body, Caller caller, CaseQuestions questions, CancellationToken ct) =>
        TypedResults.Ok(await questions.WithdrawAsync(caller, id, body.Value.Reason, ct) ?? throw CaseEndpoints.Unknown(id));

    static async Task<Created<CaseQuestion>> Answer(
        Guid id, Body<AnswerQuestion> body, Caller caller, Agency home, CaseQuestions questions, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var guesser = $"answering from {Limits.AddressOf(http)}";
        throttle.Check(guesser, WrongPerAddress, Window);
        if (await questions.AnswerAsync(caller, id, body.Value.TrackingCode, body.Value.Text, ct) is { } answered)
            return TypedResults.Created($"/v1/agencies/{home.Slug}/cases/{id}/history", answered);
        if (body.Value.TrackingCode is not null) throttle.CountWrong(guesser, WrongPerAddress, Window);
        throw CaseEndpoints.Unknown(id);
    }

    /// <summary>A question to the citizen; they read it.</summary>
    public sealed record AskCitizen
    {
        /// <summary>What the agency has to know before it can go on.</summary>
        /// <example>Which of the two lamps is it?</example>
        [MinLength(1), MaxLength(20_000)]
        public required string Text { get; init; }
    }

    /// <summary>Why the answer is not needed any more.</summary>
    public sealed record WithdrawQuestion
    {
        /// <summary>The citizen reads it.</summary>
        /// <example>The crew has found it.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Reason { get; init; }
    }

    /// <summary>The citizen's answer, or what a clerk wrote down of it.</summary>
    public sealed record AnswerQuestion
    {
        /// <summary>What the citizen says.</summary>
        /// <example>The one at the bus stop.</example>
        [MinLength(1), MaxLength(20_000)]
        public required string Text { get; init; }

        /// <summary>Without an account: the code that the submitter was shown.</summary>
        [MaxLength(100)]
        public string? TrackingCode { get; init; }
    }
}
