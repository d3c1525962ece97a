using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Partners;

/// <summary>What partners did comes back: once, in the order of their clock, however they tell it.</summary>
public sealed class PartnerFetchingTests(PartnerHost host) : IClassFixture<PartnerHost>
{
    static string Ago(double minutes) => Council.Now(TimeSpan.FromMinutes(-minutes));

    async Task<(TestAgency Agency, Desk Desk, string Partner, string Path)> SentAsync(object? with = null)
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync(with);
        var path = $"{agency.Path}/cases/{(await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await host.SendAsync();
        Assert.Equal("C-1", await agency.ReferenceAsync(path));
        return (agency, desk, partner, path);
    }

    static async Task<IReadOnlyList<string>> NotesAsync(TestAgency agency, string path) =>
        [.. (await (await agency.Agent).GetJsonAsync($"{path}/history"))["items"]!.AsArray().Where(h => h!["note"] is not null).Select(h => $"{h!["visibility"]}: {h["note"]}")];

    static async Task<JsonNode> HealthAsync(TestAgency agency, string partner) => await (await agency.Admin).GetJsonAsync($"{partner}/health");

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task Their_words_move_the_case_along_our_life_cycle_and_citizens_read_theirs_once(string format)
    {
        var (agency, desk, partner, path) = await SentAsync(new { format });
        desk.Says("C-1", "u1", "IN_PROGRESS", Ago(50), "A crew has it & comes.");
        desk.Says("C-1", "u2", "in_progress", Ago(40), "Parts are ordered.", ("media_url", "https://council.example/photo.jpg"));
        desk.Says("C-9", "u3", "closed", Ago(40), "Of somebody else.");
        await host.ReadAsync(agency, partner);
        Assert.Equal("inProgress", await agency.StatusAsync(path));
        desk.Says("C-1", "u4", "fixed", Ago(30), "The lamp shines.");
        for (var again = 0; again < 3; again++) await host.ReadAsync(agency, partner);
        var seen = await (await agency.Citizen).GetJsonAsync(path);
        Assert.Equal(("resolved", "fixed"), ((string?)seen["status"], (string?)seen["outcome"]));
        var history = (await (await agency.Citizen).GetJsonAsync($"{path}/history"))["items"]!.AsArray();
        Assert.Equal(
            [
                ("submitted", "submitted", null), ("transitioned", "accepted", "Water works: A crew has it & comes."), ("transitioned", "inProgress", "Water works: A crew has it & comes."),
                ("noted", null, null), ("transitioned", "resolved", "Water works: The lamp shines."),
            ], history.Select(h => ((string?)h!["kind"], (string?)h["toStatus"], (string?)h["reason"])));
        Assert.Equal(["public: Water works: Parts are ordered.\nhttps://council.example/photo.jpg"], await NotesAsync(agency, path));
        var reference = (await (await agency.Agent).GetJsonAsync(path))["partners"]![0]!;
        Assert.Equal(("C-1", "fixed"), ((string?)reference["reference"], (string?)reference["status"]));

        // What they said does not go back to them.
        await host.SendAsync();
        Assert.Empty(desk.Updates);
        Assert.Contains("api_key=the+key", desk.Of("GET", "servicerequestupdates").First().Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_read_about_a_case_that_is_long_over_is_forgotten_and_still_known_when_it_is_sent_again()
    {
        var (agency, desk, partner, path) = await SentAsync();
        desk.Says("C-1", "u1", "in_progress", Ago(50), "A crew comes.");
        desk.Says("C-1", "u2", "fixed", Ago(40), "It shines.");
        desk.Says("C-1", "far", "open", Council.Now(TimeSpan.FromDays(3000)), "From a clock that is years ahead.");
        await host.ReadAsync(agency, partner);
        await agency.MoveAsync(path, "closed");
        var memory = new PartnerMemory(host.Get<TenantDb>(), new Later(PartnerMemory.Kept - TimeSpan.FromHours(1)));
        Assert.Equal(0, await memory.ForgetAsync(agency.Id, 100, CancellationToken.None));
        memory = new(host.Get<TenantDb>(), new Later(PartnerMemory.Kept + TimeSpan.FromHours(1)));
        Assert.Equal(2, await memory.ForgetAsync(agency.Id, 100, CancellationToken.None));
        Assert.Equal(0, await memory.ForgetAsync(agency.Id, 100, CancellationToken.None));

        var before = await NotesAsync(agency, path);
        desk.Says("C-1", "u0", "reopen", Ago(45), "As old as what was forgotten.");
        await host.ReadAsync(agency, partner); // a server that sends all of it each time
        Assert.Equal("closed", await agency.StatusAsync(path));
        Assert.Equal(before, await NotesAsync(agency, path));
        desk.Says("C-1", "u3", "open", Ago(1), "It is dark again.");
        await host.ReadAsync(agency, partner);
        Assert.Contains("public: Water works: It is dark again.", await NotesAsync(agency, path));
    }

    [Fact]
    public async Task What_comes_late_or_in_disorder_never_moves_a_case_back()
    {
        var (agency, desk, partner, path) = await SentAsync();
        desk.Says("C-1", "b", "fixed", Ago(20), "Done.");
        desk.Says("C-1", "a", "in_progress", Ago(30), "Begun.");
        await host.ReadAsync(agency, partner);
        Assert.Equal("resolved", await agency.StatusAsync(path));
        desk.Says("C-1", "late", "reopen", Ago(25), "We look again.");
        desk.Says("C-1", "later", "closed", Ago(40));
        await host.ReadAsync(agency, partner);
        Assert.Equal("resolved", await agency.StatusAsync(path));
        Assert.Equal(
            [
                "internal: Water works says \"closed\" as of * which is older than what moved this case last. It stays where it is.",
                "internal: Water works says \"reopen\" as of * which is older than what moved this case last. It stays where it is.", "public: Water works: We look again.",
            ], (await NotesAsync(agency, path)).Select(n => System.Text.RegularExpressions.Regex.Replace(n, "of 20.*Z,", "of *")).Order(StringComparer.Ordinal));

        desk.Says("C-1", "newer", "reopen", Ago(5), "It is dark again.");
        await host.ReadAsync(agency, partner);
        Assert.Equal("reopened", await agency.StatusAsync(path));
    }

    [Fact]
    public async Task Ids_that_begin_anew_with_each_case_are_told_apart()
    {
        var (agency, desk, partner, path) = await SentAsync();
        var other = await agency.SubmitAsync("Another");
        await host.SendAsync();
        foreach (var reference in (string[])["C-1", "C-2"]) desk.Says(reference, "1", "in_progress", Ago(5), "Begun.");
        for (var again = 0; again < 2; again++) await host.ReadAsync(agency, partner);
        Assert.Equal(("inProgress", "inProgress"), (await agency.StatusAsync(path), await agency.StatusAsync(other)));
        Assert.Equal(2, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from partner_updates where agency_id = '{agency.Id}'"));
    }

    [Fact]
    public async Task What_a_citizen_reopened_is_not_closed_by_what_was_said_before_but_by_what_is_said_after()
    {
        var (agency, desk, partner, path) = await SentAsync();
        await agency.MoveAsync(path, "accepted", "inProgress", "resolved");
        await (await agency.Citizen).PostJsonAsync($"{path}/reopen", new { reason = "It is dark again." }, HttpStatusCode.OK);
        await host.SendAsync();
        Assert.Equal("open", desk.Updates[^1]["status"]);
        desk.Says("C-1", "before", "closed", Ago(3), "Closed by the batch of last night.");
        await host.ReadAsync(agency, partner);
        Assert.Equal("reopened", await agency.StatusAsync(path));
        desk.Says("C-1", "after", "closed", Council.Now(TimeSpan.FromSeconds(2)), "A new bulb.");
        await host.ReadAsync(agency, partner);
        Assert.Equal("closed", await agency.StatusAsync(path));
    }

    [Fact]
    public async Task A_word_that_nobody_translated_is_told_and_moves_nothing_and_so_is_one_to_which_no_step_leads()
    {
        var (agency, desk, partner, path) = await SentAsync();
        desk.Says("C-1", "1", "awaiting_councillor", Ago(9), "We ask around.");
        desk.Says("C-1", "2", "open", Ago(8));
        desk.Says("C-1", "3", "closed", Ago(7), "It is the same as another.", ("external_status_code", "dup"));
        desk.Says("C-1", "4", "fixed", Ago(6));
        await host.ReadAsync(agency, partner);
        var seen = await (await agency.Agent).GetJsonAsync(path);
        Assert.Equal(("refused", "duplicate"), ((string?)seen["status"], (string?)seen["outcome"]));
        Assert.Equal(
            [
                "internal: Water works says \"awaiting_councillor\", and nobody has set what that means here. The case stays where it is.",
                "internal: Water works says \"fixed\", and no step leads there from where this case stands. It stays where it is.", "public: Water works: We ask around.",
            ], (await NotesAsync(agency, path)).Order(StringComparer.Ordinal));
        var unmapped = Assert.Single((await HealthAsync(agency, partner))["unmapped"]!.AsArray())!;
        Assert.Equal(("awaiting_councillor", 1), ((string?)unmapped["status"], (int)unmapped["times"]!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Our_own_updates_that_come_back_are_known_whichever_id_they_have_there(bool ownIds)
    {
        var (agency, desk, partner, path) = await SentAsync();
        desk.OwnUpdateIds = ownIds;
        await agency.MoveAsync(path, "accepted", "inProgress");
        await (await agency.Agent).PostJsonAsync($"{path}/notes", new { text = "We come on Thursday.", visibility = "public" });
        await host.SendAsync();
        foreach (var (i, update) in desk.Updates.Index()) desk.Says("C-1", ownIds ? $"U-{i + 1}" : update["update_id"]!, update["status"]!, update["updated_datetime"]!, update["description"]);
        if (ownIds) desk.Says("C-1", "somebody else numbered it", "in_progress", desk.Updates[^1]["updated_datetime"]!, "We come on Thursday.");
        await host.ReadAsync(agency, partner);
        await host.SendAsync();
        Assert.Equal(["public: We come on Thursday."], await NotesAsync(agency, path));
        Assert.Equal(3, desk.Updates.Count);
        Assert.Equal("inProgress", await agency.StatusAsync(path));
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_told_and_one_time_that_cannot_be_does_not_stop_what_comes_after_it()
    {
        var (agency, desk, partner, path) = await SentAsync();
        desk.Says("C-1", "zone", "in_progress", Council.Now(TimeSpan.FromHours(3)), "Begun.");
        desk.Says("C-1", "typo", "closed", "2099-01-01T00:00:00Z", "Closed for ever.");
        desk.Says("C-1", "none", "closed", "yesterday", "Closed.");
        desk.HasUpdates = true;
        desk.Before = async call => call.Path == "servicerequestupdates" && call.Method == "GET" // one that knows no dates
            && await call.AnswerAsync(200, System.Text.Json.JsonSerializer.Serialize(desk.Published));
        await host.ReadAsync(agency, partner);
        Assert.Equal("inProgress", await agency.StatusAsync(path));
        var health = await HealthAsync(agency, partner);
        Assert.True((int)health["clockAheadSeconds"]! > 10_000);
        Assert.Equal("unreadable: 1", (string?)health["fetchError"]);
        Assert.NotNull(health["fetchedAt"]);
        Assert.Contains("internal: Water works says \"closed\" as of 2099-01-01T00:00:00Z, which has not come yet. The case stays where it is.", await NotesAsync(agency, path));
        desk.Says("C-1", "next", "fixed", Council.Now(TimeSpan.FromHours(3.5)), "Done.");
        await host.ReadAsync(agency, partner);
        Assert.Equal("resolved", await agency.StatusAsync(path));
    }

    [Theory]
    [InlineData("json", "[{\"service_request_id\": \"C-1\", \"update_id\": \"u1\", \"status\": \"closed\", \"updated_datetime\": \"2026-01-01T00:00:00Z\"}, {\"service_req")]
    [InlineData("xml", "<service_request_updates><request_update><service_request_id>C-1</service_request_id><update_id>u1</update_id><status>closed</status><updated_datetime>2026-01-01T00:00:00Z</updated_datetime></request_update><request_up")]
    [InlineData("xml", "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><service_request_updates><request_update><status>&b;</status></request_update></service_request_updates>")]
    [InlineData("xml", "")]
    [InlineData("json", "hung up")]
    [InlineData("json", "500")]
    public async Task Half_an_answer_is_none_and_nothing_of_it_is_done(string format, string body)
    {
        var (agency, desk, partner, path) = await SentAsync(new { format });
        desk.Says("C-1", "u1", "in_progress", Ago(10), "Begun.");
        desk.Before = call => body switch { "hung up" => call.HangUpAsync(), "500" => call.AnswerAsync(500, ""), _ => call.AnswerAsync(200, body) };
        Assert.False(await host.ReadAsync(agency, partner));
        Assert.Equal("submitted", await agency.StatusAsync(path));
        var health = await HealthAsync(agency, partner);
        Assert.Equal(body switch { "hung up" => "no-answer", "500" => "http-500", _ => "not-readable" }, (string?)health["fetchError"]);
        Assert.NotNull(health["fetchFailingSince"]);
        Assert.Null(health["fetchedAt"]);

        desk.Before = null;
        Assert.True(await host.ReadAsync(agency, partner));
        Assert.Equal("inProgress", await agency.StatusAsync(path));
        Assert.Null((await HealthAsync(agency, partner))["fetchFailingSince"]);
    }

    [Fact]
    public async Task A_server_without_a_list_of_updates_is_read_by_its_requests()
    {
        var (agency, desk, partner, path) = await SentAsync(new { fetches = "requests" });
        var other = await agency.SubmitAsync("Another");
        await host.SendAsync();
        desk.HasUpdates = false;
        await host.ReadAsync(agency, partner);
        Assert.Equal("submitted", await agency.StatusAsync(path)); // open, as it was sent
        Assert.Contains("service_request_id=C-", desk.Of("GET", "requests").Single().Query, StringComparison.Ordinal);

        void Set(string status, string? notes, string? at) => (desk.Requests[0]["status"], desk.Requests[0]["status_notes"], desk.Requests[0]["updated_datetime"]) = (status, notes, at);
        Set("in_progress", "A crew has it.", Ago(5));
        for (var again = 0; again < 2; again++) await host.ReadAsync(agency, partner);
        Assert.Equal("inProgress", await agency.StatusAsync(path));
        Set("in_progress", "Parts are ordered.", Ago(4));
        await host.ReadAsync(agency, partner);
        Set("in_progress", "Parts are ordered.", Ago(3)); // touched, and nothing new
        await host.ReadAsync(agency, partner);
        Assert.Equal(["public: Water works: Parts are ordered."], await NotesAsync(agency, path));
        Set("fixed", "Parts are ordered.", null);
        await host.ReadAsync(agency, partner);
        Assert.Equal("resolved", await agency.StatusAsync(path));
        Assert.Equal("submitted", await agency.StatusAsync(other));
        await host.SendAsync();
        Assert.Empty(desk.Updates);

        await (await agency.Citizen).PostJsonAsync($"{path}/reopen", new { reason = "It is dark." }, HttpStatusCode.OK);
        await host.SendAsync();
        Set("open", "It is dark.", Council.Now());
        await host.ReadAsync(agency, partner);
        Assert.Equal("reopened", await agency.StatusAsync(path));
        Assert.Single(await NotesAsync(agency, path));
    }

    [Fact]
    public async Task An_answer_that_is_full_is_asked_for_in_halves_and_after_a_long_silence_in_months()
    {
        var (agency, desk, partner, path) = await SentAsync();
        for (var i = 0; i < 2500; i++) desk.Says("C-7", $"o{i}", "open", Ago(i / 2.0), "Of others.");
        desk.Says("C-1", "mine", "in_progress", Ago(700), "Begun.");
        desk.Before = async call =>
        {
            if (call.Path != "servicerequestupdates" || call.Method != "GET") return false;
            var (from, to) = (Date("start_date"), Date("end_date"));
            Assert.True(to - from <= TimeSpan.FromDays(31));
            return await call.AnswerAsync(200, System.Text.Json.JsonSerializer.Serialize(
                desk.Published.Where(u => DateTimeOffset.Parse(u["updated_datetime"]!, CultureInfo.InvariantCulture) is var at && at >= from && at <= to).Take(1000)));

            DateTimeOffset Date(string name) => DateTimeOffset.Parse(call.Http.Request.Query[name]!, CultureInfo.InvariantCulture);
        };
        await host.ReadAsync(agency, partner);
        Assert.Equal("inProgress", await agency.StatusAsync(path));
        Assert.InRange(desk.Of("GET", "servicerequestupdates").Count(), 5, 20);

        await host.Database.ExecuteAsOwnerAsync($"update partners set high_water = now() - interval '100 days' where agency_id = '{agency.Id}'");
        var before = desk.Calls.Count;
        await host.ReadAsync(agency, partner);
        Assert.InRange(desk.Calls.Count - before, 4, 40);
    }

    [Fact]
    public async Task One_reads_at_a_time_a_silent_partner_is_asked_less_often_and_admins_hear_of_it()
    {
        var (agency, desk, partner, _) = await SentAsync();
        desk.Before = call => call.AnswerAsync(503, "");
        Assert.False(await host.ReadAsync(agency, partner));
        Assert.Null(await host.ReadAsync(agency, partner, due: false)); // not its turn
        Assert.False(await host.ReadAsync(agency, partner, later: TimeSpan.FromHours(25)));
        var pause = await host.Database.ScalarAsOwnerAsync<double>($"select (extract(epoch from fetch_due_at - now() - interval '25 hours') / 60)::float8 from partners where agency_id = '{agency.Id}'");
        Assert.InRange(pause, 55, 61);
        Assert.Equal("""{"because": "fetching"}""", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(data::text, ' ' order by id) from outbox where agency_id = '{agency.Id}' and type = 'partner.troubled'"));
        await (await agency.Admin).PostJsonAsync($"{partner}/stop", new { reason = "They move." }, HttpStatusCode.OK);
        Assert.Null(await host.ReadAsync(agency, partner));
    }

    [Fact]
    public async Task A_check_says_what_of_the_description_does_not_fit_what_the_partner_has()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var admin = await agency.Admin;
        var check = await admin.PostJsonAsync($"{partner}/check", new { }, HttpStatusCode.OK);
        Assert.Equal(["/services/0/code unknown", "/statusesOut no-word"], Findings(check));
        desk.Services.Add(Thing.Of(("service_code", "LAMP01"), ("service_name", "Lamps"), ("metadata", "true")));
        desk.Definition = [Thing.Of(("code", "COL"), ("required", "true"), ("variable", "true"), ("description", "Which colour?")), Thing.Of(("code", "INFO"), ("required", "true"), ("variable", "false"))];
        Assert.Equal(["/services/0/attributes required", "/statusesOut no-word"], Findings(await admin.PostJsonAsync($"{partner}/check", new { }, HttpStatusCode.OK)));

        await admin.PostJsonAsync($"{agency.Path}/services", new
        {
            key = "signs", name = "Signs", serves = "All", rights = new { basis = "Law", objection = "Write" }, standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
            questions = (object[])[new { key = "colour", text = "Which?", type = "single", required = true, options = (object[])[new { key = "red", text = "Red" }, new { key = "blue", text = "Blue" }] }],
        });
        await (await admin.PatchAsync(partner, new
        {
            services = (object[])[new { service = "signs", code = "LAMP01", attributes = (object[])[new { question = "colour", code = "COL", values = new { red = "R1" } }, new { question = "size", code = "SIZE" }] }],
            statusesOut = PartnerHost.StatusesOut.Append(new { when = "refused", status = "closed" }),
        }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        desk.Before = async call => call.Path == "services/LAMP01" && await call.AnswerAsync(200, """
            {"service_code": "LAMP01", "attributes": [{"variable": true, "code": "COL", "datatype": "singlevaluelist", "required": true, "values": [{"key": "R1", "name": "Red"}, {"key": 7, "name": "Blue"}]}]}
            """);
        check = await admin.PostJsonAsync($"{partner}/check", new { }, HttpStatusCode.OK);
        Assert.Equal(["/services/0/attributes/0/values unknown", "/services/0/attributes/1/question unknown", "/services/0/attributes/1/code unknown"], Findings(check));
        Assert.Equal((1, true, false), ((int)check["services"]!, (bool)check["hasUpdates"]!, (bool)check["fits"]!));

        desk.Before = call => call.AnswerAsync(500, "");
        check = await admin.PostJsonAsync($"{partner}/check", new { }, HttpStatusCode.OK);
        Assert.Equal(["/url no-services"], Findings(check));

        static IEnumerable<string> Findings(JsonNode check) => check["findings"]!.AsArray().Select(f => $"{f!["pointer"]} {f["code"]}");
    }

    [Fact]
    public async Task Health_says_how_far_behind_a_partner_is_and_what_waits_for_whom()
    {
        var (agency, desk, partner, path) = await SentAsync();
        desk.Before = async call => call.Method == "POST" && await call.AnswerAsync(500, "");
        await agency.MoveAsync(path, "accepted", "inProgress", "refused");
        await host.SendAsync();
        var health = await HealthAsync(agency, partner);
        Assert.Equal((3, 0, 1), ((int)health["waiting"]!, (int)health["failed"]!, (int)health["cases"]!));
        Assert.NotNull(health["waitingSince"]);
        Assert.NotNull(health["sentAt"]);
        Assert.NotNull(health["failingSince"]);
        desk.Before = null;
        await host.SendAsync(later: TimeSpan.FromMinutes(1));
        health = await HealthAsync(agency, partner);
        Assert.Equal((0, 1), ((int)health["waiting"]!, (int)health["failed"]!));
        Assert.Null(health["failingSince"]);
    }
}
