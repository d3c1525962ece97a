using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>A file out of its pieces, the next one being fetched while one is read. Reading waits: it belongs on a thread of its own.</summary>
sealed class ChunkStream(TenantDb db, Guid agency, Guid operationId, int chunks) : Stream
{
    Task<byte[]>? next;
    byte[] current = [];
    int ordinal;
    int position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (position == current.Length)
        {
            if (ordinal == chunks) return 0;
            current = (next ?? FetchAsync(ordinal)).GetAwaiter().GetResult();
            position = 0;
            next = ++ordinal < chunks ? FetchAsync(ordinal) : null;
        }
        var read = Math.Min(buffer.Length, current.Length - position);
        current.AsSpan(position, read).CopyTo(buffer);
        position += read;
        return read;
    }

    async Task<byte[]> FetchAsync(int wanted) =>
        await db.QuerySingleOrDefaultAsync<byte[]>(agency, """
            select bytes from import_chunks where agency_id = @agency and operation_id = @operationId and ordinal = @wanted
            """, new { operationId, wanted }, CancellationToken.None)
        ?? throw new InvalidOperationException($"Piece {wanted} of the file of operation {operationId} is gone.");

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
