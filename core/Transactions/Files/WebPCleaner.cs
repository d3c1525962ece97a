using System.Buffers.Binary;
using System.Text;

namespace Cirm.Core.Transactions.Files;

/// <summary>Rewrites a WebP (RFC 9649) without its EXIF and XMP chunks and those that nobody knows, with the flags and the size that then hold.</summary>
static class WebPCleaner
{
    const byte HasExif = 0x08, HasXmp = 0x04;
    const int RiffHeader = 12;

    static readonly HashSet<string> Picture = ["VP8X", "ICCP", "ANIM", "ANMF", "ALPH", "VP8 ", "VP8L"];

    /// <param name="image">From its start.</param>
    /// <param name="to">Seekable: the size at its start is known at the end.</param>
    /// <param name="keepMetadata">Copies all chunks.</param>
    public static void Clean(ImageSource image, Stream to, bool keepMetadata)
    {
        var riff = image.Read(RiffHeader);
        if (!riff.AsSpan().StartsWith("RIFF"u8) || !riff.AsSpan(8).SequenceEqual("WEBP"u8)) throw Problems.Malformed.Because("The WebP has no beginning.");
        long left = BinaryPrimitives.ReadUInt32LittleEndian(riff.AsSpan(4)) - 4L;
        to.Write(riff);
        var drawn = false;
        Span<byte> head = stackalloc byte[8];
        for (var first = true; left > 0; first = false)
        {
            image.Read(head);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]), padded = length + (length & 1);
            left -= 8 + padded;
            if (left < 0) throw Problems.Malformed.Because("A chunk of the WebP reaches beyond its end.");
            var name = Encoding.ASCII.GetString(head[..4]);
            if (first && name is not ("VP8X" or "VP8 " or "VP8L")) throw Problems.Malformed.Because("The WebP does not begin with a picture.");
            var target = keepMetadata || Picture.Contains(name) ? to : null;
            target?.Write(head);
            var begun = image.Read((int)Math.Min(padded, 10)); // as much as the size of the picture needs
            if (name == "VP8X" && begun.Length == 10 && !keepMetadata) begun[0] &= unchecked((byte)~(HasExif | HasXmp));
            if (name is "VP8X" or "VP8 " or "VP8L") CheckSize(name, begun);
            target?.Write(begun);
            image.Copy(padded - begun.Length, target);
            drawn |= name is "VP8 " or "VP8L" or "ANMF";
        }
        if (!drawn) throw Problems.Malformed.Because("The WebP has no picture in it.");
        BinaryPrimitives.WriteUInt32LittleEndian(riff.AsSpan(4), (uint)(to.Position - 8));
        to.Position = 0;
        to.Write(riff);
        to.Position = to.Length;
    }

    // RFC 9649, 2.7 and 3.4 (lossless); RFC 6386, 9.1 (lossy).
    static void CheckSize(string chunk, byte[] begun)
    {
        if (chunk == "VP8L" && begun is [0x2f, _, _, _, _, ..])
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(begun.AsSpan(1));
            ImageSource.CheckSize((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
        }
        else if (chunk == "VP8 " && begun is [_, _, _, 0x9d, 0x01, 0x2a, _, _, _, _])
        {
            ImageSource.CheckSize(BinaryPrimitives.ReadUInt16LittleEndian(begun.AsSpan(6)) & 0x3fff, BinaryPrimitives.ReadUInt16LittleEndian(begun.AsSpan(8)) & 0x3fff);
        }
        else if (chunk == "VP8X" && begun.Length == 10)
        {
            ImageSource.CheckSize((begun[4] | begun[5] << 8 | begun[6] << 16) + 1, (begun[7] | begun[8] << 8 | begun[9] << 16) + 1);
        }
        else
        {
            throw Problems.Malformed.Because("The WebP has a picture that is none.");
        }
    }
}
