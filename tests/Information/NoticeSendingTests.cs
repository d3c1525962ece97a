using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Cirm.Core.Information;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Information;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;
using Cirm.Tests.Portal;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Information;

/// <summary>Notices that go out: to whom they are addressed, once, in their language, until they want no more; and nobody can tell to whom.</summary>
public sealed partial class NoticeSendingTests(CirmHost host)
{
    [Fact]
    public async Task It_goes_once_to_everybody_addressed_in_their_language_and_afterwards_nobody_knows_to_whom()
    {
        await using var server = new TestMailServer();
        var agency = await AgencyAsync(declared: false);
        var manager = await agency.Manager;
        var ids = await CitizensAsync(agency, 24, i => new { district = "1" }, i => i switch { 0 => "fa", 1 => "de", _ => null });
        await CitizensAsync(agency, 12, _ => new { district = "2" }, _ => null);
        await Segmenting.SegmentAsync(manager, agency, "tenants-of-one", new { attribute = "district", op = "eq", value = "1" });
        await Segmenting.EvaluateAsync(host, agency);
        var notice = new
        {
            key = "heating", title = new { en = "Heating is off", fa = "گرمایش قطع است" }, body = new { en = "Ask **us**.", fa = "از ما بپرسید." },
            segments = (string[])["tenants-of-one"], channels = (string[])["email"], publish = true,
        };
        Assert.Contains("undeclared", await (await manager.PostAsJsonAsync($"{agency.Path}/notices", notice)).Content.ReadAsStringAsync());
        await DeclareAsync(agency, "publicTask");
        var made = await manager.PostJsonAsync($"{agency.Path}/notices", notice);
        Assert.Equal(["portal", "email"], made["channels"]!.AsArray().Select(c => (string?)c));
        var path = $"{agency.Path}/notices/heating/versions/1/sending";
        Assert.Equal("waiting", (string?)(await manager.GetJsonAsync(path))["state"]);

        await SendAsync(server);
        await SendAsync(server);
        Assert.Equal(24, server.Received.Count);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => $"one-{i}@people.example").Order(), server.Received.Select(m => m.To).Order());
        var (persian, german) = (server.Received.Single(m => m.To == "one-0@people.example"), server.Received.Single(m => m.To == "one-1@people.example"));
        Assert.Equal(("گرمایش قطع است", "fa"), (persian.Subject, persian["Content-Language"]));
        Assert.Contains($"از ما بپرسید.\n\nدر صفحه‌های ما، پس از ورود: https://city.example/fa/{agency.Slug}/notices/heating\n", persian.Body);
        Assert.Equal("Heating is off", german.Subject); // the agency's first language
        Assert.Contains($"https://city.example/en/{agency.Slug}/notices/heating\n", german.Body);
        Assert.Matches($"^<https://city.example/v1/agencies/{agency.Slug}/notice-refusals/[\\w-]+>$", german["List-Unsubscribe"]!);
        Assert.Equal("List-Unsubscribe=One-Click", german["List-Unsubscribe-Post"]);
        Assert.All(server.Received, m => Assert.DoesNotContain("tenants", m.Raw + m.Body)); // why somebody gets it is not said
        Assert.All(server.Received, m => Assert.DoesNotContain(ids, id => (m.Raw + m.Body).Contains($"{id}", StringComparison.Ordinal) || (m.Raw + m.Body).Contains($"{id:N}", StringComparison.Ordinal)));

        var sending = await manager.GetJsonAsync(path);
        Assert.Equal(("sent", 20, 20), ((string?)sending["state"], (int)sending["addressed"]!, (int)sending["writtenTo"]!)); // of 24, with groups of ten
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from notice_recipients where agency_id = '{agency.Id}'"));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from audit_entries where agency_id = '{agency.Id}' and action like 'notice.%' and subject_id in (select id from citizens)"));
        Assert.Equal(["notice.sending", "notice.over"], (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("notice.", StringComparison.Ordinal)));
        await (await (await agency.Citizen).GetAsync(path)).RefusedAsync("not-allowed");
        await (await manager.GetAsync($"{agency.Path}/notices/heating/versions/2/sending")).RefusedAsync("not-found");
    }

    [Fact]
    public async Task Who_says_no_gets_no_more_by_the_link_by_one_click_signed_in_or_at_the_counter()
    {
        await using var server = new TestMailServer();
        var agency = await AgencyAsync();
        var ids = await CitizensAsync(agency, 4, _ => new { }, _ => null);
        var (ada, account) = await Asking.CitizenAsync(host, agency);
        await PublishAsync(agency, "first");
        await SendAsync(server);
        Assert.Equal(5, server.Received.Count); // the account's address, where the record has none

        // The link opens a page; only its button says it.
        var mail = server.Received.Single(m => m.To == "one-0@people.example");
        var page = Link().Match(mail.Body).Value["https://city.example".Length..];
        var browser = await new Browser(host).OpenAsync(page);
        Assert.Equal(0, await RefusedAsync(agency));
        await browser.SubmitAsync(page);
        Assert.Contains("We send you no more notices", browser.Words);
        // A mail program says it with one click.
        var oneClick = server.Received.Single(m => m.To == "one-1@people.example")["List-Unsubscribe"]!["<https://city.example".Length..^1];
        using (var form = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]))
            Assert.Equal(HttpStatusCode.NoContent, (await host.Anonymous.PostAsync(oneClick, form)).StatusCode);
        await (await (await agency.Agent).PutAsync($"{agency.Path}/citizens/{ids[2]}/consents/notices", new { given = false, channel = "phone" }, null)).ReadAsync(HttpStatusCode.OK);
        await (await ada.PutAsync("/v1/me/consents/notices", new { given = false }, null)).ReadAsync(HttpStatusCode.OK);
        Assert.False((bool)(await ada.GetJsonAsync("/v1/me/consents")).AsArray().Single(c => (string?)c!["use"] == "notices")!["given"]!);
        Assert.Equal(4, await RefusedAsync(agency));
        Assert.NotEqual(account, ids[0]);

        await PublishAsync(agency, "second");
        await SendAsync(server);
        Assert.Equal(["one-3@people.example"], server.Received.Skip(5).Select(m => m.To));
        await (await ada.PutAsync("/v1/me/consents/notices", new { given = true }, null)).ReadAsync(HttpStatusCode.OK);
        await DeclareAsync(agency, "publicTask"); // that they said no is no reason not to word it anew
        await PublishAsync(agency, "third");
        await SendAsync(server);
        Assert.Equal(8, server.Received.Count);

        // Another agency's code, and one that somebody made up.
        var other = await AgencyAsync();
        foreach (var wrong in (string[])[oneClick.Replace(agency.Slug, other.Slug, StringComparison.Ordinal), $"{oneClick[..^1]}{(oneClick[^1] == 'A' ? 'Q' : 'A')}", $"{agency.Path}/notice-refusals/x"])
            await (await host.Anonymous.PostAsync(wrong, null)).RefusedAsync("not-found");
        Assert.Equal(HttpStatusCode.NotFound, (await new Browser(host).OpenAsync(page.Replace(agency.Slug, other.Slug, StringComparison.Ordinal))).Status);
        // Nobody is there any more.
        await (await (await agency.Admin).PostAsJsonAsync($"{agency.Path}/citizens/{ids[1]}/erasure", new { confirmed = true })).ReadAsync(HttpStatusCode.OK);
        await (await host.Anonymous.PostAsync(oneClick, null)).RefusedAsync("not-found");
    }

    [Fact]
    public async Task Where_it_rests_on_consent_only_who_gave_it_gets_one()
    {
        await using var server = new TestMailServer();
        var agency = await AgencyAsync(declared: false);
        await DeclareAsync(agency, "consent");
        var ids = await CitizensAsync(agency, 3, _ => new { }, _ => null);
        await (await (await agency.Agent).PutAsync($"{agency.Path}/citizens/{ids[1]}/consents/notices", new { given = true, channel = "counter" }, null)).ReadAsync(HttpStatusCode.OK);
        await PublishAsync(agency, "asked");
        await SendAsync(server);
        Assert.Equal("one-1@people.example", Assert.Single(server.Received).To);
        await (await (await agency.Admin).PutAsync($"{agency.Path}/data-uses/notices", new { name = "N", purpose = "N", legalBasis = "publicTask", provision = "L" }, null)).RefusedAsync("basis-in-use");
    }

    [Fact]
    public async Task What_is_not_taken_is_tried_again_one_who_cannot_be_reached_keeps_nobody_waiting_and_who_says_no_meanwhile_gets_none()
    {
        await using var server = new TestMailServer();
        var agency = await AgencyAsync();
        var ids = await CitizensAsync(agency, 6, _ => new { }, _ => null);
        server.ToRecipient = to => to.StartsWith("one-0@", StringComparison.Ordinal) ? "550 nobody" : to.StartsWith("one-1@", StringComparison.Ordinal) || to.StartsWith("one-2@", StringComparison.Ordinal) ? "451 later" : "250 known";
        await PublishAsync(agency, "again");
        await SendAsync(server);
        Assert.Equal(["one-3", "one-4", "one-5"], server.Received.Select(m => m.To.Split('@')[0]).Order());
        var path = $"{agency.Path}/notices/again/versions/1/sending";
        Assert.Equal("sending", (string?)(await (await agency.Manager).GetJsonAsync(path))["state"]);
        await (await (await agency.Agent).PutAsync($"{agency.Path}/citizens/{ids[2]}/consents/notices", new { given = false, channel = "phone" }, null)).ReadAsync(HttpStatusCode.OK);
        server.ToRecipient = _ => "250 known";
        await SendAsync(server);
        Assert.Equal(3, server.Received.Count); // after a pause
        await host.Database.ExecuteAsOwnerAsync($"update notice_recipients set next_at = now() where agency_id = '{agency.Id}'");
        await SendAsync(server);
        Assert.Equal(["one-1", "one-3", "one-4", "one-5"], server.Received.Select(m => m.To.Split('@')[0]).Order());
        Assert.Equal("sent", (string?)(await (await agency.Manager).GetJsonAsync(path))["state"]);
    }

    [Fact]
    public async Task A_notice_that_is_withdrawn_stops_and_so_does_one_that_is_replaced_or_over()
    {
        await using var server = new TestMailServer();
        var agency = await AgencyAsync();
        var manager = await agency.Manager;
        await CitizensAsync(agency, 8, _ => new { }, _ => null);
        await PublishAsync(agency, "withdrawn");
        server.ToMail = async _ =>
        {
            if (server.Received.Count == 3) await (await manager.PostAsync($"{agency.Path}/notices/withdrawn/retire", null)).ReadAsync(HttpStatusCode.OK);
            return "250 taken";
        };
        await SendAsync(server);
        Assert.Equal(3, server.Received.Count);
        Assert.Equal("stopped", await StateAsync(agency, "withdrawn"));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from notice_recipients where agency_id = '{agency.Id}'"));

        server.ToMail = _ => Task.FromResult<string?>("250 taken");
        await PublishAsync(agency, "replaced");
        await manager.PostJsonAsync($"{agency.Path}/notices/replaced/versions", new { title = "Better", body = "Better.", channels = (string[])["email"] });
        await (await manager.PostAsync($"{agency.Path}/notices/replaced/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);
        await PublishAsync(agency, "coming", validFrom: DateTimeOffset.UtcNow.AddHours(1));
        await PublishAsync(agency, "over", validTo: DateTimeOffset.UtcNow.AddHours(1));
        await host.Database.ExecuteAsOwnerAsync($"update article_versions v set valid_to = now() from articles a where v.agency_id = '{agency.Id}' and a.agency_id = v.agency_id and a.id = v.article_id and a.key = 'over'");
        await SendAsync(server);
        Assert.Equal(Enumerable.Repeat("Better", 8), server.Received.Skip(3).Select(m => m.Subject));
        Assert.Equal(("stopped", "waiting", "stopped"), (await StateAsync(agency, "replaced"), await StateAsync(agency, "coming"), await StateAsync(agency, "over")));
    }

    [Fact]
    public async Task No_figure_is_told_of_a_small_group_nor_of_one_that_differs_by_a_few_from_another()
    {
        await using var server = new TestMailServer();
        var agency = await AgencyAsync();
        var manager = await agency.Manager;
        await CitizensAsync(agency, 24, i => new { district = i < 4 ? "3" : "1", age = 20 + i }, _ => null);
        foreach (var (key, rule) in ((string, object)[])
                 [
                     ("few", new { attribute = "district", op = "eq", value = "3" }), ("older", new { attribute = "age", op = "ge", value = 24 }), ("older-but-one", new { attribute = "age", op = "ge", value = 25 }),
                 ]) await Segmenting.SegmentAsync(manager, agency, key, rule);
        await Segmenting.EvaluateAsync(host, agency);
        foreach (var key in (string[])["few", "older", "older-but-one"])
        {
            await PublishAsync(agency, key, segments: [key]);
            await SendAsync(server);
        }
        Assert.Equal(4 + 20 + 19, server.Received.Count);
        Assert.Equal(["few: , ", "older: 20, 20", "older-but-one: , "], await Task.WhenAll(((string[])["few", "older", "older-but-one"]).Select(async key =>
            await manager.GetJsonAsync($"{agency.Path}/notices/{key}/versions/1/sending") is var s ? $"{key}: {s["addressed"]}, {s["writtenTo"]}" : "")));
    }

    [Fact]
    public async Task By_text_message_to_who_has_no_address_and_where_there_is_no_way_it_says_so()
    {
        var agency = await AgencyAsync();
        await CitizensAsync(agency, 1, _ => new { }, _ => null);
        await Telling.CitizenAsync(agency, new { phone = "+1 617 555 0103" });
        var gateway = new Into();
        await PublishAsync(agency, "both", channels: ["email", "sms", "email"]);
        await SendAsync(new MessageChannels(new Dictionary<MessageChannel, IMessageChannel> { [MessageChannel.Email] = gateway, [MessageChannel.Sms] = gateway }));
        Assert.Equal(["+1 617 555 0103", "one-0@people.example"], gateway.Sent.Select(m => m.Address).Order(StringComparer.Ordinal));
        Assert.Matches($"^[^\n]*: Mind it\nhttps://city.example/en/{agency.Slug}/notices/both\nNo more: https://city.example/en/{agency.Slug}/no-more-notices/[\\w-]+$", gateway.Sent[0].Text.Short);

        await PublishAsync(agency, "no-mail");
        await SendAsync(new MessageChannels(new Dictionary<MessageChannel, IMessageChannel> { [MessageChannel.Sms] = gateway }));
        await PublishAsync(agency, "no-address");
        await SendAsync(new MessageChannels(new Dictionary<MessageChannel, IMessageChannel> { [MessageChannel.Email] = gateway }), origin: null);
        Assert.Equal(2, gateway.Sent.Count);
        Assert.Equal(("noWay", "noWay"), (await StateAsync(agency, "no-mail"), await StateAsync(agency, "no-address")));
        Assert.Contains("/channels", await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/articles", new { key = "a", kind = "guide", title = "A", body = "A", channels = (string[])["email"] })).Content.ReadAsStringAsync());
    }

    async Task<TestAgency> AgencyAsync(bool declared = true)
    {
        var agency = await Segmenting.AgencyAsync(host);
        if (declared) await DeclareAsync(agency, "publicTask");
        return agency;
    }

    static async Task DeclareAsync(TestAgency agency, string basis) =>
        Assert.True((await (await agency.Admin).PutAsync($"{agency.Path}/data-uses/notices",
            new { name = "Notices", purpose = "To tell you what concerns you.", legalBasis = basis, provision = basis == "consent" ? null : "The city's charter" }, null)).IsSuccessStatusCode);

    // With addresses one-0@… by number.
    async Task<Guid[]> CitizensAsync(TestAgency agency, int count, Func<int, object> attributes, Func<int, string?> language)
    {
        var ids = await Segmenting.CitizensAsync(host, agency, count, attributes);
        var prefix = await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from citizen_identities where agency_id = '{agency.Id}'") == 0 ? "one" : "two";
        foreach (var (i, id) in ids.Index())
            await host.Database.ExecuteAsOwnerAsync($"""
                insert into citizen_identities (agency_id, citizen_id, email) values ('{agency.Id}', '{id}', '{prefix}-{i}@people.example')
                on conflict (agency_id, citizen_id) do update set email = excluded.email;
                update citizens set language = {(language(i) is { } said ? $"'{said}'" : "null")} where agency_id = '{agency.Id}' and id = '{id}'
                """);
        return ids;
    }

    static async Task PublishAsync(TestAgency agency, string key, string[]? segments = null, string[]? channels = null, DateTimeOffset? validFrom = null, DateTimeOffset? validTo = null) =>
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/notices", new { key, title = "Mind it", body = "Please.", segments, channels = channels ?? ["email"], validFrom, validTo, publish = true });

    static async Task<string?> StateAsync(TestAgency agency, string key) => (string?)(await (await agency.Manager).GetJsonAsync($"{agency.Path}/notices/{key}/versions/1/sending"))["state"];

    Task<long> RefusedAsync(TestAgency agency) => host.Database.ScalarAsOwnerAsync<long>($"select count(*) from consents where agency_id = '{agency.Id}' and not given and use_key = 'notices' and (recorded_by is null or channel = 'phone')");

    Task SendAsync(TestMailServer server) => SendAsync(Telling.By(server));

    // Other tests' agencies are looked at, too: what they have waiting, they have sent themselves.
    Task SendAsync(MessageChannels channels, string? origin = "https://city.example")
    {
        var (databases, db) = (host.Services.GetRequiredService<Databases>(), host.Services.GetRequiredService<TenantDb>());
        return new SendNotices(databases, db, new NoticeSendings(db, new NoticeLinks(databases, origin), TimeProvider.System), channels).RunAsync(new(), null!, CancellationToken.None);
    }

    sealed class Into : IMessageChannel
    {
        public List<OutgoingMessage> Sent { get; } = [];

        public Task SendAsync(OutgoingMessage message, CancellationToken ct)
        {
            Sent.Add(message);
            return Task.CompletedTask;
        }
    }

    [GeneratedRegex(@"https://city\.example/\w+/[\w-]+/no-more-notices/[\w-]+")]
    private static partial Regex Link();
}
