using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Playwright;

namespace Cirm.BrowserTests;

/// <summary>An hour at the desk, and a morning before the council meets.</summary>
public sealed class StaffStories(BrowserHost host)
{
    [Fact]
    public async Task A_clerk_works_the_queue_by_keyboard_alone()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host.Cirm);
        await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "The lamp by the school" });
        var (email, password, _) = await host.NewMemberAsync(agency.Id, Role.Agent);
        await host.InWindowAsync(new("en"), async page =>
        {
            await page.GotoAsync($"/en/{agency.Slug}/desk");
            await page.TabToAsync("E-mail address");
            await page.Keyboard.TypeAsync(email);
            await page.TabToAsync("Password");
            await page.Keyboard.TypeAsync(password);
            await PressAsync(page, "Enter");
            await page.TabToAsync("1 The lamp by the school");
            await PressAsync(page, "Enter");
            await page.TabToAsync("Take this case");
            await PressAsync(page, "Enter");
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("You work on it");

            foreach (var (step, reason) in ((string, string)[])[("Accepted", "It is ours."), ("In progress", "We are on the way."), ("Done, we say", "A new lamp.")])
            {
                await page.TabToAsync("Why");
                await page.Keyboard.TypeAsync(reason);
                if (!await page.GetByLabel(step, new() { Exact = true }).IsCheckedAsync()) await ChooseBackwardsAsync(page, step);
                await page.TabToAsync("Do it");
                await PressAsync(page, "Enter");
                await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync($"Now: {step}");
            }
        });
        var only = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!;
        Assert.Equal("resolved", (string?)only["status"]);
    }

    // One of several: back to them by the tabulator, then by the arrows.
    static async Task ChooseBackwardsAsync(IPage page, string choice)
    {
        await page.Keyboard.PressAsync("Shift+Tab");
        for (var i = 0; i < 8 && !await page.GetByLabel(choice, new() { Exact = true }).IsCheckedAsync(); i++) await page.Keyboard.PressAsync(i == 0 ? "Space" : "ArrowDown");
        Assert.True(await page.GetByLabel(choice, new() { Exact = true }).IsCheckedAsync(), $"\"{choice}\" cannot be chosen by keyboard.");
    }

    // Until the next page is there.
    static async Task PressAsync(IPage page, string key)
    {
        var loaded = new TaskCompletionSource();
        void Done(object? sender, IPage shown) => loaded.TrySetResult();
        page.Load += Done;
        await page.Keyboard.PressAsync(key);
        await loaded.Task.WaitAsync(TimeSpan.FromSeconds(10));
        page.Load -= Done;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manager_reads_reports_and_keeps_what_they_are_narrowed_to_in_the_address(bool scripts)
    {
        await host.InWindowAsync(new("en", scripts), async page =>
        {
            await page.GotoAsync("/en/boston/reports");
            await CitizenStories.SignInAsync(page, "manager@boston.example", BrowserHost.DemoPassword);
            await page.GetByRole(AriaRole.Link, new() { Name = "Cases that came in" }).ClickAsync();
            await page.GetByLabel("By", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Area" });
            await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button).ClickAsync();
            Assert.Contains("by=area", page.Url);
            await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Dorchester");
            if (scripts) await page.IsAccessibleAsync();
        });
    }
}
