using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Appeals against how a case ended: made by its citizen, decided by staff, with a reason.</summary>
public static class AppealEndpoints
{
    public static void MapAppeals(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Appeals").WithEtags();
        agency.MapPost("/cases/{id:guid}/appeals", Make).WithName("appeal").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites)
            .Refuses(Core.Identity.Problems.NoMandate, Problems.CaseNotOver, Problems.CitizensOwnWord, Problems.AppealExists, Problems.CaseMerged, Problems.CaseMoved);
        agency.MapGet("/appeals", List).WithName("listAppeals").Allow(Who.Members, "cases:read");
        agency.MapGet("/appeals/{id:guid}", Get).WithName("getAppeal").Allow(Who.Members, "cases:read");
        agency.MapPost("/appeals/{id:guid}/decision", Decide).WithName("decideAppeal").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.OwnDecision, Problems.AppealDecided, Problems.CaseMerged, Problems.CaseMoved);
    }

    static async Task<Created<Appeal>> Make(
        Guid id, Body<MakeAppeal> body, Caller caller, Agency home, Cases cases, Appeals appeals, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var own = await CitizensCase.FindAsync(id, body.Value.TrackingCode, caller, cases, throttle, http, ct);
        var made = await appeals.MakeAsync(own.Speaker, own.Case, body.Value.Reason, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/appeals/{made.Id}", made);
    }

    static async Task<Ok<Page<Appeal>>> List(
        [FromQuery, Description("open, upheld or dismissed.")] string? state,
        [FromQuery(Name = "case"), Description("Of one case.")] string? caseId,
        [FromQuery, Description("The member of staff who has to decide it.")] string? owner,
        [FromQuery, Description("member, unit or managers: whose turn it is.")] string? ownedBy,
        [AsParameters] PageRequest page, Caller caller, Appeals appeals, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (inState, ofCase, ownerId, queue) = (read.Word<AppealState>("state", state), read.Id("case", caseId), read.Id("owner", owner), read.Word<OwnedBy>("ownedBy", ownedBy));
        read.ThrowIfAny();
        var found = await appeals.ListAsync(caller, ofCase, inState, queue, ownerId, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        var shown = page.Of(http, found, a => new TimeCursor(a.CreatedAt, a.Id).ToString());
        await log.RecordListAsync(caller, "appeals.listed", "case", ofCase, shown.Items.Select(a => a.CaseId), ct);
        return TypedResults.Ok(shown);
    }

    static async Task<Ok<Appeal>> Get(Guid id, Caller caller, Appeals appeals, AccessLog log, CancellationToken ct)
    {
        var found = await appeals.FindAsync(caller, id, ct) ?? throw Unknown(id);
        await log.RecordAsync(caller, "appeal.read", "case", found.CaseId, ct);
        return TypedResults.Ok(found);
    }

    static async Task<Ok<Appeal>> Decide(Guid id, Body<DecideAppeal> body, Caller caller, Appeals appeals, CancellationToken ct) =>
        TypedResults.Ok(await appeals.DecideAsync(caller, id, body.Value.Decision == AppealDecision.Upheld, body.Value.Reason, ct) ?? throw Unknown(id));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no appeal {id} for you here.");

    /// <summary>What is decided.</summary>
    public enum AppealDecision
    {
        Upheld,
        Dismissed,
    }

    /// <summary>An appeal.</summary>
    public sealed record MakeAppeal
    {
        /// <summary>What was wrong with how the case ended.</summary>
        /// <example>The refusal names a street that I do not live in.</example>
        [MinLength(1), MaxLength(10_000)]
        public required string Reason { get; init; }

        /// <summary>For who has no account, or speaks for an anonymous case.</summary>
        [MinLength(1), MaxLength(100)]
        public string? TrackingCode { get; init; }
    }

    /// <summary>The decision on an appeal.</summary>
    public sealed record DecideAppeal
    {
        /// <summary>Upheld, it reopens the case.</summary>
        /// <example>upheld</example>
        public required AppealDecision Decision { get; init; }

        /// <summary>Why; the citizen reads it.</summary>
        /// <example>The address was read wrongly.</example>
        [MinLength(1), MaxLength(10_000)]
        public required string Reason { get; init; }
    }
}
