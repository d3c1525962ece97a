using System.Buffers.Binary;
using System.Text;

namespace Cirm.Tests.Transactions;

/// <summary>Images of a few hundred bytes that can be decoded, and tell all that a phone's photo tells.</summary>
static class TestImages
{
    /// <summary>Stands in every text of them.</summary>
    public const string Secret = "Sara's telephone";

    public static readonly byte[] Gps = Tiff(6);

    /// <summary>Baseline, 8 by 8, one colour; with an archive behind its end.</summary>
    public static byte[] Jpeg(int orientation = 6, int width = 8, int height = 8) =>
    [
        0xff, 0xd8,
        .. Segment(0xe0, [.. "JFIF\0"u8, 1, 2, 0, 0, 1, 0, 1, 1, 1, 7, 7, 7]), // with a small picture of one pixel
        .. Segment(0xe1, [.. "Exif\0\0"u8, .. Tiff(orientation)]),
        .. Segment(0xe1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.UTF8.GetBytes(Xmp)]),
        .. Segment(0xe2, [.. "ICC_PROFILE\0"u8, 1, 1, 9, 9, 9]),
        .. Segment(0xe2, [.. "MPF\0"u8, 1, 2, 3]),
        .. Segment(0xed, [.. "Photoshop 3.0\0"u8, .. Encoding.UTF8.GetBytes(Secret)]),
        .. Segment(0xfe, Encoding.UTF8.GetBytes(Secret)),
        .. Segment(0xdb, [0, .. Enumerable.Repeat((byte)1, 64)]),
        .. Segment(0xc0, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]),
        .. Segment(0xc4, [0x00, 1, .. new byte[15], 0]), // one code each: no difference, and the end of the block
        .. Segment(0xc4, [0x10, 1, .. new byte[15], 0]),
        .. Segment(0xda, [1, 1, 0, 0, 63, 0]),
        0x3f,
        0xff, 0xd9,
        .. "PK\u0003\u0004"u8, .. Encoding.UTF8.GetBytes(Secret),
    ];

    public static byte[] Png(uint width = 1, uint height = 1)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        return
        [
            0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a,
            .. Chunk("IHDR", header),
            .. Chunk("gAMA", [0, 0, 0xb1, 0x8f]),
            .. Chunk("eXIf", Tiff(1)), .. Chunk("tEXt", Encoding.UTF8.GetBytes($"Author\0{Secret}")), .. Chunk("tIME", [7, 234, 11, 22, 8, 0, 0]),
            .. Chunk("iTXt", Encoding.UTF8.GetBytes($"XML:com.adobe.xmp\0\0\0\0\0{Xmp}")), .. Chunk("prVt", Encoding.UTF8.GetBytes(Secret)),
            .. Chunk("IDAT", [0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x80, 0x00, 0x82, 0x00, 0x81]), // stored: filter 0, one grey
            .. Chunk("IEND", []),
            .. Encoding.UTF8.GetBytes(Secret),
        ];
    }

    public static byte[] Gif()
    {
        var plain = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
        byte[] xmp = [0x21, 0xff, 11, .. "XMP DataXMP"u8, .. Encoding.UTF8.GetBytes(Xmp), 1, .. Enumerable.Range(0, 256).Select(i => (byte)(255 - i)), 0];
        byte[] comment = [0x21, 0xfe, (byte)Secret.Length, .. Encoding.UTF8.GetBytes(Secret), 0];
        byte[] loop = [0x21, 0xff, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0];
        return [.. plain[..19], .. loop, .. comment, .. xmp, .. plain[19..], .. Encoding.UTF8.GetBytes(Secret)];
    }

    public static byte[] WebP()
    {
        var plain = Convert.FromBase64String("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
        byte[] body = [.. Riff("VP8X", [0x1c, 0, 0, 0, 0, 0, 0, 0, 0, 0]), .. plain[12..], .. Riff("EXIF", Tiff(1)), .. Riff("XMP ", Encoding.UTF8.GetBytes(Xmp)), .. Riff("JUNK", Encoding.UTF8.GetBytes(Secret))];
        return [.. Riff("RIFF", [.. "WEBP"u8, .. body]), .. Encoding.UTF8.GetBytes(Secret)];
    }

    static string Xmp =>
        $"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:source=\"{Secret}\"/></rdf:RDF></x:xmpmeta>";

    // Make, orientation, and a place in Mashhad.
    static byte[] Tiff(int orientation)
    {
        var make = Encoding.ASCII.GetBytes(Secret + "\0");
        const int gps = 8 + 2 + 3 * 12 + 4, values = gps + 2 + 4 * 12 + 4;
        byte[] place = [.. Rational(36, 1), .. Rational(17, 1), .. Rational(52, 1), .. Rational(59, 1), .. Rational(36, 1), .. Rational(40, 1)];
        return
        [
            .. "II*\0"u8, .. Int(8),
            3, 0, .. Entry(0x010f, 2, make.Length, Int(values + place.Length)), .. Entry(0x0112, 3, 1, Int(orientation)), .. Entry(0x8825, 4, 1, Int(gps)), .. Int(0),
            4, 0, .. Entry(1, 2, 2, [(byte)'N', 0, 0, 0]), .. Entry(2, 5, 3, Int(values)), .. Entry(3, 2, 2, [(byte)'E', 0, 0, 0]), .. Entry(4, 5, 3, Int(values + 24)), .. Int(0),
            .. place, .. make,
        ];

        static byte[] Entry(int tag, int type, int count, byte[] value) => [(byte)tag, (byte)(tag >> 8), (byte)type, 0, .. Int(count), .. value];
        static byte[] Rational(int over, int under) => [.. Int(over), .. Int(under)];
    }

    static byte[] Int(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    static byte[] Segment(byte marker, byte[] content) => [0xff, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    static byte[] Riff(string name, byte[] content) => [.. Encoding.ASCII.GetBytes(name), .. Int(content.Length), .. content, .. new byte[content.Length & 1]];

    static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var sum = uint.MaxValue;
        foreach (var b in named)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? 0xedb88320 ^ (sum >> 1) : sum >> 1;
        }
        var result = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(result, content.Length);
        named.CopyTo(result, 4);
        BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(named.Length + 4), ~sum);
        return result;
    }
}
