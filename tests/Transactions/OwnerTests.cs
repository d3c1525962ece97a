using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

/// <summary>What a citizen says against an outcome always has an owner, who is told, and who is not the one that it is said against.</summary>
public sealed class OwnerTests(CirmHost host)
{
    [Fact]
    public async Task Not_solved_goes_to_who_works_on_it_else_to_the_head_of_the_unit_else_to_the_managers()
    {
        var (agency, head) = await AgencyWithHeadAsync();
        var (agent, admin, citizen) = (await agency.Agent, await agency.Admin, await agency.Citizen);
        var assignee = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id;

        var assigned = await RecoveryAsync(agency, async path =>
            await agent.PostJsonAsync($"{path}/assign", new { assignee, reason = "Yours." }, HttpStatusCode.OK));
        Assert.Equal((assignee, "works", "member"), ((Guid?)assigned["owner"], (string?)assigned["unit"], (string?)assigned["ownedBy"]));
        var ofHead = await RecoveryAsync(agency);
        Assert.Equal((head, "works", "member"), ((Guid?)ofHead["owner"], (string?)ofHead["unit"], (string?)ofHead["ownedBy"]));
        Assert.Equal($"{head} works member {ofHead["id"]}", await host.Database.ScalarAsOwnerAsync<string>($"""
            select concat_ws(' ', data ->> 'owner', data ->> 'unit', data ->> 'ownedBy', data ->> 'recovery') from outbox
            where subject_id = '{ofHead["caseId"]}' and type = 'recovery.opened'
            """));

        // Who leaves leaves it to the unit, where it is seen; and a unit that is closed to the managers.
        await (await admin.PatchAsync($"{agency.Path}/members/{head}", new { disabled = true }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(["unit"], await QueueAsync("ownedBy=unit&unit=works"));
        var unit = await admin.GetAsync($"{agency.Path}/units/works");
        await (await admin.PatchAsync($"{agency.Path}/units/works", new { closed = true }, unit.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal("managers", (string?)(await RecoveryAsync(agency))["ownedBy"]);
        Assert.Equal(["managers"], await QueueAsync("ownedBy=managers"));
        Assert.Equal(2, (await QueueAsync("owner=none")).Count());

        // Staff give it to another unit, which has to be there.
        var its = $"{agency.Path}/recoveries/{assigned["id"]}";
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "parks", name = "Parks" });
        var given = await (await agent.PatchAsync(its, new { unit = "parks", owner = (Guid?)null }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(("parks", "unit"), ((string?)given["unit"], (string?)given["ownedBy"]));
        var nowhere = await (await agent.PatchAsync(its, new { unit = "no-such" }, "\"2\"")).RefusedAsync("validation");
        Assert.Equal("/unit", (string?)nowhere["errors"]![0]!["pointer"]);
        await (await agent.GetAsync($"{agency.Path}/recoveries?ownedBy=nobody")).RefusedAsync("validation");
        Assert.NotNull(citizen);

        async Task<IEnumerable<string?>> QueueAsync(string query) =>
            (await agent.GetJsonAsync($"{agency.Path}/recoveries?{query}"))["items"]!.AsArray().Select(r => (string?)r!["ownedBy"]);
    }

    [Fact]
    public async Task A_recovery_is_due_at_the_end_of_the_last_open_day_and_a_second_word_moves_nothing()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (agent, citizen) = (await agency.Agent, await agency.Citizen);
        string[][] office = [["08:00", "12:00"], ["13:00", "17:00"]];
        await (await (await agency.Admin).PutAsync($"{agency.Path}/calendars/default", new
        {
            timeZone = "America/New_York", hours = new { mon = office, tue = office, wed = office, thu = office, fri = office },
        }, null)).ReadAsync(HttpStatusCode.Created);
        var opened = await RecoveryAsync(agency);
        var due = DateTimeOffset.Parse((string)opened["dueAt"]!);
        var local = TimeZoneInfo.ConvertTime(due, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        var openDays = Enumerable.Range(1, 30).Select(d => TimeZoneInfo.ConvertTime(DateTimeOffset.Parse((string)opened["openedAt"]!), TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).Date.AddDays(d))
            .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).ToArray();
        Assert.Equal(openDays[6].AddHours(17), local.DateTime);

        await citizen.PostJsonAsync($"{agency.Path}/cases/{opened["caseId"]}/verdict", new { solved = false, reason = "Still." }, HttpStatusCode.OK);
        var again = (await agent.GetJsonAsync($"{agency.Path}/recoveries"))["items"]!.AsArray().Single()!;
        Assert.Equal(((string?)opened["id"], (string?)opened["dueAt"], "Still."), ((string?)again["id"], (string?)again["dueAt"], (string?)again["reason"]));
        Assert.Equal("recovery.opened recovery.changed", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(type, ' ' order by id) from outbox where subject_id = '{opened["caseId"]}' and type like 'recovery.%'"));
    }

    [Fact]
    public async Task Nobody_judges_their_own_decision_and_who_may_is_said()
    {
        var (agency, head) = await AgencyWithHeadAsync();
        var (agent, citizen) = (await agency.Agent, await agency.Citizen);
        var chief = await host.ClientAsync(agency.Id, new(head, null, Role.Agent, null));

        // Against the agent's decision: the head of the unit has to see to it, and the agent does not decide it.
        var first = await AppealAsync(agency, agent);
        Assert.Equal((head, "works", "member"), ((Guid?)first["owner"], (string?)first["unit"], (string?)first["ownedBy"]));
        Assert.Null(first["decisionBy"]); // who works here is not theirs to know
        Assert.NotNull((await agent.GetJsonAsync($"{agency.Path}/appeals/{first["id"]}"))["decisionBy"]);
        var refused = await (await agent.PostAsJsonAsync($"{agency.Path}/appeals/{first["id"]}/decision", new { decision = "dismissed", reason = "Mine." })).RefusedAsync("own-decision");
        Assert.Equal((head, "works"), ((Guid?)refused["mayDecide"]!["owner"], (string?)refused["mayDecide"]!["unit"]));
        Assert.Equal("open", (string?)(await citizen.GetJsonAsync($"{agency.Path}/appeals/{first["id"]}"))["state"]);
        await chief.PostJsonAsync($"{agency.Path}/appeals/{first["id"]}/decision", new { decision = "dismissed", reason = "So." }, HttpStatusCode.OK);

        // Against the head's own: it waits in the unit, and any other member of staff may take it. Who closed it afterwards decided nothing.
        var second = await AppealAsync(agency, chief, closedBy: agent);
        Assert.Equal((null, "unit"), ((Guid?)second["owner"], (string?)second["ownedBy"]));
        Assert.Equal([(string?)second["id"]], (await agent.GetJsonAsync($"{agency.Path}/appeals?ownedBy=unit&state=open"))["items"]!.AsArray().Select(a => (string?)a!["id"]));
        await (await chief.PostAsJsonAsync($"{agency.Path}/appeals/{second["id"]}/decision", new { decision = "upheld", reason = "Mine." })).RefusedAsync("own-decision");
        await agent.PostJsonAsync($"{agency.Path}/appeals/{second["id"]}/decision", new { decision = "upheld", reason = "They are right." }, HttpStatusCode.OK);
        await (await chief.PostAsJsonAsync($"{agency.Path}/appeals/{second["id"]}/decision", new { decision = "upheld", reason = "Late." })).RefusedAsync("appeal-decided");
    }

    [Fact]
    public async Task The_citizen_is_written_to_about_objection_and_recovery_once_each()
    {
        await using var server = new TestMailServer();
        var by = Telling.Channels(MessageChannel.Email, new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(2)));
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (agent, judge) = (await agency.Agent, await agency.Manager);
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var citizen = await host.ClientAsync(agency.Id, account);
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await VerdictTests.ResolveAsync(agent, path, "fixed");
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "It is dark." }, HttpStatusCode.OK);
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "It is very dark." }, HttpStatusCode.OK);
        var recovery = (await agent.GetJsonAsync($"{agency.Path}/recoveries"))["items"]!.AsArray().Single()!;
        await agent.PostJsonAsync($"{agency.Path}/recoveries/{recovery["id"]}/outcome", new { outcome = "explained", text = "The street is private." }, HttpStatusCode.OK);
        var appeal = await citizen.PostJsonAsync($"{path}/appeals", new { reason = "It is not." });
        await judge.PostJsonAsync($"{agency.Path}/appeals/{appeal["id"]}/decision", new { decision = "upheld", reason = "It was sold to us." }, HttpStatusCode.OK);
        await host.TellAsync(agency, by);

        Assert.Equal(
            [
                "Case 1: we have it", "Case 1: we call it done", "Case 1: you say that it is not solved", "Case 1: what came of looking again",
                "Case 1: we have your objection", "Case 1: your objection was right",
            ], server.Received.Select(m => m.Subject));
        Assert.Contains("It helps us to know:\nWhat would have to happen so that this is solved for you?", server.Received[2].Body);
        Assert.Contains("You hear from us by ", server.Received[2].Body);
        Assert.Contains("What came of it: The street is private.", server.Received[3].Body);
        Assert.Contains("Why: It was sold to us.", server.Received[5].Body);
    }

    // An agency whose lamps are the unit works', which has a head.
    async Task<(TestAgency Agency, Guid Head)> AgencyWithHeadAsync()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "works", name = "Works" });
        await CalendarTests.ServiceAsync(agency, CaseTests.Lamp.Service, unit: "works");
        var head = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id;
        await admin.PostJsonAsync($"{agency.Path}/units/works/members", new { account = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id, function = "member" });
        await admin.PostJsonAsync($"{agency.Path}/units/works/members", new { account = head, function = "head" });
        return (agency, head);
    }

    static async Task<JsonNode> RecoveryAsync(TestAgency agency, Func<string, Task>? before = null)
    {
        var (agent, citizen) = (await agency.Agent, await agency.Citizen);
        var id = (await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"];
        if (before is not null) await before($"{agency.Path}/cases/{id}");
        await VerdictTests.ResolveAsync(agent, $"{agency.Path}/cases/{id}", "fixed");
        await citizen.PostJsonAsync($"{agency.Path}/cases/{id}/verdict", new { solved = false, reason = "It is dark again." }, HttpStatusCode.OK);
        return (await agent.GetJsonAsync($"{agency.Path}/recoveries?case={id}"))["items"]!.AsArray().Single()!;
    }

    static async Task<JsonNode> AppealAsync(TestAgency agency, HttpClient decider, HttpClient? closedBy = null)
    {
        var citizen = await agency.Citizen;
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await VerdictTests.ResolveAsync(decider, path, "cannot", end: "refused");
        if (closedBy is not null) await closedBy.PostJsonAsync($"{path}/transitions", new { to = "closed", reason = "Filed." }, HttpStatusCode.OK);
        return await citizen.PostJsonAsync($"{path}/appeals", new { reason = "You can." });
    }
}
