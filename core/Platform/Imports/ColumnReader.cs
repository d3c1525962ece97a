using System.Globalization;

namespace Cirm.Core.Platform.Imports;

/// <summary>Reads one of our columns from a record, as the mapping says; what cannot be read becomes a rejection with its reason.</summary>
public sealed class ColumnReader
{
    readonly ImportColumn column;
    readonly ColumnSource source;
    readonly int place;
    readonly Dictionary<string, string>? values;
    readonly HashSet<string>? words;
    readonly IReadOnlySet<string>? nothing;

    internal ColumnReader(ImportColumn column, ColumnSource source, int place, IReadOnlySet<string>? nothing = null)
    {
        this.column = column;
        this.source = source;
        this.place = place;
        this.nothing = nothing;
        values = source.Values?.ToDictionary(v => v.Key.Trim(), v => v.Value);
        words = column.Words?.ToHashSet();
    }

    /// <summary>The column's name in the file.</summary>
    public string Name => source.From ?? column.Name;

    /// <summary>The file has it, or the mapping gives it a value.</summary>
    public bool Given { get; internal set; } = true;

    /// <summary>A key is to be made of what it says.</summary>
    public bool Slug => source.Slug;

    /// <summary>The value as a text; null when there is none.</summary>
    /// <param name="record">The row.</param>
    /// <param name="rejections">Where a reason goes when the row cannot be taken.</param>
    /// <param name="longest">In characters.</param>
    public string? Text(RecordReader record, List<Rejection> rejections, int longest = int.MaxValue)
    {
        if (source.Value is { } same) return same;
        var text = place < 0 ? null : record.Value(place);
        if (text is not null && nothing?.Contains(text) == true) text = null;
        if (text is not null && values is not null && !values.TryGetValue(text, out text) && (text = source.Otherwise) is null)
        {
            Reject(record, rejections, "unknown", $"The mapping has no translation for this value; it has {Listed(values.Keys)}.");
            return null;
        }
        text ??= source.Default;
        if (string.IsNullOrEmpty(text))
        {
            if (column.Required) Reject(record, rejections, "required", "This is required.");
            return null;
        }
        if (words?.Contains(text) == false)
        {
            Reject(record, rejections, "unknown", $"This has to be one of {Listed(words)}.");
            return null;
        }
        if (text.Length <= longest) return text;
        Reject(record, rejections, "length", $"This may have at most {longest} characters; it has {text.Length}.");
        return null;
    }

    /// <summary>The value as a time in UTC; null when there is none.</summary>
    /// <param name="record">The row.</param>
    /// <param name="times">How times are read.</param>
    /// <param name="rejections">Where a reason goes when the row cannot be taken.</param>
    /// <param name="notBefore">Decides when the clocks showed a time twice: the second is meant when the first lies before this.</param>
    public DateTime? Time(RecordReader record, FileTimes times, List<Rejection> rejections, DateTime? notBefore = null)
    {
        if (Text(record, rejections) is not { } text) return null;
        if (times.TryRead(text, out var time, out var second)) return second is not null && time < notBefore ? second : time;
        Reject(record, rejections, "time", "This is no time such as 2026-03-21T08:00:00Z or 2026-03-21 08:00:00, nor in a format that the mapping names.");
        return null;
    }

    /// <summary>The value as degrees, of its own or of a whole point; null when there is none.</summary>
    /// <param name="record">The row.</param>
    /// <param name="rejections">Where a reason goes when the row cannot be taken.</param>
    /// <param name="least">Of what is allowed.</param>
    /// <param name="most">Of what is allowed.</param>
    public double? Degrees(RecordReader record, List<Rejection> rejections, double least, double most)
    {
        if (Text(record, rejections) is not { } text) return null;
        if (source.Point)
        {
            if (!PointText.TryRead(text, out var latitude, out var longitude))
            {
                Reject(record, rejections, "type", "This has to be a point such as (42.35, -71.05) or POINT (-71.05 42.35).");
                return null;
            }
            if ((column.Name == "latitude" ? latitude : longitude) is not { } half) return null;
            text = half;
        }
        if (!PointText.TryDegrees(text, out var number))
            Reject(record, rejections, "type", NumberDetail(text));
        else if (!(number >= least && number <= most))
            Reject(record, rejections, "range", string.Create(CultureInfo.InvariantCulture, $"This has to be between {least} and {most}."));
        else
            return number;
        return null;
    }

    static string NumberDetail(string text) => PointText.TryRead(text, out _, out _)
        ? "This is a whole point: say \"point\": true for latitude and longitude in a mapping."
        : "This has to be a number of degrees such as 42.35.";

    /// <summary>Says that the row cannot be taken because of this column.</summary>
    public void Reject(RecordReader record, List<Rejection> rejections, string code, string detail) => rejections.Add(new(record.Line, record.NameOf(Name), code, detail));

    static string Listed(IEnumerable<string> words) => string.Join(", ", words.Take(20).Select(w => w.Length > 60 ? w[..60] : w));
}

/// <summary>All columns of a kind, bound to a file.</summary>
public sealed class ColumnReaders
{
    readonly Dictionary<string, ColumnReader> readers = [];

    /// <summary>Binds a kind's columns to a file's.</summary>
    /// <param name="columns">Those of the kind, with the open ones that the agency has declared.</param>
    /// <param name="mapping">The agency's; null when the file names its columns as the contract does.</param>
    /// <param name="file">Opened, its first record not read.</param>
    /// <exception cref="Refusal"><see cref="Problems.Columns"/>.</exception>
    public ColumnReaders(IReadOnlyList<ImportColumn> columns, ImportMapping? mapping, RecordReader file)
    {
        if (mapping?.Columns.Keys.Except(columns.Select(c => c.Name)).ToArray() is { Length: > 0 } unknown)
            throw Problems.Columns.Because($"The mapping names columns that this agency does not have: {string.Join(", ", unknown)}.");
        var wanted = new List<SourceColumn>();
        var nothing = mapping?.Nothing;
        foreach (var column in columns)
        {
            var source = mapping is null ? new() { From = column.Name } : mapping.Columns.GetValueOrDefault(column.Name);
            readers[column.Name] = source?.From is { } from
                ? new(column, source, Place(from, mapping is not null || column.Required, column.Several || source.Point), nothing)
                : new(column, source ?? new(), -1) { Given = source is not null };
        }
        file.Bind(wanted, mapping is null ? new HashSet<string>() : mapping.Ignored);
        foreach (var reader in readers.Values) reader.Given &= mapping is not null || file.Has(reader.Name);

        int Place(string from, bool required, bool several)
        {
            var place = wanted.FindIndex(w => w.Name == from);
            if (place >= 0) return place;
            wanted.Add(new(from, required, several));
            return wanted.Count - 1;
        }
    }

    /// <summary>The reader of a column.</summary>
    public ColumnReader this[string name] => readers[name];
}
