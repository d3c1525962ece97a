using Cirm.Core.Platform;
using Cirm.Core.Transactions.Partnering;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Reads what partners did, those whose turn it is side by side: a slow one keeps no other waiting.</summary>
public sealed class ReadPartners(PartnerReading reading, ILogger<ReadPartners> log) : IJob<NoArgs>
{
    const int AtOnce = 8;

    public static JobTerms Terms { get; } = new("read-partners"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct) =>
        await Parallel.ForEachAsync(await reading.DueAsync(ct), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (due, stop) =>
        {
            try
            {
                await reading.ReadAsync(due.Agency, due.Partner, stop);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                log.LogWarning("Partner {Partner} was not read: {Failure}", due.Partner, failure.WithoutContent()); // the lease says when it is tried again
            }
        });
}
