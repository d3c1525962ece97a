namespace Cirm.Jobs.Platform;

/// <summary>Sends to each receiver by itself, so that a slow one keeps no other waiting, and to one a few things at the same time.</summary>
/// <param name="what">The receivers are, for the log.</param>
/// <param name="atOnce">Of one receiver at the same time: about different subjects.</param>
/// <param name="log">Where it is told that one was left for a while.</param>
sealed class Lanes(string what, int atOnce, ILogger log)
{
    readonly Dictionary<(Guid, Guid), Task> busy = [];

    /// <summary>Begins to send to every receiver that has something due and is not being sent to.</summary>
    /// <param name="due">Agencies and receivers.</param>
    /// <param name="take">Takes at most so many things of one, and begins to send them.</param>
    /// <param name="ct">The worker stops: nothing more is taken.</param>
    /// <returns>Ends when all that is being sent has been sent, or put off.</returns>
    public Task Begin(IEnumerable<(Guid Agency, Guid Receiver)> due, Func<Guid, Guid, int, CancellationToken, Task<IEnumerable<Task>>> take, CancellationToken ct)
    {
        foreach (var (done, _) in busy.Where(b => b.Value.IsCompleted).ToList()) busy.Remove(done);
        foreach (var (agency, receiver) in due)
            if (!busy.ContainsKey((agency, receiver))) busy[(agency, receiver)] = Task.Run(() => EmptyAsync(agency, receiver, take, ct), CancellationToken.None);
        return Task.WhenAll(busy.Values);
    }

    async Task EmptyAsync(Guid agency, Guid receiver, Func<Guid, Guid, int, CancellationToken, Task<IEnumerable<Task>>> take, CancellationToken ct)
    {
        var inHand = new List<Task>();
        try
        {
            while (true)
            {
                inHand.AddRange(await take(agency, receiver, atOnce - inHand.Count, ct));
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
            log.LogWarning("{What} {Receiver} was left for a while: {Failure}", what, receiver, failure.WithoutContent());
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
}
