using System.Text;

namespace Cirm.Core.Transactions.Files;

/// <summary>A kind of file that cases take, told by its content and by nothing else.</summary>
/// <param name="MediaType">As it is delivered.</param>
/// <param name="Extensions">What such files are called; the first is given to a file without one.</param>
/// <param name="Aliases">Other media types that senders give it.</param>
public sealed record FileType(string MediaType, string[] Extensions, params string[] Aliases)
{
    /// <summary>ITU-T T.81.</summary>
    public static readonly FileType Jpeg = new("image/jpeg", ["jpg", "jpeg", "jpe", "jfif"], "image/jpg", "image/pjpeg");

    /// <summary>W3C Portable Network Graphics, third edition.</summary>
    public static readonly FileType Png = new("image/png", ["png", "apng"], "image/apng", "image/x-png");

    /// <summary>CompuServe GIF89a.</summary>
    public static readonly FileType Gif = new("image/gif", ["gif"]);

    /// <summary>RFC 9649.</summary>
    public static readonly FileType WebP = new("image/webp", ["webp"]);

    /// <summary>ISO 32000.</summary>
    public static readonly FileType Pdf = new("application/pdf", ["pdf"], "application/x-pdf");

    /// <summary>UTF-8 without control characters.</summary>
    public static readonly FileType Text = new("text/plain", ["txt", "text", "csv", "log", "md"], "text/csv", "text/markdown");

    /// <summary>ECMA-376 and OASIS OpenDocument 1.3, by the name or type that stands in the package.</summary>
    public static readonly IReadOnlyDictionary<string, FileType> Documents = new Dictionary<string, FileType>
    {
        ["word/document.xml"] = Document("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ["xl/workbook.xml"] = Document("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ["ppt/presentation.xml"] = Document("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
        ["application/vnd.oasis.opendocument.text"] = Document("application/vnd.oasis.opendocument.text", "odt"),
        ["application/vnd.oasis.opendocument.spreadsheet"] = Document("application/vnd.oasis.opendocument.spreadsheet", "ods"),
        ["application/vnd.oasis.opendocument.presentation"] = Document("application/vnd.oasis.opendocument.presentation", "odp"),
    };

    const int Head = 1024;

    /// <summary>Whether this is a kind that can carry where and by whom it was made, and of which that is removed.</summary>
    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>What a file is. Archives are checked on the way, since only their parts tell what they are.</summary>
    /// <param name="content">Seekable; left wherever reading ended.</param>
    /// <exception cref="Platform.Refusal"><see cref="Problems.TypeRefused"/>, <see cref="Problems.Unsafe"/>, <see cref="Problems.Malformed"/>.</exception>
    public static FileType Of(Stream content)
    {
        Span<byte> head = stackalloc byte[Head];
        content.Position = 0;
        head = head[..content.ReadAtLeast(head, Head, throwOnEndOfStream: false)];
        if (head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff])) return Jpeg;
        if (head.StartsWith(PngCleaner.Signature)) return Png;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) return Gif;
        if (head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..12].SequenceEqual("WEBP"u8)) return WebP;
        if (head.StartsWith("%PDF-"u8)) return EndsAsPdf(content) ? Pdf : throw Problems.Malformed.Because("The PDF has no end: it was cut off.");
        if (head.StartsWith("PK\u0003\u0004"u8)) return DocumentPackage.Check(content);
        if (head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8))
            throw Problems.TypeRefused.Because("This is a HEIC or AVIF image, or a film, which not everybody can open. Send a JPEG: on an iPhone, choose "
                + "Settings > Camera > Formats > Most Compatible, or share the photo by mail.");
        if (ProgramOf(head) is { } program) throw Problems.TypeRefused.Because($"This is {program}.");
        if (!IsText(content)) throw Problems.TypeRefused.Because("The content is of no kind that is taken, and no text in UTF-8 either.");
        if (IsMarkup(head)) throw Problems.TypeRefused.Because("This is HTML, SVG or another markup, which can carry programs.");
        return Text;
    }

    /// <summary>Refuses a file whose name or declared media type says something else; to say nothing is no lie.</summary>
    /// <param name="name">Cleaned.</param>
    /// <param name="declared">The media type that came with it.</param>
    /// <exception cref="Platform.Refusal"><see cref="Problems.TypeMismatch"/>.</exception>
    public void Compare(string name, string? declared)
    {
        var said = declared?.Split(';')[0].Trim().ToLowerInvariant();
        if (said is not (null or "" or "application/octet-stream") && said != MediaType && !Aliases.Contains(said)) throw Mismatch(said);
        var extension = FileName.ExtensionOf(name);
        if (extension.Length > 0 && !Extensions.Contains(extension)) throw Mismatch($".{extension}");
    }

    Platform.Refusal Mismatch(string declared) => Problems.TypeMismatch.Because(
        $"It says {declared}, and its content is {MediaType}.", new Dictionary<string, object?> { ["declared"] = declared, ["found"] = MediaType });

    static FileType Document(string mediaType, string extension) => new(mediaType, [extension], "application/zip", "application/x-zip-compressed");

    static string? ProgramOf(ReadOnlySpan<byte> head) =>
        head.StartsWith("MZ"u8) ? "a program for Windows"
        : head.StartsWith((ReadOnlySpan<byte>)[0x7f, .. "ELF"u8]) ? "a program for Linux"
        : head.StartsWith((ReadOnlySpan<byte>)[0xca, 0xfe, 0xba, 0xbe]) || head.StartsWith((ReadOnlySpan<byte>)[0xcf, 0xfa, 0xed, 0xfe]) ? "a program"
        : head.StartsWith("#!"u8) ? "a script"
        : null;

    // Readers look for the end marker in the last kilobyte (ISO 32000-1, annex H.3, note 18).
    static bool EndsAsPdf(Stream content)
    {
        Span<byte> tail = stackalloc byte[Head];
        content.Position = Math.Max(0, content.Length - Head);
        tail = tail[..content.ReadAtLeast(tail, Head, throwOnEndOfStream: false)];
        return tail.IndexOf("%%EOF"u8) >= 0;
    }

    static bool IsMarkup(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf])) head = head[3..];
        head = head.TrimStart(" \t\r\n\f"u8);
        return head.Length > 1 && head[0] == '<' && (head[1] is (byte)'!' or (byte)'?' or (byte)'/' || char.IsAsciiLetter((char)head[1]));
    }

    static bool IsText(Stream content)
    {
        var decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
        var (bytes, chars) = (new byte[8192], new char[8192 + 2]);
        content.Position = 0;
        try
        {
            while (content.Read(bytes) is > 0 and var read)
            {
                var written = decoder.GetChars(bytes.AsSpan(0, read), chars, flush: false);
                if (chars.AsSpan(0, written).ContainsAnyInRange('\0', '\u0008') || chars.AsSpan(0, written).ContainsAnyInRange('\u000e', '\u001f')) return false;
            }
            decoder.GetChars([], chars, flush: true);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
