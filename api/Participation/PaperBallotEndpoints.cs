using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Paper ballots: each is entered by two clerks, neither of whom sees what the other entered unless they differ.</summary>
public static class PaperBallotEndpoints
{
    public static void MapPaperBallots(this IEndpointRouteBuilder app)
    {
        var sheets = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}/paper-ballots").WithTags("Decisions").WithEtags();
        sheets.MapPost("", Enter).WithName("enterPaperBallot").Allow(Who.Staff).Refuses(
            Problems.NoDecision, Problems.InitiativeNotOpen, Problems.BoxOpened, Problems.SheetAgreed, Problems.BallotForm, Problems.ChoiceUnknown, Problems.TooManyChoices, Problems.PointsSum,
            Problems.OverBudget);
        sheets.MapGet("", List).WithName("listPaperBallots").Allow(Who.Staff).Refuses(Problems.NoDecision);
    }

    /// <summary>What a clerk reads on a sheet; until two agree, either can enter it once more. Until the box is opened, after closesAt too.</summary>
    static async Task<Ok<PaperSheet>> Enter(string key, Body<EnterSheet> body, Caller caller, Initiatives initiatives, PaperBallots sheets, CancellationToken ct) =>
        TypedResults.Ok(await sheets.EnterAsync(caller, await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct), body.Value.Sheet, body.Value.Choices, ct));

    static async Task<Ok<Page<PaperSheet>>> List(
        string key, [FromQuery, Description("waiting, agreed or disagreed.")] string? state, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, PaperBallots sheets,
        HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var wanted = read.Word<SheetState>("state", state);
        read.ThrowIfAny();
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        return TypedResults.Ok(page.Of(http, await sheets.ListAsync(caller, of, wanted, page.KeyCursor, page.LimitAndOne, ct), s => PageRequest.After(s.Ballot)));
    }

    /// <summary>What a clerk reads on a sheet.</summary>
    public sealed record EnterSheet
    {
        /// <summary>The code that is printed on it: the voter's receipt. Print codes that nobody can guess.</summary>
        /// <example>4T7C-H2WM-90XK-SHEE</example>
        [MinLength(8), MaxLength(100)]
        public required string Sheet { get; init; }

        /// <summary>As in a ballot by web.</summary>
        /// <example>["playground"]</example>
        [MaxLength(100)]
        public required JsonElement Choices { get; init; }
    }
}
