using System.Text.Json;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.CoDesign;

/// <summary>What citizens think of a service, as a group.</summary>
/// <param name="Service">Its key.</param>
/// <param name="Ratings">How many are counted; null: not enough people yet.</param>
/// <param name="Mean">Between 1 and 5, to a tenth.</param>
/// <param name="AsOf">When it was counted.</param>
public sealed record ServiceRating(string Service, long? Ratings, decimal? Mean, DateTimeOffset? AsOf);

/// <summary>What one citizen thinks of a service; for them alone.</summary>
public sealed record OwnRating(string Service, int Stars, DateTimeOffset RatedAt);

/// <summary>
/// Ratings of services. What one person gave is shown to nobody, and no figure lets it be worked out: a figure is counted anew only when
/// at least the smallest group have given or changed a rating since it was counted last, so that two figures differ by a group.
/// </summary>
public sealed class Ratings(TenantDb db, TimeProvider clock)
{
    /// <summary>Gives a rating in the place of the one before.</summary>
    /// <returns>What was given, or null when there is no such service, or no such citizen.</returns>
    public async Task<OwnRating?> RateAsync(Caller caller, Guid citizen, string service, int stars, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await Discussions.PublishedAsync(change, service, ct) is not { } about) return null;
        // The same once more changes nothing, and does not count as news.
        change.Enqueue("""
            insert into service_ratings as g (agency_id, service_id, citizen_id, stars, rated_at)
            select z.agency_id, @about, z.id, @stars, @now from citizens z where z.agency_id = @agency and z.id = @citizen and z.erased_at is null
            on conflict (agency_id, service_id, citizen_id) do update set stars = excluded.stars, edition = null, rated_at = @now
              where g.stars <> excluded.stars
            """, new { about, citizen, stars, now });
        // Not what was given, nor by whom: the trail names the service, and the caller as whoever calls.
        change.Audit(now, "service.rated", "service", about);
        change.Emit(now, OutboxEvent.Of("service.rated", about, new { service }));
        var given = await change.QuerySingleOrDefaultAsync<OwnRating>("""
            select s.key as service, g.stars, g.rated_at
            from service_ratings g
            join services s on s.agency_id = g.agency_id and s.id = g.service_id
            where g.agency_id = @agency and g.service_id = @about and g.citizen_id = @citizen
            """, new { about, citizen }, ct);
        if (given is null) return null;
        await change.CommitAsync(ct);
        return given;
    }

    /// <summary>The figure of a service as it was last counted; null when there is no such service.</summary>
    public Task<ServiceRating?> FindAsync(Guid agency, string service, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<ServiceRating>(agency, """
            select s.key as service, e.ratings, e.mean, e.taken_at as as_of
            from services s
            left join lateral (
              select e.ratings, e.mean, e.taken_at
              from service_rating_editions e
              where e.agency_id = @agency and e.service_id = s.id
              order by e.edition desc
              limit 1) e on true
            where s.agency_id = @agency and s.key = @service and s.published_version is not null
            """, new { service }, ct);

    /// <summary>What one citizen gave, for them alone.</summary>
    internal static Task<IReadOnlyList<OwnRating>> OfAsync(TenantTransaction transaction, Guid citizen, CancellationToken ct) =>
        transaction.QueryAsync<OwnRating>("""
            select s.key as service, g.stars, g.rated_at
            from service_ratings g
            join services s on s.agency_id = g.agency_id and s.id = g.service_id
            where g.agency_id = @agency and g.citizen_id = @citizen
            order by s.key
            """, new { citizen }, ct);

    /// <summary>Counts anew where enough people have said something new. Safe to run twice.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many services.</returns>
    public async Task<int> CountAsync(Guid agency, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        // The rows are held before they are counted: what is counted as news is exactly what becomes part of the edition.
        var news = await change.QueryAsync<Guid>("""
            select g.service_id from service_ratings g where g.agency_id = @agency and g.edition is null order by g.service_id, g.citizen_id for update
            """, new { }, ct);
        if (news.Count == 0) return 0;
        var smallestGroup = (await change.QueryAsync<int>("select g.smallest_group from agencies g where g.id = @agency", new { }, ct)).Single();
        var due = news.GroupBy(s => s).Where(s => s.Count() >= smallestGroup).Select(s => s.Key).ToArray();
        foreach (var service in due)
        {
            var held = news.Count(s => s == service);
            change.Enqueue("""
                with numbered as (
                  select coalesce(max(e.edition), 0) + 1 as edition from service_rating_editions e where e.agency_id = @agency and e.service_id = @service),
                counted as (
                  select count(*) as ratings, round(avg(g.stars), 1) as mean from service_ratings g where g.agency_id = @agency and g.service_id = @service),
                made as (
                  insert into service_rating_editions (agency_id, service_id, edition, ratings, mean, taken_at)
                  select @agency, @service, n.edition, c.ratings, c.mean, @now from numbered n cross join counted c)
                update service_ratings g set edition = n.edition from numbered n where g.agency_id = @agency and g.service_id = @service and g.edition is null
                """, new { service, now });
            change.Audit(now, "service-rating.counted", "service", service, JsonSerializer.Serialize(new { news = held }));
            change.Emit(now, OutboxEvent.Of("service-rating.counted", service, new { }));
        }
        await change.CommitAsync(ct);
        return due.Length;
    }
}
