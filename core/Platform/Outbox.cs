using System.Buffers.Binary;
using System.Text.Json;

namespace Cirm.Core.Platform;

/// <summary>A fact for others, in the same transaction as the change that made it true.</summary>
/// <param name="Type">As in <c>case.submitted</c>.</param>
/// <param name="SubjectId">What it is about; events of one subject are handled in order.</param>
/// <param name="Data">What others learn: ids and figures, never names or what a citizen wrote.</param>
public sealed record OutboxEvent(string Type, Guid SubjectId, JsonElement Data)
{
    /// <summary>From any object.</summary>
    public static OutboxEvent Of(string type, Guid subjectId, object data) => new(type, subjectId, JsonSerializer.SerializeToElement(data, Wire.Json));

    /// <summary>
    /// An id in whose order events were made: UUID version 7 with the time to the microsecond where the standard leaves room for it (RFC 9562, 6.2,
    /// method 3), and then the place in the transaction. By milliseconds alone two events of one case would be in the order of chance.
    /// </summary>
    /// <param name="now">When it happened.</param>
    /// <param name="ordinal">0 for the first event of a transaction.</param>
    public static Guid IdOf(DateTimeOffset now, int ordinal)
    {
        Span<byte> id = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(id, bigEndian: true, out _);
        var fraction = (ushort)(now.UtcTicks % TimeSpan.TicksPerMillisecond * 4096 / TimeSpan.TicksPerMillisecond);
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | fraction));
        BinaryPrimitives.WriteUInt16BigEndian(id[8..], (ushort)(0x8000 | Math.Min(ordinal, 0x3fff)));
        return new(id, bigEndian: true);
    }
}
