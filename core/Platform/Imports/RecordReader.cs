namespace Cirm.Core.Platform.Imports;

/// <summary>A column that an import reads from a file.</summary>
/// <param name="Name">As the file names it.</param>
/// <param name="Required">Without it nothing in the file can be taken.</param>
/// <param name="Several">It may be a list or an object in JSON.</param>
public sealed record SourceColumn(string Name, bool Required, bool Several = false);

/// <summary>Records of a file one after the other, each with the physical line on which it starts, in constant memory.</summary>
public abstract class RecordReader : IDisposable
{
    const int MostFaults = 20; // of one record: a line may have a hundred thousand members
    readonly List<Rejection> faults = [];

    /// <summary>The columns that are read, in the order of <see cref="Value"/>.</summary>
    protected IReadOnlyList<SourceColumn> Columns { get; private set; } = [];

    /// <summary>The line on which the record starts, from 1, the header included.</summary>
    public long Line { get; protected set; }

    /// <summary>About how much memory the record takes, in characters.</summary>
    public abstract int Length { get; }

    /// <summary>Why the record cannot be read; empty when it can.</summary>
    public IReadOnlyList<Rejection> Faults => faults;

    /// <summary>Says which columns are read.</summary>
    /// <param name="columns">Those that are wanted.</param>
    /// <param name="ignored">Those that may be there and are not read; null for all others.</param>
    /// <exception cref="Refusal"><see cref="Problems.Columns"/> naming what is missing and what was found.</exception>
    public void Bind(IReadOnlyList<SourceColumn> columns, IReadOnlySet<string>? ignored)
    {
        Columns = columns;
        Bound(ignored);
    }

    /// <summary>Whether the file has a column; a file without a header may have any.</summary>
    public abstract bool Has(string column);

    /// <summary>What the file calls a column, where it has a name of its own for it.</summary>
    public virtual string NameOf(string column) => column;

    /// <summary>Moves to the next record.</summary>
    public bool Read()
    {
        faults.Clear();
        if (!ReadRecord(out var suspicious)) return false;
        if (suspicious == LineFaults.None || faults.Count > 0) return true;
        for (var i = 0; i < Columns.Count; i++)
            if (Value(i) is { } value && WrongCharacter(value) is var (code, detail))
                Fault(Columns[i].Name, code, detail);
        return true;
    }

    /// <summary>A column's text in this record, without spaces around it; null when it is empty or not there.</summary>
    /// <param name="column">Its place in the columns that <see cref="Bind"/> was given.</param>
    public abstract string? Value(int column);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Checks the columns against the file, where it has a header.</summary>
    protected abstract void Bound(IReadOnlySet<string>? ignored);

    /// <summary>Reads the next record and its <see cref="Line"/>.</summary>
    /// <param name="suspicious">Characters that may be in its fields and must not be.</param>
    protected abstract bool ReadRecord(out LineFaults suspicious);

    /// <summary>Says that the record cannot be read.</summary>
    protected void Fault(string column, string code, string detail)
    {
        if (faults.Count < MostFaults) faults.Add(new(Line, Legible(column), code, detail));
    }

    /// <summary>A name out of a file as it may be shown: its beginning, without characters that are none.</summary>
    protected static string Legible(string name) => string.Create(Math.Min(name.Length, 60), name, static (shown, name) =>
    {
        for (var i = 0; i < shown.Length; i++) shown[i] = char.IsControl(name[i]) || char.IsSurrogate(name[i]) ? '\uFFFD' : name[i];
    });

    /// <summary>As a file has it, or null for nothing.</summary>
    protected static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    /// <summary>What is wrong with a text that has characters PostgreSQL cannot keep.</summary>
    protected static (string Code, string Detail)? WrongCharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return ("character", "It has a NUL character, which cannot be kept.");
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else if (text[i] is >= '\uDC80' and <= '\uDCFF')
                return ("encoding", $"The byte 0x{text[i] - 0xDC00:X2} is not UTF-8. If the file is Windows-1252, send it with Content-Type: text/csv; charset=windows-1252.");
            else return ("character", "It has one half of a surrogate pair, which is no character.");
        }
        return null;
    }
}
