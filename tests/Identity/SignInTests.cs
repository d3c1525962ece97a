using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Cirm.Api.Identity;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Tests.Identity;

/// <summary>A host of its own, whose clock can be put forward: guesses are counted by address, and keys live for weeks.</summary>
public sealed class SignInHost : CirmHost
{
    public Clock Clock { get; } = new();

    protected override void Configure(IWebHostBuilder builder) => builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(Clock));
}

/// <summary>The time, and as much more as a test wants.</summary>
public sealed class Clock : TimeProvider
{
    TimeSpan ahead;

    public void Forward(TimeSpan by) => ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(ahead.TotalSeconds * TimestampFrequency);
}

public sealed class SignInTests(SignInHost host) : IClassFixture<SignInHost>
{
    const string Password = "a long enough password";

    [Fact]
    public async Task Who_guesses_wrong_too_often_has_to_wait_and_is_not_told_whether_the_account_exists()
    {
        var agency = await host.NewAgencyAsync();
        var known = await MemberAsync(agency);
        foreach (var email in (string[])[known, $"nobody-{Guid.NewGuid():N}@test.example"])
        {
            for (var i = 0; i < 10; i++) await (await SignInAsync(email, "wrong password")).RefusedAsync("sign-in-failed");
            var waiting = await SignInAsync(email, "wrong password");
            Assert.InRange(waiting.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
            await waiting.RefusedAsync("too-many-requests");
            await (await SignInAsync(email, Password)).RefusedAsync("too-many-requests");
        }
    }

    [Fact]
    public async Task Every_failure_answers_alike_and_takes_as_long()
    {
        var agency = await host.NewAgencyAsync();
        var (known, disabled, bare) = (await MemberAsync(agency), await MemberAsync(agency, disabled: true), await MemberAsync(agency, password: null));
        (string Email, string Password)[] failures = [(known, "wrong password"), ("nobody@test.example", Password), (disabled, Password), (bare, Password)];
        var bodies = new HashSet<string>();
        var fastest = failures.ToDictionary(f => f.Email, _ => double.MaxValue);
        for (var round = 0; round < 4; round++) // in turn, so that a busy machine is busy for all of them
            foreach (var (email, password) in failures)
            {
                var watch = Stopwatch.StartNew();
                var problem = await (await SignInAsync(email, password)).RefusedAsync("sign-in-failed");
                fastest[email] = Math.Min(fastest[email], watch.Elapsed.TotalMilliseconds);
                problem.AsObject().Remove("traceId");
                bodies.Add(problem.ToJsonString());
            }
        Assert.Single(bodies);
        // Hashing takes a hundred times as long as an answer without it.
        Assert.True(fastest.Values.Min() > fastest.Values.Max() / 10, string.Join(" ", fastest.Values));
    }

    [Fact]
    public async Task The_same_address_and_password_at_two_agencies_need_the_agencys_name()
    {
        var (first, second) = (await host.NewAgencyAsync(), await host.NewAgencyAsync());
        var email = await MemberAsync(first);
        await MemberAsync(second, email);
        var problem = await (await SignInAsync(email, Password)).RefusedAsync("validation");
        Assert.Equal("/agency ambiguous", $"{problem["errors"]![0]!["pointer"]} {problem["errors"]![0]!["code"]}");
        var token = await (await host.Anonymous.PostAsJsonAsync("/v1/auth/token", new { email, password = Password, agency = second.Slug })).ReadAsync(HttpStatusCode.OK);
        var client = With((string)token["accessToken"]!);
        await client.GetJsonAsync($"{second.Path}/cases");
        await (await client.GetAsync($"{first.Path}/cases")).RefusedAsync("not-found");
        await (await host.Anonymous.PostAsJsonAsync("/v1/auth/token", new { email, password = Password, agency = "nowhere" })).RefusedAsync("sign-in-failed");
    }

    [Fact]
    public async Task Nobody_signs_in_at_a_suspended_agency()
    {
        var agency = await host.NewAgencyAsync();
        var email = await MemberAsync(agency);
        var before = With((string)(await (await SignInAsync(email, Password)).ReadAsync(HttpStatusCode.OK))["accessToken"]!);
        await (await host.Operator.PatchAsync(agency.Path, new { status = "suspended" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await SignInAsync(email, Password)).RefusedAsync("agency-suspended");
        await (await SignInAsync(email, "wrong password")).RefusedAsync("sign-in-failed"); // only who has the password learns it
        await (await before.GetAsync($"{agency.Path}/cases")).RefusedAsync("agency-suspended");
        await (await host.Operator.PatchAsync(agency.Path, new { status = "active" }, "\"2\"")).ReadAsync(HttpStatusCode.OK);
        await (await SignInAsync(email, Password)).ReadAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tokens_that_are_not_ours_to_the_letter_are_refused()
    {
        var agency = await host.NewAgencyAsync();
        var honest = (string)(await (await SignInAsync(await MemberAsync(agency), Password)).ReadAsync(HttpStatusCode.OK))["accessToken"]!;
        await With(honest).GetJsonAsync($"{agency.Path}/cases");
        var parts = honest.Split('.');
        var (header, payload) = (Base64UrlEncoder.Decode(parts[0]), Base64UrlEncoder.Decode(parts[1]));
        var kid = new JsonWebToken(honest).Kid;
        var published = (await host.Anonymous.GetJsonAsync("/.well-known/jwks.json"))["keys"]!.AsArray().Single(k => (string?)k!["kid"] == kid)!;
        using var open = RSA.Create(new RSAParameters { Modulus = Base64UrlEncoder.DecodeBytes((string)published["n"]!), Exponent = Base64UrlEncoder.DecodeBytes((string)published["e"]!) });
        using var own = RSA.Create(2048);
        var wrong = new Dictionary<string, string>
        {
            ["more rights"] = $"{parts[0]}.{Base64UrlEncoder.Encode(payload.Replace("\"agent\"", "\"admin\"", StringComparison.Ordinal))}.{parts[2]}",
            ["none"] = $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.",
            ["None, with the signature"] = $"{Base64UrlEncoder.Encode("""{"alg":"None","typ":"JWT"}""")}.{parts[1]}.{parts[2]}",
            ["no signature"] = $"{parts[0]}.{parts[1]}.",
            ["the public key as a shared secret"] = Signed(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(open.ExportSubjectPublicKeyInfoPem())) { KeyId = kid }, SecurityAlgorithms.HmacSha256),
            ["the modulus as a shared secret"] = Signed(new SymmetricSecurityKey(open.ExportParameters(false).Modulus!) { KeyId = kid }, SecurityAlgorithms.HmacSha256),
            ["another key under our name"] = Signed(new RsaSecurityKey(own) { KeyId = kid }, SecurityAlgorithms.RsaSha256),
            ["another key under its own name"] = Signed(new RsaSecurityKey(own) { KeyId = "mine" }, SecurityAlgorithms.RsaSha256),
            ["another issuer"] = Base64UrlEncoder.Encode(header) + "." + Base64UrlEncoder.Encode(payload.Replace("\"urn:cirm\"", "\"urn:other\"", StringComparison.Ordinal)) + "." + parts[2],
            ["not a token"] = "x.y.z",
            ["nothing"] = "",
        };
        foreach (var (what, token) in wrong)
        {
            // Whoever says to be of another issuer is somebody else's, and finds nothing here.
            var answer = await With(token).GetAsync($"{agency.Path}/cases");
            Assert.True(answer.StatusCode == (what == "another issuer" ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized), $"{what}: {answer.StatusCode}");
        }

        string Signed(SecurityKey key, string algorithm) => new JsonWebTokenHandler().CreateToken(payload, new SigningCredentials(key, algorithm));
    }

    [Fact]
    public async Task Keys_rotate_and_a_token_outlives_its_keys_turn_but_not_its_hour()
    {
        await using var later = new SignInHost();
        await later.InitializeAsync();
        var agency = await later.NewAgencyAsync();
        var account = await later.AddAccountAsync(agency.Id, Role.Agent);
        var old = await later.ClientAsync(agency.Id, account);
        var first = KidOf(old);

        later.Clock.Forward(TimeSpan.FromDays(29));
        var last = await later.ClientAsync(agency.Id, account); // the next key is made now, and is published before it signs
        Assert.Equal(first, KidOf(last));
        Assert.Equal(2, (await later.Anonymous.GetJsonAsync("/.well-known/jwks.json"))["keys"]!.AsArray().Count);
        await (await old.GetAsync($"{agency.Path}/cases")).RefusedAsync("sign-in-needed"); // its hour is long over

        later.Clock.Forward(TimeSpan.FromMinutes(12));
        var next = await later.ClientAsync(agency.Id, account);
        Assert.NotEqual(first, KidOf(next));
        await last.GetJsonAsync($"{agency.Path}/cases");
        await next.GetJsonAsync($"{agency.Path}/cases");
        later.Clock.Forward(TimeSpan.FromMinutes(50));
        await (await last.GetAsync($"{agency.Path}/cases")).RefusedAsync("sign-in-needed");

        later.Clock.Forward(TimeSpan.FromDays(65)); // nobody called meanwhile: all keys are over, and a new one signs at once
        var fresh = await later.ClientAsync(agency.Id, account);
        await fresh.GetJsonAsync($"{agency.Path}/cases");
        Assert.DoesNotContain(KidOf(next), (await later.Anonymous.GetJsonAsync("/.well-known/jwks.json")).ToJsonString());

        static string KidOf(HttpClient client) => new JsonWebToken(client.DefaultRequestHeaders.Authorization!.Parameter).Kid;
    }

    [Fact]
    public async Task Nodes_that_need_a_first_key_at_the_same_time_make_one()
    {
        await using var database = await TestDatabase.CloneAsync();
        await using var databases = database.Open();
        var nodes = Enumerable.Range(0, 4).Select(_ => new SigningKeys(databases, TimeProvider.System)).ToArray();
        var keys = await Task.WhenAll(nodes.Select(n => n.CurrentAsync(default)));
        Assert.Single(keys.Select(k => k.Key.KeyId).Distinct());
        Assert.Equal(1, await database.ScalarAsOwnerAsync<long>("select count(*) from signing_keys"));
        foreach (var node in nodes) node.Dispose();
    }

    [Fact]
    public async Task A_key_of_another_secret_is_as_good_as_none()
    {
        await using var database = await TestDatabase.CloneAsync();
        await database.ExecuteAsOwnerAsync("""
            insert into signing_keys (id, private_key, created_at, signs_from, expires_at)
            values ('restored', '\x3082', now() - interval '1 hour', now() - interval '1 hour', now() + interval '59 days')
            """);
        await using var databases = database.Open();
        using SigningKeys one = new(databases, TimeProvider.System), other = new(databases, TimeProvider.System);
        var signing = await one.CurrentAsync(default);
        Assert.NotEqual("restored", signing.Key.KeyId);
        Assert.Equal(signing.Key.KeyId, (await other.CurrentAsync(default)).Key.KeyId);
        Assert.Equal([signing.Key.KeyId], other.Verifying.Select(key => key.KeyId));
    }

    Task<HttpResponseMessage> SignInAsync(string email, string password) => host.Anonymous.PostAsJsonAsync("/v1/auth/token", new { email, password });

    async Task<string> MemberAsync(TestAgency agency, string? email = null, bool disabled = false, string? password = Password)
    {
        email ??= $"m-{Guid.NewGuid():N}@test.example";
        var accounts = host.Services.GetRequiredService<Accounts>();
        var caller = Caller.System(agency.Id);
        var now = host.Clock.Now();
        var member = await accounts.AddAsync(caller, email, password is null ? null : await Passwords.HashAsync(password, default), null, Role.Agent, now, default);
        if (disabled) await accounts.ChangeAsync(caller, member with { Disabled = true }, null, now, default);
        return email;
    }

    HttpClient With(string token)
    {
        var client = host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
