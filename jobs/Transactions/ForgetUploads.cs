using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Lets go of files that nobody will read: the upload was interrupted, or the import has ended.</summary>
public sealed class ForgetUploads(Databases databases, ImportFiles files, TimeProvider clock) : IJob<NoArgs>
{
    /// <summary>No upload takes longer.</summary>
    static readonly TimeSpan LongestUpload = TimeSpan.FromDays(1);

    public static JobTerms Terms { get; } = new("forget-uploads");

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await files.ForgetUnusedAsync(agency, clock.Now() - LongestUpload, ct);
    }
}
