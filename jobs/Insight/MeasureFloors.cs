using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Measures whether services keep their standard for everybody: extras pause while one does not (docs/segments.md).</summary>
public sealed class MeasureFloors(Databases databases, ServiceFloors floors) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("measure-floors"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await floors.MeasureAsync(agency, ct);
    }
}
