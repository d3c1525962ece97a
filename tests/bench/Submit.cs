using System.Net.Http.Headers;
using System.Text;
using Cirm.Core.Platform;

namespace Cirm.Bench;

/// <summary>A case over HTTP (validated, idempotent, audited, history and outbox written, under row-level security) against the same statements by pgbench.</summary>
static class Submit
{
    static readonly byte[] Case = Encoding.UTF8.GetBytes("""
        {"service":"lamps","kind":"report","title":"The lamp is out","description":"At the corner, since Monday.","channel":"web",
         "location":{"latitude":42.3,"longitude":-71.1,"area":"Dorchester"}}
        """);

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_submit");
        using var client = await server.SignInAsync(Role.Citizen);
        var run = 0;
        return await Measure.InTurnAsync("submit", "cases a second", 5,
            () => Load.HttpAsync(server, _ => PostAsync(client, server.Slug)),
            () => Load.PgbenchAsync(server, "submit", ("agency", $"{server.Agency}"), ("service", $"{server.Service}"), ("base", $"{++run * 1000}")));
    }

    public static Task<HttpResponseMessage> PostAsync(HttpClient client, string slug)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/agencies/{slug}/cases") { Content = new ByteArrayContent(Case) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        return client.SendAsync(request);
    }
}
