using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>An officer does the same with many cases: asked for over HTTP, carried out here as a worker would, in spite of accidents too.</summary>
public sealed class BulkTests(CirmHost host)
{
    static readonly object Accept = new { transition = new { to = "accepted", reason = "We take them all." } };

    [Fact]
    public async Task Many_cases_take_a_step_each_by_the_rules_and_those_that_cannot_are_told()
    {
        var (agency, ids) = await AgencyWithCasesAsync(120);
        var agent = await agency.Agent;
        await agent.PostJsonAsync($"{agency.Path}/cases/{ids[60]}/transitions", new { to = "accepted", reason = "First." }, HttpStatusCode.OK);
        var (_, foreign) = await AgencyWithCasesAsync(1);
        Guid[] list = [.. ids, foreign[0]];

        var operation = await host.CarryOutBulkAsync(agency, await AskAsync(agency, new { ids = list, @do = Accept }));

        Assert.Equal("succeeded: 121 processed, 119 accepted, 0 unchanged, 2 rejected", operation.Told());
        Assert.Equal((121L, "transition"), (operation.Total, operation.Arguments.GetProperty("work").GetString()));
        Assert.Equal(["61  transition-not-allowed", "121  not-found"], await agency.RejectionsAsync(operation));
        Assert.Equal("submitted", await host.Database.ScalarAsOwnerAsync<string>($"select status from cases where id = '{foreign[0]}'"));
        Assert.Equal(120, (await agent.GetJsonAsync($"{agency.Path}/cases?status=accepted&limit=200"))["items"]!.AsArray().Count);
        var history = (await agent.GetJsonAsync($"{agency.Path}/cases/{ids[0]}/history"))["items"]!.AsArray();
        Assert.Equal(("transitioned", "We take them all.", "staff"), ((string?)history[^1]!["kind"], (string?)history[^1]!["reason"], (string?)history[^1]!["actorKind"]));
        Assert.Equal("120 120 120 1", await OnceEachAsync(agency, "case.transitioned"));
        Assert.Null((await new AuditTrail(host.Services.GetRequiredService<TenantDb>()).VerifyAsync(agency.Id, CancellationToken.None)).Broken);
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from bulk_orders o join bulk_cases c using (agency_id, operation_id) where o.agency_id = '{agency.Id}'"));
    }

    [Fact]
    public async Task A_filter_means_the_cases_that_the_officer_saw_when_it_was_asked_for()
    {
        var (agency, ids) = await AgencyWithCasesAsync(3);
        var agent = await agency.Agent;
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/units", new { key = "parks", name = "Parks" });
        await agent.PostJsonAsync($"{agency.Path}/cases/{ids[1]}/transitions", new { to = "accepted", reason = "Not this one." }, HttpStatusCode.OK);
        var id = await AskAsync(agency, new { filter = new { status = "submitted", service = "lamps" }, @do = new { handOver = new { unit = "parks", reason = "All theirs." } } });
        await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);

        Assert.Equal("succeeded: 2 processed, 2 accepted, 0 unchanged, 0 rejected", (await host.CarryOutBulkAsync(agency, id)).Told());
        Assert.Equal(new[] { ids[0], ids[2] }.Order(), (await agent.GetJsonAsync($"{agency.Path}/cases?unit=parks"))["items"]!.AsArray().Select(c => (Guid)c!["id"]!).Order());

        var nothing = await host.CarryOutBulkAsync(agency, await AskAsync(agency, new { filter = new { status = "refused" }, @do = Accept }));
        Assert.Equal(("succeeded: 0 processed, 0 accepted, 0 unchanged, 0 rejected", 0L), (nothing.Told(), nothing.Total));
    }

    [Fact]
    public async Task An_attempt_that_dies_leaves_whole_batches_and_the_next_does_the_rest_once()
    {
        var (agency, ids) = await AgencyWithCasesAsync(230);
        var member = (await host.AddAccountAsync(agency.Id, Role.Agent)).Id;
        var id = await AskAsync(agency, new { ids, @do = new { assign = new { assignee = member } } });
        var operation = await host.CarryOutBulkAsync(agency, id, accident: report => report is 2 or 3 or 6); // dies after the work of a batch, before its commit
        Assert.Equal("succeeded: 230 processed, 230 accepted, 0 unchanged, 0 rejected", operation.Told());
        Assert.Equal(4, operation.Attempt);
        Assert.Equal("230 230 230 1", await OnceEachAsync(agency, "case.assigned"));
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where subject_id = '{id}' and type = 'bulk.finished'"));
    }

    [Fact]
    public async Task Whoever_asked_can_end_it_what_was_done_stays_and_is_counted()
    {
        var (agency, ids) = await AgencyWithCasesAsync(120);
        var id = await AskAsync(agency, new { ids, @do = new { note = new { text = "We know of it.", visibility = "public" } } });
        using var ends = new CancellationTokenSource();
        var operation = await host.CarryOutBulkAsync(agency, id, accident: report => { if (report == 1) ends.Cancel(); return false; }, ends.Token);
        Assert.Equal("cancelled: 50 processed, 50 accepted, 0 unchanged, 0 rejected", operation.Told());
        Assert.Equal("50 50 50 1", await OnceEachAsync(agency, "case.noted"));
    }

    [Fact]
    public async Task A_repeated_request_asks_once()
    {
        var (agency, ids) = await AgencyWithCasesAsync(2);
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => agency.Agent.Result.PostWithKeyAsync($"{agency.Path}/cases/bulk", new { ids, @do = Accept }, key)));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.ReadAsync(HttpStatusCode.Accepted)))).Select(o => (string?)o["id"]).Distinct());
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from bulk_orders where agency_id = '{agency.Id}'"));
    }

    [Theory]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "filter": {"status": "submitted"}, "do": {"assign": {"assignee": null}}}""", "/filter not-allowed")]
    [InlineData("""{"do": {"assign": {"assignee": null}}}""", "/ids required")]
    [InlineData("""{"ids": [], "do": {"assign": {"assignee": null}}}""", "/ids required")]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a", "0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "do": {"assign": {"assignee": null}}}""", "/ids/1 duplicate")]
    [InlineData("""{"filter": {}, "do": {"assign": {"assignee": null}}}""", "/filter required")]
    [InlineData("""{"filter": {"order": "due"}, "do": {"assign": {"assignee": null}}}""", "/filter required")]
    [InlineData("""{"filter": {"status": "lost", "assignee": "me"}, "do": {"assign": {"assignee": null}}}""", "/filter/status unknown", "/filter/assignee type")]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "do": {}}""", "/do one")]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "do": {"assign": {"assignee": null}, "note": {"text": "x", "visibility": "public"}}}""", "/do one")]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "do": {"transition": {"to": "done"}}}""", "/do/transition/to unknown", "/do/transition/reason required")]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "do": {"handOver": {"unit": "nowhere", "reason": "x"}}}""", "/do/handOver/unit unknown")]
    [InlineData("""{"ids": ["0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"], "do": {"assign": {"assignee": "0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a"}}}""", "/do/assign/assignee unknown")]
    public async Task What_cannot_be_asked_for_is_refused_before_anything_is_done(string order, params string[] errors)
    {
        var agency = await host.NewAgencyAsync();
        var problem = await (await (await agency.Agent).PostAsJsonAsync($"{agency.Path}/cases/bulk", JsonNode.Parse(order))).RefusedAsync("validation");
        Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        Assert.Empty((await (await agency.Agent).GetJsonAsync($"{agency.Path}/operations"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Lists_are_long_and_not_endless_and_for_staff()
    {
        var (agency, _) = await AgencyWithCasesAsync(BulkOrders.MostCases + 1);
        var (agent, path) = (await agency.Agent, $"{agency.Path}/cases/bulk");
        await RefusedAsync("/ids length", new { ids = Enumerable.Range(0, BulkOrders.MostCases + 1).Select(_ => Guid.NewGuid()), @do = Accept });
        await RefusedAsync("/filter too-many", new { filter = new { service = "lamps" }, @do = Accept });
        var operation = await agent.PostJsonAsync(path, new { ids = Enumerable.Range(0, BulkOrders.MostCases).Select(_ => Guid.NewGuid()), @do = Accept }, HttpStatusCode.Accepted);
        Assert.Equal(BulkOrders.MostCases, (int)operation["arguments"]!["cases"]!);
        await (await (await agency.Citizen).PostAsJsonAsync(path, new { ids = (Guid[])[Guid.NewGuid()], @do = Accept })).RefusedAsync("not-allowed");

        async Task RefusedAsync(string error, object order)
        {
            var problem = await (await agent.PostAsJsonAsync(path, order)).RefusedAsync("validation");
            Assert.Equal([error], problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        }
    }

    async Task<(TestAgency Agency, Guid[] Cases)> AgencyWithCasesAsync(int cases)
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync("lamps");
        await host.ImportAsync(agency, "kind=cases", Importing.Text([Importing.Header, .. Enumerable.Range(1, cases).Select(i => $"{i},lamps,web,submitted,Lamp {i},,2026-03-21T08:00:00Z,,,,,")]));
        return (agency, await host.Database.ScalarAsOwnerAsync<Guid[]>($"select array_agg(id order by number) from cases where agency_id = '{agency.Id}'"));
    }

    static async Task<Guid> AskAsync(TestAgency agency, object order)
    {
        var response = await (await agency.Agent).PostAsJsonAsync($"{agency.Path}/cases/bulk", order);
        var operation = await response.ReadAsync(HttpStatusCode.Accepted);
        Assert.Equal($"{agency.Path}/operations/{operation["id"]}", response.Headers.Location!.ToString());
        Assert.Equal(("bulk", "queued"), ((string?)operation["kind"], (string?)operation["state"]));
        return (Guid)operation["id"]!;
    }

    /// <summary>Events, audit entries and cases of one kind of change, and the largest number of entries that a history has of it.</summary>
    Task<string> OnceEachAsync(TestAgency agency, string type) => host.Database.ScalarAsOwnerAsync<string>($"""
        select concat_ws(' ',
          (select count(*) from outbox where agency_id = '{agency.Id}' and type = '{type}'),
          (select count(*) from audit_entries where agency_id = '{agency.Id}' and action = '{type}'),
          count(*), max(h.entries))
        from (select case_id, count(*) as entries from case_history where agency_id = '{agency.Id}' and kind <> 'imported' group by case_id) h
        """);
}
