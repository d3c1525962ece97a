using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static Cirm.Tests.Transactions.Telling;

namespace Cirm.Tests.Transactions;

/// <summary>The ways to a citizen, by mail and by a gateway for SMS: what they take, how they are set up, and what they keep from strangers.</summary>
public sealed class MessageChannelTests(CirmHost host)
{
    static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task An_address_that_is_none_is_sent_nothing()
    {
        await using var server = new TestMailServer();
        var (agency, _) = await host.AgencyWithCaseAsync();
        await host.Database.ExecuteAsOwnerAsync($"update citizen_identities set email = E'a@people.example>\\r\\nRCPT TO:<all@people.example' where agency_id = '{agency.Id}'");
        await host.TellAsync(agency, By(server));
        Assert.Empty(server.Received);
        Assert.Equal([(MessageState.Failed, "address-not-usable")], (await host.MessagesAsync(agency)).Select(m => (m.State, m.Error)));
    }

    [Fact]
    public async Task No_header_is_smuggled_in_by_what_somebody_wrote()
    {
        await using var server = new TestMailServer();
        const string hostile = "Lamp\r\nBcc: all@people.example\r\n\r\n.\r\nRCPT TO:<all@people.example>";
        var news = new CaseNews(Guid.NewGuid(), 1, hostile, new("en", hostile), new("en", hostile), "UTC", ["en"], DateTimeOffset.UnixEpoch, null, hostile, null, null);
        foreach (var template in Enum.GetValues<MessageTemplate>())
            await new SmtpChannel(server.Address, "city@agency.example").SendAsync(
                new(Guid.NewGuid(), MessageTexts.Line(hostile, 100), Guid.NewGuid(), news.CaseId, Guid.NewGuid(), "sara@people.example", MessageTexts.Write(template, "en", news, false, into: 7)), Ct);
        Assert.Equal(Enum.GetValues<MessageTemplate>().Length, server.Received.Count);
        Assert.All(server.Received, m => Assert.Equal("sara@people.example", m.To));
        Assert.DoesNotContain(server.Received.SelectMany(m => m.HeaderNames), n => n.Equals("Bcc", StringComparison.OrdinalIgnoreCase));
        await Assert.ThrowsAnyAsync<Exception>(() => new SmtpChannel(server.Address, "city@agency.example").SendAsync(
            new(Guid.NewGuid(), "City", Guid.NewGuid(), news.CaseId, Guid.NewGuid(), "sara@people.example", new("en", hostile, "x", "x")), Ct)); // a subject with lines is sent to nobody
    }

    [Theory]
    [InlineData("http://mail.example", "a@b.example")]
    [InlineData("smtps://mail.example?tls=perhaps", "a@b.example")]
    [InlineData("smtp://mail.example?tls=immediate", "a@b.example")]
    [InlineData("smtp://mail.example", "City <city@b.example>")]
    [InlineData("smtp://user:password@mail.example:25", "a@b.example")]
    [InlineData("smtp://mail.example", null)]
    [InlineData("smtp://mail.example", "nobody")]
    public void A_setting_that_cannot_work_stops_the_worker_at_once(string server, string? from) =>
        Assert.Throws<InvalidOperationException>(() => new SmtpChannel(server, from));

    [Theory]
    [InlineData("immediate")]
    [InlineData("starttls")]
    public async Task By_TLS_from_the_first_byte_or_by_STARTTLS_and_with_a_password_that_is_not_shown_to_a_stranger(string tls)
    {
        using var certificate = TestMailServer.NewCertificate();
        await using var server = new TestMailServer { Certificate = certificate, Immediate = tls == "immediate", Password = "p:w%" };
        var address = $"smtps://city:p%3Aw%25@127.0.0.1:{server.Port}?tls={tls}";
        var message = new OutgoingMessage(Guid.NewGuid(), "City", Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "sara@people.example", new("en", "Case 1: we have it", "Hello", "x"));

        Assert.Equal(("smtp-tls", false), await RefusedAsync(new(address, "city@agency.example", TimeSpan.FromSeconds(5)))); // a certificate that nobody vouches for
        Assert.Empty(server.SignedIn);
        SmtpChannel Trusting(string to) => new(to, "city@agency.example", TimeSpan.FromSeconds(5), (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString());
        await Trusting(address).SendAsync(message, Ct);
        Assert.Equal("sara@people.example", Assert.Single(server.Received).To);
        Assert.Equal(["city"], server.SignedIn);
        Assert.Equal(("smtp-535", false), await RefusedAsync(Trusting(address.Replace("p%3Aw", "wrong", StringComparison.Ordinal))));
        Assert.Single(server.Received);

        async Task<(string, bool)> RefusedAsync(SmtpChannel by)
        {
            var refused = await Assert.ThrowsAsync<MessageNotTaken>(() => by.SendAsync(message, Ct));
            return (refused.Code, refused.ForGood);
        }
    }

    [Fact]
    public async Task Nothing_travels_in_the_clear_where_TLS_is_wanted_and_not_offered()
    {
        await using var server = new TestMailServer();
        var refused = await Assert.ThrowsAsync<MessageNotTaken>(() => new SmtpChannel($"smtps://127.0.0.1:{server.Port}", "city@agency.example", TimeSpan.FromSeconds(5)).SendAsync(
            new(Guid.NewGuid(), "City", Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "sara@people.example", new("en", "Case 1", "Hello", "x")), Ct));
        Assert.Equal(("smtp-not-offered", false), (refused.Code, refused.ForGood));
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task Who_has_only_a_phone_gets_one_short_text_that_says_nothing_of_the_case()
    {
        var answers = new Queue<int>([503, 200, 400]);
        var calls = new List<(string? Authorization, JsonNode Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var gateway = builder.Build();
        gateway.MapPost("/send", async (HttpContext http) =>
        {
            calls.Add((http.Request.Headers.Authorization, (await JsonNode.ParseAsync(http.Request.Body))!));
            return Results.StatusCode(answers.Dequeue());
        });
        await gateway.StartAsync(Ct);
        var address = new Uri($"{gateway.Urls.Single()}/send");
        var bySms = Channels(MessageChannel.Sms, new SmsChannel(address, "key", new OutboundGuard([new(gateway.Urls.Single())]).CreateClient(TimeSpan.FromSeconds(5), 1000)));

        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await CitizenAsync(agency, new { name = "Sara", phone = "+16175550100", email = "sara@people.example" });
        var submitted = await SubmitAsync(agency, citizen, "Very private");
        Assert.Equal("sms-503", (await Assert.ThrowsAsync<MessageNotTaken>(() => host.TellAsync(agency, bySms))).Code);
        await host.TellAsync(agency, bySms);
        Assert.Equal(2, calls.Count);
        Assert.Equal(calls[0].Body.ToJsonString(), calls[1].Body.ToJsonString()); // the same id: the gateway can tell
        Assert.Equal(("Bearer key", "+16175550100"), (calls[0].Authorization, (string?)calls[0].Body["to"]));
        var text = (string)calls[0].Body["text"]!;
        Assert.EndsWith("there is news on your case 1.", text);
        Assert.DoesNotContain("private", text, StringComparison.OrdinalIgnoreCase);
        Assert.True(MessageTexts.FitsOneSms(text));

        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        await host.TellAsync(agency, bySms);
        Assert.Equal([(MessageState.Failed, "sms-400"), (MessageState.Sent, null)], (await host.MessagesAsync(agency)).Select(m => (m.State, m.Error)));

        // A gateway inside the network is called only when the operator named it.
        var stray = new SmsChannel(address, "key", new OutboundGuard([]).CreateClient(TimeSpan.FromSeconds(5), 1000));
        await Assert.ThrowsAsync<MessageNotTaken>(() => stray.SendAsync(
            new(agency.Id, "City", Guid.NewGuid(), Guid.NewGuid(), citizen, "+1", new("en", "", "", "Hello")), Ct));
        Assert.Equal(3, calls.Count);
    }
}
