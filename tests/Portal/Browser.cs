using System.Net;
using System.Text.RegularExpressions;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Portal;

/// <summary>What a browser without scripts does: keeps cookies, follows what it is told, sends forms with what is hidden in them.</summary>
/// <param name="host">Where its pages are.</param>
/// <param name="same">Another window of the same browser, whose cookies it has.</param>
public sealed partial class Browser(CirmHost host, Browser? same = null)
{
    readonly Dictionary<string, string> cookies = same is null ? [] : new(same.cookies);

    /// <summary>The page that is shown.</summary>
    public string Page { get; private set; } = "";

    public HttpStatusCode Status { get; private set; }

    /// <summary>Where it came from.</summary>
    public string At { get; private set; } = "";

    public IReadOnlyDictionary<string, string> Cookies => cookies;

    /// <summary>Of everybody who signs in here.</summary>
    public const string Password = "a long enough password";

    /// <summary>Who has signed in.</summary>
    public string? Email { get; private set; }

    public void Keep(string cookie, string value) => cookies[cookie] = value;

    public void Forget(string cookie) => cookies.Remove(cookie);

    public Task<Browser> OpenAsync(string address) => SendAsync(HttpMethod.Get, address, null, "same-origin");

    /// <summary>Sends the form of the page that goes to an address, with what is hidden in it.</summary>
    public Task<Browser> SubmitAsync(string action, params (string Name, string Value)[] typed)
    {
        var form = Forms().Matches(Page).Select(m => m.Value).FirstOrDefault(f => f.Contains($"action=\"{action}\"", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"There is no form to {action} on {At}: {Words}");
        var hidden = Hidden().Matches(form).Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
        return PostAsync(action, [.. hidden, .. typed]);
    }

    /// <summary>All that the form of the page sends that goes to an address, as it stands there.</summary>
    public (string Name, string Value)[] Fields(string action)
    {
        var form = Forms().Matches(Page).Select(m => m.Value).First(f => f.Contains($"action=\"{action}\"", StringComparison.Ordinal));
        var typed = Inputs().Matches(form).Select(m => m.Value).Where(i => !Kind().IsMatch(i) || i.Contains(" checked", StringComparison.Ordinal)).Select(i => (Named(i), Of(ValueOf().Match(i))));
        var words = TextAreas().Matches(form).Select(m => (Named(m.Value), WebUtility.HtmlDecode(m.Groups[1].Value)));
        var chosen = Selects().Matches(form).Select(m => (Named(m.Value), Of(ValueOf().Match(Choices().Matches(m.Value).Select(o => o.Value).OrderByDescending(o => o.Contains(" selected", StringComparison.Ordinal)).First()))));
        return [.. typed.Concat(words).Concat(chosen).Where(f => f.Item1.Length > 0)];

        static string Named(string element) => Of(NameOf().Match(element));
        static string Of(Match match) => match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : "";
    }

    public Task<Browser> PostAsync(string action, (string Name, string Value)[] fields, string? site = "same-origin") =>
        SendAsync(HttpMethod.Post, action, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), site);

    /// <summary>Sends a form with a field and a file.</summary>
    public Task<Browser> UploadAsync(string action, (string Name, string Value) field, (string Name, string Text) file) =>
        SendAsync(HttpMethod.Post, action, new MultipartFormDataContent { { new StringContent(field.Value), field.Name }, { new StringContent(file.Text), "file", file.Name } }, "same-origin");

    async Task<Browser> SendAsync(HttpMethod method, string address, HttpContent? body, string? site)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body };
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")));
        using var client = host.Client();
        using var answer = await client.SendAsync(request);
        foreach (var set in answer.Headers.TryGetValues("Set-Cookie", out var sent) ? sent : [])
        {
            var (name, value) = (set[..set.IndexOf('=', StringComparison.Ordinal)], set[(set.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(';')[0]);
            Assert.Matches("^__Host-", name);
            foreach (var part in (string[])["secure", "httponly", "samesite=lax", "path=/"]) Assert.Contains(part, set, StringComparison.OrdinalIgnoreCase);
            if (value.Length == 0) cookies.Remove(name);
            else cookies[name] = value;
        }
        if (answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.SeeOther) return await SendAsync(HttpMethod.Get, answer.Headers.Location!.ToString(), null, site);
        (Status, At, Page) = (answer.StatusCode, address, await answer.Content.ReadAsStringAsync());
        Assert.DoesNotContain("unsafe-inline", string.Join(' ', answer.Headers.GetValues("Content-Security-Policy")));
        return this;
    }

    /// <summary>Signs in at an agency as a member of a role.</summary>
    public async Task<Browser> SignInAsync(TestAgency agency, Role role, string language = "en", string? name = null)
    {
        var email = Email = $"{role.Word()}-{Guid.NewGuid():N}@test.example";
        await host.Services.GetRequiredService<Accounts>().AddAsync(Caller.System(agency.Id), email, Passwords.Hash(Password), name, role, TimeProvider.System.Now(), CancellationToken.None);
        await OpenAsync($"/{language}/{agency.Slug}/sign-in");
        return await SubmitAsync($"/{language}/{agency.Slug}/sign-in", ("email", email), ("password", Password));
    }

    /// <summary>The words on the page, without what a browser does not show.</summary>
    public string Words => WebUtility.HtmlDecode(Spaces().Replace(Tags().Replace(Unseen().Replace(Page, " "), " "), " "));

    [GeneratedRegex("<form method=\"post\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();

    [GeneratedRegex("<input [^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("type=\"(?:checkbox|radio)\"")]
    private static partial Regex Kind();

    [GeneratedRegex("<textarea[^>]*>(.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex TextAreas();

    [GeneratedRegex("<select.*?</select>", RegexOptions.Singleline)]
    private static partial Regex Selects();

    [GeneratedRegex("<option[^>]*>")]
    private static partial Regex Choices();

    [GeneratedRegex(" name=\"([^\"]*)\"")]
    private static partial Regex NameOf();

    [GeneratedRegex(" value=\"([^\"]*)\"")]
    private static partial Regex ValueOf();

    [GeneratedRegex("<head.*?</head>|<script.*?</script>|<style.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Unseen();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
