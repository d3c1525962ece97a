using Cirm.Api.Identity;
using Cirm.BrowserTests;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Seeds;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(BrowserHost))]
[assembly: CollectionBehavior(DisableTestParallelization = true)] // one Chromium and one CiRM keep two processors busy; and statements are counted

namespace Cirm.BrowserTests;

/// <summary>One CiRM with the demo agencies and one real Chromium for the whole run; each test has a window with cookies of its own.</summary>
public sealed class BrowserHost : IAsyncLifetime
{
    /// <summary>Of all accounts that the demo makes.</summary>
    public const string DemoPassword = "cirm-demo";

    IPlaywright playwright = null!;
    IBrowser chromium = null!;
    Task<World>? world;

    public CirmHost Cirm { get; } = new();

    public string Address { get; private set; } = "";

    /// <summary>The agency with one of everything that a page shows, all of it in hostile words; made once.</summary>
    public Task<World> WorldAsync() => world ??= World.FurnishAsync(Cirm);

    public async ValueTask InitializeAsync()
    {
        var starting = StartChromiumAsync();
        await Cirm.InitializeAsync();
        Address = Cirm.Anonymous.BaseAddress!.ToString().TrimEnd('/');
        await using (var databases = Cirm.Database.Open()) await new Demo(databases, TimeProvider.System, _ => { }).LoadAsync(CancellationToken.None);
        await starting;
    }

    async Task StartChromiumAsync()
    {
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CIRM_CHROMIUM") ?? throw new InvalidOperationException("CIRM_CHROMIUM is not set; `./cirm test` sets it."),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], // only our own pages are opened
        });
    }

    /// <summary>
    /// Opens a window, tells a story in it, and looks at what went wrong beside it: nothing asked for another host, no rule of the Content-Security-Policy was broken, no script failed,
    /// no dialog opened.
    /// </summary>
    public async Task InWindowAsync(WindowOptions options, Func<IPage, Task> story)
    {
        await using var context = await chromium.NewContextAsync(new()
        {
            BaseURL = options.Address ?? Address, Locale = options.Language, JavaScriptEnabled = options.Scripts, ColorScheme = options.Colours, ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new() { Width = options.Width, Height = options.Height }, DeviceScaleFactor = options.Scale,
            Geolocation = options.Standing, Permissions = options.Standing is null ? null : ["geolocation"],
        });
        context.SetDefaultTimeout(10_000);
        var faults = Watch(context, [$"{options.Address ?? Address}/", .. options.Allowed]);
        var page = await context.NewPageAsync();
        if (options.SignedIn is { } signedIn) await SignInAsync(context, signedIn);
        try
        {
            await story(page);
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            Assert.Fail($"{e.Message}\non {page.Url}:\n{await page.Locator("body").InnerTextAsync()}");
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    static List<string> Watch(IBrowserContext context, string[] allowed)
    {
        var faults = new List<string>();
        void Note(string fault)
        {
            lock (faults) faults.Add(fault);
        }

        context.Request += (_, request) =>
        {
            if (!allowed.Any(a => request.Url.StartsWith(a, StringComparison.Ordinal))) Note($"asked another host: {request.Url}");
        };
        context.Response += (_, response) =>
        {
            if (response.Status >= 500 || response.Status >= 400 && !response.Request.IsNavigationRequest) Note($"{response.Status}: {response.Url}");
        };
        // That a page was refused (404, 422) is the story's business; all else is a fault, broken rules of the policy among it.
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal)) Note($"{message.Text} ({message.Page?.Url})");
        };
        context.WebError += (_, error) => Note(error.Error);
        context.Dialog += (_, dialog) => Note($"a dialog: {dialog.Message}");
        return faults;
    }

    /// <summary>As if signed in by the form, which a story of its own tries.</summary>
    async Task SignInAsync(IBrowserContext context, (Guid Agency, SignInAccount Account) who) => await context.AddCookiesAsync(
    [
        new()
        {
            Name = "__Host-cirm-session", Value = await Cirm.Services.GetRequiredService<TokenIssuer>().IssueAsync(who.Agency, who.Account, CancellationToken.None),
            Url = Address.Replace("http:", "https:", StringComparison.Ordinal), Secure = true, HttpOnly = true, SameSite = SameSiteAttribute.Lax,
        },
    ]);

    /// <summary>A new member of an agency, who can sign in.</summary>
    public async Task<(string Email, string Password, SignInAccount Account)> NewMemberAsync(Guid agency, Role role)
    {
        var (email, password) = ($"{role.Word()}-{Guid.NewGuid():N}@test.example", "a long enough password");
        var member = await Cirm.Services.GetRequiredService<Accounts>().AddAsync(Caller.System(agency), email, Passwords.Hash(password), null, role, TimeProvider.System.Now(), CancellationToken.None);
        return (email, password, new(member.Id, null, role, member.CitizenId));
    }

    /// <summary>A demo agency.</summary>
    public async Task<Agency> DemoAsync(string slug) => (await Cirm.Services.GetRequiredService<Agencies>().FindAsync(slug, CancellationToken.None))!;

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
        playwright.Dispose();
        await Cirm.DisposeAsync();
    }
}

/// <summary>How somebody looks at pages.</summary>
public sealed record WindowOptions(string Language = "en", bool Scripts = true)
{
    public int Width { get; init; } = 1280;

    public int Height { get; init; } = 900;

    public float Scale { get; init; } = 1;

    public ColorScheme Colours { get; init; } = ColorScheme.Light;

    public (Guid Agency, SignInAccount Account)? SignedIn { get; init; }

    /// <summary>Another host of ours than the one that all share.</summary>
    public string? Address { get; init; }

    /// <summary>Where else may be asked, as pictures of a map.</summary>
    public string[] Allowed { get; init; } = [];

    /// <summary>Where the browser says that it is.</summary>
    public Geolocation? Standing { get; init; }

    public static WindowOptions Phone(string language, bool scripts = true) => new(language, scripts) { Width = 390, Height = 800 };
}
