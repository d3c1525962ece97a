using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Jobs;
using static Cirm.Tests.Transactions.Telling;

namespace Cirm.Tests.Transactions;

/// <summary>Messages on their way when a server says no, or nothing, and when a worker dies (docs/messages.md).</summary>
public sealed class MessageTroubleTests(CirmHost host)
{
    static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task A_server_that_says_no_is_believed_and_staff_see_it()
    {
        await using var server = new TestMailServer { ToRecipient = _ => "550 no such mailbox" };
        var (agency, submitted) = await host.AgencyWithCaseAsync();
        await host.TellAsync(agency, By(server));
        server.ToRecipient = _ => "250 now I know them";
        await host.TellAsync(agency, By(server));
        Assert.Empty(server.Received);
        var failed = Assert.Single((await (await agency.Agent).GetJsonAsync($"{agency.Path}/messages?state=failed"))["items"]!.AsArray())!;
        Assert.Equal(("smtp-550", 1, (string?)submitted["id"], 1), ((string?)failed["error"], (int)failed["attempts"]!, (string?)failed["caseId"], (int)failed["caseNumber"]!));
        await (await (await agency.Agent).GetAsync($"{agency.Path}/messages?state=lost")).RefusedAsync("validation");
    }

    [Theory]
    [InlineData("hangs up", "smtp-no-answer")]
    [InlineData("451 later", "smtp-451")]
    [InlineData("535 who are you", "smtp-535")]
    [InlineData("says nothing", "smtp-timeout")]
    public async Task A_server_in_trouble_is_tried_again_and_what_comes_twice_is_the_same_and_later_news_wait(string does, string code)
    {
        await using var server = new TestMailServer();
        var never = new TaskCompletionSource<string?>();
        server.ToMail = _ => does switch { "hangs up" => Task.FromResult<string?>(null), "says nothing" => never.Task, _ => Task.FromResult<string?>(does) };
        var (agency, submitted) = await host.AgencyWithCaseAsync();
        Assert.Equal(code, (await Assert.ThrowsAsync<MessageNotTaken>(() => host.TellAsync(agency, By(server)))).Code);
        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        var (first, last) = ((await host.EventsAsync(agency))[0], (await host.EventsAsync(agency))[^1]);
        server.ToMail = _ => Task.FromResult<string?>("250 taken");
        Assert.Equal("after-an-earlier-one", (await Assert.ThrowsAsync<MessageNotTaken>(() => host.Teller(By(server)).RunAsync(last, null!, Ct))).Code);
        await host.Teller(By(server)).RunAsync(first, null!, Ct);
        await host.Teller(By(server)).RunAsync(last, null!, Ct);
        never.TrySetResult(null);

        Assert.Equal(["Case 1: we have it", "Case 1: we have it", "Case 1: we call it done"], server.Received.Select(m => m.Subject));
        Assert.Equal(server.Received[0]["Message-ID"], server.Received[1]["Message-ID"]);
        Assert.Equal([(MessageState.Sent, 1), (MessageState.Sent, 2)], (await host.MessagesAsync(agency)).Select(m => (m.State, m.Attempts)));
    }

    [Fact]
    public async Task After_the_last_attempt_it_has_failed()
    {
        await using var server = new TestMailServer { ToRecipient = _ => "421 closing" };
        var (agency, _) = await host.AgencyWithCaseAsync();
        for (var attempt = 1; attempt <= TellCitizen.Terms.Pauses.Count + 1; attempt++)
        {
            Assert.All(await host.MessagesAsync(agency), m => Assert.Equal(MessageState.Queued, m.State));
            await Assert.ThrowsAsync<MessageNotTaken>(() => host.TellAsync(agency, By(server)));
        }
        Assert.Equal([(MessageState.Failed, "smtp-421")], (await host.MessagesAsync(agency)).Select(m => (m.State, m.Error)));
        await host.TellAsync(agency, By(server)); // and nobody tries again
    }

    [Fact]
    public async Task A_message_that_two_workers_want_to_send_is_sent_once()
    {
        await using var server = new TestMailServer { ToMail = async _ => { await Task.Delay(100); return "250 taken"; } };
        var (agency, _) = await host.AgencyWithCaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.TellAsync(agency, By(server))));
        Assert.Single(server.Received);
    }

    [Fact]
    public async Task A_worker_that_is_killed_before_it_could_note_the_answer_makes_one_duplicate_that_shows_as_the_same()
    {
        await using var own = new CirmHost();
        await own.InitializeAsync();
        var agency = await CaseTests.AgencyWithServiceAsync(own);
        await using var server = new TestMailServer();
        await using var workers = new Workers { On = own.Database, Settings = new Dictionary<string, string> { ["CIRM_SMTP"] = server.Address, ["CIRM_MAIL_FROM"] = "city@agency.example" } };
        await workers.InitializeAsync();
        var killed = new TaskCompletionSource();
        server.ToMail = async _ =>
        {
            if (killed.Task.IsCompleted) return "250 taken";
            foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL"); // the mail is taken, and nobody hears it
            killed.SetResult();
            return "250 taken";
        };
        var citizen = await CitizenAsync(agency, new { name = "Sara", email = "sara@people.example" });
        await SubmitAsync(agency, citizen, "The lamp is out");
        await killed.Task.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        await workers.StartAsync();
        await Workers.UntilAsync("the message is sent", () => own.Database.ScalarAsOwnerAsync<bool>("select exists (select from messages where state = 'sent')"));
        await Task.Delay(TimeSpan.FromSeconds(3), Ct);

        Assert.Equal(2, server.Received.Count);
        Assert.Single(server.Received.Select(m => m["Message-ID"]).Distinct());
    }
}
