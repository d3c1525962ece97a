using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Following a case without an account, by the code that its submitter was shown; and one's own cases with one.</summary>
public static class TrackingEndpoints
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    const int WrongPerAddress = 30;

    public static void MapTracking(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/agencies/{agency}/tracking/{code}", Track).WithTags("Cases").WithName("trackCase").Allow(Who.Anyone)
            .Refuses(Problems.TooMany);
        app.MapGet("/v1/me/cases", Mine).WithTags("Cases").WithName("listMyCases").Allow(Who.Members);
    }

    static async Task<Ok<TrackedCase>> Track(string code, Caller caller, Cases cases, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var guesser = $"tracking from {Limits.AddressOf(http)}";
        throttle.Check(guesser, WrongPerAddress, Window);
        var found = BodyValidator.IsClean(code) ? await cases.FindByCodeAsync(caller.Agency, code, ct) : null;
        if (found is null)
        {
            throttle.CountWrong(guesser, WrongPerAddress, Window);
            throw Problems.NotFound.Because("No case has this tracking code.");
        }
        var history = await cases.HistoryAsync(caller.Agency, found.Id, staff: false, null, 200, ct);
        return TypedResults.Ok(new TrackedCase(
            found.Id, found.Number, found.Service, found.Kind, found.Status, found.Title, found.SubmittedAt, found.FirstResponseAt, found.DueAt, found.ClosedAt,
            found.Overdue, history));
    }

    static async Task<Ok<Page<Case>>> Mine(
        [AsParameters] CaseEndpoints.CaseQuery query, [AsParameters] PageRequest page, Caller caller, Cases cases, HttpContext http, CancellationToken ct)
    {
        // Staff have cases of their own too: what they submitted, not what they work on.
        var found = await cases.ListAsync(caller with { Kind = ActorKind.Citizen }, query.ToFilter(), TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, c => new TimeCursor(c.SubmittedAt, c.Id).ToString()));
    }

    /// <summary>A case as who has its code sees it: without what the submitter wrote in full, and without who else is concerned.</summary>
    /// <param name="Id">UUID version 7.</param>
    /// <param name="Number">The agency's running number.</param>
    /// <param name="Service">The service's key.</param>
    /// <param name="Kind">What is wanted.</param>
    /// <param name="Status">The agency's word.</param>
    /// <param name="Title">In one line.</param>
    /// <param name="SubmittedAt">When it came in.</param>
    /// <param name="FirstResponseAt">When the agency first answered.</param>
    /// <param name="DueAt">When it should be resolved.</param>
    /// <param name="ClosedAt">When it was closed.</param>
    /// <param name="Overdue">Still open after its time.</param>
    /// <param name="History">What happened, with public notes.</param>
    public sealed record TrackedCase(
        Guid Id, long Number, string Service, CaseKind Kind, CaseStatus Status, string Title, DateTimeOffset SubmittedAt, DateTimeOffset? FirstResponseAt,
        DateTimeOffset? DueAt, DateTimeOffset? ClosedAt, bool Overdue, IReadOnlyList<CaseEvent> History);
}
