using System.Collections.Concurrent;
using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What segments get of services. It counts while the measured floor of the service is met, see <see cref="ServiceFloors"/>.</summary>
public sealed class SegmentOffers(TenantDb db, Services services, TimeProvider clock)
{
    // Every submission by a citizen asks; as with a service's published version, another node's change counts within this time.
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    readonly ConcurrentDictionary<(Guid Agency, Guid Service), (bool Any, long At)> remembered = new();

    const string Columns = """
        k.key as service, o.first_response_hours, o.resolution_hours, o.channels, o.languages, o.priority, coalesce(not f.holds, false) as paused, o.created_at, o.version
        """;

    const string From = """
        segment_offers o
        join segments s on s.agency_id = o.agency_id and s.id = o.segment_id
        join services k on k.agency_id = o.agency_id and k.id = o.service_id
        left join service_floors f on f.agency_id = o.agency_id and f.service_id = o.service_id
        """;

    /// <summary>What one citizen's segments get of a service now: <c>@citizen</c>, <c>@service</c>.</summary>
    internal const string Applied = """
        with mine as (
          select o.first_response_hours, o.resolution_hours, o.channels, o.languages, o.priority
          from segment_offers o
          join segments s on s.agency_id = o.agency_id and s.id = o.segment_id and s.retired_at is null
          join segment_members m on m.agency_id = o.agency_id and m.segment_id = o.segment_id and m.citizen_id = @citizen and m.valid_to is null
          left join service_floors f on f.agency_id = o.agency_id and f.service_id = o.service_id
          where o.agency_id = @agency and o.service_id = @service and f.holds is not false)
        select min(n.first_response_hours) as first_response_hours, min(n.resolution_hours) as resolution_hours,
          (select array_agg(distinct c order by c) from mine cross join unnest(mine.channels) c) as channels,
          (select array_agg(distinct l order by l) from mine cross join unnest(mine.languages) l) as languages,
          max(n.priority) as priority
        from mine n
        having count(*) > 0
        """;

    /// <summary>Keeps what a segment gets of a service.</summary>
    /// <param name="caller">Who decides it.</param>
    /// <param name="segment">Which segment.</param>
    /// <param name="offer">What it gets.</param>
    /// <param name="version">The version that is replaced; null to make or replace whatever is there.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The offer, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.BelowFloor"/>, with the fields; <see cref="Platform.Problems.NotFound"/> for a service that is not published.</exception>
    public async Task<SegmentOffer?> PutAsync(Caller caller, Segment segment, SegmentOffer offer, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        var service = await services.InForceAsync(caller.Agency, offer.Service, ct)
            ?? throw Platform.Problems.NotFound.Because($"There is no published service \"{offer.Service}\" here.");
        if (offer.BelowFloor(service).ToList() is { Count: > 0 } below)
            throw new Refusal(Problems.BelowFloor, below is [var one] ? one.Detail : $"{below.Count} values are less than everybody has.") { Errors = below };
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.ExecuteAsync("""
            insert into segment_offers as o
              (agency_id, segment_id, service_id, first_response_hours, resolution_hours, channels, languages, priority, created_at, updated_at)
            select @agency, s.id, @service, @firstResponseHours, @resolutionHours, @channels, @languages, @priority, @now, @now
            from segments s
            where s.agency_id = @agency and s.id = @segment and s.retired_at is null
              and (@version is null or exists (select from segment_offers k where k.agency_id = @agency and k.segment_id = @segment and k.service_id = @service))
            on conflict (agency_id, segment_id, service_id) do update set
              first_response_hours = excluded.first_response_hours, resolution_hours = excluded.resolution_hours, channels = excluded.channels,
              languages = excluded.languages, priority = excluded.priority, version = o.version + 1, updated_at = @now
              where @version is null or o.version = @version
            """,
            new
            {
                Segment = segment.Id, Service = service.Id, offer.FirstResponseHours, offer.ResolutionHours, offer.Channels, offer.Languages, offer.Priority, version, now,
            }, ct);
        if (kept == 0) return null;
        await ServiceFloors.MeasureAsync(change, service.Id, now, ct);
        var shown = await FindAsync(change, segment.Key, offer.Service, ct);
        change.Audit(now, "offer.kept", "segment", segment.Id, JsonSerializer.Serialize(new { segment = segment.Key, offer.Service, offer.FirstResponseHours, offer.ResolutionHours, offer.Channels, offer.Languages, offer.Priority }, Wire.Json));
        await change.CommitAsync(ct);
        remembered.TryRemove((caller.Agency, service.Id), out _);
        return shown;
    }

    /// <summary>What a segment gets, by the services' keys.</summary>
    public Task<IReadOnlyList<SegmentOffer>> ListAsync(Guid agency, string segment, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<SegmentOffer>(agency, $"""
            select {Columns}
            from {From}
            where o.agency_id = @agency and s.key = @segment
              and (@after is null or k.key > @after)
            order by k.key
            limit @limit
            """, new { segment, after, limit }, ct);

    /// <summary>What a segment gets of a service.</summary>
    public async Task<SegmentOffer?> FindAsync(Guid agency, string segment, string service, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        return await FindAsync(transaction, segment, service, ct);
    }

    /// <summary>Takes an offer back that is still at a version: from now on its people have what everybody has. Promises that were made stay.</summary>
    public async Task<bool> RemoveAsync(Caller caller, Segment segment, string service, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from segment_offers o
            using services k
            where o.agency_id = @agency and k.agency_id = o.agency_id and k.id = o.service_id and k.key = @service and o.segment_id = @segment and o.version = @version
            """, new { Segment = segment.Id, service, version }, ct);
        if (removed == 0) return false;
        change.Audit(now, "offer.removed", "segment", segment.Id, JsonSerializer.Serialize(new { segment = segment.Key, service }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>The promise for a citizen who submits a case: the standard, or what is better for their segments. Costs nothing where nobody has an offer.</summary>
    public async Task<ServiceStandard> PromiseAsync(Guid agency, ServiceVersion service, Guid? citizen, CancellationToken ct)
    {
        if (citizen is null || !await AnyAsync(agency, service.Id, ct)) return service.Standard!;
        return (await db.QuerySingleOrDefaultAsync<AppliedOffer>(agency, Applied, new { Citizen = citizen, Service = service.Id }, ct))?.Over(service.Standard!) ?? service.Standard!;
    }

    async Task<bool> AnyAsync(Guid agency, Guid service, CancellationToken ct)
    {
        if (remembered.TryGetValue((agency, service), out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Any;
        var any = await db.QuerySingleOrDefaultAsync<bool>(agency, "select exists (select from segment_offers where agency_id = @agency and service_id = @service)", new { service }, ct);
        remembered[(agency, service)] = (any, clock.GetTimestamp());
        return any;
    }

    static Task<SegmentOffer?> FindAsync(TenantTransaction transaction, string segment, string service, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<SegmentOffer>($"""
            select {Columns}
            from {From}
            where o.agency_id = @agency and s.key = @segment and k.key = @service
            """, new { segment, service }, ct);
}
