using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Measures what came of decisions, when the time for that has come.</summary>
public sealed class TakeMeasures(Databases databases, Agencies agencies, Measures measures) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("take-measures", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (slug, id) in await EveryAgency.ListAsync(databases, ct))
            if (id != Caller.Installation && await agencies.FindAsync(slug, ct) is { } agency) await measures.TakeDueAsync(agency, ct);
    }
}
