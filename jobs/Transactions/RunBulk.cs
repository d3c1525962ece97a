using Cirm.Core.Platform;
using Cirm.Core.Transactions.Desk;

namespace Cirm.Jobs.Transactions;

/// <summary>Does the same with many cases (docs/desk.md). Killed at any point, it goes on behind its last commit.</summary>
public sealed class RunBulk(BulkOrders orders) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(BulkOrders.OperationKind, JobTerms.Growing);

    public Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct) => orders.RunAsync(args.Agency, progress, ct);
}
