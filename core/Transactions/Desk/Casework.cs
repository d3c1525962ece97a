using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Desk;

/// <summary>Works on cases: steps, changes, notes.</summary>
public sealed class Casework(TenantDb db, CaseQuestions questions, TimeProvider clock)
{
    /// <summary>Moves a case on.</summary>
    /// <param name="caller">Who decides it.</param>
    /// <param name="id">Which case.</param>
    /// <param name="to">Where.</param>
    /// <param name="reason">Why; the citizen reads it.</param>
    /// <param name="note">A public note that goes with it.</param>
    /// <param name="outcome">What became of it, when it ends.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case, or null when it is not there for this caller.</returns>
    /// <exception cref="Refusal"><see cref="Problems.TransitionNotAllowed"/>, <see cref="Problems.CaseMerged"/>, <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Case?> TransitionAsync(Caller caller, Guid id, CaseStatus to, string reason, string? note, CaseOutcome? outcome, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        if (await TransitionAsync(change, caller, id, to, reason, note, outcome, clock.Now(), ct) is not { } moved) return null;
        await change.CommitAsync(ct);
        return moved;
    }

    /// <summary>Moves a case on in a change that is under way; <paramref name="via"/> is the partner by whose word, which knows it already.</summary>
    internal async Task<Case?> TransitionAsync(
        Change change, Caller caller, Guid id, CaseStatus to, string reason, string? note, CaseOutcome? outcome, DateTimeOffset now, CancellationToken ct, Guid? via = null)
    {
        var from = await FindForChangeAsync(change, id, now, ct);
        if (from is null) return null;
        var ended = await questions.EndWithCaseAsync(change, caller, from, from.Transition(to, now, outcome), reason, now, ct);
        Guid? noteId = note is null ? null : CaseHistory.AddNote(change, caller, id, now, note, NoteVisibility.Public);
        return await MoveAsync(change, caller, from, ended, reason, noteId, now, ct, via: via);
    }

    /// <summary>Writes a step of the life cycle down, whoever decided it: state, history, audit entry, events.</summary>
    /// <param name="change">In which the case was read.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="from">As it was.</param>
    /// <param name="to">As <see cref="Case.Transition"/> says.</param>
    /// <param name="reason">Why, in words for all concerned.</param>
    /// <param name="noteId">A note that goes with it.</param>
    /// <param name="now">When.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="because">What else is told of it, which has the say: the citizen is not written to twice.</param>
    /// <param name="via">The partner by whose word it is moved.</param>
    /// <exception cref="Refusal"><see cref="Problems.CaseMoved"/>.</exception>
    internal static async Task<Case> MoveAsync(Change change, Caller caller, Case from, Case to, string reason, Guid? noteId, DateTimeOffset now, CancellationToken ct,
        string? because = null, Guid? via = null)
    {
        // What the citizen says in the same moment is kept: only a new round takes the verdict off the case.
        var kept = await change.QuerySingleOrDefaultAsync<Kept>("""
            update cases set
              status = @status, first_response_at = @firstResponseAt, closed_at = @closedAt, outcome = @outcome, decided_at = @decidedAt, round = @round,
              merged_into = @mergedInto,
              verdict = case when round = @round then verdict end, verdict_at = case when round = @round then verdict_at end,
              version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and status = @from and round = @fromRound and merged_into is null
            returning version, verdict, verdict_at
            """,
            new { to.Id, to.Status, to.FirstResponseAt, to.ClosedAt, to.Outcome, to.DecidedAt, to.Round, to.MergedInto, From = from.Status, FromRound = from.Round, now },
            ct) ?? throw Problems.CaseMoved.Because("The status changed while this was decided.");
        CaseHistory.Append(change, caller, to.Id, now, "transitioned", from.Status, to.Status, reason, noteId, CaseHistory.OnBehalfOf(caller, from.CitizenId),
            to.Status.IsOver() ? to.Outcome : null);
        change.Audit(now, "case.transitioned", "case", to.Id, JsonSerializer.Serialize(new { from = from.Status.Word(), to = to.Status.Word() }));
        change.Emit(now, OutboxEvent.Of("case.transitioned", to.Id, new { from.Number, from = from.Status, to = to.Status, outcome = to.Status.IsOver() ? to.Outcome : null, because, via }));
        // Reopening has to reach who worked on it (FixMyStreet #897): an event of its own, that names them.
        if (to.Round > from.Round) change.Emit(now, OutboxEvent.Of("case.reopened", to.Id, new { from.Number, to.Round, to.Assignee, by = caller.Kind }));
        return to with { Version = kept.Version, Verdict = kept.Verdict, VerdictAt = kept.VerdictAt };
    }

    /// <summary>Changes who works on a case, its text or its place, when it is still at a version.</summary>
    /// <param name="caller">Who changes it.</param>
    /// <param name="from">As it was read.</param>
    /// <param name="to">As it is to be, at the version that it was read at.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case, or null when it is not there or not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for an assignee who is not of the staff.</exception>
    public async Task<Case?> ChangeAsync(Caller caller, Case from, Case to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.ExecuteAsync("""
            update cases set
              kind = @kind, title = @title, description = @description, latitude = @latitude, longitude = @longitude, area = @area, assignee = @assignee,
              version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and version = @version
              and (@assignee is null or @assignee is not distinct from assignee
                   or exists (select from accounts a
                              where a.agency_id = @agency and a.id = @assignee and a.role in ('agent', 'manager', 'admin') and a.disabled_at is null))
            """, new { to.Id, to.Version, to.Kind, to.Title, to.Description, to.Latitude, to.Longitude, to.Area, to.Assignee, now }, ct);
        if (changed == 0)
        {
            await HandOvers.CheckAsync(change, null, to.Assignee == from.Assignee ? null : to.Assignee, "", ct);
            return null;
        }
        CaseHistory.Append(change, caller, to.Id, now, "changed", null, null, null, null);
        change.Audit(now, "case.changed", "case", to.Id);
        change.Emit(now, OutboxEvent.Of("case.changed", to.Id, new { to.Number }));
        await change.CommitAsync(ct);
        return to with { Version = to.Version + 1 };
    }

    /// <summary>Adds a note.</summary>
    /// <returns>The note, or null when the case is not there for this caller.</returns>
    public async Task<CaseNote?> AddNoteAsync(Caller caller, Guid id, string text, NoteVisibility visibility, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        if (await AddNoteAsync(change, caller, id, text, visibility, clock.Now(), ct) is not { } note) return null;
        await change.CommitAsync(ct);
        return note;
    }

    /// <summary>Adds a note in a change that is under way; <paramref name="via"/> is the partner that wrote it.</summary>
    internal static async Task<CaseNote?> AddNoteAsync(
        Change change, Caller caller, Guid id, string text, NoteVisibility visibility, DateTimeOffset now, CancellationToken ct, Guid? via = null)
    {
        var touched = await change.QuerySingleOrDefaultAsync<Touched>($"""
            update cases c set
              first_response_at = case when @answers then coalesce(first_response_at, @now) else first_response_at end,
              version = version + 1, updated_at = @now
            where c.agency_id = @agency and c.id = @id
              and {CaseVisibility.ForCaller}
            returning c.citizen_id
            """,
            new { id, now, Answers = caller.IsStaff && visibility == NoteVisibility.Public, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id }, ct);
        if (touched is null) return null;
        var onBehalfOf = CaseHistory.OnBehalfOf(caller, touched.CitizenId);
        var note = CaseHistory.AddNote(change, caller, id, now, text, visibility, onBehalfOf);
        CaseHistory.Append(change, caller, id, now, "noted", null, null, null, note, onBehalfOf);
        change.Audit(now, "case.noted", "case", id);
        change.Emit(now, OutboxEvent.Of("case.noted", id, new { noteId = note, visibility, via }));
        return new(note, text, visibility, caller.Kind, onBehalfOf, now);
    }

    sealed record Touched(Guid? CitizenId);

    /// <summary>A case as it is now; the statement that changes it says again what it was decided on.</summary>
    internal static Task<Case?> FindForChangeAsync(Change change, Guid id, DateTimeOffset now, CancellationToken ct) =>
        change.QuerySingleOrDefaultAsync<Case>($"""
            select {Cases.Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
            """, new { id, now }, ct);

    sealed record Kept(long Version, Verdict? Verdict, DateTimeOffset? VerdictAt);
}
