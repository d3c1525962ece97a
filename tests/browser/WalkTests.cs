using Cirm.Core.Platform;
using Microsoft.Playwright;

namespace Cirm.BrowserTests;

/// <summary>
/// Every page that there is, as somebody sees it who may. In each language all rules of axe-core run once, in light colours; a page is the same document in all
/// colours and sizes, so that in dark and in forced colours only the rules on colours run again, and at 320 pixels and at twice the size of text those on size:
/// there, too, nothing may be wider than the window.
/// </summary>
public sealed class WalkTests(BrowserHost host)
{
    static readonly string[] OnColours = ["color-contrast", "link-in-text-block"];

    [Theory]
    [InlineData("en")]
    [InlineData("fa")]
    public async Task Everybody_can_use_every_page(string language)
    {
        var world = await host.WorldAsync();
        var wrong = new List<string>();
        // Each kind of reader in a window of their own, side by side.
        await Task.WhenAll(Addresses.All(world).GroupBy(p => p.Role).Select(async pages =>
        {
            var home = world.HomeOf(pages.Key);
            var account = pages.Key is { } role ? role == Role.Citizen ? world.Citizen : await world.Cirm.AddAccountAsync(home, role) : null;
            await host.InWindowAsync(new(language) { SignedIn = account is null ? null : (home, account) }, async page =>
            {
                if (account is null) await FollowAsync(page, world, language);
                foreach (var one in pages)
                {
                    var found = await LookAsync(page, one, language);
                    lock (wrong) wrong.AddRange(found.Select(fault => $"{one.Pattern} as {one.Role?.Word() ?? "nobody"}: {fault}"));
                }
            });
        }));
        Assert.True(wrong.Count == 0, $"{wrong.Count} faults:\n{string.Join('\n', wrong)}");
    }

    // The page of a case that is followed by its code has the code from a cookie.
    internal static async Task FollowAsync(IPage page, World world, string language)
    {
        await page.GotoAsync($"/{language}/{world.Agency.Slug}/follow");
        await page.Locator("#code").FillAsync(world.Known["code"]);
        await page.Locator("main button").ClickAsync();
        Assert.EndsWith("/follow/case", page.Url);
    }

    static async Task<List<string>> LookAsync(IPage page, PageAddress one, string language)
    {
        var wrong = new List<string>();
        await page.SetViewportSizeAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ForcedColors = ForcedColors.None });
        var answer = (await page.GotoAsync(one.In(language)))!;
        if (answer.Status != 200) wrong.Add($"answered {answer.Status}");
        if (await page.Locator("html").GetAttributeAsync("lang") is { } lang && one.Pattern != "/" && lang != language) wrong.Add($"is in {lang}");
        if (await page.Locator("[data-hostile]").CountAsync() > 0) wrong.Add("shows hostile text as something else than text");
        wrong.AddRange(await page.ViolationsAsync());

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        wrong.AddRange((await page.ViolationsAsync(OnColours)).Select(v => $"dark: {v}"));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ForcedColors = ForcedColors.Active });
        wrong.AddRange((await page.ViolationsAsync(OnColours)).Select(v => $"forced colours: {v}"));

        await page.SetViewportSizeAsync(320, 800);
        wrong.AddRange((await page.ViolationsAsync("target-size")).Select(v => $"320 pixels: {v}"));
        if (await page.TooWideAsync() is > 0 and var narrow) wrong.Add($"scrolls sideways by {narrow} at 320 pixels");
        await page.SetViewportSizeAsync(1280, 900);
        await page.EvaluateAsync("() => { document.documentElement.style.fontSize = '200%'; }");
        if (await page.TooWideAsync() is > 0 and var large) wrong.Add($"scrolls sideways by {large} with text at 200 %");
        return wrong;
    }
}
