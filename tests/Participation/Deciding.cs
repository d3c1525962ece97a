using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

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
}
