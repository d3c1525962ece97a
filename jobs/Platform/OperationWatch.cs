using System.Data.Common;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Jobs.Platform;

/// <summary>A running operation: what its job reports, and the signal to end when its user asks for it or another worker has it.</summary>
sealed class OperationWatch : IJobProgress, IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    readonly Operations operations;
    readonly Guid agency;
    readonly CancellationTokenSource ends;
    readonly CancellationTokenSource over = new();
    readonly Task watching;

    public OperationWatch(Operations operations, Guid agency, Operation operation, CancellationToken stopping)
    {
        this.operations = operations;
        this.agency = agency;
        Operation = operation;
        ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        watching = WatchAsync();
    }

    public Operation Operation { get; }

    /// <summary>Cancelled when the job should end at its next whole step, for whatever reason.</summary>
    public CancellationToken Ends => ends.Token;

    /// <summary>The job should end because of its operation, not because of its worker.</summary>
    public bool EndsForGood { get; private set; }

    public Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct) =>
        Operations.ReportAsync(transaction, Operation, counts, ct);

    async Task WatchAsync()
    {
        while (true)
        {
            try
            {
                await Task.Delay(Pause, over.Token);
                if (!await operations.ShouldEndAsync(agency, Operation, over.Token)) continue;
                EndsForGood = true;
                await ends.CancelAsync();
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (DbException)
            {
                // The database is away: the job itself will notice; what was asked for is still there when it is back.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await watching;
        over.Dispose();
        ends.Dispose();
    }
}
