using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>A case, named to staff.</summary>
public sealed record CaseName(Guid Id, long Number)
{
    /// <summary>Those that were merged into a case <c>c</c>, by number.</summary>
    internal const string MergedIntoCase = """
        coalesce((
          select jsonb_agg(jsonb_build_object('id', m.id, 'number', m.number) order by m.number)
          from (select k.id, k.number from cases k where k.agency_id = @agency and k.merged_into = c.id order by k.number limit 200) m), '[]')
        """;
}

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
        CaseHistory.Append(change, caller, into, now, "tookIn", null, null, reason, null);
        change.Audit(now, "case.merged", "case", id, JsonSerializer.Serialize(new { into }));
        foreach (var subject in (Guid[])[id, into]) change.Emit(now, OutboxEvent.Of("case.merged", subject, new { merged = ends.Number, into = goesOn.Number }));
        await change.CommitAsync(ct);
        return merged;
    }
}
