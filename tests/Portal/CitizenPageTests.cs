using System.Net;
using System.Text.RegularExpressions;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Portal;

/// <summary>What a citizen does on the pages, without JavaScript.</summary>
public sealed partial class CitizenPageTests(CirmHost host)
{
    const string Password = "a long enough password";

    [Fact]
    public async Task Without_an_account_something_is_reported_and_followed_by_its_code()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var browser = await new Browser(host).OpenAsync($"/en/{agency.Slug}");
        Assert.Contains("How can we help?", browser.Words);
        await browser.OpenAsync($"/en/{agency.Slug}/report/lamps");
        await browser.SubmitAsync($"/en/{agency.Slug}/report/lamps", ("kind", "report"), ("title", "The lamp is out"), ("description", "For a week."), ("location/area", "Roxbury"));
        var code = Code().Match(browser.Page).Groups[1].Value;
        Assert.Matches("^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", code);
        Assert.DoesNotContain(code, browser.At);

        var another = await new Browser(host).OpenAsync($"/en/{agency.Slug}/follow");
        await another.SubmitAsync($"/en/{agency.Slug}/follow", ("code", code.ToLowerInvariant()));
        Assert.Equal($"/en/{agency.Slug}/follow/case", another.At);
        Assert.Contains("The lamp is out", another.Words);
        await another.SubmitAsync($"/en/{agency.Slug}/follow/case/notes", ("text", "It is the one by the school."));
        Assert.Contains("It is the one by the school.", another.Words);

        var agent = await agency.Agent;
        var submitted = (await agent.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!;
        Assert.Equal(("web", "Roxbury", "report"), ((string?)submitted["channel"], (string?)submitted["location"]!["area"], (string?)submitted["kind"]));
        foreach (var to in (string[])["accepted", "inProgress", "resolved"]) await agent.PostJsonAsync($"{agency.Path}/cases/{submitted["id"]}/transitions", new { to, reason = "We were there." }, HttpStatusCode.OK);
        await another.OpenAsync($"/en/{agency.Slug}/follow/case");
        await another.SubmitAsync($"/en/{agency.Slug}/follow/case/verdict", ("solved", "false"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, another.Status);
        Assert.Contains("Fill in: Why", another.Words);
        await another.SubmitAsync($"/en/{agency.Slug}/follow/case/verdict", ("solved", "false"), ("reason", "Still dark."));
        Assert.Contains("Not solved", another.Words);
        Assert.Equal("notSolved", (string?)(await agent.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}"))["verdict"]);
        Assert.Single((await agent.GetJsonAsync($"{agency.Path}/recoveries"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Areas_that_many_cases_name_are_offered_and_those_that_could_be_somebodys_address_are_not()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await host.Database.ExecuteAsOwnerAsync($"""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, area, submitted_at, updated_at)
            select '{agency.Id}', gen_random_uuid(), 1000 + n, s.id, 1, 'report', 'submitted', 'web', 'A lamp', case when n <= 10 then 'Roxbury' when n <= 19 then 'By my own house' end, now(), now()
            from services s cross join generate_series(1, 25) n where s.agency_id = '{agency.Id}' and s.key = 'lamps'
            """);
        var browser = await new Browser(host).OpenAsync($"/en/{agency.Slug}/report/lamps");
        Assert.Contains("<option value=\"Roxbury\">", browser.Page);
        Assert.DoesNotContain("By my own house", browser.Page);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_is_one_case_with_the_same_code()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var action = $"/en/{agency.Slug}/report/lamps";
        (string, string)[] fields = [("once", Guid.NewGuid().ToString("N")), ("kind", "report"), ("title", "The lamp is out")];
        var pages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new Browser(host).PostAsync(action, fields)));
        Assert.Single(pages.Select(p => Code().Match(p.Page).Groups[1].Value).Distinct());
        Assert.Single((await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
        Assert.Contains("sent before", (await new Browser(host).PostAsync(action, [.. fields[..2], ("title", "Another")])).Words);
    }

    [Fact]
    public async Task What_is_wrong_is_named_above_and_at_its_field_and_what_was_typed_stays()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        foreach (var (language, summary, title) in ((string, string, string)[])[("en", "There is a problem", "In one line"), ("fa", "مشکلی هست", "در یک خط")])
        {
            var action = $"/{language}/{agency.Slug}/report/lamps";
            var browser = await new Browser(host).OpenAsync(action);
            await browser.SubmitAsync(action, ("kind", "report"), ("title", " "), ("description", "<b>dark</b>"), ("location/latitude", "north"));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
            Assert.Contains(summary, browser.Words);
            Assert.Contains($"<a href=\"#title\">", browser.Page);
            Assert.Contains($"<a href=\"#location-latitude\">", browser.Page);
            Assert.Equal(2, Regex.Count(browser.Page, $"<(a|p)[^>]*>(<span[^>]*>[^<]*</span> )?[^<]*{title}[^<]*</(a|p)>"));
            Assert.Contains("&lt;b&gt;dark&lt;/b&gt;", browser.Page);
            Assert.Contains("value=\"north\"", browser.Page);
        }
    }

    [Fact]
    public async Task Who_signs_in_sees_their_own_cases_and_who_signs_out_does_not()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var email = $"citizen-{Guid.NewGuid():N}@test.example";
        await host.Services.GetRequiredService<Accounts>().AddAsync(Caller.System(agency.Id), email, Passwords.Hash(Password), null, Role.Citizen, TimeProvider.System.Now(), CancellationToken.None);
        var browser = await new Browser(host).OpenAsync($"/en/{agency.Slug}/cases");
        Assert.StartsWith($"/en/{agency.Slug}/sign-in?to=", browser.At);
        await browser.SubmitAsync($"/en/{agency.Slug}/sign-in", ("email", email), ("password", "wrong"));
        Assert.Contains("The e-mail address or the password is not right.", browser.Words);
        await browser.SubmitAsync($"/en/{agency.Slug}/sign-in", ("email", email), ("password", Password));
        Assert.Equal($"/en/{agency.Slug}/cases", browser.At);
        Assert.Contains("You have no cases yet.", browser.Words);

        await browser.OpenAsync($"/en/{agency.Slug}/report/lamps");
        await browser.SubmitAsync($"/en/{agency.Slug}/report/lamps", ("kind", "praise"), ("title", "Thank you"));
        await browser.OpenAsync($"/en/{agency.Slug}/cases");
        Assert.Contains("Thank you", browser.Words);
        var own = Regex.Match(browser.Page, $"/en/{agency.Slug}/cases/[0-9a-f-]+").Value;
        await browser.OpenAsync(own);
        await browser.SubmitAsync($"{own}/notes", ("text", "Really."));
        Assert.Contains("Really.", browser.Words);

        // Somebody else's is not there, and the API takes no cookies.
        var stranger = await agency.AsAnotherAsync(Role.Citizen);
        var theirs = (string)(await stranger.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync($"/en/{agency.Slug}/cases/{theirs}")).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{agency.Path}/cases") { Headers = { { "Cookie", string.Join("; ", browser.Cookies.Select(c => $"{c.Key}={c.Value}")) } } };
        using var client = host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(request)).StatusCode);

        await browser.OpenAsync($"/en/{agency.Slug}");
        await browser.SubmitAsync($"/en/{agency.Slug}/sign-out");
        Assert.Empty(browser.Cookies);
        Assert.StartsWith($"/en/{agency.Slug}/sign-in", (await browser.OpenAsync(own)).At);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("none")]
    [InlineData(null)]
    public async Task What_another_site_has_a_browser_send_changes_nothing(string? site)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var browser = await new Browser(host).PostAsync($"/en/{agency.Slug}/report/lamps", [("kind", "report"), ("title", "Forged")], site);
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.Empty((await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_sign_in_leads_only_to_places_at_the_agency()
    {
        var agency = await host.NewAgencyAsync();
        foreach (var to in (string[])["https://evil.example/", "//evil.example", $"/en/{agency.Slug}.evil.example/", "/v1/me/export"])
        {
            var browser = await new Browser(host).OpenAsync($"/en/{agency.Slug}/sign-in?to={Uri.EscapeDataString(to)}");
            Assert.Contains($"name=\"to\" value=\"/en/{agency.Slug}\"", browser.Page);
        }
    }

    [Fact]
    public async Task Hostile_text_shows_as_text()
    {
        const string hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/articles", new
        {
            key = "hostile", kind = "article", title = hostile, body = $"# {hostile}\n\n{hostile} [a](javascript:alert(1)) ![b](https://evil.example/x.png) [c](//evil.example)", publish = true,
        });
        var browser = await new Browser(host).OpenAsync($"/en/{agency.Slug}/report/lamps");
        await browser.SubmitAsync($"/en/{agency.Slug}/report/lamps", ("kind", "report"), ("title", hostile), ("description", hostile));
        await browser.OpenAsync($"/en/{agency.Slug}/follow/case");
        NothingRuns(browser);
        NothingRuns(await browser.OpenAsync($"/en/{agency.Slug}/articles/hostile"));
        Assert.DoesNotContain("evil.example", browser.Page);
        NothingRuns(await browser.OpenAsync($"/en/{agency.Slug}/search?q={Uri.EscapeDataString(hostile)}"));

        static void NothingRuns(Browser browser)
        {
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.DoesNotContain("<script>alert", browser.Page);
            Assert.DoesNotContain("<img", browser.Page);
            Assert.DoesNotContain("href=\"javascript:", browser.Page);
        }
    }

    [Fact]
    public async Task The_first_page_is_small_and_everything_of_it_comes_from_here()
    {
        var agency = await host.NewAgencyAsync();
        var browser = await new Browser(host).OpenAsync($"/fa/{agency.Slug}");
        Assert.Contains("lang=\"fa\" dir=\"rtl\"", browser.Page);
        var files = Regex.Matches(browser.Page, "(?:src|data-govuk|rel=\"stylesheet\" href)=\"([^\"]+)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(3, files.Count);
        Assert.All(files, f => Assert.StartsWith("/assets/", f));
        using var client = host.Client();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        var size = System.Text.Encoding.UTF8.GetByteCount(browser.Page);
        foreach (var file in files)
        {
            using var answer = await client.GetAsync(file);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString());
            size += (await answer.Content.ReadAsByteArrayAsync()).Length;
        }
        Assert.InRange(size, 1, 100_000);
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_so_in_the_readers_language()
    {
        var agency = await host.NewAgencyAsync();
        var browser = await new Browser(host).OpenAsync($"/fa/{agency.Slug}/services/none");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        Assert.Contains("صفحه پیدا نشد", browser.Words);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync("/en/no-such-agency")).Status);
    }

    [GeneratedRegex("id=\"code\">([^<]*)<")]
    private static partial Regex Code();
}
