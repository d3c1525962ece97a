using System.Net;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.RecordKeeping;
using Cirm.Tests.Harness;
using Cirm.Tests.Identity;
using Cirm.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>The content of cases goes when its time has come; what is counted stays (PRIVACY).</summary>
public sealed class RetentionTests(CirmHost host)
{
    [Fact]
    public async Task Content_goes_by_the_rule_of_each_service_and_every_figure_stays()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await MandateTests.AddServiceAsync(agency, "taxes");
        await MandateTests.AddServiceAsync(agency, "parks");
        await FillAsync(host.Database, agency.Id, cases: 9_000);
        var admin = await agency.Admin;
        await (await admin.PutAsync($"{agency.Path}/services/lamps/retention", new { months = 12 }, null)).ReadAsync(HttpStatusCode.Created);
        await (await admin.PutAsync($"{agency.Path}/services/taxes/retention", new { months = 60 }, null)).ReadAsync(HttpStatusCode.Created);
        var before = await FiguresAsync(host.Database, agency.Id);
        var expected = await DueByHandAsync(agency);

        // A dry run tells how many would go, and removes nothing.
        var due = (await admin.GetJsonAsync($"{agency.Path}/retention/due"))["items"]!.AsArray();
        Assert.Equal(expected, string.Join(' ', due.Select(d => $"{d!["service"]}:{d["cases"]}")));
        Assert.Equal(0, await ErasedAsync(agency));

        var total = due.Sum(d => (long)d!["cases"]!);
        Assert.InRange(total, 2 * Retention.AtATime, 8_999); // several batches, and not everything
        Assert.Equal(total, await ApplyAsync(agency));
        Assert.Equal((total, before), (await ErasedAsync(agency), await FiguresAsync(host.Database, agency.Id)));
        Assert.Equal(0, await ApplyAsync(agency)); // nothing twice
        Assert.Equal(["0", "0"], (await admin.GetJsonAsync($"{agency.Path}/retention/due"))["items"]!.AsArray().Select(d => $"{d!["cases"]}").ToArray()[..2]);

        // What went is gone from every table; what has to stay has all its content.
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"""
            select count(*) from cases c
            left join case_history h on h.agency_id = c.agency_id and h.case_id = c.id
            left join case_notes n on n.agency_id = c.agency_id and n.case_id = c.id
            where c.agency_id = '{agency.Id}'
              and (c.erased_at is not null) <> (c.title = '' and c.description is null and c.latitude is null and c.longitude is null and c.citizen_id is null
                and c.submitted_by is null and c.tracking_hash is null and h.reason is null and n.text is null and n.actor_id is null)
            """));
        Assert.Equal(total, await host.Database.ScalarAsOwnerAsync<long>(
            $"select sum((detail::jsonb ->> 'cases')::bigint)::bigint from audit_entries where agency_id = '{agency.Id}' and action = 'retention.applied'"));
        var erased = await host.Database.ScalarAsOwnerAsync<Guid>($"select id from cases where agency_id = '{agency.Id}' and erased_at is not null limit 1");
        var seen = await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases/{erased}");
        Assert.Equal("", (string?)seen["title"]);
        Assert.NotNull(seen["erasedAt"]);
        Assert.NotNull(seen["location"]!["area"]);
        Assert.Null(seen["location"]!["latitude"]);
    }

    [Fact]
    public async Task A_rule_is_set_read_and_taken_away()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var path = $"{agency.Path}/services/lamps/retention";
        await (await admin.GetAsync(path)).RefusedAsync("not-found");
        await (await admin.PutAsync(path, new { months = 24 }, null)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal(36, (int)(await (await admin.PutAsync(path, new { months = 36 }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["months"]!);
        await (await admin.PutAsync(path, new { months = 48 }, "\"1\"")).RefusedAsync("precondition-failed");
        await (await admin.PutAsync(path, new { months = -1 }, null)).RefusedAsync("validation");
        await (await admin.PutAsync($"{agency.Path}/services/none/retention", new { months = 1 }, null)).RefusedAsync("not-found");
        await (await admin.DeleteAsync(path, "\"1\"")).RefusedAsync("precondition-failed");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync(path, "\"2\"")).StatusCode);
        await (await admin.GetAsync(path)).RefusedAsync("not-found");
    }

    Task<long> ApplyAsync(TestAgency agency) => new Retention(host.Services.GetRequiredService<TenantDb>(), TimeProvider.System).ApplyAsync(agency.Id, CancellationToken.None);

    Task<long> ErasedAsync(TestAgency agency) => host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{agency.Id}' and erased_at is not null");

    // The rules in other words than the job's: months by the calendar, counted from the last thing that happened.
    Task<string> DueByHandAsync(TestAgency agency) => host.Database.ScalarAsOwnerAsync<string>($"""
        select string_agg(key || ':' || n, ' ' order by key) from (
          select s.key, count(c.id) filter (where
            case c.status when 'closed' then c.closed_at when 'resolved' then c.updated_at when 'refused' then c.updated_at end
              < now() - case s.key when 'lamps' then interval '1 year' else interval '5 years' end) as n
          from services s join cases c on c.agency_id = s.agency_id and c.service_id = s.id
          where s.agency_id = '{agency.Id}' and s.key in ('lamps', 'taxes')
          group by s.key) counted
        """);

    /// <summary>What reports count: by service, kind, status, channel, month and area, with the times.</summary>
    internal static Task<string> FiguresAsync(TestDatabase database, Guid agency) => database.ScalarAsOwnerAsync<string>($"""
        select md5(string_agg(line, '|' order by line)) || ' ' || count(*) from (
          select concat_ws(',', s.key, c.kind, c.status, c.channel, date_trunc('month', c.submitted_at), c.area, count(*), sum(c.number),
            sum(extract(epoch from c.submitted_at)), sum(extract(epoch from c.first_response_at)), sum(extract(epoch from c.due_at)), sum(extract(epoch from c.closed_at)),
            sum((select count(*) from case_history h where h.agency_id = c.agency_id and h.case_id = c.id)),
            sum((select count(*) from case_notes n where n.agency_id = c.agency_id and n.case_id = c.id)))
          from cases c join services s on s.agency_id = c.agency_id and s.id = c.service_id
          where c.agency_id = '{agency}'
          group by s.key, c.kind, c.status, c.channel, date_trunc('month', c.submitted_at), c.area) figures (line)
        """);

    /// <summary>Cases of ten years in every status, each with a note and a history that has a reason, spread over the agency's services.</summary>
    internal static Task FillAsync(TestDatabase database, Guid agency, int cases) => database.ExecuteAsOwnerAsync($"""
        insert into citizens (agency_id, id, created_at, updated_at) values ('{agency}', gen_random_uuid(), now(), now());
        create temporary table made as
        select gen_random_uuid() as id, g, now() - g % 120 * interval '30 days' - interval '1 hour' as at,
          (array['submitted', 'inProgress', 'resolved', 'refused', 'closed'])[1 + g % 5] as status,
          (select ids[1 + g / 5 % cardinality(ids)] from (select array_agg(s.id order by s.id) as ids from services s where s.agency_id = '{agency}') o) as service
        from generate_series(1, {cases}) g;
        insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area, citizen_id, submitted_by,
          tracking_hash, submitted_at, first_response_at, due_at, closed_at, updated_at)
        select '{agency}', id, g, service, 1, 'report', status, (array['web', 'phone'])[1 + g % 2], 'Title ' || g, 'Story', 42.3, -71.06, 'Area ' || g % 7,
          (select id from citizens z where z.agency_id = '{agency}' limit 1), gen_random_uuid(), decode(md5(id::text), 'hex'), at, at, at + interval '2 days',
          case when status = 'closed' then at + interval '3 days' end, at + interval '4 days'
        from made;
        insert into case_notes (agency_id, case_id, id, text, visibility, actor_kind, actor_id, created_at)
        select '{agency}', id, id, 'Note', 'public', 'citizen', gen_random_uuid(), at from made;
        insert into case_history (agency_id, case_id, id, at, kind, reason, note_id, actor_kind, actor_id)
        select '{agency}', id, id, at, 'noted', 'Reason', id, 'citizen', gen_random_uuid() from made;
        update case_numbers set last_number = {cases} where agency_id = '{agency}';
        drop table made;
        analyze cases, case_notes, case_history
        """);
}

/// <summary>Real workers, killed with SIGKILL in the middle of a retention run.</summary>
public sealed class KilledRetentionTests(Workers workers, ITestOutputHelper output) : IClassFixture<Workers>
{
    [Fact]
    public async Task A_run_whose_workers_are_killed_is_finished_by_the_next_with_every_figure_and_nothing_twice()
    {
        const int cases = 40_000;
        var agency = await new Agencies(workers.Databases, workers.Db, TimeProvider.System).CreateAsync(
            Caller.System(Caller.Installation), $"r-{Guid.NewGuid():N}", new Localized("en", "Kept"), "UTC", ["en"], 10, "first@kept.example", "none", CancellationToken.None);
        await workers.Database.ExecuteAsOwnerAsync($"insert into services (agency_id, id, key, created_at, updated_at) values ('{agency.Id}', gen_random_uuid(), 'lamps', now(), now())");
        await RetentionTests.FillAsync(workers.Database, agency.Id, cases);
        var before = await RetentionTests.FiguresAsync(workers.Database, agency.Id);
        await workers.Database.ExecuteAsOwnerAsync($"insert into retention_rules (agency_id, service_id, months, created_at, updated_at) select agency_id, id, 1, now(), now() from services where agency_id = '{agency.Id}'");
        var retention = new Retention(workers.Db, TimeProvider.System);
        var due = await DueAsync();

        await Workers.UntilAsync("the run is under way", async () => await ErasedAsync() > 0);
        foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
        var left = await DueAsync();
        output.WriteLine($"killed when {due - left} of {due} were done");
        Assert.InRange(left, 1, due);
        Assert.Equal(before, await RetentionTests.FiguresAsync(workers.Database, agency.Id));

        await workers.StartAsync();
        await Workers.UntilAsync("the run is finished", async () => await DueAsync() == 0);
        Assert.Equal(before, await RetentionTests.FiguresAsync(workers.Database, agency.Id));
        Assert.Equal(await ErasedAsync(), await workers.Database.ScalarAsOwnerAsync<long>(
            $"select sum((detail::jsonb ->> 'cases')::bigint)::bigint from audit_entries where agency_id = '{agency.Id}' and action = 'retention.applied'"));
        Assert.Null((await new AuditTrail(workers.Db).VerifyAsync(agency.Id, CancellationToken.None)).Broken);

        async Task<long> DueAsync() => (await retention.PreviewAsync(agency.Id, null, 10, CancellationToken.None)).Sum(d => d.Cases);
        Task<long> ErasedAsync() => workers.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{agency.Id}' and erased_at is not null");
    }
}
