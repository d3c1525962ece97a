using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>A word of a partner's that nobody has translated.</summary>
/// <param name="Status">The word.</param>
/// <param name="Times">How often it was said in the last thirty days.</param>
/// <param name="LastAt">When it was read last.</param>
public sealed record UnmappedStatus(string Status, long Times, DateTimeOffset LastAt);

/// <summary>How it stands with a partner.</summary>
/// <param name="SentAt">When it last took something.</param>
/// <param name="FailingSince">Since when sending fails.</param>
/// <param name="Waiting">Deliveries that will be tried.</param>
/// <param name="WaitingSince">When the oldest of them happened: how far behind the partner is.</param>
/// <param name="Failed">Deliveries that wait for a person.</param>
/// <param name="FetchedAt">When it was last read to the end.</param>
/// <param name="FetchFailingSince">Since when reading fails.</param>
/// <param name="FetchError">Why, or what could not be read.</param>
/// <param name="ClockAheadSeconds">How far its times are ahead of ours (behind, when negative), when that is five minutes or more.</param>
/// <param name="Cases">That it has.</param>
/// <param name="Unmapped">Words of its that nobody has translated, the last thirty days.</param>
public sealed record PartnerHealth(
    DateTimeOffset? SentAt, DateTimeOffset? FailingSince, long Waiting, DateTimeOffset? WaitingSince, long Failed, DateTimeOffset? FetchedAt, DateTimeOffset? FetchFailingSince,
    string? FetchError, int? ClockAheadSeconds, long Cases, JsonList<UnmappedStatus> Unmapped)
{
    /// <summary>Of a partner; null when there is none.</summary>
    public static Task<PartnerHealth?> OfAsync(TenantDb db, Guid agency, Guid partner, DateTimeOffset now, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<PartnerHealth>(agency, """
            select p.sent_at, p.failing_since,
              (select count(*) from partner_deliveries d where d.agency_id = @agency and d.partner_id = p.id and d.state = 'waiting') as waiting,
              (select min(d.occurred_at) from partner_deliveries d where d.agency_id = @agency and d.partner_id = p.id and d.state = 'waiting') as waiting_since,
              (select count(*) from partner_deliveries d where d.agency_id = @agency and d.partner_id = p.id and d.state = 'failed') as failed,
              p.fetched_at, p.fetch_failing_since, p.fetch_error, p.clock_ahead as clock_ahead_seconds,
              (select count(*) from partner_cases k where k.agency_id = @agency and k.partner_id = p.id and k.reference is not null) as cases,
              coalesce((
                select jsonb_agg(jsonb_build_object('status', w.status, 'times', w.times, 'lastAt', w.last_at) order by w.times desc, w.status)
                from (select u.status, count(*) as times, max(u.received_at) as last_at
                      from partner_updates u
                      where u.agency_id = @agency and u.partner_id = p.id and u.became = 'unmapped' and u.received_at > @since
                      group by u.status
                      order by 2 desc
                      limit 50) w), '[]') as unmapped
            from partners p
            where p.agency_id = @agency and p.id = @partner
            """, new { partner, Since = now.AddDays(-30) }, ct);
}
