using System.Globalization;

namespace Cirm.Core.Platform.Imports;

/// <summary>
/// Times as files have them, in UTC. A time with an offset is what it says. A local time is read in a zone: one that the clocks
/// skipped is moved on by what they skipped, as they were; one that they showed twice is the first of the two.
/// </summary>
/// <param name="zone">Of local times.</param>
/// <param name="formats">How times are written besides: .NET format strings, <see cref="UnixSeconds"/> or <see cref="UnixMilliseconds"/>.</param>
/// <param name="calendar">Of dates that begin with a year.</param>
public sealed class FileTimes(TimeZoneInfo zone, IReadOnlyList<string> formats, FileCalendar calendar = FileCalendar.Gregorian)
{
    /// <summary>The format of times that are seconds since 1970.</summary>
    public const string UnixSeconds = "unix";

    /// <summary>The format of times that are milliseconds since 1970, as ArcGIS writes them.</summary>
    public const string UnixMilliseconds = "unixMilliseconds";

    readonly string[] withOffset =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFF zzz",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFzz", // as PostgreSQL writes them
        .. formats.Where(HasOffset),
    ];

    readonly string[] local =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd",
        .. formats.Where(format => format is not (UnixSeconds or UnixMilliseconds)),
    ];

    readonly long? unit = formats.Contains(UnixMilliseconds) ? TimeSpan.TicksPerMillisecond : formats.Contains(UnixSeconds) ? TimeSpan.TicksPerSecond : null;

    // A quarter of an hour in which nothing happens to the clocks → its offset. Asking the zone takes longer than all else here.
    readonly Dictionary<long, TimeSpan> quiet = [];

    /// <summary>Reads a time.</summary>
    /// <param name="text">As the file has it.</param>
    /// <param name="utc">The time.</param>
    /// <param name="second">The other time that it may be, when the clocks showed it twice.</param>
    public bool TryRead(string text, out DateTime utc, out DateTime? second)
    {
        second = null;
        if (!TryLocal(text, out var read))
        {
            if (TryExact(text, out utc)) return IsPlausible(utc);
            utc = default;
            return false;
        }
        utc = default;
        if (!IsPlausible(read)) return false;
        utc = ToUtc(DateTime.SpecifyKind(read, DateTimeKind.Unspecified), out second);
        return true;
    }

    bool TryLocal(string text, out DateTime read)
    {
        if (calendar == FileCalendar.Persian && PersianTime.TryRead(text, out read)) return true;
        if (TryCommon(text, out read)) return true;
        // K also reads a text without an offset, which is local: then the zone counts, not this machine's.
        return !SaysOffset(text) && DateTime.TryParseExact(text, local, CultureInfo.InvariantCulture, DateTimeStyles.None, out read);
    }

    bool TryExact(string text, out DateTime utc)
    {
        utc = default;
        if (SaysOffset(text) && DateTimeOffset.TryParseExact(text, withOffset, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var exact))
        {
            utc = exact.UtcDateTime;
            return true;
        }
        return unit is { } ticks && TrySinceEpoch(text, ticks, out utc);
    }

    /// <summary>A local time in UTC.</summary>
    public DateTime ToUtc(DateTime time, out DateTime? second)
    {
        second = null;
        var quarter = time.Ticks / (15 * TimeSpan.TicksPerMinute);
        if (quiet.TryGetValue(quarter, out var offset)) return DateTime.SpecifyKind(time - offset, DateTimeKind.Utc);
        if (zone.IsInvalidTime(time)) return DateTime.SpecifyKind(time - zone.GetUtcOffset(time.AddHours(-3)), DateTimeKind.Utc);
        if (zone.IsAmbiguousTime(time))
        {
            var offsets = zone.GetAmbiguousTimeOffsets(time);
            second = DateTime.SpecifyKind(time - offsets.Min(), DateTimeKind.Utc);
            return DateTime.SpecifyKind(time - offsets.Max(), DateTimeKind.Utc);
        }
        offset = zone.GetUtcOffset(time);
        var begin = new DateTime(quarter * 15 * TimeSpan.TicksPerMinute);
        if (quiet.Count < 100_000 && IsQuiet(begin) && IsQuiet(begin.AddTicks(15 * TimeSpan.TicksPerMinute - 1)) && zone.GetUtcOffset(begin) == offset) quiet[quarter] = offset;
        return DateTime.SpecifyKind(time - offset, DateTimeKind.Utc);
    }

    bool IsQuiet(DateTime time) => !zone.IsInvalidTime(time) && !zone.IsAmbiguousTime(time);

    // Of a .NET format string. Those of one letter are the standard ones: o, r and u are in UTC or say their offset.
    static bool HasOffset(string format)
    {
        if (format.Length == 1) return format[0] is 'o' or 'O' or 'r' or 'R' or 'u';
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] is '\'' or '"') i = format.IndexOf(format[i], i + 1) is >= 0 and var end ? end : format.Length;
            else if (format[i] == '\\') i++;
            else if (format[i] is 'z' or 'K') return true;
        }
        return false;
    }

    // A fraction is cut off: nobody reports a streetlight to the microsecond.
    static bool TrySinceEpoch(string text, long ticks, out DateTime utc)
    {
        utc = default;
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var since)) return false;
        if (Math.Abs(since) > DateTime.MaxValue.Ticks / ticks) return true; // a number, and no time anybody means
        var at = DateTime.UnixEpoch.Ticks + (long)since * ticks;
        if (at >= 0 && at <= DateTime.MaxValue.Ticks) utc = new(at, DateTimeKind.Utc);
        return true;
    }

    static bool IsPlausible(DateTime time) => time.Year is >= 1800 and <= 2200;

    // Behind a time, that is behind its colon: 21-03-2026 says none.
    static bool SaysOffset(string text) => text[^1] is 'Z' or 'z' || text.EndsWith("GMT", StringComparison.Ordinal) || (text.IndexOf(':') is >= 0 and var colon && text.AsSpan(colon).IndexOfAny('+', '-') >= 0);

    // 2011-07-01 01:32:33, as most exports have it: the general way takes ten times as long.
    static bool TryCommon(string text, out DateTime time)
    {
        time = default;
        if (text.Length != 19 || text[4] != '-' || text[7] != '-' || text[10] is not (' ' or 'T') || text[13] != ':' || text[16] != ':') return false;
        if (Number(text, 0, 4) is not (>= 1 and var year) || Number(text, 5, 2) is not (>= 1 and <= 12 and var month)
            || Number(text, 8, 2) is not (>= 1 and var day) || day > DateTime.DaysInMonth(year, month)
            || Number(text, 11, 2) is not (>= 0 and <= 23 and var hour) || Number(text, 14, 2) is not (>= 0 and <= 59 and var minute)
            || Number(text, 17, 2) is not (>= 0 and <= 59 and var second)) return false;
        time = new(year, month, day, hour, minute, second);
        return true;
    }

    static int Number(string text, int at, int digits)
    {
        var number = 0;
        for (var i = at; i < at + digits; i++)
        {
            if (!char.IsAsciiDigit(text[i])) return -1;
            number = number * 10 + (text[i] - '0');
        }
        return number;
    }
}
