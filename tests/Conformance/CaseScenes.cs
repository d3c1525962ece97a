using System.Net;
using Cirm.Core.Information;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Conformance;

/// <summary>Cases, citizens and what stands around them, in the state that an operation is about.</summary>
static class CaseScenes
{
    public static async Task<string> CitizenAsync(World world) =>
        (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/citizens", new { name = world.Marker }))["id"]!;

    public static async Task<string> CaseAsync(World world) => (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/cases", CaseOf(world)))["id"]!;

    // Of the world's citizen, on whom it is to say a word.
    public static async Task<string> CaseThatEndedAsync(World world)
    {
        var path = $"{world.Agency.Path}/cases/{(await (await world.Agency.Citizen).PostJsonAsync($"{world.Agency.Path}/cases", CaseOf(world)))["id"]}";
        await VerdictTests.ResolveAsync(await world.Agency.Admin, path, "fixed");
        return path;
    }

    public static object CaseOf(World world) => new { service = world.Known["service"], kind = "report", title = $"Lamp {world.Marker}", channel = "web" };

    public static MultipartFormDataContent FormOf(World world) => new MultipartFormDataContent { { new StringContent($"The third lamp. {world.Marker}"), "file", $"{world.Marker}.txt" } };

    // As a worker leaves what a partner refused.
    public static async Task<string> FailedDeliveryAsync(World world)
    {
        var (id, caseId, path) = (Guid.CreateVersion7(), await CaseAsync(world), $"{world.Agency.Path}/partners");
        var partner = (await (await world.Agency.Admin).PostJsonAsync(path, new { name = world.Marker, url = "https://311.example/v2" }))["id"];
        await world.Host.Database.ExecuteAsOwnerAsync($"""
            insert into partner_cases (agency_id, partner_id, case_id, origin, created_at) values ('{world.Agency.Id}', '{partner}', '{caseId}', 'sent', now());
            insert into partner_deliveries (agency_id, id, partner_id, case_id, event_id, kind, step, position, occurred_at, state, next_at, created_at)
            values ('{world.Agency.Id}', '{id}', '{partner}', '{caseId}', '{id}', 'request', 'submitted', 1, now(), 'failed', now(), now())
            """);
        return $"{path}/{partner}/deliveries/{id}";
    }

    public static async Task<string> NoticeSendingAsync(World world)
    {
        var notice = await (await NoticesAsync(world)).PostJsonAsync($"{world.Agency.Path}/notices", new { key = $"n-{Guid.NewGuid():N}", title = "Street lighting", body = "Mind it.", channels = (string[])["email"], publish = true });
        return $"{world.Agency.Path}/notices/{notice["key"]}/versions/1/sending";
    }

    public static async Task<string> NoticeCodeAsync(World world)
    {
        await NoticesAsync(world);
        return world.Host.Services.GetRequiredService<NoticeLinks>().CodeOf(world.Agency.Id, Guid.Parse(await CitizenAsync(world)));
    }

    static async Task<HttpClient> NoticesAsync(World world)
    {
        var admin = await world.Agency.Admin;
        Assert.True((await admin.PutAsync($"{world.Agency.Path}/data-uses/notices", new { name = "Notices", purpose = "To tell.", legalBasis = "publicTask", provision = "The law" }, null)).IsSuccessStatusCode);
        return admin;
    }

    public static async Task<string> UseAsync(World world)
    {
        var key = $"use-{Guid.NewGuid():N}";
        await (await (await world.Agency.Admin).PutAsync(
            $"{world.Agency.Path}/data-uses/{key}", new { name = "Use", purpose = "To ask.", legalBasis = "consent" }, null)).ReadAsync(HttpStatusCode.Created);
        return key;
    }
}
