using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.RecordKeeping;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Removes the content of cases whose time has come, agency by agency, as each service's rule says.</summary>
public sealed class ApplyRetention(Databases databases, Retention retention, ILogger<ApplyRetention> log) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("apply-retention", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct))
            if (await retention.ApplyAsync(agency, ct) is > 0 and var cases)
                log.LogInformation("The content of {Cases} cases of agency {Agency} was removed", cases, agency);
    }
}
