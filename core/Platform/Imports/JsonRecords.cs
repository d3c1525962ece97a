using System.Text.Json;

namespace Cirm.Core.Platform.Imports;

/// <summary>Records of newline-delimited JSON: one object a line. A nested object's members are columns with a point: <c>attributes.district</c>.</summary>
public sealed class JsonRecords(Stream utf8) : RecordReader
{
    static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };
    const string NeedsObject = "A JSON object is needed on every line; of a JSON array, jq -c '.[]' makes such lines.";
    readonly LineReader lines = new(utf8);
    readonly Dictionary<string, int> places = [];
    IReadOnlySet<string>? ignored;
    string?[] values = [];

    /// <inheritdoc/>
    public override int Length => lines.Text.Length;

    /// <inheritdoc/>
    public override bool Has(string column) => false;

    /// <inheritdoc/>
    public override string? Value(int column) => values[column];

    /// <inheritdoc/>
    protected override void Bound(IReadOnlySet<string>? ignored)
    {
        this.ignored = ignored;
        values = new string?[Columns.Count];
        for (var i = 0; i < Columns.Count; i++) places[Columns[i].Name] = i;
    }

    /// <inheritdoc/>
    protected override bool ReadRecord(out LineFaults suspicious)
    {
        suspicious = LineFaults.None;
        do
        {
            if (!lines.Read()) return false;
        }
        while (lines.Faults == LineFaults.None && lines.Text.Span.IsWhiteSpace());
        Line = lines.Number;
        Array.Clear(values);
        if (lines.Faults.HasFlag(LineFaults.TooLong))
        {
            Fault("", "too-long", $"The line is longer than {LineReader.LongestLine:N0} bytes.");
            return true;
        }
        if (lines.Faults != LineFaults.None)
        {
            var (code, detail) = WrongCharacter(lines.Text.ToString())!.Value;
            Fault("", code, detail);
            return true;
        }
        try
        {
            using var document = JsonDocument.Parse(lines.Text, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object) Take("", document.RootElement);
            else Fault("", "malformed", NeedsObject);
        }
        catch (JsonException e)
        {
            Fault("", "malformed", lines.Number == 1 && lines.Text.Span.TrimStart() is ['[', ..]
                ? NeedsObject : $"This is not one JSON object: something is wrong at character {e.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            Fault("", "character", "A string has one half of a surrogate pair, which is no character.");
        }
        suspicious = LineFaults.Nul; // \u0000 is well-formed JSON
        return true;
    }

    void Take(string prefix, JsonElement element)
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = prefix + member.Name;
            if (places.TryGetValue(name, out var place))
            {
                if (Columns[place].Several && Joined(member.Value) is { } joined) values[place] = Trimmed(joined);
                else if (member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object) Fault(name, "type", "A string, a number, true, false or null is needed.");
                else values[place] = Trimmed(TextOf(member.Value));
            }
            else if (member.Value.ValueKind == JsonValueKind.Object && ignored?.Contains(name) != true)
            {
                Take(name + ".", member.Value);
            }
            else if (ignored?.Contains(name) == false)
            {
                Fault(name, "unknown", "This import does not know this member. What is not to be read stands under \"ignore\" in a mapping.");
            }
        }
    }

    // As CSV has it; null for what is neither a list nor an object of plain values.
    static string? Joined(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array) return Plain(value.EnumerateArray()) ? string.Join('|', value.EnumerateArray().Select(TextOf)) : null;
        return value.ValueKind == JsonValueKind.Object && Plain(value.EnumerateObject().Select(m => m.Value))
            ? string.Join('|', value.EnumerateObject().Select(m => $"{m.Name}={TextOf(m.Value)}")) : null;

        static bool Plain(IEnumerable<JsonElement> values) =>
            values.All(v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number && TextOf(v)!.AsSpan().IndexOfAny('|', '=') < 0);
    }

    static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
