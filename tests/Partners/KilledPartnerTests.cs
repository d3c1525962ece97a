using Cirm.Tests.Jobs;

namespace Cirm.Tests.Partners;

/// <summary>Real workers are killed between sending a case and writing down that it arrived.</summary>
public sealed class KilledPartnerTests(PartnerHost host) : IClassFixture<PartnerHost>
{
    [Fact]
    public async Task The_next_worker_finds_the_case_at_the_partner_and_sends_what_comes_after_it()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync(new { fetches = "nothing" });
        desk.After = async call =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), call.Http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // taken, and it says nothing
            return true;
        };
        await using var workers = new Workers { On = host.Database, Settings = new Dictionary<string, string> { ["CIRM_TRUSTED_PARTNERS"] = host.Council.Origin } };
        await workers.InitializeAsync();
        var path = await agency.SubmitAsync();
        await agency.MoveAsync(path, "accepted");
        await Workers.UntilAsync("the case is at the partner", () => Task.FromResult(desk.Requests.Count > 0));
        foreach (var pid in workers.Running.ToList()) await workers.EndAsync(pid, "KILL");
        Assert.Null(await agency.ReferenceAsync(path));

        desk.After = null;
        await host.Database.ExecuteAsOwnerAsync($"update partner_deliveries set next_at = now() where agency_id = '{agency.Id}'"); // the lease is over
        await workers.StartAsync();
        await Workers.UntilAsync("everything is delivered", async () => (await agency.DeliveriesAsync(partner, "?state=delivered")).Count == 2);
        Assert.Single(desk.Requests);
        Assert.Single(desk.Updates);
        Assert.Equal("C-1", await agency.ReferenceAsync(path));
    }
}
