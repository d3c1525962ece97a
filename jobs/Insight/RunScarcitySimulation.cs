using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Runs scarcity rules on past cases. Killed at any point, it begins anew: nothing is written before the end.</summary>
public sealed class RunScarcitySimulation(ScarcitySimulations simulations, Agencies agencies, Databases databases) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(ScarcitySimulations.OperationKind, JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var slug = (await EveryAgency.ListAsync(databases, ct)).Single(a => a.Id == args.Agency).Slug;
        if (await agencies.FindAsync(slug, ct) is { } agency) await simulations.RunAsync(agency, progress, ct);
    }
}
