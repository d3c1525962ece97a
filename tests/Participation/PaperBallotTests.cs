using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Participation;

/// <summary>Paper ballots count like the others, once two clerks read the same on them.</summary>
public sealed class PaperBallotTests(CirmHost host)
{
    [Fact]
    public async Task Two_clerks_agree_before_a_sheet_counts()
    {
        var agency = await host.NewAgencyAsync();
        var (ann, bob) = (await agency.Agent, await agency.AsAnotherAsync(Role.Agent));
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, ("x", null), ("y", null));
        var voters = await Asking.CitizensAsync(host, agency, 3, _ => "{}");
        await TickAsync(voters[0]);
        await (await ann.PostAsJsonAsync($"{path}/paper-voters", new { citizenId = voters[0] })).RefusedAsync("already-voted");
        await (await ann.PostAsJsonAsync($"{path}/ballots", new { choices = (string[])["x"], citizenId = voters[0] })).RefusedAsync("already-voted"); // their voice is on paper

        Assert.Equal("waiting", await EnterAsync(ann, "SHEET-0001", "x"));
        Assert.Equal("waiting", await EnterAsync(ann, "SHEET-0001", "x")); // nobody agrees with themself
        Assert.Null((await bob.GetJsonAsync($"{path}/paper-ballots"))["items"]![0]!["entries"]![0]!["choices"]); // not to be copied
        Assert.Equal("disagreed", await EnterAsync(bob, "sheet 0001", "y"));
        var seen = (await ann.GetJsonAsync($"{path}/paper-ballots?state=disagreed"))["items"]!.AsArray().Single()!;
        Assert.Equal(["x", "y"], seen["entries"]!.AsArray().Select(e => Deciding.Words(e!["choices"])).Order());
        await Deciding.CloseAsync(agency, path);
        await (await (await agency.Manager).PostAsJsonAsync($"{path}/count", new { })).RefusedAsync("paper-disagrees");
        Assert.Equal("agreed", await EnterAsync(ann, "SHEET-0001", "y")); // looked again; sheets come in after closing too
        await (await bob.PostAsJsonAsync($"{path}/paper-ballots", new { sheet = "SHEET-0001", choices = (string[])["x"] })).RefusedAsync("sheet-agreed");

        await EnterAsync(ann, "SHEET-0002", "y");
        await EnterAsync(bob, "SHEET-0002", "y");
        await (await (await agency.Manager).PostAsJsonAsync($"{path}/count", new { })).RefusedAsync("paper-exceeds"); // two sheets, one person
        await host.Database.ExecuteAsOwnerAsync($"delete from paper_entries where agency_id = '{agency.Id}' and number = '{Cirm.Core.Participation.Balloting.BallotSecrets.NumberOf("SHEET-0002")}'");
        var result = await Deciding.CountClosedAsync(host, agency, path);
        Assert.Equal("y 1 1 0", $"{Deciding.Words(result["winners"])} {result["turnout"]} {result["paper"]} {result["leftOut"]}");
        Assert.Contains($"\n{Cirm.Core.Participation.Balloting.BallotSecrets.NumberOf("SHEET-0001")};y\n", await host.Anonymous.GetStringAsync($"{path}/ballots.pb"), StringComparison.Ordinal);
        await (await ann.PostAsJsonAsync($"{path}/paper-ballots", new { sheet = "SHEET-0003", choices = (string[])["x"] })).RefusedAsync("box-opened");
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from paper_entries where agency_id = '{agency.Id}'")); // whose hand typed what is forgotten
        await (await (await agency.Citizen).PostAsJsonAsync($"{path}/paper-ballots", new { sheet = "SHEET-0009", choices = (string[])["x"] })).RefusedAsync("not-allowed");

        async Task TickAsync(Guid citizenId) => Assert.Equal(HttpStatusCode.NoContent, (await ann.PostAsJsonAsync($"{path}/paper-voters", new { citizenId })).StatusCode);

        async Task<string> EnterAsync(HttpClient clerk, string sheet, string choice) =>
            (string)(await clerk.PostJsonAsync($"{path}/paper-ballots", new { sheet, choices = (string[])[choice] }, HttpStatusCode.OK))["state"]!;
    }

    [Fact]
    public async Task A_result_is_not_kept_back_by_not_counting()
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.DecideAsync(agency, new { method = "approval" }, ("x", null), ("y", null));
        await Deciding.EnterAsync(host, agency, path, (object)(string[])["x"]);
        await (await agency.Agent).PostJsonAsync($"{path}/paper-ballots", new { sheet = "SHEET-0001", choices = (string[])["y"] }, HttpStatusCode.OK);
        await Deciding.CloseAsync(agency, path);
        var counts = new Cirm.Core.Participation.Balloting.DecisionCounts((Cirm.Core.Tenancy.TenantDb)host.Services.GetService(typeof(Cirm.Core.Tenancy.TenantDb))!, TimeProvider.System);
        Assert.Empty(await counts.OverdueAsync(agency.Id, CancellationToken.None));
        await host.Database.ExecuteAsOwnerAsync($"update initiatives set opens_at = now() - interval '9 days', closes_at = now() - interval '8 days' where agency_id = '{agency.Id}'");
        var overdue = Assert.Single(await counts.OverdueAsync(agency.Id, CancellationToken.None));
        await Deciding.BoxOf(host).OpenAsync(agency.Id, overdue, strict: false, CancellationToken.None);
        await counts.CountAsync(agency.Id, overdue, null, CancellationToken.None);
        var result = await host.Anonymous.GetJsonAsync($"{path}/result");
        Assert.Equal("x 1 1", $"{Deciding.Words(result["winners"])} {result["turnout"]} {result["leftOut"]}"); // one clerk alone is not enough, and that is told
        Assert.Empty(await counts.OverdueAsync(agency.Id, CancellationToken.None));
    }
}
