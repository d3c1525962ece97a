using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>How long it is remembered what partners said, so that it is dealt with once.</summary>
public sealed class PartnerMemory(TenantDb db, TimeProvider clock)
{
    /// <summary>
    /// How long what was read about a case is kept after the case is over. While it is not, everything is: a server that ignores <c>start_date</c> sends all of it
    /// each time.
    /// </summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    /// <summary>
    /// Forgets what was read about cases that are long over. What stays of it is how far that went, by the partner's clock: what it sends again is still known, for
    /// nothing as old is taken. A time that has not come would close the case to everything that is said later: such an entry stays.
    /// </summary>
    /// <param name="agency">Whose.</param>
    /// <param name="limit">At most this many entries.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many entries went.</returns>
    public async Task<int> ForgetAsync(Guid agency, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        // The case's row is held before, as by whoever takes an update in.
        var cases = await transaction.QueryAsync<OfCase>("""
            select k.partner_id, k.case_id
            from partner_cases k
            where k.agency_id = @agency and (k.partner_id, k.case_id) in (
              select u.partner_id, u.case_id
              from partner_updates u
              join cases c on c.agency_id = @agency and c.id = u.case_id
              where u.agency_id = @agency and u.received_at < @before and u.changed_at <= u.received_at + make_interval(hours => @hours) and coalesce(c.closed_at, c.erased_at) < @before
              limit @limit)
            order by k.partner_id, k.case_id
            for update of k
            """, new { Before = clock.Now() - Kept, Hours = (int)PartnerUpdates.Implausible.TotalHours, limit }, ct);
        if (cases.Count == 0) return 0;
        var gone = await transaction.QueryAsync<int>("""
            with gone as (
              delete from partner_updates u
              using unnest(@partners, @cases) as o (partner_id, case_id)
              where u.agency_id = @agency and u.partner_id = o.partner_id and u.case_id = o.case_id and u.received_at < @before and u.changed_at <= u.received_at + make_interval(hours => @hours)
              returning u.partner_id, u.case_id, u.changed_at),
            known as (
              update partner_cases k set forgotten_until = greatest(k.forgotten_until, g.newest)
              from (select partner_id, case_id, max(changed_at) as newest from gone group by partner_id, case_id) g
              where k.agency_id = @agency and k.partner_id = g.partner_id and k.case_id = g.case_id)
            select count(*)::int from gone
            """, new { Before = clock.Now() - Kept, Hours = (int)PartnerUpdates.Implausible.TotalHours, Partners = cases.Select(c => c.PartnerId).ToArray(), Cases = cases.Select(c => c.CaseId).ToArray() }, ct);
        await transaction.CommitAsync(ct);
        return gone.Single();
    }

    sealed record OfCase(Guid PartnerId, Guid CaseId);
}
