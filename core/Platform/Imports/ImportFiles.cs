using System.Security.Cryptography;
using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>Files on their way in: kept in pieces from the request that brings them to the job that has read them.</summary>
public sealed class ImportFiles(TenantDb db, TimeProvider clock)
{
    /// <summary>Bytes of a piece.</summary>
    public const int ChunkSize = 1 << 20;

    /// <summary>Keeps a file as it arrives, each piece in a transaction of its own: no more than two pieces are in memory.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="operationId">Of the operation that will read it.</param>
    /// <param name="body">The file.</param>
    /// <returns>How many pieces, and the SHA-256 of the whole.</returns>
    public async Task<StoredFile> StoreAsync(Guid agency, Guid operationId, Stream body, CancellationToken ct)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] filling = new byte[ChunkSize], keeping = new byte[ChunkSize];
        var kept = Task.CompletedTask;
        var chunks = 0;
        long length = 0;
        try
        {
            while (await body.ReadAtLeastAsync(filling, ChunkSize, throwOnEndOfStream: false, ct) is > 0 and var read)
            {
                sha.AppendData(filling, 0, read);
                length += read;
                await kept;
                (filling, keeping) = (keeping, filling);
                kept = KeepAsync(agency, operationId, chunks++, read == ChunkSize ? keeping : keeping[..read], ct);
            }
        }
        finally
        {
            await kept;
        }
        return new(chunks, length, sha.GetHashAndReset());
    }

    // The file counts from the commit of its operation on, which waits for the disk and so for all that was written before it.
    async Task KeepAsync(Guid agency, Guid operationId, int ordinal, byte[] bytes, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        transaction.Enqueue("set local synchronous_commit = off");
        transaction.Enqueue("""
            insert into import_chunks (agency_id, operation_id, ordinal, bytes, created_at)
            values (@agency, @operationId, @ordinal, @bytes, @now)
            """, new { operationId, ordinal, bytes, Now = clock.Now() });
        await transaction.CommitAsync(ct);
    }

    /// <summary>Asks for the import of a file that is kept.</summary>
    /// <returns>The operation as it begins.</returns>
    public async Task<Operation> RequestAsync(Caller caller, Guid operationId, ImportRequest request, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        Operations.Request(change, now, operationId, ImportRequest.OperationKind, request, caller.Id);
        await change.CommitAsync(ct);
        return new(
            operationId, ImportRequest.OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(request, Wire.Json), 0, null, 0, 0, 0,
            null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Opens a file that is kept.</summary>
    public Stream Open(Guid agency, Guid operationId, int chunks) => new ChunkStream(db, agency, operationId, chunks);

    /// <summary>Lets a file go, in the transaction that has no more use for it.</summary>
    public static void Forget(TenantTransaction transaction, Guid operationId) =>
        transaction.Enqueue("delete from import_chunks where agency_id = @agency and operation_id = @operationId", new { operationId });

    /// <summary>Lets a file go whose operation was not asked for after all.</summary>
    public async Task ForgetAsync(Guid agency, Guid operationId)
    {
        await using var transaction = await db.BeginAsync(agency, CancellationToken.None);
        Forget(transaction, operationId);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Lets go of files that nobody will read: their operation has ended, or was never asked for since the upload was interrupted.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="uploadedBefore">Uploads that are still going on are younger than this.</param>
    /// <returns>How many pieces were let go.</returns>
    public async Task<int> ForgetUnusedAsync(Guid agency, DateTimeOffset uploadedBefore, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var forgotten = await transaction.ExecuteAsync("""
            delete from import_chunks c
            where c.agency_id = @agency
              and not exists (select from operations o
                              where o.agency_id = @agency and o.id = c.operation_id and o.state in ('queued', 'running'))
              and (c.created_at < @uploadedBefore
                   or exists (select from operations o where o.agency_id = @agency and o.id = c.operation_id))
            """, new { uploadedBefore }, ct);
        await transaction.CommitAsync(ct);
        return forgotten;
    }
}

/// <summary>A file that is kept.</summary>
/// <param name="Chunks">How many pieces.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">Of the whole.</param>
public sealed record StoredFile(int Chunks, long Length, byte[] Sha256);
