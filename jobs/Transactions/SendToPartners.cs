using Cirm.Core.Transactions.Partnering;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Sends what waits for partners: each by itself, the cases of one side by side, what happened to a case one after the other.</summary>
public sealed class SendToPartners(PartnerSending sending, ILogger<SendToPartners> log)
{
    const int AtOnce = 4;

    readonly Lanes lanes = new("Partner", AtOnce, log);

    /// <summary>Begins to send to every partner that has something due and is not being sent to by this worker.</summary>
    /// <remarks>For one caller at a time.</remarks>
    /// <returns>Ends when all that is being sent has been sent, or put off.</returns>
    public async Task<Task> BeginAsync(CancellationToken ct) => lanes.Begin(await sending.DueAsync(ct), TakeAsync, ct);

    // Not cancelled when the worker stops: what is half sent would be sent twice.
    async Task<IEnumerable<Task>> TakeAsync(Guid agency, Guid partner, int limit, CancellationToken ct) =>
        await sending.ClaimAsync(agency, partner, limit, ct) is var (receiver, claimed)
            ? claimed.Select(sent => sending.SendAsync(agency, partner, receiver, sent, CancellationToken.None)) : [];
}
