using System.Net;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>An installation that only shows what it would write.</summary>
public sealed class MailboxHost : CirmHost
{
    protected override void Configure(IWebHostBuilder builder) => builder.UseSetting("CIRM_MAILBOX", "local");
}

public sealed class MailboxTests(MailboxHost demo, CirmHost host) : IClassFixture<MailboxHost>
{
    [Fact]
    public async Task A_page_shows_what_would_have_been_written_and_nothing_that_was_written_becomes_part_of_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(demo);
        var mailbox = demo.Services.GetRequiredService<Mailbox>();
        var channels = new MessageChannels(Enum.GetValues<MessageChannel>().ToDictionary(c => c, c => (IMessageChannel)new MailboxChannel(c, mailbox, TimeProvider.System)));
        Assert.Contains("There is none yet.", await PageAsync(agency));
        foreach (var (who, title) in ((object, string)[])[
            (new { name = "Sara", email = "sara@people.example" }, "<script>alert(1)</script> & co"), (new { name = "Ali", phone = "+98511", language = "fa" }, "چراغ")])
            await Telling.SubmitAsync(agency, await Telling.CitizenAsync(agency, who), title);
        await demo.TellAsync(agency, channels);
        await demo.TellAsync(agency, channels);

        var page = await PageAsync(agency);
        Assert.Contains("""<html lang="en" dir="ltr">""", page);
        Assert.Equal(2, page.Split("<article").Length - 1);
        Assert.Contains("<br>Title: &lt;script&gt;alert(1)&lt;/script&gt; &amp; co</p>", page);
        Assert.DoesNotContain("<script", page);
        Assert.Contains("<h2>Case 1: we have it</h2>", page);
        Assert.Matches("""(?s)<article lang="fa" dir="rtl".*<h2>SMS</h2>.*<bdi>&#x2B;98511</bdi>.*پروندهٔ ۲ خبر تازه دارد""", page);
        Assert.True(page.IndexOf("پروندهٔ ۲", StringComparison.Ordinal) < page.IndexOf("Case 1", StringComparison.Ordinal)); // the newest first
    }

    [Fact]
    public async Task Erased_people_leave_the_mailbox()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(demo);
        var channels = Telling.Channels(MessageChannel.Email, new MailboxChannel(MessageChannel.Email, demo.Services.GetRequiredService<Mailbox>(), TimeProvider.System));
        var citizen = await Telling.CitizenAsync(agency, new { name = "Gone", email = "gone@people.example" });
        await Telling.SubmitAsync(agency, citizen, "Mine");
        await demo.TellAsync(agency, channels);
        Assert.Contains("gone@people.example", await PageAsync(agency));
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens/{citizen}/erasure", new { confirmed = true }, HttpStatusCode.OK);
        Assert.DoesNotContain("gone@people.example", await PageAsync(agency));
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_such_page()
    {
        var agency = await host.NewAgencyAsync();
        await (await host.Anonymous.GetAsync($"/demo/mailbox/{agency.Slug}")).RefusedAsync("not-found");
        await (await demo.Anonymous.GetAsync("/demo/mailbox/nowhere")).RefusedAsync("not-found");
    }

    async Task<string> PageAsync(TestAgency agency)
    {
        using var answer = await demo.Anonymous.GetAsync($"/demo/mailbox/{agency.Slug}");
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (answer.StatusCode, $"{answer.Content.Headers.ContentType}"));
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        return await answer.Content.ReadAsStringAsync();
    }
}
