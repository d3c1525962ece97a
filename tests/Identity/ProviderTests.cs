using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Tests.Identity;

public sealed class ProviderTests(ProviderHost host) : IClassFixture<ProviderHost>
{
    static readonly string[] Desk = ["something", "desk"];
    TestProvider Provider => host.Provider;

    [Fact]
    public async Task The_first_token_makes_a_citizen_and_the_next_finds_the_same()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await TrustAsync(agency);
        var subject = NewSubject();
        var citizen = With(Provider.Token(subject, null, ("email", $"{subject}@test.example"), ("email_verified", true), ("name", "Dee")));
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal((string?)submitted["id"], (string?)(await With(Provider.Token(subject)).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!["id"]);

        var member = (await MembersAsync(agency, "citizen")).Single();
        Assert.Equal(($"{subject}@test.example", "Dee", (string?)submitted["citizenId"]), ((string?)member!["email"], (string?)member["name"], (string?)member["citizenId"]));
        Assert.Equal(1, (await host.AuditActionsAsync(agency)).Count(a => a == "member.joined"));
    }

    [Fact]
    public async Task What_is_mine_is_found_by_a_providers_token_too()
    {
        // An audience of their own, so that no other test's agency could be meant.
        var (first, second, audience) = (await CaseTests.AgencyWithServiceAsync(host), await CaseTests.AgencyWithServiceAsync(host), NewSubject());
        await TrustAsync(first, audience: audience);
        var subject = NewSubject();
        HttpClient Citizen(string of) => With(Provider.Token(of, t => t.Audience = audience));
        var submitted = await Citizen(subject).PostJsonAsync($"{first.Path}/cases", CaseTests.Lamp);
        Assert.Equal((string?)submitted["id"], (string?)(await Citizen(subject).GetJsonAsync("/v1/me/cases"))["items"]!.AsArray().Single()!["id"]);
        await (await first.Agent).GetJsonAsync($"{first.Path}/cases/{submitted["id"]}");
        Assert.Single((await Citizen(subject).GetJsonAsync("/v1/me/access-log"))["items"]!.AsArray());
        Assert.Equal((string?)submitted["citizenId"], (string?)(await Citizen(subject).GetJsonAsync("/v1/me/export"))["citizen"]!["id"]);
        Assert.Empty((await Citizen(NewSubject()).GetJsonAsync("/v1/me/cases"))["items"]!.AsArray());

        // A provider that serves two agencies: the one that knows them is meant, and who could be of both has to say.
        await TrustAsync(second, audience: audience);
        Assert.Single((await Citizen(subject).GetJsonAsync("/v1/me/cases"))["items"]!.AsArray());
        var stranger = NewSubject();
        var asked = await (await Citizen(stranger).GetAsync("/v1/me/cases")).RefusedAsync("validation");
        Assert.Equal("?agency", (string?)asked["errors"]![0]!["pointer"]);
        Assert.Empty((await Citizen(stranger).GetJsonAsync($"/v1/me/cases?agency={second.Slug}"))["items"]!.AsArray());
        Assert.Single(await MembersAsync(second, "citizen"));

        // Nobody else's token, and none of an agency that is shut.
        await (await With(Provider.Token(subject)).GetAsync($"/v1/me/cases?agency={second.Slug}")).RefusedAsync("sign-in-needed");
        await (await With(Provider.Token(subject, t => t.Audience = NewSubject())).GetAsync("/v1/me/cases")).RefusedAsync("sign-in-needed");
        await (await With(Provider.Token(subject, t => (t.Audience, t.NotBefore, t.Expires) = (audience, DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow.AddMinutes(-1)))).GetAsync("/v1/me/cases"))
            .RefusedAsync("sign-in-needed");
        await (await Citizen(subject).GetAsync("/v1/me/cases?agency=no-such-agency")).RefusedAsync("sign-in-needed");
        await Citizen(subject).PostJsonAsync($"/v1/me/erasure?agency={first.Slug}", new { }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_first_requests_make_one_member()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await TrustAsync(agency);
        var citizen = With(Provider.Token(NewSubject(), null, ("email", "many@test.example"), ("email_verified", true)));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => citizen.GetJsonAsync($"{agency.Path}/cases")));
        Assert.Single(await MembersAsync(agency, "citizen"));
    }

    [Fact]
    public async Task An_address_never_makes_somebody_another_member()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await TrustAsync(agency);
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/members", new { email = "boss@test.example", role = "manager" });
        await With(Provider.Token(NewSubject(), null, ("email", "Boss@test.example"), ("email_verified", true))).GetJsonAsync($"{agency.Path}/cases");
        await With(Provider.Token(NewSubject(), null, ("email", "unproven@test.example"))).GetJsonAsync($"{agency.Path}/cases");
        Assert.All(await MembersAsync(agency, "citizen"), m => Assert.Null(m!["email"]));
        Assert.Equal(2, (await MembersAsync(agency, "citizen")).Count);
        Assert.Single(await MembersAsync(agency, "manager"));
    }

    [Fact]
    public async Task A_mapped_claim_gives_the_role_and_takes_it_again()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await TrustAsync(agency, "groups", new { desk = "agent", chiefs = "manager" });
        var subject = NewSubject();
        var services = new { key = "x", name = "X" };
        await With(Provider.Token(subject, null, ("groups", Desk))).GetJsonAsync($"{agency.Path}/cases");
        Assert.Single(await MembersAsync(agency, "agent"));
        await With(Provider.Token(subject, null, ("groups", "chiefs"))).GetJsonAsync($"{agency.Path}/cases");
        Assert.Single(await MembersAsync(agency, "manager"));
        await (await With(Provider.Token(subject, null, ("groups", "admin"))).PostAsync($"{agency.Path}/services", System.Net.Http.Json.JsonContent.Create(services))).RefusedAsync("not-allowed");
        Assert.NotNull((await MembersAsync(agency, "citizen")).Single()!["citizenId"]);
    }

    [Fact]
    public async Task Tokens_that_do_not_hold_are_refused()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await TrustAsync(agency);
        var subject = NewSubject();
        var honest = Provider.Token(subject);
        await With(honest).GetJsonAsync($"{agency.Path}/cases");

        var parts = honest.Split('.');
        var spki = Provider.Key.Rsa.ExportSubjectPublicKeyInfoPem();
        var stranger = new RsaSecurityKey(System.Security.Cryptography.RSA.Create(2048)) { KeyId = Provider.Key.KeyId };
        var wrong = new Dictionary<string, string>
        {
            ["another audience"] = Provider.Token(subject, t => t.Audience = "someone-else"),
            ["no audience"] = Provider.Token(subject, t => t.Audience = null),
            ["expired"] = Provider.Token(subject, t => (t.NotBefore, t.Expires) = (DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow.AddMinutes(-1))),
            ["never expires"] = Provider.Token(subject, t => t.Expires = null),
            ["not yet"] = Provider.Token(subject, t => (t.NotBefore, t.Expires) = (DateTime.UtcNow.AddMinutes(5), DateTime.UtcNow.AddMinutes(10))),
            ["another key under the same name"] = Provider.Token(subject, t => t.SigningCredentials = new(stranger, SecurityAlgorithms.RsaSha256)),
            ["no algorithm"] = $"{Encoded("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.",
            ["no algorithm, old signature"] = $"{Encoded("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.{parts[2]}",
            ["the public key as a shared secret"] = Provider.Token(subject, t => t.SigningCredentials = new(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(spki)) { KeyId = Provider.Key.KeyId }, SecurityAlgorithms.HmacSha256)),
            ["another subject under the old signature"] = $"{parts[0]}.{Encoded(Base64UrlEncoder.Decode(parts[1]).Replace(subject, NewSubject(), StringComparison.Ordinal))}.{parts[2]}",
            ["no signature"] = $"{parts[0]}.{parts[1]}.",
            ["an empty subject"] = Provider.Token(""),
        };
        foreach (var (what, token) in wrong)
            Assert.True(await With(token).GetAsync($"{agency.Path}/cases") is { StatusCode: HttpStatusCode.Unauthorized }, what);
        Assert.Single(await MembersAsync(agency, "citizen"));
    }

    [Fact]
    public async Task Somebody_elses_provider_finds_nothing_here()
    {
        var (agency, other, bare) = (await CaseTests.AgencyWithServiceAsync(host), await host.NewAgencyAsync(), await host.NewAgencyAsync());
        await TrustAsync(agency);
        await (await (await other.Admin).PutAsync($"{other.Path}/identity-provider", new { issuer = "https://id.example", audience = "cirm" }, null)).ReadAsync(HttpStatusCode.OK);
        var citizen = With(Provider.Token(NewSubject()));
        await (await citizen.GetAsync($"{other.Path}/cases")).RefusedAsync("not-found");
        await (await citizen.GetAsync($"{bare.Path}/cases")).RefusedAsync("not-found");
        await (await With(Provider.Token(NewSubject(), t => t.Issuer = "https://nobody.example")).GetAsync($"{agency.Path}/cases")).RefusedAsync("not-found");
        await (await citizen.GetAsync($"{bare.Path}/services")).ReadAsync(HttpStatusCode.OK); // as anybody
        await (await citizen.GetAsync("/v1/agencies")).RefusedAsync("sign-in-needed");
        Assert.Empty(await MembersAsync(bare, "citizen"));
    }

    [Fact]
    public async Task A_disabled_member_stays_out_whatever_the_provider_says()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await TrustAsync(agency, "groups", new { desk = "agent" });
        var person = With(Provider.Token(NewSubject(), null, ("groups", "desk")));
        await person.GetJsonAsync($"{agency.Path}/cases");
        var member = (await MembersAsync(agency, "agent")).Single();
        await (await (await agency.Admin).PatchAsync($"{agency.Path}/members/{member!["id"]}", new { disabled = true }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await person.GetAsync($"{agency.Path}/cases")).RefusedAsync("sign-in-needed");
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_a_token_names_it_and_a_flood_of_unknown_ones_is_not_passed_on()
    {
        await using var provider = new TestProvider();
        using var keys = new Cirm.Api.Identity.ProviderKeys(new([new(provider.Issuer)]), new Later(out var later)) { AnswersWithin = TimeSpan.FromMinutes(1) };
        var agency = Guid.NewGuid();
        Assert.Equal(provider.Key.KeyId, (await keys.OfAsync(agency, provider.Issuer, false, default)).Single().KeyId);
        var asked = provider.Asked;

        provider.Rotate();
        Assert.NotEqual(provider.Key.KeyId, (await keys.OfAsync(agency, provider.Issuer, false, default)).Single().KeyId);
        later(TimeSpan.FromSeconds(6));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => keys.OfAsync(agency, provider.Issuer, true, default)));
        Assert.All(answers, a => Assert.Equal(provider.Key.KeyId, a.Single().KeyId));
        Assert.Equal(asked + 2, provider.Asked); // discovery and keys, once

        provider.Broken = true; // what is known still holds
        later(TimeSpan.FromHours(2));
        Assert.Equal(provider.Key.KeyId, (await keys.OfAsync(agency, provider.Issuer, false, default)).Single().KeyId);
    }

    [Fact]
    public async Task A_provider_that_is_down_or_not_itself_is_told_and_not_waited_for()
    {
        var (silent, gone) = (await host.NewAgencyAsync(), await host.NewAgencyAsync());
        await TrustAsync(silent, issuer: host.SilentOrigin);
        await TrustAsync(gone, issuer: $"{Provider.Issuer}/nothing-here");
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            With(Provider.Token("somebody", t => t.Issuer = host.SilentOrigin)).GetAsync($"{silent.Path}/cases")));
        foreach (var answer in answers)
        {
            await answer.RefusedAsync("identity-provider-unavailable");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        await (await With(Provider.Token("somebody", t => t.Issuer = $"{Provider.Issuer}/nothing-here")).GetAsync($"{gone.Path}/cases")).RefusedAsync("identity-provider-unavailable");
    }

    [Fact]
    public async Task An_admin_names_the_provider_and_nobody_overwrites_it_unseen()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var path = $"{agency.Path}/identity-provider";
        await (await admin.GetAsync(path)).RefusedAsync("not-found");
        await (await (await agency.Manager).GetAsync(path)).RefusedAsync("not-allowed");
        var put = await admin.PutAsync(path, new { issuer = "https://id.example", audience = "a", roleClaim = "groups", roles = new { desk = "agent" } }, null);
        Assert.Equal("agent", (string?)(await put.ReadAsync(HttpStatusCode.OK))["roles"]!["desk"]);
        Assert.Equal("\"1\"", put.Headers.ETag?.Tag);
        await (await admin.PutAsync(path, new { issuer = "https://id.example", audience = "b" }, null)).RefusedAsync("precondition-required");
        await (await admin.PutAsync(path, new { issuer = "https://id.example", audience = "b" }, "\"2\"")).RefusedAsync("precondition-failed");
        Assert.Equal("b", (string?)(await (await admin.PutAsync(path, new { issuer = "https://id.example", audience = "b" }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["audience"]);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync(path, "\"2\"")).StatusCode);
        await (await admin.GetAsync(path)).RefusedAsync("not-found");

        foreach (var issuer in (string[])["http://id.example", "https://10.0.0.1", "https://[::1]", "https://169.254.169.254/latest", "https://u:p@id.example", "https://id.example?x=1", "ftp://id.example", "id.example", "https://2130706433"])
        {
            var problem = await (await admin.PutAsync(path, new { issuer, audience = "a" }, null)).RefusedAsync("validation");
            Assert.Equal("/issuer", (string?)problem["errors"]![0]!["pointer"]);
        }
        var operators = await (await admin.PutAsync(path, new { issuer = "https://id.example", audience = "a", roleClaim = "g", roles = new { a = "operator" } }, null)).RefusedAsync("validation");
        Assert.Equal("/roles/a", (string?)operators["errors"]![0]!["pointer"]);
    }

    static string Encoded(string json) => Base64UrlEncoder.Encode(json);

    static string NewSubject() => $"s-{Guid.NewGuid():N}";

    HttpClient With(string token)
    {
        var client = host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    async Task TrustAsync(TestAgency agency, string? roleClaim = null, object? roles = null, string? issuer = null, string audience = "cirm") =>
        await (await (await agency.Admin).PutAsync($"{agency.Path}/identity-provider", new { issuer = issuer ?? Provider.Issuer, audience, roleClaim, roles = roles ?? new { } }, null))
            .ReadAsync(HttpStatusCode.OK);

    static async Task<JsonArray> MembersAsync(TestAgency agency, string role) => (await (await agency.Admin).GetJsonAsync($"{agency.Path}/members?role={role}"))["items"]!.AsArray();

    sealed class Later : TimeProvider
    {
        TimeSpan by;

        public Later(out Action<TimeSpan> later) => later = more => by += more;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(by.TotalSeconds * TimestampFrequency);
    }
}
