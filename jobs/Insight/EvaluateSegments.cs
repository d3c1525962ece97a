using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Brings segments up to date where a rule is new or a citizen has changed, a moment after (docs/segments.md).</summary>
public sealed class EvaluateSegments(Databases databases, SegmentEvaluation evaluation) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("evaluate-segments"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var agency in await WaitingAsync(ct)) await evaluation.RunAsync(agency, ct);
    }

    async Task<IReadOnlyList<Guid>> WaitingAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("""
            select agency_id from segments where pending union select agency_id from segment_changes
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var agencies = new List<Guid>();
        while (await reader.ReadAsync(ct)) agencies.Add(reader.GetGuid(0));
        return agencies;
    }
}

/// <summary>Follows the time: whose cases are older by now than a rule's days is looked at, in every agency.</summary>
public sealed class FollowTimeInSegments(Databases databases, SegmentEvaluation evaluation) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("follow-time-in-segments"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await evaluation.RunAsync(agency, ct);
    }
}

/// <summary>Evaluates everything for everybody once a day: whatever was missed is put right.</summary>
public sealed class EvaluateAllSegments(Databases databases, SegmentEvaluation evaluation) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("evaluate-all-segments", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct))
        {
            await evaluation.RequestAllAsync(agency, ct);
            await evaluation.RunAsync(agency, ct);
        }
    }
}
