using System.Globalization;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Transactions.Timekeeping;

/// <summary>A working calendar as an agency writes it (docs/clocks.md).</summary>
public sealed partial record CalendarRules : IJsonColumn
{
    /// <summary>Most openings of a day.</summary>
    const int MostOpenings = 12;

    static readonly string[] Weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>The IANA time zone whose wall clock counts.</summary>
    /// <example>America/New_York</example>
    public required string TimeZone { get; init; }

    /// <summary>Openings by weekday (mon to sun), from and to, HH:mm, 24:00 being the end of the day. A day that is not named is closed.</summary>
    /// <example>{"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "tue": [["09:00", "17:00"]]}</example>
    public required Dictionary<string, string[][]> Hours { get; init; }

    /// <summary>Dates on which nobody works.</summary>
    /// <example>["2026-03-21"]</example>
    public string[] Holidays { get; init; } = [];

    /// <summary>Dates whose openings differ from their weekday's.</summary>
    /// <example>{"2026-12-24": [["09:00", "12:00"]]}</example>
    public Dictionary<string, string[][]> Exceptions { get; init; } = [];

    /// <summary>A breach is foreseen when less than this share of the promised time is left, 0 to 0.9; 0 foresees none.</summary>
    /// <example>0.2</example>
    public decimal ForeseenShare { get; init; } = 0.2m;

    /// <summary>Everything that is wrong, with a JSON pointer to each; empty when the calendar can be counted by.</summary>
    public IReadOnlyList<ValidationError> Check()
    {
        var errors = new List<ValidationError>();
        if (!DateTimeZoneProviders.Tzdb.Ids.Contains(TimeZone)) errors.Add(new("/timeZone", "unknown", "This is no IANA time zone such as America/New_York."));
        foreach (var (day, openings) in Hours)
        {
            if (Weekdays.Contains(day)) errors.AddRange(CheckDay($"/hours/{day}", openings));
            else errors.Add(new($"/hours/{Escape(day)}", "unknown", $"This is no weekday; they are {string.Join(", ", Weekdays)}."));
        }
        if (Hours.All(d => d.Value.Length == 0)) errors.Add(new("/hours", "never-open", "A calendar that is never open would never end a promise: open at least on one weekday."));
        var holidays = new HashSet<string>();
        foreach (var (index, date) in Holidays.Index())
        {
            if (CheckDate($"/holidays/{index}", date) is { } error) errors.Add(error);
            else if (!holidays.Add(date)) errors.Add(new($"/holidays/{index}", "duplicate", $"{date} stands here already."));
        }
        foreach (var (date, openings) in Exceptions)
        {
            var at = $"/exceptions/{Escape(date)}";
            if (CheckDate(at, date) is { } error) errors.Add(error);
            else if (holidays.Contains(date)) errors.Add(new(at, "contradiction", $"{date} is a holiday as well: one of the two."));
            errors.AddRange(CheckDay(at, openings));
        }
        if (ForeseenShare is < 0 or > 0.9m) errors.Add(new("/foreseenShare", "range", "This has to be between 0 and 0.9."));
        return errors;
    }

    /// <summary>The calendar to count by.</summary>
    /// <exception cref="InvalidOperationException">The rules do not pass <see cref="Check"/>.</exception>
    public WorkingCalendar ToCalendar()
    {
        if (Check() is [var wrong, ..]) throw new InvalidOperationException($"{wrong.Pointer}: {wrong.Detail}");
        var special = Holidays.ToDictionary(Date, _ => (IReadOnlyList<Opening>)[]);
        foreach (var (date, openings) in Exceptions) special[Date(date)] = Openings(openings);
        return new(DateTimeZoneProviders.Tzdb[TimeZone], [.. Weekdays.Select(day => Hours.TryGetValue(day, out var openings) ? Openings(openings) : [])], special);

        static LocalDate Date(string text) => LocalDate.FromDateOnly(DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture));

        static IReadOnlyList<Opening> Openings(string[][] openings) => [.. openings.Select(o => new Opening(MinuteOf(o[0])!.Value, MinuteOf(o[1])!.Value)).OrderBy(o => o.From)];
    }

    static IEnumerable<ValidationError> CheckDay(string at, string[][] openings)
    {
        if (openings.Length > MostOpenings) yield return new(at, "length", $"A day has at most {MostOpenings} openings.");
        var before = new List<Opening>();
        foreach (var (index, opening) in openings.Index())
        {
            var here = $"{at}/{index}";
            if (opening is not [var from, var to])
            {
                yield return new(here, "pair", "An opening is two times: from and to.");
                continue;
            }
            var (begin, end) = (MinuteOf(from), MinuteOf(to));
            if (begin is null or Opening.Midnight) yield return new($"{here}/0", "time", "This has to be a time from 00:00 to 23:59.");
            if (end is null) yield return new($"{here}/1", "time", "This has to be a time from 00:00 to 24:00.");
            if (begin is not { } first || end is not { } last || first == Opening.Midnight) continue;
            if (last <= first) yield return new(here, "order", "This ends before it begins. What goes on past midnight is two openings: to 24:00, and from 00:00 on the next day.");
            else if (before.Exists(o => first < o.To && o.From < last)) yield return new(here, "overlap", "This overlaps with another opening of the day.");
            else before.Add(new(first, last));
        }
    }

    static ValidationError? CheckDate(string at, string text)
    {
        if (!DateText().IsMatch(text)) return new(at, "date", "This has to be a date such as 2026-03-21.");
        if (text.Length > 10 || string.CompareOrdinal(text, "1900") < 0) return new(at, "range", "This has to be a date from 1900-01-01 to 9999-12-31.");
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? null : new(at, "date", "There is no such date.");
    }

    // Minutes since midnight; null when it is no time.
    static int? MinuteOf(string text) => !TimeText().IsMatch(text) ? null
        : int.Parse(text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture) * 60 + int.Parse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture);

    static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?:[01][0-9]|2[0-3]):[0-5][0-9]\z|^24:00\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeText();

    [GeneratedRegex(@"^[0-9]{4,6}-[0-9]{2}-[0-9]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateText();
}
