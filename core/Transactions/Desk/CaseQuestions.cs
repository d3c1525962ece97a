using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Core.Transactions.Desk;

/// <summary>How a question came to its end.</summary>
public enum QuestionEnd
{
    /// <summary>The citizen answered.</summary>
    Answered,
    /// <summary>The agency can do without, or the case went on.</summary>
    Withdrawn,
}

/// <summary>What the agency asks the citizen about a case; until it is answered or withdrawn, the case's clock stands still.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Text">What is asked; null where it was not read.</param>
/// <param name="AskedAt">From when on the clock stood still.</param>
/// <param name="EndedAt">Until when.</param>
/// <param name="EndedBy">Answered or withdrawn; null while it waits.</param>
/// <param name="Answer">What the citizen said.</param>
/// <param name="DueAt">When the case is due now: the open time that passed while waiting was given back.</param>
public sealed record CaseQuestion(Guid Id, string? Text, DateTimeOffset AskedAt, DateTimeOffset? EndedAt, QuestionEnd? EndedBy, string? Answer, DateTimeOffset? DueAt);

/// <summary>Asks citizens, and stops the clock until they have answered (docs/clocks.md).</summary>
public sealed class CaseQuestions(TenantDb db, Calendars calendars, TimeProvider clock)
{
    /// <summary>Asks the citizen. It is a public note, and the first response if there was none.</summary>
    /// <returns>The question, or null when there is no such case.</returns>
    /// <exception cref="Refusal"><see cref="Problems.AlreadyAsked"/>, <see cref="Problems.NothingToAsk"/>.</exception>
    public async Task<CaseQuestion?> AskAsync(Caller caller, Guid caseId, string text, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var asked = await change.QuerySingleOrDefaultAsync<Paused>("""
            update cases set paused_at = @now, first_response_at = coalesce(first_response_at, @now), version = version + 1, updated_at = @now
            where agency_id = @agency and id = @caseId
              and paused_at is null and status in ('submitted', 'accepted', 'inProgress', 'reopened')
            returning number, due_at
            """, new { caseId, now }, ct);
        if (asked is null) return await WhyNotAsync(change, caseId, ct);
        var question = new CaseQuestion(Guid.CreateVersion7(now), text, now, null, null, null, asked.DueAt);
        var note = CaseHistory.AddNote(change, caller, caseId, now, text, NoteVisibility.Public);
        change.Enqueue("""
            insert into case_questions (agency_id, case_id, id, note_id, asked_at)
            values (@agency, @caseId, @id, @note, @now)
            """, new { caseId, question.Id, note, now });
        CaseHistory.Append(change, caller, caseId, now, "asked", null, null, null, note);
        change.Audit(now, "case.asked", "case", caseId);
        change.Emit(now, OutboxEvent.Of("case.asked", caseId, new { asked.Number, question = question.Id }));
        await change.CommitAsync(ct);
        return question;
    }

    /// <summary>Takes the citizen's answer: from whoever may see the case, or has its code.</summary>
    /// <returns>The question with its answer, or null when there is no such case for this caller.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NothingAsked"/>.</exception>
    public async Task<CaseQuestion?> AnswerAsync(Caller caller, Guid caseId, string? trackingCode, string text, CancellationToken ct)
    {
        var now = clock.Now();
        if (trackingCode is not null) caller = caller with { Kind = ActorKind.Anonymous, Id = null, Role = null, CitizenId = null }; // a code is nobody's name
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, caller, caseId, trackingCode, now, ct) is not { } held) return null;
        var onBehalfOf = CaseHistory.OnBehalfOf(caller, held.CitizenId);
        var note = CaseHistory.AddNote(change, caller, caseId, now, text, NoteVisibility.Public, onBehalfOf);
        var ended = await EndAsync(change, caller, caseId, now, QuestionEnd.Answered, null, note, ct, onBehalfOf)
            ?? throw Problems.NothingAsked.Because("Nobody is waiting for an answer.");
        await change.CommitAsync(ct);
        return ended with { Answer = text };
    }

    /// <summary>Does without the answer; the clock goes on.</summary>
    /// <returns>The question, or null when there is no such case.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NothingAsked"/>.</exception>
    public async Task<CaseQuestion?> WithdrawAsync(Caller caller, Guid caseId, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, caller, caseId, null, now, ct) is null) return null;
        var ended = await EndAsync(change, caller, caseId, now, QuestionEnd.Withdrawn, reason, null, ct)
            ?? throw Problems.NothingAsked.Because("There is no question to withdraw.");
        await change.CommitAsync(ct);
        return ended;
    }

    /// <summary>Ends the waiting of a case that ends itself: one that is over waits for nobody.</summary>
    /// <param name="change">In which the case was read.</param>
    /// <param name="caller">Who ends it.</param>
    /// <param name="from">As it was.</param>
    /// <param name="to">As it will be.</param>
    /// <param name="reason">Why it ends.</param>
    /// <param name="now">When.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case as it will be, with the due date that moved.</returns>
    internal async Task<Case> EndWithCaseAsync(Change change, Caller caller, Case from, Case to, string reason, DateTimeOffset now, CancellationToken ct) =>
        from.WaitingSince is not null && to.Status.IsOver() && await EndAsync(change, caller, from.Id, now, QuestionEnd.Withdrawn, reason, null, ct) is { } ended
            ? to with { WaitingSince = null, DueAt = ended.DueAt }
            : to;

    /// <summary>Ends the waiting in a change that is under way, and gives back the open time that passed: both due dates that lie ahead move by exactly that.</summary>
    /// <returns>The question, or null when the case waits for none.</returns>
    internal async Task<CaseQuestion?> EndAsync(
        Change change, Caller caller, Guid caseId, DateTimeOffset now, QuestionEnd by, string? reason, Guid? answer, CancellationToken ct,
        Guid? onBehalfOf = null)
    {
        var waiting = await change.QuerySingleOrDefaultAsync<Waiting>("""
            select c.number, c.service_id, c.service_version, c.foreseen_at, c.due_at, q.id, q.asked_at, n.text
            from cases c
            join case_questions q on q.agency_id = c.agency_id and q.case_id = c.id and q.ended_at is null
            join case_notes n on n.agency_id = q.agency_id and n.case_id = q.case_id and n.id = q.note_id
            where c.agency_id = @agency and c.id = @caseId and c.paused_at is not null
            for update of c, q
            """, new { caseId }, ct);
        if (waiting is null) return null;
        var counted = await calendars.CountingAsync(change.Agency, waiting.ServiceId, waiting.ServiceVersion, ct);
        var until = now > waiting.AskedAt ? now : waiting.AskedAt; // another node's clock may be ahead
        var open = counted.Calendar.OpenBetween(waiting.AskedAt, until);
        var dueAt = waiting.DueAt is { } due ? counted.Calendar.AddOpen(due, open) : (DateTimeOffset?)null;
        change.Enqueue("""
            update cases set paused_at = null, due_at = @dueAt, foreseen_at = @foreseenAt, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @caseId
            """, new { caseId, dueAt, ForeseenAt = waiting.ForeseenAt is { } foreseen ? counted.Calendar.AddOpen(foreseen, open) : (DateTimeOffset?)null, now });
        change.Enqueue("""
            update case_questions set ended_at = @until, ended_by = @by, end_note_id = @answer
            where agency_id = @agency and case_id = @caseId and id = @id
            """, new { caseId, waiting.Id, until, by, answer });
        CaseHistory.Append(change, caller, caseId, now, by.Word(), null, null, reason, answer, onBehalfOf, detail: new { was = waiting.DueAt, dueAt });
        change.Audit(now, $"case.{by.Word()}", "case", caseId, JsonSerializer.Serialize(new { question = waiting.Id }));
        change.Emit(now, OutboxEvent.Of($"case.{by.Word()}", caseId, new { waiting.Number, question = waiting.Id }));
        if (dueAt != waiting.DueAt) change.Emit(now, OutboxEvent.Of("case.due-moved", caseId, new { waiting.Number, was = waiting.DueAt, dueAt }));
        return new(waiting.Id, waiting.Text, waiting.AskedAt, until, by, null, dueAt);
    }

    // The case is held from here on: two answers at once are one answer and one refusal.
    static Task<Held?> HoldAsync(Change change, Caller caller, Guid caseId, string? trackingCode, DateTimeOffset now, CancellationToken ct) =>
        change.QuerySingleOrDefaultAsync<Held>($"""
            select c.citizen_id
            from cases c
            where c.agency_id = @agency and c.id = @caseId
              and ({CaseVisibility.ForCaller} or c.tracking_hash = @hash and {Cases.CodeHolds})
            for update of c
            """,
            new
            {
                caseId, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, now,
                Hash = trackingCode is null ? null : TrackingCode.HashOf(trackingCode),
            }, ct);

    static async Task<CaseQuestion?> WhyNotAsync(Change change, Guid caseId, CancellationToken ct)
    {
        var found = await change.QuerySingleOrDefaultAsync<Standing>("""
            select status, paused_at from cases where agency_id = @agency and id = @caseId
            """, new { caseId }, ct);
        if (found is null) return null;
        throw found.PausedAt is { } since ? Problems.AlreadyAsked.Because($"The citizen has been asked at {since.UtcDateTime:O}.")
            : Problems.NothingToAsk.Because($"The case is {found.Status.Word()}.");
    }

    sealed record Held(Guid? CitizenId);

    sealed record Paused(long Number, DateTimeOffset? DueAt);

    sealed record Standing(CaseStatus Status, DateTimeOffset? PausedAt);

    sealed record Waiting(
        long Number, Guid ServiceId, int ServiceVersion, DateTimeOffset? ForeseenAt, DateTimeOffset? DueAt, Guid Id, DateTimeOffset AskedAt, string Text);
}
