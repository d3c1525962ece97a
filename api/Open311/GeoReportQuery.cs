using System.Globalization;
using System.Text.RegularExpressions;
using Cirm.Api.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Api.Open311;

/// <summary>Reads GeoReport's arguments; one that is empty was not sent (GeoReport v2, "Optional Arguments"). What is wrong is told all at once.</summary>
sealed partial class GeoReportQuery(HttpContext http, Agency home, string at = "?")
{
    static readonly TimeSpan LongestSpan = TimeSpan.FromDays(90);

    // A day longer or shorter by an hour, where clocks were changed within the span.
    static readonly TimeSpan ClockChange = TimeSpan.FromHours(1);

    public QueryErrors Errors { get; } = new(at);

    /// <summary>An argument; one that was sent several times has commas between its values.</summary>
    public string? Text(string name)
    {
        var sent = string.Join(',', http.Request.Query[name].Where(v => !string.IsNullOrWhiteSpace(v))).Trim();
        if (sent.Length == 0) return null;
        if (sent.Length > 8_000 || !BodyValidator.IsClean(sent)) Errors.Wrong(name, "characters", "This is too long, or has control characters.");
        return sent;
    }

    /// <summary>The values of an argument with commas between them.</summary>
    public string[]? List(string name) => Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } all ? all : null;

    public int Number(string name, int least, int most, int otherwise)
    {
        if (Text(name) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Errors.Wrong(name, "range", $"This has to be a whole number from {least} to {most}.");
        return otherwise;
    }

    /// <summary>A yes or no; null when it was not sent.</summary>
    public bool? Flag(string name)
    {
        switch (Text(name)?.ToUpperInvariant())
        {
            case null: return null;
            case "TRUE" or "1" or "YES": return true;
            case "FALSE" or "0" or "NO": return false;
            default:
                Errors.Wrong(name, "type", "This has to be true or false.");
                return null;
        }
    }

    public DateTimeOffset? Time(string name) => Time(name, Text(name));

    /// <summary>A time of a form or of the address.</summary>
    public DateTimeOffset? Time(string name, string? text)
    {
        if (text is null) return null;
        if (TryRead(text, home, out var time)) return time;
        Errors.Wrong(name, "type", "This has to be a time with its zone, as in 2010-01-01T00:00:00Z (http://www.w3.org/TR/NOTE-datetime).");
        return null;
    }

    /// <summary>From start_date to end_date, 90 days at most; what is not given is 90 days from the other, or before now.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Span(DateTimeOffset now)
    {
        var (start, end) = (Time("start_date"), Time("end_date"));
        if (start > end) Errors.Wrong("start_date", "range", "This is after end_date.");
        if (end - start > LongestSpan + ClockChange) Errors.Wrong("end_date", "range", "The span from start_date to end_date may be 90 days at most.");
        return (start, end) switch
        {
            ({ } from, { } to) => (from, to),
            ({ } from, null) => (from, from > DateTimeOffset.MaxValue - LongestSpan ? DateTimeOffset.MaxValue : from + LongestSpan),
            (null, { } to) => (to < DateTimeOffset.MinValue + LongestSpan ? DateTimeOffset.MinValue : to - LongestSpan, to),
            _ => (now - LongestSpan, now),
        };
    }

    /// <summary>A page of a list: how many are passed over, and how many are shown.</summary>
    public (int Skip, int Size) Page(int most)
    {
        const int deepest = 100_000;
        var (page, size) = (Number("page", 1, deepest, 1), Number("page_size", 1, most, most));
        if ((page - 1L) * size > deepest) Errors.Wrong("page", "range", "This is too deep: narrow the list by time.");
        return ((int)Math.Min((page - 1L) * size, deepest), size);
    }

    /// <summary>Reads a time as W3C's note writes it. A plus sign that was not escaped arrives as a blank.</summary>
    public static bool TryRead(string text, Agency home, out DateTimeOffset time)
    {
        time = default;
        var match = W3C().Match(text);
        if (!match.Success) return false;
        try
        {
            if (!match.Groups["clock"].Success) // a day begins where the agency is
            {
                var zone = TimeZoneInfo.FindSystemTimeZoneById(home.TimeZone);
                var midnight = DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
                time = new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
                return true;
            }
            var offset = match.Groups["zone"].Value.Replace(' ', '+');
            if (offset is not "Z" and not "z" && offset.Length == 5) offset = $"{offset[..3]}:{offset[3..]}";
            return DateTimeOffset.TryParse($"{match.Groups["day"].Value}T{match.Groups["clock"].Value}{offset}", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
        }
        catch (Exception e) when (e is FormatException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^(?<day>\d{4}-\d{2}-\d{2})(?:[Tt ](?<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)\s*(?<zone>[Zz]|[+\- ]\d{2}:?\d{2}))?$")]
    private static partial Regex W3C();
}
