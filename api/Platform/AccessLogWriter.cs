using Cirm.Core.Platform;

namespace Cirm.Api.Platform;

/// <summary>Runs the access log as long as the host runs, and lets it finish what waits.</summary>
sealed class AccessLogWriter(AccessLog log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => log.RunAsync(stoppingToken);
}
