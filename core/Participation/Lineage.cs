using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>A step on the way that an initiative has come, or has gone on (consultation, decision, execution).</summary>
/// <param name="Generation">0: the initiative itself; negative: what it goes on from; positive: what goes on from it.</param>
/// <param name="Key">The initiative's key.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Tier">What citizens do in it.</param>
/// <param name="DerivedFrom">The key of the one that it goes on from.</param>
/// <param name="Insight">The finding that it goes back to.</param>
/// <param name="FromCase">It goes back to a case of somebody.</param>
/// <param name="Contributions">What citizens said there,</param>
/// <param name="Accepted">what of it will be done, whole or in part,</param>
/// <param name="LedOn">and how many of its answers name another initiative.</param>
/// <param name="OpensAt">From when on.</param>
public sealed record LineageStep(
    int Generation, string Key, Localized Title, Tier Tier, string? DerivedFrom, Guid? Insight, bool FromCase, long Contributions, long Accepted, long LedOn, DateTimeOffset OpensAt);

/// <summary>How initiatives climb: from what to what, and what was said on the way.</summary>
public sealed class Lineage(TenantDb db)
{
    const int Farthest = 20; // generations: who derives in a circle is not followed for ever

    /// <summary>From the first ancestor to the last descendant that the caller may see.</summary>
    public Task<IReadOnlyList<LineageStep>> ReadAsync(Caller caller, Guid initiative, CancellationToken ct) =>
        db.QueryAsync<LineageStep>(caller.Agency, """
            with recursive up as (
              select i.id, i.derived_from, 0 as generation from initiatives i where i.agency_id = @agency and i.id = @initiative
              union all
              select i.id, i.derived_from, u.generation - 1
              from up u
              join initiatives i on i.agency_id = @agency and i.id = u.derived_from
              where u.generation > -@farthest),
            down as (
              select i.id, 0 as generation from initiatives i where i.agency_id = @agency and i.id = @initiative
              union all
              select i.id, d.generation + 1
              from down d
              join initiatives i on i.agency_id = @agency and i.derived_from = d.id
              where d.generation < @farthest),
            steps as (
              select s.id, min(s.generation) as generation
              from (select u.id, u.generation from up u union all select d.id, d.generation from down d) s
              group by s.id)
            select s.generation, i.key, i.title, i.tier, p.key as derived_from, i.insight_id as insight, i.case_id is not null as from_case, said.contributions, said.accepted, said.led_on, i.opens_at
            from steps s
            join initiatives i on i.agency_id = @agency and i.id = s.id
            left join initiatives p on p.agency_id = i.agency_id and p.id = i.derived_from and (@staff or p.published_at is not null)
            join lateral (
              select count(c.id) as contributions, count(a.id) filter (where a.decision in ('accepted', 'partly')) as accepted, count(a.initiative_id) as led_on
              from contributions c
              join remarks r on r.agency_id = c.agency_id and r.id = c.id
              left join answers a on a.agency_id = r.agency_id and a.id = r.answer_id
              where c.agency_id = @agency and c.initiative_id = i.id) said on true
            where @staff or i.published_at is not null
            order by s.generation, i.opens_at, i.key
            """, new { initiative, Farthest, Staff = caller.IsStaff }, ct);
}
