using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;

namespace Cirm.Core.Platform.Exports;

/// <summary>Writes rows as a file, in UTF-8.</summary>
/// <param name="to">Where to.</param>
/// <param name="format">CSV or NDJSON.</param>
/// <param name="columns">Of a CSV.</param>
public sealed class ExportWriter(Stream to, ExportFormat format, IReadOnlyList<string> columns) : IDisposable
{
    readonly CsvWriter? csv = format == ExportFormat.Csv ? new(new StreamWriter(to, new UTF8Encoding(false), leaveOpen: true), CultureInfo.InvariantCulture) : null;

    /// <summary>The first line of a CSV.</summary>
    public void Begin()
    {
        if (csv is null) return;
        foreach (var column in columns) csv.WriteField(column);
        csv.NextRecord();
    }

    /// <summary>A row.</summary>
    public void Write(object row)
    {
        if (csv is null)
        {
            JsonSerializer.Serialize(to, row, row.GetType(), Wire.Json);
            to.WriteByte((byte)'\n');
            return;
        }
        var members = JsonSerializer.SerializeToNode(row, row.GetType(), Wire.Json)!.AsObject();
        foreach (var column in columns) csv.WriteField(FieldOf(members[column]));
        csv.NextRecord();
    }

    /// <summary>Sends on what is not written yet.</summary>
    public void Flush() => csv?.Flush();

    // What people wrote may have been written for a clerk's spreadsheet to run (OWASP, CSV Injection). Figures are ours.
    static string? FieldOf(JsonNode? value) => value switch
    {
        null => null,
        JsonValue text when text.GetValueKind() == JsonValueKind.String => (string?)text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] and var begins ? $"'{begins}" : (string?)text,
        _ => value.ToJsonString(Wire.Json),
    };

    /// <inheritdoc/>
    public void Dispose() => csv?.Dispose();
}
