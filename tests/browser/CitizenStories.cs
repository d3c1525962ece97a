using System.Net;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;
using Cirm.Tests.Participation;
using Cirm.Tests.Transactions;
using Microsoft.Playwright;

namespace Cirm.BrowserTests;

/// <summary>What citizens come for, on a phone, with scripts and without.</summary>
public sealed class CitizenStories(BrowserHost host)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_without_an_account_reports_follows_by_code_and_says_that_it_is_not_solved(bool scripts)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host.Cirm);
        var code = "";
        await host.InWindowAsync(WindowOptions.Phone("en", scripts), async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}");
            await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Report or ask" }).ClickAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "Street lamps" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Fill in: In one line");
            await page.GetByRole(AriaRole.Link, new() { Name = "Fill in: In one line" }).ClickAsync();
            await Assertions.Expect(page.GetByLabel("In one line")).ToBeFocusedAsync();
            await page.GetByLabel("In one line").FillAsync("The lamp is out");
            await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "We have it" })).ToBeVisibleAsync();
            if (scripts) await page.IsAccessibleAsync();
            code = await page.Locator("#code").InnerTextAsync();
        });

        await ResolveAsync(agency);
        await host.InWindowAsync(WindowOptions.Phone("fa", scripts), async page =>
        {
            await page.GotoAsync($"/fa/{agency.Slug}/follow");
            await page.Locator("#code").FillAsync(code.ToLowerInvariant());
            await page.Locator("main button").ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("The lamp is out");
            await page.GetByLabel("خیر، حل نشده است").CheckAsync();
            await page.Locator("#reason").FillAsync("هنوز تاریک است.");
            await page.Locator("form[action$=verdict] button").ClickAsync();
            await Assertions.Expect(page.Locator("dl").First).ToContainTextAsync("حل نشد");
            if (scripts) await page.IsAccessibleAsync();
        });
        Assert.Single((await (await agency.Agent).GetJsonAsync($"{agency.Path}/recoveries"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_with_an_account_reports_adds_to_the_case_and_finds_it_among_their_own(bool scripts)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host.Cirm);
        var (email, password, _) = await host.NewMemberAsync(agency.Id, Role.Citizen);
        await host.InWindowAsync(WindowOptions.Phone("en", scripts), async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}/report/lamps");
            await page.GetByRole(AriaRole.Link, new() { Name = "Sign in first" }).ClickAsync();
            await SignInAsync(page, email, password);
            Assert.EndsWith("/report/lamps", page.Url);
            await page.GetByLabel("In one line").FillAsync("A lamp flickers");
            await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
            await page.GotoAsync($"/en/{agency.Slug}/cases");
            await page.GetByRole(AriaRole.Link, new() { Name = "A lamp flickers" }).ClickAsync();
            await page.GetByLabel("Your text").FillAsync("Only at night.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Only at night.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
            Assert.Empty(await page.Context.CookiesAsync());
            await page.GotoAsync($"/en/{agency.Slug}/cases");
            Assert.Contains("/sign-in", page.Url);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_citizen_contributes_votes_with_a_receipt_and_reads_what_came_out(bool scripts)
    {
        var agency = await host.Cirm.NewAgencyAsync();
        var initiative = await Deciding.DecideAsync(agency, new { method = "budget-greedy", budget = 100 }, ("bench", 60m), ("tree", 40m), ("pond", 90m));
        var key = initiative.Split('/')[^1];
        var (email, password, _) = await host.NewMemberAsync(agency.Id, Role.Citizen);
        await host.InWindowAsync(WindowOptions.Phone("en", scripts), async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}/initiatives");
            await page.GetByRole(AriaRole.Link, new() { Name = "Which first?" }).ClickAsync();
            await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
            await SignInAsync(page, email, password);
            await page.GetByLabel("Your text").FillAsync("Put the bench in the shade.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Put the bench in the shade.");

            await page.GetByLabel("The bench").CheckAsync();
            await page.GetByLabel("The tree").CheckAsync();
            if (scripts) await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("100 of 100 chosen, 0 left");
            await page.GetByRole(AriaRole.Button, new() { Name = "Look at the ballot" }).ClickAsync();
            await Assertions.Expect(page.Locator("#sum")).ToHaveTextAsync("100 of 100");
            if (scripts) await page.IsAccessibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Cast the ballot" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your ballot is in the box" })).ToBeVisibleAsync();
            Assert.Matches("^[0-9A-Za-z-]{10,}$", await page.Locator("#receipt").InnerTextAsync());
            if (scripts) await page.IsAccessibleAsync();

            var manager = await agency.Manager;
            var said = (await manager.GetJsonAsync($"{initiative}/contributions"))["items"]!.AsArray().Single()!;
            await manager.PostJsonAsync($"{initiative}/contributions/{said["id"]}/answer", new { text = "We will.", decision = "accepted", reason = "It is hot there." });
            await Deciding.CountAsync(host.Cirm, agency, initiative);
            await page.GotoAsync($"/en/{agency.Slug}/initiatives/{key}");
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("What came out");
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("100 of 100");
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("It is hot there.");
            if (scripts) await page.IsAccessibleAsync();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_answers_a_survey_question_by_question_and_is_asked_only_what_follows_from_their_answers(bool scripts)
    {
        var agency = await host.Cirm.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var (email, password, _) = await host.NewMemberAsync(agency.Id, Role.Citizen);
        await host.InWindowAsync(WindowOptions.Phone("en", scripts), async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}/answer");
            await page.GetByRole(AriaRole.Link, new() { Name = "All of it" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Nobody can lead an answer back to you");
            await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
            await SignInAsync(page, email, password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
            await NextAsync(page);
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Fill in: Is your street lit?");
            if (scripts) await page.IsAccessibleAsync();
            await page.GetByLabel("yes").CheckAsync();
            await NextAsync(page);
            await Assertions.Expect(page.GetByRole(AriaRole.Group, new() { Name = "What do you need?" })).ToBeVisibleAsync(); // what is missing is not asked
            await page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
            await page.GetByLabel("no", new() { Exact = true }).CheckAsync();
            await NextAsync(page);
            await page.GetByLabel("What is missing?").FillAsync("Everything");
            await NextAsync(page);
            await page.GetByLabel("light").CheckAsync();
            await page.GetByLabel("tree").CheckAsync();
            await NextAsync(page);
            await page.GetByLabel("6", new() { Exact = true }).CheckAsync();
            await NextAsync(page);
            await page.GetByLabel("Since how many years?").FillAsync("many");
            await NextAsync(page);
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Since how many years?");
            await page.GetByLabel("Since how many years?").FillAsync("۱۲٫۵");
            await NextAsync(page);
            await page.GetByLabel("tree").FillAsync("1");
            await page.GetByLabel("light").FillAsync("2");
            await NextAsync(page);
            await page.GetByRole(AriaRole.Group, new() { Name = "night" }).GetByLabel("badly").CheckAsync();
            await NextAsync(page);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Check your answers");
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("12.5");
            if (scripts) await page.IsAccessibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Send the answers" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Thank you" })).ToBeVisibleAsync();
        });
        Assert.Equal(1, await Asking.CountAsync(host.Cirm, "survey_inbox", wave));

        static Task NextAsync(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
    }

    [Fact]
    public async Task What_goes_along_with_an_anonymous_answer_is_told_in_the_readers_words() => await host.InWindowAsync(WindowOptions.Phone("fa"), async page =>
    {
        await page.GotoAsync("/fa/mashhad/answer/street-lights");
        await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("گروه سنی");
        await Assertions.Expect(page.GetByRole(AriaRole.Main)).Not.ToContainTextAsync("ageGroup");
    });

    [Fact]
    public async Task Somebody_reports_by_keyboard_alone()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host.Cirm);
        await host.InWindowAsync(new("en"), async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}/report/lamps");
            await page.TabToAsync("In one line");
            await page.Keyboard.TypeAsync("The lamp is out");
            await page.TabToAsync("Send");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "We have it" })).ToBeVisibleAsync();
            await page.TabToAsync("See your case");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("The lamp is out");
            await page.TabToAsync("Your text");
            await page.Keyboard.TypeAsync("By the school.");
            await page.TabToAsync("Add");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.List)).ToContainTextAsync("By the school.");
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_photo_is_added_to_a_case_and_what_is_no_photo_is_refused(bool scripts)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host.Cirm);
        var (_, _, account) = await host.NewMemberAsync(agency.Id, Role.Citizen);
        var own = await (await host.Cirm.ClientAsync(agency.Id, account)).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        await host.InWindowAsync(WindowOptions.Phone("en", scripts) with { SignedIn = (agency.Id, account) }, async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}/cases/{own["id"]}");
            await AddAsync("lamp.exe", [0x4d, 0x5a, 0x90, 0x00]);
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Files of this kind are not taken.");
            await AddAsync("lamp.txt", "It is the third lamp."u8.ToArray());
            await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "lamp.txt" })).ToBeVisibleAsync();
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "lamp.txt" }).ClickAsync());
            Assert.Equal("It is the third lamp.", await File.ReadAllTextAsync(await download.PathAsync()));

            async Task AddAsync(string name, byte[] content)
            {
                await page.GetByLabel("Files").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = content });
                await page.GetByRole(AriaRole.Button, new() { Name = "Add the files" }).ClickAsync();
            }
        });
    }

    internal static async Task SignInAsync(IPage page, string email, string password)
    {
        await page.Locator("#email").FillAsync(email);
        await page.Locator("#password").FillAsync(password);
        await page.Locator("main form button").ClickAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("/sign-in"));
    }

    static async Task ResolveAsync(TestAgency agency)
    {
        var agent = await agency.Agent;
        var only = (await agent.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!;
        foreach (var to in (string[])["accepted", "inProgress", "resolved"])
            await agent.PostJsonAsync($"{agency.Path}/cases/{only["id"]}/transitions", new { to, reason = "We were there." }, HttpStatusCode.OK);
    }
}
