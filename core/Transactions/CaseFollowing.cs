using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>Follows cases without an account, by their code: reads, continues and takes them over.</summary>
public sealed class CaseFollowing(TenantDb db, TimeProvider clock)
{
    /// <summary>Adds a public note by whoever has the code of a case.</summary>
    /// <returns>The note, or null when no case has the code.</returns>
    public async Task<CaseNote?> AddNoteAsync(Caller caller, string code, string text, CancellationToken ct)
    {
        var now = clock.Now();
        var holder = caller with { Kind = ActorKind.Anonymous, Id = null, Role = null, CitizenId = null }; // a code is nobody's name
        await using var change = await db.BeginAsync(holder, ct);
        var id = await change.QuerySingleOrDefaultAsync<Guid?>($"""
            update cases c set version = c.version + 1, updated_at = @now
            where c.agency_id = @agency and c.tracking_hash = @hash
              and {Cases.CodeHolds}
            returning c.id
            """, new { Hash = TrackingCode.HashOf(code), now }, ct);
        if (id is not { } found) return null;
        var note = CaseHistory.AddNote(change, holder, found, now, text, NoteVisibility.Public);
        CaseHistory.Append(change, holder, found, now, "noted", null, null, null, note);
        change.Audit(now, "case.noted", "case", found);
        change.Emit(now, OutboxEvent.Of("case.noted", found, new { noteId = note, Visibility = NoteVisibility.Public }));
        await change.CommitAsync(ct);
        return new(note, text, NoteVisibility.Public, holder.Kind, null, now);
    }

    /// <summary>Makes a case that is nobody's the caller's own. The code stays valid; to claim one's own case again changes nothing.</summary>
    /// <returns>The case, or null when no case has the code.</returns>
    /// <exception cref="Refusal"><see cref="Problems.CaseClaimed"/>.</exception>
    public async Task<Guid?> ClaimAsync(Caller caller, string code, CancellationToken ct)
    {
        var (now, hash) = (clock.Now(), TrackingCode.HashOf(code));
        await using var change = await db.BeginAsync(caller, ct);
        var claimed = await change.QuerySingleOrDefaultAsync<Guid?>("""
            update cases c set citizen_id = @citizen, version = c.version + 1, updated_at = @now
            where c.agency_id = @agency and c.tracking_hash = @hash and c.citizen_id is null
              and exists (select from citizens z where z.agency_id = @agency and z.id = @citizen and z.erased_at is null)
            returning c.id
            """, new { hash, Citizen = caller.CitizenId, now }, ct);
        if (claimed is { } id)
        {
            CaseHistory.Append(change, caller, id, now, "claimed", null, null, null, null);
            SegmentChanges.OfBehaviour(change, now, caller.CitizenId!.Value);
            change.Audit(now, "case.claimed", "case", id);
            change.Emit(now, OutboxEvent.Of("case.claimed", id, new { }));
            await change.CommitAsync(ct);
            return id;
        }
        var found = await change.QuerySingleOrDefaultAsync<Claimed>($"""
            select c.id, coalesce(c.citizen_id = @citizen, false) as own
            from cases c
            where c.agency_id = @agency and c.tracking_hash = @hash
              and {Cases.CodeHolds}
            """, new { hash, Citizen = caller.CitizenId, now }, ct);
        return found is null or { Own: true } ? found?.Id : throw Problems.CaseClaimed.Because("Somebody else has taken this case over.");
    }

    sealed record Claimed(Guid Id, bool Own);
}
