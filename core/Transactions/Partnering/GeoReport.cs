using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>A document that is not what GeoReport says it is: cut off, too large, too deep, or something else altogether.</summary>
public sealed class GeoReportFault(string message, long line = 0) : Exception(message)
{
    /// <summary>Where; 0 when it is not known.</summary>
    public long Line { get; } = line;
}

/// <summary>One thing in a GeoReport document: a request, a service, an update, an error.</summary>
/// <param name="Name">Of its element, in XML.</param>
/// <param name="Line">Where it begins, in XML.</param>
/// <param name="Members">Its plain members; what is empty or nil is not there.</param>
/// <param name="Lists">Its members that are made of others.</param>
public sealed record GeoReportThing(
    string Name, long Line, IReadOnlyDictionary<string, string> Members, IReadOnlyDictionary<string, IReadOnlyList<GeoReportThing>> Lists)
{
    /// <summary>A member; null when it has none.</summary>
    public string? this[string member] => Members.GetValueOrDefault(member);
}

/// <summary>
/// Reads what GeoReport servers write, XML or JSON, whole or not at all. Servers differ in what is a string, a number or a list of one; it
/// is all the same here. There is no DTD, no entity, nothing deep, and nothing outside the document (OWASP XML External Entity Prevention Cheat Sheet).
/// </summary>
public static class GeoReport
{
    /// <summary>Bytes of one document.</summary>
    public const int LongestAnswer = 8 << 20;

    const int Deepest = 8;
    static readonly JsonDocumentOptions Json = new() { MaxDepth = 2 * Deepest };

    /// <summary>Reads a document.</summary>
    /// <param name="body">UTF-8; XML may say otherwise.</param>
    /// <exception cref="GeoReportFault">It is none.</exception>
    public static IReadOnlyList<GeoReportThing> Read(ReadOnlyMemory<byte> body)
    {
        var bytes = body.Span;
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        foreach (var b in bytes)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            return b is (byte)'[' or (byte)'{' ? ReadJson(body[^bytes.Length..]) : ReadXml(body);
        }
        throw new GeoReportFault("The document is empty.");
    }

    /// <summary>How XML of others is read.</summary>
    public static XmlReaderSettings XmlSettings { get; } = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersFromEntities = 1024, IgnoreComments = true, IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true, CheckCharacters = false,
    };

    /// <summary>A time with its offset; without one it is UTC. Null when it is none.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        text is not null && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces, out var time)
            && time.Year is >= 1900 and <= 2200 ? new(time.UtcTicks / 10 * 10, TimeSpan.Zero) : null;

    static List<GeoReportThing> ReadXml(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var stream = new MemoryStream(body.ToArray(), writable: false);
            using var reader = XmlReader.Create(stream, XmlSettings);
            reader.MoveToContent();
            var things = new List<GeoReportThing>();
            var isEmpty = reader.IsEmptyElement;
            reader.ReadStartElement();
            while (!isEmpty && reader.MoveToContent() == XmlNodeType.Element) things.Add(OfElement(reader));
            if (!isEmpty) reader.ReadEndElement();
            while (reader.Read()) { } // nothing may stand behind it
            return things;
        }
        catch (XmlException e)
        {
            throw new GeoReportFault("The XML is not well-formed, or has what is not read: " + (e.Message.Contains("DTD", StringComparison.Ordinal) ? "a DTD." : "it may be cut off."), e.LineNumber);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new GeoReportFault("The XML is in an encoding that is not known.");
        }
    }

    /// <summary>Reads the element on which a reader stands, and moves behind it.</summary>
    /// <exception cref="XmlException">It is not well-formed.</exception>
    /// <exception cref="GeoReportFault">It is too deep.</exception>
    public static GeoReportThing OfElement(XmlReader reader) => OfNode(ReadNode(reader, 1));

    static Node ReadNode(XmlReader reader, int depth)
    {
        var line = (reader as IXmlLineInfo)?.LineNumber ?? 0;
        if (depth > Deepest) throw new GeoReportFault("The XML is too deep.", line);
        var node = new Node(reader.LocalName, line, new(), []);
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return node;
        }
        reader.ReadStartElement();
        while (reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                node.Children.Add(ReadNode(reader, depth + 1));
                continue;
            }
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) node.Text.Append(reader.Value);
            reader.Read();
        }
        reader.ReadEndElement();
        return node;
    }

    static GeoReportThing OfNode(Node node)
    {
        var (members, lists) = (new Dictionary<string, string>(), new Dictionary<string, IReadOnlyList<GeoReportThing>>());
        foreach (var child in node.Children)
        {
            if (child.Children.Count > 0) lists.TryAdd(child.Name, [.. child.Children.Select(OfNode)]);
            else if (Clean(child.Text.ToString()) is { } text) members.TryAdd(child.Name, text);
        }
        if (node.Children.Count == 0 && Clean(node.Text.ToString()) is { } own) members["value"] = own;
        return new(node.Name, node.Line, members, lists);
    }

    sealed record Node(string Name, long Line, StringBuilder Text, List<Node> Children);

    static IReadOnlyList<GeoReportThing> ReadJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Json);
            return OfJson("", document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            throw new GeoReportFault("The JSON is not well-formed, or too deep: it may be cut off.");
        }
    }

    // A list, one thing where a list of one should be, or an object around a list.
    static IReadOnlyList<GeoReportThing> OfJson(string name, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => [.. json.EnumerateArray().Select(i => OfJson(name, i).Single())],
        JsonValueKind.Object when name == "" && json.EnumerateObject().ToList() is [{ Value.ValueKind: JsonValueKind.Array } only] => OfJson(only.Name, only.Value),
        JsonValueKind.Object => [OfObject(name, json)],
        _ when name != "" => [new(name, 0, TextOf(json) is { } text ? new() { ["value"] = text } : new Dictionary<string, string>(), new Dictionary<string, IReadOnlyList<GeoReportThing>>())],
        _ => throw new JsonException(),
    };

    static GeoReportThing OfObject(string name, JsonElement json)
    {
        var (members, lists) = (new Dictionary<string, string>(), new Dictionary<string, IReadOnlyList<GeoReportThing>>());
        foreach (var member in json.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object) lists[member.Name] = OfJson(member.Name, member.Value);
            else if (TextOf(member.Value) is { } text) members[member.Name] = text;
        }
        return new(name, 0, members, lists);
    }

    static string? TextOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => Clean(json.GetString()!),
        _ => json.GetRawText(),
    };

    // Without what no text of ours may have: control characters and halves of pairs.
    static string? Clean(string text)
    {
        var clean = text.Trim();
        if (clean.Length == 0) return null;
        if (!clean.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t') || char.IsSurrogate(c))) return clean;
        var kept = new StringBuilder(clean.Length);
        foreach (var rune in clean.EnumerateRunes())
            if (!Rune.IsControl(rune) || rune.Value is '\n' or '\r' or '\t') kept.Append(rune);
        return kept.ToString().Trim() is { Length: > 0 } left ? left : null;
    }
}
