using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Cirm.Tests.Conformance;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Platform;

/// <summary>How much one may ask. In a host of its own, because it uses up what its address is given.</summary>
[Collection(nameof(WalkHost))]
public sealed class LimitTests(WalkHost host)
{
    [Fact]
    public async Task A_body_over_one_megabyte_is_refused_whether_it_says_so_or_not()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var large = Encoding.UTF8.GetBytes($"{{\"description\":\"{new string('x', 1 << 20)}\"}}");
        await (await (await agency.Citizen).PostAsync($"{agency.Path}/cases", Json(large))).RefusedAsync("too-large");

        using var chunked = new HttpRequestMessage(HttpMethod.Post, $"{agency.Path}/cases") { Content = Json(large) };
        chunked.Headers.TransferEncodingChunked = true;
        await (await (await agency.Citizen).SendAsync(chunked)).RefusedAsync("too-large");

        var fits = $"{{\"unknown\":\"{new string('x', (1 << 20) - 40)}\"}}";
        await (await (await agency.Citizen).PostAsync($"{agency.Path}/cases", Json(Encoding.UTF8.GetBytes(fits)))).RefusedAsync("validation");
    }

    [Theory]
    [InlineData(32, "validation")]
    [InlineData(33, "malformed")]
    [InlineData(100_000, "malformed")]
    public async Task A_body_is_nested_32_levels_deep_at_most(int levels, string code)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var body = $"{{\"unknown\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}";
        await (await (await agency.Citizen).PostAsync($"{agency.Path}/cases", Json(Encoding.UTF8.GetBytes(body)))).RefusedAsync(code);
    }

    [Fact]
    public async Task Members_that_are_sent_twice_are_refused()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await (await (await agency.Citizen).PostAsync($"{agency.Path}/cases", Json("""{"title":"a","title":"b"}"""u8.ToArray()))).RefusedAsync("malformed");
    }

    [Fact]
    public async Task Who_writes_too_much_without_sign_in_is_told_how_long_to_wait_and_others_go_on()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        HttpResponseMessage? refused = null;
        for (var batch = 0; batch < 10 && refused is null; batch++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => host.Anonymous.PostAsJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "" })));
            refused = answers.FirstOrDefault(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        }
        Assert.NotNull(refused);
        await refused.RefusedAsync("too-many-requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync($"{agency.Path}/services")).StatusCode);
    }

    static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
