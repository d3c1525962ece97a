using System.Net;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using static Cirm.Tests.Transactions.Telling;

namespace Cirm.Tests.Transactions;

/// <summary>What citizens are told about their cases (docs/messages.md): the outbox's events, and a real mail server.</summary>
public sealed class MessageTests(CirmHost host)
{
    static readonly CancellationToken Ct = CancellationToken.None;

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
        await host.EmitAsync(agency, OutboxEvent.Of("case.due-moved", id, new { number = 1, was = "2026-11-20T17:00:00Z", dueAt = "2026-11-24T17:00:00Z" }));
        await host.EmitAsync(agency, OutboxEvent.Of("case.due-moved", id, new { number = 1, was = "2026-11-24T17:00:00Z", dueAt = "2026-11-24T17:59:00Z" })); // no news
        await host.TellAsync(agency, By(server));
        await MoveAsync(agency, submitted, "resolved", "reopened", "inProgress", "refused", "closed");
        await host.EmitAsync(agency, OutboxEvent.Of("case.due-moved", id, new { number = 1, was = "2026-11-24T17:00:00Z", dueAt = "2026-11-30T17:00:00Z" })); // it is over
        await host.EmitAsync(agency, OutboxEvent.Of("case.merged", id, new { merged = 1, into = 7 }));
        await host.EmitAsync(agency, OutboxEvent.Of("case.merged", id, new { merged = 6, into = 1 }));
        await host.TellAsync(agency, By(server));
        await host.TellAsync(agency, By(server)); // safe to run twice

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
        await host.EmitAsync(agency, OutboxEvent.Of("case.due-moved", Guid.Parse((string)submitted["id"]!), new { number = 1, was = "2026-11-22T08:05:00Z", dueAt = "2027-03-21T08:00:00Z" }));
        await host.TellAsync(agency, By(server));
        await MoveAsync(agency, submitted, "refused");
        await host.TellAsync(agency, By(server));

        Assert.Equal(["پروندهٔ ۱: دریافت شد", "پروندهٔ ۱: تاریخ تازه", "پروندهٔ ۱: تصمیم گرفته شد"], server.Received.Select(m => m.Subject));
        Assert.All(server.Received, m => Assert.Equal("fa", m["Content-Language"]));
        Assert.Contains("خدمت: روشنایی معابر\nعنوان: چراغ کوچه خاموش است", server.Received[0].Body);
        Assert.Contains("۱ فروردین ۱۴۰۶، ساعت ۱۱:۳۰", server.Received[1].Body);
        Assert.Contains("تاریخ پیشین ۱ آذر ۱۴۰۵، ساعت ۱۱:۳۵ بود.", server.Received[1].Body);
        Assert.Contains("راه اعتراض: شکایت به ۱۳۷", server.Received[2].Body);
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
        await host.TellAsync(agency, By(server));
        Assert.Equal(["father@people.example", hers], server.Received.Select(m => m.To));
        Assert.Equal([false, true], server.Received.Select(m => m.Body.Contains("you act for somebody else", StringComparison.Ordinal)));

        await (await agency.Agent).PostJsonAsync($"{mandates}/{mandate["id"]}/revoke", new { reason = "Over." }, HttpStatusCode.OK);
        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        await host.TellAsync(agency, By(server));
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
        await host.TellAsync(agency, By(server));
        Assert.Empty(server.Received);
        Assert.Equal([(MessageState.Suppressed, "no-way"), (MessageState.Suppressed, "no-way")], (await host.MessagesAsync(agency)).Select(m => (m.State, m.Error)));

        // Erased: what they were told goes with them, and nothing more comes.
        var gone = await CitizenAsync(agency, new { name = "Gone", email = "gone@people.example" });
        var submitted = await SubmitAsync(agency, gone, "Mine");
        await host.TellAsync(agency, By(server));
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens/{gone}/erasure", new { confirmed = true }, HttpStatusCode.OK);
        Assert.DoesNotContain(await host.MessagesAsync(agency), m => m.RecipientId == gone);
        await MoveAsync(agency, submitted, "accepted", "inProgress", "resolved");
        await host.TellAsync(agency, By(server));
        Assert.Single(server.Received);

        // An installation that can write to nobody writes nothing down.
        await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var before = (await host.MessagesAsync(agency)).Count;
        await host.TellAsync(agency, new(new Dictionary<MessageChannel, IMessageChannel>()));
        Assert.Equal(before, (await host.MessagesAsync(agency)).Count);
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
}
