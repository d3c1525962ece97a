using Cirm.Api.Portal;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Api.Platform;

/// <summary>What every feature stands on.</summary>
public static class PlatformSetup
{
    public static void AddPlatform(this WebApplicationBuilder builder)
    {
        var (host, port) = (Environment.GetEnvironmentVariable("CIRM_HOST") ?? "127.0.0.1", Environment.GetEnvironmentVariable("CIRM_PORT") ?? "8080");
        builder.WebHost.UseUrls($"http://{host}:{port}");
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = Limits.LargestBody;
            o.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        });
        builder.Logging.ClearProviders().AddJsonConsole(o => o.UseUtcTimestamp = true);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => Databases.FromEnvironment());
        builder.Services.AddSingleton<TenantDb>();
        builder.Services.AddSingleton<Agencies>();
        builder.Services.AddSingleton<AuditTrail>();
        builder.Services.AddSingleton<AccessLog>();
        builder.Services.AddHostedService<AccessLogWriter>();
        builder.Services.AddHostedService<Telemetry>();
        builder.Services.AddSingleton<Operations>();
        builder.Services.AddScoped<CallContext>();
        builder.Services.AddScoped(s => s.GetRequiredService<CallContext>().Caller!);
        builder.Services.AddScoped(s => s.GetRequiredService<CallContext>().Agency!);
        builder.Services.ConfigureHttpJsonOptions(o => Wire.Configure(o.SerializerOptions));
        builder.Services.AddLimits();
        builder.Services.AddApiDocument();
    }

    /// <summary>The way of every request, outermost first.</summary>
    public static void UsePlatform(this WebApplication app)
    {
        app.UseHeadAsGet();
        app.UseSecurityHeaders();
        app.UseProblemAnswers();
        app.UseRouting();
        app.UseRateLimiter();
        app.UsePortalSession();
        app.UseAuthentication(); // said here, or it is put before the routing, where no agency is known yet
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<IdempotencyMiddleware>();
    }

    public static void MapPlatform(this WebApplication app)
    {
        app.MapGet("/health/live", () => TypedResults.Ok()).ExcludeFromDescription();
        app.MapGet("/health/ready", async (Databases databases, CancellationToken ct) =>
        {
            await using var command = databases.App.CreateCommand("select 1 from agencies limit 1");
            await command.ExecuteNonQueryAsync(ct);
            return TypedResults.Ok();
        }).ExcludeFromDescription();
        app.MapProblemCatalogue();
        app.MapOperations();
        app.MapAudit();
        app.MapApiDocument();
    }
}
