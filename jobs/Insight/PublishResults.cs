using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Publishes a wave's results by itself: soon after answers have come, when there are half as many again, when the wave has closed, and when its texts have codes.</summary>
public sealed class PublishResults(SurveyResults results) : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("publish-results", JobTerms.Growing);

    public Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct) => results.PublishAsync(
        args.Agency, args.SubjectId, args.Type switch { "survey.closed" => PublishReason.Closed, "survey.coded" => PublishReason.Coded, _ => PublishReason.NewAnswers },
        recount: args.Type == "survey.closed", ct);
}
