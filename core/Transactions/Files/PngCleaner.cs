using System.Buffers.Binary;

namespace Cirm.Core.Transactions.Files;

/// <summary>
/// Rewrites a PNG (W3C, third edition) with the chunks that make the picture: texts, times, Exif and what nobody knows are left out.
/// </summary>
static class PngCleaner
{
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    static readonly HashSet<string> Picture =
    [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT",
    ];

    static readonly uint[] Crc = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xedb88320 ^ (c >> 1) : c >> 1))];

    public static void Clean(ImageSource image, Stream to, bool keepMetadata)
    {
        if (!image.Read(Signature.Length).AsSpan().SequenceEqual(Signature)) throw Problems.Malformed.Because("The PNG has no beginning.");
        to.Write(Signature);
        var drawn = false;
        Span<byte> head = stackalloc byte[8];
        for (var first = true; ; first = false)
        {
            image.Read(head);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            var type = head[4..];
            if (length > int.MaxValue || type.ContainsAnyExcept(Letters)) throw Problems.Malformed.Because("The PNG has a chunk that is none.");
            var name = System.Text.Encoding.ASCII.GetString(type);
            if (first != (name == "IHDR")) throw Problems.Malformed.Because("The PNG does not begin with its header.");
            if (!Picture.Contains(name) && char.IsAsciiLetterUpper(name[0])) throw Problems.Malformed.Because("The PNG needs something that nobody knows.");
            var target = keepMetadata || Picture.Contains(name) ? to : null;
            target?.Write(head);
            var sum = Add(uint.MaxValue, type);
            if (first)
            {
                if (length != 13) throw Problems.Malformed.Because("The header of the PNG is not one.");
                var header = image.Read(13);
                ImageSource.CheckSize(BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)));
                sum = Add(sum, header);
                to.Write(header);
            }
            else
            {
                sum = Copy(image, length, target, sum);
            }
            var said = image.Read(4);
            if (BinaryPrimitives.ReadUInt32BigEndian(said) != ~sum) throw Problems.Malformed.Because($"The checksum of a chunk {name} of the PNG is wrong.");
            target?.Write(said);
            drawn |= name == "IDAT";
            if (name == "IEND") break; // what stands behind it is not taken along
        }
        if (!drawn) throw Problems.Malformed.Because("The PNG has no picture in it.");
    }

    static readonly System.Buffers.SearchValues<byte> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    static uint Copy(ImageSource image, long left, Stream? to, uint sum)
    {
        while (left > 0)
        {
            var ahead = image.Ahead();
            ahead = ahead[..(int)Math.Min(ahead.Length, left)];
            sum = Add(sum, ahead);
            to?.Write(ahead);
            left -= ahead.Length;
            image.Pass(ahead.Length);
        }
        return sum;
    }

    // Annex D of the specification.
    static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) sum = Crc[(byte)(sum ^ b)] ^ (sum >> 8);
        return sum;
    }
}
