using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.Counting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Counts that anybody can repeat.</summary>
public static class ResultEndpoints
{
    public static void MapDecisionResults(this IEndpointRouteBuilder app)
    {
        var decision = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}").WithTags("Decisions").WithEtags();
        decision.MapPost("/count", Count).WithName("countBallots").Allow(Who.Manager | Who.Admin, "initiatives:write")
            .Refuses(Problems.NoDecision, Problems.VotingOpen, Problems.PaperDisagrees, Problems.PaperExceeds);
        decision.MapGet("/result", Get).WithName("getResult").Allow(Who.Anyone, "initiatives:read").Refuses(Problems.NoDecision, Problems.NotCounted);
        decision.MapGet("/ballots.pb", Download).WithName("downloadBallots").Allow(Who.Anyone, "initiatives:read").Refuses(Problems.BallotsSealed)
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
        decision.MapPost("/departure", Depart).WithName("departFromResult").Allow(Who.Manager | Who.Admin, "initiatives:write")
            .Refuses(Problems.NoDecision, Problems.NotCounted, Problems.NotBinding, Problems.AlreadyDeparted);
        app.MapPost("/v1/agencies/{agency}/count-preview", Preview).WithName("previewCount").WithTags("Decisions").Allow(Who.Staff, "initiatives:read").Refuses(Problems.BallotsSealed);
    }

    /// <summary>Opens the box and counts, after closesAt. Asked again, it counts the published file once more and comes to the same.</summary>
    static async Task<Accepted<Operation>> Count(string key, Caller caller, Agency home, Initiatives initiatives, DecisionCounts counts, CancellationToken ct)
    {
        var operation = await counts.RequestAsync(caller, await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct), ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    static async Task<Ok<DecisionResult>> Get(string key, Caller caller, Agency home, DecisionCounts counts, CancellationToken ct) => TypedResults.Ok(await FindAsync(key, caller, home, counts, ct));

    /// <summary>The secret ballots in Pabulib's format, each under a number that is worked out from its receipt: <c>./cirm recount</c>, and any other reader, counts them.</summary>
    static async Task<FileContentHttpResult> Download(string key, Caller caller, Initiatives initiatives, DecisionCounts counts, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var file = await counts.FileAsync(caller.Agency, of.Id, ct) ?? throw Problems.BallotsSealed.Because($"The box of \"{key}\" has not been opened.");
        return TypedResults.Bytes(file.Bytes, "text/plain; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{file.Digest}\""));
    }

    /// <summary>Publishes that the agency does otherwise than a binding result says, signed by an office. It stays beside the result.</summary>
    static async Task<Ok<DecisionResult>> Depart(
        string key, Body<DepartFromResult> body, Caller caller, Agency home, Initiatives initiatives, DecisionCounts counts, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        await counts.DepartAsync(caller, of, await FindAsync(key, caller, home, counts, ct), body.Value.Reason.In(home.Language), body.Value.Office, ct);
        return TypedResults.Ok(await FindAsync(key, caller, home, counts, ct));
    }

    /// <summary>Greedy and equal shares side by side, on the ballots of a file or of a decision that was counted: before a method is chosen.</summary>
    static async Task<Ok<CountPreview>> Preview(Body<PreviewCount> body, Caller caller, Initiatives initiatives, DecisionCounts counts, CancellationToken ct)
    {
        var text = body.Value.File;
        if (body.Value.Initiative is { } key)
        {
            var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
            var file = await counts.FileAsync(caller.Agency, of.Id, ct) ?? throw Problems.BallotsSealed.Because($"The box of \"{key}\" has not been opened.");
            text = System.Text.Encoding.UTF8.GetString(file.Bytes);
        }
        if (text is null) throw Core.Platform.Problems.InvalidValue("/file", "required", "Send a file of ballots, or the key of an initiative that was counted.");
        try
        {
            return TypedResults.Ok(CountPreview.Of(PabulibFile.Read(new StringReader(text)), ct));
        }
        catch (BallotFileException unreadable)
        {
            throw Core.Platform.Problems.InvalidValue("/file", "unreadable", unreadable.Message);
        }
    }

    static async Task<DecisionResult> FindAsync(string key, Caller caller, Agency home, DecisionCounts counts, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await counts.FindAsync(home, caller, key, ct) : null) ?? throw Core.Platform.Problems.NotFound.Because($"There is no initiative \"{key}\" for you here.");

    /// <summary>A departure from a binding result.</summary>
    public sealed record DepartFromResult
    {
        /// <summary>Why.</summary>
        [MaxLength(5_000)]
        public required Localized Reason { get; init; }

        /// <summary>The key of the unit that answers for it.</summary>
        /// <example>mayor</example>
        [MinLength(1), MaxLength(100)]
        public required string Office { get; init; }
    }

    /// <summary>Ballots to try methods on.</summary>
    public sealed record PreviewCount
    {
        /// <summary>A file in Pabulib's format.</summary>
        /// <example>"META\nkey;value\nbudget;1\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;1\nVOTES\nvoter_id;vote\na;1\n"</example>
        [MaxLength(1 << 20)]
        public string? File { get; init; }

        /// <summary>Or the key of a decision that was counted.</summary>
        [MaxLength(100)]
        public string? Initiative { get; init; }
    }
}
