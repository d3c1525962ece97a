using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cirm.Tests.Transactions;

/// <summary>What citizens are told about their cases (docs/messages.md): the outbox's events, a real mail server, a real gateway.</summary>
public sealed class MessageTests(CirmHost host)
{
    static readonly CancellationToken Ct = CancellationToken.None;

    TenantDb Db => host.Services.GetRequiredService<TenantDb>();

    Messages Messages => host.Services.GetRequiredService<Messages>();

    [Fact]
    public async Task A_citizen_reads_by_mail_what_happens_to_the_case_in_that_order_and_once()
    {
        await using var server = new TestMailServer();
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var citizen = await CitizenAsync(agency, new { name = "Sara Sample", email = "sara@people.example", phone = "+16175550100", language = "en-GB" });
        var submitted = await SubmitAsync(agency, citizen, "The lamp is out {reason}");
        var id = Guid.Parse((string)submitted["id"]!);
        await MoveAsync(agency, submitted, "accepted", "inProgress");
        await agent.PostJsonAsync($"{agency.Path}/cases/{id}/questions", new { text = "Which side of the street?" });
        await EmitAsync(agency, OutboxEvent.Of("case.due-moved", id, new { number = 1, was = "2026-11-20T17:00:00Z", dueAt = "2026-11-24T17:00:00Z" }));
        await EmitAsync(agency, OutboxEvent.Of("case.due-moved", id, new { number = 1, was = "2026-11-24T17:00:00Z", dueAt = "2026-11-24T17:59:00Z" })); // no news
        await TellAsync(agency, By(server));
        await MoveAsync(agency, submitted, "resolved", "reopened", "inProgress", "refused", "closed");
        await EmitAsync(agency, OutboxEvent.Of("case.due-moved", id, new { number = 1, was = "2026-11-24T17:00:00Z", dueAt = "2026-11-30T17:00:00Z" })); // it is over
        await EmitAsync(agency, OutboxEvent.Of("case.merged", id, new { merged = 1, into = 7 }));
        await EmitAsync(agency, OutboxEvent.Of("case.merged", id, new { merged = 6, into = 1 }));
        await TellAsync(agency, By(server));
        await TellAsync(agency, By(server)); // safe to run twice

        Assert.Equal(
            [
                "Case 1: we have it", "Case 1: we have a question", "Case 1: another date", "Case 1: we call it done", "Case 1: open again", "Case 1: decided",
                "Case 1: goes on as case 7", "Case 1: somebody else told us the same",
            ], server.Received.Select(m => m.Subject));
        Assert.All(server.Received, m => Assert.Equal(("sara@people.example", "auto-generated", "en"), (m.To, m["Auto-Submitted"], m["Content-Language"])));
        Assert.Distinct(server.Received.Select(m => m["Message-ID"]));
        var bodies = server.Received.Select(m => m.Body).ToArray();
        Assert.Contains("Service: Street lamps\nTitle: The lamp is out {reason}\n", bodies[0]);
        Assert.DoesNotContain((string)submitted["trackingCode"]!, bodies[0]); // we keep no copy of it
        Assert.Contains("\n\nWhich side of the street?\n\n", bodies[1]);
        Assert.Contains("by 24 November 2026, 12:00.\n\nBefore, it was 20 November 2026, 12:00.", bodies[2]); // on the clocks of New York
        Assert.Contains("Why: Because resolved.", bodies[3]);
        Assert.Contains("Why: Because refused.\n\nWhat your rights rest on: Street lighting act\n\nHow to object: Write to the ombudsman\n\n", bodies[5]);
        Assert.All(server.Received, m => Assert.DoesNotContain("Sara", m.Subject + m.Body));

        // Staff see that it went out; neither text nor address is kept.
        var listed = (await agent.GetJsonAsync($"{agency.Path}/cases/{id}/messages"))["items"]!.AsArray();
        Assert.Equal(["tookIn", "merged", "refused", "reopened", "resolved", "dueMoved", "asked", "submitted"], listed.Select(m => (string?)m!["template"]));
        Assert.All(listed, m => Assert.Equal(("sent", "email", 1, $"{citizen}"), ((string?)m!["state"], (string?)m["channel"], (int)m["attempts"]!, (string?)m["recipientId"])));
        Assert.Equal(server.Received[0]["Message-ID"], $"<{(Guid)listed[^1]!["id"]!:N}@agency.example>");
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from messages m where agency_id = '{agency.Id}' and m::text ~* '(sara|people|street)'"));
        Assert.Equal(8, (await (await agency.Admin).GetJsonAsync($"{agency.Path}/citizens/{citizen}/export"))["messages"]!.AsArray().Count);
        await (await (await agency.Citizen).GetAsync($"{agency.Path}/cases/{id}/messages")).RefusedAsync("not-allowed");
        await (await agent.GetAsync($"{agency.Path}/cases/{Guid.NewGuid()}/messages")).RefusedAsync("not-found");
        var page = await agent.GetJsonAsync($"{agency.Path}/messages?state=sent&limit=5");
        Assert.Equal(3, (await agent.GetJsonAsync($"{agency.Path}/messages?state=sent&limit=5&cursor={page["next"]}"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task In_Persian_with_Persian_digits_and_the_calendar_of_the_country()
    {
        await using var server = new TestMailServer();
        var agency = await host.NewAgencyAsync("fa", "Asia/Tehran");
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
        {
            key = "lamps", name = new { fa = "روشنایی معابر" }, serves = new { fa = "همه" }, rights = new { basis = new { fa = "قانون شهرداری" }, objection = new { fa = "شکایت به ۱۳۷" } },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
        });
        var citizen = await CitizenAsync(agency, new { name = "سارا", email = "sara@people.example" }); // no language: the agency's first
        var submitted = await SubmitAsync(agency, citizen, "چراغ کوچه خاموش است");
        await MoveAsync(agency, submitted, "accepted", "inProgress");
        await EmitAsync(agency, OutboxEvent.Of("case.due-moved", Guid.Parse((string)submitted["id"]!), new { number = 1, was = "2026-11-22T08:05:00Z", dueAt = "2027-03-21T08:00:00Z" }));
        await TellAsync(agency, By(server));
        await MoveAsync(agency, submitted, "refused");
        await TellAsync(agency, By(server));

        Assert.Equal(["پروندهٔ ۱: دریافت شد", "پروندهٔ ۱: تاریخ تازه", "پروندهٔ ۱: تصمیم گرفته شد"], server.Received.Select(m => m.Subject));
        Assert.All(server.Received, m => Assert.Equal("fa", m["Content-Language"]));
        Assert.Contains("خدمت: روشنایی معابر\nعنوان: چراغ کوچه خاموش است", server.Received[0].Body);
        Assert.Contains("۱ فروردین ۱۴۰۶، ساعت ۱۱:۳۰", server.Received[1].Body);
        Assert.Contains("تاریخ پیشین ۱ آذر ۱۴۰۵، ساعت ۱۱:۳۵ بود.", server.Received[1].Body);
        Assert.Contains("راه اعتراض: شکایت به ۱۳۷", server.Received[2].Body);
    }

    [Fact]
    public async Task A_server_that_says_no_is_believed_and_staff_see_it()
    {
        await using var server = new TestMailServer { ToRecipient = _ => "550 no such mailbox" };
        var (agency, submitted) = await AgencyWithCaseAsync();
        await TellAsync(agency, By(server));
        server.ToRecipient = _ => "250 now I know them";
        await TellAsync(agency, By(server));
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
        var (agency, submitted) = await AgencyWithCaseAsync();
        Assert.Equal(code, (await Assert.ThrowsAsync<MessageNotTaken>(() => TellAsync(agency, By(server)))).Code);
        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        var (first, last) = ((await EventsAsync(agency))[0], (await EventsAsync(agency))[^1]);
        server.ToMail = _ => Task.FromResult<string?>("250 taken");
        Assert.Equal("after-an-earlier-one", (await Assert.ThrowsAsync<MessageNotTaken>(() => Job(By(server)).RunAsync(last, null!, Ct))).Code);
        await Job(By(server)).RunAsync(first, null!, Ct);
        await Job(By(server)).RunAsync(last, null!, Ct);
        never.TrySetResult(null);

        Assert.Equal(["Case 1: we have it", "Case 1: we have it", "Case 1: we call it done"], server.Received.Select(m => m.Subject));
        Assert.Equal(server.Received[0]["Message-ID"], server.Received[1]["Message-ID"]);
        Assert.Equal([(MessageState.Sent, 1), (MessageState.Sent, 2)], (await ListAsync(agency)).Select(m => (m.State, m.Attempts)));
    }

    [Fact]
    public async Task After_the_last_attempt_it_has_failed()
    {
        await using var server = new TestMailServer { ToRecipient = _ => "421 closing" };
        var (agency, _) = await AgencyWithCaseAsync();
        for (var attempt = 1; attempt <= TellCitizen.Terms.Pauses.Count + 1; attempt++)
        {
            Assert.All(await ListAsync(agency), m => Assert.Equal(MessageState.Queued, m.State));
            await Assert.ThrowsAsync<MessageNotTaken>(() => TellAsync(agency, By(server)));
        }
        Assert.Equal([(MessageState.Failed, "smtp-421")], (await ListAsync(agency)).Select(m => (m.State, m.Error)));
        await TellAsync(agency, By(server)); // and nobody tries again
    }

    [Fact]
    public async Task A_message_that_two_workers_want_to_send_is_sent_once()
    {
        await using var server = new TestMailServer { ToMail = async _ => { await Task.Delay(100); return "250 taken"; } };
        var (agency, _) = await AgencyWithCaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TellAsync(agency, By(server))));
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

    [Fact]
    public async Task Who_acts_for_the_citizen_is_told_too_as_long_as_the_mandate_holds()
    {
        await using var server = new TestMailServer();
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var father = await CitizenAsync(agency, new { name = "Father", email = "father@people.example" });
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var daughter = await host.ClientAsync(agency.Id, account);
        var hers = await host.Database.ScalarAsOwnerAsync<string>($"select email from accounts where agency_id = '{agency.Id}' and id = '{account.Id}'");
        var mandates = $"{agency.Path}/citizens/{father}/mandates";
        var mandate = await (await agency.Agent).PostJsonAsync(mandates, new { representative = new { account = account.Id }, given = "paper", evidence = "File 7" });
        var submitted = await daughter.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "His lamp", channel = "web", onBehalfOf = father });
        await TellAsync(agency, By(server));
        Assert.Equal(["father@people.example", hers], server.Received.Select(m => m.To));
        Assert.Equal([false, true], server.Received.Select(m => m.Body.Contains("you act for somebody else", StringComparison.Ordinal)));

        await (await agency.Agent).PostJsonAsync($"{mandates}/{mandate["id"]}/revoke", new { reason = "Over." }, HttpStatusCode.OK);
        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        await TellAsync(agency, By(server));
        Assert.Equal(["father@people.example", hers, "father@people.example"], server.Received.Select(m => m.To));
    }

    [Fact]
    public async Task To_whom_there_is_no_way_nothing_goes_and_nothing_fails()
    {
        await using var server = new TestMailServer();
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await SubmitAsync(agency, await CitizenAsync(agency, new { name = "Nobody" }), "No address");
        await SubmitAsync(agency, await CitizenAsync(agency, new { name = "Phone", phone = "+16175550100" }), "No gateway here");
        await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        await TellAsync(agency, By(server));
        Assert.Empty(server.Received);
        Assert.Equal([(MessageState.Suppressed, "no-way"), (MessageState.Suppressed, "no-way")], (await ListAsync(agency)).Select(m => (m.State, m.Error)));

        // Erased: what they were told goes with them, and nothing more comes.
        var gone = await CitizenAsync(agency, new { name = "Gone", email = "gone@people.example" });
        var submitted = await SubmitAsync(agency, gone, "Mine");
        await TellAsync(agency, By(server));
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens/{gone}/erasure", new { confirmed = true }, HttpStatusCode.OK);
        Assert.DoesNotContain(await ListAsync(agency), m => m.RecipientId == gone);
        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        await TellAsync(agency, By(server));
        Assert.Single(server.Received);

        // An installation that can write to nobody writes nothing down.
        await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var before = (await ListAsync(agency)).Count;
        await TellAsync(agency, new(new Dictionary<MessageChannel, IMessageChannel>()));
        Assert.Equal(before, (await ListAsync(agency)).Count);
    }

    [Fact]
    public async Task An_address_that_is_none_is_sent_nothing()
    {
        await using var server = new TestMailServer();
        var (agency, _) = await AgencyWithCaseAsync();
        await host.Database.ExecuteAsOwnerAsync($"update citizen_identities set email = E'a@people.example>\\r\\nRCPT TO:<all@people.example' where agency_id = '{agency.Id}'");
        await TellAsync(agency, By(server));
        Assert.Empty(server.Received);
        Assert.Equal([(MessageState.Failed, "address-not-usable")], (await ListAsync(agency)).Select(m => (m.State, m.Error)));
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
        Assert.Equal("sms-503", (await Assert.ThrowsAsync<MessageNotTaken>(() => TellAsync(agency, bySms))).Code);
        await TellAsync(agency, bySms);
        Assert.Equal(2, calls.Count);
        Assert.Equal(calls[0].Body.ToJsonString(), calls[1].Body.ToJsonString()); // the same id: the gateway can tell
        Assert.Equal(("Bearer key", "+16175550100"), (calls[0].Authorization, (string?)calls[0].Body["to"]));
        var text = (string)calls[0].Body["text"]!;
        Assert.EndsWith("there is news on your case 1.", text);
        Assert.DoesNotContain("private", text, StringComparison.OrdinalIgnoreCase);
        Assert.True(MessageTexts.FitsOneSms(text));

        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        await TellAsync(agency, bySms);
        Assert.Equal([(MessageState.Failed, "sms-400"), (MessageState.Sent, null)], (await ListAsync(agency)).Select(m => (m.State, m.Error)));

        // A gateway inside the network is called only when the operator named it.
        var stray = new SmsChannel(address, "key", new OutboundGuard([]).CreateClient(TimeSpan.FromSeconds(5), 1000));
        await Assert.ThrowsAsync<MessageNotTaken>(() => stray.SendAsync(
            new(agency.Id, "City", Guid.NewGuid(), Guid.NewGuid(), citizen, "+1", new("en", "", "", "Hello")), Ct));
        Assert.Equal(3, calls.Count);
    }

    [Fact]
    public async Task What_was_told_is_forgotten_after_a_year_and_the_mailbox_after_a_month()
    {
        await using var own = await TestDatabase.CloneAsync();
        await using var databases = own.Open();
        var (agency, service, about) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await own.ExecuteAsOwnerAsync($"""
            insert into agencies values ('{agency}', 'somewhere', '{Empty}', 'UTC', '{Languages}', 10, 'active', 1, now(), now());
            insert into services (agency_id, id, key, created_at, updated_at) values ('{agency}', '{service}', 'lamps', now(), now());
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, submitted_at, updated_at)
              values ('{agency}', '{about}', 1, '{service}', 1, 'report', 'submitted', 'web', '', now(), now());
            insert into messages (agency_id, id, event_id, case_id, recipient_id, representative, template, language, state, created_at)
              select '{agency}', gen_random_uuid(), gen_random_uuid(), '{about}', gen_random_uuid(), false, 'asked', days::text, 'suppressed', now() - days * interval '1 day'
              from unnest(array[364, 366]) days;
            insert into mailbox_messages (agency_id, id, case_id, recipient_id, channel, address, language, body, created_at)
              select '{agency}', gen_random_uuid(), '{about}', gen_random_uuid(), 'sms', '', days::text, '', now() - days * interval '1 day'
              from unnest(array[29, 31]) days;
            """);
        await new ForgetOld(databases, new TenantDb(databases), new(new TenantDb(databases), TimeProvider.System), new(new TenantDb(databases), TimeProvider.System), TimeProvider.System).RunAsync(new(), null!, Ct);
        Assert.Equal("364 29", await own.ScalarAsOwnerAsync<string>("select concat_ws(' ', (select string_agg(language, ' ') from messages), (select string_agg(language, ' ') from mailbox_messages))"));
    }

    const string Empty = "{}", Languages = "{en}";

    // ------------------------------------------------------------------------------------------------------------- the way there

    TellCitizen Job(MessageChannels channels) => new(Messages, channels, Db);

    static MessageChannels By(TestMailServer server) => Channels(MessageChannel.Email, new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(2)));

    internal static MessageChannels Channels(MessageChannel kind, IMessageChannel channel) => new(new Dictionary<MessageChannel, IMessageChannel> { [kind] = channel });

    // As the dispatcher gives them to the worker: in their order, and all of them again each time.
    Task TellAsync(TestAgency agency, MessageChannels channels) => TellAsync(host, agency, channels);

    internal static async Task TellAsync(CirmHost host, TestAgency agency, MessageChannels channels)
    {
        var db = host.Services.GetRequiredService<TenantDb>();
        foreach (var fact in await EventsAsync(db, agency))
            if (Schedule.Table.Events.Any(on => on.Type == fact.Type && on.Job.Terms.Name == TellCitizen.Terms.Name))
                await new TellCitizen(host.Services.GetRequiredService<Messages>(), channels, db).RunAsync(fact, null!, Ct);
    }

    Task<IReadOnlyList<FactArgs>> EventsAsync(TestAgency agency) => EventsAsync(Db, agency);

    static Task<IReadOnlyList<FactArgs>> EventsAsync(TenantDb db, TestAgency agency) => db.QueryAsync<FactArgs>(
        agency.Id, "select agency_id as agency, id as event_id, type, subject_id, data from outbox where agency_id = @agency and type ~ '^(case|recovery|appeal|remark)[.]' order by id", null, Ct);

    Task<IReadOnlyList<Message>> ListAsync(TestAgency agency) => Messages.ListAsync(agency.Id, null, null, null, 100, Ct);

    async Task<(TestAgency Agency, JsonNode Case)> AgencyWithCaseAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        return (agency, await SubmitAsync(agency, await CitizenAsync(agency, new { name = "Sara", email = "sara@people.example" }), "The lamp is out"));
    }

    internal static async Task<Guid> CitizenAsync(TestAgency agency, object citizen) => Guid.Parse((string)(await (await agency.Agent).PostJsonAsync($"{agency.Path}/citizens", citizen))["id"]!);

    internal static async Task<JsonNode> SubmitAsync(TestAgency agency, Guid citizen, string title) =>
        await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title, channel = "phone", citizenId = citizen });

    static async Task MoveAsync(TestAgency agency, JsonNode about, params string[] steps)
    {
        foreach (var to in steps) await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases/{about["id"]}/transitions", new { to, reason = $"Because {to}." }, HttpStatusCode.OK);
    }

    async Task EmitAsync(TestAgency agency, OutboxEvent fact)
    {
        await using var change = await Db.BeginAsync(Caller.System(agency.Id), Ct);
        change.Emit(TimeProvider.System.Now(), fact);
        await change.CommitAsync(Ct);
        await Task.Delay(2, Ct); // ids of one millisecond have no order
    }
}
