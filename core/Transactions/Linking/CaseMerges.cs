using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;

namespace Cirm.Core.Transactions.Linking;

/// <summary>Merges cases that are about the same: one goes on, the other keeps its history and leads to it.</summary>
public sealed class CaseMerges(TenantDb db, CaseQuestions questions, TimeProvider clock)
{
    /// <summary>Merges a case into another one, which goes on for both. What was merged into the first follows along, so that every merged
    /// case leads to one that is not merged.</summary>
    /// <param name="caller">Who decides it.</param>
    /// <param name="id">The case that ends.</param>
    /// <param name="into">The case that goes on.</param>
    /// <param name="reason">Why, for both submitters.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case that ended, or null when one of the two is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.MergeIntoItself"/>, <see cref="Problems.CaseMerged"/>, <see cref="Problems.MergeInACircle"/>,
    /// <see cref="Problems.MergeIntoMerged"/>.</exception>
    public async Task<Case?> MergeAsync(Caller caller, Guid id, Guid into, string reason, CancellationToken ct)
    {
        if (id == into) throw Problems.MergeIntoItself.Because("The case is named twice.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        // In the order of their ids, so that two who merge in opposite directions wait for each other and neither for ever.
        var both = await change.QueryAsync<Case>($"""
            select {Cases.Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = any (@ids)
            order by c.id
            for update of c
            """, new { Ids = (Guid[])[id, into], now }, ct);
        if (both.SingleOrDefault(c => c.Id == id) is not { } ends || both.SingleOrDefault(c => c.Id == into) is not { } goesOn) return null;
        var ended = await questions.EndWithCaseAsync(change, caller, ends, ends.MergeInto(goesOn, now), reason, now, ct);
        var merged = await Casework.MoveAsync(change, caller, ends, ended, reason, null, now, ct);
        change.Enqueue("""
            update cases set merged_into = @into, version = version + 1, updated_at = @now where agency_id = @agency and merged_into = @id
            """, new { id, into, now });
        change.Enqueue("update cases set merged_with = @into where agency_id = @agency and id = @id", new { id, into });
        CaseHistory.Append(change, caller, into, now, "tookIn", null, null, reason, null);
        change.Audit(now, "case.merged", "case", id, JsonSerializer.Serialize(new { into }));
        foreach (var subject in (Guid[])[id, into]) change.Emit(now, OutboxEvent.Of("case.merged", subject, new { merged = ends.Number, into = goesOn.Number }));
        await change.CommitAsync(ct);
        return merged;
    }

    /// <summary>Takes back a merge that was a mistake: the case goes on from where it stood, and takes along what had been merged into it before. Both
    /// histories keep both steps.</summary>
    /// <param name="caller">Who decides it.</param>
    /// <param name="id">The case that was merged.</param>
    /// <param name="reason">Why, for both submitters.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case as it goes on, or null when there is none.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NotMerged"/>, <see cref="Problems.MergeCannotBeTakenBack"/>, <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Case?> TakeBackAsync(Caller caller, Guid id, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await Casework.FindForChangeAsync(change, id, now, ct) is not { } merged) return null;
        var survivor = merged.MergedInto ?? throw Problems.NotMerged.Because("This case goes on by itself.");
        // In the order of their ids, as a merge holds them.
        var numbers = await change.QueryAsync<CaseName>(
            "select id, number from cases where agency_id = @agency and id = any (@ids) order by id for update", new { Ids = (Guid[])[id, survivor] }, ct);
        var stood = await change.QuerySingleOrDefaultAsync<Stood>("""
            select h.from_status as status,
              (select o.outcome
               from case_history o
               where o.agency_id = @agency and o.case_id = @id and o.id < h.id and o.kind = 'transitioned'
               order by o.id desc
               limit 1) as outcome
            from case_history h
            where h.agency_id = @agency and h.case_id = @id and h.kind = 'transitioned'
            order by h.id desc
            limit 1
            """, new { id }, ct);
        var goesOn = merged.TakeBack(stood!.Status, stood.Outcome, now);
        var version = await change.QuerySingleOrDefaultAsync<long?>("""
            update cases set
              status = @status, outcome = @outcome, closed_at = @closedAt, decided_at = @decidedAt, verdict = @verdict, verdict_at = @verdictAt,
              merged_into = null, merged_with = null, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and merged_into = @survivor and version = @version
            returning version
            """,
            new { id, survivor, goesOn.Status, goesOn.Outcome, goesOn.ClosedAt, goesOn.DecidedAt, goesOn.Verdict, goesOn.VerdictAt, merged.Version, now }, ct)
            ?? throw Problems.CaseMoved.Because("Somebody else did something with it in this moment.");
        await change.ExecuteAsync("""
            with recursive along as (
              select c.id from cases c where c.agency_id = @agency and c.merged_into = @survivor and c.merged_with = @id
              union
              select c.id
              from along a
              join cases c on c.agency_id = @agency and c.merged_into = @survivor and c.merged_with = a.id)
            update cases c set merged_into = @id, version = c.version + 1, updated_at = @now
            from along a
            where c.agency_id = @agency and c.id = a.id
            """, new { id, survivor, now }, ct);
        CaseHistory.Append(change, caller, id, now, "unmerged", merged.Status, goesOn.Status, reason, null);
        CaseHistory.Append(change, caller, survivor, now, "gaveBack", null, null, reason, null);
        change.Audit(now, "case.unmerged", "case", id, JsonSerializer.Serialize(new { from = survivor }));
        var from = numbers.Single(n => n.Id == survivor).Number;
        foreach (var subject in (Guid[])[id, survivor]) change.Emit(now, OutboxEvent.Of("case.unmerged", subject, new { unmerged = merged.Number, into = from }));
        await change.CommitAsync(ct);
        return goesOn with { Version = version };
    }

    sealed record Stood(CaseStatus Status, CaseOutcome? Outcome);
}
