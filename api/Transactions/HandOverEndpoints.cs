using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Who works a case: handing it over between units, and assigning it (docs/desk.md).</summary>
public static class HandOverEndpoints
{
    public static void MapHandOvers(this IEndpointRouteBuilder app)
    {
        var cases = app.MapGroup("/v1/agencies/{agency}/cases/{id:guid}").WithTags("Cases").WithEtags();
        cases.MapPost("/hand-over", HandOver).WithName("handOverCase").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.AlreadyThere, Problems.HandedOverMeanwhile, Problems.CaseMerged, Core.Platform.Problems.PreconditionFailed);
        cases.MapPost("/assign", Assign).WithName("assignCase").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.AlreadyThere, Problems.HandedOverMeanwhile, Problems.CaseMerged, Core.Platform.Problems.PreconditionFailed);
    }

    /// <summary>Gives a case to another unit; with If-Match, only as it was read.</summary>
    static async Task<Ok<Case>> HandOver(Guid id, Body<HandOverCase> body, Caller caller, Cases cases, HandOvers handOvers, HttpContext http, CancellationToken ct)
    {
        await CheckIfMatchAsync(id, caller, cases, http, ct);
        return TypedResults.Ok(await handOvers.HandOverAsync(caller, id, body.Value.Unit, body.Value.Assignee, body.Value.Reason, ct) ?? throw CaseEndpoints.Unknown(id));
    }

    /// <summary>Gives a case to a member of staff, or to nobody; with If-Match, only as it was read.</summary>
    static async Task<Ok<Case>> Assign(Guid id, Body<AssignCase> body, Caller caller, Cases cases, HandOvers handOvers, HttpContext http, CancellationToken ct)
    {
        await CheckIfMatchAsync(id, caller, cases, http, ct);
        return TypedResults.Ok(await handOvers.AssignAsync(caller, id, body.Value.Assignee, body.Value.Reason, ct) ?? throw CaseEndpoints.Unknown(id));
    }

    static async Task CheckIfMatchAsync(Guid id, Caller caller, Cases cases, HttpContext http, CancellationToken ct)
    {
        if (http.Request.Headers.IfMatch.Count == 0) return;
        (await IfMatch.BindAsync(http, null!))!.Check(await CaseEndpoints.FindAsync(cases, caller, id, ct));
    }

    /// <summary>Where a case goes.</summary>
    public sealed record HandOverCase
    {
        /// <summary>The key of a unit that is open.</summary>
        /// <example>public-works</example>
        [MinLength(1), MaxLength(100)]
        public required string Unit { get; init; }

        /// <summary>Who works on it there; when not said, the unit decides.</summary>
        public Guid? Assignee { get; init; }

        /// <summary>Why; the citizen reads it.</summary>
        /// <example>The lamp stands in a park.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Reason { get; init; }
    }

    /// <summary>Who works on a case.</summary>
    public sealed record AssignCase
    {
        /// <summary>A member of staff; null for nobody.</summary>
        public required Guid? Assignee { get; init; }

        /// <summary>Why; the citizen reads it.</summary>
        /// <example>She knows the street.</example>
        [MinLength(1), MaxLength(4_000)]
        public string? Reason { get; init; }
    }
}
