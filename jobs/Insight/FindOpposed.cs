using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>There are new results: segments that want the opposite of each other are proposed to managers.</summary>
public sealed class FindOpposed(OpposedProposals proposals) : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("find-opposed", JobTerms.Growing);

    public Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct) => proposals.FindAsync(args.Agency, args.SubjectId, ct);
}
