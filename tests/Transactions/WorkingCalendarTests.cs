using System.Globalization;
using Cirm.Core.Transactions.Timekeeping;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Transactions;

/// <summary>Counting in open time: the rule alone, with clocks that change in both directions, west and east.</summary>
public sealed class WorkingCalendarTests
{
    static readonly string[] Zones =
    [
        "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Europe/London", "Asia/Tehran", "Asia/Kathmandu", "Pacific/Auckland",
        "Australia/Lord_Howe", "Pacific/Apia", "UTC",
    ];

    static readonly string[][] Office = [["09:00", "17:00"]];

    [Theory]
    // Clocks go forward at 02:00 on 8 March 2026: three hours from one o'clock are two.
    [InlineData("America/New_York", "01:00", "04:00", "2026-03-08T05:00Z", "2026-03-08T12:00Z", 2.0)]
    // They go back at 02:00 on 1 November 2026: what the wall clock shows twice is worked twice.
    [InlineData("America/New_York", "01:00", "04:00", "2026-11-01T04:00Z", "2026-11-01T12:00Z", 4.0)]
    // South of the equator it is the other way round, and ahead of UTC.
    [InlineData("Pacific/Auckland", "01:00", "04:00", "2026-09-26T12:00Z", "2026-09-26T22:00Z", 2.0)]
    [InlineData("Pacific/Auckland", "01:00", "04:00", "2026-04-04T11:00Z", "2026-04-04T22:00Z", 4.0)]
    // Half an hour only.
    [InlineData("Australia/Lord_Howe", "01:00", "04:00", "2026-10-03T13:00Z", "2026-10-03T22:00Z", 2.5)]
    // At midnight, and until 2022 only.
    [InlineData("Asia/Tehran", "00:00", "24:00", "2022-03-21T20:30Z", "2022-03-22T19:30Z", 23.0)]
    [InlineData("Asia/Tehran", "00:00", "24:00", "2026-03-21T20:30Z", "2026-03-22T20:30Z", 24.0)]
    // Friday, 30 December 2011, never was in Samoa: from Thursday's midnight to Saturday's is no time at all.
    [InlineData("Pacific/Apia", "09:00", "17:00", "2011-12-29T19:00Z", "2011-12-30T19:00Z", 8.0)]
    // A quarter of an hour off the others.
    [InlineData("Asia/Kathmandu", "10:00", "16:00", "2026-03-01T04:15Z", "2026-03-01T10:15Z", 6.0)]
    public void What_the_wall_clock_shows_is_what_counts(string zone, string opens, string closes, string from, string to, double hours)
    {
        var calendar = Calendar(zone, [[opens, closes]], [0, 1, 2, 3, 4, 5, 6]);
        Assert.Equal(TimeSpan.FromHours(hours), calendar.OpenBetween(At(from), At(to)));
    }

    [Theory]
    [InlineData("2026-03-20T18:00Z", 8, "2026-03-23T18:00Z")]                 // Friday 14:00 to Monday 14:00
    [InlineData("2026-03-20T13:00Z", 8, "2026-03-20T21:00Z")]                 // a whole day ends when it closes, not when the next begins
    [InlineData("2026-03-21T12:00Z", 1, "2026-03-23T14:00Z")]                 // on Saturday nobody works
    [InlineData("2026-03-06T21:00Z", 8, "2026-03-09T20:00Z")]                 // over the night in which the clocks go forward
    [InlineData("2026-10-30T20:00Z", 2, "2026-11-02T15:00Z")]                 // and back
    [InlineData("2026-07-02T20:00Z", 2, "2026-07-06T14:00Z", "2026-07-03")]   // the third of July is a holiday
    [InlineData("2026-12-23T21:00Z", 5, "2026-12-25T15:00Z", null, "2026-12-24")] // and Christmas Eve is short
    public void A_promise_in_office_hours_is_kept_by_then(string from, int hours, string due, string? holiday = null, string? shortDay = null)
    {
        var rules = Rules("America/New_York", Office, [0, 1, 2, 3, 4]) with
        {
            Holidays = holiday is null ? [] : [holiday],
            Exceptions = shortDay is null ? [] : new() { [shortDay] = [["09:00", "12:00"]] },
        };
        Assert.Equal(At(due), rules.ToCalendar().AddOpen(At(from), TimeSpan.FromHours(hours)));
    }

    [Fact]
    public void Counting_agrees_with_looking_at_the_clock_every_minute() => Prop.ForAll(Counted.ToArbitrary(), c =>
    {
        var to = c.From.AddMinutes(Math.Min(c.More, 6 * 24 * 60));
        Assert.Equal(TimeSpan.FromMinutes(MinutesByTheClock(c.Rules, c.From, to)), c.Calendar.OpenBetween(c.From, to));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Adding_and_counting_are_each_others_inverse() => Prop.ForAll(Counted.ToArbitrary(), c =>
    {
        var due = c.Calendar.AddOpen(c.From, c.Open);
        Assert.Equal(c.Open, c.Calendar.OpenBetween(c.From, due));
        var to = c.From.AddMinutes(c.More);
        var back = c.Calendar.AddOpen(c.From, c.Calendar.OpenBetween(c.From, to));
        Assert.True(back <= to && c.Calendar.OpenBetween(back, to) == TimeSpan.Zero, "What lies between is closed.");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Promises_add_up_and_never_run_backwards() => Prop.ForAll(Counted.ToArbitrary(), c =>
    {
        var (half, rest) = (c.Open / 3, c.Open - c.Open / 3);
        half -= TimeSpan.FromTicks(half.Ticks % TimeSpan.TicksPerMicrosecond);
        rest = c.Open - half;
        Assert.Equal(c.Calendar.AddOpen(c.From, c.Open), c.Calendar.AddOpen(c.Calendar.AddOpen(c.From, half), rest));
        var (middle, end) = (c.From.AddMinutes(c.More / 2), c.From.AddMinutes(c.More));
        Assert.Equal(c.Calendar.OpenBetween(c.From, end), c.Calendar.OpenBetween(c.From, middle) + c.Calendar.OpenBetween(middle, end));
        Assert.True(c.Calendar.AddOpen(c.From, c.Open) <= c.Calendar.AddOpen(middle, c.Open));
        Assert.True(c.Calendar.AddOpen(c.From, half) <= c.Calendar.AddOpen(c.From, c.Open));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_pause_gives_back_exactly_the_open_time_it_took() => Prop.ForAll(Counted.ToArbitrary(), c =>
    {
        // Asked after a while, answered after another: what is left of the promise then is what was left when it was asked.
        var due = c.Calendar.AddOpen(c.From, c.Open);
        var (asked, answered) = (c.From.AddMinutes(c.More / 3), c.From.AddMinutes(c.More));
        var moved = c.Calendar.AddOpen(due, c.Calendar.OpenBetween(asked, answered));
        Assert.Equal(c.Open, c.Calendar.OpenBetween(c.From, moved) - c.Calendar.OpenBetween(asked, answered));
        if (asked < due && answered < moved) Assert.Equal(c.Calendar.OpenBetween(asked, due), c.Calendar.OpenBetween(answered, moved));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_pause_over_a_weekend_gives_back_no_weekend()
    {
        var office = Calendar("America/New_York", Office, [0, 1, 2, 3, 4]);
        var (asked, answered) = (At("2026-03-20T20:00Z"), At("2026-03-23T14:00Z")); // Friday 16:00, Monday 10:00
        Assert.Equal(TimeSpan.FromHours(2), office.OpenBetween(asked, answered));
        Assert.Equal(At("2026-03-24T16:00Z"), office.AddOpen(At("2026-03-24T14:00Z"), TimeSpan.FromHours(2)));
        Assert.Equal(TimeSpan.Zero, office.OpenBetween(At("2026-03-20T21:00Z"), At("2026-03-23T13:00Z")));
    }

    [Fact]
    public void No_promise_reaches_further_than_can_be_told()
    {
        var minute = Calendar("UTC", [["09:00", "09:01"]], [0]); // a minute a week
        Assert.Equal(WorkingCalendar.Farthest, minute.AddOpen(At("2026-03-20T20:00Z"), TimeSpan.FromHours(100_000)));
        Assert.Equal(WorkingCalendar.Farthest, WorkingCalendar.Always.AddOpen(At("2026-03-20T20:00Z"), TimeSpan.MaxValue));
        Assert.Equal(At("2026-03-22T20:00Z"), WorkingCalendar.Always.AddOpen(At("2026-03-20T20:00Z"), TimeSpan.FromHours(48)));
    }

    /// <summary>A calendar, and something to count by it.</summary>
    internal sealed record Sample(CalendarRules Rules, DateTimeOffset From, TimeSpan Open, long More)
    {
        public WorkingCalendar Calendar { get; } = Rules.ToCalendar();
    }

    static readonly Gen<string[][]> Day = Gen.Choose(0, 96).Select(q => q * 15).ListOf(6).Select(minutes =>
    {
        int[] ends = [.. minutes.Distinct().Order()];
        return Enumerable.Range(0, ends.Length / 2).Select(i => new[] { Clock(ends[2 * i]), Clock(ends[2 * i + 1]) }).ToArray();
    });

    static readonly Gen<string> Date = Gen.Choose(0, 3).SelectMany(year => Gen.Choose(0, 364), (year, day) =>
        new DateOnly(((int[])[2011, 2022, 2025, 2026])[year], 1, 1).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    static readonly Gen<CalendarRules> AnyRules =
        from zone in Gen.Elements(Zones)
        from week in Day.ListOf(7)
        from holidays in Date.ListOf(8)
        from special in Day
        from date in Date
        select new CalendarRules
        {
            TimeZone = zone,
            Hours = ((string[])["mon", "tue", "wed", "thu", "fri", "sat", "sun"]).Zip(week).ToDictionary(d => d.First, d => d.First == "mon" && d.Second.Length == 0 ? Office : d.Second),
            Holidays = [.. holidays.Distinct().Where(h => h != date)],
            Exceptions = new() { [date] = special },
        };

    internal static readonly Gen<Sample> Counted =
        from rules in AnyRules
        from day in Date
        from minute in Gen.Choose(-36 * 60, 36 * 60)
        from open in Gen.Choose(1, 2_000_000_000)
        from more in Gen.Choose(0, 60 * 24 * 60)
            // Half of the time near the days on which the clocks change.
        from near in Gen.Elements("2011-12-30", "2022-03-22", "2022-09-22", "2026-03-08", "2026-11-01", "2026-04-05", "2026-09-27", "2025-10-05", day, day, day, day, day, day, day, day)
        select new Sample(rules, At($"{near}T00:00Z").AddMinutes(minute), TimeSpan.FromMicroseconds((double)open * 997), more);

    // Another library, another table of zones, no cleverness.
    static int MinutesByTheClock(CalendarRules rules, DateTimeOffset from, DateTimeOffset to)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(rules.TimeZone);
        var minutes = 0;
        for (var at = from; at < to; at = at.AddMinutes(1))
        {
            var local = TimeZoneInfo.ConvertTime(at, zone);
            var date = local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var hours = rules.Holidays.Contains(date) ? [] : rules.Exceptions.TryGetValue(date, out var special) ? special
                : rules.Hours.GetValueOrDefault(local.DayOfWeek.ToString()[..3].ToLowerInvariant()) ?? [];
            var time = local.ToString("HH:mm", CultureInfo.InvariantCulture);
            if (hours.Any(o => string.CompareOrdinal(o[0], time) <= 0 && string.CompareOrdinal(time, o[1]) < 0)) minutes++;
        }
        return minutes;
    }

    static string Clock(int minute) => $"{minute / 60:00}:{minute % 60:00}";

    [Theory]
    [InlineData("2026-03-20T18:00Z", 1, "2026-03-23T21:00Z")]               // Friday is not counted, Monday is
    [InlineData("2026-03-21T18:00Z", 2, "2026-03-24T21:00Z")]               // nor is a Saturday, from which it is asked
    [InlineData("2026-03-06T18:00Z", 7, "2026-03-17T21:00Z")]               // the clocks go forward in between
    [InlineData("2026-07-01T18:00Z", 2, "2026-07-06T21:00Z", "2026-07-03")]
    public void A_number_of_open_days_ends_when_the_last_of_them_does(string from, int days, string end, string? holiday = null)
    {
        var rules = Rules("America/New_York", [["09:00", "12:00"], ["13:00", "17:00"]], [0, 1, 2, 3, 4]) with { Holidays = holiday is null ? [] : [holiday] };
        Assert.Equal(At(end), rules.ToCalendar().EndOfOpenDay(At(from), days));
    }

    [Fact]
    public void Each_further_open_day_ends_later_and_at_a_moment_in_which_somebody_works() => Prop.ForAll(Counted.ToArbitrary(), c =>
    {
        var ends = Enumerable.Range(1, 4).Select(n => c.Calendar.EndOfOpenDay(c.From, n)).ToArray();
        Assert.All(ends.Where(e => e < WorkingCalendar.Farthest), e => Assert.True(c.Calendar.OpenBetween(e.AddMinutes(-1), e) == TimeSpan.FromMinutes(1)));
        Assert.Equal(ends.Order(), ends);
        Assert.Equal(ends.Distinct().Count(e => e < WorkingCalendar.Farthest), ends.Count(e => e < WorkingCalendar.Farthest));
        Assert.All(ends, e => Assert.True(e > c.From));
    }).QuickCheckThrowOnFailure();

    static CalendarRules Rules(string zone, string[][] hours, int[] days) => new()
    {
        TimeZone = zone, Hours = days.ToDictionary(d => ((string[])["mon", "tue", "wed", "thu", "fri", "sat", "sun"])[d], _ => hours),
    };

    static WorkingCalendar Calendar(string zone, string[][] hours, int[] days) => Rules(zone, hours, days).ToCalendar();

    internal static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
