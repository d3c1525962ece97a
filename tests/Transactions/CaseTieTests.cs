using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Transactions.Linking;
using Cirm.Core.Transactions.Messaging;
using Cirm.Tests.Harness;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Transactions;

/// <summary>Cases that have to do with each other: merged, linked, near.</summary>
public sealed class CaseTieTests(CirmHost host)
{
    [Fact]
    public async Task A_merged_case_keeps_its_history_and_its_submitter_follows_the_one_that_goes_on()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var (first, second) = (await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp), await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp));
        var (ends, goesOn) = ($"{agency.Path}/cases/{second["id"]}", $"{agency.Path}/cases/{first["id"]}");
        await agent.PostJsonAsync($"{ends}/notes", new { text = "A private word.", visibility = "public" });
        await agent.PostJsonAsync($"{goesOn}/transitions", new { to = "accepted", reason = "Seen." }, HttpStatusCode.OK);
        var merged = await agent.PostJsonAsync($"{ends}/merge", new { into = first["id"], reason = "One lamp." }, HttpStatusCode.OK);
        Assert.Equal(("closed", "duplicate", (string?)first["id"]), ((string?)merged["status"], (string?)merged["outcome"], (string?)merged["mergedInto"]));
        Assert.Equal((long)second["number"]!, (long)(await agent.GetJsonAsync(goesOn))["merged"]![0]!["number"]!);
        Assert.Equal(["submitted", "noted", "transitioned"], (await agent.GetJsonAsync($"{ends}/history"))["items"]!.AsArray().Select(h => (string?)h!["kind"]));
        Assert.Equal("tookIn", (string?)(await agent.GetJsonAsync($"{goesOn}/history"))["items"]!.AsArray()[^1]!["kind"]);
        Assert.Equal(2, await host.Database.ScalarAsOwnerAsync<long>(
            $"select count(distinct subject_id) from outbox where agency_id = '{agency.Id}' and type = 'case.merged' and subject_id in ('{first["id"]}', '{second["id"]}')"));

        var code = (string)second["trackingCode"]!;
        var tracked = await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{code}");
        Assert.Equal(("accepted", (long)first["number"]!), ((string?)tracked["status"], (long)tracked["mergedInto"]!));
        foreach (var to in (string[])["inProgress", "resolved"]) await agent.PostJsonAsync($"{goesOn}/transitions", new { to, reason = "On." }, HttpStatusCode.OK);
        Assert.Equal("resolved", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{code}"))["status"]);

        // It takes no step any more, but its submitter has a word of their own on what became of it.
        foreach (var refused in new[]
        {
            await agent.PostAsJsonAsync($"{ends}/transitions", new { to = "reopened", reason = "Again." }),
            await host.Anonymous.PostAsJsonAsync($"{ends}/reopen", new { reason = "Again.", trackingCode = code }),
            await host.Anonymous.PostAsJsonAsync($"{ends}/appeals", new { reason = "Again.", trackingCode = code }),
        })
            Assert.Equal((string?)first["id"], (string?)(await refused.RefusedAsync("case-merged"))["mergedInto"]);
        await host.Anonymous.PostJsonAsync($"{ends}/verdict", new { solved = false, reason = "Mine is another lamp.", trackingCode = code }, HttpStatusCode.OK);
        Assert.Null((await agent.GetJsonAsync(goesOn))["verdict"]);
        Assert.Equal("notSolved", (string?)(await agent.GetJsonAsync(ends))["verdict"]);
    }

    [Fact]
    public async Task A_merge_that_cannot_be_is_refused_with_what_would_be_possible_and_does_nothing()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var ids = new List<string>();
        for (var i = 0; i < 4; i++) ids.Add((string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!);
        Task<HttpResponseMessage> MergeAsync(string id, string into) => agent.PostAsJsonAsync($"{agency.Path}/cases/{id}/merge", new { into });
        var foreign = await CaseTests.AgencyWithServiceAsync(host);
        var theirs = (string)(await (await foreign.Agent).PostJsonAsync($"{foreign.Path}/cases", CaseTests.Lamp))["id"]!;

        await (await MergeAsync(ids[0], ids[0])).RefusedAsync("merge-into-itself");
        await (await MergeAsync(ids[0], theirs)).RefusedAsync("not-found");
        await (await MergeAsync(theirs, ids[0])).RefusedAsync("not-found");
        await (await MergeAsync(ids[0], ids[1])).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(ids[1], (string?)(await (await MergeAsync(ids[0], ids[2])).RefusedAsync("case-merged"))["mergedInto"]);
        await (await MergeAsync(ids[1], ids[0])).RefusedAsync("merge-in-a-circle");
        Assert.Equal(ids[1], (string?)(await (await MergeAsync(ids[2], ids[0])).RefusedAsync("merge-into-merged"))["mergedInto"]);
        Assert.Equal("submitted", (string?)(await agent.GetJsonAsync($"{agency.Path}/cases/{ids[2]}"))["status"]);

        // What was merged before follows along; around the corner it is a circle as well.
        await (await MergeAsync(ids[1], ids[2])).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(ids[2], (string?)(await agent.GetJsonAsync($"{agency.Path}/cases/{ids[0]}"))["mergedInto"]);
        await (await MergeAsync(ids[2], ids[0])).RefusedAsync("merge-in-a-circle");
        Assert.Equal(2, (await agent.GetJsonAsync($"{agency.Path}/cases/{ids[2]}"))["merged"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_merge_that_was_a_mistake_is_taken_back_and_the_case_goes_on_from_where_it_stood()
    {
        await using var server = new TestMailServer();
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var citizens = new List<HttpClient>();
        var paths = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            citizens.Add(await agency.AsAnotherAsync(Core.Platform.Role.Citizen));
            paths.Add($"{agency.Path}/cases/{(await citizens[i].PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}");
        }
        string Id(int i) => paths[i].Split('/')[^1];
        Task MergeAsync(int id, int into) => agent.PostJsonAsync($"{paths[id]}/merge", new { into = Id(into), reason = "One lamp." }, HttpStatusCode.OK);
        async Task<(string?, string?)> StandsAsync(int i) => (await agent.GetJsonAsync(paths[i])) is var c ? ((string?)c["status"], (string?)c["mergedInto"]) : default;
        await VerdictTests.ResolveAsync(agent, paths[1], null, end: null); // in progress
        await VerdictTests.ResolveAsync(agent, paths[2], "notFound");
        await MergeAsync(3, 2);
        await MergeAsync(2, 1);
        await MergeAsync(1, 0);
        Assert.Equal([("closed", Id(0)), ("closed", Id(0)), ("closed", Id(0))], [await StandsAsync(1), await StandsAsync(2), await StandsAsync(3)]);
        await citizens[1].PostAsJsonAsync($"{paths[1]}/verdict", new { solved = false, reason = "Mine is another lamp." });

        // The one in the middle goes on from where it stood, and takes along what was merged into it, and into that.
        await (await agent.PostAsJsonAsync($"{paths[0]}/unmerge", new { reason = "?" })).RefusedAsync("not-merged");
        await (await agent.PostAsJsonAsync($"{paths[1]}/unmerge", new { })).RefusedAsync("validation");
        await (await citizens[1].PostAsJsonAsync($"{paths[1]}/unmerge", new { reason = "Mine." })).RefusedAsync("not-allowed");
        var back = await agent.PostJsonAsync($"{paths[1]}/unmerge", new { reason = "There are two lamps." }, HttpStatusCode.OK);
        Assert.Equal(("inProgress", null, null, null, null), ((string?)back["status"], (string?)back["mergedInto"], (string?)back["outcome"], (string?)back["closedAt"], (string?)back["verdict"]));
        Assert.Equal([("inProgress", null), ("closed", Id(1)), ("closed", Id(1))], [await StandsAsync(1), await StandsAsync(2), await StandsAsync(3)]);
        var resolved = await agent.PostJsonAsync($"{paths[2]}/unmerge", new { reason = "There are three." }, HttpStatusCode.OK);
        Assert.Equal(("resolved", "notFound"), ((string?)resolved["status"], (string?)resolved["outcome"]));
        Assert.NotNull(resolved["decidedAt"]);
        Assert.Equal(("closed", Id(2)), await StandsAsync(3));
        await agent.PostJsonAsync($"{paths[1]}/transitions", new { to = "resolved", reason = "It shines." }, HttpStatusCode.OK);

        // Both histories keep both steps, and both submitters are told.
        Assert.Equal(["submitted", "tookIn", "gaveBack"], await KindsAsync(0));
        Assert.Equal(["transitioned", "unmerged", "gaveBack", "transitioned"], (await KindsAsync(1)).Where(k => k is not ("said" or "tookIn")).TakeLast(4));
        await host.TellAsync(agency, Telling.Channels(MessageChannel.Email, new Cirm.Jobs.Transactions.SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(2))));
        var subjects = server.Received.Select(m => m.Subject).ToArray();
        Assert.Single(subjects, "Case 2: goes on by itself");
        Assert.Single(subjects, "Case 1: it was not the same after all");
        Assert.Contains("Why: There are two lamps.", server.Received.Single(m => m.Subject == "Case 1: it was not the same after all").Body);

        // What was removed meanwhile cannot go on.
        await host.Database.ExecuteAsOwnerAsync($"update cases set erased_at = now() where id = '{Id(3)}'");
        await (await agent.PostAsJsonAsync($"{paths[3]}/unmerge", new { reason = "Four." })).RefusedAsync("merge-cannot-be-taken-back");

        async Task<IEnumerable<string?>> KindsAsync(int i) => (await agent.GetJsonAsync($"{paths[i]}/history"))["items"]!.AsArray().Select(h => (string?)h!["kind"]);
    }

    [Fact]
    public async Task A_file_for_a_merged_case_is_refused_with_the_case_that_goes_on()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (agent, citizen) = (await agency.Agent, await agency.Citizen);
        var (goesOn, ends) = (await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp), await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp));
        await agent.PostJsonAsync($"{agency.Path}/cases/{ends["id"]}/merge", new { into = goesOn["id"] }, HttpStatusCode.OK);
        foreach (var path in (string[])[$"{agency.Path}/cases/{ends["id"]}/attachments", $"{agency.Path}/tracking/{ends["trackingCode"]}/attachments"])
        {
            using var form = new MultipartFormDataContent { { new StringContent("The third lamp."), "file", "lamp.txt" } };
            var refused = await (await citizen.PostAsync(path, form)).RefusedAsync("case-merged");
            Assert.Equal((string?)goesOn["id"], (string?)refused["mergedInto"]);
        }
        Assert.Empty((await agent.GetJsonAsync($"{agency.Path}/cases/{ends["id"]}/attachments"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Merged_in_both_directions_at_once_one_case_goes_on()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        for (var i = 0; i < 10; i++)
        {
            var (a, b) = ((string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!, (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!);
            var answers = await Task.WhenAll(
                agent.PostAsJsonAsync($"{agency.Path}/cases/{a}/merge", new { into = b }), agent.PostAsJsonAsync($"{agency.Path}/cases/{b}/merge", new { into = a }));
            Assert.Single(answers, r => r.StatusCode == HttpStatusCode.OK);
            await answers.Single(r => r.StatusCode != HttpStatusCode.OK).RefusedAsync("merge-in-a-circle");
            Assert.Single(new[] { await agent.GetJsonAsync($"{agency.Path}/cases/{a}"), await agent.GetJsonAsync($"{agency.Path}/cases/{b}") }, c => c["mergedInto"] is null);
        }
    }

    [Fact]
    public async Task A_link_is_read_from_both_ends_made_once_and_removed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var (a, b) = (await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp), await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp));
        string Links(System.Text.Json.Nodes.JsonNode of) => $"{agency.Path}/cases/{of["id"]}/links";
        await (await agent.PostAsJsonAsync(Links(a), new { to = a["id"], type = "related" })).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync(Links(a), new { to = Guid.NewGuid(), type = "related" })).RefusedAsync("not-found");
        var link = await agent.PostJsonAsync(Links(a), new { to = b["id"], type = "related" });
        await (await agent.PostAsJsonAsync(Links(a), new { to = b["id"], type = "related" })).RefusedAsync("link-exists");
        await (await agent.PostAsJsonAsync(Links(b), new { to = a["id"], type = "related" })).RefusedAsync("link-exists"); // related is so in both directions
        await agent.PostJsonAsync(Links(b), new { to = a["id"], type = "causedBy" });
        foreach (var end in new[] { a, b })
            Assert.Equal(["related", "causedBy"], (await agent.GetJsonAsync(Links(end)))["items"]!.AsArray().Select(l => (string?)l!["type"]));
        var path = $"{Links(b)}/{link["id"]}";
        await (await agent.DeleteAsync(path, null)).RefusedAsync("precondition-required");
        Assert.Equal(HttpStatusCode.NoContent, (await agent.DeleteAsync(path, "\"1\"")).StatusCode);
        await (await agent.GetAsync(path)).RefusedAsync("not-found");
        Assert.Equal(["submitted", "linked", "linked", "unlinked"], (await agent.GetJsonAsync($"{agency.Path}/cases/{a["id"]}/history"))["items"]!.AsArray().Select(h => (string?)h!["kind"]));
    }

    [Fact]
    public async Task Who_submits_learns_where_to_look_for_the_same_and_only_staff_learn_which()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        async Task<System.Text.Json.Nodes.JsonNode> SubmitAsync(double latitude, double longitude) => await citizen.PostJsonAsync($"{agency.Path}/cases",
            new { service = "lamps", kind = "report", title = "A secret of mine", channel = "web", location = new { latitude, longitude } });
        var near = await SubmitAsync(42.31050, -71.06030);
        var far = await SubmitAsync(42.33, -71.0603);
        var old = await SubmitAsync(42.31041, -71.06030);
        await host.Database.ExecuteAsOwnerAsync($"update cases set submitted_at = now() - interval '31 days' where id = '{old["id"]}'");
        var mine = await SubmitAsync(42.3102, -71.0603);
        var link = (string)mine["similar"]!;
        Assert.Null((await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["similar"]);

        var seen = (await host.Anonymous.GetJsonAsync(link))["items"]!.AsArray();
        Assert.Equal([(long)mine["number"]!, (long)near["number"]!], seen.Select(c => (long)c!["number"]!));
        Assert.Equal([0, 30], seen.Select(c => (int)c!["distanceMetres"]!));
        Assert.All(seen, c => Assert.Equal(["distanceMetres", "number", "status", "submittedAt"], c!.AsObject().Select(m => m.Key).Order()));
        var known = (await agent.GetJsonAsync($"{link}&withinMetres=1000&withinDays=60"))["items"]!.AsArray();
        Assert.Equal([(string?)mine["id"], (string?)old["id"], (string?)near["id"]], known.Select(c => (string?)c!["id"]));
        Assert.Equal("A secret of mine", (string?)known[0]!["title"]);
        await agent.PostJsonAsync($"{agency.Path}/cases/{near["id"]}/merge", new { into = mine["id"] }, HttpStatusCode.OK);
        Assert.Single((await host.Anonymous.GetJsonAsync(link))["items"]!.AsArray());
        _ = far;

        var problem = await (await host.Anonymous.GetAsync($"{agency.Path}/cases/similar?latitude=91&withinMetres=NaN")).RefusedAsync("validation");
        Assert.Equal(["?latitude", "?longitude", "?service", "?withinMetres"], problem["errors"]!.AsArray().Select(e => (string)e!["pointer"]!).Order());
        await (await host.Anonymous.GetAsync($"{agency.Path}/cases/similar?service=none&latitude=1&longitude=1")).RefusedAsync("validation");
    }

    [Fact]
    public void Nothing_within_reach_lies_outside_the_box()
    {
        var places = from latitude in Gen.Choose(-8_990, 8_990)
                     from longitude in Gen.Choose(-18_000, 18_000)
                     from bearing in Gen.Choose(0, 359)
                     from metres in Gen.Choose(1, 1_000)
                     select (Latitude: latitude / 100.0, Longitude: longitude / 100.0, Bearing: double.DegreesToRadians(bearing), Metres: metres);
        Prop.ForAll(places.ToArbitrary(), p =>
        {
            var vicinity = new Vicinity("lamps", p.Latitude, p.Longitude, p.Metres, 30);
            // The place that lies so far in that direction (Snyder 1987, "Map projections", equations 5-5 and 5-6).
            var (phi, c) = (double.DegreesToRadians(p.Latitude), 0.999 * p.Metres / 6_371_008.8);
            var latitude = double.RadiansToDegrees(Math.Asin(Math.Sin(phi) * Math.Cos(c) + Math.Cos(phi) * Math.Sin(c) * Math.Cos(p.Bearing)));
            var longitude = p.Longitude + double.RadiansToDegrees(Math.Atan2(Math.Sin(c) * Math.Sin(p.Bearing), Math.Cos(phi) * Math.Cos(c) - Math.Sin(phi) * Math.Sin(c) * Math.Cos(p.Bearing)));
            longitude -= 360 * Math.Round(longitude / 360);
            Assert.InRange(vicinity.DistanceTo(latitude, longitude), 0.998 * p.Metres, p.Metres);
            Assert.InRange(latitude, p.Latitude - vicinity.LatitudeReach, p.Latitude + vicinity.LatitudeReach);
            var apart = Math.Abs(longitude - p.Longitude);
            Assert.True(Math.Min(apart, 360 - apart) <= vicinity.LongitudeReach);
        }).QuickCheckThrowOnFailure();
    }
}
