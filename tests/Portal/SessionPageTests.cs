using System.Net;
using Cirm.Api.Identity;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Portal;

/// <summary>How long somebody stays signed in, and what becomes of what they typed when that was too short.</summary>
public sealed class SessionPageTests(CirmHost host)
{
    const string Session = "__Host-cirm-session";

    [Fact]
    public async Task Whoever_goes_on_reading_stays_signed_in_until_the_day_is_over()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var at = $"/en/{agency.Slug}/cases";
        var fresh = await OpenAsync(at, await TokenAsync(agency, account, TimeSpan.FromMinutes(5)));
        Assert.Equal(fresh.Sent, fresh.Browser.Cookies[Session]);

        var older = await OpenAsync(at, await TokenAsync(agency, account, TimeSpan.FromMinutes(50)));
        Assert.NotEqual(older.Sent, older.Browser.Cookies[Session]);
        var renewed = await OpenAsync(at, older.Browser.Cookies[Session]);
        Assert.Equal((HttpStatusCode.OK, at), (renewed.Browser.Status, renewed.Browser.At));

        // Signed in this morning, and busy ever since.
        var late = await OpenAsync(at, await TokenAsync(agency, account, TimeSpan.FromMinutes(50), signedIn: TimeSpan.FromHours(12.1)));
        Assert.Equal(late.Sent, late.Browser.Cookies[Session]);
        var over = await OpenAsync(at, await TokenAsync(agency, account, TimeSpan.FromMinutes(65)));
        Assert.StartsWith($"/en/{agency.Slug}/sign-in", over.Browser.At);
    }

    [Fact]
    public async Task Whoever_may_not_sign_in_any_more_is_signed_out_when_their_session_is_renewed()
    {
        var agency = await host.NewAgencyAsync();
        var account = await host.AddAccountAsync(agency.Id, Role.Agent);
        await host.Database.ExecuteAsOwnerAsync($"update accounts set disabled_at = now() where id = '{account.Id}'");
        var browser = (await OpenAsync($"/en/{agency.Slug}/desk", await TokenAsync(agency, account, TimeSpan.FromMinutes(50)))).Browser;
        Assert.StartsWith($"/en/{agency.Slug}/sign-in", browser.At);
        Assert.False(browser.Cookies.ContainsKey(Session));
    }

    [Fact]
    public async Task What_was_typed_while_the_session_ran_out_is_sent_after_signing_in_again()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var browser = await new Browser(host).SignInAsync(agency, Role.Citizen);
        var action = $"/en/{agency.Slug}/report/lamps";
        await browser.OpenAsync(action);
        browser.Forget(Session); // as a browser does when the time is over
        await browser.SubmitAsync(action, ("kind", "report"), ("title", "A long story <b>"), ("description", "Of many lamps."));
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        Assert.Contains("What you typed is kept", browser.Words);
        Assert.Empty((await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray()); // not taken as nobody's

        var signIn = $"/en/{agency.Slug}/sign-in";
        await browser.SubmitAsync(signIn, ("email", "nobody@test.example"), ("password", "wrong"));
        Assert.Contains("What you typed is kept", browser.Words);
        await browser.SubmitAsync(signIn, ("email", browser.Email!), ("password", Browser.Password));
        Assert.Contains("A long story <b>", browser.Words);
        Assert.Contains("Of many lamps.", browser.Words);
        await browser.SubmitAsync(action);
        Assert.Contains("We have it", browser.Words);
        await browser.OpenAsync($"/en/{agency.Slug}/cases");
        Assert.Contains("A long story <b>", browser.Words);
    }

    [Fact]
    public async Task What_somebody_typed_is_not_shown_to_whoever_signs_in_after_them_nor_taken_from_another_site()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var other = await new Browser(host).SignInAsync(agency, Role.Citizen);
        var browser = await new Browser(host).SignInAsync(agency, Role.Citizen);
        var action = $"/en/{agency.Slug}/report/lamps";
        await browser.OpenAsync(action);
        browser.Forget(Session);
        await browser.SubmitAsync(action, ("kind", "report"), ("title", "Nobody else's business"));
        await browser.SubmitAsync($"/en/{agency.Slug}/sign-in", ("email", other.Email!), ("password", Browser.Password));
        Assert.Equal($"/en/{agency.Slug}", browser.At);
        Assert.DoesNotContain("Nobody else's business", browser.Page);

        var forged = await new Browser(host).PostAsync($"/en/{agency.Slug}/initiatives/any/contributions", [("text", "Forged")], site: "cross-site");
        Assert.DoesNotContain("Forged", forged.Page);
        Assert.StartsWith($"/en/{agency.Slug}/sign-in?to=", forged.At);
    }

    async Task<(Browser Browser, string Sent)> OpenAsync(string at, string token)
    {
        var browser = new Browser(host);
        browser.Keep(Session, token);
        return (await browser.OpenAsync(at), token);
    }

    // A token as it was issued some time ago.
    async Task<string> TokenAsync(TestAgency agency, SignInAccount account, TimeSpan ago, TimeSpan? signedIn = null)
    {
        return await new TokenIssuer(host.Services.GetRequiredService<SigningKeys>(), new Later(-ago)).IssueAsync(agency.Id, account, CancellationToken.None, signedIn is { } before ? DateTimeOffset.UtcNow - before : null);
    }
}
