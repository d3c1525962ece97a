using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>What a clerk does on the pages.</summary>
public sealed class DeskPageTests(CirmHost host)
{
    [Fact]
    public async Task A_clerk_finds_a_case_in_the_queue_and_works_it_to_its_end()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var submitted = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "Dark corner" });
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await desk.OpenAsync($"/en/{agency.Slug}/desk");
        Assert.Contains("Dark corner", desk.Words);
        var at = $"/en/{agency.Slug}/desk/cases/{submitted["id"]}";
        await desk.OpenAsync(at);
        await desk.SubmitAsync($"{at}/take");
        Assert.Contains("You work on it", desk.Words);
        await desk.SubmitAsync($"{at}/transitions", ("to", "accepted"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, desk.Status);
        Assert.Contains("Fill in: Why", desk.Words);
        foreach (var to in (string[])["accepted", "inProgress"]) await desk.SubmitAsync($"{at}/transitions", ("to", to), ("reason", $"Now {to}."));
        await desk.SubmitAsync($"{at}/notes", ("text", "Ladder needed."), ("visibility", "internal"));
        await desk.SubmitAsync($"{at}/questions", ("question", "Which corner?"));
        Assert.Contains("waits for the citizen", desk.Words);
        await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases/{submitted["id"]}/answers", new { text = "The north one." });
        await desk.OpenAsync(at);
        await desk.SubmitAsync($"{at}/transitions", ("to", "resolved"), ("reason", "New bulb."), ("outcome", "fixed"));
        Assert.Contains("Done, we say", desk.Words);

        var citizen = await agency.Citizen;
        Assert.Equal(("resolved", "fixed"), ((string?)(await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}"))["status"], (string?)(await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}"))["outcome"]));
        Assert.DoesNotContain("Ladder needed.", (await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}/history")).ToJsonString());
        var trail = await host.AuditActionsAsync(agency);
        foreach (var action in (string[])["cases.listed", "case.read", "case.history-read", "case.advice-read"]) Assert.Contains(action, trail);
    }

    [Fact]
    public async Task A_case_shows_what_was_asked_and_answered_in_words_its_files_and_its_number_at_a_partner()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/services", new
        {
            key = "poles", name = new { en = "Poles" }, serves = new { en = "All" }, rights = new { basis = new { en = "Law" }, objection = new { en = "30 days" } }, standard = new { firstResponseHours = 8, resolutionHours = 48 },
            questions = new object[]
            {
                new { key = "what", type = "multiple", text = new { en = "What is broken?" }, options = new object[] { new { key = "g", text = new { en = "The glass" } }, new { key = "p", text = new { en = "The pole" } } } },
                new { key = "lit", type = "boolean", text = new { en = "Is it lit?" } },
            },
            publish = true,
        });
        var submitted = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", new
        {
            service = "poles", kind = "report", title = "A pole", channel = "web", answers = new { what = (string[])["g", "p"], lit = false }, location = new { latitude = 42.35, longitude = -71.06 },
        });
        await host.Database.ExecuteAsOwnerAsync($"""
            with p as (
              insert into partners (agency_id, id, name, url, format, state, sends_cases, sends_updates, sends_pictures, forwards, fetches, fetch_minutes, overlap_hours, services, statuses_in, statuses_out, fetch_due_at, created_at, updated_at)
              values ('{agency.Id}', gen_random_uuid(), 'The county''s desk', 'https://county.example', 'json', 'active', true, true, false, false, 'nothing', 15, 12, '[]', '[]', '[]', now(), now(), now())
              returning agency_id, id)
            insert into partner_cases (agency_id, partner_id, case_id, origin, reference, status, created_at)
            select agency_id, id, '{submitted["id"]}', 'sent', 'C-77', 'open', now() from p
            """);
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        var at = $"/en/{agency.Slug}/desk/cases/{submitted["id"]}";
        await desk.OpenAsync(at);
        foreach (var words in (string[])["What is broken?", "The glass, The pole", "Is it lit? No", "42.35, -71.06", "The county's desk", "C-77"]) Assert.Contains(words, desk.Words);

        await desk.UploadAsync($"{at}/attachments?once={Guid.NewGuid():N}", ("visibility", "public"), ("letter.txt", "It came by post."));
        var file = System.Text.RegularExpressions.Regex.Match(desk.Page, $"href=\"({at}/attachments/[^\"]+)\"").Groups[1].Value;
        await desk.OpenAsync(file);
        Assert.Equal("It came by post.", desk.Page);
        Assert.Contains("case.attachment-read", await host.AuditActionsAsync(agency));
        await desk.OpenAsync(at);
        await desk.UploadAsync($"{at}/attachments?once={Guid.NewGuid():N}", ("visibility", "public"), ("run.exe", "MZ"));
        Assert.Contains("Files of this kind are not taken", desk.Words);
    }

    [Fact]
    public async Task A_clerk_enters_a_case_for_somebody_who_calls()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await desk.OpenAsync($"/en/{agency.Slug}/desk/new/lamps");
        await desk.SubmitAsync($"/en/{agency.Slug}/desk/new/lamps", ("kind", "report"), ("title", "Lamp out"));
        Assert.Contains("How it came in", desk.Words); // by which channel was not said
        Assert.Equal(HttpStatusCode.UnprocessableEntity, desk.Status);
        await desk.SubmitAsync($"/en/{agency.Slug}/desk/new/lamps", ("channel", "phone"), ("kind", "report"), ("title", "Lamp out"));
        Assert.Contains("Your tracking code", desk.Words);
        Assert.DoesNotContain(desk.Cookies.Keys, name => name.Contains("code", StringComparison.Ordinal));
        var entered = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!;
        Assert.Equal("phone", (string?)entered["channel"]);
        Assert.NotNull((string?)entered["enteredBy"]);
    }

    [Fact]
    public async Task Whoever_calls_is_named_by_the_agencys_own_number_of_them()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var ada = await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens", new { externalId = "C-17", name = "Ada" });
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        var at = $"/en/{agency.Slug}/desk/new/lamps";
        await desk.OpenAsync(at);
        await desk.SubmitAsync(at, ("channel", "phone"), ("kind", "report"), ("title", "Lamp out"), ("citizenId", "C-18"));
        Assert.Contains("href=\"#citizenId\"", desk.Page);
        await desk.SubmitAsync(at, ("channel", "phone"), ("kind", "report"), ("title", "Lamp out"), ("citizenId", "C-17"));
        Assert.Contains("Your tracking code", desk.Words);
        Assert.Equal((string?)ada["id"], (string?)(await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!["citizenId"]);
    }

    [Theory]
    [InlineData(Role.Agent, "/desk")]
    [InlineData(Role.Manager, "/manage")]
    [InlineData(Role.Admin, "/admin")]
    [InlineData(Role.Citizen, "")]
    public async Task Everybody_begins_where_their_work_is(Role role, string place)
    {
        var agency = await host.NewAgencyAsync();
        Assert.Equal($"/en/{agency.Slug}{place}", (await new Browser(host).SignInAsync(agency, role)).At);
    }

    [Theory]
    [InlineData(Role.Citizen)]
    [InlineData(null)]
    public async Task The_desk_is_for_staff(Role? role)
    {
        var agency = await host.NewAgencyAsync();
        var browser = new Browser(host);
        if (role is { } signedIn) await browser.SignInAsync(agency, signedIn);
        await browser.OpenAsync($"/en/{agency.Slug}/desk");
        if (role is null) Assert.StartsWith($"/en/{agency.Slug}/sign-in", browser.At);
        else Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
    }
}
