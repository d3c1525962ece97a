using System.Buffers;
using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Api.Platform;

/// <summary>
/// An answer that is written first and then sent, with its length. The framework sends JSON while it writes it: one case in two pieces,
/// fifty in four, and each piece costs a call of the kernel here and wakes the reader there.
/// </summary>
sealed class InOnePiece(object value) : IResult
{
    /// <summary>The same answer in one piece, where it is a 200 with a value; any other as it is.</summary>
    public static object? Of(object? result) =>
        result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK } and IValueHttpResult { Value: { } value } and not IContentTypeHttpResult ? new InOnePiece(value) : result;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var piece = new Piece();
        using (var writer = new Utf8JsonWriter(piece, new() { Encoder = Wire.Json.Encoder, SkipValidation = true })) JsonSerializer.Serialize(writer, value, value.GetType(), Wire.Json);
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = piece.Written.Length;
        await httpContext.Response.Body.WriteAsync(piece.Written, httpContext.RequestAborted);
    }

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
    }
}
