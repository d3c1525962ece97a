using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Jobs.Platform;

/// <summary>
/// Hears that an operation was asked for and dispatches in the same moment: whoever waits in front of a screen does not wait for the next
/// second. No more than a hint: what is not heard (a lost connection, a pooler in between), the timetable finds.
/// </summary>
public sealed class HearRequests(Databases databases, IServiceProvider services, ILogger<HearRequests> log) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var dispatch = ActivatorUtilities.CreateInstance<DispatchOutbox>(services);
        // A connection of its own: one that listens must not go back to a pool, and one that nothing travels on has to be kept alive.
        var listening = new NpgsqlConnectionStringBuilder(databases.ConnectionStringOf("cirm_router")) { Pooling = false, KeepAlive = 30 }.ConnectionString;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(listening);
                await connection.OpenAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand($"listen {Operations.Channel}", connection)) await listen.ExecuteNonQueryAsync(stoppingToken);
                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                    await dispatch.DispatchAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Operations are found by the timetable alone for now: {Failure}", failure.WithoutContent());
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
