using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Platform;

/// <summary>Systems outside that fail, stall, lead astray or are gone: nothing is lost, nobody else waits, and no way leads inside.</summary>
public sealed class WebhookTroubleTests(ReceiverHost host) : IClassFixture<ReceiverHost>
{
    [Fact]
    public async Task What_fails_is_tried_again_in_growing_pauses_and_what_comes_later_about_the_case_waits_with_it_but_no_other_case()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, _) = await host.HookAsync(agency);
        var (troubled, other) = (await agency.SubmitAsync(), await agency.SubmitAsync());
        var refuses = true;
        host.Receiver.Answer($"/{agency.Slug}", got => refuses && troubled.EndsWith((string)got.Body["data"]!["case"]!, StringComparison.Ordinal)
            ? Results.Text(new string('é', 2000), statusCode: 500) : Results.Ok());
        await agency.MoveAsync(troubled, "accepted");
        await agency.MoveAsync(other, "accepted");
        await host.DeliverAsync();
        await host.DeliverAsync(); // the pause is not over
        Assert.Single(host.PostedAbout(agency, troubled));
        Assert.Equal(2, host.PostedAbout(agency, other).Count);

        await host.DeliverAsync(later: TimeSpan.FromSeconds(6));
        await host.DeliverAsync(later: TimeSpan.FromSeconds(30)); // 27 to 33 seconds after the second attempt
        Assert.Equal(2, host.PostedAbout(agency, troubled).Count);
        var waiting = (await agency.DeliveriesAsync(hook)).Where(d => (string?)d!["state"] == "waiting").ToList();
        Assert.Equal([(0, null), (2, 500)], waiting.Select(d => ((int)d!["attempts"]!, (int?)d["status"])));
        Assert.Equal(512, ((string)waiting[1]!["answer"]!).Length); // a KB, of two bytes each

        refuses = false;
        await host.DeliverAsync(later: TimeSpan.FromMinutes(1));
        var told = host.PostedAbout(agency, troubled);
        Assert.Equal(["case.submitted", "case.submitted", "case.submitted", "case.transitioned"], told.Select(g => (string?)g.Body["type"]));
        Assert.Single(told.Take(3).Select(g => g.Id).Distinct());
    }

    [Fact]
    public void Three_days_and_no_longer()
    {
        foreach (var chance in (double[])[0, 0.5, 1])
        {
            var pauses = Enumerable.Range(1, DeliveryPauses.Most - 1).Select(n => DeliveryPauses.After(n, chance, null)!.Value).ToList();
            Assert.InRange(pauses.Sum(p => p.TotalHours), 64, 80);
            Assert.Equal(pauses.Order(), pauses);
            Assert.Null(DeliveryPauses.After(DeliveryPauses.Most, chance, null));
        }
        Assert.NotEqual(DeliveryPauses.After(3, 0.2, null), DeliveryPauses.After(3, 0.7, null));
        Assert.Equal(TimeSpan.FromMinutes(5), DeliveryPauses.After(1, 0.5, TimeSpan.FromMinutes(5)));
        Assert.Equal([null, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)], ((int[])[9, 10, 1_000_000]).Select(DeliveryPauses.BlockAfter));
    }

    [Fact]
    public async Task After_the_last_attempt_it_has_failed_and_the_next_one_goes_and_it_can_be_sent_again()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, _) = await host.HookAsync(agency);
        var path = await agency.SubmitAsync();
        host.Receiver.Answer($"/{agency.Slug}", got => Results.StatusCode((string?)got.Body["type"] == "case.submitted" ? 400 : 200));
        await host.DispatchAsync();
        await host.Database.ExecuteAsOwnerAsync($"update webhook_deliveries set attempts = {DeliveryPauses.Most - 1} where webhook_id = '{hook}'");
        await agency.MoveAsync(path, "accepted");
        await host.DeliverAsync();
        var failed = Assert.Single(await agency.DeliveriesAsync(hook, "?state=failed"))!;
        Assert.Equal((400, "case.submitted"), ((int)failed["status"]!, (string?)failed["type"]));
        Assert.Equal("case.transitioned", (string?)Assert.Single(await agency.DeliveriesAsync(hook, "?state=delivered"))!["type"]);

        host.Receiver.Answers.Clear();
        var again = await (await agency.Admin).PostJsonAsync($"{agency.Path}/deliveries/{failed["id"]}/redeliver", new { }, HttpStatusCode.OK);
        Assert.Equal(("waiting", 0), ((string?)again["state"], (int)again["attempts"]!));
        await host.DeliverAsync();
        Assert.Equal(("delivered", 1), await (await agency.Admin).GetJsonAsync($"{agency.Path}/deliveries/{failed["id"]}") is var d ? ((string?)d["state"], (int)d["attempts"]!) : default);
        Assert.Equal((string?)failed["eventId"], host.Receiver.At($"/{agency.Slug}")[^1].Id);
        Assert.Contains("webhook.redelivered", await host.AuditActionsAsync(agency));
        await (await (await agency.Admin).PostAsJsonAsync($"{agency.Path}/deliveries/{Guid.NewGuid()}/redeliver", new { })).RefusedAsync("not-found");
    }

    [Fact]
    public async Task Slowness_redirects_and_names_that_lead_inside_are_failures_and_nothing_inside_hears_of_them()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var codes = new Dictionary<string, (string Url, string? Error, int? Status)>
        {
            ["slow"] = ($"{host.Receiver.Origin}/slow", "timeout", null),
            ["moved"] = ($"{host.Receiver.Origin}/moved", null, 307),
            ["renamed"] = ("https://localhost/renamed", "not-public", null), // a name; where it leads is seen when it is called
            ["closed"] = ("https://unknown.invalid/", "unknown-host", null),
        };
        host.Receiver.Answers["/slow"] = async (_, http) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted);
            return Results.Ok();
        };
        host.Receiver.Answer("/moved", _ => Results.Redirect($"{host.Inside.Origin}/moved", preserveMethod: true));
        var hooks = new Dictionary<string, string>();
        foreach (var (name, (url, _, _)) in codes) hooks[name] = (string)(await admin.PostJsonAsync($"{agency.Path}/webhooks", new { url, events = Hooking.Both }))["id"]!;
        await agency.SubmitAsync();
        await host.DeliverAsync(patience: TimeSpan.FromSeconds(1));
        foreach (var (name, (_, error, status)) in codes)
        {
            var delivery = Assert.Single(await agency.DeliveriesAsync(hooks[name]))!;
            Assert.Equal(("waiting", 1, error, status), ((string?)delivery["state"], (int)delivery["attempts"]!, (string?)delivery["error"], (int?)delivery["status"]));
        }
        Assert.Empty(host.Inside.At("/moved"));

        foreach (var url in (string[])[host.Inside.Origin, "http://example.org/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://u:p@example.org/", "ftp://a", "desk"])
        {
            var problem = await (await admin.PostAsJsonAsync($"{agency.Path}/webhooks", new { url, events = Hooking.Both })).RefusedAsync("validation");
            Assert.Equal("/url", (string?)problem["errors"]![0]!["pointer"]);
        }
        foreach (var (name, id) in hooks)
            Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"{agency.Path}/webhooks/{id}", (await admin.GetAsync($"{agency.Path}/webhooks/{id}")).Headers.ETag!.Tag)).StatusCode);
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from webhook_deliveries where agency_id = '{agency.Id}'"));
    }

    [Fact]
    public async Task One_that_is_dead_or_gone_is_paused_and_what_waited_comes_when_it_is_resumed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var (hook, _) = await host.HookAsync(agency);
        var status = 503;
        host.Receiver.Answer($"/{agency.Slug}", _ => Results.StatusCode(status));
        var path = await agency.SubmitAsync();
        await host.DeliverAsync();
        await host.DeliverAsync(later: TimeSpan.FromHours(71));
        Assert.Equal("active", (string?)(await admin.GetJsonAsync($"{agency.Path}/webhooks/{hook}"))["state"]);
        await host.DeliverAsync(later: TimeSpan.FromHours(73));
        var paused = await admin.GetJsonAsync($"{agency.Path}/webhooks/{hook}");
        Assert.Equal(("paused", "dead"), ((string?)paused["state"], (string?)paused["pausedBecause"]));
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'webhook.paused'"));
        await (await admin.PostAsJsonAsync($"{agency.Path}/webhooks/{hook}/test", new { })).RefusedAsync("webhook-paused");

        status = 410;
        await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/resume", new { }, HttpStatusCode.OK);
        await host.DeliverAsync();
        Assert.Equal("gone", (string?)(await admin.GetJsonAsync($"{agency.Path}/webhooks/{hook}"))["pausedBecause"]);

        status = 200;
        await agency.MoveAsync(path, "accepted"); // while it is paused
        await host.DeliverAsync();
        var before = host.Receiver.At($"/{agency.Slug}").Count;
        var resumed = await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/resume", new { }, HttpStatusCode.OK);
        Assert.Equal(("active", null), ((string?)resumed["state"], (string?)resumed["failingSince"]));
        await host.DeliverAsync();
        Assert.Equal(Hooking.Both, host.Receiver.At($"/{agency.Slug}").Skip(before).Select(g => (string?)g.Body["type"]));
        Assert.Equal(["webhook.created", "webhook.paused", "webhook.resumed", "webhook.paused", "webhook.resumed"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("webhook.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_that_answers_nobody_is_asked_by_one_event_at_a_time_and_one_that_asks_for_time_gets_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await host.HookAsync(agency);
        host.Receiver.Answer($"/{agency.Slug}", _ => Results.StatusCode(500));
        for (var i = 0; i < 30; i++) await host.EmitAsync(agency, OutboxEvent.Of("case.submitted", Guid.CreateVersion7(), new { service = "lamps" }));
        await host.DeliverAsync();
        Assert.InRange(host.Receiver.At($"/{agency.Slug}").Count, DeliveryPauses.Patience, DeliveryPauses.Patience + 8); // not thirty
        var asked = host.Receiver.At($"/{agency.Slug}").Count;
        await host.DeliverAsync(later: TimeSpan.FromMinutes(6));
        Assert.Equal(asked + 1, host.Receiver.At($"/{agency.Slug}").Count);

        var patient = await CaseTests.AgencyWithServiceAsync(host);
        await host.HookAsync(patient);
        host.Receiver.Answers[$"/{patient.Slug}"] = (_, http) =>
        {
            http.Response.Headers.RetryAfter = "3600";
            return Task.FromResult(Results.StatusCode(429));
        };
        await patient.SubmitAsync();
        await host.DeliverAsync();
        host.Receiver.Answers.Clear();
        await patient.SubmitAsync();
        await host.DeliverAsync(later: TimeSpan.FromMinutes(59));
        Assert.Single(host.Receiver.At($"/{patient.Slug}"));
        await host.DeliverAsync(later: TimeSpan.FromMinutes(61));
        Assert.Equal(3, host.Receiver.At($"/{patient.Slug}").Count);
    }

    [Fact]
    public async Task What_a_killed_worker_had_in_hand_is_sent_by_the_next_and_two_workers_send_nothing_twice()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, _) = await host.HookAsync(agency);
        var path = await agency.SubmitAsync();
        await host.DispatchAsync();
        // Claimed, and nothing more was heard of that worker.
        var sending = new Sending(host.Services.GetRequiredService<Cirm.Core.Tenancy.TenantDb>(), host.Services.GetRequiredService<Cirm.Core.Tenancy.Databases>(), TimeProvider.System);
        var claimed = Assert.Single((await sending.ClaimAsync(agency.Id, Guid.Parse(hook), 8, CancellationToken.None))!.Value.Claimed);
        await agency.MoveAsync(path, "accepted");
        await host.DeliverAsync();
        Assert.Empty(host.Receiver.At($"/{agency.Slug}"));
        await host.DeliverAsync(later: Sending.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(Hooking.Both, host.Receiver.At($"/{agency.Slug}").Select(g => (string?)g.Body["type"]));
        Assert.Null(await sending.NoteAsync(agency.Id, Guid.Parse(hook), claimed, new(500, null, "", default, null), 0, CancellationToken.None)); // it was only slow
        Assert.Equal(["delivered", "delivered"], (await agency.DeliveriesAsync(hook)).Select(d => (string?)d!["state"]));

        for (var i = 0; i < 40; i++) await host.EmitAsync(agency, OutboxEvent.Of("case.transitioned", Guid.Parse(path.Split('/')[^1]), new { number = i }));
        await host.DispatchAsync();
        using var calls = host.Calls();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await await host.SenderWith(calls).BeginAsync(CancellationToken.None)));
        Assert.Equal(Enumerable.Range(0, 40), host.Receiver.At($"/{agency.Slug}").Skip(2).Select(g => (int)g.Body["data"]!["number"]!));
    }

    [Fact]
    public async Task Admins_are_written_to_when_a_webhook_is_paused_because_of_its_answers()
    {
        await using var server = new TestMailServer();
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, _) = await host.HookAsync(agency);
        await agency.Manager; // who sets nothing up is not written to
        host.Receiver.Answer($"/{agency.Slug}", _ => Results.StatusCode(410));
        await agency.SubmitAsync();
        await host.DeliverAsync();
        var channels = Telling.Channels(MessageChannel.Email, new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(5)));
        var job = new TellAdmins(host.Services.GetRequiredService<Cirm.Core.Tenancy.TenantDb>(), channels);
        FactArgs Paused(string because) => new(agency.Id, agency.Id, "webhook.paused", Guid.Parse(hook), System.Text.Json.JsonSerializer.SerializeToElement(new { because }));
        await job.RunAsync(Paused("asked"), null!, CancellationToken.None); // they know
        Assert.Empty(server.Received);
        await job.RunAsync(Paused("gone"), null!, CancellationToken.None);
        await job.RunAsync(Paused("gone"), null!, CancellationToken.None);
        Assert.Equal(4, server.Received.Count); // the agency's first admin and the one of this test, and both again under the same ids
        Assert.Equal(2, server.Received.Select(m => m["Message-ID"]).Distinct().Count());
        Assert.All(server.Received, m => Assert.Equal("The webhook to 127.0.0.1 is paused", m.Subject));
        Assert.All(server.Received, m => Assert.Contains("answered that it is gone (410)", m.Body, StringComparison.Ordinal));
    }
}
