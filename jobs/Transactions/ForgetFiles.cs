using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Deletes files of the attachments' folder that belong to no case: interrupted uploads, and what was removed or erased.</summary>
public sealed class ForgetFiles(Databases databases, Attachments attachments, TimeProvider clock) : IJob<NoArgs>
{
    /// <summary>No upload takes longer.</summary>
    static readonly TimeSpan LongestUpload = TimeSpan.FromHours(1);

    public static JobTerms Terms { get; } = new("forget-files");

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await attachments.SweepAsync(agency, clock.Now() - LongestUpload, ct);
    }
}
