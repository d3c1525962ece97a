using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;

namespace Cirm.Jobs.Platform;

/// <summary>Sends what waits for webhooks: each webhook by itself, so that a slow one keeps no other waiting.</summary>
public sealed class DeliverWebhooks(
    Sending sending, Webhooks webhooks, WebhookSecrets secrets, WebhookCalls calls, TimeProvider clock, ILogger<DeliverWebhooks> log)
{
    /// <summary>Calls of one webhook at the same time: about different subjects.</summary>
    const int AtOnce = 8;

    readonly Dictionary<(Guid, Guid), Task> busy = [];

    /// <summary>Begins to send to every webhook that has something due and is not being sent to by this worker.</summary>
    /// <remarks>For one caller at a time.</remarks>
    /// <returns>Ends when all that is being sent has been sent, or put off.</returns>
    public async Task<Task> BeginAsync(CancellationToken ct)
    {
        foreach (var (done, _) in busy.Where(b => b.Value.IsCompleted).ToList()) busy.Remove(done);
        foreach (var due in await sending.DueAsync(ct))
            if (!busy.ContainsKey(due)) busy[due] = Task.Run(() => EmptyAsync(due.Agency, due.Webhook, ct), CancellationToken.None);
        return Task.WhenAll(busy.Values);
    }

    async Task EmptyAsync(Guid agency, Guid webhook, CancellationToken ct)
    {
        var inHand = new List<Task>();
        try
        {
            while (true)
            {
                var taken = await sending.ClaimAsync(agency, webhook, AtOnce - inHand.Count, ct);
                if (taken is { } found)
                {
                    var (receiver, open) = (found.Receiver, OpenSecrets(agency, webhook, found.Receiver));
                    inHand.AddRange(found.Claimed.Select(sent => SendAsync(agency, webhook, receiver, open, sent)));
                }
                if (inHand.Count == 0) return;
                await Task.WhenAny(inHand);
                foreach (var ended in inHand.Where(t => t.IsCompleted).ToList())
                {
                    inHand.Remove(ended);
                    await ended;
                }
            }
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            log.LogWarning("Webhook {Webhook} was left for a while: {Failure}", webhook, failure.WithoutContent());
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
        finally
        {
            await Task.WhenAll(inHand).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Not cancelled when the worker stops: what is half sent would be sent twice, and a call's patience is shorter than the worker's grace.
    async Task SendAsync(Guid agency, Guid webhook, Receiver receiver, IReadOnlyList<byte[]> open, Sendable sent)
    {
        var attempt = await calls.PostAsync(receiver, open, sent, clock.Now(), CancellationToken.None);
        var pause = await sending.NoteAsync(agency, webhook, sent, attempt, Random.Shared.NextDouble(), CancellationToken.None);
        if (pause is { } because && await webhooks.PauseAsync(Caller.System(agency), webhook, because, CancellationToken.None) is not null)
            log.LogWarning("Webhook {Webhook} was paused: {Because}", webhook, because);
    }

    IReadOnlyList<byte[]> OpenSecrets(Guid agency, Guid webhook, Receiver receiver) =>
        [.. ((byte[]?[])[receiver.Secret, receiver.PreviousSecret]).OfType<byte[]>().Select(kept => secrets.Open(agency, webhook, kept))];
}

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
        var all = Task.CompletedTask;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Glance;
            try
            {
                if (await sending.AnyWebhookAsync(stoppingToken)) await dispatch.DispatchAsync(stoppingToken);
                all = await deliver.BeginAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Webhooks wait for a while: {Failure}", failure.WithoutContent());
                pause = AfterFailure;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await all;
    }
}
