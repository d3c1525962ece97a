using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Participation;

/// <summary>What citizens propose on a draft can be found again in the version that is published.</summary>
public sealed class ServiceDesignTests(CirmHost host)
{
    static readonly string Lamp = CaseTests.Lamp.Service;

    [Fact]
    public async Task A_draft_is_read_by_everybody_and_the_published_version_shows_what_it_carries()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, manager, agent, sara) = (await agency.Admin, await agency.Manager, await agency.Agent, await Deciding.CitizenAsync(host, agency));
        var (service, closesAt) = ($"{agency.Path}/services/{Lamp}", DateTimeOffset.UtcNow.AddDays(7));
        await (await manager.PostAsJsonAsync($"{agency.Path}/service-designs", new { service = Lamp, version = 1, title = "Lamps", closesAt })).RefusedAsync("validation"); // published: nothing to design
        var draft = await admin.PostJsonAsync($"{service}/versions", new
        {
            name = "Lamps, better", serves = "Everybody", rights = new { basis = "Law", objection = "Write." }, standard = new { firstResponseHours = 1, resolutionHours = 2 },
        });
        await (await host.Anonymous.GetAsync($"{service}/versions/{draft["number"]}")).RefusedAsync("not-found");
        var opened = await manager.PostJsonAsync($"{agency.Path}/service-designs", new { service = Lamp, version = draft["number"], title = "Lamps", closesAt });
        await (await manager.PostAsJsonAsync($"{agency.Path}/service-designs", new { service = Lamp, version = draft["number"], title = "Again", closesAt })).RefusedAsync("design-exists");
        var design = $"{agency.Path}/service-designs/{opened["id"]}";
        Assert.Equal("Lamps, better", (string?)(await host.Anonymous.GetJsonAsync($"{design}/draft"))["name"]!["en"]);

        var good = await sara.Client.PostJsonAsync($"{design}/proposals", new { part = "documents", text = "A photo is enough." });
        var other = await sara.Client.PostJsonAsync($"{design}/proposals", new { part = "cost", text = "For free." });
        await (await manager.PostAsync($"{design}/close", null)).RefusedAsync("unanswered-contributions");
        var answered = await agent.PostJsonAsync($"{design}/proposals/{good["id"]}/answer", new { text = "It is.", decision = "accepted", reason = "Simple." }, HttpStatusCode.OK);
        Assert.Equal($"{Lamp} {draft["number"]}", $"{answered["answer"]!["ledTo"]!["service"]} {answered["answer"]!["ledTo"]!["version"]}");
        await agent.PostJsonAsync($"{design}/proposals/{other["id"]}/answer", new { text = "No.", decision = "declined", reason = "The law." }, HttpStatusCode.OK);
        await (await agent.PostAsJsonAsync($"{design}/proposals/{other["id"]}/answer", new { text = "No.", decision = "declined", reason = "The law." })).RefusedAsync("remark-answered");
        Assert.NotNull((await (await manager.PostAsync($"{design}/close", null)).ReadAsync(HttpStatusCode.OK))["closedAt"]);
        await (await sara.Client.PostAsJsonAsync($"{design}/proposals", new { part = "cost", text = "x" })).RefusedAsync("design-closed");

        await (await admin.PostAsync($"{service}/versions/{draft["number"]}/publish", null)).ReadAsync(HttpStatusCode.OK);
        var carried = (await host.Anonymous.GetJsonAsync($"{service}/versions/{draft["number"]}/proposals"))["items"]!.AsArray().Single()!;
        Assert.Equal($"{good["id"]} documents A photo is enough.", $"{carried["id"]} {carried["part"]} {carried["text"]}");
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{service}/versions/1/proposals"))["items"]!.AsArray());
        Assert.Equal("published 2 1", await host.Anonymous.GetJsonAsync(design) is var now ? $"{now["versionState"]} {now["proposals"]} {now["accepted"]}" : "");

        var none = await host.Anonymous.GetJsonAsync($"{agency.Path}/service-designs/comparison");
        Assert.Equal("0 0", $"{none["coDesigned"]!["services"]} {none["others"]!["services"]}"); // nobody rated
        for (var i = 0; i < 10; i++)
            await (await (await Deciding.CitizenAsync(host, agency)).Client.PutAsync($"{service}/rating", new { stars = 4 }, null)).ReadAsync(HttpStatusCode.OK);
        await host.Services.GetRequiredService<Ratings>().CountAsync(agency.Id, CancellationToken.None);
        var compared = await host.Anonymous.GetJsonAsync($"{agency.Path}/service-designs/comparison");
        Assert.Equal("1 10 4.0 0", $"{compared["coDesigned"]!["services"]} {compared["coDesigned"]!["ratings"]} {compared["coDesigned"]!["mean"]} {compared["others"]!["services"]}");
    }

    [Fact]
    public async Task An_initiative_climbs_and_its_way_and_the_interests_in_it_are_seen()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, sara) = (await agency.Manager, await Deciding.CitizenAsync(host, agency));
        var talk = await Deciding.OpenAsync(agency, "consultation");
        var said = await sara.Client.PostJsonAsync($"{talk}/contributions", new { kind = "proposal", text = "Vote on it." });
        object Next(string key, string from, string tier) => new
        {
            key, title = key, tier, derivedFrom = from, opensAt = "2026-01-01T00:00:00Z", closesAt = "2099-01-01T00:00:00Z", decision = tier == "decision" ? new { method = "approval" } : null,
        };
        await manager.PostJsonAsync($"{agency.Path}/initiatives", Next("vote", talk.Split('/')[^1], "decision"));
        await manager.PostJsonAsync($"{agency.Path}/initiatives", Next("do", "vote", "execution"));
        await manager.PostJsonAsync($"{talk}/contributions/{said["id"]}/answer", new { text = "Yes.", decision = "accepted", reason = "So.", ledTo = new { initiative = "vote" } });
        var way = (await host.Anonymous.GetJsonAsync($"{agency.Path}/initiatives/vote/lineage"))["items"]!.AsArray();
        Assert.Equal(["-1 consultation 1 1 1", "0 decision 0 0 0", "1 execution 0 0 0"], way.Select(s => $"{s!["generation"]} {s["tier"]} {s["contributions"]} {s["accepted"]} {s["ledOn"]}"));

        var representative = await agency.AsAsync(Role.Representative);
        await (await representative.PostAsJsonAsync($"{agency.Path}/interests", new { kind = "property", about = "initiative", subject = "no-such", statement = "x" })).RefusedAsync("validation");
        await representative.PostJsonAsync($"{agency.Path}/interests", new { kind = "property", about = "initiative", subject = "vote", statement = "I own the house beside it." });
        await manager.PostJsonAsync($"{agency.Path}/interests", new { kind = "office", about = "initiative", subject = "vote", statement = "He built it.", official = "Mayor" });
        var declared = (await host.Anonymous.GetJsonAsync($"{agency.Path}/initiatives/vote/interests"))["items"]!.AsArray();
        Assert.Equal(["Mayor ", " representative"], declared.Select(i => $"{i!["official"]} {i["role"]}"));
        Assert.DoesNotContain("account", declared.ToJsonString());
    }
}
