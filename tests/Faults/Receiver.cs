using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cirm.Faults;

/// <summary>An event as a webhook got it.</summary>
/// <param name="Id">The webhook-id.</param>
/// <param name="Type">As in <c>case.submitted</c>.</param>
/// <param name="Case">Which case it is about.</param>
/// <param name="To">The status a case went to, if it went.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="At">When it came.</param>
sealed record Received(string Id, string Type, string Case, string? To, DateTimeOffset OccurredAt, DateTimeOffset At);

/// <summary>A system outside that is called, on a socket of its own.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly WebApplication app;

    public Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapPost("/{**path}", async (HttpContext http) =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            var data = body.RootElement.GetProperty("data");
            All.Enqueue(new(http.Request.Headers["webhook-id"].ToString(), body.RootElement.GetProperty("type").GetString()!, data.GetProperty("case").GetString()!,
                data.TryGetProperty("to", out var to) ? to.GetString() : null, body.RootElement.GetProperty("timestamp").GetDateTimeOffset(), DateTimeOffset.UtcNow));
            return Results.NoContent();
        });
        app.Start();
    }

    public string Origin => app.Urls.Single();

    /// <summary>In the order of arrival.</summary>
    public ConcurrentQueue<Received> All { get; } = new();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
