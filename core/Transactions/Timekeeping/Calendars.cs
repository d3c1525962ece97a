using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Timekeeping;

/// <summary>A working calendar under its key.</summary>
/// <param name="Key">As services and units name it.</param>
/// <param name="Rules">What it says.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Version">For If-Match.</param>
public sealed record StoredCalendar(
    string Key, [property: JsonIgnore] CalendarRules Rules, DateTimeOffset UpdatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>See <see cref="CalendarRules.TimeZone"/>.</summary>
    public string TimeZone => Rules.TimeZone;

    /// <summary>See <see cref="CalendarRules.Hours"/>.</summary>
    public Dictionary<string, string[][]> Hours => Rules.Hours;

    /// <summary>See <see cref="CalendarRules.Holidays"/>.</summary>
    public string[] Holidays => Rules.Holidays;

    /// <summary>See <see cref="CalendarRules.Exceptions"/>.</summary>
    public Dictionary<string, string[][]> Exceptions => Rules.Exceptions;

    /// <summary>See <see cref="CalendarRules.ForeseenShare"/>.</summary>
    public decimal ForeseenShare => Rules.ForeseenShare;
}

/// <summary>What a promise is counted by.</summary>
/// <param name="Edition">The calendar as it stands; zero when every hour counts.</param>
/// <param name="Calendar">Its open time.</param>
/// <param name="ForeseenShare">See <see cref="CalendarRules.ForeseenShare"/>.</param>
public sealed record CountedBy(Guid Edition, WorkingCalendar Calendar, decimal ForeseenShare)
{
    /// <summary>Nobody said anything.</summary>
    public static readonly CountedBy EveryHour = new(Guid.Empty, WorkingCalendar.Always, new CalendarRules { TimeZone = "UTC", Hours = [] }.ForeseenShare);

    /// <summary>A calendar's edition, its rules having been checked when it was kept; every hour when there is none.</summary>
    public static CountedBy Of(Guid? edition, CalendarRules? rules) => edition is { } id && rules is not null ? new(id, rules.ToCalendar(), rules.ForeseenShare) : EveryHour;

    /// <summary>The clock of a case that is submitted at a moment.</summary>
    public CaseClock Clock(ServiceStandard standard, DateTimeOffset submittedAt) => Promise.Of(standard, ForeseenShare).For(Calendar, submittedAt);
}

/// <summary>The agency's working calendars, and which of them counts.</summary>
public sealed class Calendars(TenantDb db, TimeProvider clock)
{
    /// <summary>The calendar of services and units that name none.</summary>
    public const string Default = "default";

    /// <summary>
    /// A version of a service is counted by the calendar that it names, else by its unit's, else by the agency's default, else
    /// every hour counts. Names that lead nowhere say nothing.
    /// </summary>
    internal const string CountingOf = """
        left join units u on u.agency_id = v.agency_id and u.key = v.unit
        left join calendars own on own.agency_id = v.agency_id and own.key = v.calendar
        left join calendars units_own on units_own.agency_id = v.agency_id and units_own.key = u.calendar
        left join calendars general on general.agency_id = v.agency_id and general.key = 'default'
        """;

    // As with a service's published version: another node's change counts within this time, and the job mends what it missed.
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    const int MostEditions = 1_000;
    readonly ConcurrentDictionary<(Guid Agency, Guid Service, int Version), (CountedBy CountedBy, long At)> remembered = new();
    readonly ConcurrentDictionary<Guid, CountedBy> editions = new();

    static Calendars() => JsonColumns.Register<CalendarRules>();

    /// <summary>Calendars by key.</summary>
    public Task<IReadOnlyList<StoredCalendar>> ListAsync(Guid agency, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<StoredCalendar>(agency, """
            select key, rules, updated_at, version
            from calendars
            where agency_id = @agency and (@after is null or key > @after)
            order by key
            limit @limit
            """, new { after, limit }, ct);

    /// <summary>One calendar.</summary>
    public Task<StoredCalendar?> FindAsync(Guid agency, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<StoredCalendar>(agency, """
            select key, rules, updated_at, version from calendars where agency_id = @agency and key = @key
            """, new { key }, ct);

    /// <summary>Keeps a calendar that was checked. The job counts its open cases anew.</summary>
    /// <param name="caller">Who keeps it.</param>
    /// <param name="key">Under which.</param>
    /// <param name="rules">See <see cref="CalendarRules.Check"/>.</param>
    /// <param name="version">The version that is replaced; null to make or replace whatever is there.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The calendar, or null when it is not at that version.</returns>
    public async Task<StoredCalendar?> PutAsync(Caller caller, string key, CalendarRules rules, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<StoredCalendar>("""
            insert into calendars as c (agency_id, key, rules, edition, zone_rules, created_at, updated_at)
            select @agency, @key, @rules, @edition, @zoneRules, @now, @now
            where @version is null or exists (select from calendars k where k.agency_id = @agency and k.key = @key)
            on conflict (agency_id, key) do update
              set rules = excluded.rules, edition = excluded.edition, zone_rules = excluded.zone_rules, version = c.version + 1, updated_at = @now
              where @version is null or c.version = @version
            returning key, rules, updated_at, version
            """, new { key, rules, version, Edition = Guid.CreateVersion7(now), WorkingCalendar.ZoneRules, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "calendar.kept", "calendar", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Removes a calendar that is still at a version and that nothing counts by.</summary>
    /// <exception cref="Refusal"><see cref="Problems.CalendarInUse"/>, with who names it.</exception>
    public async Task<bool> RemoveAsync(Caller caller, string key, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from calendars c
            where c.agency_id = @agency and c.key = @key and c.version = @version
              and not exists (select from services s join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id and v.number = s.published_version
                              where s.agency_id = @agency and v.calendar = @key)
              and not exists (select from units u where u.agency_id = @agency and u.calendar = @key)
            """, new { key, version }, ct);
        if (removed == 0)
        {
            var users = await change.QueryAsync<CalendarUser>("""
                select 'service' as kind, s.key
                from services s
                join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id and v.number = s.published_version
                where s.agency_id = @agency and v.calendar = @key
                union all
                select 'unit', u.key from units u where u.agency_id = @agency and u.calendar = @key
                order by 1, 2
                limit 100
                """, new { key }, ct);
            if (users.Count == 0) return false;
            throw Problems.CalendarInUse.Because(
                $"The calendar \"{key}\" is named by {string.Join(", ", users.Take(5).Select(u => $"the {u.Kind} \"{u.Key}\""))}{(users.Count > 5 ? " and others" : "")}.",
                new Dictionary<string, object?>
                {
                    ["services"] = users.Where(u => u.Kind == "service").Select(u => u.Key).ToArray(),
                    ["units"] = users.Where(u => u.Kind == "unit").Select(u => u.Key).ToArray(),
                });
        }
        change.Audit(now, "calendar.removed", "calendar", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>What the promise of a version of a service is counted by, remembered for a moment.</summary>
    public async Task<CountedBy> CountingAsync(Guid agency, Guid service, int version, CancellationToken ct)
    {
        if (remembered.TryGetValue((agency, service, version), out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.CountedBy;
        var row = await db.QuerySingleOrDefaultAsync<EditionRow>(agency, $"""
            select coalesce(own.edition, units_own.edition, general.edition) as edition, coalesce(own.rules, units_own.rules, general.rules) as rules
            from service_versions v
            {CountingOf}
            where v.agency_id = @agency and v.service_id = @service and v.number = @version
            """, new { service, version }, ct);
        var counted = Edition(row?.Edition, row?.Rules);
        remembered[(agency, service, version)] = (counted, clock.GetTimestamp());
        return counted;
    }

    /// <summary>What the time of a case is counted by.</summary>
    public async Task<CountedBy> CountingCaseAsync(Guid agency, Guid caseId, CancellationToken ct)
    {
        var row = await db.QuerySingleOrDefaultAsync<EditionRow>(agency, $"""
            select coalesce(own.edition, units_own.edition, general.edition) as edition, coalesce(own.rules, units_own.rules, general.rules) as rules
            from cases c
            join service_versions v on v.agency_id = c.agency_id and v.service_id = c.service_id and v.number = c.service_version
            {CountingOf}
            where c.agency_id = @agency and c.id = @caseId
            """, new { caseId }, ct);
        return Edition(row?.Edition, row?.Rules);
    }

    /// <summary>A calendar's edition, with its openings worked out once.</summary>
    internal CountedBy Edition(Guid? edition, CalendarRules? rules)
    {
        if (edition is not { } id || rules is null) return CountedBy.EveryHour;
        if (editions.Count > MostEditions) editions.Clear(); // they are worked out again
        return editions.GetOrAdd(id, static (id, rules) => CountedBy.Of(id, rules), rules);
    }

    sealed record CalendarUser(string Kind, string Key);

    sealed record EditionRow(Guid? Edition, CalendarRules? Rules);
}
