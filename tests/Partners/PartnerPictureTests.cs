using System.Net;
using Cirm.Core.Information;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Partnering;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Partners;

/// <summary>Pictures of cases go to partners as links that end; nothing else of a case's files does.</summary>
public sealed class PartnerPictureTests(PartnerHost host) : IClassFixture<PartnerHost>
{
    [Fact]
    public async Task The_first_picture_goes_with_the_case_and_later_ones_as_updates_each_once()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var path = await agency.SubmitAsync();
        await AttachAsync(agency, path, "bill.txt", "text/plain");
        await AttachAsync(agency, path, "inside.jpg", "image/jpeg", "internal");
        await AttachAsync(agency, path, "lamp.jpg", "image/jpeg");
        await host.SendAsync();
        var link = Assert.Single(desk.Requests)["media_url"]!;
        Assert.StartsWith($"https://city.example{agency.Path}/pictures/", link, StringComparison.Ordinal);
        Assert.Empty(desk.Updates); // it went with the case, and is not said twice

        await AttachAsync(agency, path, "closer.jpg", "image/jpeg");
        await agency.MoveAsync(path, "accepted");
        await host.SendAsync();
        Assert.Equal([("open", "A picture was added."), ("open", "Because accepted.")], desk.Updates.Select(u => (u["status"], u["description"])));
        Assert.NotEqual(link, desk.Updates[0]["media_url"]);
        Assert.False(desk.Updates[1].ContainsKey("media_url"));

        // Whoever has the link sees the picture without signing in, and its citizen could see that somebody did.
        foreach (var sent in (string[])[link, desk.Updates[0]["media_url"]!])
        {
            using var picture = await host.Anonymous.GetAsync(new Uri(sent).AbsolutePath);
            Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
            Assert.DoesNotContain(TestImages.Secret, System.Text.Encoding.Latin1.GetString(await picture.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        }
        Assert.Equal("delivered not-told", string.Join(", ", (await agency.DeliveriesAsync(partner)).Where(d => (string?)d!["error"] == "not-told").Select(d => $"{d!["state"]} {d["error"]}")));
        var other = await host.NewAgencyAsync();
        await (await host.Anonymous.GetAsync($"{other.Path}/pictures/{link.Split('/')[^1]}")).RefusedAsync("not-found");
    }

    [Fact]
    public async Task What_may_have_arrived_is_said_again_as_it_was_and_a_picture_that_was_removed_is_not_told()
    {
        var (agency, desk, _) = await host.AgencyWithPartnerAsync();
        desk.After = call => call.Path == "requests" && call.Method == "POST" && desk.Of("POST", "requests").Count() == 1 ? call.HangUpAsync() : Task.FromResult(false);
        desk.Before = call => call.Method == "GET" ? call.AnswerAsync(404, "[]") : Task.FromResult(false); // it cannot be looked for: it is sent again
        var path = await agency.SubmitAsync();
        await host.SendAsync();
        await AttachAsync(agency, path, "late.jpg", "image/jpeg");
        var gone = await AttachAsync(agency, path, "gone.jpg", "image/jpeg");
        var agent = await agency.Agent;
        var file = (await agent.GetJsonAsync($"{path}/attachments"))["items"]!.AsArray().Single(f => (string?)f!["id"] == gone)!;
        Assert.Equal(HttpStatusCode.NoContent, (await agent.DeleteAsync($"{path}/attachments/{gone}?reason=A%20face", $"\"{file["sha256"]}\"")).StatusCode);
        for (var minutes = 1; minutes < 8; minutes++) await host.SendAsync(later: TimeSpan.FromMinutes(2 * minutes));

        var posts = desk.Of("POST", "requests").ToList();
        Assert.Equal(2, posts.Count);
        Assert.Equal(posts[0].Form.OrderBy(f => f.Key), posts[1].Form.OrderBy(f => f.Key));
        Assert.Equal(posts[0].Key, posts[1].Key);
        Assert.Single(desk.Updates, u => u.ContainsKey("media_url")); // the one that is there
    }

    [Fact]
    public async Task A_partner_that_is_to_have_no_pictures_gets_none()
    {
        var (agency, desk, _) = await host.AgencyWithPartnerAsync(new { sendsPictures = false });
        var path = await agency.SubmitAsync();
        await AttachAsync(agency, path, "lamp.jpg", "image/jpeg");
        await host.SendAsync();
        await AttachAsync(agency, path, "more.jpg", "image/jpeg");
        await host.SendAsync();
        Assert.False(Assert.Single(desk.Requests).ContainsKey("media_url"));
        Assert.Empty(desk.Updates);
    }

    [Fact]
    public async Task Where_nobody_could_follow_a_link_the_check_says_so()
    {
        var (agency, _, partner) = await host.AgencyWithPartnerAsync();
        using var client = host.Client();
        var checkup = new PartnerCheckup(host.Get<PartnerBook>(), host.Get<PartnerKeys>(), host.Get<Services>(), client, new PictureLinks(host.Get<Databases>(), null), TimeProvider.System);
        var check = (await checkup.CheckAsync(agency.Id, Guid.Parse(partner.Split('/')[^1]), CancellationToken.None))!;
        Assert.Contains(check.Findings, f => f is { Pointer: "/sendsPictures", Code: "no-address" });
    }

    [Fact]
    public void A_link_names_one_picture_stays_the_same_for_a_month_and_ends()
    {
        var (links, agency, ofCase, picture, at) = (new PictureLinks(host.Get<Databases>(), null), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), new DateTimeOffset(2026, 3, 21, 8, 0, 0, TimeSpan.Zero));
        string LinkAt(DateTimeOffset now) => links.PathOf("city", agency, ofCase, picture, at, now).Split('/')[^1];
        var link = LinkAt(at);
        Assert.Equal((ofCase, picture), links.Read(agency, link, at));
        Assert.Equal(link, LinkAt(at.AddDays(29)));
        Assert.NotEqual(link, LinkAt(at.AddDays(31)));
        Assert.NotNull(links.Read(agency, LinkAt(at.AddDays(29)), at.AddDays(29) + PictureLinks.Lasts));
        Assert.Null(links.Read(agency, link, at.AddDays(120)));
        Assert.Null(links.Read(Guid.NewGuid(), link, at));
        Assert.All(Enumerable.Range(0, link.Length), i => Assert.Null(links.Read(agency, $"{link[..i]}{(link[i] == 'A' ? 'B' : 'A')}{link[(i + 1)..]}", at)));
        Assert.Null(links.AddressOf("city", agency, ofCase, picture, at, at)); // nobody has said where this is
    }

    static async Task<string> AttachAsync(TestAgency agency, string path, string name, string type, string visibility = "public")
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(type == "text/plain" ? "A bill."u8.ToArray() : TestImages.Jpeg()) { Headers = { ContentType = new(type) } }, "file", name }, { new StringContent(visibility), "visibility" },
        };
        return (string)(await (await (await agency.Agent).PostAsync($"{path}/attachments", form)).ReadAsync(HttpStatusCode.Created))["items"]![0]!["id"]!;
    }
}
