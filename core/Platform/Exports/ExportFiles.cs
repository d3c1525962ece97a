using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Exports;

/// <summary>Files on their way out: kept in pieces from the job that makes them to the requests that fetch them.</summary>
public sealed class ExportFiles(TenantDb db, TimeProvider clock)
{
    /// <summary>The kind of the operation.</summary>
    public const string OperationKind = "export";

    /// <summary>Bytes of a piece.</summary>
    public const int ChunkSize = 1 << 20;

    /// <summary>How long a file can be fetched. What is erased stays in files that were made before: they do not stay.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    const string Columns = "e.id, e.kind, e.format, e.bytes, e.sha256, e.ready_at, e.created_at + interval '1 day' as kept_until, e.created_at";

    /// <summary>Asks for a file.</summary>
    /// <returns>The operation as it begins.</returns>
    public async Task<Operation> RequestAsync(Caller caller, ExportOrder order, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        change.Enqueue("""
            insert into exports (agency_id, id, kind, format, requested_by, created_at)
            values (@agency, @id, @kind, @format, @requestedBy, @now)
            """, new { id, order.Kind, order.Format, RequestedBy = caller.Id, now });
        Operations.Request(change, now, id, OperationKind, order, caller.Id);
        change.Audit(now, "export.requested", "export", id, JsonSerializer.Serialize(order, Wire.Json));
        await change.CommitAsync(ct);
        return new(id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(order, Wire.Json), 0, null, 0, 0, 0, null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Files, newest first.</summary>
    public Task<IReadOnlyList<Export>> ListAsync(Guid agency, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Export>(agency, $"""
            select {Columns}
            from exports e
            where e.agency_id = @agency and (@at is null or (e.created_at, e.id) < (@at, @id))
            order by e.created_at desc, e.id desc
            limit @limit
            """, new { after?.At, after?.Id, limit }, ct);

    /// <summary>One of them.</summary>
    public Task<Export?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Export>(agency, $"select {Columns} from exports e where e.agency_id = @agency and e.id = @id", new { id }, ct);

    /// <summary>Begins a file: what an attempt before this one left is let go.</summary>
    public static void Begin(TenantTransaction transaction, Guid id) =>
        transaction.Enqueue("delete from export_chunks where agency_id = @agency and export_id = @id", new { id });

    /// <summary>Keeps a piece.</summary>
    public static void Append(TenantTransaction transaction, Guid id, int ordinal, byte[] bytes) =>
        transaction.Enqueue("""
            insert into export_chunks (agency_id, export_id, ordinal, bytes)
            values (@agency, @id, @ordinal, @bytes)
            """, new { id, ordinal, bytes });

    /// <summary>Says that it is whole.</summary>
    public static void Complete(TenantTransaction transaction, Guid id, int chunks, long bytes, string sha256, DateTimeOffset now) =>
        transaction.Enqueue("""
            update exports set chunks = @chunks, bytes = @bytes, sha256 = @sha256, ready_at = @now
            where agency_id = @agency and id = @id
            """, new { id, chunks, bytes, sha256, now });

    /// <summary>Sends a whole file, a piece at a time.</summary>
    public async Task CopyAsync(Guid agency, Guid id, Stream to, CancellationToken ct)
    {
        for (var ordinal = 0; ; ordinal++)
        {
            var piece = await db.QuerySingleOrDefaultAsync<byte[]>(agency, """
                select bytes from export_chunks where agency_id = @agency and export_id = @id and ordinal = @ordinal
                """, new { id, ordinal }, ct);
            if (piece is null) return;
            await to.WriteAsync(piece, ct);
        }
    }

    /// <summary>Lets go of files that were kept for long enough.</summary>
    public async Task ForgetAsync(Guid agency, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        transaction.Enqueue("""
            delete from export_chunks c
            where c.agency_id = @agency and c.export_id in (select e.id from exports e where e.agency_id = @agency and e.created_at < @before)
            """, new { Before = now - Kept });
        transaction.Enqueue("delete from exports where agency_id = @agency and created_at < @before", new { Before = now - Kept });
        await transaction.CommitAsync(ct);
    }
}
