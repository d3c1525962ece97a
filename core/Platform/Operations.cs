using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>Operations and the lines they rejected. Progress and cancellation live here, whatever engine runs the job.</summary>
public sealed class Operations(TenantDb db)
{
    /// <summary>The event that makes the dispatcher start the job of the operation's kind.</summary>
    public const string Requested = "operation.requested";

    /// <summary>On which workers are told (<c>notify</c>) that there is one more. A hint, for a commit that notifies waits for others that do: not for every event.</summary>
    public const string Channel = "cirm_operations";

    /// <summary>Asks for an operation: the row, the audit entry and the event that starts it travel with the caller's change.</summary>
    /// <param name="change">To which the caller adds what the work needs, such as the pieces of a file.</param>
    /// <param name="now">The time of the request.</param>
    /// <param name="id">UUID version 7.</param>
    /// <param name="kind">Which work: the name of the job that does it.</param>
    /// <param name="arguments">What was asked for; ids and choices, never personal data.</param>
    /// <param name="requestedBy">The account or API key.</param>
    public static void Request(Change change, DateTimeOffset now, Guid id, string kind, object arguments, Guid? requestedBy)
    {
        var fact = OutboxEvent.Of(Requested, id, new { kind });
        change.Enqueue("""
            insert into operations (agency_id, id, kind, state, arguments, requested_by, created_at)
            values (@agency, @id, @kind, 'queued', @arguments, @requestedBy, @now)
            """, new { id, kind, Arguments = JsonSerializer.SerializeToElement(arguments, Wire.Json), requestedBy, now });
        change.Audit(now, Requested, "operation", id, fact.Data.GetRawText());
        change.Emit(now, fact);
        change.Enqueue($"notify {Channel}");
    }

    /// <summary>Reads one; null when the agency has none of that id.</summary>
    public Task<Operation?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Operation>(agency, """
            select id, kind, state, arguments, processed, total, accepted, unchanged, rejected, error, cancel_requested_at, requested_by, attempt,
                   version, created_at, started_at, finished_at
            from operations
            where agency_id = @agency and id = @id
            """, new { id }, ct);

    /// <summary>Reads operations, newest first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="kind">Only this kind.</param>
    /// <param name="state">Only in this state.</param>
    /// <param name="beforeCreatedAt">Only those after this place in the list: the last page's last <c>CreatedAt</c>,</param>
    /// <param name="beforeId">and its <c>Id</c>.</param>
    /// <param name="limit">At most this many.</param>
    public Task<IReadOnlyList<Operation>> ListAsync(
        Guid agency, string? kind, OperationState? state, DateTimeOffset? beforeCreatedAt, Guid? beforeId, int limit, CancellationToken ct) =>
        db.QueryAsync<Operation>(agency, """
            select id, kind, state, arguments, processed, total, accepted, unchanged, rejected, error, cancel_requested_at, requested_by, attempt,
                   version, created_at, started_at, finished_at
            from operations
            where agency_id = @agency
              and (@kind is null or kind = @kind)
              and (@state is null or state = @state)
              and (@beforeCreatedAt is null or (created_at, id) < (@beforeCreatedAt, @beforeId))
            order by created_at desc, id desc
            limit @limit
            """, new { kind, state, beforeCreatedAt, beforeId, limit }, ct);

    /// <summary>Keeps what was rejected, in the transaction of the work. A line that is there already stays as it is.</summary>
    public static void Reject(TenantTransaction transaction, Guid operationId, IReadOnlyList<Rejection> rejections) =>
        transaction.Enqueue("""
            insert into operation_rejections (agency_id, operation_id, line, column_name, code, detail)
            select @agency, @operationId, line, column_name, code, detail
            from unnest(@lines, @columns, @codes, @details) as r (line, column_name, code, detail)
            on conflict (agency_id, operation_id, line, column_name) do nothing
            """,
            new
            {
                operationId,
                Lines = rejections.Select(r => r.Line).ToArray(),
                Columns = rejections.Select(r => r.Column).ToArray(),
                Codes = rejections.Select(r => r.Code).ToArray(),
                Details = rejections.Select(r => r.Detail).ToArray(),
            });

    /// <summary>Reads rejected lines in the order of the file.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="operationId">Of which operation.</param>
    /// <param name="afterLine">Only those after this place: the last page's last <c>Line</c>,</param>
    /// <param name="afterColumn">and its <c>Column</c>.</param>
    /// <param name="limit">At most this many.</param>
    public Task<IReadOnlyList<Rejection>> ListRejectionsAsync(
        Guid agency, Guid operationId, long? afterLine, string? afterColumn, int limit, CancellationToken ct) =>
        db.QueryAsync<Rejection>(agency, """
            select line, column_name as column, code, detail
            from operation_rejections
            where agency_id = @agency and operation_id = @operationId
              and (@afterLine is null or (line, column_name) > (@afterLine, @afterColumn))
            order by line, column_name
            limit @limit
            """, new { operationId, afterLine, afterColumn, limit }, ct);

    /// <summary>Asks to end an operation: a queued one ends at once, a running one at its next whole step, a finished one stays as it is.</summary>
    /// <returns>The operation; null when the agency has none of that id.</returns>
    public async Task<Operation?> RequestCancelAsync(Caller caller, DateTimeOffset now, Guid id, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var asked = await change.QuerySingleOrDefaultAsync<Operation>("""
            update operations
            set cancel_requested_at = @now,
                state = case when state = 'queued' then 'cancelled' else state end,
                finished_at = case when state = 'queued' then @now end,
                version = version + 1
            where agency_id = @agency and id = @id and state = any(@from) and cancel_requested_at is null
            returning id, kind, state, arguments, processed, total, accepted, unchanged, rejected, error, cancel_requested_at, requested_by, attempt,
                      version, created_at, started_at, finished_at
            """, new { now, id, From = Operation.Before(OperationState.Cancelled) }, ct);
        if (asked is not null) change.Audit(now, "operation.cancel-requested", "operation", id);
        await change.CommitAsync(ct);
        return asked ?? await FindAsync(caller.Agency, id, ct);
    }

    /// <summary>Begins an attempt, and fences off the worker of any attempt before it.</summary>
    /// <returns>The operation as the attempts before left it; null when it has ended, or never was.</returns>
    public async Task<Operation?> StartAsync(Guid agency, DateTimeOffset now, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var started = await transaction.QueryAndCommitAsync<Operation>("""
            update operations
            set state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, @now), version = version + 1
            where agency_id = @agency and id = @id and state = any(@from)
            returning id, kind, state, arguments, processed, total, accepted, unchanged, rejected, error, cancel_requested_at, requested_by, attempt,
                      version, created_at, started_at, finished_at
            """, new { now, id, From = Operation.Before(OperationState.Running) }, ct);
        return started.SingleOrDefault();
    }

    /// <summary>Writes how far an attempt has come, in the transaction of its work.</summary>
    /// <exception cref="OperationTakenOverException">This attempt is not the operation's last: do not commit.</exception>
    public static async Task ReportAsync(TenantTransaction transaction, Operation operation, OperationCounts counts, CancellationToken ct)
    {
        var reported = await transaction.ExecuteAsync("""
            update operations
            set processed = @processed, accepted = @accepted, unchanged = @unchanged, rejected = @rejected, total = @total, version = version + 1
            where agency_id = @agency and id = @id and state = 'running' and attempt = @attempt
            """, new { operation.Id, operation.Attempt, counts.Processed, counts.Accepted, counts.Unchanged, counts.Rejected, counts.Total }, ct);
        if (reported == 0) throw new OperationTakenOverException();
    }

    /// <summary>What a running attempt has to know from time to time, in one round trip.</summary>
    /// <returns>Whether it should end: its user asked for it, or another attempt has begun.</returns>
    public async Task<bool> ShouldEndAsync(Guid agency, Operation operation, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<bool?>(agency, """
            select cancel_requested_at is not null or state <> 'running' or attempt <> @attempt
            from operations
            where agency_id = @agency and id = @id
            """, new { operation.Id, operation.Attempt }, ct) ?? true;

    /// <summary>Ends an attempt's operation. The audit entry carries its counts.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="now">The time of the end.</param>
    /// <param name="operation">As the attempt began it.</param>
    /// <param name="end"><see cref="OperationState.Succeeded"/>, <see cref="OperationState.Failed"/> or <see cref="OperationState.Cancelled"/>.</param>
    /// <param name="error">Why it failed, in words for its user.</param>
    /// <returns>Whether this attempt ended it: false when another one has, or has begun.</returns>
    public async Task<bool> EndAsync(Guid agency, DateTimeOffset now, Operation operation, OperationState end, string? error, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var counts = await change.QuerySingleOrDefaultAsync<OperationCounts>("""
            update operations
            set state = @end, error = @error, finished_at = @now, version = version + 1
            where agency_id = @agency and id = @id and state = any(@from) and attempt = @attempt
            returning processed, accepted, unchanged, rejected, total
            """, new { now, operation.Id, operation.Attempt, end, error, From = Operation.Before(end) }, ct);
        if (counts is not null) change.Audit(now, $"operation.{end.Word()}", "operation", operation.Id, JsonSerializer.Serialize(counts, Wire.Json));
        await change.CommitAsync(ct);
        return counts is not null;
    }
}
