using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Removes the link between confidential answers and citizens when the date comes that was promised.</summary>
public sealed class RemoveSurveyLinks(Databases databases, SurveyLinks links, ILogger<RemoveSurveyLinks> log) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("remove-survey-links", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct))
            if (await links.RemoveDueAsync(agency, ct) is > 0 and var removed)
                log.LogInformation("{Links} links between answers and citizens of agency {Agency} were removed", removed, agency);
    }
}
