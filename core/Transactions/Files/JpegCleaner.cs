using System.Buffers.Binary;

namespace Cirm.Core.Transactions.Files;

/// <summary>
/// Rewrites a JPEG (ITU-T T.81, annex B) without what tells where, when and by whom it was taken: of the application segments
/// only JFIF, the colour profile (ICC.1 annex B.4) and Adobe's colour transform stay, and of Exif (CIPA DC-008) the orientation.
/// </summary>
static class JpegCleaner
{
    const byte StartOfImage = 0xd8, EndOfImage = 0xd9, StartOfScan = 0xda, Comment = 0xfe;
    const int JfifLength = 14;

    public static void Clean(ImageSource image, Stream to, bool keepMetadata)
    {
        if (image.Byte() != 0xff || image.Byte() != StartOfImage) throw Problems.Malformed.Because("The JPEG has no beginning.");
        to.Write([0xff, StartOfImage]);
        var (sized, scanned) = (false, false);
        for (var marker = NextMarker(image); marker != EndOfImage;)
        {
            if (marker is < 0xc0 or StartOfImage or >= 0xd0 and <= 0xd7) throw Problems.Malformed.Because($"The JPEG has a marker {marker:x2} where none may be.");
            var length = image.Big16() - 2;
            if (length < 0) throw Problems.Malformed.Because("A segment of the JPEG has no length.");
            var segment = image.Read(length);
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
            {
                if (length < 6) throw Problems.Malformed.Because("The frame of the JPEG is cut off.");
                ImageSource.CheckSize(BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(3)), BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(1)));
                sized = true;
            }
            if (keepMetadata || !IsApplication(marker)) Write(to, marker, segment);
            else if (Cleaned(marker, segment) is { } kept) Write(to, marker, kept);
            if (marker != StartOfScan)
            {
                marker = NextMarker(image);
                continue;
            }
            if (!sized) throw Problems.Malformed.Because("The JPEG has a scan without a frame.");
            scanned = true;
            marker = CopyScan(image, to);
        }
        if (!scanned) throw Problems.Malformed.Because("The JPEG has no picture in it.");
        to.Write([0xff, EndOfImage]); // what stands behind it, such as another image or an archive, is not taken along
    }

    static bool IsApplication(byte marker) => marker is >= 0xe0 and <= 0xef or Comment or >= 0xf0 and <= 0xfd;

    static byte[]? Cleaned(byte marker, byte[] segment) => marker switch
    {
        // Without the small picture that may show what was cut away from the large one.
        0xe0 when segment.Length >= JfifLength && segment.AsSpan().StartsWith("JFIF\0"u8) => [.. segment[..(JfifLength - 2)], 0, 0],
        0xe1 when segment.AsSpan().StartsWith("Exif\0\0"u8) && Exif.OrientationOf(segment.AsSpan(6)) is > 1 and var turned => [.. "Exif\0\0"u8, .. Exif.Only(turned)],
        0xe2 when segment.AsSpan().StartsWith("ICC_PROFILE\0"u8) => segment,
        0xee when segment.Length >= 12 && segment.AsSpan().StartsWith("Adobe"u8) => segment[..12],
        _ => null,
    };

    static byte NextMarker(ImageSource image)
    {
        if (image.Byte() != 0xff) throw Problems.Malformed.Because("The JPEG has bytes between its segments.");
        byte marker;
        do marker = image.Byte();
        while (marker == 0xff); // any number of fill bytes (B.1.1.2)
        return marker;
    }

    // Entropy-coded data end at a marker; 00 behind FF is data, and restarts belong to them (B.1.1.5).
    static byte CopyScan(ImageSource image, Stream to)
    {
        while (true)
        {
            var ahead = image.Ahead();
            var at = ahead.IndexOf((byte)0xff);
            to.Write(at < 0 ? ahead : ahead[..at]);
            image.Pass(at < 0 ? ahead.Length : at);
            if (at < 0) continue;
            image.Pass(1);
            byte marker;
            do marker = image.Byte();
            while (marker == 0xff);
            if (marker is not (0 or >= 0xd0 and <= 0xd7)) return marker;
            to.Write([0xff, marker]);
        }
    }

    static void Write(Stream to, byte marker, byte[] segment)
    {
        Span<byte> head = [0xff, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(segment.Length + 2));
        to.Write(head);
        to.Write(segment);
    }
}

/// <summary>The one thing in Exif that an image needs: which way is up (CIPA DC-008, 4.6.4; TIFF 6.0, section 2).</summary>
static class Exif
{
    const int Orientation = 0x0112, Short = 3, EntryLength = 12;

    /// <summary>1 to 8; null when it is not said, or the rest cannot be read.</summary>
    public static int? OrientationOf(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 10) return null;
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8)) return null;
        var first = Long(tiff[4..], little);
        if (first > tiff.Length - 2) return null;
        var entries = tiff[(int)first..];
        int count = Word(entries, little);
        for (var i = 0; i < count && 2 + (i + 1) * EntryLength <= entries.Length; i++)
        {
            var entry = entries[(2 + i * EntryLength)..];
            if (Word(entry, little) == Orientation && Word(entry[2..], little) == Short && Word(entry[8..], little) is >= 1 and <= 8 and var turned) return turned;
        }
        return null;
    }

    /// <summary>A TIFF structure that says nothing else.</summary>
    public static byte[] Only(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, Short, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    static int Word(ReadOnlySpan<byte> at, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    static uint Long(ReadOnlySpan<byte> at, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
