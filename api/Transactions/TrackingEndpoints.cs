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
    static readonly TimeSpan NoteWindow = TimeSpan.FromMinutes(10);
    const int NotesPerCase = 10;

    public static void MapTracking(this IEndpointRouteBuilder app)
    {
        var tracking = app.MapGroup("/v1/agencies/{agency}/tracking/{code}").WithTags("Cases").WithEtags();
        tracking.MapGet("", Track).WithName("trackCase").Allow(Who.Anyone).Refuses(Problems.TooMany);
        tracking.MapPost("/notes", AddNote).WithName("addTrackedNote").Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites).Refuses(Problems.TooMany);
        tracking.MapPost("/claim", Claim).WithName("claimCase").Allow(Who.Citizen).WithEtags().Refuses(Problems.TooMany, Core.Transactions.Problems.CaseClaimed);
        app.MapGet("/v1/me/cases", Mine).WithTags("Cases").WithEtags().WithName("listMyCases").Allow(Who.Members);
    }

    static async Task<Ok<TrackedCase>> Track(string code, Caller caller, TrackedCases tracked, GuessThrottle throttle, HttpContext http, CancellationToken ct) =>
        TypedResults.Ok(await tracked.FindAsync(code, caller, throttle, http, ct));

    static async Task<Created<CaseNote>> AddNote(
        string code, Body<AddTrackedNote> body, Caller caller, Agency home, CaseFollowing following, GuessThrottle throttle, HttpContext http, CancellationToken ct) =>
        TypedResults.Created($"/v1/agencies/{home.Slug}/tracking/{Uri.EscapeDataString(code)}", await AddNoteAsync(code, body.Value, caller, following, throttle, http, ct));

    /// <summary>Adds what whoever has the code of a case says.</summary>
    internal static async Task<CaseNote> AddNoteAsync(
        string code, AddTrackedNote added, Caller caller, CaseFollowing following, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var ofCase = $"notes by the code {Convert.ToHexString(TrackingCode.HashOf(code))}";
        throttle.Check(ofCase, NotesPerCase, NoteWindow);
        var note = await CitizensCase.GuessedAsync(throttle, http, async () => BodyValidator.IsClean(code) ? await following.AddNoteAsync(caller, code, added.Text, ct) : null);
        throttle.CountWrong(ofCase, NotesPerCase, NoteWindow);
        return note;
    }

    static async Task<Ok<Case>> Claim(
        string code, Caller caller, Cases cases, CaseFollowing following, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var id = await CitizensCase.GuessedAsync(throttle, http, async () => BodyValidator.IsClean(code) ? await following.ClaimAsync(caller, code, ct) is { } found ? $"{found}" : null : null);
        return TypedResults.Ok(await CaseEndpoints.FindAsync(cases, caller, Guid.Parse(id), ct));
    }

    static async Task<Ok<Page<Case>>> Mine(
        [AsParameters] CaseEndpoints.CaseQuery query, [AsParameters] PageRequest page, Caller caller, Cases cases, HttpContext http, CancellationToken ct)
    {
        // Staff have cases of their own too: what they submitted for themselves, not what they work on or entered for a citizen.
        var filter = query.ToFilter(caller);
        var found = await cases.ListAsync(
            caller with { Kind = ActorKind.Citizen }, ownOnly: true, filter, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, c => Cases.PlaceOf(c, filter.Order).ToString()));
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
    /// <param name="Outcome">What became of it, by the agency's word.</param>
    /// <param name="Verdict">What became of it, by its citizen's.</param>
    /// <param name="VerdictAt">When that was said.</param>
    /// <param name="Round">1, and one more with every reopening.</param>
    /// <param name="Reopening">Whether and until when it can be reopened, once it is over.</param>
    /// <param name="MergedInto">The number of the case that goes on in its place; status, dates and outcome are that one's.</param>
    /// <param name="Recoveries">What the agency does because its citizen called it not solved, and what it asks.</param>
    /// <param name="History">What happened, with public notes.</param>
    public sealed record TrackedCase(
        Guid Id, long Number, string Service, CaseKind Kind, CaseStatus Status, string Title, DateTimeOffset SubmittedAt, DateTimeOffset? FirstResponseAt,
        DateTimeOffset? FirstResponseDueAt, DateTimeOffset? DueAt, DateTimeOffset? WaitingSince, DateTimeOffset? ClosedAt, bool Overdue, bool Assisted,
        RefusalNotice? Refusal, CaseOutcome? Outcome, Verdict? Verdict, DateTimeOffset? VerdictAt, int Round, Reopening? Reopening, long? MergedInto,
        IReadOnlyList<RecoveryEndpoints.AskedAgain> Recoveries, IReadOnlyList<CaseEvent> History);
}
