using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;

namespace Cirm.Core.Transactions.Open311;

/// <summary>What became of a case at a moment, for those who follow it from outside.</summary>
/// <param name="Id">The update_id: of the entry in the history.</param>
/// <param name="CaseId">The service_request_id.</param>
/// <param name="Number">The agency's running number.</param>
/// <param name="Status">Where the case stood from then on.</param>
/// <param name="Outcome">What had become of it.</param>
/// <param name="At">When.</param>
/// <param name="Text">What the agency said; null for those who do not see all of the case.</param>
/// <param name="Picture">A public picture that the agency added; null as <paramref name="Text"/>.</param>
/// <param name="Decided">It ended the case: the reader knows of the end from now on.</param>
/// <param name="Own">The reader sent the case itself.</param>
public sealed record RequestUpdate(
    Guid Id, Guid CaseId, long Number, CaseStatus Status, CaseOutcome? Outcome, DateTimeOffset At, string? Text, Guid? Picture, bool Decided, bool Own);

/// <summary>Updates of service requests, as FixMyStreet's clients fetch them.</summary>
public sealed class RequestUpdates(TenantDb db)
{
    /// <summary>Updates of a time, oldest first: what the agency did, said and showed, and that a citizen reopened a case. What the reader sent does not come back.</summary>
    /// <param name="reader">Who asks.</param>
    /// <param name="cases">Of these; null: of all.</param>
    /// <param name="from">At this time or later.</param>
    /// <param name="to">At this time or earlier.</param>
    /// <param name="skip">How many are passed over.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<RequestUpdate>> ListAsync(
        Open311Reader reader, Guid[]? cases, DateTimeOffset from, DateTimeOffset to, int skip, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(reader.Caller.Agency, ct);
        transaction.Enqueue("set local plan_cache_mode = force_custom_plan");
        var found = await transaction.QueryAsync<RequestUpdate>($"""
            select h.id, c.id as case_id, c.number, coalesce(stood.to_status, 'submitted') as status, stood.outcome, h.at,
              case when may.whole then coalesce(n.text, h.reason) end as text, case when may.whole then a.id end as picture,
              h.kind = 'transitioned' and h.to_status in ('resolved', 'refused', 'closed') as decided, coalesce(c.submitted_by = @key, false) as own
            from case_history h
            join cases c on c.agency_id = @agency and c.id = h.case_id
            left join case_notes n on n.agency_id = @agency and n.case_id = h.case_id and n.id = h.note_id
            left join attachments a on a.agency_id = @agency and a.case_id = h.case_id and a.id = h.attachment_id and h.kind = 'attached' and {Attachments.IsPublicPicture}
            cross join lateral (select {Open311Reader.Whole} as whole) may
            left join lateral (
              select b.to_status, b.outcome
              from case_history b
              where b.agency_id = @agency and b.case_id = h.case_id and b.kind = 'transitioned' and b.id <= h.id
              order by b.id desc
              limit 1) stood on true
            where h.agency_id = @agency and h.kind in ('transitioned', 'noted', 'asked', 'attached')
              and h.at between @from and @to
              and (@cases is null or h.case_id = any (@cases))
              and (h.kind = 'transitioned' and (may.whole or c.kind in ('report', 'request'))
                   or may.whole and (n.visibility = 'public' and n.text is not null or a.id is not null) and h.actor_kind not in ('citizen', 'anonymous'))
              and not exists (
                select from open311_updates o
                where o.agency_id = @agency and o.case_id = h.case_id and o.sender = @sender and h.at between o.received_at and o.applied_until)
            order by h.at, h.id
            offset @skip
            limit @limit
            """, new { reader.SeesAll, reader.Key, reader.Citizen, reader.Account, Sender = reader.Caller.Id, cases, from, to, skip, limit }, ct);
        RememberTold(transaction, found, reader);
        await transaction.CommitAsync(ct);
        return found;
    }

    // Only a system that sent the case can say of it later that it is not over.
    static void RememberTold(TenantTransaction transaction, IReadOnlyList<RequestUpdate> found, Open311Reader reader)
    {
        var ends = found.Where(u => u is { Decided: true, Own: true }).GroupBy(u => u.CaseId).Select(g => (Case: g.Key, At: g.Max(u => u.At).UtcDateTime)).ToArray();
        if (ends.Length == 0) return;
        transaction.Enqueue("""
            insert into open311_told as t (agency_id, case_id, sender, decided_at)
            select @agency, e.case_id, @sender, e.at
            from unnest(@ended, @at) as e (case_id, at)
            on conflict (agency_id, case_id, sender) do update set decided_at = excluded.decided_at
            where t.decided_at < excluded.decided_at
            """, new { Ended = ends.Select(e => e.Case).ToArray(), At = ends.Select(e => e.At).ToArray(), Sender = reader.Caller.Id });
    }
}
