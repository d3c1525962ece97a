using System.Threading.Channels;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>
/// Reads a file and writes its rows, one reading ahead of the other. Rows go in batches, two side by side, each in a transaction
/// with the count of what is done by then: whenever it is killed, the next attempt goes on behind the last commit.
/// </summary>
public sealed class ImportRun<TRow>(TenantDb db, TimeProvider clock, Guid agency, IJobProgress progress, IRowImport<TRow> import) where TRow : class
{
    /// <summary>Rows of a batch.</summary>
    public const int RowsAtATime = 5_000;

    /// <summary>Rows of the first two batches: writing begins while the next ones are being read.</summary>
    const int RowsAtFirst = 1_000;

    // Rows may be long: what is read ahead stays within some tens of megabytes.
    const int CharactersAtATime = 1 << 21;
    const int SideBySide = 2;

    OperationCounts counts = progress.Operation.Counts;

    /// <summary>Imports a file, or the rest of it.</summary>
    /// <param name="file">From its beginning; opened on the thread that reads it.</param>
    /// <param name="mapping">The agency's; null when the file names its columns as the contract does.</param>
    /// <param name="ct">Ends it behind a whole step.</param>
    /// <exception cref="Refusal">The file as a whole cannot be imported. What was accepted before stays.</exception>
    public async Task RunAsync(Func<RecordReader> file, ImportMapping? mapping, CancellationToken ct)
    {
        if (counts.Total == counts.Processed) return; // killed between the last commit and the word that it was the last
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ahead = Channel.CreateBounded<IReadOnlyList<RowBatch<TRow>>>(1);
        var reading = Task.Factory.StartNew(() => ReadAhead(file, mapping, ahead.Writer, ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            // Not cancelled while rows are being written: numbers that were promised are used.
            await foreach (var batches in ahead.Reader.ReadAllAsync(CancellationToken.None)) await WriteAsync(batches);
            ct.ThrowIfCancellationRequested();
            await EndAsync();
        }
        finally
        {
            await ended.CancelAsync();
            while (ahead.Reader.TryRead(out _)) { }
            await reading;
        }
    }

    void ReadAhead(Func<RecordReader> open, ImportMapping? mapping, ChannelWriter<IReadOnlyList<RowBatch<TRow>>> ahead, CancellationToken ct)
    {
        try
        {
            using var file = open();
            import.Bind(new(import.Columns, mapping, file));
            for (var done = counts.Processed; done > 0; done--)
                if (!file.Read())
                    throw new InvalidOperationException("The file is shorter than what was read of it before.");
            var more = true;
            if (import.Promised is { } promised) ahead.WriteAsync([ReadBatch(file, promised, int.MaxValue, ref more)], CancellationToken.None).AsTask().GetAwaiter().GetResult();
            for (var rows = RowsAtFirst; more && !ct.IsCancellationRequested; rows = RowsAtATime)
            {
                var batches = new List<RowBatch<TRow>>();
                while (more && batches.Count < SideBySide) batches.Add(ReadBatch(file, rows, CharactersAtATime, ref more));
                batches.RemoveAll(batch => batch.Records == 0);
                if (batches.Count > 0) ahead.WriteAsync(batches, ct).AsTask().GetAwaiter().GetResult();
            }
            ahead.Complete();
        }
        catch (OperationCanceledException)
        {
            ahead.Complete();
        }
        catch (Exception e)
        {
            ahead.Complete(e); // what was read before it is written first
        }
    }

    RowBatch<TRow> ReadBatch(RecordReader file, int most, int characters, ref bool more)
    {
        var batch = new RowBatch<TRow>();
        var rejections = new List<Rejection>();
        while (batch.Records < most && characters > 0 && (more = file.Read()))
        {
            batch.Records++;
            characters -= file.Length;
            rejections.Clear();
            rejections.AddRange(file.Faults);
            var row = rejections.Count == 0 ? import.Read(file, rejections) : null;
            if (rejections.Count == 0 && row is not null)
            {
                batch.Rows.Add(row);
                continue;
            }
            batch.Rejections.AddRange(rejections);
            batch.Rejected++;
        }
        return batch;
    }

    async Task WriteAsync(IReadOnlyList<RowBatch<TRow>> batches)
    {
        var transactions = new List<TenantTransaction>();
        try
        {
            foreach (var _ in batches) transactions.Add(await db.BeginAsync(agency, CancellationToken.None));
            await import.DecideAsync(transactions[0], batches, CancellationToken.None);
            await Task.WhenAll(batches.Select((batch, i) => InsertAsync(transactions[i], batch)));
            for (var i = 0; i < batches.Count; i++)
            {
                import.Finish(transactions[i], batches[i]);
                var batch = batches[i];
                counts = new(
                    counts.Processed + batch.Records, counts.Accepted + batch.New.Count, counts.Unchanged + batch.Rows.Count - batch.New.Count,
                    counts.Rejected + batch.Rejected, null);
                await progress.ReportAsync(transactions[i], counts, CancellationToken.None);
                await transactions[i].CommitAsync(CancellationToken.None);
            }
        }
        finally
        {
            foreach (var transaction in transactions) await transaction.DisposeAsync();
        }
    }

    async Task InsertAsync(TenantTransaction transaction, RowBatch<TRow> batch)
    {
        if (batch.Rejections.Count > 0) Operations.Reject(transaction, progress.Operation.Id, batch.Rejections);
        if (batch.New.Count > 0) await import.InsertAsync(transaction, batch, CancellationToken.None);
        await transaction.FlushAsync(CancellationToken.None);
    }

    // The total stands for "all of it was read"; the event tells others once.
    async Task EndAsync()
    {
        counts = counts with { Total = counts.Processed };
        await using var change = await db.BeginAsync(Caller.System(agency), CancellationToken.None);
        ImportFiles.Forget(change, progress.Operation.Id);
        change.Emit(clock.Now(), OutboxEvent.Of("import.finished", progress.Operation.Id, counts));
        await progress.ReportAsync(change, counts, CancellationToken.None);
        await change.CommitAsync(CancellationToken.None);
    }
}
