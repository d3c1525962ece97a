using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cirm.Core.Platform.Exports;

/// <summary>Writes rows as a file, in UTF-8.</summary>
/// <param name="to">Where to.</param>
/// <param name="format">CSV or NDJSON.</param>
/// <param name="columns">Of a CSV.</param>
public sealed class ExportWriter(Stream to, ExportFormat format, IReadOnlyList<string> columns) : IDisposable
{
    readonly StreamWriter? text = format == ExportFormat.Csv ? new(to, new UTF8Encoding(false), leaveOpen: true) : null;
    CsvTable? table;

    /// <summary>The first line of a CSV.</summary>
    public void Begin()
    {
        if (text is not null) table = new(text, columns);
    }

    /// <summary>A row.</summary>
    public void Write(object row)
    {
        if (table is null)
        {
            JsonSerializer.Serialize(to, row, row.GetType(), Wire.Json);
            to.WriteByte((byte)'\n');
            return;
        }
        var members = JsonSerializer.SerializeToNode(row, row.GetType(), Wire.Json)!.AsObject();
        foreach (var column in columns)
            if (members[column] is not JsonValue value) table.Figure(members[column]?.ToJsonString(Wire.Json));
            else if (value.GetValueKind() == JsonValueKind.String) table.Text((string?)value);
            else table.Figure(value.ToJsonString(Wire.Json));
        table.EndLine();
    }

    /// <summary>Sends on what is not written yet.</summary>
    public void Flush()
    {
        table?.Flush();
        text?.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        table?.Dispose();
        text?.Dispose();
    }
}
