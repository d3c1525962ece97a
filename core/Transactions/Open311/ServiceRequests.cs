using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Linking;

namespace Cirm.Core.Transactions.Open311;

/// <summary>Who reads cases through Open311, and how much of them (docs/adr/0032-open311.md).</summary>
/// <param name="Caller">Who.</param>
/// <param name="SeesAll">Staff, and keys that may read all cases anyway.</param>
public sealed record Open311Reader(Caller Caller, bool SeesAll)
{
    /// <summary>
    /// That the caller may see all of a case <c>c</c>: they see everything, a system sent it itself, or it is the citizen's own. Of other cases everybody sees that
    /// they are there, and nothing that somebody wrote. Wants <see cref="Key"/>, <see cref="Citizen"/>, <see cref="Account"/> and <see cref="SeesAll"/>.
    /// </summary>
    internal const string Whole = """
        (@seesAll or coalesce(c.submitted_by = @key, false) or coalesce(c.citizen_id = @citizen, false)
                  or c.citizen_id is null and coalesce(c.submitted_by = @account, false))
        """;

    internal Guid? Key => Caller.Kind == ActorKind.Key ? Caller.Id : null;

    internal Guid? Citizen => Caller.CitizenId;

    internal Guid? Account => Caller.Kind == ActorKind.Citizen ? Caller.Id : null;
}

/// <summary>What a list of requests is narrowed to; null does not narrow.</summary>
/// <param name="Ids">These, whatever the rest says.</param>
/// <param name="Services">Keys of services.</param>
/// <param name="From">Requested at this time or later.</param>
/// <param name="To">Requested at this time or earlier.</param>
/// <param name="Open">Open ones, or closed ones.</param>
/// <param name="UpdatedFrom">Changed at this time or later.</param>
/// <param name="UpdatedTo">Changed at this time or earlier.</param>
/// <param name="Near">Within reach of a place, as the reader sees the places of cases.</param>
/// <param name="Text">Stands in what the reader may read.</param>
public sealed record ServiceRequestFilter(
    Guid[]? Ids, string[]? Services, DateTimeOffset From, DateTimeOffset To, bool? Open, DateTimeOffset? UpdatedFrom, DateTimeOffset? UpdatedTo, Vicinity? Near, string? Text);

/// <summary>A case as GeoReport shows it. What stands behind <paramref name="Whole"/> is null for those who see no more than that the case is there.</summary>
/// <param name="Id">The service_request_id.</param>
/// <param name="Number">The agency's running number.</param>
/// <param name="Service">The service's key.</param>
/// <param name="ServiceName">As it was called when it was submitted.</param>
/// <param name="Kind">What is wanted.</param>
/// <param name="Status">The agency's word.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Unit">Who works it; null: the agency as a whole.</param>
/// <param name="RequestedAt">When it came in.</param>
/// <param name="UpdatedAt">When it was changed last; once it is over, when it ended.</param>
/// <param name="ExpectedAt">When it is due.</param>
/// <param name="Latitude">Exact, or to a thousandth of a degree: some 100 metres.</param>
/// <param name="Longitude">The same.</param>
/// <param name="Whole">Whether the reader sees all of it.</param>
/// <param name="Title">In one line.</param>
/// <param name="Description">In full.</param>
/// <param name="Reason">The agency's last word on it.</param>
/// <param name="Address">Where, as it was sent; else the area.</param>
/// <param name="AddressId">As it was sent.</param>
/// <param name="MediaUrl">As it was sent.</param>
/// <param name="Picture">Its first public picture.</param>
/// <param name="Channel">How it came in.</param>
/// <param name="Verdict">The citizen's word.</param>
/// <param name="Answers">To the questions of the service.</param>
public sealed record ServiceRequest(
    Guid Id, long Number, string Service, Localized ServiceName, CaseKind Kind, CaseStatus Status, CaseOutcome? Outcome, Localized? Unit, DateTimeOffset RequestedAt,
    DateTimeOffset UpdatedAt, DateTimeOffset? ExpectedAt, double? Latitude, double? Longitude, bool Whole, string? Title, string? Description, string? Reason,
    string? Address, string? AddressId, string? MediaUrl, Guid? Picture, Channel? Channel, Verdict? Verdict, Dictionary<string, JsonElement>? Answers);

/// <summary>Cases as Open311's clients read them.</summary>
public sealed class ServiceRequests(TenantDb db)
{
    /// <summary>Rows of one answer at most (GeoReport v2, "Response Volume").</summary>
    public const int Most = 1_000;

    /// <summary>Requests, newest first.</summary>
    /// <param name="reader">Who asks.</param>
    /// <param name="filter">What for.</param>
    /// <param name="skip">How many are passed over.</param>
    /// <param name="limit">At most this many; <see cref="Most"/> and one, which tells whether there are more.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<ServiceRequest>> ListAsync(Open311Reader reader, ServiceRequestFilter filter, int skip, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(reader.Caller.Agency, ct);
        transaction.Enqueue("set local plan_cache_mode = force_custom_plan"); // so that filters that are null cost nothing
        return await transaction.QueryAndCommitAsync<ServiceRequest>($"""
            select p.id, p.number, s.key as service, v.name as service_name, p.kind, p.status, p.outcome, u.name as unit, p.submitted_at as requested_at, p.changed_at as updated_at,
              p.due_at as expected_at, p.lat as latitude, p.long as longitude, p.whole,
              case when p.whole then p.title end as title, case when p.whole then p.description end as description, last.reason,
              case when p.whole then coalesce(d.address, p.area) end as address, case when p.whole then d.address_id end as address_id,
              case when p.whole then d.media_url end as media_url, file.id as picture, case when p.whole then p.channel end as channel,
              case when p.whole then p.verdict end as verdict, case when p.whole then p.answers end as answers
            from (
              select c.*, seen.*
              from cases c
              cross join lateral (select {Open311Reader.Whole} as whole) may
              cross join lateral (
                select may.whole,
                  case when may.whole then c.latitude else round(c.latitude::numeric, 3)::float8 end as lat,
                  case when may.whole then c.longitude else round(c.longitude::numeric, 3)::float8 end as long,
                  case when c.status in ('resolved', 'refused', 'closed') then coalesce(c.decided_at, c.closed_at, c.updated_at) else c.updated_at end as changed_at) seen
              where c.agency_id = @agency
                and (may.whole or c.kind in ('report', 'request')) -- whose application, complaint or praise it is concerns nobody else
                and (@ids is null or c.id = any (@ids))
                and (@ids is not null or (
                  c.submitted_at between @from and @to
                  and (@services is null or c.service_id in (select k.id from services k where k.agency_id = @agency and k.key = any (@services)))
                  and (@open is null or @open = (c.status in ('submitted', 'accepted', 'inProgress', 'reopened')))
                  and (@updatedFrom is null or seen.changed_at >= @updatedFrom)
                  and (@updatedTo is null or seen.changed_at <= @updatedTo)
                  and (@pattern is null or may.whole and (c.title ilike @pattern or c.description ilike @pattern))
                  -- On the places as they are shown: who may not see the exact one cannot find it out by asking around it.
                  and (@radius is null or (
                    seen.lat between @latitude - @reach and @latitude + @reach
                    and 2 * 6371008.8 * asin(sqrt(least(1, sin(radians(seen.lat - @latitude) / 2) ^ 2
                      + cos(radians(@latitude)) * cos(radians(seen.lat)) * sin(radians(seen.long - @longitude) / 2) ^ 2))) <= @radius))))
              order by c.submitted_at desc, c.id desc
              offset @skip
              limit @limit) p
            join services s on s.agency_id = @agency and s.id = p.service_id
            join service_versions v on v.agency_id = @agency and v.service_id = p.service_id and v.number = p.service_version
            left join units u on u.agency_id = @agency and u.key = p.unit
            left join open311_requests d on d.agency_id = @agency and d.case_id = p.id
            left join lateral (
              select h.reason
              from case_history h
              where h.agency_id = @agency and h.case_id = p.id and p.whole and h.kind = 'transitioned'
              order by h.id desc
              limit 1) last on true
            left join lateral (
              select a.id
              from attachments a
              where a.agency_id = @agency and a.case_id = p.id and p.whole and p.attachment_count > 0 and {Attachments.IsPublicPicture}
              order by a.id
              limit 1) file on true
            order by p.submitted_at desc, p.id desc
            """,
            new
            {
                reader.SeesAll, reader.Key, reader.Citizen, reader.Account, filter.Ids, filter.Services, filter.From, filter.To, filter.Open, filter.UpdatedFrom, filter.UpdatedTo,
                Pattern = filter.Text is null ? null : $"%{filter.Text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%",
                Radius = filter.Near?.WithinMetres, filter.Near?.Latitude, filter.Near?.Longitude, Reach = filter.Near?.LatitudeReach, skip, limit,
            }, ct);
    }

    /// <summary>Those of these keys of services that there are none of.</summary>
    public async Task<IReadOnlyList<string>> UnknownServicesAsync(Guid agency, string[] keys, CancellationToken ct) =>
        [.. keys.Except(await db.QueryAsync<string>(agency, "select s.key from services s where s.agency_id = @agency and s.key = any (@keys)", new { keys }, ct))];
}
