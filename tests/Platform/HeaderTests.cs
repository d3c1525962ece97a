using System.Net.Http.Json;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Platform;

public sealed class HeaderTests(CirmHost host)
{
    [Theory]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/v1/agencies", 200)]
    [InlineData("GET", "/problems", 200)]
    [InlineData("GET", "/openapi/v1.json", 200)]
    [InlineData("GET", "/swagger/index.html", 200)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("POST", "/v1/agencies", 401)]
    [InlineData("DELETE", "/v1/agencies", 405)]
    [InlineData("POST", "/v1/auth/token", 415)]
    public async Task Every_answer_says_what_a_browser_must_not_do_with_it_and_carries_its_trace(string method, string path, int status)
    {
        using var answer = await host.Anonymous.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.NotNull(answer.Headers.CacheControl);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", answer.Headers.GetValues("traceparent").Single());
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
    }

    [Fact]
    public async Task A_callers_trace_goes_on_and_is_told_in_the_problem()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var answer = await host.Anonymous.SendAsync(request);
        Assert.StartsWith($"00-{trace}-", answer.Headers.GetValues("traceparent").Single());
        Assert.Equal(trace, (string?)(await answer.RefusedAsync("not-found"))["traceId"]);
    }

    [Fact]
    public async Task The_page_of_the_api_works_under_its_own_policy()
    {
        using var answer = await host.Anonymous.GetAsync("/swagger/index.html");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("<script>", page); // nothing inline: script-src is 'self'
    }

    [Fact]
    public async Task What_is_private_is_kept_by_no_cache()
    {
        var agency = await host.NewAgencyAsync();
        using var list = await (await agency.Agent).GetAsync($"{agency.Path}/cases");
        Assert.True(list.Headers.CacheControl?.NoStore);
        using var signIn = await host.Anonymous.PostAsJsonAsync("/v1/auth/token", new { email = "nobody@test.example", password = "wrong password" });
        Assert.True(signIn.Headers.CacheControl?.NoStore);
        await signIn.RefusedAsync("sign-in-failed");
    }
}
