using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Following, continuing and taking over a case without an account, by the code that its submitter was shown; and one's own cases with one.</summary>
public static class TrackingEndpoints
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    const int WrongPerAddress = 30;
    static readonly TimeSpan NoteWindow = TimeSpan.FromMinutes(10);
    const int NotesPerCase = 10;

    public static void MapTracking(this IEndpointRouteBuilder app)
    {
        var tracking = app.MapGroup("/v1/agencies/{agency}/tracking/{code}").WithTags("Cases");
        tracking.MapGet("", Track).WithName("trackCase").Allow(Who.Anyone).Refuses(Problems.TooMany);
        tracking.MapPost("/notes", AddNote).WithName("addTrackedNote").Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites).Refuses(Problems.TooMany);
        tracking.MapPost("/claim", Claim).WithName("claimCase").Allow(Who.Citizen).WithEtags().Refuses(Problems.TooMany, Core.Transactions.Problems.CaseClaimed);
        app.MapGet("/v1/me/cases", Mine).WithTags("Cases").WithName("listMyCases").Allow(Who.Members);
    }

    static async Task<Ok<TrackedCase>> Track(
        string code, Caller caller, Cases cases, CaseFollowing following, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var found = await GuessedAsync(throttle, http, async () => BodyValidator.IsClean(code) ? await cases.FindByCodeAsync(caller.Agency, code, ct) : null);
        var history = await cases.HistoryAsync(caller.Agency, found.Id, staff: false, null, 200, ct);
        return TypedResults.Ok(new TrackedCase(
            found.Id, found.Number, found.Service, found.Kind, found.Status, found.Title, found.SubmittedAt, found.FirstResponseAt, found.FirstResponseDueAt, found.DueAt,
            found.WaitingSince, found.ClosedAt, found.Overdue, found.EnteredBy is not null, await following.RefusalOfAsync(caller.Agency, found, ct), [.. history.Select(h => h with { OnBehalfOf = null })]));
    }

    static async Task<Created<CaseNote>> AddNote(
        string code, Body<AddTrackedNote> body, Caller caller, Agency home, CaseFollowing following, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var ofCase = $"notes by the code {Convert.ToHexString(TrackingCode.HashOf(code))}";
        throttle.Check(ofCase, NotesPerCase, NoteWindow);
        var note = await GuessedAsync(throttle, http, async () => BodyValidator.IsClean(code) ? await following.AddNoteAsync(caller, code, body.Value.Text, ct) : null);
        throttle.CountWrong(ofCase, NotesPerCase, NoteWindow);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/tracking/{Uri.EscapeDataString(code)}", note);
    }

    static async Task<Ok<Case>> Claim(
        string code, Caller caller, Cases cases, CaseFollowing following, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var id = await GuessedAsync(throttle, http, async () => BodyValidator.IsClean(code) ? await following.ClaimAsync(caller, code, ct) is { } found ? $"{found}" : null : null);
        return TypedResults.Ok(await CaseEndpoints.FindAsync(cases, caller, Guid.Parse(id), ct));
    }

    static async Task<Ok<Page<Case>>> Mine(
        [AsParameters] CaseEndpoints.CaseQuery query, [AsParameters] PageRequest page, Caller caller, Cases cases, HttpContext http, CancellationToken ct)
    {
        // Staff have cases of their own too: what they submitted for themselves, not what they work on or entered for a citizen.
        var filter = query.ToFilter();
        var found = await cases.ListAsync(
            caller with { Kind = ActorKind.Citizen }, ownOnly: true, filter, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, c => Cases.PlaceOf(c, filter.Order).ToString()));
    }

    // Wrong codes are counted, right ones are not.
    static async Task<T> GuessedAsync<T>(GuessThrottle throttle, HttpContext http, Func<Task<T?>> look) where T : class
    {
        var guesser = $"tracking from {Limits.AddressOf(http)}";
        throttle.Check(guesser, WrongPerAddress, Window);
        if (await look() is { } found) return found;
        throttle.CountWrong(guesser, WrongPerAddress, Window);
        throw Problems.NotFound.Because("No case has this tracking code.");
    }

    /// <summary>What the submitter adds.</summary>
    public sealed record AddTrackedNote
    {
        /// <summary>Read by the agency, and by whoever has the code.</summary>
        /// <example>It is the lamp opposite the school.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Text { get; init; }
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
    /// <param name="FirstResponseDueAt">When it should be answered first.</param>
    /// <param name="DueAt">When it should be resolved.</param>
    /// <param name="WaitingSince">The agency has asked something, and waits for the answer since then.</param>
    /// <param name="ClosedAt">When it was closed.</param>
    /// <param name="Overdue">Still open after its time.</param>
    /// <param name="Assisted">A clerk entered it for somebody who called, came or wrote.</param>
    /// <param name="Refusal">Why it was refused, and how to object.</param>
    /// <param name="History">What happened, with public notes.</param>
    public sealed record TrackedCase(
        Guid Id, long Number, string Service, CaseKind Kind, CaseStatus Status, string Title, DateTimeOffset SubmittedAt, DateTimeOffset? FirstResponseAt,
        DateTimeOffset? FirstResponseDueAt, DateTimeOffset? DueAt, DateTimeOffset? WaitingSince, DateTimeOffset? ClosedAt, bool Overdue, bool Assisted, RefusalNotice? Refusal, IReadOnlyList<CaseEvent> History);
}
