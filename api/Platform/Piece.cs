using System.Buffers;

namespace Cirm.Api.Platform;

/// <summary>Bytes in an array that is lent, not made: a long list would be a large object for the garbage collector.</summary>
sealed class Piece : IBufferWriter<byte>, IDisposable
{
    byte[] array = ArrayPool<byte>.Shared.Rent(4096);
    int length;

    public ReadOnlyMemory<byte> Written => array.AsMemory(0, length);

    public void Advance(int count) => length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (array.Length - length < Math.Max(sizeHint, 1))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(array.Length * 2, length + sizeHint));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(array);
            array = larger;
        }
        return array.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose() => ArrayPool<byte>.Shared.Return(array);

    /// <summary>For writers that know streams only.</summary>
    public Stream AsStream() => new Writing(this);

    sealed class Writing(Piece piece) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => piece.length;
        public override long Position { get => piece.length; set => throw new NotSupportedException(); }
        public override void Write(ReadOnlySpan<byte> buffer) => piece.Write(buffer);
        public override void Write(byte[] buffer, int offset, int count) => piece.Write(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
