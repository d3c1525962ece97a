using System.Buffers;
using System.Text.Unicode;

namespace Cirm.Core.Platform.Imports;

/// <summary>What is wrong with a line before anybody reads its fields.</summary>
[Flags]
public enum LineFaults
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>It is longer than <see cref="LineReader.LongestLine"/>; its text was skipped.</summary>
    TooLong = 1,
    /// <summary>It has bytes that are not UTF-8; each stands in the text as the lone surrogate U+DC00 + byte.</summary>
    NotUtf8 = 2,
    /// <summary>It has a NUL character, which PostgreSQL cannot keep.</summary>
    Nul = 4,
}

/// <summary>
/// Cuts a stream of UTF-8 bytes into physical lines, whatever ends them (CRLF, LF, a lone CR), in bounded memory: it knows
/// nothing of quotes, so a line without end is skipped to its end however long it is.
/// </summary>
public sealed class LineReader(Stream source)
{
    /// <summary>Longest line that is read, in bytes.</summary>
    public const int LongestLine = 1 << 20;

    static readonly SearchValues<byte> Ends = SearchValues.Create("\r\n"u8);
    byte[] buffer = new byte[1 << 16];
    char[] text = new char[1 << 12];
    int start;
    int end;
    bool afterCarriageReturn;

    /// <summary>The line's number in the file, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The line without its end; valid until the next one is read.</summary>
    public ReadOnlyMemory<char> Text { get; private set; }

    /// <summary>What is wrong with it.</summary>
    public LineFaults Faults { get; private set; }

    /// <summary>Moves to the next line.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotReadable"/> when the file is UTF-16 and nobody said so.</exception>
    public bool Read()
    {
        if (Number == 0) SkipByteOrderMark();
        if (afterCarriageReturn)
        {
            if (start == end && !Fill()) return false;
            if (buffer[start] == '\n') start++;
            afterCarriageReturn = false;
        }
        var skipped = false;
        for (var searched = 0; ;)
        {
            var at = buffer.AsSpan(start + searched, end - start - searched).IndexOfAny(Ends);
            if (at >= 0)
            {
                Take(searched + at, skipped);
                afterCarriageReturn = buffer[start - 1] == '\r';
                return true;
            }
            searched = end - start;
            if (searched > LongestLine) (skipped, start, searched) = (true, end, 0);
            if (Fill()) continue;
            if (start == end && !skipped) return false;
            Take(end - start, skipped);
            start = end;
            return true;
        }
    }

    // More bytes behind those that are there; false at the end of the file.
    bool Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        var read = source.Read(buffer, end, buffer.Length - end);
        end += read;
        return read > 0;
    }

    void SkipByteOrderMark()
    {
        while (end < 3 && Fill()) { }
        var head = buffer.AsSpan(0, end);
        if (head.StartsWith("\uFEFF"u8)) start = 3;
        else if (head.StartsWith<byte>([0xFF, 0xFE]) || head.StartsWith<byte>([0xFE, 0xFF]))
            throw Problems.NotReadable.Because("The file is UTF-16. Send it with Content-Type: text/csv; charset=utf-16, or save it as UTF-8.");
    }

    void Take(int length, bool skipped)
    {
        var bytes = buffer.AsSpan(start, length);
        start += length + 1;
        Number++;
        Faults = LineFaults.None;
        Text = default;
        if (skipped || length > LongestLine)
        {
            Faults = LineFaults.TooLong;
            return;
        }
        if (bytes.Contains((byte)0)) Faults = LineFaults.Nul;
        if (text.Length < length) text = new char[Math.Max(length, text.Length * 2)];
        var written = 0;
        while (true)
        {
            var status = Utf8.ToUtf16(bytes, text.AsSpan(written), out var read, out var chars, replaceInvalidSequences: false);
            written += chars;
            if (status == OperationStatus.Done) break;
            Faults |= LineFaults.NotUtf8;
            text[written++] = (char)(0xDC00 + bytes[read]);
            bytes = bytes[(read + 1)..];
        }
        Text = text.AsMemory(0, written);
    }
}
