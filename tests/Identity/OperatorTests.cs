using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Identity;

/// <summary>The first operator of an installation without a demo.</summary>
public sealed class OperatorTests(CirmHost host)
{
    [Fact]
    public async Task An_operator_is_made_by_command_and_gets_a_new_password_by_the_same()
    {
        var email = $"Ada-{Guid.NewGuid():N}@city.example";
        Assert.Equal((0, $"{email} can sign in as an operator of the installation"), await CommandAsync(email, "the first password"));
        var token = await SignInAsync(email, "the first password", HttpStatusCode.OK);
        using var client = host.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var slug = $"t-{Guid.NewGuid():N}";
        await client.PostJsonAsync("/v1/agencies", new { slug, name = "A", timeZone = "Asia/Tehran", locales = (string[])["fa"], admin = new { email = $"a@{slug}.example", password = "correct horse" } });

        Assert.Equal(0, (await CommandAsync(email.ToLowerInvariant(), "the second password")).Code);
        await SignInAsync(email, "the first password", HttpStatusCode.Unauthorized);
        await SignInAsync(email, "the second password", HttpStatusCode.OK);

        await host.Database.ExecuteAsOwnerAsync($"update accounts set disabled_at = now() where email = '{email}'");
        Assert.Equal((1, $"{email}: this operator is disabled"), await CommandAsync(email, "the third password"));
    }

    [Theory]
    [InlineData("nobody", "long enough", "nobody: this is not an e-mail address")]
    [InlineData("ada@", "long enough", "ada@: this is not an e-mail address")]
    [InlineData("ada@city.example", "short", "A password has 8 to 200 characters")]
    [InlineData("ada@city.example", null, "A password has 8 to 200 characters")]
    public async Task Without_an_address_or_a_password_nobody_is_made(string email, string? password, string said) =>
        Assert.Equal((2, said), await CommandAsync(email, password));

    async Task<(int Code, string Said)> CommandAsync(string email, string? password)
    {
        using var output = new StringWriter();
        return (await MakeOperator.CommandAsync(host.Services.GetRequiredService<Databases>(), email, password, output, TestContext.Current.CancellationToken), output.ToString().Trim());
    }

    async Task<string?> SignInAsync(string email, string password, HttpStatusCode expected) =>
        (string?)(await (await host.Anonymous.PostAsJsonAsync("/v1/auth/token", new { email, password })).ReadAsync(expected))["accessToken"];
}
