using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Participation;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Participation;

/// <summary>Initiatives as tests make them.</summary>
static class Deciding
{
    /// <summary>An initiative that is open; gives its path.</summary>
    public static async Task<string> OpenAsync(TestAgency agency, string tier, object? decision = null, string[]? segments = null, string[]? areas = null, DateTimeOffset? closesAt = null)
    {
        var body = new Dictionary<string, object?>
        {
            ["key"] = $"i-{Guid.NewGuid():N}", ["title"] = "Which first?", ["tier"] = tier, ["opensAt"] = DateTimeOffset.UtcNow.AddHours(-1), ["closesAt"] = closesAt ?? DateTimeOffset.UtcNow.AddDays(7),
        };
        if (decision is not null) body["decision"] = decision;
        if (segments is not null) body["segments"] = segments;
        if (areas is not null) body["areas"] = areas;
        return $"{agency.Path}/initiatives/{(await (await agency.Manager).PostJsonAsync($"{agency.Path}/initiatives", body))["key"]}";
    }

    /// <summary>A citizen of an agency and the client they call with.</summary>
    public static async Task<(HttpClient Client, Guid Id)> CitizenAsync(CirmHost host, TestAgency agency)
    {
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        return (await host.ClientAsync(agency.Id, account), account.CitizenId!.Value);
    }

    public static async Task<JsonNode> CloseAsync(TestAgency agency, string initiative) =>
        await (await agency.Manager).PostJsonAsync($"{initiative}/close", new { reason = "Everybody has been." }, HttpStatusCode.OK);

    /// <summary>A decision that is open, with options that cost what is said; gives its path.</summary>
    public static async Task<string> DecideAsync(TestAgency agency, object decision, params (string Key, decimal? Cost)[] options)
    {
        var path = await OpenAsync(agency, "decision", decision);
        foreach (var (key, cost) in options) await (await agency.Manager).PostJsonAsync($"{path}/options", new { key, title = $"The {key}", cost });
        return path;
    }

    public static Task<JsonNode> VoteAsync(HttpClient client, string initiative, object choices, HttpStatusCode expected = HttpStatusCode.Created) =>
        client.PostJsonAsync($"{initiative}/ballots", new { choices }, expected);

    /// <summary>Ballots of citizens of their own, as staff enter them.</summary>
    public static async Task EnterAsync(CirmHost host, TestAgency agency, string initiative, params object[] ballots)
    {
        var (agent, citizens) = (await agency.Agent, await Asking.CitizensAsync(host, agency, ballots.Length, _ => "{}"));
        foreach (var (citizenId, choices) in citizens.Zip(ballots)) await agent.PostJsonAsync($"{initiative}/ballots", new { choices, citizenId });
    }

    /// <summary>Closes and counts, as a worker does; gives the result.</summary>
    public static async Task<JsonNode> CountAsync(CirmHost host, TestAgency agency, string initiative)
    {
        await CloseAsync(agency, initiative);
        return await CountClosedAsync(host, agency, initiative);
    }

    public static async Task<JsonNode> CountClosedAsync(CirmHost host, TestAgency agency, string initiative)
    {
        var asked = await (await agency.Manager).PostJsonAsync($"{initiative}/count", new { }, HttpStatusCode.Accepted);
        var counted = await host.CarryOutAsync(agency.Id, (Guid)asked["id"]!, progress =>
            new CountBallots(BoxOf(host), host.Services.GetRequiredService<DecisionCounts>()).RunAsync(new(agency.Id, progress.Operation.Id), progress, CancellationToken.None));
        Assert.Equal(Cirm.Core.Platform.OperationState.Succeeded, counted.State);
        return await host.Anonymous.GetJsonAsync($"{initiative}/result");
    }

    public static BallotBox BoxOf(CirmHost host) => new(host.Services.GetRequiredService<TenantDb>(), host.Services.GetRequiredService<BallotSecrets>(), TimeProvider.System);

    public static string Words(JsonNode? list) => string.Join(' ', list!.AsArray().Select(w => (string)w!));
}
