using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Participation;

/// <summary>Opens the box of a decision and counts it, because somebody asked. Killed at any point, the next attempt comes to the same.</summary>
public sealed class CountBallots(BallotBox box, DecisionCounts counts) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(DecisionCounts.OperationKind, JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var order = System.Text.Json.JsonSerializer.Deserialize<CountOrder>(progress.Operation.Arguments, Wire.Json)!;
        await box.OpenAsync(args.Agency, order.Initiative, strict: true, ct);
        await counts.CountAsync(args.Agency, order.Initiative, (transaction, ballots) => progress.ReportAsync(transaction, new(ballots, ballots, 0, 0, ballots), ct), ct);
    }
}

/// <summary>Counts what an agency has not counted within a week: a result is not kept back by not asking for it.</summary>
public sealed class CountOverdueDecisions(Databases databases, BallotBox box, DecisionCounts counts, ILogger<CountOverdueDecisions> log) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("count-decisions"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (slug, agency) in await EveryAgency.ListAsync(databases, ct))
        {
            foreach (var initiative in await counts.OverdueAsync(agency, ct))
            {
                await box.OpenAsync(agency, initiative, strict: false, ct);
                await counts.CountAsync(agency, initiative, null, ct);
                log.LogInformation("Counted a decision of {Agency} that nobody had counted", slug);
            }
        }
    }
}
