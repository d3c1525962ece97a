using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Timekeeping;

/// <summary>
/// Looks after the clocks of open cases, set by set: counts anew what was counted by an older edition of a calendar, marks breaches
/// that are foreseen or there, and tells who has to know. A case itself says what is still to do for it, so this may be killed
/// anywhere and run twice: nothing is done twice. Every batch is a transaction of its own.
/// </summary>
public sealed class Clocks(TenantDb db, Calendars calendars, TimeProvider clock)
{
    /// <summary>Cases in one transaction: a few hundred milliseconds' work.</summary>
    const int AtATime = 5_000;

    const string Open = "c.status in ('submitted', 'accepted', 'inProgress', 'reopened')";

    // As in the index cases_next_mark, to the letter.
    const string NextMark = """
        least(case when c.first_response_at is null then
                case c.first_response_risk when 'none' then coalesce(c.first_response_foreseen_at, c.first_response_due_at) when 'foreseen' then c.first_response_due_at end end,
              case c.risk when 'none' then coalesce(c.foreseen_at, c.due_at) when 'foreseen' then c.due_at end)
        """;

    // What is worse than it was, is told once.
    const string Escalate = """
        insert into case_escalations (agency_id, case_id, clock, stage, at, unit)
              select m.agency_id, m.id, s.clock, s.stage, @now,
                     (select h.unit from unit_members h where h.agency_id = @agency and h.unit = m.unit and h.function = 'head' limit 1)
              from marked m
              cross join lateral (values ('firstResponse', m.first_was, m.first_response_risk), ('resolution', m.was, m.risk)) as s (clock, was, stage)
              where s.stage <> s.was and s.stage <> 'none' and not (s.was = 'breached' and s.stage = 'foreseen')
              on conflict (agency_id, case_id, clock, stage) do nothing
              returning case_id, clock, stage, unit
        """;

    // The indexes have the order; statistics of a moment ago, when all cases had another edition, must not say otherwise.
    static readonly string[] InIndexOrder = ["set local enable_sort = off", "set local enable_seqscan = off", "set local enable_bitmapscan = off"];

    /// <summary>Everything that an agency's clocks need now.</summary>
    public async Task WatchAsync(Guid agency, CancellationToken ct)
    {
        await FollowZoneRulesAsync(agency, ct);
        await CountAnewAsync(agency, ct);
        await MarkAsync(agency, ct);
    }

    /// <summary>Counts anew the open cases whose calendar has changed since: replaced, removed, or another one by now.</summary>
    /// <returns>How many cases were counted.</returns>
    public async Task<long> CountAnewAsync(Guid agency, CancellationToken ct)
    {
        for (var all = 0L; ;)
        {
            var counted = 0L;
            foreach (var stale in await StaleAsync(agency, ct)) counted += await CountAnewAsync(agency, stale, ct);
            all += counted;
            if (counted == 0) return all; // what somebody else holds right now is left for the next run
        }
    }

    // Two probes of an index for each version of a service: whether any open case was counted by another edition.
    Task<IReadOnlyList<Stale>> StaleAsync(Guid agency, CancellationToken ct) =>
        db.QueryAsync<Stale>(agency, $"""
            select v.service_id, v.number, v.first_response_hours, v.resolution_hours, old.calendar_edition as old,
                   coalesce(own.edition, units_own.edition, general.edition) as edition, coalesce(own.rules, units_own.rules, general.rules) as rules,
                   (select min(c.submitted_at) from cases c where c.agency_id = @agency and c.service_id = v.service_id) as since
            from service_versions v
            {Calendars.CountingOf}
            cross join lateral (select coalesce(own.edition, units_own.edition, general.edition, '00000000-0000-0000-0000-000000000000') as id) now
            cross join lateral (
              (select c.calendar_edition from cases c
               where c.agency_id = @agency and c.service_id = v.service_id and c.service_version = v.number and {Open} and not c.own_dates
                 and c.calendar_edition < now.id
               order by c.calendar_edition limit 1)
              union all
              (select c.calendar_edition from cases c
               where c.agency_id = @agency and c.service_id = v.service_id and c.service_version = v.number and {Open} and not c.own_dates
                 and c.calendar_edition > now.id
               order by c.calendar_edition limit 1)) old
            where v.agency_id = @agency and v.resolution_hours is not null
            """, null, ct);

    async Task<long> CountAnewAsync(Guid agency, Stale stale, CancellationToken ct)
    {
        var counting = calendars.Edition(stale.Edition, stale.Rules);
        var promise = Promise.Of(new(stale.FirstResponseHours, stale.ResolutionHours), counting.ForeseenShare);
        // No case needs more than the open time until now, all of it waited for, and the promise after that.
        var ahead = counting.Calendar.AddOpen(clock.Now().AddDays(1), TimeSpan.FromMicroseconds(Math.Max(promise.Resolution, promise.FirstResponse)));
        var times = counting.Calendar.Cover(stale.Since.AddDays(-1), ahead);
        // Two connections walk towards each other, and beyond: behind where they meet nothing is stale any more.
        var counted = await Task.WhenAll(WalkAsync(forwards: true), WalkAsync(forwards: false));
        return counted.Sum();

        async Task<long> WalkAsync(bool forwards)
        {
            var (sum, after) = (0L, forwards ? Guid.Empty : Guid.AllBitsSet);
            while (await CountBatchAsync(agency, stale, counting, promise, times, forwards, after, ct) is { Count: > 0 } batch)
                (sum, after) = (sum + batch.Count, forwards ? batch.Max(c => c.Id) : batch.Min(c => c.Id));
            return sum;
        }
    }

    async Task<IReadOnlyList<Counted>> CountBatchAsync(
        Guid agency, Stale stale, CountedBy counting, Promise promise, OpenTimes times, bool forwards, Guid after, CancellationToken ct)
    {
        var now = clock.Now();
        await using var transaction = await db.BeginAsync(agency, ct);
        foreach (var setting in InIndexOrder) transaction.Enqueue(setting);
        var counted = await transaction.QueryAsync<Counted>($"""
            with stale as materialized (
              select c.id, c.due_at as due_was, c.first_response_risk as first_was, c.risk as was, coalesce(c.paused_at, @now) as seen, open_time_before(c.submitted_at, @opens, @before) as began,
                     coalesce((select sum(open_time_before(q.ended_at, @opens, @before) - open_time_before(q.asked_at, @opens, @before))
                               from case_questions q
                               where q.agency_id = @agency and q.case_id = c.id and q.ended_at is not null), 0)::bigint as waited,
                     -- Whoever was promised more than the standard keeps that.
                     trunc(c.offered_first_response_hours * 3600000000)::bigint as more_first, trunc(c.offered_resolution_hours * 3600000000)::bigint as more
              from cases c
              where c.agency_id = @agency and c.service_id = @serviceId and c.service_version = @number and {Open} and not c.own_dates
                and c.calendar_edition = @old and c.id {(forwards ? ">" : "<")} @after
              order by c.id {(forwards ? "asc" : "desc")}
              limit {AtATime}
              for update of c skip locked),
            places as materialized (
              select s.id, s.due_was, s.first_was, s.was, s.seen,
                     s.began + case when s.more_first is null or @firstResponseForeseen is null then @firstResponseForeseen
                                    else trunc(s.more_first * (1 - @foreseenShare))::bigint end as first_foreseen,
                     s.began + coalesce(s.more_first, @firstResponse) as first_due,
                     s.began + s.waited + case when s.more is null or @resolutionForeseen is null then @resolutionForeseen
                                               else trunc(s.more * (1 - @foreseenShare))::bigint end as foreseen,
                     s.began + s.waited + coalesce(s.more, @resolution) as due
              from stale s),
            dates as materialized (
              select p.id, p.due_was, p.first_was, p.was, p.seen,
                     moment_of_open_time(p.first_foreseen, @opens, @before) as first_foreseen, moment_of_open_time(p.first_due, @opens, @before) as first_due,
                     moment_of_open_time(p.foreseen, @opens, @before) as foreseen, moment_of_open_time(p.due, @opens, @before) as due
              from places p),
            -- What is late by the new dates is marked in the same step: to write a case down costs more than all that is worked out here. Who
            -- waits for the citizen, or was answered, keeps a mark that is still right and gets no new one.
            marked as (
              update cases c set
                first_response_foreseen_at = case when c.first_response_due_at is not null then d.first_foreseen end,
                first_response_due_at = case when c.first_response_due_at is not null then d.first_due end,
                foreseen_at = d.foreseen,
                due_at = d.due,
                first_response_risk = case
                  when c.first_response_due_at is null then 'none'
                  when (c.first_response_risk = 'breached' or c.first_response_at is null and c.paused_at is null)
                    and d.first_due <= coalesce(c.first_response_at, d.seen) then 'breached'
                  when (c.first_response_risk <> 'none' or c.first_response_at is null and c.paused_at is null)
                    and coalesce(d.first_foreseen, d.first_due) <= coalesce(c.first_response_at, d.seen) then 'foreseen'
                  else 'none' end,
                risk = case
                  when (c.risk = 'breached' or c.paused_at is null) and d.due <= d.seen then 'breached'
                  when (c.risk <> 'none' or c.paused_at is null) and coalesce(d.foreseen, d.due) <= d.seen then 'foreseen'
                  else 'none' end,
                calendar_edition = @edition,
                version = c.version + 1,
                updated_at = @now
              from dates d
              where c.agency_id = @agency and c.id = d.id
              returning c.agency_id, c.id, c.number, c.unit, c.first_response_due_at, c.due_at, d.due_was, d.first_was, c.first_response_risk, d.was, c.risk),
            escalated as (
              {Escalate})
            select m.id, m.number, m.due_was, m.due_at, m.first_response_due_at, f.stage as first_stage, r.stage, coalesce(f.unit, r.unit) as unit
            from marked m
            left join escalated f on f.case_id = m.id and f.clock = 'firstResponse'
            left join escalated r on r.case_id = m.id and r.clock = 'resolution'
            """,
            new
            {
                stale.ServiceId, stale.Number, stale.Old, counting.Edition, after, Opens = times.Opens, Before = times.OpenBefore, now,
                promise.FirstResponse, promise.FirstResponseForeseen, promise.Resolution, promise.ResolutionForeseen, counting.ForeseenShare,
            }, ct);
        if (counted.Count == 0) return counted;
        var told = counted.SelectMany(c => c.Late()).ToList();
        Tell(transaction, now,
        [
            .. counted.Where(c => c.DueWas != c.DueAt).Select(c => new News(
                c.Id, "dueMoved", "case.due-moved", Json(new { was = c.DueWas, dueAt = c.DueAt }), Json(new { c.Number, was = c.DueWas, dueAt = c.DueAt }))),
            .. told.Select(l => l.ToNews()),
        ]);
        AuditTrail.Append(transaction, AuditEntry.By(Caller.System(agency), now, "cases.counted-anew", "service", stale.ServiceId, JsonSerializer.Serialize(new
        {
            serviceVersion = stale.Number, edition = counting.Edition, cases = counted.Count, foreseen = told.Count(l => l.Stage == "foreseen"),
            breached = told.Count(l => l.Stage == "breached"),
        })));
        await transaction.CommitAsync(ct);
        return counted;
    }

    /// <summary>Marks what is foreseen to be late and what is, and escalates each once: to the heads of the unit that works it, or to the managers.</summary>
    /// <returns>How many cases were marked.</returns>
    public async Task<long> MarkAsync(Guid agency, CancellationToken ct)
    {
        var now = clock.Now();
        var first = await MarkBatchAsync(agency, now, forwards: true, DateTimeOffset.MinValue, ct);
        if (first.Cases < AtATime) return first.Cases; // on most days
        // After a change of a calendar there may be hundreds of thousands: two connections walk towards each other, each on from where it
        // was. From the beginning they would meet, again and again, what the index still has of those that are marked.
        return first.Cases + (await Task.WhenAll(WalkAsync(forwards: true, first.Last), WalkAsync(forwards: false, now))).Sum();

        async Task<long> WalkAsync(bool forwards, DateTimeOffset from)
        {
            for (var all = 0L; ;)
            {
                var (cases, last) = await MarkBatchAsync(agency, now, forwards, from, ct);
                all += cases;
                if (cases < AtATime) return all;
                from = last;
            }
        }
    }

    async Task<(int Cases, DateTimeOffset Last)> MarkBatchAsync(Guid agency, DateTimeOffset now, bool forwards, DateTimeOffset from, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        foreach (var setting in InIndexOrder) transaction.Enqueue(setting);
        var marked = await transaction.QueryAsync<Marked>($"""
            with late as materialized (
              select c.id, c.first_response_risk as first_was, c.risk as was, {NextMark} as at
              from cases c
              where c.agency_id = @agency and {Open} and c.paused_at is null and {NextMark} {(forwards ? "between @from and @now" : "<= @from")}
              order by {NextMark} {(forwards ? "asc" : "desc")}
              limit {AtATime}
              for update of c skip locked),
            marked as (
              update cases c set
                first_response_risk = case when c.first_response_at is not null then c.first_response_risk
                  when c.first_response_due_at <= @now then 'breached' when c.first_response_foreseen_at <= @now then 'foreseen' else c.first_response_risk end,
                risk = case when c.due_at <= @now then 'breached' when c.foreseen_at <= @now then 'foreseen' else c.risk end,
                version = c.version + 1,
                updated_at = @now
              from late l
              where c.agency_id = @agency and c.id = l.id
              returning c.agency_id, c.id, c.number, c.unit, c.first_response_due_at, c.due_at,
                        l.first_was, c.first_response_risk, l.was, c.risk, l.at),
            escalated as (
              {Escalate})
            select m.id, m.number, e.clock, e.stage, e.unit, case when e.clock = 'firstResponse' then m.first_response_due_at else m.due_at end as due_at, m.at
            from marked m
            left join escalated e on e.case_id = m.id
            """, new { now, from }, ct);
        if (marked.Count == 0) return (0, from);
        var told = marked.Where(m => m.Clock is not null).Select(m => new Late(m.Id, m.Number, m.Clock!, m.Stage!, m.Unit, m.DueAt)).ToList();
        Tell(transaction, now, [.. told.Select(l => l.ToNews())]);
        var cases = marked.DistinctBy(m => m.Id).Count();
        AuditTrail.Append(transaction, AuditEntry.By(Caller.System(agency), now, "cases.marked", "case", null, JsonSerializer.Serialize(new
        {
            cases, foreseen = told.Count(m => m.Stage == "foreseen"), breached = told.Count(m => m.Stage == "breached"),
        })));
        await transaction.CommitAsync(ct);
        return (cases, forwards ? marked.Max(m => m.At) : marked.Min(m => m.At));
    }

    // A law may change the clocks, as in Iran in 2022; the calendars of such a zone get another edition with the next release's rules.
    async Task FollowZoneRulesAsync(Guid agency, CancellationToken ct)
    {
        var rules = new { WorkingCalendar.ZoneRules };
        foreach (var key in await db.QueryAsync<string>(agency, "select key from calendars where agency_id = @agency and zone_rules < @zoneRules", rules, ct))
        {
            var now = clock.Now();
            await using var transaction = await db.BeginAsync(agency, ct);
            transaction.Enqueue("""
                update calendars set edition = @edition, zone_rules = @zoneRules, updated_at = @now
                where agency_id = @agency and key = @key and zone_rules < @zoneRules
                """, new { key, Edition = Guid.CreateVersion7(now), rules.ZoneRules, now });
            AuditTrail.Append(transaction, AuditEntry.By(Caller.System(agency), now, "calendar.zone-rules-followed", "calendar", null, JsonSerializer.Serialize(new { key, rules.ZoneRules })));
            await transaction.CommitAsync(ct);
        }
    }

    // History and event of many cases with two statements, in the transaction of what they tell.
    static void Tell(TenantTransaction transaction, DateTimeOffset now, IReadOnlyList<News> news)
    {
        if (news.Count == 0) return;
        var ids = new OrderedIds();
        var (historyIds, eventIds) = (new Guid[news.Count], new Guid[news.Count]);
        for (var i = 0; i < news.Count; i++) (historyIds[i], eventIds[i]) = (ids.Next(now), ids.Next(now));
        var caseIds = news.Select(n => n.CaseId).ToArray();
        transaction.Enqueue("""
            insert into case_history (agency_id, case_id, id, at, kind, detail, actor_kind)
            select n.agency_id, r.case_id, r.id, @now, r.kind, r.detail::jsonb, 'system'
            from case_numbers n
            cross join unnest(@caseIds, @historyIds, @kinds, @details) as r (case_id, id, kind, detail)
            where n.agency_id = @agency
            """, new { caseIds, historyIds, Kinds = news.Select(n => n.Kind).ToArray(), Details = news.Select(n => n.Detail).ToArray(), now });
        transaction.Enqueue("""
            insert into outbox (agency_id, id, type, subject_id, data, created_at)
            select n.agency_id, r.id, r.type, r.case_id, r.data::jsonb, @now
            from case_numbers n
            cross join unnest(@eventIds, @types, @caseIds, @data) as r (id, type, case_id, data)
            where n.agency_id = @agency
            """, new { eventIds, Types = news.Select(n => n.Event).ToArray(), caseIds, Data = news.Select(n => n.Data).ToArray(), now });
    }

    static string Json(object value) => JsonSerializer.Serialize(value, Wire.Json);

    sealed record Stale(
        Guid ServiceId, int Number, decimal FirstResponseHours, decimal ResolutionHours, Guid Old, Guid? Edition, CalendarRules? Rules, DateTimeOffset Since);

    sealed record Counted(
        Guid Id, long Number, DateTimeOffset? DueWas, DateTimeOffset? DueAt, DateTimeOffset? FirstResponseDueAt, string? FirstStage, string? Stage, string? Unit)
    {
        public IEnumerable<Late> Late()
        {
            if (FirstStage is not null) yield return new(Id, Number, "firstResponse", FirstStage, Unit, FirstResponseDueAt);
            if (Stage is not null) yield return new(Id, Number, "resolution", Stage, Unit, DueAt);
        }
    }

    sealed record Marked(Guid Id, long Number, string? Clock, string? Stage, string? Unit, DateTimeOffset? DueAt, DateTimeOffset At);

    sealed record Late(Guid CaseId, long Number, string Clock, string Stage, string? Unit, DateTimeOffset? DueAt)
    {
        public News ToNews() => new(
            CaseId, "escalated", Stage == "breached" ? "case.breached" : "case.breach-foreseen",
            Json(new { Clock, Stage, Unit, DueAt }), Json(new { Number, Clock, Unit, to = Unit is null ? "managers" : "heads", DueAt }));
    }

    sealed record News(Guid CaseId, string Kind, string Event, string Detail, string Data);
}
