using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>What a survey has published shows who wants the opposite of whom; a manager says whether it is so.</summary>
public sealed class OppositionTests(CirmHost host)
{
    [Fact]
    public async Task What_a_survey_on_a_service_shows_is_proposed_once_and_a_manager_decides()
    {
        var (agency, wave) = await AskedAsync("lamps");
        await AnswerAsync(agency, wave, homes: 20, shops: 80); // of a hundred each are for more light
        Assert.Equal(1, await FindAsync(agency, wave));
        Assert.Equal(0, await FindAsync(agency, wave)); // twice is once
        var found = await ProposedAsync(agency);
        Assert.Equal(("lamps", "More light?", "lights", "2026-1", "more"), ((string?)found["service"], (string?)found["title"]!["en"], (string?)found["evidence"]!["survey"], (string?)found["evidence"]!["wave"], (string?)found["evidence"]!["question"]));
        Assert.Equal(("homes", "no", 0.8), ((string?)found["sides"]![0]!["segment"], (string?)found["sides"]![0]!["demand"]!["en"], (double)found["sides"]![0]!["share"]!));
        Assert.Equal(("shops", "Not: no", 0.2), ((string?)found["sides"]![1]!["segment"], (string?)found["sides"]![1]!["demand"]!["en"], (double)found["sides"]![1]!["share"]!));
        Assert.True((double)found["sides"]![0]!["low"]! > 0.5 && (double)found["sides"]![1]!["high"]! < 0.5);

        // A proposal is seen before a decision, and need not be acknowledged; nobody else sees it.
        var (its, manager) = ($"{agency.Path}/opposed-demands/{found["id"]}", await agency.Manager);
        var insight = $"{agency.Path}/insights/{(await manager.PostJsonAsync($"{agency.Path}/insights", new { title = "Light", text = "Too dark.", source = "survey", service = "lamps" }))["id"]}";
        var conflicts = await manager.GetJsonAsync($"{insight}/conflicts");
        Assert.Equal((1, 0), (conflicts["opposedDemands"]!.AsArray().Count, conflicts["toAcknowledge"]!.AsArray().Count));
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/dialogues"))["items"]!.AsArray());

        // More answers, more exact figures of the same proposal.
        await AnswerAsync(agency, wave, homes: 10, shops: 90);
        Assert.Equal(1, await FindAsync(agency, wave));
        Assert.Equal(((string?)found["id"], 0.85), ((string?)(await ProposedAsync(agency))["id"], (double)(await ProposedAsync(agency))["sides"]![0]!["share"]!));

        await (await (await agency.Agent).PostAsJsonAsync($"{its}/confirmation", new { })).RefusedAsync("not-allowed");
        await (await manager.PostAsJsonAsync($"{its}/dialogue", new { invitation = "Come.", closesAt = DateTimeOffset.UtcNow.AddDays(2) })).RefusedAsync("opposed-step"); // it has to be one first
        var confirmed = await manager.PostJsonAsync($"{its}/confirmation", new { title = "Light at night" }, HttpStatusCode.OK);
        Assert.Equal(("open", "Light at night"), ((string?)confirmed["state"], (string?)confirmed["title"]!["en"]));
        Assert.Single((await manager.GetJsonAsync($"{insight}/conflicts"))["toAcknowledge"]!.AsArray());
        await (await manager.PostAsJsonAsync($"{its}/dismissal", new { reason = "No." })).RefusedAsync("opposed-step");
        await AnswerAsync(agency, wave, homes: 0, shops: 100);
        Assert.Equal(0, await FindAsync(agency, wave)); // what was decided on is left alone
        Assert.Equal(0.85, (double)(await manager.GetJsonAsync(its))["sides"]![0]!["share"]!);
    }

    [Fact]
    public async Task What_was_dismissed_with_a_reason_is_not_proposed_again()
    {
        var (agency, wave) = await AskedAsync("lamps");
        await AnswerAsync(agency, wave, homes: 20, shops: 80);
        Assert.Equal(1, await FindAsync(agency, wave));
        var (its, manager) = ($"{agency.Path}/opposed-demands/{(await ProposedAsync(agency))["id"]}", await agency.Manager);
        await (await manager.PostAsJsonAsync($"{its}/dismissal", new { })).RefusedAsync("validation");
        var dismissed = await manager.PostJsonAsync($"{its}/dismissal", new { reason = "Both mean other streets." }, HttpStatusCode.OK);
        Assert.Equal(("dismissed", "Both mean other streets."), ((string?)dismissed["state"], (string?)dismissed["closedReason"]!["en"]));
        await AnswerAsync(agency, wave, homes: 20, shops: 80);
        Assert.Equal(0, await FindAsync(agency, wave));
        Assert.Empty((await manager.GetJsonAsync($"{agency.Path}/opposed-demands?state=proposed"))["items"]!.AsArray());
        Assert.Equal(["opposed-demand.dismissed", "opposed-demand.proposed"], await host.Database.ScalarAsOwnerAsync<string[]>($"select array_agg(type order by type) from outbox where agency_id = '{agency.Id}' and type like 'opposed%'"));
    }

    [Theory]
    [InlineData(45, 55, "lamps")] // neither majority is beyond chance
    [InlineData(97, 80, "lamps")] // both are for it
    [InlineData(3, 97, "lamps")] // three in a hundred are not told of: nothing is known of either
    [InlineData(20, 80, null)] // of no service
    public async Task What_is_not_shown_or_may_be_chance_is_not_proposed(int homes, int shops, string? service)
    {
        var (agency, wave) = await AskedAsync(service);
        await AnswerAsync(agency, wave, homes, shops);
        Assert.Equal(0, await FindAsync(agency, wave));
        Assert.Empty((await (await agency.Manager).GetJsonAsync($"{agency.Path}/opposed-demands"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_survey_is_about_a_service_that_there_is()
    {
        var agency = await host.NewAgencyAsync();
        var refused = await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/surveys", Survey("nothing"))).RefusedAsync("validation");
        Assert.Equal("/service", (string?)refused["errors"]![0]!["pointer"]);
    }

    static object Survey(string? service) => new
    {
        key = "lights", title = "Lights", anonymity = "confidential", service,
        questions = new object[] { new { key = "more", type = "single", text = "More light?", options = Asking.Options("yes", "no") } },
    };

    async Task<(TestAgency, string)> AskedAsync(string? service)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        foreach (var key in (string[])["homes", "shops"]) await ScarcityRuleTests.SegmentAsync(host, agency, key);
        var wave = await Asking.OpenAsync(agency, Survey(service));
        var ids = await host.Database.ScalarAsOwnerAsync<Guid[]>($"select array_agg(id order by key) from segments where agency_id = '{agency.Id}'");
        await Publishing.StrataAsync(host, agency, wave, (new { }, [ids![0]]), (new { }, [ids[1]]));
        return (agency, wave);
    }

    async Task AnswerAsync(TestAgency agency, string wave, int homes, int shops)
    {
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, 200).Select(i => (1 + i % 2, (object)new { more = i / 2 < (i % 2 == 0 ? homes : shops) ? "yes" : "no" })));
        await Publishing.PublishAsync(host, agency, wave);
    }

    Task<int> FindAsync(TestAgency agency, string wave) =>
        new OpposedProposals(host.Services.GetRequiredService<TenantDb>(), TimeProvider.System).FindAsync(agency.Id, Asking.IdOf(wave), CancellationToken.None);

    static async Task<JsonNode> ProposedAsync(TestAgency agency) => (await (await agency.Manager).GetJsonAsync($"{agency.Path}/opposed-demands?state=proposed"))["items"]!.AsArray().Single()!;
}
