using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Platform;

/// <summary>Systems outside that are told of events (docs/integrating.md): what they get, and in which order.</summary>
public sealed class WebhookTests(ReceiverHost host) : IClassFixture<ReceiverHost>
{
    [Fact]
    public async Task A_desk_is_told_what_happens_to_a_case_in_that_order_signed_and_once()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, secret) = await host.HookAsync(agency);
        var path = await agency.SubmitAsync();
        await agency.MoveAsync(path, "accepted", "inProgress");
        await host.DeliverAsync();
        await agency.MoveAsync(path, "resolved");
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
        var log = await agency.DeliveriesAsync(hook);
        Assert.Equal(got.Select(g => g.Id).Reverse(), log.Select(d => (string?)d!["eventId"]));
        Assert.All(log, d => Assert.Equal(("delivered", 1, 204), ((string?)d!["state"], (int)d["attempts"]!, (int)d["status"]!)));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from webhooks where position('{secret[6..20]}' in encode(secret, 'base64')) > 0"));
    }

    [Fact]
    public async Task A_secret_is_changed_without_losing_anything()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (hook, first) = await host.HookAsync(agency);
        var admin = await agency.Admin;
        var rotated = await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/secret", new { overlapHours = 24 }, HttpStatusCode.OK);
        await agency.SubmitAsync();
        await host.DeliverAsync();
        await agency.SubmitAsync();
        await host.DeliverAsync(later: TimeSpan.FromHours(25));
        var leaked = await admin.PostJsonAsync($"{agency.Path}/webhooks/{hook}/secret", new { overlapHours = 0 }, HttpStatusCode.OK);
        Assert.Null(leaked["previousSecretUntil"]);
        await agency.SubmitAsync();
        await host.DeliverAsync();

        var got = host.Receiver.At($"/{agency.Slug}");
        string[] secrets = [first, (string)rotated["secret"]!, (string)leaked["secret"]!];
        Assert.Equal(["110", "010", "001"], got.Select(g => string.Concat(secrets.Select(g.SignedBy))));
    }

    [Fact]
    public async Task What_says_the_same_again_before_anybody_was_told_is_said_once()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var events = new[] { "case.changed", "case.noted" };
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/webhooks", new { url = host.UrlFor(agency), events });
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
        var made = await admin.PostJsonAsync($"{agency.Path}/webhooks", new { url = host.UrlFor(agency), events = Hooking.Both, format = "cloudEvents" });
        var path = await agency.SubmitAsync();
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
        var made = await admin.PostJsonAsync(path, new { url = host.UrlFor(agency), events = Hooking.Both });
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", (string?)made["secret"]);
        var read = await admin.GetAsync($"{path}/{made["id"]}");
        Assert.DoesNotContain("secret\"", await read.Content.ReadAsStringAsync());
        await (await (await agency.Manager).GetAsync(path)).RefusedAsync("not-allowed");
        await (await admin.PostAsJsonAsync(path, new { url = host.UrlFor(agency), events = (string[])["case.submitted", "citizen.added"] })).RefusedAsync("validation");

        var changed = await (await admin.PatchAsync($"{path}/{made["id"]}", new { events = (string[])["survey.aggregated"], description = "The press" }, read.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(("survey.aggregated", host.UrlFor(agency)), ((string?)changed["events"]![0], (string?)changed["url"]));
        await (await admin.PatchAsync($"{path}/{made["id"]}", new { url = host.UrlFor(agency) }, read.Headers.ETag!.Tag)).RefusedAsync("precondition-failed");
        await (await admin.PatchAsync($"{path}/{made["id"]}", new { url = "https://10.0.0.1/" }, (await admin.GetAsync($"{path}/{made["id"]}")).Headers.ETag!.Tag)).RefusedAsync("validation");
        for (var i = 1; i < Webhook.Most; i++) await admin.PostJsonAsync(path, new { url = $"{host.UrlFor(agency)}/{i}", events = Hooking.Both });
        await (await admin.PostAsJsonAsync(path, new { url = host.UrlFor(agency), events = Hooking.Both })).RefusedAsync("webhook-limit");
        Assert.Equal(Webhook.Most, (await admin.GetJsonAsync(path))["items"]!.AsArray().Count);
        await (await admin.GetAsync($"{path}/{Guid.NewGuid()}/deliveries")).RefusedAsync("not-found");
    }
}
