using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>Surveys as tests make them.</summary>
static class Asking
{
    /// <summary>A survey with one wave that is open; gives the wave's path.</summary>
    public static async Task<string> OpenAsync(TestAgency agency, object survey, DateTimeOffset? closesAt = null)
    {
        var made = await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys", survey);
        var wave = await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys/{made["key"]}/waves", new
        {
            name = "2026-1", opensAt = DateTimeOffset.UtcNow.AddHours(-1), closesAt = closesAt ?? DateTimeOffset.UtcNow.AddDays(7),
        });
        return $"{agency.Path}/surveys/{made["key"]}/waves/{wave["id"]}";
    }

    /// <summary>One of every type, the second shown after the first.</summary>
    public static object Everything(string key = "all", string anonymity = "anonymous", params string[] breakdowns) => new
    {
        key, title = "All of it", anonymity, breakdowns,
        questions = new object[]
        {
            new { key = "lit", type = "single", text = "Is your street lit?", options = Options("yes", "no"), required = true },
            new { key = "why", type = "text", text = "What is missing?", max = 200, showIf = new { question = "lit", op = "eq", value = "no" } },
            new { key = "needs", type = "multiple", text = "What do you need?", options = Options("light", "bench", "tree"), max = 2 },
            new { key = "safe", type = "scale", text = "How safe do you feel?", min = 1, max = 7 },
            new { key = "years", type = "number", text = "Since how many years?", min = 0 },
            new { key = "order", type = "ranking", text = "Which first?", options = Options("light", "bench", "tree") },
            new { key = "grid", type = "matrix", text = "How well?", rows = Options("day", "night"), options = Options("well", "badly") },
        },
    };

    public static object[] Options(params string[] keys) => [.. keys.Select(k => new { key = k, text = k })];

    /// <summary>A citizen of an agency and the client they call with.</summary>
    public static async Task<(HttpClient Client, Guid Id)> CitizenAsync(CirmHost host, TestAgency agency)
    {
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        return (await host.ClientAsync(agency.Id, account), account.CitizenId!.Value);
    }

    /// <summary>Citizens with attributes, put straight into the store; their ids.</summary>
    public static async Task<Guid[]> CitizensAsync(CirmHost host, TestAgency agency, int count, Func<int, string> attributes)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        await transaction.ExecuteAsync("""
            insert into citizens (agency_id, id, attributes, created_at, updated_at)
            select @agency, c.id, c.attributes::jsonb, now(), now() from unnest(@ids, @attributes) as c (id, attributes)
            """, new { ids, Attributes = Enumerable.Range(0, count).Select(attributes).ToArray() }, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return ids;
    }

    public static Task<JsonNode> AnswerAsync(HttpClient client, string wave, object answers, HttpStatusCode expected = HttpStatusCode.Created) =>
        client.PostJsonAsync($"{wave}/responses", new { answers }, expected);

    /// <summary>Answers for citizens, as staff enter them.</summary>
    public static async Task EnterAsync(TestAgency agency, string wave, IEnumerable<(Guid Citizen, object Answers)> given)
    {
        var agent = await agency.Agent;
        foreach (var (citizenId, answers) in given) await agent.PostJsonAsync($"{wave}/responses", new { answers, assisted = true, citizenId, channel = "phone" });
    }

    public static Settling Settling(CirmHost host) =>
        new(host.Services.GetRequiredService<TenantDb>(), host.Services.GetRequiredService<SurveySecrets>(), TimeProvider.System);

    public static Guid IdOf(string wave) => Guid.Parse(wave.Split('/')[^1]);

    public static Task<long> CountAsync(CirmHost host, string table, string wave) =>
        host.Database.ScalarAsOwnerAsync<long>($"select count(*) from {table} where wave_id = '{IdOf(wave)}'");
}
