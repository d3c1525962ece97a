using System.Text.Json;
using System.Xml;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>
/// Records of a GeoReport document, XML or JSON, one thing after the other in constant memory. What a column of ours is made of, the kind of import says;
/// a reason names the line (in JSON the place in the list) and the element.
/// </summary>
/// <param name="document">As it was sent.</param>
/// <param name="format">How it is written.</param>
/// <param name="columnsOf">A thing's values by our columns, and the element that each comes from.</param>
public sealed class GeoReportRecords(Stream document, ImportFormat format, Func<GeoReportThing, IReadOnlyDictionary<string, (string? Value, string Element)>> columnsOf) : RecordReader
{
    readonly IEnumerator<GeoReportThing> things = (format == ImportFormat.Xml ? OfXml(document) : OfJson(document)).GetEnumerator();
    IReadOnlyDictionary<string, (string? Value, string Element)> current = new Dictionary<string, (string?, string)>();
    int length;

    /// <inheritdoc/>
    public override int Length => length;

    /// <inheritdoc/>
    public override bool Has(string column) => true;

    /// <inheritdoc/>
    public override string? Value(int column) => current.TryGetValue(Columns[column].Name, out var found) ? Trimmed(found.Value) : null;

    /// <summary>The thing itself.</summary>
    public GeoReportThing Thing => things.Current;

    /// <inheritdoc/>
    public override string NameOf(string column) => current.TryGetValue(column, out var found) ? found.Element : column;

    /// <inheritdoc/>
    public override void Dispose()
    {
        things.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Bound(IReadOnlySet<string>? ignored) { }

    /// <inheritdoc/>
    protected override bool ReadRecord(out LineFaults suspicious)
    {
        suspicious = LineFaults.None; // reading has cleaned them
        try
        {
            if (!things.MoveNext()) return false;
        }
        catch (GeoReportFault fault)
        {
            throw Cut(fault.Line, fault.Message);
        }
        catch (XmlException fault)
        {
            throw Cut(fault.LineNumber, "The XML is not well-formed there, or has a DTD.");
        }
        catch (JsonException fault)
        {
            throw Cut((fault.LineNumber ?? 0) + 1, "The JSON is not well-formed there.");
        }
        Line = things.Current.Line;
        current = columnsOf(things.Current);
        length = current.Values.Sum(v => v.Value?.Length ?? 0) + 100;
        return true;
    }

    static Refusal Cut(long line, string why) => Platform.Imports.Problems.NotReadable.Because($"The document cannot be read beyond line {line}: {why} What stood before it was taken.");

    static IEnumerable<GeoReportThing> OfXml(Stream document)
    {
        using var reader = XmlReader.Create(document, GeoReport.XmlSettings);
        reader.MoveToContent();
        if (reader.LocalName == "service_definition")
        {
            yield return GeoReport.OfElement(reader);
            yield break;
        }
        var isEmpty = reader.IsEmptyElement;
        reader.ReadStartElement();
        while (!isEmpty && reader.MoveToContent() == XmlNodeType.Element) yield return GeoReport.OfElement(reader);
        if (!isEmpty) reader.ReadEndElement();
        while (reader.Read()) { } // nothing may stand behind it
    }

    // A list; a definition, which is one thing, stands alone.
    static IEnumerable<GeoReportThing> OfJson(Stream document)
    {
        var place = 0;
        foreach (var json in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(document, topLevelValues: false, Wire.Json).ToBlockingEnumerable())
        {
            place++;
            foreach (var thing in GeoReport.Read(JsonSerializer.SerializeToUtf8Bytes(json))) yield return thing with { Line = place };
        }
    }
}
