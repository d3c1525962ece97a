namespace Cirm.BrowserTests;

/// <summary>The pictures in docs/screens: `./cirm screens` takes them anew. Other runs take them too, and throw them away: so that the command works on the day it is wanted.</summary>
public sealed class Screens(BrowserHost host)
{
    // A page's name, its address at the demo agency, and who looks: main pages in both languages, on a phone and on a desktop.
    static readonly (string Name, string Language, bool Phone, string Path, string? As)[] Pictures =
    [
        ("home", "en", false, "boston", null),
        ("home", "fa", true, "mashhad", null),
        ("service", "en", true, "boston/services/street-light-outages", null),
        ("report", "fa", true, "mashhad/report/street-lighting", null),
        ("result", "en", true, "boston/initiatives/neighbourhood-budget", null),
        ("result", "fa", false, "mashhad/initiatives/neighbourhood-budget", null),
        ("survey", "fa", true, "mashhad/answer/street-lights", null),
        ("count", "en", false, "boston/initiatives/neighbourhood-budget/count", null),
        ("you", "fa", false, "mashhad/you", "citizen@mashhad.example"),
        ("queue", "en", false, "boston/desk", "agent@boston.example"),
        ("report-page", "en", false, "boston/reports/volume?by=area", "manager@boston.example"),
    ];

    [Fact]
    public async Task The_pictures_of_the_main_pages_are_taken()
    {
        var kept = Environment.GetEnvironmentVariable("CIRM_SCREENS");
        var folder = kept is null ? Directory.CreateTempSubdirectory("cirm-screens").FullName : Directory.CreateDirectory(kept).FullName;
        foreach (var (name, language, phone, path, signsIn) in Pictures)
            await host.InWindowAsync(phone ? WindowOptions.Phone(language) : new(language), async page =>
            {
                if (signsIn is not null)
                {
                    await page.GotoAsync($"/{language}/{path.Split('/')[0]}/sign-in");
                    await CitizenStories.SignInAsync(page, signsIn, BrowserHost.DemoPassword);
                }
                Assert.Equal(200, (await page.GotoAsync($"/{language}/{path}"))!.Status);
                // Few colours, small files: the first screens of a page say enough.
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.{language}.{(phone ? "phone" : "desktop")}.png"), Clip = new() { X = 0, Y = 0, Width = phone ? 390 : 1280, Height = phone ? 1100 : 900 }, FullPage = true });
            });
        Assert.Equal(Pictures.Length, Directory.GetFiles(folder, "*.png").Length);
        if (kept is null) Directory.Delete(folder, recursive: true);
    }
}
