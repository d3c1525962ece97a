using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>A version of a service came into force: what it carries is done.</summary>
public sealed class FollowPublished(FindingSteps steps) : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("follow-published", JobTerms.Growing);

    public Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct) =>
        steps.FollowAsync(args.Agency, args.SubjectId, args.Data.GetProperty("number").GetInt32(), ct);
}
