using System.Buffers.Text;
using System.Text;

namespace Cirm.Core.Platform;

/// <summary>Something with a version, which clients see as its ETag.</summary>
public interface IVersioned
{
    /// <summary>Grows by one with every change.</summary>
    long Version { get; }
}

/// <summary>A place in a list that is ordered by time and id, newest first: rows that are added later come before it.</summary>
/// <param name="At">The time of the last row that was read.</param>
/// <param name="Id">Its id, which decides between rows of the same time.</param>
public sealed record TimeCursor(DateTimeOffset At, Guid Id)
{
    /// <summary>As a client carries it; not for reading.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[24];
        BitConverter.TryWriteBytes(bytes, At.UtcTicks);
        Id.TryWriteBytes(bytes[8..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="Refusal"><see cref="Problems.Invalid"/> for anything else.</exception>
    public static TimeCursor? Parse(string? text)
    {
        if (text is null) return null;
        Span<byte> bytes = stackalloc byte[24];
        if (text.Length != 32 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromUtf8(Encoding.ASCII.GetBytes(text), bytes, out var written) || written != 24
            || BitConverter.ToInt64(bytes) is var ticks && (ticks < 0 || ticks > DateTime.MaxValue.Ticks))
            throw Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        return new(new DateTimeOffset(BitConverter.ToInt64(bytes), TimeSpan.Zero), new Guid(bytes[8..]));
    }
}
