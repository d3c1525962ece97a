using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cirm.Tests.Transactions;

/// <summary>Cases go from unit to unit and from hand to hand, with a reason, and never to two at once.</summary>
public sealed class HandOverTests(CirmHost host)
{
    static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task A_case_begins_with_its_services_unit_and_is_handed_over_with_a_reason_that_everybody_can_read()
    {
        var (agency, path) = await AgencyWithUnitsAsync();
        var (agent, citizen) = (await agency.Agent, await agency.Citizen);
        var gardener = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id;
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal("works", (string?)submitted["unit"]);
        var lamp = $"{path}/{submitted["id"]}";
        Assert.Equal(1, await CountAsync("works"));

        var handed = await agent.PostJsonAsync($"{lamp}/hand-over", new { unit = "parks", assignee = gardener, reason = "The lamp stands in a park." }, HttpStatusCode.OK);
        Assert.Equal(("parks", gardener, "submitted"), ((string?)handed["unit"], (Guid?)handed["assignee"], (string?)handed["status"]));
        Assert.Equal((0, 1), (await CountAsync("works"), await CountAsync("parks")));
        Assert.Equal((string?)submitted["dueAt"], (string?)handed["dueAt"]);

        var assigned = await agent.PostJsonAsync($"{lamp}/assign", new { assignee = (Guid?)null }, HttpStatusCode.OK);
        Assert.Equal(("parks", null), ((string?)assigned["unit"], (Guid?)assigned["assignee"]));

        var history = (await agent.GetJsonAsync($"{lamp}/history"))["items"]!.AsArray();
        Assert.Equal(["submitted", "handedOver", "assigned"], history.Select(h => (string?)h!["kind"]));
        Assert.Equal("The lamp stands in a park.", (string?)history[1]!["reason"]);
        Assert.Equal($$"""{"toUnit":"parks","fromUnit":"works","toAssignee":"{{gardener}}","fromAssignee":null}""", history[1]!["detail"]!.ToJsonString());
        Assert.Equal(gardener, (Guid?)history[2]!["detail"]!["fromAssignee"]);
        var told = (await citizen.GetJsonAsync($"{lamp}/history"))["items"]!.AsArray();
        Assert.Equal("The lamp stands in a park.", (string?)told[1]!["reason"]);
        Assert.Equal("""{"toUnit":"parks","fromUnit":"works"}""", told[1]!["detail"]!.ToJsonString()); // who works here is not theirs to know

        Assert.Equal("case.submitted case.handed-over case.assigned", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(type, ' ' order by id) from outbox where subject_id = '{submitted["id"]}'"));
        Assert.Equal("works parks", await host.Database.ScalarAsOwnerAsync<string>(
            $"select concat_ws(' ', data ->> 'from', data ->> 'to') from outbox where subject_id = '{submitted["id"]}' and type = 'case.handed-over'"));
        Assert.Equal(["case.handed-over", "case.assigned"], (await host.AuditActionsAsync(agency)).Where(a => a is "case.handed-over" or "case.assigned"));

        async Task<int> CountAsync(string unit) => (await agent.GetJsonAsync($"{path}?unit={unit}"))["items"]!.AsArray().Count;
    }

    [Fact]
    public async Task What_cannot_be_handed_over_is_refused_and_nothing_happens()
    {
        var (agency, path) = await AgencyWithUnitsAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "old", name = "Old", closed = true });
        var citizen = (await host.AddAccountAsync(agency.Id, Role.Citizen)).Id;
        var lamp = $"{path}/{(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        var before = await agent.GetJsonAsync(lamp);

        await (await HandAsync("works")).RefusedAsync("already-there");
        await (await agent.PostAsJsonAsync($"{lamp}/assign", new { assignee = (Guid?)null })).RefusedAsync("already-there");
        Assert.Equal("/unit unknown", await ErrorAsync(HandAsync("nowhere")));
        Assert.Equal("/unit closed", await ErrorAsync(HandAsync("old")));
        Assert.Equal("/assignee unknown", await ErrorAsync(HandAsync("parks", citizen)));
        Assert.Equal("/assignee unknown", await ErrorAsync(agent.PostAsJsonAsync($"{lamp}/assign", new { assignee = Guid.NewGuid() })));
        Assert.Equal("/assignee unknown", await ErrorAsync(agent.PatchAsync(lamp, new { title = "Lit", assignee = Guid.NewGuid() }, "\"1\"")));
        Assert.Equal("/assignee unknown", await ErrorAsync(agent.PatchAsync(lamp, new { title = "Lit", assignee = citizen }, "\"1\"")));
        await (await agent.PatchAsync(lamp, new { assignee = Guid.NewGuid() }, "\"7\"")).RefusedAsync("precondition-failed"); // the state comes first
        Assert.Equal("/reason required", await ErrorAsync(agent.PostAsJsonAsync($"{lamp}/hand-over", new { unit = "parks" })));
        await (await agent.PostAsJsonAsync($"{path}/{Guid.NewGuid()}/hand-over", new { unit = "parks", reason = "Why not?" })).RefusedAsync("not-found");
        await (await (await agency.Citizen).PostAsJsonAsync($"{lamp}/hand-over", new { unit = "parks", reason = "Mine." })).RefusedAsync("not-allowed");
        Assert.Equal(before.ToJsonString(), (await agent.GetJsonAsync(lamp)).ToJsonString());

        await agent.PostJsonAsync($"{lamp}/notes", new { text = "News.", visibility = "internal" });
        using var stale = new HttpRequestMessage(HttpMethod.Post, $"{lamp}/hand-over") { Content = JsonContent.Create(new { unit = "parks", reason = "As I read it." }) };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        await (await agent.SendAsync(stale)).RefusedAsync("precondition-failed");

        var other = (await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"];
        await agent.PostJsonAsync($"{lamp}/merge", new { into = other, reason = "The same lamp." }, HttpStatusCode.OK);
        await (await HandAsync("parks")).RefusedAsync("case-merged");

        Task<HttpResponseMessage> HandAsync(string unit, Guid? assignee = null) => agent.PostAsJsonAsync($"{lamp}/hand-over", new { unit, assignee, reason = "Why not?" });
    }

    [Fact]
    public async Task Of_two_who_hand_a_case_over_at_once_one_does_and_the_other_is_told()
    {
        var (agency, path) = await AgencyWithUnitsAsync();
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/units", new { key = "roads", name = "Roads" });
        var (one, other) = (await agency.Agent, await agency.AsAnotherAsync(Role.Agent));
        var id = (string)(await one.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;

        // Both have read the case before either can change it.
        await using var holder = new NpgsqlConnection(host.Database.OwnerConnectionString);
        await holder.OpenAsync(Ct);
        await using var held = await holder.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand($"select from cases where id = '{id}' for update", holder)) await hold.ExecuteNonQueryAsync(Ct);
        var asked = (Task<HttpResponseMessage>[])[HandAsync(one, "parks"), HandAsync(other, "roads")];
        for (var waiting = 0L; waiting < 2; await Task.Delay(20, Ct))
            waiting = await host.Database.ScalarAsOwnerAsync<long>($"""
                select count(*) from pg_locks l join pg_stat_activity a using (pid)
                where not l.granted and a.datname = current_database() and a.query like '%update cases set unit =%' and l.locktype in ('transactionid', 'tuple')
                """);
        await held.RollbackAsync(Ct);

        var answers = await Task.WhenAll(asked);
        var won = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        await Assert.Single(answers, a => a != won).RefusedAsync("handed-over-meanwhile");
        var unit = (string?)(await won.ReadAsync(HttpStatusCode.OK))["unit"];
        var history = (await one.GetJsonAsync($"{path}/{id}/history"))["items"]!.AsArray();
        Assert.Equal([unit], history.Where(h => (string?)h!["kind"] == "handedOver").Select(h => (string?)h!["detail"]!["toUnit"]));
        Assert.Equal(unit, (string?)(await one.GetJsonAsync($"{path}/{id}"))["unit"]);

        Task<HttpResponseMessage> HandAsync(HttpClient client, string to) => client.PostAsJsonAsync($"{path}/{id}/hand-over", new { unit = to, reason = "It is theirs." });
    }

    [Fact]
    public async Task What_is_late_is_told_to_the_heads_of_the_unit_that_has_the_case_now()
    {
        var (agency, path) = await AgencyWithUnitsAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        foreach (var unit in (string[])["works", "parks"])
            await admin.PostJsonAsync($"{agency.Path}/units/{unit}/members", new { account = (await host.AddAccountAsync(agency.Id, Role.Manager)).Id, function = "head" });
        var id = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        await agent.PostJsonAsync($"{path}/{id}/hand-over", new { unit = "parks", reason = "It is theirs." }, HttpStatusCode.OK);

        var clocks = new Clocks(host.Services.GetRequiredService<TenantDb>(), host.Services.GetRequiredService<Calendars>(), new At(DateTimeOffset.UtcNow.AddHours(9)));
        Assert.Equal(1, await clocks.MarkAsync(agency.Id, Ct));
        Assert.Equal("parks", await host.Database.ScalarAsOwnerAsync<string>($"select distinct unit from case_escalations where case_id = '{id}'"));
    }

    [Fact]
    public async Task An_imported_case_is_with_its_services_unit()
    {
        var (agency, path) = await AgencyWithUnitsAsync();
        await host.ImportAsync(agency, "kind=cases", Importing.Text(Importing.Header, "1,lamps,web,submitted,A lamp,,2026-03-21T08:00:00Z,,,,,"));
        Assert.Equal(["A lamp"], (await (await agency.Agent).GetJsonAsync($"{path}?unit=works"))["items"]!.AsArray().Select(c => (string?)c!["title"]));
    }

    /// <summary>An agency whose service of <see cref="CaseTests.Lamp"/> is the unit works', and with a unit parks beside it.</summary>
    async Task<(TestAgency Agency, string Cases)> AgencyWithUnitsAsync()
    {
        var agency = await host.NewAgencyAsync();
        foreach (var key in (string[])["works", "parks"]) await (await agency.Admin).PostJsonAsync($"{agency.Path}/units", new { key, name = key });
        await CalendarTests.ServiceAsync(agency, CaseTests.Lamp.Service, unit: "works");
        return (agency, $"{agency.Path}/cases");
    }

    static async Task<string> ErrorAsync(Task<HttpResponseMessage> response) =>
        string.Join(", ", (await (await response).RefusedAsync("validation"))["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));

    sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
