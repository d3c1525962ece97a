using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;

namespace Cirm.Jobs.Platform;

/// <summary>Sends what waits for webhooks: each webhook by itself, so that a slow one keeps no other waiting.</summary>
public sealed class DeliverWebhooks(
    Sending sending, Webhooks webhooks, WebhookSecrets secrets, WebhookCalls calls, TimeProvider clock, ILogger<DeliverWebhooks> log)
{
    /// <summary>Calls of one webhook at the same time: about different subjects.</summary>
    const int AtOnce = 8;

    readonly Lanes lanes = new("Webhook", AtOnce, log);

    /// <summary>Begins to send to every webhook that has something due and is not being sent to by this worker.</summary>
    /// <remarks>For one caller at a time.</remarks>
    /// <returns>Ends when all that is being sent has been sent, or put off.</returns>
    public async Task<Task> BeginAsync(CancellationToken ct) => lanes.Begin(await sending.DueAsync(ct), TakeAsync, ct);

    async Task<IEnumerable<Task>> TakeAsync(Guid agency, Guid webhook, int limit, CancellationToken ct)
    {
        if (await sending.ClaimAsync(agency, webhook, limit, ct) is not var (receiver, claimed)) return [];
        var open = OpenSecrets(agency, webhook, receiver);
        return claimed.Select(sent => SendAsync(agency, webhook, receiver, open, sent));
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
