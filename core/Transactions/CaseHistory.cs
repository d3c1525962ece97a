using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>A note on a case.</summary>
public sealed record CaseNote(Guid Id, string Text, NoteVisibility Visibility, ActorKind By, DateTimeOffset CreatedAt);

/// <summary>One thing that happened to a case.</summary>
/// <param name="Id">Its place in the history.</param>
/// <param name="At">When.</param>
/// <param name="Kind">submitted, imported, transitioned, noted or changed.</param>
/// <param name="FromStatus">Of a transition.</param>
/// <param name="ToStatus">Of a transition.</param>
/// <param name="Reason">Of a transition.</param>
/// <param name="Note">The text that came with it.</param>
/// <param name="Visibility">Of the note.</param>
/// <param name="ActorKind">Who, by kind.</param>
/// <param name="ActorId">Who; for staff only.</param>
public sealed record CaseEvent(
    Guid Id, DateTimeOffset At, string Kind, CaseStatus? FromStatus, CaseStatus? ToStatus, string? Reason, string? Note, NoteVisibility? Visibility,
    ActorKind ActorKind, Guid? ActorId);

/// <summary>Writes down what happens to a case, in the transaction in which it happens.</summary>
static class CaseHistory
{
    /// <summary>One thing that happened.</summary>
    public static void Append(
        TenantTransaction transaction, Caller caller, Guid caseId, DateTimeOffset now, string kind, CaseStatus? from, CaseStatus? to, string? reason, Guid? noteId) =>
        transaction.Enqueue("""
            insert into case_history (agency_id, case_id, id, at, kind, from_status, to_status, reason, note_id, actor_kind, actor_id)
            values (@agency, @caseId, @id, @now, @kind, @from, @to, @reason, @noteId, @actorKind, @actorId)
            """, new { caseId, Id = Guid.CreateVersion7(now), now, kind, from, to, reason, noteId, ActorKind = caller.Kind, ActorId = caller.Id });

    /// <summary>A note; the history entry that shows it is the caller's to append.</summary>
    /// <returns>The note's id.</returns>
    public static Guid AddNote(TenantTransaction transaction, Caller caller, Guid caseId, DateTimeOffset now, string text, NoteVisibility visibility)
    {
        var id = Guid.CreateVersion7(now);
        transaction.Enqueue("""
            insert into case_notes (agency_id, case_id, id, text, visibility, actor_kind, actor_id, created_at)
            values (@agency, @caseId, @id, @text, @visibility, @actorKind, @actorId, @now)
            """, new { caseId, id, text, visibility, ActorKind = caller.Kind, ActorId = caller.Id, now });
        return id;
    }
}
