using System.Globalization;
using System.Net;
using System.Text;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Tests.Harness;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cirm.Tests.Transactions;

/// <summary>The job that looks after the clocks, run as the worker runs it, at a time of the test's choosing.</summary>
public sealed class ClockJobTests(CirmHost host)
{
    static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task What_will_be_late_is_foreseen_and_what_is_late_is_told_once_to_who_has_to_know()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "works", name = "Works" });
        await admin.PostJsonAsync($"{agency.Path}/units/works/members", new { account = (await host.AddAccountAsync(agency.Id, Role.Manager)).Id, function = "head" });
        await CalendarTests.ServiceAsync(agency, "lamps", unit: "works");
        await CalendarTests.ServiceAsync(agency, "parks");
        var lamp = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        var park = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Service = "parks" }))["id"]!;
        var asked = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        await agent.PostJsonAsync($"{agency.Path}/cases/{asked}/questions", new { text = "Which?" });
        var now = DateTimeOffset.UtcNow;

        Assert.Equal(0, await MarkAsync(now.AddHours(6)));
        Assert.Equal(2, await MarkAsync(now.AddHours(7))); // 8 hours are promised, a fifth of them is left
        Assert.Equal("foreseen none", await RisksAsync(lamp));
        Assert.Equal(0, await MarkAsync(now.AddHours(7)));
        await agent.PostJsonAsync($"{agency.Path}/cases/{park}/notes", new { text = "We are at it.", visibility = "public" });
        Assert.Equal(1, await MarkAsync(now.AddHours(9)));
        Assert.Equal("breached none", await RisksAsync(lamp));
        Assert.Equal("foreseen none", await RisksAsync(park));
        Assert.Equal(2, await MarkAsync(now.AddHours(49)));
        Assert.Equal(0, await MarkAsync(now.AddHours(490)));
        Assert.Equal("breached breached", await RisksAsync(lamp));
        Assert.Equal("none none", await RisksAsync(asked)); // its clock stands still

        Assert.Equal("firstResponse breached works, firstResponse foreseen works, resolution breached works", await EscalationsAsync(lamp));
        Assert.Equal("firstResponse foreseen managers, resolution breached managers", await EscalationsAsync(park));
        Assert.Equal("case.breach-foreseen case.breached case.breached", await EventsAsync(lamp, "case.breach%"));
        Assert.Equal("heads", await host.Database.ScalarAsOwnerAsync<string>($"select distinct data ->> 'to' from outbox where subject_id = '{lamp}' and type = 'case.breached'"));
        var history = (await agent.GetJsonAsync($"{agency.Path}/cases/{lamp}/history"))["items"]!.AsArray();
        Assert.Equal(["submitted", "escalated", "escalated", "escalated"], history.Select(h => (string?)h!["kind"]));
        Assert.Equal("resolution", (string?)history[3]!["detail"]!["clock"]);
        Assert.Null((await new AuditTrail(Db).VerifyAsync(agency.Id, Ct)).Broken);

        Task<long> MarkAsync(DateTimeOffset at) => ClocksAt(at).MarkAsync(agency.Id, Ct);

        async Task<string> RisksAsync(string id)
        {
            var seen = await agent.GetJsonAsync($"{agency.Path}/cases/{id}");
            return $"{seen["firstResponseRisk"]} {seen["risk"]}";
        }

        Task<string> EscalationsAsync(string id) => host.Database.ScalarAsOwnerAsync<string>($"""
            select string_agg(concat_ws(' ', clock, stage, coalesce(unit, 'managers')), ', ' order by clock, stage) from case_escalations where case_id = '{id}'
            """);
    }

    [Fact]
    public async Task A_calendars_change_moves_its_open_cases_and_no_others()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        await CalendarTests.ServiceAsync(agency, "lamps", "office");
        await CalendarTests.ServiceAsync(agency, "parks", "none");
        string[] ids = [.. await Task.WhenAll(((string[])["lamps", "lamps", "lamps", "parks"]).Select(async service =>
            (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Service = service }))["id"]!))];
        await host.Database.ExecuteAsOwnerAsync($"""
            update cases set status = 'closed' where id = '{ids[1]}';
            update cases set own_dates = true where id = '{ids[2]}';
            """);
        var before = await Task.WhenAll(ids.Select(id => agent.GetJsonAsync($"{agency.Path}/cases/{id}")));

        await (await admin.PutAsync($"{agency.Path}/calendars/office", CalendarTests.Office, null)).ReadAsync(HttpStatusCode.Created);
        var clocks = ClocksAt(DateTimeOffset.UtcNow);
        Assert.Equal(1, await clocks.CountAnewAsync(agency.Id, Ct));
        Assert.Equal(0, await clocks.CountAnewAsync(agency.Id, Ct));
        var after = await Task.WhenAll(ids.Select(id => agent.GetJsonAsync($"{agency.Path}/cases/{id}")));
        var office = CountedBy.Of(Guid.NewGuid(), System.Text.Json.JsonSerializer.Deserialize<CalendarRules>(System.Text.Json.JsonSerializer.Serialize(CalendarTests.Office), Wire.Json)).Calendar;
        Assert.Equal(office.AddOpen(ClockTests.At(before[0], "submittedAt"), TimeSpan.FromHours(48)), ClockTests.At(after[0], "dueAt"));
        Assert.Equal(office.AddOpen(ClockTests.At(before[0], "submittedAt"), TimeSpan.FromHours(8)), ClockTests.At(after[0], "firstResponseDueAt"));
        for (var i = 1; i < 4; i++) Assert.Equal(before[i].ToJsonString(), after[i].ToJsonString());
        Assert.Equal("case.due-moved", await EventsAsync(ids[0], "case.due%"));
        var moved = (await agent.GetJsonAsync($"{agency.Path}/cases/{ids[0]}/history"))["items"]![1]!;
        Assert.Equal($"dueMoved {before[0]["dueAt"]}", $"{moved["kind"]} {moved["detail"]!["was"]}");

        // Taken away again, every hour counts as before.
        await host.Database.ExecuteAsOwnerAsync($"delete from calendars where agency_id = '{agency.Id}'");
        Assert.Equal(1, await clocks.CountAnewAsync(agency.Id, Ct));
        Assert.Equal(ClockTests.At(before[0], "dueAt"), ClockTests.At(await agent.GetJsonAsync($"{agency.Path}/cases/{ids[0]}"), "dueAt"));
    }

    [Fact]
    public async Task A_mark_that_a_later_due_date_makes_untrue_is_taken_back_and_nobody_is_told_twice()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        await CalendarTests.ServiceAsync(agency, "lamps", "short");
        var id = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        var clocks = ClocksAt(DateTimeOffset.UtcNow.AddHours(49));
        await clocks.WatchAsync(agency.Id, Ct);
        Assert.Equal("breached", (string?)(await agent.GetJsonAsync($"{agency.Path}/cases/{id}"))["risk"]);
        await (await admin.PutAsync($"{agency.Path}/calendars/short", CalendarTests.Calendar("UTC", "12:00", "13:00"), null)).ReadAsync(HttpStatusCode.Created);
        await clocks.WatchAsync(agency.Id, Ct);
        Assert.Equal("none", (string?)(await agent.GetJsonAsync($"{agency.Path}/cases/{id}"))["risk"]);
        await ClocksAt(DateTimeOffset.UtcNow.AddYears(1)).WatchAsync(agency.Id, Ct);
        Assert.Equal("breached", (string?)(await agent.GetJsonAsync($"{agency.Path}/cases/{id}"))["risk"]);
        Assert.Equal("case.breached case.breached", await EventsAsync(id, "case.breach%")); // the first response and the resolution
    }

    [Fact]
    public async Task Calendars_follow_the_rules_of_their_zones()
    {
        var agency = await host.NewAgencyAsync();
        await (await (await agency.Admin).PutAsync($"{agency.Path}/calendars/office", CalendarTests.Office, null)).ReadAsync(HttpStatusCode.Created);
        await CalendarTests.ServiceAsync(agency, "lamps", "office");
        await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var clocks = ClocksAt(DateTimeOffset.UtcNow);
        await clocks.WatchAsync(agency.Id, Ct);
        await host.Database.ExecuteAsOwnerAsync($"update calendars set zone_rules = '2011a' where agency_id = '{agency.Id}'");
        var before = await EditionsAsync();
        await clocks.WatchAsync(agency.Id, Ct);
        var after = await EditionsAsync();
        Assert.NotEqual(before, after);
        await clocks.WatchAsync(agency.Id, Ct);
        Assert.Equal(after, await EditionsAsync());

        Task<string> EditionsAsync() => host.Database.ScalarAsOwnerAsync<string>($"""
            select k.edition || ' ' || (k.edition = c.calendar_edition) from calendars k join cases c on c.agency_id = k.agency_id where k.agency_id = '{agency.Id}'
            """);
    }

    /// <summary>Thousands of cases by random calendars, with random hours and pauses: PostgreSQL and the rule have to say the same of each.</summary>
    [Fact]
    public async Task The_statement_counts_as_the_rule_does_even_when_two_workers_do_it_and_one_is_stopped()
    {
        const int calendars = 24, each = 150;
        var agency = await host.NewAgencyAsync();
        var random = new Random(20261122);
        var store = new Calendars(Db, TimeProvider.System);
        var services = new Services(Db, TimeProvider.System);
        var samples = WorkingCalendarTests.Counted.Sample(calendars).ToList();
        var expected = new Dictionary<Guid, (DateTimeOffset First, DateTimeOffset? Foreseen, DateTimeOffset Due)>();
        var sql = new StringBuilder();
        var number = 0;
        for (var i = 0; i < calendars; i++)
        {
            var standard = new ServiceStandard(random.Next(1, 10_000) / 100m, random.Next(1, 100_000) / 100m);
            var rules = samples[i].Rules with { ForeseenShare = i % 3 == 0 ? 0 : random.Next(1, 90) / 100m };
            await store.PutAsync(Caller.System(agency.Id), $"c-{i}", rules, null, Ct);
            var service = (await services.CreateAsync(Caller.System(agency.Id), $"s-{i}", new(new("en", "S"), null, new("en", "All"), new(new("en", "L"), new("en", "W")), $"c-{i}", standard), true, Ct)).Id;
            var calendar = rules.ToCalendar();
            for (var j = 0; j < each; j++)
            {
                var submitted = WorkingCalendarTests.At("2010-12-20T00:00Z").AddTicks(TimeSpan.TicksPerMicrosecond * random.NextInt64((long)TimeSpan.FromDays(16 * 365).TotalMicroseconds));
                var id = Guid.CreateVersion7();
                sql.AppendLine(CultureInfo.InvariantCulture, $"""
                    insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, submitted_at, first_response_due_at, due_at, updated_at)
                    values ('{agency.Id}', '{id}', {++number}, '{service}', 1, 'report', 'accepted', 'web', 'T', '{submitted:O}', '{submitted:O}', '{submitted:O}', now());
                    """);
                var waited = TimeSpan.Zero;
                var last = submitted;
                for (var pauses = random.Next(3); pauses > 0; pauses--)
                {
                    var asked = last.AddMinutes(random.Next(20_000));
                    last = asked.AddTicks(TimeSpan.TicksPerMicrosecond * random.NextInt64(10_000_000_000));
                    waited += calendar.OpenBetween(asked, last);
                    sql.AppendLine(CultureInfo.InvariantCulture, $"""
                        insert into case_questions (agency_id, case_id, id, note_id, asked_at, ended_at, ended_by)
                        values ('{agency.Id}', '{id}', '{Guid.CreateVersion7()}', '{id}', '{asked:O}', '{last:O}', 'answered');
                        """);
                }
                var clock = Promise.Of(standard, rules.ForeseenShare).For(calendar, submitted);
                expected[id] = (clock.FirstResponseDueAt, clock.ForeseenAt is { } f ? calendar.AddOpen(f, waited) : null, calendar.AddOpen(clock.DueAt, waited));
            }
        }
        await host.Database.ExecuteAsOwnerAsync(sql.ToString());

        // One worker is stopped in the middle, two others go on at the same time: the sum is each case once.
        using (var stop = new CancellationTokenSource())
        {
            var stopped = ClocksAt(DateTimeOffset.UtcNow).CountAnewAsync(agency.Id, stop.Token);
            await Jobs.Workers.UntilAsync("some cases are counted", async () => await MovedAsync() > 0);
            await stop.CancelAsync();
            await Record.ExceptionAsync(() => stopped);
        }
        await Task.WhenAll(ClocksAt(DateTimeOffset.UtcNow).CountAnewAsync(agency.Id, Ct), ClocksAt(DateTimeOffset.UtcNow).CountAnewAsync(agency.Id, Ct));
        await ClocksAt(DateTimeOffset.UtcNow).CountAnewAsync(agency.Id, Ct);
        Assert.Equal(expected.Count, await MovedAsync());
        Assert.Equal(expected.Count, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'case.due-moved'"));

        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand($"select id, first_response_due_at, foreseen_at, due_at from cases where agency_id = '{agency.Id}'");
        await using var reader = await command.ExecuteReaderAsync();
        var compared = 0;
        for (; await reader.ReadAsync(); compared++)
        {
            var (first, foreseen, due) = expected[reader.GetGuid(0)];
            Assert.Equal(first.UtcDateTime, reader.GetDateTime(1));
            Assert.Equal(foreseen?.UtcDateTime, reader.IsDBNull(2) ? null : reader.GetDateTime(2));
            Assert.Equal(due.UtcDateTime, reader.GetDateTime(3));
        }
        Assert.Equal(calendars * each, compared);

        Task<long> MovedAsync() => host.Database.ScalarAsOwnerAsync<long>($"select count(*) from case_history where agency_id = '{agency.Id}' and kind = 'dueMoved'");
    }

    TenantDb Db => host.Services.GetRequiredService<TenantDb>();

    Clocks ClocksAt(DateTimeOffset now) => new(Db, new Calendars(Db, TimeProvider.System), new At(now));

    Task<string> EventsAsync(string id, string like) =>
        host.Database.ScalarAsOwnerAsync<string>($"select string_agg(type, ' ' order by type) from outbox where subject_id = '{id}' and type like '{like}'");

    sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
