using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Redress;
using Cirm.Tests.Harness;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Transactions;

/// <summary>The citizen's word beside the agency's: neither takes the place of the other.</summary>
public sealed class VerdictTests(CirmHost host)
{
    [Fact]
    public async Task Not_solved_stands_beside_resolved_and_somebody_has_to_see_to_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var path = $"{agency.Path}/cases/{submitted["id"]}";
        var assignee = await host.AddAccountAsync(agency.Id, Role.Agent);
        await (await agent.PatchAsync(path, new { assignee = assignee.Id }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await ResolveAsync(agent, path, "fixed");

        await (await citizen.PostAsJsonAsync($"{path}/verdict", new { reason = "It is dark again." })).RefusedAsync("validation");
        var said = await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "It is dark again." }, HttpStatusCode.OK);
        Assert.Equal(("resolved", "fixed", "notSolved"), ((string?)said["status"], (string?)said["outcome"], (string?)said["verdict"]));
        var seen = await agent.GetJsonAsync(path);
        Assert.Equal(("resolved", "fixed", "notSolved"), ((string?)seen["status"], (string?)seen["outcome"], (string?)seen["verdict"]));

        var recovery = (await agent.GetJsonAsync($"{agency.Path}/recoveries?state=open"))["items"]!.AsArray().Single()!;
        Assert.Equal(assignee.Id.ToString(), (string?)recovery["owner"]);
        Assert.Equal("It is dark again.", (string?)recovery["reason"]);
        Assert.Equal(TimeSpan.FromDays(7), Time(recovery["dueAt"]) - Time(recovery["openedAt"]));
        Assert.Contains("solved", (string?)recovery["followUpQuestion"]!["en"]);

        var its = $"{agency.Path}/recoveries/{recovery["id"]}";
        Assert.Equal("Until when?", (string?)(await (await agent.PatchAsync(its, new { followUpQuestion = "Until when?", owner = (Guid?)null }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["followUpQuestion"]!["en"]);
        Assert.Single((await agent.GetJsonAsync($"{agency.Path}/recoveries?owner=none"))["items"]!.AsArray());
        var nobody = await (await agent.PatchAsync(its, new { owner = Guid.NewGuid() }, "\"2\"")).RefusedAsync("validation");
        Assert.Equal("/owner", (string?)nobody["errors"]![0]!["pointer"]);
        await (await agent.PatchAsync(its, new { dueAt = "1899-12-31T00:00:00Z" }, "\"2\"")).RefusedAsync("validation");

        await (await agent.PostAsJsonAsync($"{its}/answer", new { text = "I know better." })).RefusedAsync("citizens-own-word");
        await (await (await agency.AsAnotherAsync(Role.Citizen)).PostAsJsonAsync($"{its}/answer", new { text = "Not mine." })).RefusedAsync("not-found");
        await citizen.PostJsonAsync($"{its}/answer", new { text = "Until Friday." }, HttpStatusCode.OK);
        await (await agent.PostAsJsonAsync($"{its}/outcome", new { outcome = "citizenSatisfied", text = "Surely." })).RefusedAsync("validation");
        var closed = await agent.PostJsonAsync($"{its}/outcome", new { outcome = "remedied", text = "A new cable." }, HttpStatusCode.OK);
        Assert.Equal(("closed", "Until Friday."), ((string?)closed["state"], (string?)closed["answer"]));
        await (await agent.PostAsJsonAsync($"{its}/outcome", new { outcome = "explained", text = "Again." })).RefusedAsync("recovery-closed");
        await (await citizen.PostAsJsonAsync($"{its}/answer", new { text = "Too late." })).RefusedAsync("recovery-closed");
        await (await agent.PatchAsync(its, new { owner = (Guid?)null }, "\"4\"")).RefusedAsync("recovery-closed");

        // What the agency did about it did not change the citizen's word: only the citizen does.
        Assert.Equal("notSolved", (string?)(await agent.GetJsonAsync(path))["verdict"]);
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = true }, HttpStatusCode.OK);
        var history = (await citizen.GetJsonAsync($"{path}/history"))["items"]!.AsArray();
        Assert.Equal(["notSolved", "solved"], history.Where(h => (string?)h!["kind"] == "said").Select(h => (string?)h!["verdict"]));
        Assert.Equal(["recoveryAnswered", "recoveryClosed", "said"], history.TakeLast(3).Select(h => (string?)h!["kind"]));
        Assert.All(history.Where(h => (string?)h!["kind"] == "said"), h => Assert.Equal("citizen", (string?)h!["actorKind"]));
    }

    [Fact]
    public async Task Who_has_the_code_of_an_anonymous_case_has_the_word_and_nobody_else()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var submitted = await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var (path, code) = ($"{agency.Path}/cases/{submitted["id"]}", (string)submitted["trackingCode"]!);
        var problem = await (await host.Anonymous.PostAsJsonAsync($"{path}/verdict", new { solved = true, trackingCode = code })).RefusedAsync("case-not-over");
        Assert.Equal(["resolved", "refused", "closed"], problem["possibleWhen"]!.AsArray().Select(s => (string?)s));
        Assert.Equal("submitted", (string?)problem["caseStatus"]);
        await ResolveAsync(agent, path, "answered");

        await (await agent.PostAsJsonAsync($"{path}/verdict", new { solved = true })).RefusedAsync("citizens-own-word");
        await (await host.Anonymous.PostAsJsonAsync($"{path}/verdict", new { solved = true })).RefusedAsync("validation");
        await (await (await agency.Citizen).PostAsJsonAsync($"{path}/verdict", new { solved = true })).RefusedAsync("not-found");
        await (await host.Anonymous.PostAsJsonAsync($"{path}/verdict", new { solved = true, trackingCode = "0000-0000-0000-0000" })).RefusedAsync("not-found");
        await host.Anonymous.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "No.", trackingCode = code }, HttpStatusCode.OK);

        var tracked = await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{code}");
        Assert.Equal(("resolved", "notSolved", "answered"), ((string?)tracked["status"], (string?)tracked["verdict"], (string?)tracked["outcome"]));
        Assert.True((bool)tracked["reopening"]!["possible"]!);
        var asked = tracked["recoveries"]!.AsArray().Single()!;
        await host.Anonymous.PostJsonAsync($"{agency.Path}/recoveries/{asked["id"]}/answer", new { text = "More light.", trackingCode = code }, HttpStatusCode.OK);

        // A citizen on the phone tells the clerk the code: the history says that the clerk wrote it down.
        await agent.PostJsonAsync($"{path}/verdict", new { solved = true, trackingCode = code }, HttpStatusCode.OK);
        var history = (await agent.GetJsonAsync($"{path}/history"))["items"]!.AsArray();
        Assert.Equal(["anonymous", "staff"], history.Where(h => (string?)h!["kind"] == "said").Select(h => (string?)h!["actorKind"]));
        var closed = (await agent.GetJsonAsync($"{agency.Path}/recoveries/{asked["id"]}"));
        Assert.Equal(("closed", "citizenSatisfied"), ((string?)closed["state"], (string?)closed["outcome"]));
    }

    [Fact]
    public async Task Reopening_has_limits_which_are_told_with_what_is_still_possible()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent, admin) = (await agency.Citizen, await agency.Agent, await agency.Admin);
        await PutRulesAsync(admin, agency, 1, 10);
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await (await citizen.PostAsJsonAsync($"{path}/reopen", new { reason = "Now!" })).RefusedAsync("case-not-over");
        var assignee = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id;
        await (await agent.PatchAsync(path, new { assignee }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await ResolveAsync(agent, path, "fixed");
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "No." }, HttpStatusCode.OK);

        var seen = (await citizen.GetJsonAsync(path))["reopening"]!;
        Assert.Equal((true, 1), ((bool)seen["possible"]!, (int)seen["left"]!));
        var reopened = await citizen.PostJsonAsync($"{path}/reopen", new { reason = "It is out again." }, HttpStatusCode.OK);
        Assert.Equal(("reopened", 2), ((string?)reopened["status"], (int)reopened["round"]!));
        var now = await agent.GetJsonAsync(path);
        Assert.Null(now["verdict"]); // a new round, on which nobody has said a word yet
        Assert.Null(now["outcome"]);
        Assert.Equal(assignee.ToString(), (string?)now["assignee"]);
        Assert.Contains((await citizen.GetJsonAsync($"{path}/history"))["items"]!.AsArray(), h => (string?)h!["verdict"] == "notSolved");
        // Reopening reaches who worked on it (FixMyStreet #897).
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>(
            $"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'case.reopened' and subject_id = '{now["id"]}' and data ->> 'assignee' = '{assignee}'"));

        await ResolveAsync(agent, path, "noAction", "inProgress");
        var often = await (await citizen.PostAsJsonAsync($"{path}/reopen", new { reason = "Once more." })).RefusedAsync("reopening-too-often");
        Assert.Equal(["appeal", "followUpCase"], often["possible"]!.AsArray().Select(p => (string?)p));
        Assert.Equal(1, (int)often["mostReopenings"]!);
        await PutRulesAsync(admin, agency, 5, 10);
        await host.Database.ExecuteAsOwnerAsync($"update cases set decided_at = now() - interval '11 days' where id = '{now["id"]}'");
        var late = await (await citizen.PostAsJsonAsync($"{path}/reopen", new { reason = "At last." })).RefusedAsync("reopening-too-late");
        Assert.Equal(10, (int)late["reopenWithinDays"]!);
        Assert.False((bool)(await citizen.GetJsonAsync(path))["reopening"]!["possible"]!);
        // Staff are not bound by the citizen's limits.
        await agent.PostJsonAsync($"{path}/transitions", new { to = "reopened", reason = "Found the cause." }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_appeal_is_decided_once_with_a_reason_and_reopens_the_case_when_it_is_upheld()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await (await citizen.PostAsJsonAsync($"{path}/appeals", new { reason = "Hurry." })).RefusedAsync("case-not-over");
        await ResolveAsync(agent, path, "notOurs", end: "refused");

        await (await agent.PostAsJsonAsync($"{path}/appeals", new { reason = "For them." })).RefusedAsync("citizens-own-word");
        var first = await citizen.PostJsonAsync($"{path}/appeals", new { reason = "It is yours: your number is on it." });
        var exists = await (await citizen.PostAsJsonAsync($"{path}/appeals", new { reason = "Again." })).RefusedAsync("appeal-exists");
        Assert.Equal((string?)first["id"], (string?)exists["appeal"]!["id"]);
        Assert.Single((await agent.GetJsonAsync($"{agency.Path}/appeals?state=open"))["items"]!.AsArray());
        Assert.Empty((await (await agency.AsAnotherAsync(Role.Citizen)).GetJsonAsync($"{agency.Path}/appeals"))["items"]!.AsArray());

        var decision = $"{agency.Path}/appeals/{first["id"]}/decision";
        var own = await (await agent.PostAsJsonAsync(decision, new { decision = "dismissed", reason = "I said so." })).RefusedAsync("own-decision");
        Assert.Equal("managers", (string?)own["mayDecide"]!["ownedBy"]);
        var judge = await agency.Manager;
        var decided = await judge.PostJsonAsync(decision, new { decision = "upheld", reason = "So it is." }, HttpStatusCode.OK);
        Assert.Equal("upheld", (string?)decided["state"]);
        await (await judge.PostAsJsonAsync(decision, new { decision = "dismissed", reason = "Or not." })).RefusedAsync("appeal-decided");
        Assert.Equal("reopened", (string?)(await citizen.GetJsonAsync(path))["status"]);

        await ResolveAsync(agent, path, "cannot", "inProgress");
        var second = await citizen.PostJsonAsync($"{path}/appeals", new { reason = "You can." });
        await judge.PostJsonAsync($"{agency.Path}/appeals/{second["id"]}/decision", new { decision = "dismissed", reason = "The law forbids it." }, HttpStatusCode.OK);
        Assert.Equal("resolved", (string?)(await citizen.GetJsonAsync(path))["status"]);
        Assert.Equal("The law forbids it.", (string?)(await citizen.GetJsonAsync($"{agency.Path}/appeals/{second["id"]}"))["decisionReason"]);
        Assert.Equal(
            ["appealed", "appealUpheld", "appealed", "appealDismissed"],
            (await citizen.GetJsonAsync($"{path}/history"))["items"]!.AsArray().Select(h => (string)h!["kind"]!).Where(k => k.StartsWith("appeal", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_does_not_say_why_is_heard_too_and_a_reason_that_was_given_stays()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await ResolveAsync(agent, path, "fixed");
        Assert.Equal("notSolved", (string?)(await citizen.PostJsonAsync($"{path}/verdict", new { solved = false }, HttpStatusCode.OK))["verdict"]);
        Assert.Null(await ReasonAsync());
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "Dark." }, HttpStatusCode.OK);
        Assert.Equal("Dark.", await ReasonAsync());
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = (string?)null }, HttpStatusCode.OK);
        Assert.Equal("Dark.", await ReasonAsync());

        async Task<string?> ReasonAsync() => (string?)(await agent.GetJsonAsync($"{agency.Path}/recoveries"))["items"]!.AsArray().Single()!["reason"];
    }

    [Fact]
    public async Task A_case_is_closed_without_the_claim_that_it_is_fixed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var path = $"{agency.Path}/cases/{(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await (await agent.PostAsJsonAsync($"{path}/transitions", new { to = "accepted", reason = "Seen.", outcome = "fixed" })).RefusedAsync("validation");
        await ResolveAsync(agent, path, null, end: null);
        var claims = await (await agent.PostAsJsonAsync($"{path}/transitions", new { to = "refused", reason = "No.", outcome = "granted" })).RefusedAsync("validation");
        Assert.Equal("/outcome", (string?)claims["errors"]![0]!["pointer"]);
        var refused = await agent.PostJsonAsync($"{path}/transitions", new { to = "refused", reason = "The railway's." }, HttpStatusCode.OK);
        Assert.Null(refused["outcome"]);
        await (await agent.PostAsJsonAsync($"{path}/transitions", new { to = "closed", reason = "Done.", outcome = "fixed" })).RefusedAsync("validation");
        var closed = await agent.PostJsonAsync($"{path}/transitions", new { to = "closed", reason = "Told the railway.", outcome = "notOurs" }, HttpStatusCode.OK);
        Assert.Equal(("closed", "notOurs"), ((string?)closed["status"], (string?)closed["outcome"]));
    }

    [Fact]
    public async Task The_agencys_rule_says_who_may_call_a_case_solved_and_never_who_may_deny_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent, admin) = (await agency.Citizen, await agency.Agent, await agency.Admin);
        var submitted = await agent.PostJsonAsync($"{agency.Path}/cases", new
        {
            service = "lamps", kind = "report", title = "Dark", channel = "phone",
            citizenId = (await agent.PostJsonAsync($"{agency.Path}/citizens", new { name = "Ada", attributes = new { } }))["id"],
        });
        var (path, code) = ($"{agency.Path}/cases/{submitted["id"]}", (string)submitted["trackingCode"]!);
        await ResolveAsync(agent, path, "fixed");
        await PutRulesAsync(admin, agency, 2, 60, "submitter");
        Assert.Equal("submitter", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/case-rules"))["whoConfirms"]);
        var problem = await (await host.Anonymous.PostAsJsonAsync($"{path}/verdict", new { solved = true, trackingCode = code })).RefusedAsync("not-yours-to-confirm");
        Assert.Equal("submitter", (string?)problem["whoConfirms"]);
        await host.Anonymous.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "No.", trackingCode = code }, HttpStatusCode.OK);

        var own = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await ResolveAsync(agent, own, "fixed");
        await citizen.PostJsonAsync($"{own}/verdict", new { solved = true }, HttpStatusCode.OK);
        await PutRulesAsync(admin, agency, 2, 60, "staff");
        await (await citizen.PostAsJsonAsync($"{own}/verdict", new { solved = true })).RefusedAsync("not-yours-to-confirm");
        await citizen.PostJsonAsync($"{own}/verdict", new { solved = false, reason = "No." }, HttpStatusCode.OK);
        await (await admin.PutAsync($"{agency.Path}/case-rules", Rules(1, 1, "staff"), "\"1\"")).RefusedAsync("precondition-failed");
    }

    [Fact]
    public async Task Neither_word_is_lost_when_both_are_said_in_the_same_moment()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        for (var i = 0; i < 12; i++)
        {
            var reopens = i % 2 == 1;
            var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
            await ResolveAsync(agent, path, "fixed");
            var word = citizen.PostAsJsonAsync($"{path}/verdict", new { solved = false, reason = "No." });
            var step = agent.PostAsJsonAsync($"{path}/transitions", new { to = reopens ? "reopened" : "closed", reason = "So." });
            var (said, moved) = (await word, await (await step).ReadAsync(HttpStatusCode.OK));
            var seen = await agent.GetJsonAsync(path);
            var inHistory = (await agent.GetJsonAsync($"{path}/history"))["items"]!.AsArray().Count(h => (string?)h!["verdict"] == "notSolved");
            var recoveries = (await agent.GetJsonAsync($"{agency.Path}/recoveries?case={path.Split('/')[^1]}"))["items"]!.AsArray().Count;
            Assert.Equal(reopens ? "reopened" : "closed", (string?)seen["status"]);
            if (said.StatusCode == HttpStatusCode.OK)
            {
                Assert.Equal(reopens ? null : "notSolved", (string?)seen["verdict"]);
                Assert.Equal((1, 1), (inHistory, recoveries));
            }
            else
            {
                Assert.True(reopens, "The agency closed it, and the citizen could not say a word.");
                Assert.Contains((string?)(await said.ReadAsync(HttpStatusCode.Conflict))["type"], (string[])["/problems/case-not-over", "/problems/case-moved"]);
                Assert.Equal((0, 0), (inHistory, recoveries));
            }
            Assert.Equal((string?)seen["verdict"] ?? "", (string?)moved["verdict"] ?? (string?)seen["verdict"] ?? "");
        }
    }

    [Fact]
    public async Task A_list_is_narrowed_by_the_citizens_word_and_silence_is_one_of_them()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var paths = new List<string>();
        for (var i = 0; i < 4; i++) paths.Add($"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = $"Lamp {i}" }))["id"]}");
        foreach (var path in paths.Take(3)) await ResolveAsync(agent, path, "fixed");
        await citizen.PostJsonAsync($"{paths[0]}/verdict", new { solved = true }, HttpStatusCode.OK);
        await citizen.PostJsonAsync($"{paths[1]}/verdict", new { solved = false, reason = "No." }, HttpStatusCode.OK);
        foreach (var (word, title) in new[] { ("solved", "Lamp 0"), ("notSolved", "Lamp 1"), ("silent", "Lamp 2") })
            Assert.Equal([title], (await agent.GetJsonAsync($"{agency.Path}/cases?verdict={word}"))["items"]!.AsArray().Select(c => (string?)c!["title"]));
        await (await agent.GetAsync($"{agency.Path}/cases?verdict=happy")).RefusedAsync("validation");

        // Three cases are too few to be counted.
        var report = await agent.GetJsonAsync($"{agency.Path}/verdicts");
        Assert.True((bool)report["suppressed"]!);
        Assert.Empty(report["services"]!.AsArray());
        Assert.Null(report["others"]);
    }

    [Fact]
    public async Task Figures_count_silence_apart_from_satisfaction()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await host.Database.ExecuteAsOwnerAsync($"""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, submitted_at, updated_at, verdict, verdict_at)
            select s.agency_id, gen_random_uuid(), n, s.id, 1, 'report', 'closed', 'web', 'Lamp', now(), now(),
              case when n <= 12 then 'solved' when n <= 25 then 'notSolved' end, case when n <= 25 then now() end
            from services s, generate_series(1, 60) n where s.agency_id = '{agency.Id}'
            """);
        var counted = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/verdicts"))["services"]!.AsArray().Single()!;
        Assert.Equal((12, 13, 35), ((int)counted["solved"]!, (int)counted["notSolved"]!, (int)counted["silent"]!));
    }

    [Fact]
    public void No_figure_is_below_the_smallest_group_and_no_case_is_left_out()
    {
        var count = Gen.Choose(0, 30).Three().ListOf();
        Prop.ForAll(count.ToArbitrary(), Gen.Choose(5, 15).ToArbitrary(), (cells, k) =>
        {
            var counts = cells.Select((c, i) => new VerdictCount($"s{i}", c.Item1, c.Item2, c.Item3)).ToList();
            var report = VerdictReport.Of(counts, k);
            VerdictCount[] shown = [.. report.Services, .. report.Others is { } others ? [others] : Array.Empty<VerdictCount>()];
            Assert.All(shown, c => Assert.True(c.Solved >= k && c.NotSolved >= k && c.Silent >= k));
            Assert.Equal(counts.Count == 0 ? false : shown.Length == 0, report.Suppressed);
            if (report.Suppressed) return;
            Assert.Equal(counts.Sum(c => c.Solved), shown.Sum(c => c.Solved));
            Assert.Equal(counts.Sum(c => c.NotSolved), shown.Sum(c => c.NotSolved));
            Assert.Equal(counts.Sum(c => c.Silent), shown.Sum(c => c.Silent));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Takes a case to where its citizen has the word.</summary>
    internal static async Task ResolveAsync(HttpClient agent, string path, string? outcome, string from = "accepted", string? end = "resolved")
    {
        foreach (var to in from == "accepted" ? (string[])["accepted", "inProgress"] : [from])
            await agent.PostJsonAsync($"{path}/transitions", new { to, reason = $"Now {to}." }, HttpStatusCode.OK);
        if (end is not null) await agent.PostJsonAsync($"{path}/transitions", new { to = end, reason = $"Now {end}.", outcome }, HttpStatusCode.OK);
    }

    static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, System.Globalization.CultureInfo.InvariantCulture);

    static object Rules(int most, int days, string whoConfirms) =>
        new { reopenWithinDays = days, mostReopenings = most, whoConfirms, recoverWithinDays = 7, followUpQuestion = new { en = "What is missing?" } };

    internal static async Task PutRulesAsync(HttpClient admin, TestAgency agency, int most, int days, string whoConfirms = "codeHolder")
    {
        var current = await admin.GetAsync($"{agency.Path}/case-rules");
        await (await admin.PutAsync($"{agency.Path}/case-rules", Rules(most, days, whoConfirms), current.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);
    }
}

/// <summary>Wrong codes are counted, whatever they were tried for.</summary>
public sealed class GuessedCodeTests
{
    [Fact]
    public async Task Who_guesses_codes_of_a_case_is_stopped()
    {
        // A host of its own, because the address is refused from then on.
        await using var alone = new CirmHost();
        await alone.InitializeAsync();
        var agency = await CaseTests.AgencyWithServiceAsync(alone);
        var submitted = await alone.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var verdict = new { solved = true, trackingCode = "0000-0000-0000-0000" };
        for (var guess = 0; guess < 30; guess++) await (await alone.Anonymous.PostAsJsonAsync($"{agency.Path}/cases/{submitted["id"]}/verdict", verdict)).RefusedAsync("not-found");
        var stopped = await alone.Anonymous.PostAsJsonAsync($"{agency.Path}/cases/{submitted["id"]}/verdict", verdict);
        await stopped.RefusedAsync("too-many-requests");
        Assert.NotNull(stopped.Headers.RetryAfter);
        await (await alone.Anonymous.GetAsync($"{agency.Path}/tracking/{submitted["trackingCode"]}")).RefusedAsync("too-many-requests");
    }
}
