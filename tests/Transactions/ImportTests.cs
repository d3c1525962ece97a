using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using static Cirm.Tests.Transactions.Importing;

namespace Cirm.Tests.Transactions;

/// <summary>An officer sends files, over HTTP, on a real PostgreSQL: what is taken is taken once, what is not is told with its line.</summary>
public sealed class ImportTests(CirmHost host)
{
    [Fact]
    public async Task A_file_of_the_contract_is_taken_line_by_line()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync();
        var operation = await host.ImportAsync(agency, "kind=cases", Text(
            Header,
            "a1,lights,phone,closed,Lamp out,\"Two, of\nthem\",2026-03-21T08:00:00Z,2026-03-22T08:00:00Z,42.3,-71.1,Roxbury,",
            "a2,lights,counter,submitted,Dark corner,,2026-03-21 08:00:00,,,,,",
            "a3,potholes,web,submitted,Hole,,2026-03-21T08:00:00Z,,,,,",
            "a2,lights,web,submitted,The same id again,,2026-03-21T08:00:00Z,,,,,",
            "a4,lights,fax,submited,Bad words,,soon,,,,,nobody"));

        Assert.Equal("succeeded: 5 processed, 2 accepted, 1 unchanged, 2 rejected", operation.Told());
        Assert.Equal(["5 service unknown", "7 channel unknown", "7 status unknown", "7 submittedAt time"], await agency.RejectionsAsync(operation));
        var cases = (JsonArray)(await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!;
        Assert.Equal(["a1", "a2"], cases.Select(c => (string)c!["externalId"]!).Order(StringComparer.Ordinal));
        var first = cases.Single(c => (string?)c!["externalId"] == "a1")!;
        Assert.Equal(("closed", "phone", "Two, of\nthem", 1L), ((string?)first["status"], (string?)first["channel"], (string?)first["description"], (long)first["number"]!));
        Assert.Equal("2026-03-22T08:00:00Z", (string?)first["closedAt"]);
        Assert.Equal("2026-03-23T08:00:00Z", (string?)first["dueAt"]); // 48 hours
        var second = cases.Single(c => (string?)c!["externalId"] == "a2")!;
        Assert.Equal("2026-03-21T12:00:00Z", (string?)second["submittedAt"]); // a local time is the agency's
        var history = (JsonArray)(await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases/{first["id"]}/history"))["items"]!;
        Assert.Equal("imported", (string?)Assert.Single(history)!["kind"]);
    }

    [Fact]
    public async Task The_same_file_again_adds_nothing()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync();
        string[] lines = [Header, .. Enumerable.Range(1, 40).Select(i => $"x{i},lights,web,submitted,Case {i},,2026-03-21T08:00:00Z,,,,,")];
        Assert.Equal("succeeded: 40 processed, 40 accepted, 0 unchanged, 0 rejected", (await host.ImportAsync(agency, "kind=cases", Text(lines))).Told());
        Assert.Equal("succeeded: 40 processed, 0 accepted, 40 unchanged, 0 rejected", (await host.ImportAsync(agency, "kind=cases", Text(lines))).Told());
        Assert.Equal("succeeded: 41 processed, 1 accepted, 40 unchanged, 0 rejected",
            (await host.ImportAsync(agency, "kind=cases", Text([.. lines, "x0,lights,web,submitted,New,,2026-03-21T08:00:00Z,,,,,"]))).Told());
        await OneToAsync(agency, 41);
    }

    [Fact]
    public async Task Missing_services_become_drafts_when_the_officer_says_so()
    {
        var agency = await host.NewAgencyAsync("fa", "Asia/Tehran");
        var operation = await host.ImportAsync(agency, "kind=cases&createServices=true", Text(
            Header, "1,roads,web,submitted,A,,2026-03-21T08:00:00Z,,,,,", "2,Street Lights,web,submitted,B,,2026-03-21T08:00:00Z,,,,,",
            "3,roads,web,submitted,C,,2026-03-21T08:00:00Z,,,,,", "4,روشنایی,web,submitted,D,,2026-03-21T08:00:00Z,,,,,"));
        Assert.Equal("succeeded: 4 processed, 4 accepted, 0 unchanged, 0 rejected", operation.Told());
        var services = (JsonArray)(await (await agency.Admin).GetJsonAsync($"{agency.Path}/services"))["items"]!;
        Assert.All(services, s => Assert.Equal("draft", (string?)s!["state"]));
        Assert.Equal(["Street Lights", "roads", "روشنایی"], services.Select(s => (string)s!["name"]!["fa"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Citizens_are_imported_with_declared_attributes_and_cases_find_them()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync();
        foreach (var (key, type) in ((string, string)[])[("district", "code"), ("household", "number")])
            await host.Database.ExecuteAsOwnerAsync($"insert into attributes (agency_id, key, name, type, codes, purpose, created_at) values ('{agency.Id}', '{key}', '{{}}', '{type}', '{{7,8}}', 'test', now())");

        var operation = await host.ImportAsync(agency, "kind=citizens", Text(
            "externalId,name,email,phone,language,attributes.district,attributes.household",
            "c1,فاطمه کریمی,f@example.org,+98 51 3112,fa,7,4",
            "c2,,,,,9,four",
            "c3,Ann,not an address,call me,english!,,",
            "c4,,,,,,"));
        Assert.Equal("succeeded: 4 processed, 2 accepted, 0 unchanged, 2 rejected", operation.Told());
        Assert.Equal(["3 attributes.district value", "3 attributes.household value", "4 email email", "4 language language", "4 phone phone"], await agency.RejectionsAsync(operation));
        Assert.Equal("""{"district": "7", "household": 4} fa فاطمه کریمی f@example.org""", await host.Database.ScalarAsOwnerAsync<string>($"""
            select z.attributes::text || ' ' || z.language || ' ' || i.name || ' ' || i.email from citizens z
            join citizen_identities i on i.agency_id = z.agency_id and i.citizen_id = z.id where z.agency_id = '{agency.Id}' and i.external_id = 'c1'
            """));

        var nested = await host.ImportAsync(agency, "kind=citizens", Text("{\"externalId\":\"c1\"}", "{\"externalId\":\"c5\",\"attributes\":{\"district\":\"8\",\"shoeSize\":40}}", "{\"externalId\":\"c6\",\"attributes\":{\"district\":\"8\"}}"), "application/x-ndjson");
        Assert.Equal("succeeded: 3 processed, 1 accepted, 1 unchanged, 1 rejected", nested.Told());
        Assert.Equal(["2 attributes.shoeSize unknown"], await agency.RejectionsAsync(nested));

        var cases = await host.ImportAsync(agency, "kind=cases", Text(Header, "1,lights,phone,closed,Her lamp,,2026-03-21T08:00:00Z,,,,,c1", "2,lights,phone,closed,His lamp,,2026-03-21T08:00:00Z,,,,,c9"));
        Assert.Equal("succeeded: 2 processed, 1 accepted, 0 unchanged, 1 rejected", cases.Told());
        Assert.Equal(["3 citizenExternalId unknown"], await agency.RejectionsAsync(cases));
    }

    [Fact]
    public async Task A_missing_column_fails_the_whole_and_an_unknown_one_too()
    {
        var agency = await host.NewAgencyAsync();
        var missing = await host.ImportAsync(agency, "kind=cases", Text("externalId,service,title", "1,lights,A"));
        Assert.Equal("failed: 0 processed, 0 accepted, 0 unchanged, 0 rejected", missing.Told());
        Assert.Equal("Missing: channel, status, submittedAt; found: externalId, service, title.", missing.Error);
        var misspelt = await host.ImportAsync(agency, "kind=cases", Text(Header + ",titel"));
        Assert.StartsWith("Unknown: titel; known are externalId,", misspelt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_bytes_in_the_middle_leave_what_was_before_and_after()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync();
        byte[] Row(string id, byte[] title) => [.. System.Text.Encoding.UTF8.GetBytes($"{id},lights,web,submitted,"), .. title, .. ",,2026-03-21T08:00:00Z,,,,,\r"u8];
        byte[] file = [0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(Header + "\r\n"), .. Row("1", "ok"u8.ToArray()), .. Row("2", [0x63, 0xE9]), .. Row("3", [0x61, 0]),
            .. Row("4", [.. Enumerable.Repeat((byte)'x', LineReader.LongestLine)]), .. Row("5", "\"open"u8.ToArray()), .. Row("6", "ok"u8.ToArray())];
        var operation = await host.ImportAsync(agency, "kind=cases", new MemoryStream(file));
        Assert.Equal("succeeded: 6 processed, 2 accepted, 0 unchanged, 4 rejected", operation.Told());
        Assert.Equal(["3 title encoding", "4 title character", "5  too-long", "6  quote"], await agency.RejectionsAsync(operation));

        var told = await host.ImportAsync(agency, "kind=cases", new MemoryStream(file[3..]), "text/csv; charset=windows-1252");
        Assert.Equal(["4 title character", "5  too-long", "6  quote"], await agency.RejectionsAsync(told));
    }

    [Fact]
    public async Task Whatever_kills_it_between_two_commits_nothing_is_lost_twice_or_misnumbered()
    {
        const int rows = 4 * ImportRun<string>.RowsAtATime + 700;
        for (var killedAt = 1; killedAt <= 6; killedAt++)
        {
            var agency = await host.NewAgencyAsync();
            var file = Text([Header, .. Enumerable.Range(1, rows).Select(i => i % 100 == 0 ? $"k{i},lights,fax,submitted,Rejected,,2026-03-21T08:00:00Z,,,,," : $"k{i % (rows - 40)},lights,web,submitted,Case {i},,2026-03-21T08:00:00Z,,,,,")]);
            var id = await agency.SendAsync("kind=cases&createServices=true", file);
            // The same place again in every attempt until the last ones: between the two commits of a pair, too.
            var at = killedAt;
            var operation = await host.CarryOutAsync(agency.Id, id, report => report == at || report == at + 2 || report == at + 3);
            const int rejected = rows / 100;
            var expected = Enumerable.Range(1, rows).Where(i => i % 100 != 0).Select(i => i % (rows - 40)).Distinct().Count();
            Assert.Equal($"succeeded: {rows} processed, {expected} accepted, {rows - rejected - expected} unchanged, {rejected} rejected", operation.Told());
            await OneToAsync(agency, expected);
            Assert.Equal((long)expected, await host.Database.ScalarAsOwnerAsync<long>($"select count(distinct case_id) from case_history where agency_id = '{agency.Id}' and kind = 'imported'"));
            Assert.Equal(0L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from import_chunks where agency_id = '{agency.Id}'"));
            Assert.Equal(0L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from import_promises where agency_id = '{agency.Id}'"));
            Assert.Equal(1L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'import.finished'"));
        }
    }

    [Fact]
    public async Task A_retried_upload_is_answered_as_the_first_time_and_leaves_no_second_file()
    {
        var agency = await host.NewAgencyAsync();
        var first = await agency.PostFileAsync("kind=cases", Text(Header), key: "once");
        var again = await agency.PostFileAsync("kind=cases", Text(Header), key: "once");
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(("true", first.Headers.Location), (again.Headers.GetValues("Idempotent-Replayed").Single(), again.Headers.Location));
        await (await agency.PostFileAsync("kind=cases", Text(Header, "other"), key: "once")).RefusedAsync("idempotency-key-reused");
        Assert.Equal(1L, await host.Database.ScalarAsOwnerAsync<long>($"select count(distinct operation_id) from import_chunks where agency_id = '{agency.Id}'"));
    }

    [Fact]
    public async Task What_cannot_be_imported_is_refused_before_it_is_kept()
    {
        var agency = await host.NewAgencyAsync();
        await (await agency.PostFileAsync("kind=opinions", Text("x"))).RefusedAsync("validation");
        await (await agency.PostFileAsync("", Text("x"))).RefusedAsync("validation");
        await (await agency.PostFileAsync("kind=cases&mapping=none", Text("x"))).RefusedAsync("validation");
        await (await agency.PostFileAsync("kind=cases&createServices=perhaps", Text("x"))).RefusedAsync("validation");
        await (await agency.PostFileAsync("kind=cases", Text("x"), "application/json")).RefusedAsync("unsupported-media-type");
        await (await agency.PostFileAsync("kind=cases", Text("x"), "text/csv; charset=klingon")).RefusedAsync("unsupported-media-type");
        Assert.Equal(0L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from import_chunks where agency_id = '{agency.Id}'"));
    }

    [Fact]
    public async Task A_mapping_is_kept_changed_used_and_removed()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var mapping = new
        {
            kind = "cases", columns = new Dictionary<string, object>
            {
                ["externalId"] = new { from = "id" }, ["service"] = new { from = "type", slug = true }, ["channel"] = new { value = "phone" },
                ["status"] = new { from = "state", values = new Dictionary<string, string> { ["Done"] = "closed" } }, ["title"] = new { from = "type" }, ["submittedAt"] = new { from = "opened" },
            },
        };
        var path = $"{agency.Path}/import-mappings/hotline";
        Assert.Equal(HttpStatusCode.Created, (await admin.PutAsJsonAsync(path, mapping)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.PutAsJsonAsync(path, mapping)).StatusCode);
        var problem = await (await admin.PutAsJsonAsync(path, new { kind = "cases", columns = new { externalId = new { from = "id", values = "?" } } })).RefusedAsync("validation");
        Assert.Equal("/columns/externalId/values", (string?)problem["errors"]![0]!["pointer"]);
        var twice = await (await admin.PutAsJsonAsync(path, new Dictionary<string, object> { ["kind"] = "cases", ["Kind"] = "cases", ["columns"] = mapping.columns })).RefusedAsync("validation");
        Assert.Equal("/Kind", (string?)twice["errors"]![0]!["pointer"]);

        var operation = await host.ImportAsync(agency, "kind=cases&mapping=hotline&createServices=true", Text("id,type,state,opened", "1,Street Light,Done,2026-03-21 08:00", "2,Street Light,Lost,2026-03-21 08:00"));
        Assert.Equal("succeeded: 2 processed, 1 accepted, 0 unchanged, 1 rejected", operation.Told());
        Assert.Equal(["3 state unknown"], await agency.RejectionsAsync(operation));

        var read = await admin.GetAsync(path);
        var remove = new HttpRequestMessage(HttpMethod.Delete, path);
        remove.Headers.TryAddWithoutValidation("If-Match", read.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(remove)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Files_that_nobody_will_read_are_let_go()
    {
        var agency = await host.NewAgencyAsync();
        var files = host.Services.GetRequiredService<ImportFiles>();
        await files.StoreAsync(agency.Id, Guid.CreateVersion7(), Text("an upload that broke off"), CancellationToken.None);
        await agency.SendAsync("kind=cases", Text("waits for its job"));
        var failed = await host.ImportAsync(agency, "kind=cases", Text("not our columns"));
        Assert.Equal(OperationState.Failed, failed.State);

        var now = TimeProvider.System.Now();
        Assert.Equal(1, await files.ForgetUnusedAsync(agency.Id, now.AddDays(-1), CancellationToken.None)); // the failed one's
        Assert.Equal(1, await files.ForgetUnusedAsync(agency.Id, now.AddMinutes(1), CancellationToken.None)); // the broken one's
        Assert.Equal(1L, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from import_chunks where agency_id = '{agency.Id}'"));
    }

    // Numbers begin at 1, have no gap, and the counter stands at the last.
    async Task OneToAsync(TestAgency agency, long count) =>
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"1 {count} {count} {count}"), await host.Database.ScalarAsOwnerAsync<string>($"""
            select concat_ws(' ', min(number), max(number), count(*), (select last_number from case_numbers where agency_id = '{agency.Id}')) from cases where agency_id = '{agency.Id}'
            """));
}
