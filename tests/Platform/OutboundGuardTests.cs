using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Identity;

namespace Cirm.Tests.Platform;

public sealed class OutboundGuardTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_the_internet_is_outside(string address, bool isPublic) => Assert.Equal(isPublic, OutboundGuard.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_when_the_connection_is_made()
    {
        using var client = new OutboundGuard([]).CreateClient(TimeSpan.FromMinutes(1), 1000);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("https://localhost:1/"));
        Assert.Contains("not a public one", refused.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotPublicException>(() => client.GetAsync("http://example.org/"));
    }

    [Fact]
    public async Task What_is_trusted_leads_nowhere_else_and_says_only_so_much()
    {
        await using var provider = new TestProvider();
        using var client = new OutboundGuard([new(provider.Issuer)]).CreateClient(TimeSpan.FromMinutes(1), 50);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync($"{provider.Issuer}/moved")).StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync($"{provider.Issuer}/keys")); // longer than 50 bytes
        await Assert.ThrowsAsync<NotPublicException>(() => client.GetAsync("http://127.0.0.1:1/"));
    }

    [Fact]
    public async Task Keys_that_a_provider_says_are_inside_are_not_fetched()
    {
        await using var provider = new TestProvider();
        await using var inside = new TestProvider();
        provider.JwksUri = $"{inside.Issuer}/keys";
        using var keys = new Cirm.Api.Identity.ProviderKeys(new([new(provider.Issuer)]), TimeProvider.System) { AnswersWithin = TimeSpan.FromMinutes(1) };
        await Assert.ThrowsAsync<Refusal>(() => keys.OfAsync(Guid.NewGuid(), provider.Issuer, false, default));
        Assert.Equal(0, inside.Asked);
    }
}
