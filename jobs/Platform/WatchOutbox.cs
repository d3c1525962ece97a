using Cirm.Core.Platform.Outside;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Platform;

/// <summary>
/// Looks a few times a second for what has happened and what is due: systems that follow a case live are told within half a second. Beside the
/// timetable, whose shortest pause is longer; the work is the same, and safe to be done by both.
/// </summary>
public sealed class WatchOutbox(IServiceProvider services, Sending sending, ILogger<WatchOutbox> log) : BackgroundService
{
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (dispatch, deliver) = (ActivatorUtilities.CreateInstance<DispatchOutbox>(services), ActivatorUtilities.CreateInstance<DeliverWebhooks>(services));
        var partners = ActivatorUtilities.CreateInstance<SendToPartners>(services);
        var (all, partnersToo) = (Task.CompletedTask, Task.CompletedTask);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Glance;
            try
            {
                if (await sending.AnyWebhookAsync(stoppingToken)) await dispatch.DispatchAsync(stoppingToken);
                all = await deliver.BeginAsync(stoppingToken);
                partnersToo = await partners.BeginAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("What goes out waits for a while: {Failure}", failure.WithoutContent());
                pause = AfterFailure;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(all, partnersToo);
    }
}
