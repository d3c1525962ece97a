using System.Net;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Platform;

/// <summary>What stories about webhooks have in common.</summary>
static class Hooking
{
    public static readonly string[] Both = ["case.submitted", "case.transitioned"];

    public static string UrlFor(this ReceiverHost host, TestAgency agency) => $"{host.Receiver.Origin}/{agency.Slug}";

    /// <summary>A webhook of an agency, at a path of its own.</summary>
    public static async Task<(string Id, string Secret)> HookAsync(this ReceiverHost host, TestAgency agency)
    {
        var made = await (await agency.Admin).PostJsonAsync($"{agency.Path}/webhooks", new { url = host.UrlFor(agency), events = Both });
        return ((string)made["id"]!, (string)made["secret"]!);
    }

    /// <summary>What it got about a case.</summary>
    public static IReadOnlyList<Posted> PostedAbout(this ReceiverHost host, TestAgency agency, string path) =>
        [.. host.Receiver.At($"/{agency.Slug}").Where(g => path.EndsWith((string)g.Body["data"]!["case"]!, StringComparison.Ordinal))];

    public static async Task<JsonArray> DeliveriesAsync(this TestAgency agency, string hook, string query = "") =>
        (await (await agency.Admin).GetJsonAsync($"{agency.Path}/webhooks/{hook}/deliveries{query}"))["items"]!.AsArray();

    public static async Task<string> SubmitAsync(this TestAgency agency) =>
        $"{agency.Path}/cases/{(await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "It is dark", channel = "web" }))["id"]}";

    public static async Task MoveAsync(this TestAgency agency, string path, params string[] states)
    {
        foreach (var to in states) await (await agency.Agent).PostJsonAsync($"{path}/transitions", new { to, reason = $"Because {to}." }, HttpStatusCode.OK);
    }
}
