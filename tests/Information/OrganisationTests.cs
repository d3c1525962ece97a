using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Information;

public sealed class OrganisationTests(CirmHost host)
{
    [Fact]
    public async Task Anybody_reads_what_an_organisation_may_do_what_it_was_given_and_what_came_of_it()
    {
        var agency = await host.NewAgencyAsync();
        var (agent, path) = (await agency.Agent, $"{agency.Path}/organisations/neighbours");
        var organisation = new { key = "neighbours", name = "Neighbours for neighbours", description = "Reads and writes letters for people who cannot.", contact = "At the library, Mondays", acts = new List<string> { "submitCases", "followCases" } };
        await agent.PostJsonAsync($"{agency.Path}/organisations", organisation);
        await (await agent.PostAsJsonAsync($"{agency.Path}/organisations", organisation)).RefusedAsync("organisation-taken");
        await (await (await agency.Citizen).PostAsJsonAsync($"{agency.Path}/organisations", organisation)).RefusedAsync("not-allowed");
        Assert.Equal(["submitCases", "followCases"], (await host.Anonymous.GetJsonAsync(path))["acts"]!.AsArray().Select(a => (string?)a));

        var given = await agent.PostJsonAsync($"{path}/support", new { givenOn = "2026-02-01", kind = "space", text = "A room in the library, two evenings a week" });
        await (await agent.PatchAsync($"{path}/support/{given["id"]}", new { outcome = "140 people were helped with a letter", outcomeOn = "2026-10-01" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await agent.PostJsonAsync($"{path}/support", new { givenOn = "2026-03-01", kind = "money", amount = 1200.50, currency = "USD", text = "Paper and stamps" });
        var support = (await host.Anonymous.GetJsonAsync($"{path}/support"))["items"]!.AsArray();
        Assert.Equal(["money 1200.5 2026-03-01 ", "space  2026-02-01 2026-10-01"], support.Select(s => $"{s!["kind"]} {(decimal?)s["amount"]:0.##} {s["givenOn"]} {s["outcomeOn"]}"));
        Assert.Equal("140 people were helped with a letter", (string?)support[1]!["outcome"]!["en"]);
        Assert.Equal("organisation", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q=letters"))["items"]![0]!["kind"]);

        await (await agent.PatchAsync(path, new { closed = true }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await host.Anonymous.GetAsync(path)).RefusedAsync("not-found");
        await (await host.Anonymous.GetAsync($"{path}/support")).RefusedAsync("not-found");
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q=letters"))["items"]!.AsArray());
        Assert.True((bool)(await agent.GetJsonAsync(path))["closed"]!);
    }

    [Fact]
    public async Task Support_that_does_not_fit_together_is_told_with_its_pointers()
    {
        var agency = await host.NewAgencyAsync();
        var agent = await agency.Agent;
        await agent.PostJsonAsync($"{agency.Path}/organisations", new { key = "club", name = "Club", acts = new List<string>() });
        foreach (var (support, error) in (ValueTuple<object, string>[])
        [
            (new { givenOn = "2026-02-30", kind = "space", text = "X" }, "/givenOn date"),
            (new { givenOn = "1899-12-31", kind = "space", text = "X" }, "/givenOn date"),
            (new { givenOn = "2026-02-01", kind = "money", amount = 5, text = "X" }, "/currency required"),
            (new { givenOn = "2026-02-01", kind = "money", currency = "USD", text = "X" }, "/amount required"),
            (new { givenOn = "2026-02-01", kind = "space", text = "X", outcome = "Y" }, "/outcomeOn required"),
            (new { givenOn = "2026-02-01", kind = "space", text = "X", outcome = "Y", outcomeOn = "2026-01-31" }, "/outcomeOn range"),
            (new { givenOn = "2026-02-01", kind = "space", text = "X", outcomeOn = "2026-03-31" }, "/outcome required"),
        ])
        {
            var problem = await (await agent.PostAsJsonAsync($"{agency.Path}/organisations/club/support", support)).RefusedAsync("validation");
            Assert.Equal(error, $"{problem["errors"]![0]!["pointer"]} {problem["errors"]![0]!["code"]}");
        }
        await (await agent.PostAsJsonAsync($"{agency.Path}/organisations/nobody/support", new { givenOn = "2026-02-01", kind = "space", text = "X" })).RefusedAsync("not-found");
    }
}
