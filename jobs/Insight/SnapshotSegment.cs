using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Takes a snapshot of a segment: how many are in it, and how many came and went.</summary>
public sealed class SnapshotSegment(SegmentSnapshots snapshots) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(SegmentSnapshots.OperationKind, JobTerms.Growing);

    public Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct) => snapshots.RunAsync(args.Agency, progress, ct);
}
