using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Linking;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Merging of cases that are about the same.</summary>
public static class CaseMergeEndpoints
{
    public static void MapCaseMerges(this IEndpointRouteBuilder app)
    {
        var cases = app.MapGroup("/v1/agencies/{agency}/cases/{id:guid}").WithTags("Cases").WithEtags();
        cases.MapPost("/merge", Merge).WithName("mergeCase").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.MergeIntoItself, Problems.MergeInACircle, Problems.MergeIntoMerged, Problems.CaseMerged, Problems.CaseMoved);
        cases.MapPost("/unmerge", Unmerge).WithName("unmergeCase").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.NotMerged, Problems.MergeCannotBeTakenBack, Problems.CaseMoved);
    }

    /// <summary>Ends a case because another one goes on for both. Both keep their history, and both submitters are told.</summary>
    static async Task<Ok<Case>> Merge(Guid id, Body<MergeCase> body, Caller caller, CaseMerges merges, CancellationToken ct) =>
        TypedResults.Ok(await merges.MergeAsync(caller, id, body.Value.Into, body.Value.Reason ?? "Both are about the same.", ct)
            ?? throw Core.Platform.Problems.NotFound.Because("One of the two cases is not there for you."));

    /// <summary>Takes a merge back that was a mistake: the case goes on from where it stood, and both submitters are told.</summary>
    static async Task<Ok<Case>> Unmerge(Guid id, Body<UnmergeCase> body, Caller caller, CaseMerges merges, CancellationToken ct) =>
        TypedResults.Ok(await merges.TakeBackAsync(caller, id, body.Value.Reason, ct) ?? throw CaseEndpoints.Unknown(id));

    /// <summary>A merge that was a mistake.</summary>
    public sealed record UnmergeCase
    {
        /// <summary>Why; both submitters read it.</summary>
        /// <example>There are two lamps at the corner.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Reason { get; init; }
    }

    /// <summary>Where a case goes on.</summary>
    public sealed record MergeCase
    {
        /// <summary>The case that goes on.</summary>
        public required Guid Into { get; init; }

        /// <summary>Why; both submitters read it.</summary>
        /// <example>Both tell of the lamp at the corner.</example>
        [MinLength(1), MaxLength(4_000)]
        public string? Reason { get; init; }
    }
}
