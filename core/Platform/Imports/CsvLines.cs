namespace Cirm.Core.Platform.Imports;

/// <summary>
/// A file's lines as a parser reads them, one at a time, each ended by a line feed. Whatever line ends the file has, inside a
/// quoted field they become line feeds. Lines of a record that turned out to have no end can be read again.
/// </summary>
sealed class CsvLines(LineReader source) : TextReader
{
    /// <summary>Longest record over several lines, in characters.</summary>
    public const int LongestRecord = LineReader.LongestLine;

    readonly List<Kept> kept = []; // the lines of this record after its first
    readonly Queue<Kept> again = [];
    char[] current = new char[1 << 12];
    int position;
    int length;
    int keptLength;

    /// <summary>Characters of this record.</summary>
    public int Length { get; private set; }

    /// <summary>The line on which this record starts.</summary>
    public long First { get; private set; }

    /// <summary>The line that was read last.</summary>
    public long Number { get; private set; }

    /// <summary>What is wrong with any line of this record.</summary>
    public LineFaults Faults { get; private set; }

    /// <summary>A quote stands in this record.</summary>
    public bool HasQuote { get; private set; }

    /// <summary>The parser wanted more of this record than there is, or than it may have: a quote was left open.</summary>
    public bool LeftOpen { get; private set; }

    /// <summary>The next line begins a record.</summary>
    public void Begin()
    {
        First = 0;
        Length = 0;
        Faults = LineFaults.None;
        HasQuote = LeftOpen = false;
        kept.Clear();
        keptLength = 0;
    }

    /// <summary>The line that was read last, without its end.</summary>
    public ReadOnlySpan<char> Line => current.AsSpan(0, length - 1);

    /// <summary>Takes the record's first line when no quote stands in it; otherwise it waits for the parser.</summary>
    public bool ReadPlain()
    {
        if (!Next() || HasQuote) return false;
        position = length;
        return true;
    }

    /// <summary>Reads the lines from this one on again, as records of their own.</summary>
    public void GoBackTo(long number)
    {
        var later = again.ToArray();
        again.Clear();
        foreach (var line in kept.Where(line => line.Number >= number).Concat(later)) again.Enqueue(line);
        position = length = 0;
    }

    public override int Read(char[] buffer, int index, int count)
    {
        if (position == length && !Next()) return 0;
        var taken = Math.Min(count, length - position);
        current.AsSpan(position, taken).CopyTo(buffer.AsSpan(index));
        position += taken;
        return taken;
    }

    bool Next()
    {
        var inRecord = First > 0;
        if (inRecord && keptLength > LongestRecord)
        {
            LeftOpen = true;
            return false;
        }
        if (again.TryDequeue(out var line))
        {
            Take(line.Number, line.Text, line.Faults);
        }
        else if (source.Read())
        {
            Take(source.Number, source.Text.Span, source.Faults);
            if (inRecord) line = new(source.Number, source.Text.ToString(), source.Faults);
        }
        else
        {
            LeftOpen = inRecord;
            return false;
        }
        if (inRecord)
        {
            kept.Add(line!);
            keptLength += length;
        }
        else
        {
            First = Number;
        }
        return true;
    }

    void Take(long number, ReadOnlySpan<char> text, LineFaults faults)
    {
        if (current.Length <= text.Length) current = new char[Math.Max(text.Length + 1, current.Length * 2)];
        text.CopyTo(current);
        current[text.Length] = '\n';
        (position, length) = (0, text.Length + 1);
        Number = number;
        Length += length;
        Faults |= faults;
        HasQuote |= text.Contains('"');
    }

    sealed record Kept(long Number, string Text, LineFaults Faults);
}
