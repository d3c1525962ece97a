using Cirm.Tests.Harness;

namespace Cirm.Tests.Conformance;

/// <summary>API keys, made as an admin makes them.</summary>
static class Keys
{
    public static async Task<HttpClient> ClientAsync(CirmHost host, TestAgency agency, string[] scopes)
    {
        var made = await (await agency.Admin).PostJsonAsync($"{agency.Path}/api-keys", new { name = "Walk", scopes, expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        var client = host.Client();
        client.DefaultRequestHeaders.Add("X-Api-Key", (string)made["key"]!);
        return client;
    }
}
