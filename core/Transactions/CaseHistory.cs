using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>A note on a case.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Text">What it says.</param>
/// <param name="Visibility">Who may read it.</param>
/// <param name="By">Who wrote it, by kind.</param>
/// <param name="OnBehalfOf">The citizen for whom a representative wrote it.</param>
/// <param name="CreatedAt">When.</param>
public sealed record CaseNote(Guid Id, string Text, NoteVisibility Visibility, ActorKind By, Guid? OnBehalfOf, DateTimeOffset CreatedAt);

/// <summary>A file as the history tells of it; the name is gone when the file is.</summary>
/// <param name="Id">The attachment.</param>
/// <param name="Name">While it is there.</param>
/// <param name="MediaType">By its content.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">In hexadecimal.</param>
public sealed record AttachedFile(Guid Id, string? Name, string MediaType, long Size, string Sha256) : IJsonColumn
{
    /// <summary>Out of a row <c>f</c> of attachments; null without one.</summary>
    internal const string OfHistory = """
        case when f.id is not null then
          jsonb_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex')) end
        """;
}

/// <summary>One thing that happened to a case.</summary>
/// <param name="Id">Its place in the history.</param>
/// <param name="At">When.</param>
/// <param name="Kind">submitted, imported, transitioned, noted, changed, claimed; asked, answered, withdrawn, dueMoved, escalated; said (the citizen's
/// verdict), appealed, appealUpheld, appealDismissed, recoveryAnswered, recoveryClosed, tookIn (another case was merged into it), unmerged, gaveBack (that was taken back), linked, unlinked;
/// attached, removed, handedOver, assigned.</param>
/// <param name="FromStatus">Of a transition.</param>
/// <param name="ToStatus">Of a transition.</param>
/// <param name="Reason">In the words of who did it.</param>
/// <param name="Note">The text that came with it.</param>
/// <param name="Visibility">Of the note.</param>
/// <param name="Detail">What the kind has to say more: the due dates (was, dueAt) when they moved, the clock, stage and unit of an escalation, the units of a hand-over and, for staff only, the members.</param>
/// <param name="ActorKind">Who, by kind.</param>
/// <param name="ActorId">Who; for staff only.</param>
/// <param name="OnBehalfOf">The citizen for whom a representative did it.</param>
/// <param name="Outcome">What became of the case, by the agency's word.</param>
/// <param name="Verdict">What became of it, by the citizen's.</param>
/// <param name="Attachment">The file that was attached or removed.</param>
/// <param name="ForOrganisation">The key of the civil organisation whose member did it, when it was the organisation that acts for the citizen.</param>
public sealed record CaseEvent(
    Guid Id, DateTimeOffset At, string Kind, CaseStatus? FromStatus, CaseStatus? ToStatus, string? Reason, string? Note, NoteVisibility? Visibility,
    JsonElement? Detail, ActorKind ActorKind, Guid? ActorId, Guid? OnBehalfOf, CaseOutcome? Outcome, Verdict? Verdict, AttachedFile? Attachment, string? ForOrganisation = null);

/// <summary>Writes down what happens to a case, in the transaction in which it happens.</summary>
static class CaseHistory
{
    // The mandate by which a representative acts: that of the case if it lets them, else one of their own, else their organisation's. A
    // member of staff acts by that of the case, under which somebody asked them.
    const string ForOrganisation = $"""
        (select m.organisation
         from mandates m
         where m.agency_id = @agency and m.citizen_id = c.citizen_id
           and (m.id = c.mandate_id and @actorKind <> 'citizen' or {Mandates.LetsActInAnyWay} and {Mandates.Covers})
         order by m.id is distinct from c.mandate_id, m.organisation is not null, m.id desc
         limit 1)
        """;

    const string Columns = """
        agency_id, case_id, id, at, kind, from_status, to_status, reason, note_id, detail, actor_kind, actor_id, on_behalf_of, outcome, verdict, attachment_id
        """;

    const string Values = """
        @agency, @caseId, @id, @now, @kind, @from, @to, @reason, @noteId, @detail, @actorKind, @actorId, @onBehalfOf, @outcome, @verdict, @attachmentId
        """;

    /// <summary>One thing that happened.</summary>
    /// <param name="onBehalfOf">The citizen for whom the caller did it, when it was not their own doing.</param>
    /// <param name="attachmentId">The file that it is about.</param>
    public static void Append(
        TenantTransaction transaction, Caller caller, Guid caseId, DateTimeOffset now, string kind, CaseStatus? from, CaseStatus? to, string? reason, Guid? noteId,
        Guid? onBehalfOf = null, CaseOutcome? outcome = null, Verdict? verdict = null, object? detail = null, Guid? attachmentId = null) =>
        transaction.Enqueue(onBehalfOf is null
            ? $"insert into case_history ({Columns}) values ({Values})"
            : $"""
                insert into case_history ({Columns}, for_organisation)
                select {Values}, {ForOrganisation}
                from cases c
                where c.agency_id = @agency and c.id = @caseId
                """,
            new
            {
                caseId, Id = Guid.CreateVersion7(now), now, kind, from, to, reason, noteId,
                Detail = detail is null ? (JsonElement?)null : JsonSerializer.SerializeToElement(detail, Wire.Json),
                ActorKind = caller.Kind, ActorId = caller.Id, Account = caller.Id, onBehalfOf, outcome, verdict, attachmentId,
            });

    /// <summary>A note; the history entry that shows it is the caller's to append.</summary>
    /// <returns>The note's id.</returns>
    public static Guid AddNote(
        TenantTransaction transaction, Caller caller, Guid caseId, DateTimeOffset now, string text, NoteVisibility visibility, Guid? onBehalfOf = null)
    {
        var id = Guid.CreateVersion7(now);
        transaction.Enqueue("""
            insert into case_notes (agency_id, case_id, id, text, visibility, actor_kind, actor_id, on_behalf_of, created_at)
            values (@agency, @caseId, @id, @text, @visibility, @actorKind, @actorId, @onBehalfOf, @now)
            """, new { caseId, id, text, visibility, ActorKind = caller.Kind, ActorId = caller.Id, onBehalfOf, now });
        return id;
    }

    /// <summary>For whom a caller acts on a case of a citizen: null when it is their own, nobody's, or when they work for the agency.</summary>
    public static Guid? OnBehalfOf(Caller caller, Guid? citizen) =>
        caller.Kind == ActorKind.Citizen && citizen is not null && citizen != caller.CitizenId ? citizen : null;
}
