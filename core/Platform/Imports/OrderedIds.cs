using System.Buffers.Binary;

namespace Cirm.Core.Platform.Imports;

/// <summary>Ids of many rows made at once: UUID version 7 whose 12 bits behind the time count up (RFC 9562, section 6.2, method 1), so
/// that an index takes them at its end.</summary>
public sealed class OrderedIds
{
    long milliseconds;
    int count = 4096;

    /// <summary>The next id: greater than the one before it.</summary>
    /// <param name="now">The time; when there are more than 4096 in a millisecond, ids run ahead of it.</param>
    public Guid Next(DateTimeOffset now)
    {
        if (count == 4096)
        {
            milliseconds = Math.Max(milliseconds + 1, now.ToUnixTimeMilliseconds());
            count = 0;
        }
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16 | 0x7000L | (long)count++);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new(bytes, bigEndian: true);
    }
}
