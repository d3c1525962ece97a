using System.Globalization;
using System.Text.RegularExpressions;

namespace Cirm.Core.Platform.Imports;

/// <summary>In which calendar a file's local dates are.</summary>
public enum FileCalendar
{
    /// <summary>As in RFC 3339.</summary>
    Gregorian,
    /// <summary>The solar Hijri calendar of Iran and Afghanistan.</summary>
    Persian,
}

/// <summary>Local times in the solar Hijri calendar, year first, in digits of either script: <c>1405/01/01 08:30</c>, <c>۱۴۰۵/۱/۱</c>.</summary>
public static partial class PersianTime
{
    static readonly PersianCalendar Calendar = new();

    /// <summary>Reads a time.</summary>
    /// <param name="text">As the file has it.</param>
    /// <param name="time">The same local time in the Gregorian calendar.</param>
    /// <returns>False for what is no such time, the thirtieth of Esfand in a year without one among them.</returns>
    public static bool TryRead(string text, out DateTime time)
    {
        time = default;
        if (Parts().Match(text) is not { Success: true } parts) return false;
        int year = Part("year"), month = Part("month"), day = Part("day"), hour = Part("hour"), minute = Part("minute"), second = Part("second");
        if (year is < 1200 or > 1600 || month is < 1 or > 12 || day < 1 || day > Calendar.GetDaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        time = Calendar.ToDateTime(year, month, day, hour, minute, second, 0);
        return true;

        int Part(string name)
        {
            var number = 0;
            foreach (var digit in parts.Groups[name].ValueSpan) number = number * 10 + (int)char.GetNumericValue(digit);
            return number;
        }
    }

    // \d is any script's digit.
    [GeneratedRegex(@"^(?<year>\d{4})[/-](?<month>\d{1,2})[/-](?<day>\d{1,2})([ T]+(?<hour>\d{1,2}):(?<minute>\d{2})(:(?<second>\d{2})(\.\d+)?)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
