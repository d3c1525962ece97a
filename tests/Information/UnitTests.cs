using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Information;

public sealed class UnitTests(CirmHost host)
{
    [Fact]
    public async Task Anybody_reads_how_to_reach_a_unit_and_only_staff_see_who_works_there()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "works", name = "Public works" });
        var unit = await admin.PostJsonAsync($"{agency.Path}/units",
            new { key = "lighting", name = "Lighting", parent = "works", calendar = "office", contact = "Call 311, or come to City Hall", openingHours = "Mondays to Fridays, 9 to 17" });
        Assert.Equal("works", (string?)unit["parent"]);
        await (await admin.PostAsJsonAsync($"{agency.Path}/units", new { key = "works", name = "Works" })).RefusedAsync("unit-taken");
        Assert.Equal("/parent", (string?)(await (await admin.PostAsJsonAsync($"{agency.Path}/units", new { key = "x", name = "X", parent = "nowhere" }))
            .RefusedAsync("validation"))["errors"]![0]!["pointer"]);

        var seen = await host.Anonymous.GetJsonAsync($"{agency.Path}/units/lighting");
        Assert.Equal("Call 311, or come to City Hall", (string?)seen["contact"]!["en"]);
        Assert.Equal(["lighting", "works"], (await host.Anonymous.GetJsonAsync($"{agency.Path}/units"))["items"]!.AsArray().Select(u => (string?)u!["key"]));

        var agent = await host.AddAccountAsync(agency.Id, Role.Agent);
        await admin.PostJsonAsync($"{agency.Path}/units/lighting/members", new { account = agent.Id, function = "member" });
        await (await admin.PostAsJsonAsync($"{agency.Path}/units/lighting/members", new { account = agent.Id, function = "head" })).RefusedAsync("already-in-unit");
        await (await host.Anonymous.GetAsync($"{agency.Path}/units/lighting/members")).RefusedAsync("sign-in-needed");
        await (await (await agency.Citizen).GetAsync($"{agency.Path}/units/lighting/members")).RefusedAsync("not-allowed");
        var members = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/units/lighting/members"))["items"]!.AsArray();
        Assert.Equal($"{agent.Id} member", $"{members.Single()!["account"]} {members.Single()!["function"]}");

        var path = $"{agency.Path}/units/lighting/members/{agent.Id}";
        Assert.Equal("head", (string?)(await (await admin.PatchAsync(path, new { function = "head" }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["function"]);
        await (await admin.DeleteAsync(path, "\"1\"")).RefusedAsync("precondition-failed");
        await (await admin.DeleteAsync(path, "\"2\"")).ReadAsync(HttpStatusCode.NoContent);
        await (await admin.GetAsync(path)).RefusedAsync("not-found");
    }

    [Fact]
    public async Task A_unit_never_belongs_to_itself_however_long_the_way()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "a", name = "A" });
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "b", name = "B", parent = "a" });
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "c", name = "C", parent = "b" });
        await (await admin.PatchAsync($"{agency.Path}/units/a", new { parent = "c" }, "\"1\"")).RefusedAsync("unit-in-circle");
        await (await admin.PatchAsync($"{agency.Path}/units/a", new { parent = "a" }, "\"1\"")).RefusedAsync("unit-in-circle");
        await (await admin.PatchAsync($"{agency.Path}/units/a", new { parent = "nowhere" }, "\"1\"")).RefusedAsync("validation");
        await (await admin.PatchAsync($"{agency.Path}/units/c", new { parent = "a" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);

        // Two that would close a circle between them: one of them hears that it cannot be.
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "left", name = "Left" });
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "right", name = "Right" });
        var answers = await Task.WhenAll(
            admin.PatchAsync($"{agency.Path}/units/left", new { parent = "right" }, "\"1\""), admin.PatchAsync($"{agency.Path}/units/right", new { parent = "left" }, "\"1\""));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
    }

    [Fact]
    public async Task A_closed_unit_is_there_for_staff_alone()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "gas-lamps", name = "Gas lamps" });
        await (await admin.PatchAsync($"{agency.Path}/units/gas-lamps", new { closed = true }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await host.Anonymous.GetAsync($"{agency.Path}/units/gas-lamps")).RefusedAsync("not-found");
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/units"))["items"]!.AsArray());
        Assert.True((bool)(await (await agency.Agent).GetJsonAsync($"{agency.Path}/units/gas-lamps"))["closed"]!);
    }

    [Fact]
    public async Task Only_the_agencys_own_staff_belong_to_its_units_and_who_is_removed_leaves_them()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "works", name = "Works" });
        var citizen = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var stranger = await host.AddAccountAsync((await host.NewAgencyAsync()).Id, Role.Agent);
        foreach (var account in (SignInAccount[])[citizen, stranger])
            await (await admin.PostAsJsonAsync($"{agency.Path}/units/works/members", new { account = account.Id, function = "head" })).RefusedAsync("validation");

        var agent = await host.AddAccountAsync(agency.Id, Role.Agent);
        await admin.PostJsonAsync($"{agency.Path}/units/works/members", new { account = agent.Id, function = "head" });
        await (await admin.DeleteAsync($"{agency.Path}/members/{agent.Id}", "\"1\"")).ReadAsync(HttpStatusCode.NoContent);
        Assert.Empty((await admin.GetJsonAsync($"{agency.Path}/units/works/members"))["items"]!.AsArray());
    }
}
