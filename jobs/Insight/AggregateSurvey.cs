using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Settles what waits in a wave and publishes its results, because somebody asked.</summary>
public sealed class AggregateSurvey(Settling settling, SurveyResults results) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(SurveyResults.OperationKind, JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var order = System.Text.Json.JsonSerializer.Deserialize<AggregationOrder>(progress.Operation.Arguments, Wire.Json)!;
        await settling.SettleAsync(args.Agency, order.Wave, atOnce: true, ct);
        var (outcome, responses) = await results.PublishAsync(args.Agency, order.Wave, PublishReason.Asked, order.Recount, ct);
        await results.ReportAsync(args.Agency, progress, outcome, responses, ct);
    }
}
