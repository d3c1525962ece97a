using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Cirm.Core.Transactions.Files;

/// <summary>
/// Documents that are ZIP packages (PKWARE APPNOTE 6.3.10): the directory is read first, then every part is unpacked through a
/// counter, since what a directory says of sizes is the sender's word (Fifield 2019, "A better zip bomb").
/// </summary>
static class DocumentPackage
{
    /// <summary>Parts of a document.</summary>
    public const int MostParts = 2_000;

    /// <summary>Bytes of all parts together.</summary>
    public const long MostUnpacked = 100_000_000;

    /// <summary>Unpacked to packed, of the whole.</summary>
    public const long MostRatio = 100;

    const int EndLength = 22;
    const int DirectoryHeader = 46;
    const int LocalHeader = 30;
    const int LongestName = 1_000;

    /// <summary>Checks a package and says which document it is.</summary>
    /// <exception cref="Platform.Refusal"><see cref="Problems.TypeRefused"/>, <see cref="Problems.Unsafe"/>, <see cref="Problems.Malformed"/>.</exception>
    public static FileType Check(Stream content)
    {
        try
        {
            var parts = ReadDirectory(content);
            CheckPlaces(parts, content.Length);
            var unpacked = 0L;
            string? declared = null;
            var most = Math.Min(MostUnpacked, content.Length * MostRatio);
            foreach (var part in parts) Unpack(content, part, most, ref unpacked, ref declared);
            return TypeOf(parts, declared);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or IOException)
        {
            throw Problems.Malformed.Because("The parts of the package are not where or what its directory says.");
        }
    }

    static FileType TypeOf(List<Part> parts, string? declared)
    {
        if (parts.Any(p => p.Name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase) || p.Name.StartsWith("Basic/", StringComparison.Ordinal)
                           || p.Name.StartsWith("Scripts/", StringComparison.Ordinal)))
            throw Problems.TypeRefused.Because("The document has macros. Save it without them.");
        if (declared is not null && FileType.Documents.TryGetValue(declared, out var open)) return open;
        if (parts.Any(p => p.Name == "[Content_Types].xml"))
        {
            foreach (var part in parts)
                if (FileType.Documents.TryGetValue(part.Name, out var office)) return office;
        }
        throw Problems.TypeRefused.Because("This is an archive, or a document of a program that is not among those that are taken. Send its files one by one.");
    }

    static List<Part> ReadDirectory(Stream content)
    {
        var tail = new byte[Math.Min(content.Length, EndLength + ushort.MaxValue)];
        content.Position = content.Length - tail.Length;
        content.ReadExactly(tail);
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || at + EndLength > tail.Length) throw new InvalidDataException();
        var end = tail.AsSpan(at, EndLength);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        if (count is 0 || count == ushort.MaxValue || BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) != 0) throw new InvalidDataException();
        if (count > MostParts) throw Problems.Unsafe.Because($"The document has {count} parts; {MostParts} are allowed.");
        content.Position = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var parts = new List<Part>(count);
        var header = new byte[DirectoryHeader];
        for (var i = 0; i < count; i++)
        {
            content.ReadExactly(header);
            if (!header.AsSpan().StartsWith("PK\u0001\u0002"u8)) throw new InvalidDataException();
            int flags = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8)), method = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(10));
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
            var rest = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(32));
            if (nameLength > LongestName) throw Problems.Unsafe.Because("A part of the document has a name of more than 1,000 bytes.");
            var name = new byte[nameLength];
            content.ReadExactly(name);
            content.Position += rest;
            if ((flags & 1) != 0) throw Problems.Unsafe.Because("The document is encrypted, so that nobody can see what is in it.");
            if (method is not (0 or 8)) throw Problems.Unsafe.Because($"A part of the document is packed by method {method}, which documents do not use.");
            var part = new Part(Encoding.UTF8.GetString(name), method == 8, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(20)),
                BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(42)));
            if (part.Name.Split('/', '\\').Contains("..") || part.Name.StartsWith('/') || part.Name.Contains('\0'))
                throw Problems.Unsafe.Because("A part of the document has a name that leads out of it.");
            parts.Add(part);
        }
        return parts;
    }

    // Parts that share bytes are how a small package unpacks to terabytes.
    static void CheckPlaces(List<Part> parts, long length)
    {
        var free = 0L;
        foreach (var part in parts.OrderBy(p => p.Offset))
        {
            if (part.Offset < free) throw Problems.Unsafe.Because("Parts of the document lie over each other.");
            free = part.Offset + LocalHeader + part.Packed;
            if (free > length) throw new InvalidDataException();
        }
        if (parts.DistinctBy(p => p.Name).Count() < parts.Count) throw Problems.Unsafe.Because("Two parts of the document have the same name.");
    }

    static void Unpack(Stream content, Part part, long most, ref long unpacked, ref string? declared)
    {
        Span<byte> header = stackalloc byte[LocalHeader];
        content.Position = part.Offset;
        content.ReadExactly(header);
        if (!header.StartsWith("PK\u0003\u0004"u8)) throw new InvalidDataException();
        content.Position += BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        using var packed = new Slice(content, part.Packed);
        using var inflated = part.Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : null;
        Stream bytes = inflated is null ? packed : inflated;
        var buffer = new byte[16 * 1024];
        for (var first = true; bytes.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and var read; first = false)
        {
            unpacked += read;
            if (unpacked > most) throw Problems.Unsafe.Because("The document unpacks to more than is allowed.");
            if (!first) continue;
            if (IsArchiveOrProgram(buffer.AsSpan(0, read))) throw Problems.Unsafe.Because("There is an archive or a program in the document.");
            if (part is { Name: "mimetype", Deflated: false, Packed: < 200 }) declared = Encoding.ASCII.GetString(buffer, 0, read).Trim();
        }
    }

    static bool IsArchiveOrProgram(ReadOnlySpan<byte> head) =>
        head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) || head.StartsWith("Rar!"u8) || head.StartsWith("BZh"u8)
        || head.StartsWith((ReadOnlySpan<byte>)[.. "7z"u8, 0xbc, 0xaf]) || head.StartsWith((ReadOnlySpan<byte>)[0xfd, .. "7zXZ"u8])
        || head.StartsWith("MZ"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x7f, .. "ELF"u8]);

    sealed record Part(string Name, bool Deflated, long Packed, long Offset);

    /// <summary>The next bytes of a stream and no more.</summary>
    sealed class Slice(Stream inner, long left) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
