using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Secret ballots. What is kept of them, and what is not, is in docs/participation.md.</summary>
public static class BallotEndpoints
{
    public static void MapBallots(this IEndpointRouteBuilder app)
    {
        var ballots = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}").WithTags("Decisions");
        ballots.MapPost("/ballots", Cast).WithName("castBallot").Allow(Who.Citizen | Who.Staff, "ballots:write").WithMetadata(new HashesItsBody()).Refuses(
            Problems.NoDecision, Problems.InitiativeNotOpen, Problems.InitiativeClosed, Problems.NotEligible, Problems.AlreadyVoted, Problems.BallotForm, Problems.ChoiceUnknown,
            Problems.TooManyChoices, Problems.PointsSum, Problems.OverBudget, Core.Platform.Problems.Busy);
        // The receipt is in the body, not in the address: addresses stand in logs.
        ballots.MapPost("/ballots/revision", Revise).WithName("reviseBallot").Allow(Who.Anyone, "ballots:write").RequireRateLimiting(Limits.AnonymousWrites)
            .WithMetadata(new HashesItsBody()).Refuses(
            Problems.NoDecision, Problems.InitiativeNotOpen, Problems.InitiativeClosed, Problems.ReceiptUnknown, Problems.BallotForm, Problems.ChoiceUnknown, Problems.TooManyChoices,
            Problems.PointsSum, Problems.OverBudget);
        ballots.MapPost("/paper-voters", TickOff).WithName("tickOffVoter").Allow(Who.Staff, "ballots:write").WithMetadata(new HashesItsBody()).Refuses(
            Problems.NoDecision, Problems.InitiativeNotOpen, Problems.InitiativeClosed, Problems.NotEligible, Problems.AlreadyVoted);
    }

    /// <summary>Takes the ballot of the citizen who is signed in, or of one for whom staff enter it. Each has one voice; the receipt is shown once.</summary>
    static async Task<Created<BallotReceipt>> Cast(string key, Body<CastBallot> body, Caller caller, Ballots ballots, BallotSecrets secrets, HttpContext http, CancellationToken ct)
    {
        var given = body.Value;
        if (!caller.IsStaff && given.CitizenId is not null) throw Core.Platform.Problems.InvalidValue("/citizenId", "not-allowed", "Only staff enter ballots for somebody else.");
        CheckKey(key);
        await HideAsync(caller, secrets, http);
        return TypedResults.Created((string?)null, await ballots.CastAsync(caller, key, given.Choices, given.CitizenId, ct));
    }

    /// <summary>Puts another ballot in the place of the one with this receipt, whoever holds it, until closesAt.</summary>
    static async Task<Ok<BallotReceipt>> Revise(string key, Body<ReviseBallot> body, Caller caller, Ballots ballots, BallotSecrets secrets, HttpContext http, CancellationToken ct)
    {
        CheckKey(key);
        await HideAsync(caller, secrets, http);
        return TypedResults.Ok(await ballots.ReviseAsync(caller, key, body.Value.Receipt, body.Value.Choices, ct));
    }

    /// <summary>Ticks a citizen off who is given a paper ballot: their voice is used.</summary>
    static async Task<NoContent> TickOff(string key, Body<NameVoter> body, Caller caller, Ballots ballots, BallotSecrets secrets, HttpContext http, CancellationToken ct)
    {
        CheckKey(key);
        await HideAsync(caller, secrets, http);
        await ballots.TickOffAsync(caller, key, body.Value.CitizenId, ct);
        return TypedResults.NoContent();
    }

    static void CheckKey(string key)
    {
        if (!BodyValidator.IsClean(key)) throw Core.Platform.Problems.NotFound.Because("There is no such initiative for you here.");
    }

    // Not the plain hash: who sees it could try out which ballot it is of.
    internal static async Task HideAsync(Caller caller, BallotSecrets secrets, HttpContext http)
    {
        if (caller.Retry is { } retry) retry.RequestHash = secrets.RequestHash(caller.Agency, retry.KeyHash, (await RawBody.ReadAsync(http)).Span);
    }

    /// <summary>A ballot.</summary>
    public sealed record CastBallot
    {
        /// <summary>Keys of options (of a ranking the best first), or an object of points by key.</summary>
        /// <example>["playground"]</example>
        [MaxLength(100)]
        public required JsonElement Choices { get; init; }

        /// <summary>For whom staff enter it.</summary>
        public Guid? CitizenId { get; init; }
    }

    /// <summary>Another ballot in the place of one.</summary>
    public sealed record ReviseBallot
    {
        /// <summary>The receipt that came with it.</summary>
        /// <example>7K2M-9QXA-C3TV-0HWN-1B5D-8XZR</example>
        [MinLength(8), MaxLength(100)]
        public required string Receipt { get; init; }

        /// <summary>As in a first ballot.</summary>
        /// <example>["playground"]</example>
        [MaxLength(100)]
        public required JsonElement Choices { get; init; }
    }

    /// <summary>Somebody who is given a paper ballot.</summary>
    public sealed record NameVoter
    {
        /// <summary>The citizen.</summary>
        public required Guid CitizenId { get; init; }
    }
}
