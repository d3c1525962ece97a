using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>Works on cases: steps, changes, notes.</summary>
public sealed class Casework(TenantDb db, CaseQuestions questions, TimeProvider clock)
{
    /// <summary>Moves a case on.</summary>
    /// <returns>The case, or null when it is not there for this caller.</returns>
    /// <exception cref="Refusal"><see cref="Problems.TransitionNotAllowed"/>, <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Case?> TransitionAsync(Caller caller, Guid id, CaseStatus to, string reason, string? note, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var from = await FindForChangeAsync(change, id, now, ct);
        if (from is null) return null;
        var moved = from.Transition(to, now);
        // A case that is over waits for nobody.
        if (from.WaitingSince is not null && !Case.IsOpen(to) && await questions.EndAsync(change, caller, id, now, QuestionEnd.Withdrawn, reason, null, ct) is { } ended)
            moved = moved with { WaitingSince = null, DueAt = ended.DueAt, Version = moved.Version + 1 };
        var changed = await change.ExecuteAsync("""
            update cases set status = @status, first_response_at = @firstResponseAt, closed_at = @closedAt, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and status = @from
            """, new { id, moved.Status, moved.FirstResponseAt, moved.ClosedAt, From = from.Status, now }, ct);
        if (changed == 0) throw Problems.CaseMoved.Because("The status changed while this was decided.");
        Guid? noteId = note is null ? null : CaseHistory.AddNote(change, caller, id, now, note, NoteVisibility.Public);
        CaseHistory.Append(change, caller, id, now, "transitioned", from.Status, to, reason, noteId);
        change.Audit(now, "case.transitioned", "case", id, JsonSerializer.Serialize(new { from = from.Status.Word(), to = to.Word() }));
        change.Emit(now, OutboxEvent.Of("case.transitioned", id, new { from.Number, from = from.Status, to }));
        await change.CommitAsync(ct);
        return moved with { Version = moved.Version + 1 };
    }

    /// <summary>Changes who works on a case, its text or its place, when it is still at a version.</summary>
    /// <returns>The case, or null when it is not there or not at that version.</returns>
    public async Task<Case?> ChangeAsync(Caller caller, Case to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.ExecuteAsync("""
            update cases set
              kind = @kind, title = @title, description = @description, latitude = @latitude, longitude = @longitude, area = @area, assignee = @assignee,
              version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and version = @version
              and (@assignee is null or @assignee is not distinct from assignee
                   or exists (select from accounts a where a.agency_id = @agency and a.id = @assignee and a.role in ('agent', 'manager', 'admin')))
            """, new { to.Id, to.Version, to.Kind, to.Title, to.Description, to.Latitude, to.Longitude, to.Area, to.Assignee, now }, ct);
        if (changed == 0) return null;
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
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
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
        change.Emit(now, OutboxEvent.Of("case.noted", id, new { noteId = note, visibility }));
        await change.CommitAsync(ct);
        return new(note, text, visibility, caller.Kind, onBehalfOf, now);
    }

    sealed record Touched(Guid? CitizenId);

    static Task<Case?> FindForChangeAsync(Change change, Guid id, DateTimeOffset now, CancellationToken ct) =>
        change.QuerySingleOrDefaultAsync<Case>($"""
            select {Cases.Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
            """, new { id, now }, ct);
}
