using System.Threading.Channels;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>
/// Who saw what: a reading request waits until its entry is in the audit trail, and those that wait at the same time share one
/// transaction, as commits share one flush. What could not be recorded is not shown.
/// </summary>
public sealed class AccessLog(TenantDb db, TimeProvider clock)
{
    const int MostAtOnce = 256;

    readonly Channel<Seen> waiting = Channel.CreateBounded<Seen>(4 * MostAtOnce);

    /// <summary>Records that a member of staff or a system with a key sees something; for others there is nothing to record.</summary>
    /// <param name="caller">Who sees it.</param>
    /// <param name="action">As in <c>case.read</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">Which one; null for a list.</param>
    /// <param name="ct">Gives up waiting.</param>
    public Task RecordAsync(Caller caller, string action, string subjectKind, Guid? subjectId, CancellationToken ct) =>
        RecordAsync(caller, action, subjectKind, subjectId, null, ct);

    /// <summary>As above, and also that a representative sees what is a citizen's.</summary>
    /// <param name="caller">Who sees it.</param>
    /// <param name="action">As in <c>case.read</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">Which one; null for a list.</param>
    /// <param name="ofCitizen">Whose it is; they themselves leave no entry.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async Task RecordAsync(Caller caller, string action, string subjectKind, Guid? subjectId, Guid? ofCitizen, CancellationToken ct)
    {
        if (!caller.IsStaff && (ofCitizen is null || ofCitizen == caller.CitizenId)) return;
        var seen = new Seen(caller.Agency, AuditEntry.By(caller, clock.Now(), action, subjectKind, subjectId), new(TaskCreationOptions.RunContinuationsAsynchronously));
        await waiting.Writer.WriteAsync(seen, ct);
        await seen.Recorded.Task.WaitAsync(ct);
    }

    /// <summary>Writes what waits, until it is told to end; then what still waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var end = stop.Register(() => waiting.Writer.TryComplete());
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<Seen>();
            while (batch.Count < MostAtOnce && waiting.Reader.TryRead(out var seen)) batch.Add(seen);
            foreach (var ofAgency in batch.GroupBy(s => s.Agency)) await WriteAsync(ofAgency.Key, [.. ofAgency]);
        }
    }

    async Task WriteAsync(Guid agency, IReadOnlyList<Seen> batch)
    {
        try
        {
            await using var transaction = await db.BeginAsync(agency, CancellationToken.None);
            await AuditTrail.AppendAllAsync(transaction, [.. batch.Select(s => s.Entry)], CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            foreach (var seen in batch) seen.Recorded.SetResult();
        }
        catch (Exception e)
        {
            foreach (var seen in batch) seen.Recorded.TrySetException(e); // each reader is refused with the cause
        }
    }

    sealed record Seen(Guid Agency, AuditEntry Entry, TaskCompletionSource Recorded);
}
