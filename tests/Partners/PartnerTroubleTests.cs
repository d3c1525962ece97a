using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Core.Transactions.Partnering;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Partners;

/// <summary>Councils that are slow, fail, hang up, refuse or lead astray: nothing is lost, nothing is there twice, and nobody else waits.</summary>
public sealed class PartnerTroubleTests(PartnerHost host) : IClassFixture<PartnerHost>
{
    [Fact]
    public async Task What_fails_is_tried_again_in_growing_pauses_and_in_order_for_the_case_while_other_cases_go_on()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var (troubled, other) = (await agency.SubmitAsync("Troubled"), await agency.SubmitAsync("Other"));
        await host.SendAsync();
        var reference = await agency.ReferenceAsync(troubled);
        var fails = true;
        desk.Before = async call => fails && call.Form.GetValueOrDefault("service_request_id") == reference && await call.AnswerAsync(500, "<h1>Oh no</h1>");
        await agency.MoveAsync(troubled, "accepted", "inProgress");
        await agency.MoveAsync(other, "accepted", "inProgress");
        await host.SendAsync();
        await host.SendAsync(); // the pause is not over
        await host.SendAsync(later: TimeSpan.FromSeconds(6));
        await host.SendAsync(later: TimeSpan.FromSeconds(30));
        Assert.Equal(2, desk.Of("POST", "servicerequestupdates").Count(c => c.Form["service_request_id"] == reference));
        Assert.Equal(["open", "in_progress"], desk.Updates.Select(u => u["status"]));
        var waiting = await agency.DeliveriesAsync(partner, "?state=waiting");
        Assert.Equal([(0, null), (2, 500)], waiting.Select(d => ((int)d!["attempts"]!, (int?)d["status"])));

        fails = false;
        await host.SendAsync(later: TimeSpan.FromMinutes(1));
        var sent = desk.Of("POST", "servicerequestupdates").Where(c => c.Form["service_request_id"] == reference).Select(c => c.Form).ToList();
        Assert.Equal(["open", "open", "open", "in_progress"], sent.Select(u => u["status"]));
        Assert.Single(sent.Take(3).Select(u => u["update_id"]).Distinct());
    }

    [Theory]
    [InlineData("hangs up")]
    [InlineData("half a body")]
    [InlineData("says 500 after taking it")]
    [InlineData("too slow")]
    [InlineData("something else altogether")]
    public async Task A_case_that_may_have_arrived_is_looked_for_before_it_is_sent_again(string how)
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        desk.After = async call => call.Method == "POST" && how switch
        {
            "hangs up" => await call.HangUpAsync(),
            "half a body" => await call.AnswerAsync(201, "[{\"service_request_id\": \"C-"),
            "says 500 after taking it" => await call.AnswerAsync(500, ""),
            "too slow" => await SlowlyAsync(call),
            _ => await call.AnswerAsync(200, "<html><body>Welcome</body></html>", "text/html"),
        };
        var path = await agency.SubmitAsync();
        await agency.SubmitAsync("Another of the same service");
        await host.SendAsync(patience: TimeSpan.FromSeconds(1));
        Assert.Equal(2, desk.Requests.Count);
        Assert.All(await agency.DeliveriesAsync(partner), d => Assert.True((bool)d!["uncertain"]!));
        desk.After = null;
        await host.SendAsync(later: TimeSpan.FromSeconds(6));
        Assert.Equal(2, desk.Requests.Count);
        Assert.Equal("C-1", desk.Requests[0]["description"]!.StartsWith("It is dark", StringComparison.Ordinal) ? await agency.ReferenceAsync(path) : "C-1");
        Assert.All(await agency.DeliveriesAsync(partner), d => Assert.Equal("delivered", (string?)d!["state"]));

        static async Task<bool> SlowlyAsync(Call call)
        {
            await Task.Delay(TimeSpan.FromSeconds(20), call.Http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }
    }

    [Fact]
    public async Task What_a_killed_worker_had_in_hand_is_looked_for_too_and_two_workers_send_nothing_twice()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var path = await agency.SubmitAsync();
        await host.DispatchAsync();
        // Claimed and posted, and nothing more was heard of that worker.
        using var client = host.Client();
        var sender = host.Sender(client);
        var (_, claimed) = (await sender.ClaimAsync(agency.Id, Guid.Parse(partner.Split('/')[^1]), 8, CancellationToken.None))!.Value;
        Assert.False(Assert.Single(claimed).Uncertain);
        desk.Requests.Add(Thing.Of(("service_request_id", "C-1"), ("service_code", "LAMP01"), ("description", $"It is dark\n\nRef. {agency.Slug}/1")));
        await agency.MoveAsync(path, "accepted");
        await host.SendAsync();
        Assert.Empty(desk.Calls); // what comes next waits with it
        await host.SendAsync(later: PartnerSending.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal("C-1", await agency.ReferenceAsync(path));
        Assert.Single(desk.Requests);
        Assert.Single(desk.Updates);
        Assert.False(await new PartnerNotes(host.Get<TenantDb>(), TimeProvider.System).NoteAsync(
            agency.Id, Guid.Parse(partner.Split('/')[^1]), claimed[0], new(PartnerDeliveryState.Failed), 0, CancellationToken.None)); // it was only slow

        for (var i = 0; i < 12; i++) await (await agency.Agent).PostJsonAsync($"{path}/notes", new { text = $"{i}", visibility = "public" });
        await host.DispatchAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.SendAsync()));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), desk.Updates.Skip(1).Select(u => u["description"]));
    }

    [Fact]
    public async Task What_is_refused_for_good_waits_for_a_person_at_once_who_retries_it_gives_it_up_or_says_that_it_is_there()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var admin = await agency.Admin;
        desk.Before = async call => call.Path == "requests" && await call.AnswerAsync(400, """[{"code": 400, "description": "lat is needed"}]""");
        var paths = new List<string>();
        for (var i = 0; i < 4; i++) paths.Add(await agency.SubmitAsync($"Case {i}"));
        await agency.MoveAsync(paths[0], "accepted");
        await host.SendAsync();
        foreach (var path in paths) await agency.MoveAsync(path, path == paths[0] ? "inProgress" : "accepted"); // after it has failed
        await host.SendAsync();
        await host.SendAsync(later: TimeSpan.FromDays(1));
        Assert.Equal(4, desk.Calls.Count);
        var failed = (await agency.DeliveriesAsync(partner, "?state=failed")).Reverse().ToList();
        Assert.Equal(4, failed.Count);
        Assert.All(failed, f => Assert.Equal((400, 1, """[{"code": 400, "description": "lat is needed"}]"""), ((int)f!["status"]!, (int)f["attempts"]!, (string?)f["answer"])));
        Assert.All(await agency.DeliveriesAsync(partner, "?state=waiting"), d => Assert.Null(d!["nextAt"]));

        string Of(int i) => $"{partner}/deliveries/{failed.Single(f => paths[i].EndsWith((string)f!["caseId"]!, StringComparison.Ordinal))!["id"]}";
        desk.Before = null;
        await admin.PostJsonAsync($"{Of(0)}/retry", new { reason = "They have mended it." }, HttpStatusCode.OK);
        await admin.PostJsonAsync($"{Of(1)}/give-up", new { reason = "Done by phone." }, HttpStatusCode.OK);
        await admin.PostJsonAsync($"{Of(2)}/arrived", new { reference = "C-77", reason = "Seen in their list." }, HttpStatusCode.OK);
        var taken = await (await admin.PostAsJsonAsync($"{Of(3)}/arrived", new { reference = "C-77", reason = "Seen." })).RefusedAsync("reference-taken");
        Assert.EndsWith((string)taken["case"]!, paths[2], StringComparison.Ordinal);
        await (await admin.PostAsJsonAsync($"{Of(1)}/retry", new { reason = "After all." })).RefusedAsync("delivery-not-failed");
        await host.SendAsync();
        Assert.Equal([("C-1", "open"), ("C-1", "in_progress"), ("C-77", "open")], desk.Updates.Select(u => (u["service_request_id"], u["status"])).OrderBy(u => u.Item1));
        Assert.Equal(["givenUp", "givenUp"], (await agency.DeliveriesAsync(partner, $"?caseId={paths[1].Split('/')[^1]}")).Select(d => (string?)d!["state"]));
        Assert.Equal("Done by phone.", (string?)(await admin.GetJsonAsync(Of(1)))["reason"]);
        Assert.Equal(["partner.delivery-retried", "partner.delivery-given-up", "partner.delivery-arrived"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("partner.delivery", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_wrong_key_is_no_ones_death_and_after_three_days_what_was_not_taken_waits_for_a_person()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        desk.Before = async call => call.Form["api_key"] != "a good key" && await call.AnswerAsync(403, "");
        await agency.SubmitAsync();
        await host.SendAsync();
        Assert.Equal(("waiting", 403), (await agency.DeliveriesAsync(partner))[0] is var d ? ((string?)d!["state"], (int)d["status"]!) : default);
        await (await agency.Admin).PostJsonAsync($"{partner}/api-key", new { apiKey = "a good key" }, HttpStatusCode.OK);
        await host.SendAsync(later: TimeSpan.FromSeconds(6));
        Assert.Single(desk.Requests);

        desk.Before = call => call.AnswerAsync(503, "");
        var path = await agency.SubmitAsync();
        await host.DispatchAsync();
        await host.Database.ExecuteAsOwnerAsync($"update partner_deliveries set attempts = {DeliveryPauses.Most - 1} where agency_id = '{agency.Id}' and state = 'waiting'");
        await host.SendAsync();
        Assert.Equal(503, (int)Assert.Single(await agency.DeliveriesAsync(partner, "?state=failed"))!["status"]!);
        Assert.Null(await agency.ReferenceAsync(path));
    }

    [Fact]
    public async Task Nothing_leads_inside_neither_a_redirect_nor_a_partner_that_nobody_trusts_nor_a_document_that_grows()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        desk.Before = async call =>
        {
            call.Http.Response.Headers.Location = $"{host.Inside.Origin}/{agency.Slug}/requests.json";
            return await call.AnswerAsync(307, "");
        };
        await agency.SubmitAsync();
        await host.SendAsync();
        Assert.Equal(307, (int)(await agency.DeliveriesAsync(partner))[0]!["status"]!);
        await host.Database.ExecuteAsOwnerAsync($"update partners set url = '{host.Inside.Origin}/{agency.Slug}' where agency_id = '{agency.Id}'");
        await host.SendAsync(later: TimeSpan.FromSeconds(6));
        Assert.Equal("not-public", (string?)(await agency.DeliveriesAsync(partner))[0]!["error"]);
        Assert.Empty(host.Inside.At(agency.Slug).Calls);

        var (bombed, bomb, its) = await host.AgencyWithPartnerAsync(new { format = "xml" });
        bomb.Before = call => call.AnswerAsync(201, """
            <?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
            <service_requests><request><service_request_id>&b;&c;</service_request_id></request></service_requests>
            """, "text/xml");
        var path = await bombed.SubmitAsync();
        await host.SendAsync();
        Assert.Equal("not-readable", (string?)(await bombed.DeliveriesAsync(its))[0]!["error"]);
        Assert.Null(await bombed.ReferenceAsync(path));
    }

    [Fact]
    public async Task One_that_answers_nobody_is_asked_by_one_delivery_at_a_time_and_admins_are_written_to_once_a_day()
    {
        await using var server = new TestMailServer();
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        desk.Before = call => call.AnswerAsync(500, "");
        for (var i = 0; i < 20; i++) await agency.SubmitAsync($"Case {i}");
        await host.SendAsync();
        Assert.InRange(desk.Calls.Count, DeliveryPauses.Patience, DeliveryPauses.Patience + 4);
        await host.SendAsync(later: TimeSpan.FromHours(25)); // it has been silent for a day
        desk.Before = call => call.AnswerAsync(422, "");
        await host.SendAsync(later: TimeSpan.FromHours(26)); // refused: they were written to an hour ago
        await host.SendAsync(later: TimeSpan.FromHours(27));
        Assert.NotEmpty(await agency.DeliveriesAsync(partner, "?state=failed"));
        Assert.Equal("""{"because": "silent"}""", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(data::text, ' ' order by id) from outbox where agency_id = '{agency.Id}' and type = 'partner.troubled'"));

        var job = new TellAdmins(host.Get<TenantDb>(), Telling.Channels(MessageChannel.Email, new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(5))));
        await job.RunAsync(new(agency.Id, agency.Id, "partner.troubled", Guid.Parse(partner.Split('/')[^1]), System.Text.Json.JsonSerializer.SerializeToElement(new { because = "failed" })), null!, CancellationToken.None);
        Assert.Equal(2, server.Received.Count); // the agency's first admin and the one of this test
        Assert.All(server.Received, m => Assert.Equal("Water works: something waits for your decision", m.Subject));
    }

    [Fact]
    public async Task Of_a_case_whose_content_was_removed_nothing_more_is_told()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        desk.Before = call => call.AnswerAsync(422, $"You said: {call.Form["description"]}");
        var citizen = await agency.AsAnotherAsync(Role.Citizen);
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "A very secret thing", channel = "web" }))["id"]}";
        await agency.MoveAsync(path, "accepted", "inProgress", "resolved");
        await host.SendAsync();
        Assert.Contains("very secret", (string?)Assert.Single(await agency.DeliveriesAsync(partner, "?state=failed"))!["answer"], StringComparison.Ordinal);
        await (await citizen.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        var failed = Assert.Single(await agency.DeliveriesAsync(partner, "?state=failed"))!;
        Assert.Null(failed["answer"]);
        desk.Before = null;
        await (await agency.Admin).PostJsonAsync($"{partner}/deliveries/{failed["id"]}/retry", new { reason = "Once more." }, HttpStatusCode.OK);
        await host.SendAsync();
        Assert.Equal("erased", (string?)Assert.Single(await agency.DeliveriesAsync(partner, "?state=failed"))!["error"]);
        Assert.Empty(desk.Requests);
    }
}
