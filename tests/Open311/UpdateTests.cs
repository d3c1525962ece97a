using System.Net;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Open311;

/// <summary>Updates of service requests in both directions; each test is a complaint of FixMyStreet's users.</summary>
public sealed class UpdateTests(CirmHost host)
{
    static DateTimeOffset Now => DateTimeOffset.UtcNow;

    [Fact]
    public async Task What_the_agency_does_reaches_who_sent_the_report()
    {
        var client = await Open311Client.NewAsync(host);
        var (key, stranger) = (await client.KeyAsync(), await client.KeyAsync());
        var id = await client.ReportAsync(key, ("description", "Dark"));
        var (agent, path) = (await client.Agency.Agent, $"{client.Agency.Path}/cases/{id}");
        await agent.PostJsonAsync($"{path}/notes", new { text = "We know.", visibility = "public" });
        await agent.PostJsonAsync($"{path}/notes", new { text = "He calls every week.", visibility = "internal" });
        foreach (var (to, outcome) in new[] { ("accepted", null), ("inProgress", null), ("refused", "notOurs") })
            await agent.PostJsonAsync($"{path}/transitions", new { to, reason = $"Now {to}.", outcome }, HttpStatusCode.OK);

        var updates = await client.UpdatesAsync(key);
        Assert.Equal(["open", "investigating", "in_progress", "not_councils_responsibility"], updates.Select(u => (string?)u["status"]));
        Assert.Equal(["We know.", "Now accepted.", "Now inProgress.", "Now refused."], updates.Select(u => (string?)u["description"]));
        Assert.All(updates, u => Assert.Equal(id, (string?)u["service_request_id"]));
        Assert.Equal("refused:notOurs", (string?)updates[^1]["external_status_code"]);
        Assert.Equal(4, updates.Select(u => (string?)u["update_id"]).Distinct().Count());

        // Without having asked for more, a client gets GeoReport's two states.
        var plain = await client.GetXmlAsync($"servicerequestupdates.xml?api_key={key}&service_request_id={id}");
        Assert.Equal("service_request_updates", plain.Name);
        Assert.Equal(["open", "open", "open", "closed"], plain.Elements("request_update").Select(u => u.Element("status")!.Value));
        Assert.Equal("update_id service_request_id status updated_datetime description media_url", string.Join(' ', plain.Elements().First().Elements().Select(e => e.Name.LocalName)));

        // By time, and in parts.
        var at = DateTimeOffset.Parse((string)updates[2]["updated_datetime"]!);
        Assert.Empty(await client.UpdatesAsync(key, $"&start_date={at.AddHours(-2):yyyy-MM-ddTHH:mm:ssZ}&end_date={at.AddHours(-1):yyyy-MM-ddTHH:mm:ssZ}"));
        Assert.Equal((string?)updates[1]["update_id"], (string?)(await client.UpdatesAsync(key, "&page=2&page_size=1")).Single()["update_id"]);

        // Others learn that it moved, and nothing that was said.
        foreach (var others in (string[])[stranger, ""])
        {
            var seen = await client.UpdatesAsync(others);
            Assert.Equal(["investigating", "in_progress", "not_councils_responsibility"], seen.Select(u => (string?)u["status"]));
            Assert.All(seen, u => Assert.Null(u["description"]));
        }
    }

    [Fact]
    public async Task A_picture_of_the_agencys_reaches_who_sent_the_report_and_nothing_else_of_its_files()
    {
        var client = await Open311Client.NewAsync(host);
        var (key, stranger) = (await client.KeyAsync(), await client.KeyAsync());
        var id = await client.ReportAsync(key);
        var (agent, path) = (await client.Agency.Agent, $"{client.Agency.Path}/cases/{id}/attachments");
        foreach (var (bytes, type, visibility) in new[] { (TestImages.Jpeg(), "image/jpeg", "public"), (TestImages.Jpeg(), "image/jpeg", "internal"), ("A bill."u8.ToArray(), "text/plain", "public") })
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes) { Headers = { ContentType = new(type) } }, "file", type == "text/plain" ? "bill.txt" : "lamp.jpg" }, { new StringContent(visibility), "visibility" } };
            await (await agent.PostAsync(path, form)).ReadAsync(HttpStatusCode.Created);
        }
        var told = Assert.Single(await client.UpdatesAsync(key));
        Assert.Equal((id, "open", null), ((string?)told["service_request_id"], (string?)told["status"], (string?)told["description"]));
        var url = (string)told["media_url"]!;
        Assert.Equal("image/jpeg", (await client.Http.GetAsync(url)).Content.Headers.ContentType!.MediaType);
        Assert.Empty(await client.UpdatesAsync(stranger));

        // The link ends with the picture.
        var file = (await agent.GetJsonAsync(path))["items"]!.AsArray().First(f => (string?)f!["visibility"] == "public" && (string?)f["mediaType"] == "image/jpeg")!;
        Assert.Equal(HttpStatusCode.NoContent, (await agent.DeleteAsync($"{path}/{file["id"]}?reason=A%20face", $"\"{file["sha256"]}\"")).StatusCode);
        await (await client.Http.GetAsync(url)).RefusedAsync("not-found");
        Assert.Empty(await client.UpdatesAsync(key));

        // A file is not swallowed: an update takes the address of one.
        using var update = new MultipartFormDataContent();
        foreach (var (name, value) in new[] { ("api_key", key), ("service_request_id", id), ("update_id", "1"), ("updated_datetime", $"{Now:yyyy-MM-ddTHH:mm:ssZ}"), ("status", "OPEN") }) update.Add(new StringContent(value), name);
        update.Add(new ByteArrayContent(TestImages.Jpeg()) { Headers = { ContentType = new("image/jpeg") } }, "media", "lamp.jpg");
        Assert.Contains("media_url", await Open311Client.RefusedAsync(await client.Http.PostAsync($"{client.Path}/servicerequestupdates.json", update), 400));
    }

    [Fact]
    public async Task The_same_update_twice_is_one_entry_and_identical_ones_are_said_once()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        var id = await client.ReportAsync(key);
        var first = await client.UpdateAsync(key, id, "1", Now, "OPEN", "Still dark.");
        Assert.Equal(first, await client.UpdateAsync(key, id, "1", Now, "OPEN", "Still dark."));
        Assert.NotEqual(first, await client.UpdateAsync(key, id, "2", Now, "OPEN", "Still dark."));
        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.UpdateAsync(key, id, "3", Now, "OPEN", "At once.")));
        Assert.Single(all.Distinct());
        Assert.Equal(["Still dark.", "At once."], await NotesAsync(client, id));
        // It is the citizen's side that speaks: nobody has answered yet, and no name is kept.
        var seen = await (await client.Agency.Agent).GetJsonAsync($"{client.Agency.Path}/cases/{id}");
        Assert.Equal(("submitted", (string?)null), ((string?)seen["status"], (string?)seen["firstResponseAt"]));
        Assert.Equal("0", await host.Database.ScalarAsOwnerAsync<string>($"""
            select (select count(*) from case_notes n where agency_id = '{client.Agency.Id}' and n::text ilike '%secret%') + (select count(*) from open311_updates u where agency_id = '{client.Agency.Id}' and u::text ilike '%secret%') || ''
            """));
        // What the sender said does not come back to it.
        Assert.Empty(await client.UpdatesAsync(key));
    }

    [Fact]
    public async Task A_reopening_reaches_the_agency_and_its_limit_does_not_swallow_it()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        var (agent, admin) = (await client.Agency.Agent, await client.Agency.Admin);
        await (await admin.PutAsync($"{client.Agency.Path}/case-rules", new
        {
            reopenWithinDays = 60, mostReopenings = 1, whoConfirms = "codeHolder", recoverWithinDays = 7, followUpQuestion = new { en = "What would have to happen?" },
        }, "\"0\"")).ReadAsync(HttpStatusCode.OK);
        var id = await client.ReportAsync(key);
        var path = $"{client.Agency.Path}/cases/{id}";
        await VerdictTests.ResolveAsync(agent, path, "fixed");

        // A client that has not asked yet goes on saying "open": that is no reopening.
        await client.UpdateAsync(key, id, "1", Now, "OPEN", "Any news?");
        Assert.Equal("resolved", (string?)(await agent.GetJsonAsync(path))["status"]);
        Assert.Equal("fixed", (string?)(await client.UpdatesAsync(key))[^1]["status"]);

        // Once it was told, it is; and another client's system learns of it.
        await client.UpdateAsync(key, id, "2", Now.AddSeconds(1), "OPEN", "It is dark again.");
        var reopened = await agent.GetJsonAsync(path);
        Assert.Equal(("reopened", 2), ((string?)reopened["status"], (int)reopened["round"]!));
        Assert.Contains((await (await client.Agency.Agent).GetJsonAsync($"{path}/history"))["items"]!.AsArray(), h => (string?)h!["toStatus"] == "reopened" && (string?)h["reason"] == "It is dark again." && (string?)h["actorKind"] == "anonymous");
        Assert.Equal("open", (string?)(await client.UpdatesAsync(""))[^1]["status"]);

        // Past the limit the citizen's word is kept, and somebody has to see to it.
        foreach (var to in (string[])["inProgress", "resolved"]) await agent.PostJsonAsync($"{path}/transitions", new { to, reason = "Again." }, HttpStatusCode.OK);
        await client.UpdateAsync(key, id, "3", Now.AddSeconds(2), "REOPEN", "And again.");
        var said = await agent.GetJsonAsync(path);
        Assert.Equal(("resolved", "notSolved"), ((string?)said["status"], (string?)said["verdict"]));
        Assert.Equal("And again.", (string?)(await agent.GetJsonAsync($"{client.Agency.Path}/recoveries?state=open"))["items"]!.AsArray().Single()!["reason"]);

        // Their "fixed" is the citizen's verdict; and one of before does not take it back.
        await client.UpdateAsync(key, id, "5", Now.AddSeconds(20), "FIXED", "Thank you.");
        Assert.Equal("solved", (string?)(await agent.GetJsonAsync(path))["verdict"]);
        await client.UpdateAsync(key, id, "4", Now.AddMinutes(-5), "REOPEN", "No!");
        var still = await agent.GetJsonAsync(path);
        Assert.Equal(("resolved", "solved"), ((string?)still["status"], (string?)still["verdict"]));
        Assert.Equal(["Any news?", "No!"], await NotesAsync(client, id));
    }

    [Fact]
    public async Task The_citizens_side_moves_no_case_and_only_speaks_of_its_own()
    {
        var client = await Open311Client.NewAsync(host);
        var (key, other) = (await client.KeyAsync(), await client.KeyAsync());
        var id = await client.ReportAsync(key);
        foreach (var state in (string[])["CLOSED", "IN_PROGRESS", "FIXED", "DUPLICATE", "NO_FURTHER_ACTION", "REOPEN"]) await client.UpdateAsync(key, id, state, Now, state, $"We think {state}.");
        await client.UpdateAsync(key, id, "wordless", Now, "INVESTIGATING", null);
        var seen = await (await client.Agency.Agent).GetJsonAsync($"{client.Agency.Path}/cases/{id}");
        Assert.Equal(("submitted", (string?)null), ((string?)seen["status"], (string?)seen["verdict"]));
        Assert.Equal(7, (await NotesAsync(client, id)).Count); // nothing that was said is lost
        await Open311Client.RefusedAsync(await client.PostAsync("servicerequestupdates.json", ("api_key", other), ("service_request_id", id), ("update_id", "1"), ("updated_datetime", "2026-01-01T00:00:00Z"), ("status", "OPEN")), 404);
    }

    [Fact]
    public async Task An_agencys_own_system_moves_cases_in_the_order_of_its_clock_and_never_back()
    {
        var client = await Open311Client.NewAsync(host);
        var (key, desk) = (await client.KeyAsync(), await client.KeyAsync("open311:read", "open311:write", "cases:read", "cases:write"));
        var id = await client.ReportAsync(key);
        var (agent, path, start) = (await client.Agency.Agent, $"{client.Agency.Path}/cases/{id}", Now.AddMinutes(-10));
        async Task<(string?, string?)> StandsAsync() => ((string?)(await agent.GetJsonAsync(path))["status"], (string?)(await agent.GetJsonAsync(path))["outcome"]);

        await client.UpdateAsync(desk, id, "3", start.AddMinutes(3), "FIXED", "New bulb."); // what came first was sent last
        Assert.Equal(("resolved", "fixed"), await StandsAsync());
        await client.UpdateAsync(desk, id, "1", start.AddMinutes(1), "IN_PROGRESS", "On our way.");
        await client.UpdateAsync(desk, id, "2", start.AddMinutes(2), "OPEN", "Seen.");
        Assert.Equal(("resolved", "fixed"), await StandsAsync());
        Assert.Equal(["On our way.", "Seen."], await NotesAsync(client, id));
        Assert.Equal(["investigating", "in_progress", "fixed", "fixed", "fixed"], (await client.UpdatesAsync(key)).Select(u => (string?)u["status"])); // whoever follows it never sees it go back

        await client.UpdateAsync(desk, id, "4", Now.AddYears(1), "REOPEN", "It broke again."); // a clock that is ahead holds up nothing
        Assert.Equal(("reopened", null), await StandsAsync());
        await client.UpdateAsync(desk, id, "5", Now, "NO_FURTHER_ACTION", "Nothing to be done.");
        Assert.Equal(("refused", "noAction"), await StandsAsync());

        // Somebody here did more since: what is older than that is heard, and moves nothing.
        await agent.PostJsonAsync($"{path}/transitions", new { to = "reopened", reason = "Wrong." }, HttpStatusCode.OK);
        await client.UpdateAsync(desk, id, "6", Now.AddMinutes(-1), "CLOSED", "Closed long ago.");
        Assert.Equal(("reopened", null), await StandsAsync());
        Assert.DoesNotContain(await client.UpdatesAsync(desk), u => (string?)u["description"] is "New bulb." or "Seen." or "Closed long ago.");
        Assert.Contains(await client.UpdatesAsync(desk), u => (string?)u["description"] == "Wrong.");
    }

    [Fact]
    public async Task Every_state_of_an_agencys_system_ends_where_the_table_says()
    {
        var client = await Open311Client.NewAsync(host);
        var desk = await client.KeyAsync("open311:read", "open311:write", "cases:read", "cases:write");
        foreach (var (state, status, outcome) in new[]
        {
            ("open", "submitted", null), ("closed", "resolved", null), ("fixed", "resolved", "fixed"), ("in_progress", "inProgress", null), ("planned", "accepted", null), ("action_scheduled", "accepted", null),
            ("investigating", "accepted", null), ("duplicate", "resolved", "duplicate"), ("not_councils_responsibility", "refused", "notOurs"), ("no_further_action", "refused", "noAction"),
            ("internal_referral", "submitted", null), ("reopen", "submitted", null), ("for_triage", "submitted", null),
        })
        {
            var id = await client.ReportAsync(desk);
            await client.UpdateAsync(desk, id, "1", Now, state, null);
            var seen = await (await client.Agency.Agent).GetJsonAsync($"{client.Agency.Path}/cases/{id}");
            Assert.Equal((state, status, outcome), (state, (string?)seen["status"], (string?)seen["outcome"]));
        }
    }

    [Fact]
    public async Task What_is_wrong_with_an_update_is_told()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        var id = await client.ReportAsync(key);
        async Task<string> RefusedAsync(int status, params (string, string)[] fields) => await Open311Client.RefusedAsync(await client.PostAsync("servicerequestupdates.xml", [("api_key", key), .. fields]), status);
        var missing = await RefusedAsync(400);
        foreach (var name in (string[])["service_request_id", "update_id", "updated_datetime", "status"]) Assert.Contains($"{name}:", missing);
        (string, string)[] known = [("update_id", "1"), ("updated_datetime", "2026-01-01T00:00:00Z"), ("status", "OPEN")];
        Assert.Contains("service_request_id", await RefusedAsync(404, [("service_request_id", "4711"), .. known]));
        Assert.Contains("service_request_id", await RefusedAsync(404, [("service_request_id", $"{Guid.NewGuid()}"), .. known]));
        Assert.Contains("status", await RefusedAsync(400, ("service_request_id", id), ("update_id", "1"), ("updated_datetime", "2026-01-01T00:00:00Z"), ("status", "sleeping")));
        Assert.Contains("updated_datetime", await RefusedAsync(400, ("service_request_id", id), ("update_id", "1"), ("updated_datetime", "2026-01-01T00:00:00"), ("status", "OPEN")));
        Assert.Contains("description", await RefusedAsync(400, [("service_request_id", id), ("description", new string('x', 4_001)), .. known]));
        await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/servicerequestupdates.json?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z"), 400);
        Assert.Empty(await NotesAsync(client, id));
    }

    static async Task<IReadOnlyList<string>> NotesAsync(Open311Client client, string id) =>
        [.. (await (await client.Agency.Agent).GetJsonAsync($"{client.Agency.Path}/cases/{id}/history"))["items"]!.AsArray().Select(h => (string?)h!["note"]).OfType<string>()];
}
