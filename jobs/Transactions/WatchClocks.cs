using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Keeps every agency's clocks right, and tells who has to know what is late (docs/clocks.md).</summary>
public sealed class WatchClocks(Databases databases, Clocks clocks) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("watch-clocks"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await clocks.WatchAsync(agency, ct);
    }
}
