using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>When the standard of a service counts as kept for everybody.</summary>
/// <param name="Share">Of the cases without extras whose time has come, as many have to have been answered and resolved in time.</param>
/// <param name="WindowDays">Cases submitted in the last days are looked at.</param>
/// <param name="Version">For If-Match; 0 while the defaults hold.</param>
public sealed record FloorRule(decimal Share, int WindowDays, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What holds until an agency decides otherwise: eight of ten, in three months.</summary>
    public static readonly FloorRule Default = new(0.8m, 90, 0);
}

/// <summary>
/// Measures whether services keep their standard for those who get no more than that (SEG-FLOOR): while one does not, whoever gets more
/// of it gets the standard. A case counts once its time has come, as kept or as not.
/// </summary>
public sealed class ServiceFloors(TenantDb db, TimeProvider clock)
{
    /// <summary>The agency's rule.</summary>
    public async Task<FloorRule> RuleAsync(Guid agency, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<FloorRule>(agency, "select share, window_days, version from floor_rules where agency_id = @agency", null, ct) ?? FloorRule.Default;

    /// <summary>Changes the rule that is still at a version, and measures by it at once.</summary>
    /// <returns>The rule, or null when it is not at that version.</returns>
    public async Task<FloorRule?> PutAsync(Caller caller, FloorRule to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<FloorRule>("""
            insert into floor_rules as r (agency_id, share, window_days, updated_at)
            select @agency, @share, @windowDays, @now
            where @version = 0 or exists (select from floor_rules k where k.agency_id = @agency)
            on conflict (agency_id) do update set share = excluded.share, window_days = excluded.window_days, version = r.version + 1, updated_at = @now
              where r.version = @version
            returning share, window_days, version
            """, new { to.Share, to.WindowDays, to.Version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "floor-rule.kept", "agency", null, JsonSerializer.Serialize(new { kept.Share, kept.WindowDays }, Wire.Json));
        await MeasureAsync(change, null, now, ct);
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Measures every service of which a segment gets more.</summary>
    public async Task MeasureAsync(Guid agency, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        if (await MeasureAsync(transaction, null, clock.Now(), ct) > 0) await transaction.CommitAsync(ct);
    }

    // Whoever waits for the citizen is not late; imported cases tell nothing of first answers, and are judged by their end.
    internal static Task<int> MeasureAsync(TenantTransaction transaction, Guid? service, DateTimeOffset now, CancellationToken ct) => transaction.ExecuteAsync("""
        insert into service_floors as f (agency_id, service_id, measured_at, cases, met, holds)
        select @agency, o.service_id, @now, c.cases, c.met, c.met >= c.cases * coalesce(r.share, @share)
        from (select distinct service_id from segment_offers where agency_id = @agency and (@service is null or service_id = @service)) o
        left join floor_rules r on r.agency_id = @agency
        cross join lateral (
          select count(*) as cases,
                 count(*) filter (where coalesce(c.decided_at, c.closed_at) <= c.due_at
                                    and (c.first_response_due_at is null or c.first_response_at <= c.first_response_due_at)) as met
          from cases c
          where c.agency_id = @agency and c.service_id = o.service_id and c.submitted_at > @now - make_interval(days => coalesce(r.window_days, @windowDays))
            and c.due_at <= @now and c.paused_at is null and c.merged_into is null
            and c.offered_first_response_hours is null and c.offered_resolution_hours is null) c
        on conflict (agency_id, service_id) do update set measured_at = excluded.measured_at, cases = excluded.cases, met = excluded.met, holds = excluded.holds
        """, new { service, now, FloorRule.Default.Share, FloorRule.Default.WindowDays }, ct);
}
