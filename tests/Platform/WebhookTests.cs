using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Platform;

/// <summary>Systems outside that are told of events (docs/integrating.md): what they get, in which order, and what becomes of it when they misbehave.</summary>
public sealed class WebhookTests(ReceiverHost host) : IClassFixture<ReceiverHost>
{
    static readonly string[] Both = ["case.submitted", "case.transitioned"];

    [Fact]
    public async Task A_desk_is_told_what_happens_to_a_case_in_that_order_signed_and_once()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, secret) = await HookAsync(agency);
        var path = await SubmitAsync(agency);
        await MoveAsync(agency, path, "accepted", "inProgress");
        await host.DeliverAsync();
        await MoveAsync(agency, path, "resolved");
        await host.DeliverAsync();
        await host.DeliverAsync();

        var got = host.Receiver.At($"/{agency.Slug}");
        Assert.Equal(["case.submitted", "case.transitioned", "case.transitioned", "case.transitioned"], got.Select(g => (string?)g.Body["type"]));
        Assert.Equal([null, "accepted", "inProgress", "resolved"], got.Select(g => (string?)g.Body["data"]!["to"]));
        Assert.Equal(["type", "timestamp", "data"], got[0].Body.AsObject().Select(m => m.Key));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse($$"""{"case":"{{path.Split('/')[^1]}}","service":"lamps","kind":"report","channel":"web"}"""), got[0].Body["data"]));
        Assert.Distinct(got.Select(g => g.Id));
        Assert.All(got, g =>
        {
            Assert.Equal(1, g.SignedBy(secret));
            Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(g.Headers["webhook-timestamp"], CultureInfo.InvariantCulture)), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
            Assert.Equal("application/json; charset=utf-8", g.Headers["content-type"]);
            Assert.DoesNotContain("because", g.Text, StringComparison.OrdinalIgnoreCase); // the reason is for the citizen
        });
        var log = await DeliveriesAsync(agency, hook);
        Assert.Equal(got.Select(g => g.Id).Reverse(), log.Select(d => (string?)d!["eventId"]));
        Assert.All(log, d => Assert.Equal(("delivered", 1, 204), ((string?)d!["state"], (int)d["attempts"]!, (int)d["status"]!)));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from webhooks where position('{secret[6..20]}' in encode(secret, 'base64')) > 0"));
    }

    [Fact]
    public async Task What_fails_is_tried_again_in_growing_pauses_and_what_comes_later_about_the_case_waits_with_it_but_no_other_case()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, _) = await HookAsync(agency);
        var (troubled, other) = (await SubmitAsync(agency), await SubmitAsync(agency));
        var refuses = true;
        host.Receiver.Answer($"/{agency.Slug}", got => refuses && troubled.EndsWith((string)got.Body["data"]!["case"]!, StringComparison.Ordinal)
            ? Results.Text(new string('é', 2000), statusCode: 500) : Results.Ok());
        await MoveAsync(agency, troubled, "accepted");
        await MoveAsync(agency, other, "accepted");
        await host.DeliverAsync();
        await host.DeliverAsync(); // the pause is not over
        Assert.Single(Of(agency, troubled));
        Assert.Equal(2, Of(agency, other).Count);

        await host.DeliverAsync(later: TimeSpan.FromSeconds(6));
        await host.DeliverAsync(later: TimeSpan.FromSeconds(30)); // 27 to 33 seconds after the second attempt
        Assert.Equal(2, Of(agency, troubled).Count);
        var waiting = (await DeliveriesAsync(agency, hook)).Where(d => (string?)d!["state"] == "waiting").ToList();
        Assert.Equal([(0, null), (2, 500)], waiting.Select(d => ((int)d!["attempts"]!, (int?)d["status"])));
        Assert.Equal(512, ((string)waiting[1]!["answer"]!).Length); // a KB, of two bytes each

        refuses = false;
        await host.DeliverAsync(later: TimeSpan.FromMinutes(1));
        var told = Of(agency, troubled);
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
        var (hook, _) = await HookAsync(agency);
        var path = await SubmitAsync(agency);
        host.Receiver.Answer($"/{agency.Slug}", got => Results.StatusCode((string?)got.Body["type"] == "case.submitted" ? 400 : 200));
        await host.DispatchAsync();
        await host.Database.ExecuteAsOwnerAsync($"update webhook_deliveries set attempts = {DeliveryPauses.Most - 1} where webhook_id = '{hook}'");
        await MoveAsync(agency, path, "accepted");
        await host.DeliverAsync();
        var failed = Assert.Single(await DeliveriesAsync(agency, hook, "?state=failed"))!;
        Assert.Equal((400, "case.submitted"), ((int)failed["status"]!, (string?)failed["type"]));
        Assert.Equal("case.transitioned", (string?)Assert.Single(await DeliveriesAsync(agency, hook, "?state=delivered"))!["type"]);

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
        foreach (var (name, (url, _, _)) in codes) hooks[name] = (string)(await admin.PostJsonAsync($"{agency.Path}/webhooks", new { url, events = Both }))["id"]!;
        await SubmitAsync(agency);
        await host.DeliverAsync(patience: TimeSpan.FromSeconds(1));
        foreach (var (name, (_, error, status)) in codes)
        {
            var delivery = Assert.Single(await DeliveriesAsync(agency, hooks[name]))!;
            Assert.Equal(("waiting", 1, error, status), ((string?)delivery["state"], (int)delivery["attempts"]!, (string?)delivery["error"], (int?)delivery["status"]));
        }
        Assert.Empty(host.Inside.At("/moved"));

        foreach (var url in (string[])[host.Inside.Origin, "http://example.org/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://u:p@example.org/", "ftp://a", "desk"])
        {
            var problem = await (await admin.PostAsJsonAsync($"{agency.Path}/webhooks", new { url, events = Both })).RefusedAsync("validation");
            Assert.Equal("/url", (string?)problem["errors"]![0]!["pointer"]);
        }
        foreach (var (name, id) in hooks)
            Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"{agency.Path}/webhooks/{id}", (await admin.GetAsync($"{agency.Path}/webhooks/{id}")).Headers.ETag!.Tag)).StatusCode);
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from webhook_deliveries where agency_id = '{agency.Id}'"));
    }

    [Fact]
    public async Task A_secret_is_changed_without_losing_anything()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, first) = await HookAsync(agency);
        var admin = await agency.Admin;
        var rotated = await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/secret", new { overlapHours = 24 }, HttpStatusCode.OK);
        await SubmitAsync(agency);
        await host.DeliverAsync();
        await SubmitAsync(agency);
        await host.DeliverAsync(later: TimeSpan.FromHours(25));
        var leaked = await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/secret", new { overlapHours = 0 }, HttpStatusCode.OK);
        Assert.Null(leaked["previousSecretUntil"]);
        await SubmitAsync(agency);
        await host.DeliverAsync();

        var got = host.Receiver.At($"/{agency.Slug}");
        string[] secrets = [first, (string)rotated["secret"]!, (string)leaked["secret"]!];
        Assert.Equal(["110", "010", "001"], got.Select(g => string.Concat(secrets.Select(g.SignedBy))));
    }

    [Fact]
    public async Task One_that_is_dead_or_gone_is_paused_and_what_waited_comes_when_it_is_resumed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var (hook, _) = await HookAsync(agency);
        var status = 503;
        host.Receiver.Answer($"/{agency.Slug}", _ => Results.StatusCode(status));
        var path = await SubmitAsync(agency);
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
        await MoveAsync(agency, path, "accepted"); // while it is paused
        await host.DeliverAsync();
        var before = host.Receiver.At($"/{agency.Slug}").Count;
        var resumed = await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/resume", new { }, HttpStatusCode.OK);
        Assert.Equal(("active", null), ((string?)resumed["state"], (string?)resumed["failingSince"]));
        await host.DeliverAsync();
        Assert.Equal(Both, host.Receiver.At($"/{agency.Slug}").Skip(before).Select(g => (string?)g.Body["type"]));
        Assert.Equal(["webhook.created", "webhook.paused", "webhook.resumed", "webhook.paused", "webhook.resumed"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("webhook.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_that_answers_nobody_is_asked_by_one_event_at_a_time_and_one_that_asks_for_time_gets_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await HookAsync(agency);
        host.Receiver.Answer($"/{agency.Slug}", _ => Results.StatusCode(500));
        for (var i = 0; i < 30; i++) await host.EmitAsync(agency, OutboxEvent.Of("case.submitted", Guid.CreateVersion7(), new { service = "lamps" }));
        await host.DeliverAsync();
        Assert.InRange(host.Receiver.At($"/{agency.Slug}").Count, DeliveryPauses.Patience, DeliveryPauses.Patience + 8); // not thirty
        var asked = host.Receiver.At($"/{agency.Slug}").Count;
        await host.DeliverAsync(later: TimeSpan.FromMinutes(6));
        Assert.Equal(asked + 1, host.Receiver.At($"/{agency.Slug}").Count);

        var patient = await CaseTests.AgencyWithServiceAsync(host);
        await HookAsync(patient);
        host.Receiver.Answers[$"/{patient.Slug}"] = (_, http) =>
        {
            http.Response.Headers.RetryAfter = "3600";
            return Task.FromResult(Results.StatusCode(429));
        };
        await SubmitAsync(patient);
        await host.DeliverAsync();
        host.Receiver.Answers.Clear();
        await SubmitAsync(patient);
        await host.DeliverAsync(later: TimeSpan.FromMinutes(59));
        Assert.Single(host.Receiver.At($"/{patient.Slug}"));
        await host.DeliverAsync(later: TimeSpan.FromMinutes(61));
        Assert.Equal(3, host.Receiver.At($"/{patient.Slug}").Count);
    }

    [Fact]
    public async Task What_a_killed_worker_had_in_hand_is_sent_by_the_next_and_two_workers_send_nothing_twice()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, _) = await HookAsync(agency);
        var path = await SubmitAsync(agency);
        await host.DispatchAsync();
        // Claimed, and nothing more was heard of that worker.
        var sending = new Sending(host.Services.GetRequiredService<Cirm.Core.Tenancy.TenantDb>(), host.Services.GetRequiredService<Cirm.Core.Tenancy.Databases>(), TimeProvider.System);
        var claimed = Assert.Single((await sending.ClaimAsync(agency.Id, Guid.Parse(hook), 8, CancellationToken.None))!.Value.Claimed);
        await MoveAsync(agency, path, "accepted");
        await host.DeliverAsync();
        Assert.Empty(host.Receiver.At($"/{agency.Slug}"));
        await host.DeliverAsync(later: Sending.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(Both, host.Receiver.At($"/{agency.Slug}").Select(g => (string?)g.Body["type"]));
        Assert.Null(await sending.NoteAsync(agency.Id, Guid.Parse(hook), claimed, new(500, null, "", default, null), 0, CancellationToken.None)); // it was only slow
        Assert.Equal(["delivered", "delivered"], (await DeliveriesAsync(agency, hook)).Select(d => (string?)d!["state"]));

        for (var i = 0; i < 40; i++) await host.EmitAsync(agency, OutboxEvent.Of("case.transitioned", Guid.Parse(path.Split('/')[^1]), new { number = i }));
        await host.DispatchAsync();
        using var calls = host.Calls();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await await host.SenderWith(calls).BeginAsync(CancellationToken.None)));
        Assert.Equal(Enumerable.Range(0, 40), host.Receiver.At($"/{agency.Slug}").Skip(2).Select(g => (int)g.Body["data"]!["number"]!));
    }

    [Fact]
    public async Task What_says_the_same_again_before_anybody_was_told_is_said_once()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var events = new[] { "case.changed", "case.noted" };
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/webhooks", new { url = Url(agency), events });
        var id = Guid.CreateVersion7();
        var changed = OutboxEvent.Of("case.changed", id, new { number = 1 });
        await host.EmitAsync(agency, changed, changed);
        await host.DispatchAsync();
        await host.EmitAsync(agency, changed, OutboxEvent.Of("case.noted", id, new { noteId = 1, visibility = "public" }), changed);
        await host.DeliverAsync();
        Assert.Equal(["case.changed", "case.noted", "case.changed"], host.Receiver.At($"/{agency.Slug}").Select(g => (string?)g.Body["type"]));
        await host.EmitAsync(agency, changed);
        await host.DeliverAsync();
        Assert.Equal(4, host.Receiver.At($"/{agency.Slug}").Count); // it was told, and is true again
    }

    [Fact]
    public async Task Cloud_events_for_those_who_read_them_and_a_test_that_shows_whether_it_arrives()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var made = await admin.PostJsonAsync($"{agency.Path}/webhooks", new { url = Url(agency), events = Both, format = "cloudEvents" });
        var path = await SubmitAsync(agency);
        await host.DeliverAsync();
        var tested = await admin.PostJsonAsync($"{agency.Path}/webhooks/{made["id"]}/test", new { }, HttpStatusCode.OK);
        await host.DeliverAsync();
        var (first, test) = (host.Receiver.At($"/{agency.Slug}")[0], host.Receiver.At($"/{agency.Slug}")[1]);
        Assert.Equal("application/cloudevents+json; charset=utf-8", first.Headers["content-type"]);
        Assert.Equal(["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"], first.Body.AsObject().Select(m => m.Key));
        Assert.Equal(("1.0", first.Id, $"urn:cirm/v1/agencies/{agency.Slug}", "case.submitted", path.Split('/')[^1]),
            ((string?)first.Body["specversion"], (string?)first.Body["id"], (string?)first.Body["source"], (string?)first.Body["type"], (string?)first.Body["subject"]));
        Assert.Equal(1, first.SignedBy((string)made["secret"]!));
        Assert.Equal(("webhook.test", (string?)tested["eventId"]), ((string?)test.Body["type"], test.Id));
    }

    [Fact]
    public async Task An_admin_reads_changes_and_removes_them_and_nobody_else_knows_of_them()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var path = $"{agency.Path}/webhooks";
        var made = await admin.PostJsonAsync(path, new { url = Url(agency), events = Both });
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", (string?)made["secret"]);
        var read = await admin.GetAsync($"{path}/{made["id"]}");
        Assert.DoesNotContain("secret\"", await read.Content.ReadAsStringAsync());
        await (await (await agency.Manager).GetAsync(path)).RefusedAsync("not-allowed");
        await (await admin.PostAsJsonAsync(path, new { url = Url(agency), events = (string[])["case.submitted", "citizen.added"] })).RefusedAsync("validation");

        var changed = await (await admin.PatchAsync($"{path}/{made["id"]}", new { events = (string[])["survey.aggregated"], description = "The press" }, read.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(("survey.aggregated", Url(agency)), ((string?)changed["events"]![0], (string?)changed["url"]));
        await (await admin.PatchAsync($"{path}/{made["id"]}", new { url = Url(agency) }, read.Headers.ETag!.Tag)).RefusedAsync("precondition-failed");
        await (await admin.PatchAsync($"{path}/{made["id"]}", new { url = "https://10.0.0.1/" }, (await admin.GetAsync($"{path}/{made["id"]}")).Headers.ETag!.Tag)).RefusedAsync("validation");
        for (var i = 1; i < Webhook.Most; i++) await admin.PostJsonAsync(path, new { url = $"{Url(agency)}/{i}", events = Both });
        await (await admin.PostAsJsonAsync(path, new { url = Url(agency), events = Both })).RefusedAsync("webhook-limit");
        Assert.Equal(Webhook.Most, (await admin.GetJsonAsync(path))["items"]!.AsArray().Count);
        await (await admin.GetAsync($"{path}/{Guid.NewGuid()}/deliveries")).RefusedAsync("not-found");
    }

    string Url(TestAgency agency) => $"{host.Receiver.Origin}/{agency.Slug}";

    IReadOnlyList<Posted> Of(TestAgency agency, string path) =>
        [.. host.Receiver.At($"/{agency.Slug}").Where(g => path.EndsWith((string)g.Body["data"]!["case"]!, StringComparison.Ordinal))];

    async Task<(string Id, string Secret)> HookAsync(TestAgency agency)
    {
        var made = await (await agency.Admin).PostJsonAsync($"{agency.Path}/webhooks", new { url = Url(agency), events = Both });
        return ((string)made["id"]!, (string)made["secret"]!);
    }

    static async Task<JsonArray> DeliveriesAsync(TestAgency agency, string hook, string query = "") =>
        (await (await agency.Admin).GetJsonAsync($"{agency.Path}/webhooks/{hook}/deliveries{query}"))["items"]!.AsArray();

    static async Task<string> SubmitAsync(TestAgency agency) =>
        $"{agency.Path}/cases/{(await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "It is dark", channel = "web" }))["id"]}";

    static async Task MoveAsync(TestAgency agency, string path, params string[] states)
    {
        foreach (var to in states) await (await agency.Agent).PostJsonAsync($"{path}/transitions", new { to, reason = $"Because {to}." }, HttpStatusCode.OK);
    }
}
