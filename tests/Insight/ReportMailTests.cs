using System.Net;
using System.Net.Http.Json;
using System.Text;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Insight;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using NodaTime;

namespace Cirm.Tests.Insight;

/// <summary>Reports that managers get by mail, on a real mail server.</summary>
public sealed class ReportMailTests(CirmHost host)
{
    [Fact]
    public async Task A_report_is_mailed_when_it_is_due_with_a_table_and_a_picture_and_once()
    {
        await using var server = new TestMailServer();
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var (first, second) = (await host.AddAccountAsync(agency.Id, Role.Manager), await host.AddAccountAsync(agency.Id, Role.Admin));
        await Reporting.CasesAsync(host, agency, [.. Enumerable.Range(0, 90).Select(i => Case(i, i % 3 == 0 ? "North" : "South <&>"))]);
        await Reporting.CountAsync(host, agency, new(2026, 8, 15, 0, 0, 0, TimeSpan.Zero));
        var made = await manager.PostJsonAsync($"{agency.Path}/report-subscriptions", new { report = "volume", by = "area", schedule = "monthly", recipients = (Guid[])[first.Id, second.Id] });
        Assert.Equal(("volume", "area", "month", "en"), ((string?)made["report"], (string?)made["by"], (string?)made["period"], (string?)made["language"]));

        await SendAsync(server);
        Assert.Empty(server.Received); // not due yet
        await DueAsync(agency);
        server.ToMail = async mail => server.Received.Count == 2 ? null : await Task.FromResult("250 taken"); // the second one is not taken: the server hangs up
        await Assert.ThrowsAsync<MessageNotTaken>(() => SendAsync(server));
        server.ToMail = _ => Task.FromResult<string?>("250 taken");
        await SendAsync(server);
        await SendAsync(server);
        var taken = server.Received.GroupBy(m => m["Message-ID"]).ToList();
        Assert.Equal(2, taken.Count); // each has its own id, whoever gets it twice can tell
        Assert.Equal(2, taken.Select(t => t.First().To).Distinct().Count());

        var mail = await MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(server.Received[^1].Raw)));
        Assert.Equal("Cases by area, 2026-05", mail.Subject);
        Assert.Contains("2. South <&>: 2026-05 60\n", mail.TextBody!.ReplaceLineEndings("\n"));
        Assert.Contains("<td>South &lt;&amp;&gt;</td><td dir=\"ltr\">60</td>", mail.HtmlBody);
        var picture = mail.BodyParts.OfType<MimePart>().Single(p => p.ContentType.MimeType == "image/png");
        Assert.Equal("chart", picture.ContentId);
        using var png = new MemoryStream();
        await picture.Content!.DecodeToAsync(png);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png.ToArray()[..4]);
        if (Environment.GetEnvironmentVariable("CIRM_TEST_PICTURES") is { Length: > 0 } folder) await File.WriteAllBytesAsync(Path.Combine(folder, "report.png"), png.ToArray());

        // Who may not read reports any more gets none.
        await host.Database.ExecuteAsOwnerAsync($"update accounts set disabled_at = now() where agency_id = '{agency.Id}' and id = '{second.Id}'");
        await DueAsync(agency);
        await SendAsync(server);
        Assert.Equal(3, server.Received.GroupBy(m => m["Message-ID"]).Count());
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from report_mailings where agency_id = '{agency.Id}' and state = 'failed' and error = 'no-recipient'"));

        var path = $"{agency.Path}/report-subscriptions/{made["id"]}";
        Assert.Single((await manager.GetJsonAsync($"{agency.Path}/report-subscriptions"))["items"]!.AsArray());
        var read = await manager.GetAsync(path);
        using var removal = new HttpRequestMessage(HttpMethod.Delete, path) { Headers = { { "If-Match", read.Headers.ETag!.Tag } } };
        Assert.Equal(HttpStatusCode.NoContent, (await manager.SendAsync(removal)).StatusCode);
        await (await manager.GetAsync(path)).RefusedAsync("not-found");
        var audit = await host.AuditActionsAsync(agency);
        Assert.Contains("report.subscribed", audit);
        Assert.Contains("report.mailed", audit);
        Assert.Contains("report.unsubscribed", audit);
    }

    [Fact]
    public async Task Only_managers_and_admins_of_the_agency_are_recipients()
    {
        var (agency, other) = (await host.NewAgencyAsync(), await host.NewAgencyAsync());
        var manager = await agency.Manager;
        foreach (var account in (Guid[])[(await host.AddAccountAsync(other.Id, Role.Manager)).Id, (await host.AddAccountAsync(agency.Id, Role.Citizen)).Id, (await host.AddAccountAsync(agency.Id, Role.Agent)).Id, Guid.NewGuid()])
            await (await manager.PostAsJsonAsync($"{agency.Path}/report-subscriptions", new { report = "volume", schedule = "weekly", recipients = (Guid[])[account] })).RefusedAsync("not-a-recipient");
        var own = (await host.AddAccountAsync(agency.Id, Role.Manager)).Id;
        await (await manager.PostAsJsonAsync($"{agency.Path}/report-subscriptions", new { report = "satisfaction", by = "area", schedule = "weekly", recipients = (Guid[])[own] })).RefusedAsync("report-not-vouched");
        foreach (var wrong in (object[])[new { report = "persons", schedule = "weekly", recipients = (Guid[])[own] }, new { report = "volume", schedule = "weekly", recipients = (Guid[])[own, own] },
                     new { report = "volume", schedule = "weekly", recipients = (Guid[])[own], language = "fa" }])
            await (await manager.PostAsJsonAsync($"{agency.Path}/report-subscriptions", wrong)).RefusedAsync("validation");
    }

    [Theory]
    [InlineData(MailSchedule.Weekly, "2026-05-06T12:00:00Z", "2026-05-11T11:00:00Z")]
    [InlineData(MailSchedule.Monthly, "2026-05-09T11:00:00Z", "2026-06-09T11:00:00Z")]
    [InlineData(MailSchedule.Quarterly, "2026-11-20T00:00:00Z", "2027-01-09T12:00:00Z")] // winter time
    public void It_is_sent_in_the_morning_of_the_agencys_own_clock(MailSchedule schedule, string after, string next) =>
        Assert.Equal(At(next), ReportSubscription.NextAfter(schedule, At(after), DateTimeZoneProviders.Tzdb["America/New_York"]));

    [Fact]
    public void In_Persian_from_right_to_left_and_what_is_hidden_says_so()
    {
        var page = new ReportPage("2026-01", new(2026, 1, 1), new(2026, 2, 1), At("2026-02-08T00:00:00Z"), null,
            [new("all", 120), new("وکیل‌آباد", 70), new("منطقه ۱۲", 40), new("ثامن", null, Suppressed: true)]);
        var (text, rich) = new ReportMail("fa", new Dictionary<string, Localized>()).Compose(ReportKind.Volume, "area", new("fa", "شهرداری مشهد"), [page]);
        Assert.Contains("dir=\"rtl\"", rich.Html);
        Assert.Contains("2. وکیل‌آباد: 2026-01 70\n", text.Body);
        Assert.Contains("4. ثامن: 2026-01 پنهان\n", text.Body);
        Assert.True(rich.Picture!.Length > 5000);
        if (Environment.GetEnvironmentVariable("CIRM_TEST_PICTURES") is { Length: > 0 } folder) File.WriteAllBytes(Path.Combine(folder, "report-fa.png"), rich.Picture);
    }

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    static ReportedCase Case(int i, string area) => new("lamps", area, "web", new(2026, 5, 1 + i % 28, 12, 0, 0, TimeSpan.Zero), null, null);

    Task DueAsync(TestAgency agency) => host.Database.ExecuteAsOwnerAsync($"update report_subscriptions set next_at = now() - interval '1 minute' where agency_id = '{agency.Id}'");

    Task SendAsync(TestMailServer server)
    {
        var services = host.Services;
        var channels = new MessageChannels(new Dictionary<MessageChannel, IMessageChannel> { [MessageChannel.Email] = new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(5)) });
        return new SendReports(services.GetRequiredService<Databases>(), services.GetRequiredService<TenantDb>(), services.GetRequiredService<Agencies>(), services.GetRequiredService<ReportSubscriptions>(),
            services.GetRequiredService<ReportBook>(), services.GetRequiredService<PublishedReports>(), channels, TimeProvider.System).RunAsync(new(), null!, CancellationToken.None);
    }
}
