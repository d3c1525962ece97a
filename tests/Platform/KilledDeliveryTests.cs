using System.Net;
using Cirm.Tests.Harness;
using Cirm.Tests.Jobs;
using Cirm.Tests.Transactions;
using Microsoft.AspNetCore.Http;

namespace Cirm.Tests.Platform;

/// <summary>Real workers are killed while a webhook is being called.</summary>
public sealed class KilledDeliveryTests(ReceiverHost host) : IClassFixture<ReceiverHost>
{
    [Fact]
    public async Task What_was_in_hand_when_they_were_killed_is_delivered_by_the_next_under_the_same_id_and_in_order()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var path = $"/{agency.Slug}";
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/webhooks", new { url = $"{host.Receiver.Origin}{path}", events = (string[])["case.submitted", "case.transitioned"] });
        host.Receiver.Answers[path] = async (_, http) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted);
            return Results.Ok();
        };
        await using var workers = new Workers { On = host.Database, Settings = new Dictionary<string, string> { ["CIRM_TRUSTED_WEBHOOKS"] = host.Receiver.Origin } };
        await workers.InitializeAsync();
        var submitted = await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "It is dark", channel = "web" });
        await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases/{submitted["id"]}/transitions", new { to = "accepted", reason = "Yes." }, HttpStatusCode.OK);
        await Workers.UntilAsync("the webhook is being called", () => Task.FromResult(host.Receiver.At(path).Count > 0));
        foreach (var pid in workers.Running.ToList()) await workers.EndAsync(pid, "KILL");

        host.Receiver.Answers.Clear();
        await host.Database.ExecuteAsOwnerAsync($"update webhook_deliveries set next_at = now() where agency_id = '{agency.Id}'"); // the lease is over
        await workers.StartAsync();
        await Workers.UntilAsync("everything is delivered", async () =>
            await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from webhook_deliveries where agency_id = '{agency.Id}' and state = 'delivered'") == 2);
        var got = host.Receiver.At(path);
        Assert.Equal(["case.submitted", "case.submitted", "case.transitioned"], got.Select(g => (string?)g.Body["type"]));
        Assert.Equal(got[0].Id, got[1].Id);
    }
}
