using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Transactions.Importing;

namespace Cirm.Jobs.Transactions;

/// <summary>Reads a file that was sent in and takes its rows. Killed at any point, it goes on behind its last commit.</summary>
public sealed class RunImport(Imports imports) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(ImportRequest.OperationKind, JobTerms.Growing);

    public Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct) => imports.RunAsync(args.Agency, progress, ct);
}
