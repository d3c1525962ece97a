using System.Text;

namespace Cirm.Core.Platform.Imports;

/// <summary>How a file is written.</summary>
public enum ImportFormat
{
    /// <summary>text/csv.</summary>
    Csv,
    /// <summary>application/x-ndjson: one JSON object a line.</summary>
    Ndjson,
    /// <summary>text/xml: a GeoReport document.</summary>
    Xml,
    /// <summary>application/json: a GeoReport document.</summary>
    Json,
}

/// <summary>What an import was asked to do: the arguments of its operation.</summary>
/// <param name="Kind">As in <c>?kind=cases</c>.</param>
/// <param name="Format">How the file is written.</param>
/// <param name="Charset">The encoding that the content type named; null for UTF-8.</param>
/// <param name="Mapping">As it was when the file was sent: an import that is taken up again reads on as it began.</param>
/// <param name="CreateServices">A service that is missing is made, as a draft.</param>
/// <param name="Chunks">How many pieces the file has.</param>
/// <param name="Partner">Whose history it is, for those kinds.</param>
public sealed record ImportRequest(string Kind, ImportFormat Format, string? Charset, ImportMapping? Mapping, bool CreateServices, int Chunks, Guid? Partner = null)
{
    /// <summary>The operation's kind, which is the job's name.</summary>
    public const string OperationKind = "import";

    static ImportRequest() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The encoding of a charset.</summary>
    /// <returns>Null for UTF-8, which is read as it is so that wrong bytes show.</returns>
    /// <exception cref="Refusal"><see cref="Platform.Problems.UnsupportedMediaType"/>.</exception>
    public static Encoding? EncodingOf(string? charset)
    {
        if (charset is null) return null;
        try
        {
            var encoding = Encoding.GetEncoding(charset.Trim('"', ' '));
            return encoding.CodePage is 65001 or 20127 ? null : encoding;
        }
        catch (ArgumentException)
        {
            throw Platform.Problems.UnsupportedMediaType.Because("The charset in the Content-Type is not one we know; name it as IANA does, as in windows-1252, or send UTF-8.");
        }
    }

    /// <summary>Opens the file.</summary>
    /// <param name="file">As it was sent.</param>
    public RecordReader Open(Stream file)
    {
        var utf8 = EncodingOf(Charset) is { } encoding ? Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8) : file;
        return Format == ImportFormat.Csv ? new CsvRecords(utf8, Mapping?.Delimiter ?? ",") : new JsonRecords(utf8);
    }
}
