using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>What stories about messages have in common: citizens who can be written to, news of their cases, and the worker that tells them.</summary>
static class Telling
{
    public static MessageChannels By(TestMailServer server) => Channels(MessageChannel.Email, new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(2)));

    public static MessageChannels Channels(MessageChannel kind, IMessageChannel channel) => new(new Dictionary<MessageChannel, IMessageChannel> { [kind] = channel });

    public static TellCitizen Teller(this CirmHost host, MessageChannels channels) =>
        new(host.Services.GetRequiredService<Messages>(), channels, host.Services.GetRequiredService<TenantDb>());

    /// <summary>As the dispatcher gives them to the worker: in their order, and all of them again each time.</summary>
    public static async Task TellAsync(this CirmHost host, TestAgency agency, MessageChannels channels)
    {
        foreach (var fact in await host.EventsAsync(agency))
            if (Schedule.Table.Events.Any(on => on.Type == fact.Type && on.Job.Terms.Name == TellCitizen.Terms.Name))
                await host.Teller(channels).RunAsync(fact, null!, CancellationToken.None);
    }

    public static Task<IReadOnlyList<FactArgs>> EventsAsync(this CirmHost host, TestAgency agency) => host.Services.GetRequiredService<TenantDb>().QueryAsync<FactArgs>(agency.Id, """
        select agency_id as agency, id as event_id, type, subject_id, data from outbox where agency_id = @agency and type ~ '^(case|recovery|appeal|remark)[.]' order by id
        """, null, CancellationToken.None);

    public static Task<IReadOnlyList<Message>> MessagesAsync(this CirmHost host, TestAgency agency) =>
        host.Services.GetRequiredService<Messages>().ListAsync(agency.Id, null, null, null, 100, CancellationToken.None);

    public static async Task<(TestAgency Agency, JsonNode Case)> AgencyWithCaseAsync(this CirmHost host)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        return (agency, await SubmitAsync(agency, await CitizenAsync(agency, new { name = "Sara", email = "sara@people.example" }), "The lamp is out"));
    }

    public static async Task<Guid> CitizenAsync(TestAgency agency, object citizen) =>
        Guid.Parse((string)(await (await agency.Agent).PostJsonAsync($"{agency.Path}/citizens", citizen))["id"]!);

    public static async Task<JsonNode> SubmitAsync(TestAgency agency, Guid citizen, string title) =>
        await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title, channel = "phone", citizenId = citizen });

    public static async Task MoveAsync(TestAgency agency, JsonNode about, params string[] steps)
    {
        foreach (var to in steps) await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases/{about["id"]}/transitions", new { to, reason = $"Because {to}." }, HttpStatusCode.OK);
    }

    public static async Task EmitAsync(this CirmHost host, TestAgency agency, OutboxEvent fact)
    {
        await using var change = await host.Services.GetRequiredService<TenantDb>().BeginAsync(Caller.System(agency.Id), CancellationToken.None);
        change.Emit(TimeProvider.System.Now(), fact);
        await change.CommitAsync(CancellationToken.None);
        await Task.Delay(2); // ids of one millisecond have no order
    }
}
