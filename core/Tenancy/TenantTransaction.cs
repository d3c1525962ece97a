using Cirm.Core.Platform;
using Npgsql;

namespace Cirm.Core.Tenancy;

/// <summary>
/// A transaction of one agency. Statements use named parameters; <c>@agency</c> is always there. Several can wait and
/// travel together: <see cref="Enqueue"/> costs no round trip, the next statement or the commit takes them along.
/// </summary>
public class TenantTransaction : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly List<NpgsqlBatchCommand> waiting = [];
    bool begun;
    bool open;
    int emitted;

    internal TenantTransaction(NpgsqlConnection connection, Guid agency, string begin = "begin")
    {
        this.connection = connection;
        Agency = agency;
        Enqueue(begin);
        Enqueue("select set_agency(@agency)");
    }

    /// <summary>Whose rows this transaction sees.</summary>
    public Guid Agency { get; }

    /// <summary>Lets a statement that gives no rows travel with the next one.</summary>
    public void Enqueue(string sql, object? args = null)
    {
        var command = new NpgsqlBatchCommand(sql);
        SqlParameters.Add(command.Parameters, args);
        if (sql.Contains("@agency", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter<Guid>("agency", Agency));
        waiting.Add(command);
    }

    /// <summary>Leaves an event for others.</summary>
    public void Emit(DateTimeOffset now, OutboxEvent fact) =>
        Enqueue("""
            insert into outbox (agency_id, id, type, subject_id, data, created_at)
            values (@agency, @id, @type, @subjectId, @data, @now)
            """, new { Id = OutboxEvent.IdOf(now, emitted++), fact.Type, fact.SubjectId, fact.Data, now });

    /// <summary>Runs a statement and reads its rows.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, CancellationToken ct)
    {
        Enqueue(sql, args);
        return SendAsync<T>(ct);
    }

    /// <summary>Runs a statement that gives one row or none.</summary>
    public async Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? args, CancellationToken ct) =>
        (await QueryAsync<T>(sql, args, ct)).SingleOrDefault();

    /// <summary>Runs a statement; the number of rows it affected is its answer.</summary>
    public async Task<int> ExecuteAsync(string sql, object? args, CancellationToken ct)
    {
        Enqueue(sql, args);
        var command = waiting[^1];
        await SendAsync<int>(ct);
        return (int)command.RecordsAffected;
    }

    /// <summary>Runs a part that may be refused: then what it did is taken back, and the rest of the transaction goes on. It costs no round trip.</summary>
    /// <returns>The refusal; null when there was none.</returns>
    public async Task<Refusal?> TryAsync(Func<Task> part)
    {
        Enqueue("savepoint part");
        var savepoint = waiting[^1];
        try
        {
            await part();
            Enqueue("release savepoint part");
            return null;
        }
        catch (Refusal refusal)
        {
            var unsent = waiting.IndexOf(savepoint);
            waiting.RemoveRange(Math.Max(unsent, 0), waiting.Count - Math.Max(unsent, 0)); // whatever waits behind it is the part's
            if (unsent < 0)
            {
                Enqueue("rollback to savepoint part");
                Enqueue("release savepoint part");
            }
            return refusal;
        }
    }

    /// <summary>Runs a statement whose rows are too many to be kept: each is handed on as it comes.</summary>
    public Task StreamAsync(string sql, object? args, Action<NpgsqlDataReader> row, CancellationToken ct)
    {
        Enqueue(sql, args);
        return SendAsync(row, ct);
    }

    /// <summary>Runs a last statement and commits with it, in one round trip.</summary>
    public Task<IReadOnlyList<T>> QueryAndCommitAsync<T>(string sql, object? args, CancellationToken ct)
    {
        Enqueue(sql, args);
        return SendAndCommitAsync<T>(ct);
    }

    /// <summary>Sends what waits, and goes on.</summary>
    public Task FlushAsync(CancellationToken ct) => waiting.Count > 0 ? SendAsync<int>(ct) : Task.CompletedTask;

    /// <summary>Sends what waits and commits.</summary>
    public virtual Task CommitAsync(CancellationToken ct) => SendAndCommitAsync<int>(ct);

    /// <summary>Sends what waits with a commit at its end, in one round trip; a statement that fails takes all of them back.</summary>
    /// <returns>The rows of the first statement that gives any.</returns>
    public async Task<IReadOnlyList<T>> SendAndCommitAsync<T>(CancellationToken ct)
    {
        Enqueue("commit");
        var rows = await SendAsync<T>(ct);
        open = false;
        return rows;
    }

    /// <summary>The statement that was enqueued last.</summary>
    protected NpgsqlBatchCommand LastEnqueued => waiting[^1];

    /// <summary>Called after each round trip with what was sent, before its rows are used.</summary>
    protected virtual void Sent(IReadOnlyList<NpgsqlBatchCommand> commands) { }

    async Task<IReadOnlyList<T>> SendAsync<T>(CancellationToken ct)
    {
        var rows = new List<T>();
        Func<NpgsqlDataReader, T>? read = null;
        await SendAsync(row => rows.Add((read ??= Rows<T>.ReaderOf(row))(row)), ct);
        return rows;
    }

    async Task SendAsync(Action<NpgsqlDataReader> row, CancellationToken ct)
    {
        await using var batch = connection.CreateBatch();
        foreach (var command in waiting) batch.BatchCommands.Add(command);
        NpgsqlBatchCommand[] sent = [.. waiting];
        waiting.Clear();
        open = true;

        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            var wanted = begun || await reader.NextResultAsync(ct); // the first rows of all are set_agency's
            begun = true;
            if (wanted && reader.FieldCount > 0)
            {
                while (await reader.ReadAsync(ct)) row(reader);
            }
            while (await reader.NextResultAsync(ct)) { } // a later statement's error is thrown here
        }
        Sent(sent);
    }

    /// <summary>Takes back what was not committed and returns the connection.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        try
        {
            if (open && connection.FullState.HasFlag(System.Data.ConnectionState.Open) && !connection.FullState.HasFlag(System.Data.ConnectionState.Broken))
            {
                await using var rollback = new NpgsqlCommand("rollback", connection);
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
