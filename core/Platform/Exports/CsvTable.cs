using System.Globalization;
using CsvHelper;

namespace Cirm.Core.Platform.Exports;

/// <summary>A table that people open: RFC 4180, each text as <see cref="CsvText"/> has it. Every CSV that leaves CiRM is written here.</summary>
public sealed class CsvTable : IDisposable
{
    readonly CsvWriter csv;

    /// <summary>Begins with the line of the columns' names.</summary>
    /// <param name="to">Where to; it is left open.</param>
    /// <param name="columns">Their names.</param>
    public CsvTable(TextWriter to, IEnumerable<string> columns)
    {
        csv = new(to, CultureInfo.InvariantCulture, leaveOpen: true);
        foreach (var column in columns) csv.WriteField(column);
        csv.NextRecord();
    }

    /// <summary>A field that somebody wrote: a citizen, staff, another system.</summary>
    public void Text(string? text) => csv.WriteField(CsvText.Guarded(text));

    /// <summary>A field that we wrote and that begins like no formula but for a sign: a figure, a day, a word of ours.</summary>
    public void Figure(string? figure) => csv.WriteField(figure);

    /// <summary>A number.</summary>
    public void Figure(double? number) => csv.WriteField(number?.ToString(CultureInfo.InvariantCulture));

    /// <summary>The line is full.</summary>
    public void EndLine() => csv.NextRecord();

    /// <summary>Sends on what is not written yet.</summary>
    public void Flush() => csv.Flush();

    /// <inheritdoc/>
    public void Dispose() => csv.Dispose();
}
