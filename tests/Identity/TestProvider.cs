using System.Security.Cryptography;
using Cirm.Api.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Tests.Identity;

/// <summary>A small OpenID Connect provider: a discovery document, a key set, and tokens to any taste.</summary>
public sealed class TestProvider : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Lock keys = new();
    List<RsaSecurityKey> published = [NewKey()];

    public TestProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Answer(new { issuer = Claims.GetValueOrDefault("issuer", Issuer), jwks_uri = JwksUri ?? $"{Issuer}/keys" }));
        app.MapGet("/keys", () => Answer(new
        {
            keys = published.Select(k => JsonWebKeyConverter.ConvertFromRSASecurityKey(new(k.Rsa.ExportParameters(false)) { KeyId = k.KeyId }))
            .Select(k => new { kty = k.Kty, use = "sig", kid = k.Kid, n = k.N, e = k.E })
        }));
        app.MapGet("/moved", () => Results.Redirect($"{Issuer}/keys"));
        app.Start();
    }

    public string Issuer => app.Urls.Single();

    /// <summary>Where the discovery document says that the keys are.</summary>
    public string? JwksUri { get; set; }

    /// <summary>What the discovery document says instead.</summary>
    public Dictionary<string, string> Claims { get; } = [];

    public bool Broken { get; set; }

    public int Asked { get; private set; }

    public RsaSecurityKey Key => published[^1];

    /// <summary>A new key signs from now on; the old one is gone.</summary>
    public void Rotate() => published = [NewKey()];

    /// <summary>A token as an honest provider makes it, but for what is changed.</summary>
    public string Token(string subject, Action<SecurityTokenDescriptor>? but = null, params (string Name, object Value)[] claims)
    {
        var now = DateTime.UtcNow;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = "cirm",
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = subject },
            SigningCredentials = new(Key, SecurityAlgorithms.RsaSha256),
        };
        foreach (var (name, value) in claims) descriptor.Claims[name] = value;
        but?.Invoke(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    IResult Answer(object document)
    {
        lock (keys) Asked++;
        return Broken ? Results.StatusCode(500) : Results.Json(document);
    }

    static RsaSecurityKey NewKey()
    {
        using var made = RSA.Create(2048);
        return new(RSA.Create(made.ExportParameters(true))) { KeyId = Guid.NewGuid().ToString("N") }; // made now, and not in the middle of an answer
    }
}

/// <summary>A host whose operator trusts a provider on this machine.</summary>
public sealed class ProviderHost : CirmHost
{
    public TestProvider Provider { get; } = new();

    /// <summary>Listens, and never answers.</summary>
    public System.Net.Sockets.TcpListener Silent { get; } = Listen();

    public string SilentOrigin => $"http://127.0.0.1:{((System.Net.IPEndPoint)Silent.LocalEndpoint).Port}";

    protected override void Configure(IWebHostBuilder builder) =>
        builder.ConfigureTestServices(services => services
            .AddSingleton(_ => new OutboundGuard([new(Provider.Issuer), new(SilentOrigin)]))
            .AddSingleton(s => new ProviderKeys(s.GetRequiredService<OutboundGuard>(), TimeProvider.System) { AnswersWithin = TimeSpan.FromSeconds(10) }));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Silent.Dispose();
        await Provider.DisposeAsync();
    }

    static System.Net.Sockets.TcpListener Listen()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
