using System.Net.Http.Headers;
using Cirm.Api.Identity;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(CirmHost))]

namespace Cirm.Tests.Harness;

/// <summary>The API on a real socket and a real PostgreSQL; tests that need nothing special share one, each in its own agency.</summary>
public class CirmHost : IAsyncLifetime
{
    // Any free port: several hosts, and several runs on one machine, must not meet.
    static CirmHost() => Environment.SetEnvironmentVariable("CIRM_PORT", "0");

    WebApplicationFactory<Program> factory = null!;

    public TestDatabase Database { get; private set; } = null!;

    public IServiceProvider Services => factory.Services;

    /// <summary>Without credentials.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>As an operator of the installation.</summary>
    public HttpClient Operator { get; private set; } = null!;

    /// <summary>For a host that differs from the shared one.</summary>
    protected virtual void Configure(IWebHostBuilder builder) { }

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CloneAsync();
        factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            builder.ConfigureTestServices(services => services.AddSingleton(_ => Database.Open()));
            Configure(builder);
        });
        factory.UseKestrel(0);
        factory.StartServer();
        Anonymous = Client();
        var account = await AddAccountAsync(Caller.Installation, Role.Operator);
        Operator = await ClientAsync(Caller.Installation, account);
    }

    /// <summary>A new agency that no other test knows.</summary>
    public async Task<TestAgency> NewAgencyAsync(string language = "en", string timeZone = "America/New_York")
    {
        var slug = $"t-{Guid.NewGuid():N}";
        var caller = new Caller(Caller.Installation, ActorKind.System, null, null, null, null, null);
        var agency = await Services.GetRequiredService<Agencies>().CreateAsync(
            caller, slug, new Localized(language, $"Agency {slug}"), timeZone, [language], 10, $"first@{slug}.example", "no password", CancellationToken.None);
        return new(this, agency);
    }

    /// <summary>A client that sends no credentials.</summary>
    public HttpClient Client()
    {
        // Not the factory's own client: this one follows no redirects, keeps no cookies and speaks to the socket.
        var address = factory.ClientOptions.BaseAddress;
        return new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = address };
    }

    public async Task<HttpClient> ClientAsync(Guid agency, SignInAccount account)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", await Services.GetRequiredService<TokenIssuer>().IssueAsync(agency, account, CancellationToken.None));
        return client;
    }

    public async Task<SignInAccount> AddAccountAsync(Guid agency, Role role)
    {
        var member = await Services.GetRequiredService<Accounts>().AddAsync(
            Caller.System(agency), $"{role.Word()}-{Guid.NewGuid():N}@test.example", null, null, role, TimeProvider.System.Now(), CancellationToken.None);
        return new(member.Id, null, role, member.CitizenId);
    }

    /// <summary>What the agency's audit trail tells, oldest first.</summary>
    public async Task<IReadOnlyList<string>> AuditActionsAsync(TestAgency agency) =>
        [.. (await Services.GetRequiredService<AuditTrail>().ListAsync(agency.Id, null, null, null, null, 1000, CancellationToken.None)).Select(e => e.Action).Reverse()];

    public virtual async ValueTask DisposeAsync()
    {
        await factory.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>An agency of one test, and clients for those who call it.</summary>
public sealed class TestAgency(CirmHost host, Agency agency)
{
    readonly Dictionary<Role, HttpClient> clients = [];

    public Guid Id => agency.Id;

    public string Slug => agency.Slug;

    /// <summary>Where its things stand: <c>/v1/agencies/{slug}</c>.</summary>
    public string Path => $"/v1/agencies/{agency.Slug}";

    public Task<HttpClient> Admin => AsAsync(Role.Admin);

    public Task<HttpClient> Manager => AsAsync(Role.Manager);

    public Task<HttpClient> Agent => AsAsync(Role.Agent);

    public Task<HttpClient> Citizen => AsAsync(Role.Citizen);

    /// <summary>The same member of a role every time.</summary>
    public async Task<HttpClient> AsAsync(Role role)
    {
        if (!clients.TryGetValue(role, out var client)) clients[role] = client = await AsAnotherAsync(role);
        return client;
    }

    /// <summary>A new member of a role.</summary>
    public async Task<HttpClient> AsAnotherAsync(Role role) => await host.ClientAsync(Id, await host.AddAccountAsync(Id, role));
}
