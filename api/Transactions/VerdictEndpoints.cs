using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>The citizen's word on how a case ended, said by who submitted it or with its code (docs/life-cycle.md).</summary>
public static class VerdictEndpoints
{
    public static void MapVerdicts(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Cases").WithEtags();
        agency.MapPost("/cases/{id:guid}/verdict", Say).WithName("sayVerdict").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites)
            .Refuses(Core.Identity.Problems.NoMandate, Problems.CaseNotOver, Problems.CitizensOwnWord, Problems.NotYoursToConfirm, Problems.CaseMoved);
        agency.MapPost("/cases/{id:guid}/reopen", Reopen).WithName("reopenCase").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites)
            .Refuses(Core.Identity.Problems.NoMandate, Problems.CaseNotOver, Problems.CitizensOwnWord, Problems.ReopeningTooLate, Problems.ReopeningTooOften, Problems.CaseMerged, Problems.CaseMoved);
        agency.MapGet("/verdicts", Count).WithName("countVerdicts").Allow(Who.Staff, "cases:read");
    }

    static async Task<Ok<CaseWord>> Say(
        Guid id, Body<SayVerdict> body, Caller caller, Cases cases, CitizensWord word, CaseRuleBook rules, TimeProvider clock, GuessThrottle throttle, HttpContext http,
        CancellationToken ct)
    {
        var said = await SayAsync(id, body.Value, asksWhy: false, caller, cases, word, throttle, http, ct);
        return TypedResults.Ok(CaseWord.Of(said, (await rules.FindAsync(caller.Agency, ct)).ReopeningOf(said, clock.Now())));
    }

    /// <summary>Keeps the word of whoever speaks as a case's citizen. Our pages ask why, for the sake of whoever sees to it; other programs may leave it.</summary>
    internal static async Task<Case> SayAsync(
        Guid id, SayVerdict saying, bool asksWhy, Caller caller, Cases cases, CitizensWord word, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var (verdict, reason) = (saying.Solved ? Verdict.Solved : Verdict.NotSolved, saying.Reason);
        if (asksWhy && verdict == Verdict.NotSolved && reason is null)
            throw Core.Platform.Problems.InvalidValue("/reason", "required", "Say what is not solved: somebody is going to see to it.");
        var own = await CitizensCase.FindAsync(id, saying.TrackingCode, caller, cases, throttle, http, ct);
        return await word.SayAsync(own.Speaker, own.Case, verdict, reason, own.ByCode, ct);
    }

    static async Task<Ok<CaseWord>> Reopen(
        Guid id, Body<ReopenCase> body, Caller caller, Cases cases, CitizensWord word, GuessThrottle throttle, HttpContext http, CancellationToken ct) =>
        TypedResults.Ok(CaseWord.Of(await ReopenAsync(id, body.Value, caller, cases, word, throttle, http, ct), null));

    /// <summary>Opens a case again for whoever speaks as its citizen.</summary>
    internal static async Task<Case> ReopenAsync(
        Guid id, ReopenCase wanted, Caller caller, Cases cases, CitizensWord word, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var own = await CitizensCase.FindAsync(id, wanted.TrackingCode, caller, cases, throttle, http, ct);
        return await word.ReopenAsync(own.Speaker, own.Case, wanted.Reason, ct);
    }

    /// <summary>How often citizens called cases solved, not solved, or said nothing, by service; no cell is below the agency's smallest group.</summary>
    static async Task<Ok<VerdictReport>> Count(Agency home, Verdicts verdicts, CancellationToken ct) => TypedResults.Ok(await verdicts.CountAsync(home, ct));

    /// <summary>The citizen's word.</summary>
    public sealed record SayVerdict
    {
        /// <summary>Whether it is.</summary>
        /// <example>false</example>
        public required bool Solved { get; init; }

        /// <summary>Why it is not. Who does not say why is asked by the follow-up question of the recovery.</summary>
        /// <example>It shone for one night.</example>
        [MinLength(1), MaxLength(4_000)]
        public string? Reason { get; init; }

        /// <summary>For who has no account, or speaks for an anonymous case.</summary>
        [MinLength(1), MaxLength(100)]
        public string? TrackingCode { get; init; }
    }

    /// <summary>A case that its citizen wants to go on.</summary>
    public sealed record ReopenCase
    {
        /// <summary>Why.</summary>
        /// <example>The lamp is out again.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Reason { get; init; }

        /// <summary>For who has no account, or speaks for an anonymous case.</summary>
        [MinLength(1), MaxLength(100)]
        public string? TrackingCode { get; init; }
    }

    /// <summary>How a case stands by both words, as whoever has its code may know it.</summary>
    /// <param name="Id">UUID version 7.</param>
    /// <param name="Number">The agency's running number.</param>
    /// <param name="Status">The agency's word.</param>
    /// <param name="Outcome">What became of it, by the agency's word.</param>
    /// <param name="Verdict">The citizen's word on this round.</param>
    /// <param name="VerdictAt">When it was said.</param>
    /// <param name="Round">1, and one more with every reopening.</param>
    /// <param name="Reopening">What can still be done, once it is over.</param>
    public sealed record CaseWord(
        Guid Id, long Number, CaseStatus Status, CaseOutcome? Outcome, Verdict? Verdict, DateTimeOffset? VerdictAt, int Round, Reopening? Reopening)
    {
        internal static CaseWord Of(Case c, Reopening? reopening) => new(c.Id, c.Number, c.Status, c.Outcome, c.Verdict, c.VerdictAt, c.Round, reopening);
    }
}
