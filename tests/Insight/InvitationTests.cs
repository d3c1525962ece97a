using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Insight;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>People are asked by mail, text message and letter, and reminded in a way that does not say who has answered.</summary>
public sealed partial class InvitationTests(CirmHost host)
{
    [Fact]
    public async Task Everybody_asked_gets_a_code_that_is_good_once_and_everybody_is_reminded_alike()
    {
        var (agency, wave) = await AgencyAsync("anonymous");
        var outbox = new Sent();
        Assert.Equal(5, (await InviteAsync(agency, $"{wave}/invitations", new { }, outbox)).Processed);
        Assert.Equal(["Email C0", "Email C1", "Email C2", "Sms C3"], outbox.Lines);
        Assert.Equal(0, (await InviteAsync(agency, $"{wave}/invitations", new { }, outbox)).Accepted);
        Assert.Equal(4, outbox.Messages.Count); // nobody twice

        var first = outbox.Messages.Single(m => m.Address == "C0@x.example");
        var code = Code().Match(first.Text.Body).Value;
        await host.Anonymous.PostJsonAsync($"{wave}/responses", new { answers = new { lit = "yes" }, token = code.ToLowerInvariant() });
        await (await host.Anonymous.PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "no" }, token = code })).RefusedAsync("already-answered");
        await (await host.Anonymous.PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "no" }, token = "AAAA-AAAA-AAAA-AAAA" })).RefusedAsync("survey-code-unknown");
        await (await (await agency.Agent).PostAsJsonAsync($"{wave}/responses", new { answers = new { lit = "no" }, assisted = true, citizenId = first.Recipient })).RefusedAsync("already-answered"); // one person, one answer
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from survey_invitations i where agency_id = '{agency.Id}' and i::text ilike '%{code}%'"));
        Assert.Equal(5, (int)(await (await agency.Manager).GetJsonAsync(wave))["invited"]!);

        var letters = await (await (await agency.Manager).GetAsync($"{wave}/letters")).Content.ReadAsStringAsync();
        Assert.Matches("^externalId,name,code\r\nC4,\"'=Four, of letters\",[0-9A-Z-]{19}\r\n$", letters);
        await (await (await agency.Agent).GetAsync($"{wave}/letters")).RefusedAsync("not-allowed");

        outbox.Clear();
        await InviteAsync(agency, $"{wave}/reminders", new { }, outbox);
        Assert.Equal(["Email C0", "Email C1", "Email C2", "Sms C3"], outbox.Lines); // who has answered is among them
        Assert.Equal(code, Code().Match(outbox.Messages.Single(m => m.Address == "C0@x.example").Text.Body).Value);
    }

    [Fact]
    public async Task A_confidential_survey_does_not_remind_who_has_answered_and_a_sample_is_a_sample()
    {
        var (agency, wave) = await AgencyAsync("confidential");
        var outbox = new Sent();
        await InviteAsync(agency, $"{wave}/invitations", new { channel = "email", share = 0.5 }, outbox);
        Assert.Equal(2, outbox.Messages.Count); // of three who have an address
        await host.Anonymous.PostJsonAsync($"{wave}/responses", new { answers = new { lit = "yes" }, token = Code().Match(outbox.Messages[0].Text.Body).Value });
        var other = outbox.Messages[1].Recipient;
        outbox.Clear();
        await InviteAsync(agency, $"{wave}/reminders", new { }, outbox);
        Assert.Equal(other, Assert.Single(outbox.Messages).Recipient);
        await (await (await agency.Manager).PostAsJsonAsync($"{wave}/invitations", new { share = 0.5, size = 3 })).RefusedAsync("validation");
        await (await (await agency.Manager).PostAsJsonAsync($"{wave}/invitations", new { segments = (string[])["none"] })).RefusedAsync("validation");
        await InviteAsync(agency, $"{wave}/invitations", new { codes = 3 }, outbox);
        Assert.Equal(5, (int)(await (await agency.Manager).GetJsonAsync(wave))["invited"]!);
    }

    async Task<(TestAgency Agency, string Wave)> AgencyAsync(string anonymity)
    {
        var agency = await host.NewAgencyAsync();
        foreach (var citizen in (object[])
            [
                new { externalId = "C0", email = "C0@x.example" }, new { externalId = "C1", email = "C1@x.example" }, new { externalId = "C2", email = "C2@x.example", language = "fa" },
                new { externalId = "C3", phone = "+1 617 555 0103" }, new { externalId = "C4", name = "=Four, of letters" },
            ]) await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens", citizen);
        return (agency, await Asking.OpenAsync(agency, Asking.Everything("all", anonymity)));
    }

    async Task<Operation> InviteAsync(TestAgency agency, string path, object order, Sent outbox)
    {
        var asked = await (await agency.Manager).PostJsonAsync(path, order, HttpStatusCode.Accepted);
        var (db, operations, id) = (host.Services.GetRequiredService<TenantDb>(), host.Services.GetRequiredService<Operations>(), (Guid)asked["id"]!);
        var operation = (await operations.StartAsync(agency.Id, TimeProvider.System.Now(), id, CancellationToken.None))!;
        var channels = new MessageChannels(Enum.GetValues<MessageChannel>().ToDictionary(c => c, c => (IMessageChannel)new Into(outbox, c)));
        await new SendInvitations(host.Services.GetRequiredService<SurveyInvitations>(), channels, db).RunAsync(new(agency.Id, id), new Progress(operation), CancellationToken.None);
        await operations.EndAsync(agency.Id, TimeProvider.System.Now(), operation, OperationState.Succeeded, null, CancellationToken.None);
        return (await operations.FindAsync(agency.Id, id, CancellationToken.None))!;
    }

    [GeneratedRegex("([0-9A-Z]{4}-){3}[0-9A-Z]{4}")]
    private static partial Regex Code();

    sealed class Sent
    {
        public List<OutgoingMessage> Messages { get; } = [];
        public List<string> Lines { get; } = [];

        public void Clear()
        {
            Messages.Clear();
            Lines.Clear();
        }
    }

    sealed class Into(Sent sent, MessageChannel channel) : IMessageChannel
    {
        public Task SendAsync(OutgoingMessage message, CancellationToken ct)
        {
            sent.Messages.Add(message);
            sent.Lines.Add($"{channel} {(channel == MessageChannel.Sms ? "C3" : message.Address[..2])}");
            sent.Lines.Sort(StringComparer.Ordinal);
            return Task.CompletedTask;
        }
    }

    sealed class Progress(Operation operation) : IJobProgress
    {
        public Operation Operation => operation;

        public Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct) => Operations.ReportAsync(transaction, operation, counts, ct);
    }
}
