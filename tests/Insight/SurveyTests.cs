using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Insight;

public sealed class SurveyTests(CirmHost host)
{
    [Fact]
    public async Task A_manager_asks_and_citizens_answer_each_once()
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var citizen = await agency.Citizen;
        var asked = (await citizen.GetJsonAsync($"{agency.Path}/surveys"))["items"]!.AsArray().Single()!;
        Assert.Equal("anonymous members", $"{asked["anonymity"]} {asked["access"]}");
        Assert.Null(asked["audience"]); // whom it asks is nobody's business
        Assert.Equal("Is your street lit?", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/surveys/all"))["questions"]![0]!["text"]!["en"]);

        var receipt = await Asking.AnswerAsync(citizen, wave, new
        {
            lit = "no", why = "Lamps.", needs = (string[])["tree", "light"], safe = 4, years = 12.5, order = (string[])["tree", "light", "bench"], grid = new { day = "well", night = "badly" },
        });
        Assert.Equal("counted survey wave", string.Join(' ', receipt.AsObject().Select(m => m.Key).Order())); // no id and no time
        await (await citizen.PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "yes" } })).RefusedAsync("already-answered");
        var other = await agency.AsAnotherAsync(Role.Citizen);
        await Asking.AnswerAsync(other, $"{agency.Path}/surveys/all/waves/2026-1", new { lit = "yes" }); // by the wave's name as well
        await (await host.Anonymous.PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "yes" } })).RefusedAsync("sign-in-needed");
        await (await (await agency.Manager).PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "yes" } })).RefusedAsync("validation");
        await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/surveys", Asking.Everything())).RefusedAsync("survey-taken");

        Assert.Equal((2, 2), (await Asking.CountAsync(host, "survey_register", wave), await Asking.CountAsync(host, "survey_inbox", wave)));
        var seen = await (await agency.Manager).GetJsonAsync(wave);
        Assert.Equal(("open", null), ((string?)seen["state"], seen["answered"])); // two are fewer than ten
        Assert.Null((await citizen.GetJsonAsync(wave))["invited"]);
    }

    [Theory]
    [InlineData("""{"lit":"maybe"}""", "answer-out-of-range", "/answers/lit", "unknown")]
    [InlineData("""{"lit":5}""", "answer-type", "/answers/lit", "type")]
    [InlineData("""{}""", "answer-missing", "/answers/lit", "required")]
    [InlineData("""{"lit":"yes","why":"x"}""", "question-hidden", "/answers/why", "hidden")]
    [InlineData("""{"lit":"yes","colour":"red"}""", "question-unknown", "/answers/colour", "unknown")]
    [InlineData("""{"lit":"yes","needs":["light","bench","tree"]}""", "answer-out-of-range", "/answers/needs", "range")]
    [InlineData("""{"lit":"yes","needs":["light","lamp"]}""", "answer-out-of-range", "/answers/needs/1", "unknown")]
    [InlineData("""{"lit":"yes","needs":["light","light"]}""", "answer-out-of-range", "/answers/needs/1", "duplicate")]
    [InlineData("""{"lit":"yes","needs":"light"}""", "answer-type", "/answers/needs", "type")]
    [InlineData("""{"lit":"yes","safe":8}""", "answer-out-of-range", "/answers/safe", "range")]
    [InlineData("""{"lit":"yes","safe":2.5}""", "answer-out-of-range", "/answers/safe", "range")]
    [InlineData("""{"lit":"yes","years":-1}""", "answer-out-of-range", "/answers/years", "range")]
    [InlineData("""{"lit":"yes","years":"12"}""", "answer-type", "/answers/years", "type")]
    [InlineData("""{"lit":"yes","order":["light","light"]}""", "answer-out-of-range", "/answers/order/1", "duplicate")]
    [InlineData("""{"lit":"yes","grid":{"dusk":"well"}}""", "answer-out-of-range", "/answers/grid/dusk", "unknown")]
    [InlineData("""{"lit":"yes","grid":{"day":"so-so"}}""", "answer-out-of-range", "/answers/grid/day", "unknown")]
    [InlineData("""{"lit":"yes","grid":["well"]}""", "answer-type", "/answers/grid", "type")]
    [InlineData("""{"lit":"no","why":"LONG"}""", "text-too-long", "/answers/why", "length")]
    [InlineData("""{"lit":"yes","safe":8,"colour":"red"}""", "validation", "/answers/colour", "unknown")]
    public async Task What_cannot_be_an_answer_is_refused_by_its_name_and_changes_nothing(string answers, string problem, string pointer, string code)
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var body = new StringContent($$"""{"answers":{{answers.Replace("LONG", new string('x', 100_000), StringComparison.Ordinal)}}}""", System.Text.Encoding.UTF8, "application/json");
        var refused = await (await (await agency.Citizen).PostAsync($"{wave}/responses", body)).RefusedAsync(problem);
        Assert.Contains(refused["errors"]!.AsArray(), e => (string?)e!["pointer"] == pointer && (string?)e["code"] == code);
        Assert.Equal((0, 0), (await Asking.CountAsync(host, "survey_register", wave), await Asking.CountAsync(host, "survey_inbox", wave)));
        await Asking.AnswerAsync(await agency.Citizen, wave, new { lit = "yes" }); // who was refused can still answer
    }

    [Fact]
    public async Task Before_it_opens_and_after_it_has_closed_nothing_is_taken()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, citizen) = (await agency.Manager, await agency.Citizen);
        await manager.PostJsonAsync($"{agency.Path}/surveys", Asking.Everything());
        var now = DateTimeOffset.UtcNow;
        var early = await manager.PostJsonAsync($"{agency.Path}/surveys/all/waves", new { name = "early", opensAt = now.AddHours(1), closesAt = now.AddHours(2) });
        var late = await manager.PostJsonAsync($"{agency.Path}/surveys/all/waves", new { name = "late", opensAt = now.AddHours(-2), closesAt = now.AddHours(-1) });
        Assert.Equal("planned closing", $"{early["state"]} {late["state"]}");
        foreach (var (wave, code) in ((string, string)[])[("early", "wave-not-open"), ("late", "wave-closed")])
            await (await citizen.PostAsJsonAsync($"{agency.Path}/surveys/all/waves/{wave}/responses", new { answers = new { lit = "yes" } })).RefusedAsync(code);
        await (await citizen.GetAsync($"{agency.Path}/surveys/all")).RefusedAsync("not-found"); // it is not being asked
        await (await citizen.PostAsJsonAsync($"{agency.Path}/surveys/all/waves/none/responses", new { answers = new { } })).RefusedAsync("not-found");
        await (await manager.PostAsJsonAsync($"{agency.Path}/surveys/all/waves", new { name = "early", opensAt = now, closesAt = now.AddHours(2) })).RefusedAsync("wave-taken");
        await (await manager.PostAsJsonAsync($"{agency.Path}/surveys/all/waves", new { name = "never", opensAt = now, closesAt = now })).RefusedAsync("validation");
        await (await manager.PostAsJsonAsync($"{agency.Path}/surveys/none/waves", new { name = "x", opensAt = now, closesAt = now.AddHours(2) })).RefusedAsync("not-found");
    }

    [Fact]
    public async Task What_is_asked_changes_only_until_somebody_has_answered_and_what_was_promised_never()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/attributes", new { key = "district", name = "District", type = "text", purpose = "To compare." });
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var path = $"{agency.Path}/surveys/all";
        await (await manager.PatchAsync(path, new { title = "Other" }, null)).RefusedAsync("precondition-required");
        await (await manager.PatchAsync(path, new { breakdowns = (string[])["district"] }, "\"1\"")).RefusedAsync("promise-fixed");
        await (await manager.PatchAsync(path, new { anonymity = "confidential" }, "\"1\"")).RefusedAsync("promise-fixed");
        var changed = await (await manager.PatchAsync(path, new { title = "Other" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal("Other", (string?)changed["title"]!["en"]);
        await (await manager.PatchAsync(path, new { title = "Third" }, "\"1\"")).RefusedAsync("precondition-failed");
        await Asking.AnswerAsync(await agency.Citizen, wave, new { lit = "yes" });
        await (await manager.PatchAsync(path, new { title = "Third" }, "\"2\"")).RefusedAsync("survey-answered");
        await (await (await agency.Agent).PatchAsync(path, new { title = "Third" }, "\"2\"")).RefusedAsync("not-allowed");

        // A wave can still be closed later, or earlier; it does not open anew.
        var until = DateTimeOffset.UtcNow.AddDays(30);
        await (await manager.PatchAsync(wave, new { opensAt = DateTimeOffset.UtcNow.AddDays(1) }, "\"1\"")).RefusedAsync("survey-answered");
        Assert.Equal("2026-1b", (string?)(await (await manager.PatchAsync(wave, new { closesAt = until, name = "2026-1b" }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["name"]);
        await (await manager.PatchAsync(wave, new { closesAt = DateTimeOffset.UtcNow.AddSeconds(-1) }, "\"2\"")).ReadAsync(HttpStatusCode.OK);
        await (await manager.PatchAsync(wave, new { closesAt = until }, "\"3\"")).RefusedAsync("wave-closed");
    }

    [Fact]
    public async Task A_definition_is_refused_with_everything_that_is_wrong_with_it()
    {
        var agency = await host.NewAgencyAsync();
        var refused = await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/surveys", new
        {
            key = "bad", title = "Bad", anonymity = "anonymous", breakdowns = (string[])["district", "segment", "segment"], audience = (string[])["nobody"],
            questions = new object[]
            {
                new { key = "a", type = "single", text = "A" },
                new { key = "a", type = "text", text = "A", options = Asking.Options("x") },
                new { key = "c", type = "single", text = "C", options = Asking.Options("x", "x") },
                new { key = "d", type = "text", text = "D", showIf = new { question = "e", op = "exists" } },
                new { key = "e", type = "scale", text = "E", min = 5, max = 1 },
                new { key = "f", type = "text", text = "F", showIf = new { question = "c", op = "eq", value = "y" } },
                new { key = "g", type = "text", text = "G", showIf = new { question = "z", op = "eq", value = "y" } },
                new { key = "h", type = "matrix", text = "H", options = Asking.Options("x") },
            },
        })).RefusedAsync("validation");
        var found = refused["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").ToHashSet();
        foreach (var wanted in (string[])
            [
                "/breakdowns/0 unknown", "/breakdowns/2 duplicate", "/audience/0 unknown", "/questions/0/options required", "/questions/1/options not-allowed", "/questions/1/key duplicate",
                "/questions/2/options/1/key duplicate", "/questions/3/showIf/question order", "/questions/4/max range", "/questions/5/showIf/value unknown",
                "/questions/6/showIf/question unknown", "/questions/7/rows required",
            ]) Assert.Contains(wanted, found);
        var shapes = await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/surveys", new
        {
            key = "bad", title = "Bad", anonymity = "anonymous", questions = new object[] { new { key = "a", type = "text", text = "A", showIf = new { question = "z" } }, new { key = "b" } },
        })).RefusedAsync("validation");
        Assert.Equal("/questions/0/showIf/op /questions/1/text /questions/1/type", string.Join(' ', shapes["errors"]!.AsArray().Select(e => (string?)e!["pointer"]).Order()));
        await (await (await agency.Citizen).PostAsJsonAsync($"{agency.Path}/surveys", Asking.Everything())).RefusedAsync("not-allowed");
    }

    [Fact]
    public async Task Fifty_at_the_same_moment_are_one()
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var citizen = await agency.Citizen;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => citizen.PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "yes" } })));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(49, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal((1, 1), (await Asking.CountAsync(host, "survey_register", wave), await Asking.CountAsync(host, "survey_inbox", wave)));
    }

    [Fact]
    public async Task A_repeated_request_is_answered_again_and_what_is_kept_of_it_tells_nobody_the_answers()
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var citizen = await agency.Citizen;
        var body = new { answers = new { lit = "yes" } };
        var first = await citizen.PostWithKeyAsync($"{wave}/responses", body, "a-key");
        var again = await citizen.PostWithKeyAsync($"{wave}/responses", body, "a-key");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        await (await citizen.PostWithKeyAsync($"{wave}/responses", new { answers = new { lit = "no" } }, "a-key")).RefusedAsync("idempotency-key-reused");
        await (await citizen.PostWithKeyAsync($"{wave}/responses", body, "another-key")).RefusedAsync("already-answered");
        Assert.Equal(1, await Asking.CountAsync(host, "survey_inbox", wave));
        // The plain hash of the body would be found by trying the few bodies there are.
        var guess = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await System.Net.Http.Json.JsonContent.Create(body).ReadAsByteArrayAsync()));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from idempotency_keys where agency_id = '{agency.Id}' and encode(request_hash, 'hex') = '{guess}'"));
    }

    [Fact]
    public async Task Standard_items_are_used_by_their_key_in_every_language()
    {
        var agency = await host.NewAgencyAsync();
        var items = (await host.Anonymous.GetJsonAsync($"{agency.Path}/survey-items"))["items"]!.AsArray();
        Assert.Equal(["belonging", "role", "trust"], items.Select(i => (string)i!["topic"]!).Distinct().Order());
        Assert.All(items, i => Assert.True(i!["text"]!["en"] is not null && i["text"]!["fa"] is not null && ((string)i["source"]!).Length > 10));
        foreach (var item in items.Where(i => i!["pair"] is not null))
        {
            var pair = items.Single(i => (string)i!["key"]! == (string)item!["pair"]!)!;
            Assert.Equal(((string)item!["key"]!, !(bool)item["reversed"]!), ((string)pair["pair"]!, (bool)pair["reversed"]!)); // balanced
        }
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "items", title = "Items", anonymity = "confidential", questions = new object[] { new { key = "t", item = "trust-agency", required = true }, new { key = "b", item = "belonging-part" } },
        });
        var question = (await host.Anonymous.GetJsonAsync($"{agency.Path}/surveys/items"))["questions"]![0]!;
        Assert.Equal("scale 0 10 trust-agency", $"{question["type"]} {question["min"]} {question["max"]} {question["item"]}");
        await Asking.AnswerAsync(await agency.Citizen, wave, new { t = 0, b = 5 });
        var refused = await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/surveys", new
        {
            key = "x", title = "x", anonymity = "anonymous", questions = new object[] { new { key = "t", item = "no-such" }, new { key = "u", item = "trust-agency", type = "text" } },
        })).RefusedAsync("validation");
        Assert.Equal(["/questions/0/item", "/questions/1/type"], refused["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    [Fact]
    public async Task Only_the_audience_is_asked_and_staff_enter_answers_for_others()
    {
        var agency = await host.NewAgencyAsync();
        var (citizen, id) = await Asking.CitizenAsync(host, agency);
        var (outsider, _) = await Asking.CitizenAsync(host, agency);
        var segment = Guid.CreateVersion7();
        await host.Database.ExecuteAsOwnerAsync($$"""
            insert into segments (agency_id, id, key, name, rule, sensitive, by_behaviour, created_at, updated_at) values ('{{agency.Id}}', '{{segment}}', 'parents', '{}', '{}', false, false, now(), now());
            insert into segment_members (agency_id, segment_id, citizen_id, valid_from) values ('{{agency.Id}}', '{{segment}}', '{{id}}', now())
            """);
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "parents", title = "Parents", anonymity = "anonymous", audience = (string[])["parents"], questions = new[] { new { key = "q", type = "number", text = "How many?" } },
        });
        Assert.Empty((await outsider.GetJsonAsync($"{agency.Path}/surveys"))["items"]!.AsArray());
        await (await outsider.PostAsJsonAsync($"{wave}/responses", new { answers = new { q = 1 } })).RefusedAsync("not-asked");
        await (await outsider.PostAsJsonAsync($"{wave}/responses", new { answers = new { q = 1 }, citizenId = id })).RefusedAsync("validation");
        Assert.Single((await citizen.GetJsonAsync($"{agency.Path}/surveys"))["items"]!.AsArray());
        await (await agency.Agent).PostJsonAsync($"{wave}/responses", new { answers = new { q = 2 }, assisted = true, citizenId = id, channel = "counter" });
        await (await citizen.PostAsJsonAsync($"{wave}/responses", new { answers = new { q = 3 } })).RefusedAsync("already-answered"); // it was theirs
        await (await (await agency.Agent).PostAsJsonAsync($"{wave}/responses", new { answers = new { q = 2 }, assisted = true, citizenId = Guid.NewGuid() })).RefusedAsync("not-found");
        Assert.Contains("survey.entered", await host.AuditActionsAsync(agency));
    }
}
