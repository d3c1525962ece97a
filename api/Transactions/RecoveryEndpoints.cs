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

/// <summary>What "not solved" opens: seen to by staff, answered by the citizen.</summary>
public static class RecoveryEndpoints
{
    public static void MapRecoveries(this IEndpointRouteBuilder app)
    {
        var recoveries = app.MapGroup("/v1/agencies/{agency}/recoveries").WithTags("Recoveries").WithEtags();
        recoveries.MapGet("", List).WithName("listRecoveries").Allow(Who.Members, "cases:read");
        recoveries.MapGet("/{id:guid}", Get).WithName("getRecovery").Allow(Who.Members, "cases:read");
        recoveries.MapPatch("/{id:guid}", Change).WithName("changeRecovery").Allow(Who.Staff, "cases:write").Refuses(Problems.RecoveryClosed);
        recoveries.MapPost("/{id:guid}/outcome", Close).WithName("closeRecovery").Allow(Who.Staff, "cases:write").Refuses(Problems.RecoveryClosed);
        recoveries.MapPost("/{id:guid}/answer", Answer).WithName("answerRecovery").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites)
            .Refuses(Core.Identity.Problems.NoMandate, Problems.RecoveryClosed, Problems.CitizensOwnWord);
    }

    static async Task<Ok<Page<Recovery>>> List(
        [FromQuery, Description("open or closed.")] string? state,
        [FromQuery, Description("The member of staff who sees to it; none: nobody by name.")] string? owner,
        [FromQuery, Description("member, unit or managers: whose turn it is.")] string? ownedBy,
        [FromQuery, Description("The key of the unit that has to see to it.")] string? unit,
        [FromQuery, Description("true: open after its date; false: the others.")] string? overdue,
        [FromQuery(Name = "case"), Description("Of one case.")] string? caseId,
        [AsParameters] PageRequest page, Caller caller, Recoveries recoveries, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var unowned = owner == "none";
        var filter = new RecoveryFilter(
            read.Word<RecoveryState>("state", state), read.Id("owner", unowned ? null : owner), unowned, read.Word<OwnedBy>("ownedBy", ownedBy), read.Text("unit", unit), read.Flag("overdue", overdue), read.Id("case", caseId));
        read.ThrowIfAny();
        var found = await recoveries.ListAsync(caller, filter, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        var shown = page.Of(http, found, r => new TimeCursor(r.DueAt, r.Id).ToString());
        await log.RecordListAsync(caller, "recoveries.listed", "case", filter.CaseId, shown.Items.Select(r => r.CaseId), ct);
        return TypedResults.Ok(shown);
    }

    static async Task<Ok<Recovery>> Get(Guid id, Caller caller, Recoveries recoveries, AccessLog log, CancellationToken ct)
    {
        var found = await FindAsync(recoveries, caller, id, ct);
        await log.RecordAsync(caller, "recovery.read", "case", found.CaseId, ct);
        return TypedResults.Ok(found);
    }

    static async Task<Ok<Recovery>> Change(
        Guid id, IfMatch ifMatch, MergePatch<EditRecovery> patch, Caller caller, Agency home, Recoveries recoveries, CancellationToken ct)
    {
        var current = await FindAsync(recoveries, caller, id, ct);
        ifMatch.Check(current);
        if (current.State == RecoveryState.Closed) throw Problems.RecoveryClosed.Because("It has an outcome already.");
        var edited = patch.ApplyTo(new() { Owner = current.Owner, Unit = current.Unit, DueAt = current.DueAt, FollowUpQuestion = current.FollowUpQuestion });
        if (edited.DueAt != current.DueAt && (edited.DueAt < current.OpenedAt || edited.DueAt > current.OpenedAt.AddYears(1)))
            throw Core.Platform.Problems.InvalidValue("/dueAt", "range", "It is due after it was opened, and within a year.");
        if (edited.Owner is { } owner && owner != current.Owner && !await recoveries.IsStaffAsync(caller.Agency, owner, ct))
            throw Core.Platform.Problems.InvalidValue("/owner", "unknown", "No member of staff of this agency has this id.");
        var to = current with { Owner = edited.Owner, Unit = edited.Unit, DueAt = edited.DueAt, FollowUpQuestion = edited.FollowUpQuestion.In(home.Language) };
        if (!await recoveries.ChangeAsync(caller, to, ct)) throw IfMatch.Changed();
        return TypedResults.Ok(await FindAsync(recoveries, caller, id, ct));
    }

    static async Task<Ok<Recovery>> Close(Guid id, Body<RecoveryEnd> body, Caller caller, Recoveries recoveries, CancellationToken ct) =>
        TypedResults.Ok(await CloseAsync(id, body.Value, caller, recoveries, ct));

    internal static async Task<Recovery> CloseAsync(Guid id, RecoveryEnd end, Caller caller, Recoveries recoveries, CancellationToken ct)
    {
        if (end.Outcome == RecoveryOutcome.CitizenSatisfied)
            throw Core.Platform.Problems.InvalidValue("/outcome", "not-allowed", "Only the citizen's own verdict says that.");
        var current = await FindAsync(recoveries, caller, id, ct);
        return await recoveries.CloseAsync(caller, current, end.Outcome, end.Text, ct);
    }

    static async Task<Ok<AskedAgain>> Answer(
        Guid id, Body<AnswerQuestion> body, Caller caller, Recoveries recoveries, Cases cases, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        // Read as ourselves: whose it is, the case says.
        var asked = await FindAsync(recoveries, Caller.System(caller.Agency), id, ct);
        var own = await CitizensCase.FindAsync(asked.CaseId, body.Value.TrackingCode, caller, cases, throttle, http, ct);
        return TypedResults.Ok(AskedAgain.Of(await recoveries.AnswerAsync(own.Speaker, asked, own.Case.CitizenId, body.Value.Text, ct)));
    }

    static async Task<Recovery> FindAsync(Recoveries recoveries, Caller caller, Guid id, CancellationToken ct) =>
        await recoveries.FindAsync(caller, id, ct) ?? throw Unknown(id);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no recovery {id} for you here.");

    /// <summary>What of a recovery staff can change.</summary>
    public sealed record EditRecovery
    {
        /// <summary>The member of staff who sees to it; null: it waits in the queue of the unit.</summary>
        public Guid? Owner { get; init; }

        /// <summary>The key of the unit that has to see to it; null: it waits in the queue of the managers.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Unit { get; init; }

        /// <summary>Until when.</summary>
        public DateTimeOffset DueAt { get; init; }

        /// <summary>What the citizen is asked.</summary>
        [MaxLength(1_000)]
        public required Localized FollowUpQuestion { get; init; }
    }

    /// <summary>What came of a recovery.</summary>
    public sealed record RecoveryEnd
    {
        /// <summary>In one word.</summary>
        /// <example>remedied</example>
        public required RecoveryOutcome Outcome { get; init; }

        /// <summary>In words for the citizen.</summary>
        /// <example>The cable was replaced; the lamp shines.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Text { get; init; }
    }

    /// <summary>What the citizen says to the follow-up question.</summary>
    public sealed record AnswerQuestion
    {
        /// <summary>In their words.</summary>
        /// <example>The lamp has to shine every night.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Text { get; init; }

        /// <summary>For who has no account, or speaks for an anonymous case.</summary>
        [MinLength(1), MaxLength(100)]
        public string? TrackingCode { get; init; }
    }

    /// <summary>A recovery as the citizen sees it who follows the case by its code.</summary>
    /// <param name="Id">UUID version 7.</param>
    /// <param name="State">Whether it is done.</param>
    /// <param name="DueAt">Until when the agency sees to it.</param>
    /// <param name="FollowUpQuestion">What is asked.</param>
    /// <param name="Answer">What was answered.</param>
    /// <param name="Outcome">What came of it.</param>
    /// <param name="OutcomeText">The same in words.</param>
    public sealed record AskedAgain(
        Guid Id, RecoveryState State, DateTimeOffset DueAt, Localized FollowUpQuestion, string? Answer, RecoveryOutcome? Outcome, string? OutcomeText)
    {
        internal static AskedAgain Of(Recovery r) => new(r.Id, r.State, r.DueAt, r.FollowUpQuestion, r.Answer, r.Outcome, r.OutcomeText);
    }
}
