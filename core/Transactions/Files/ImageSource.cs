using System.Buffers.Binary;

namespace Cirm.Core.Transactions.Files;

/// <summary>Reads an image from its start, a buffer at a time; what ends too early is refused.</summary>
sealed class ImageSource(Stream stream)
{
    readonly byte[] buffer = new byte[64 * 1024];
    int start;
    int end;

    /// <summary>Some of the bytes that come next, at least one.</summary>
    public ReadOnlySpan<byte> Ahead()
    {
        if (start == end)
        {
            (start, end) = (0, stream.Read(buffer));
            if (end == 0) throw Problems.Malformed.Because("The image ends too early.");
        }
        return buffer.AsSpan(start, end - start);
    }

    /// <summary>Goes on behind bytes that <see cref="Ahead"/> gave.</summary>
    public void Pass(int count) => start += count;

    public byte Byte()
    {
        var next = Ahead()[0];
        start++;
        return next;
    }

    public void Read(Span<byte> into)
    {
        while (into.Length > 0)
        {
            var ahead = Ahead();
            var some = Math.Min(ahead.Length, into.Length);
            ahead[..some].CopyTo(into);
            Pass(some);
            into = into[some..];
        }
    }

    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        Read(bytes.AsSpan());
        return bytes;
    }

    public int Big16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>Passes bytes on; null lets them go.</summary>
    public void Copy(long count, Stream? to)
    {
        while (count > 0)
        {
            var ahead = Ahead();
            var some = (int)Math.Min(ahead.Length, count);
            to?.Write(ahead[..some]);
            Pass(some);
            count -= some;
        }
    }

    /// <summary>An image of a few kilobytes can say that it has as many pixels as it likes, and whoever shows it makes room for them.</summary>
    /// <exception cref="Platform.Refusal"><see cref="Problems.Malformed"/>, <see cref="Problems.Unsafe"/>.</exception>
    public static void CheckSize(long width, long height)
    {
        if (width == 0 || height == 0) throw Problems.Malformed.Because("The image has no width or no height.");
        if (width * height > MostPixels) throw Problems.Unsafe.Because($"The image says that it has {width} times {height} pixels.");
    }

    /// <summary>Pixels of an image.</summary>
    public const long MostPixels = 100_000_000;
}
