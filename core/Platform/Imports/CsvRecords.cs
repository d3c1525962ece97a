using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Cirm.Core.Platform.Imports;

/// <summary>
/// Records of a CSV file (RFC 4180). A line without a quote is what stands between its delimiters; CsvHelper splits the others.
/// <see cref="CsvLines"/> hands it one physical line at a time, so that the line on which a record starts is known, and a quote that
/// nobody closes costs one record instead of the rest of the file.
/// </summary>
public sealed class CsvRecords : RecordReader
{
    readonly CsvLines lines;
    readonly CsvConfiguration configuration;
    readonly string[] header;
    readonly List<int> ends = []; // of the fields of a line without a quote
    CsvParser parser;
    int[] places = [];
    bool plain;
    bool badQuote;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotReadable"/> when there is no header.</exception>
    public CsvRecords(Stream utf8, string delimiter = ",")
    {
        configuration = new(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter,
            IgnoreBlankLines = false,
            // A quote inside a field that does not begin with one is a character like any other: 5" pipe.
            BadDataFound = bad => badQuote |= bad.Field.StartsWith('"'),
        };
        lines = new(new(utf8));
        parser = new(lines, configuration, leaveOpen: true);
        do
        {
            if (!Next()) throw Problems.NotReadable.Because("The file is empty: a header with the names of the columns is needed.");
        }
        while (IsBlank() || IsSeparatorLine());
        header = [.. Enumerable.Range(0, Count).Select(i => Field(i).Trim().ToString())];
        if (lines.Faults != LineFaults.None || lines.LeftOpen || badQuote)
            throw Problems.NotReadable.Because($"The header on line {Line} cannot be read: it is too long, not UTF-8, or a quote in it is not closed.");
    }

    /// <inheritdoc/>
    public override int Length => lines.Length;

    /// <inheritdoc/>
    public override bool Has(string column) => header.Contains(column);

    /// <inheritdoc/>
    public override string? Value(int column) => places[column] is >= 0 and var place && Field(place).Trim() is { IsEmpty: false } text ? CsvText.Unguarded(text.ToString()) : null;

    /// <inheritdoc/>
    public override void Dispose()
    {
        parser.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Bound(IReadOnlySet<string>? ignored)
    {
        places = [.. Columns.Select(c => Array.IndexOf(header, c.Name))];
        var wanted = Columns.Select(c => c.Name).ToHashSet();
        string[] missing = [.. Columns.Where(c => c.Required && !header.Contains(c.Name)).Select(c => c.Name)];
        string[] twice = [.. header.CountBy(name => name).Where(n => n.Value > 1 && wanted.Contains(n.Key)).Select(n => n.Key)];
        string[] unknown = ignored is null ? [] : [.. header.Where(name => !wanted.Contains(name) && !ignored.Contains(name)).Distinct()];
        if (missing.Length + twice.Length + unknown.Length == 0) return;

        List<string> reasons = [];
        if (missing.Length > 0) reasons.Add($"Missing: {Listed(missing)}; found: {Listed(header)}.");
        if (twice.Length > 0) reasons.Add($"More than once: {Listed(twice)}.");
        if (unknown.Length > 0) reasons.Add($"Unknown: {Listed(unknown)}; known are {Listed(wanted)}. What is not to be read stands under \"ignore\" in a mapping.");
        if (header is [var only] && only.IndexOfAny([';', '\t', '|']) is >= 0 and var at)
            reasons.Add($"The header seems to be separated by '{(only[at] == '\t' ? "tab" : only[at])}': say so as \"delimiter\" in a mapping.");
        throw Problems.Columns.Because(string.Join(" ", reasons));
    }

    /// <inheritdoc/>
    protected override bool ReadRecord(out LineFaults suspicious)
    {
        suspicious = LineFaults.None;
        do
        {
            if (!Next()) return false;
        }
        while (IsBlank());

        if (lines.LeftOpen)
        {
            var opened = lines.Number + 1 - parser[parser.Count - 1].Count(c => c == '\n');
            Fault("", "quote", $"The quote that opens on line {opened} is not closed within {CsvLines.LongestRecord:N0} characters or before the end of the file.");
            lines.GoBackTo(opened + 1);
            parser.Dispose();
            parser = new(lines, configuration, leaveOpen: true);
            return true;
        }
        if (lines.Faults.HasFlag(LineFaults.TooLong))
            Fault("", "too-long", $"The line is longer than {LineReader.LongestLine:N0} bytes.");
        else if (Count != header.Length)
            Fault("", "fields", $"The row has {Count} fields, the header has {header.Length}.");
        else if (HasBadQuote())
            Fault("", "quote", "Something stands behind a closing quote; a quote inside a quoted field is written twice.");
        suspicious = lines.Faults;
        return true;
    }

    int Count => plain ? ends.Count : parser.Count;

    ReadOnlySpan<char> Field(int place)
    {
        if (!plain) return parser[place];
        var start = place == 0 ? 0 : ends[place - 1] + configuration.Delimiter.Length;
        return lines.Line[start..ends[place]];
    }

    bool IsBlank() => Count == 1 && lines.Faults == LineFaults.None && !lines.LeftOpen && Field(0).Trim().IsEmpty;

    // What a spreadsheet writes before the header for another spreadsheet: sep=;
    bool IsSeparatorLine()
    {
        if (!plain || lines.Number != 1 || lines.Line is not ['s' or 'S', 'e' or 'E', 'p' or 'P', '=', var separator]) return false;
        if (configuration.Delimiter != separator.ToString())
            throw Problems.NotReadable.Because($"The first line says that '{(separator == '\t' ? "tab" : separator)}' separates the columns: say so as \"delimiter\" in a mapping.");
        return true;
    }

    bool Next()
    {
        lines.Begin();
        badQuote = false;
        plain = lines.ReadPlain();
        if (plain) Split(lines.Line);
        else if (!parser.Read()) return false;
        Line = lines.First;
        return true;
    }

    void Split(ReadOnlySpan<char> line)
    {
        ends.Clear();
        for (var start = 0; ; start = ends[^1] + configuration.Delimiter.Length)
        {
            var length = line[start..].IndexOf(configuration.Delimiter);
            ends.Add(length < 0 ? line.Length : start + length);
            if (length < 0) return;
        }
    }

    // CsvHelper notices when the field is asked for.
    bool HasBadQuote()
    {
        if (!lines.HasQuote) return false;
        for (var i = 0; i < parser.Count; i++) _ = parser[i];
        return badQuote;
    }

    static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(Legible).Take(60));
}
