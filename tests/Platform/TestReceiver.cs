using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cirm.Tests.Platform;

/// <summary>What a webhook got.</summary>
public sealed record Posted(string Path, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonNode Body => JsonNode.Parse(Text)!;

    public string Id => Headers["webhook-id"];

    /// <summary>How many of its signatures a secret makes, by the letter of the standard and nothing of ours.</summary>
    public int SignedBy(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var right = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Headers["webhook-timestamp"]}.{Text}")));
        return Headers["webhook-signature"].Split(' ').Count(s => s == $"v1,{right}");
    }
}

/// <summary>A system outside that takes events, or does with them what systems outside do.</summary>
public sealed class TestReceiver : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<Posted> posted = new();

    public TestReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapPost("/{**path}", async (HttpContext http) =>
        {
            var text = await new StreamReader(http.Request.Body, Encoding.UTF8).ReadToEndAsync();
            var got = new Posted(http.Request.Path, http.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), text);
            posted.Enqueue(got);
            return Answers.TryGetValue(http.Request.Path, out var answer) ? await answer(got, http) : Results.NoContent();
        });
        app.Start();
    }

    public string Origin => app.Urls.Single();

    /// <summary>What a path does instead of taking what it gets.</summary>
    public ConcurrentDictionary<string, Func<Posted, HttpContext, Task<IResult>>> Answers { get; } = new();

    public void Answer(string path, Func<Posted, IResult> with) => Answers[path] = (got, _) => Task.FromResult(with(got));

    public IReadOnlyList<Posted> At(string path) => [.. posted.Where(p => p.Path == path)];

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>A host whose operator trusts a receiver on this machine, and a worker's side of it.</summary>
public sealed class ReceiverHost : CirmHost
{
    public TestReceiver Receiver { get; } = new();

    /// <summary>Listens on this machine too, and nobody said that it may be called.</summary>
    public TestReceiver Inside { get; } = new();

    public WebhookCalls Calls(TimeSpan? patience = null) => new(new OutboundGuard([new(Receiver.Origin)]), patience);

    protected override void Configure(IWebHostBuilder builder) => builder.ConfigureTestServices(services => services.AddSingleton(_ => Calls()));

    T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>Sends what is due, until nothing is.</summary>
    /// <param name="later">As if it were that much later.</param>
    /// <param name="patience">Of a call.</param>
    public async Task DeliverAsync(TimeSpan later = default, TimeSpan? patience = null)
    {
        await this.DispatchAsync();
        using var calls = Calls(patience);
        await await SenderWith(calls, later).BeginAsync(CancellationToken.None);
    }

    public DeliverWebhooks SenderWith(WebhookCalls calls, TimeSpan later = default)
    {
        var clock = new Later(later);
        return new(new Sending(Get<TenantDb>(), Get<Databases>(), clock), new Webhooks(Get<TenantDb>(), Get<WebhookSecrets>(), clock), Get<WebhookSecrets>(), calls, clock,
            NullLogger<DeliverWebhooks>.Instance);
    }

    public async Task EmitAsync(TestAgency agency, params OutboxEvent[] events)
    {
        await using var transaction = await Get<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        foreach (var e in events) transaction.Emit(TimeProvider.System.Now(), e);
        await transaction.CommitAsync(CancellationToken.None);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
        await Inside.DisposeAsync();
    }
}
