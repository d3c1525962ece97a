using NodaTime;
using NodaTime.TimeZones;

namespace Cirm.Core.Transactions.Timekeeping;

/// <summary>
/// When an agency works, and how promises are counted in that time. An instant is open when the wall clock of the calendar's zone
/// shows an open time then, and closed otherwise.
/// </summary>
/// <remarks>
/// Only instants are ever turned into local times, never the other way: the offset of a zone at an instant is a function (RFC 9636,
/// section 3.2: each transition time begins a local time type), while a local time may be skipped or shown twice, and RFC 5545,
/// section 3.3.5, has to choose. So a local hour that the clocks skip in spring shortens an opening that covers it, one that they
/// show twice in autumn lengthens it, and a day that a zone skips whole (Pacific/Apia, 30 December 2011) has no opening.
/// The zones' rules are IANA's in the edition that NodaTime carries: the same on every node, whatever the machine has installed.
/// </remarks>
public sealed class WorkingCalendar
{
    /// <summary>No promise reaches further: what would be due later is due then. 2100-01-01T00:00:00Z.</summary>
    public static readonly DateTimeOffset Farthest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Nothing is counted before. 1900-01-01T00:00:00Z.</summary>
    public static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Every hour counts: what holds for an agency that has said nothing.</summary>
    public static readonly WorkingCalendar Always = new(DateTimeZone.Utc, [.. Enumerable.Repeat<IReadOnlyList<Opening>>([new(0, Opening.Midnight)], 7)], new Dictionary<LocalDate, IReadOnlyList<Opening>>());

    readonly DateTimeZone zone;
    readonly IReadOnlyList<Opening>[] week; // Monday first
    readonly IReadOnlyDictionary<LocalDate, IReadOnlyList<Opening>> special;
    volatile OpenTimes known = OpenTimes.None;

    /// <summary>A calendar from rules that were checked.</summary>
    /// <param name="zone">Whose wall clock counts.</param>
    /// <param name="week">The openings of Monday to Sunday, in order and without overlaps; at least one of them is not empty.</param>
    /// <param name="special">Days that differ: none on a holiday.</param>
    internal WorkingCalendar(DateTimeZone zone, IReadOnlyList<Opening>[] week, IReadOnlyDictionary<LocalDate, IReadOnlyList<Opening>> special) =>
        (this.zone, this.week, this.special) = (zone, week, special);

    /// <summary>The edition of IANA's rules that calendars are counted by, as in <c>2025b</c>; a later one is greater.</summary>
    public static string ZoneRules => TzdbDateTimeZoneSource.Default.TzdbVersion;

    /// <summary>When as much open time has passed: the earliest such moment, so that eight hours from nine o'clock end at five and not the next morning.</summary>
    /// <param name="from">Counting begins here.</param>
    /// <param name="open">Open time, not negative, to the microsecond.</param>
    /// <returns>Not after <see cref="Farthest"/>, unless <paramref name="from"/> is.</returns>
    public DateTimeOffset AddOpen(DateTimeOffset from, TimeSpan open)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(open, TimeSpan.Zero);
        if (open == TimeSpan.Zero || from >= Farthest) return from;
        if (open >= Farthest - from) return Farthest;
        for (var until = from + open + TimeSpan.FromDays(60); ; until += until - from)
        {
            var times = Cover(from, until);
            var due = times.At(times.Before(from) + open.Ticks / TimeSpan.TicksPerMicrosecond);
            if (due is not null) return due.Value;
            if (times.To >= Farthest) return Farthest;
        }
    }

    /// <summary>The open time between two moments; none when the second is not after the first.</summary>
    public TimeSpan OpenBetween(DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from) return TimeSpan.Zero;
        var times = Cover(from, to);
        return TimeSpan.FromMicroseconds(times.Before(to) - times.Before(from));
    }

    /// <summary>When the last opening ends of the n-th day that has one, after the day of a moment; <see cref="Farthest"/> when there are not so many.</summary>
    /// <param name="from">Its own day does not count.</param>
    /// <param name="days">At least 1.</param>
    public DateTimeOffset EndOfOpenDay(DateTimeOffset from, int days)
    {
        var (day, left, end) = (DayOf(from), days, Farthest);
        foreach (var (opens, closes) in Openings(Clamp(from), Farthest))
        {
            var on = DayOf(opens);
            if (on > day)
            {
                if (left == 0) return end;
                (day, left) = (on, left - 1);
            }
            if (left == 0) end = closes;
        }
        return end;

        LocalDate DayOf(DateTimeOffset moment) => Instant.FromDateTimeOffset(moment).InZone(zone).Date;
    }

    /// <summary>The openings of a stretch of time and what lies before each, for counting many cases at once; at least the stretch, within <see cref="Earliest"/> and <see cref="Farthest"/>.</summary>
    public OpenTimes Cover(DateTimeOffset from, DateTimeOffset to)
    {
        var have = known;
        var (least, most) = (Clamp(from), Clamp(to));
        if (have.From <= least && most <= have.To) return have;
        if (have != OpenTimes.None) (least, most) = (Min(least, have.From), Max(most, have.To));
        // Whole years, and the next one too: submissions go on.
        least = Clamp(new(least.Year, 1, 1, 0, 0, 0, TimeSpan.Zero));
        most = Clamp(most.Year >= Farthest.Year - 1 ? Farthest : new(most.Year + 1, 12, 31, 0, 0, 0, TimeSpan.Zero));
        return known = OpenTimes.Of(Openings(least, most), least, most);
    }

    // Each stretch of one offset apart: within it local time runs as time does.
    IEnumerable<(DateTimeOffset Opens, DateTimeOffset Closes)> Openings(DateTimeOffset from, DateTimeOffset to)
    {
        foreach (var stretch in zone.GetZoneIntervals(Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to)))
        {
            var begins = stretch.HasStart ? Max(stretch.Start.ToDateTimeOffset(), from) : from;
            var ends = stretch.HasEnd ? Min(stretch.End.ToDateTimeOffset(), to) : to;
            var offset = stretch.WallOffset.ToTimeSpan();
            var last = LocalDate.FromDateTime((ends + offset).UtcDateTime);
            for (var day = LocalDate.FromDateTime((begins + offset).UtcDateTime); day <= last; day = day.PlusDays(1))
            {
                var midnight = new DateTimeOffset(day.ToDateTimeUnspecified(), TimeSpan.Zero) - offset;
                foreach (var opening in special.TryGetValue(day, out var hours) ? hours : week[(int)day.DayOfWeek - 1])
                {
                    var (opens, closes) = (Max(midnight.AddMinutes(opening.From), begins), Min(midnight.AddMinutes(opening.To), ends));
                    if (opens < closes) yield return (opens, closes);
                }
            }
        }
    }

    static DateTimeOffset Clamp(DateTimeOffset time) => Max(Earliest, Min(Farthest, time));

    static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>Open from one minute of the day to another.</summary>
/// <param name="From">Minutes since midnight.</param>
/// <param name="To">Later; at most <see cref="Midnight"/>, which is written 24:00.</param>
public readonly record struct Opening(int From, int To)
{
    /// <summary>The end of the day.</summary>
    public const int Midnight = 24 * 60;
}

/// <summary>
/// Openings in order, and how much open time lies before each. Counting is then looking up: the place of a moment in open time
/// (<see cref="Before"/>), the moment of a place (<see cref="At"/>). The functions <c>open_time_before</c> and <c>moment_of_open_time</c> of the
/// database do the same with the same arrays, for a million cases.
/// </summary>
public sealed class OpenTimes
{
    internal static readonly OpenTimes None = new([], [], [0], DateTimeOffset.MaxValue, DateTimeOffset.MinValue);

    readonly DateTime[] opens;
    readonly DateTime[] closes;
    readonly long[] before;

    OpenTimes(DateTime[] opens, DateTime[] closes, long[] before, DateTimeOffset from, DateTimeOffset to) =>
        (this.opens, this.closes, this.before, From, To) = (opens, closes, before, from, to);

    /// <summary>What is covered begins here,</summary>
    public DateTimeOffset From { get; }

    /// <summary>and ends here.</summary>
    public DateTimeOffset To { get; }

    /// <summary>When each opening begins, UTC.</summary>
    public DateTime[] Opens => opens;

    /// <summary>Microseconds of open time before each opening, and at last all of them: one more than there are openings.</summary>
    public long[] OpenBefore => before;

    internal static OpenTimes Of(IEnumerable<(DateTimeOffset Opens, DateTimeOffset Closes)> openings, DateTimeOffset from, DateTimeOffset to)
    {
        var (opens, closes, before) = (new List<DateTime>(), new List<DateTime>(), new List<long> { 0 });
        foreach (var (start, end) in openings)
        {
            // Around the clock, or across a change of the clocks, one opening goes on where the last one ended.
            if (closes.Count > 0 && closes[^1] == start.UtcDateTime)
            {
                closes[^1] = end.UtcDateTime;
                before[^1] = before[^2] + MicrosecondsFrom(opens[^1], closes[^1]);
                continue;
            }
            opens.Add(start.UtcDateTime);
            closes.Add(end.UtcDateTime);
            before.Add(before[^1] + MicrosecondsFrom(opens[^1], closes[^1]));
        }
        return new([.. opens], [.. closes], [.. before], from, to);
    }

    /// <summary>Microseconds of open time from the beginning to a moment.</summary>
    public long Before(DateTimeOffset moment)
    {
        var at = Array.BinarySearch(opens, moment.UtcDateTime);
        if (at < 0) at = ~at - 1; // the last opening that has begun
        return at < 0 ? 0 : Math.Min(before[at] + MicrosecondsFrom(opens[at], moment.UtcDateTime), before[at + 1]);
    }

    /// <summary>The earliest moment with as many microseconds of open time before it; null when what is covered has fewer.</summary>
    public DateTimeOffset? At(long microseconds)
    {
        if (microseconds > before[^1]) return null;
        var at = Array.BinarySearch(before, microseconds);
        at = Math.Max(at < 0 ? ~at - 1 : at - 1, 0); // the last opening with less before it
        return opens.Length == 0 ? null : new DateTimeOffset(opens[at].AddTicks((microseconds - before[at]) * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    static long MicrosecondsFrom(DateTime from, DateTime to) => (to - from).Ticks / TimeSpan.TicksPerMicrosecond;
}
