using Cirm.Core.Transactions.Timekeeping;
using NodaTime;

namespace Cirm.Core.Insight.Scarcity;

/// <summary>A case of the past, as a simulation sees it.</summary>
/// <param name="Number">Its number, for the lottery.</param>
/// <param name="SubmittedAt">When it came in.</param>
/// <param name="Segments">A bit for each segment of the simulation's list that its citizen is in.</param>
public readonly record struct PastCase(long Number, DateTimeOffset SubmittedAt, ulong Segments);

/// <summary>A moment at which as many are served as there is capacity: the end of a day's last opening.</summary>
/// <param name="At">When.</param>
/// <param name="BeginsPeriod">From here on there is new capacity; what was left of the old is gone.</param>
public readonly record struct Shift(DateTimeOffset At, bool BeginsPeriod);

/// <summary>Under which circumstances rules are compared.</summary>
/// <param name="Capacity">How many are served in a period; at least one.</param>
/// <param name="RefuseAfter">Who has waited longer is refused; null: nobody is.</param>
public sealed record Circumstances(int Capacity, TimeSpan? RefuseAfter);

/// <summary>What became of a case; neither while it still waits when the calendar ends.</summary>
/// <param name="ServedAt">When it was served.</param>
/// <param name="RefusedAt">When it was refused.</param>
public readonly record struct Served(DateTimeOffset? ServedAt, DateTimeOffset? RefusedAt);

/// <summary>Runs a rule on cases of the past: pure, so that the same input gives the same outcome everywhere and every time.</summary>
public static class ScarcitySimulation
{
    /// <summary>Serves cases by a rule until nobody waits or there are no more shifts.</summary>
    /// <param name="terms">The rule.</param>
    /// <param name="segments">The keys that the bits of <see cref="PastCase.Segments"/> stand for; all of the rule's are among them.</param>
    /// <param name="cases">In the order in which they came in.</param>
    /// <param name="shifts">In order; at each, those who came before it are served.</param>
    /// <param name="circumstances">Capacity, and how long anybody may wait.</param>
    /// <returns>For each case what became of it, in the order of the cases.</returns>
    public static Served[] Run(ScarcityTerms terms, IReadOnlyList<string> segments, IReadOnlyList<PastCase> cases, IEnumerable<Shift> shifts, Circumstances circumstances)
    {
        var outcome = new Served[cases.Count];
        var bits = terms.Order.Select(key => 1UL << segments.Index().Single(s => s.Item == key).Index).ToArray();
        var line = new WaitingLine<int>(terms, gone: c => outcome[c] != default);
        var (arrived, oldest, decided, left) = (0, 0, 0, 0);
        foreach (var shift in shifts)
        {
            if (decided == cases.Count) break;
            if (shift.BeginsPeriod) left = circumstances.Capacity;
            for (; arrived < cases.Count && cases[arrived].SubmittedAt <= shift.At; arrived++)
                line.Add(arrived, SegmentOf(cases[arrived], bits), terms.PlaceOf(cases[arrived].Number, cases[arrived].SubmittedAt));
            for (; oldest < arrived && shift.At - cases[oldest].SubmittedAt > circumstances.RefuseAfter; oldest++)
            {
                if (outcome[oldest] != default) continue;
                outcome[oldest] = new(null, shift.At);
                decided++;
            }
            while (left > 0 && line.TryNext(out var next))
            {
                outcome[next] = new(shift.At, null);
                decided++;
                left--;
            }
        }
        return outcome;
    }

    /// <summary>The index of the first segment of an order that a case belongs to; their number when it is in none.</summary>
    public static int SegmentOf(PastCase c, ReadOnlySpan<ulong> bits)
    {
        for (var i = 0; i < bits.Length; i++)
            if ((c.Segments & bits[i]) != 0) return i;
        return bits.Length;
    }

    /// <summary>The shifts of a calendar: a day of the agency's on which the calendar is open ends with one.</summary>
    /// <param name="calendar">When there is work.</param>
    /// <param name="zone">Whose days.</param>
    /// <param name="from">The first day is that of this moment.</param>
    /// <param name="weekly">Capacity is that of a week (Monday to Sunday), not of a day.</param>
    public static IEnumerable<Shift> Shifts(WorkingCalendar calendar, DateTimeZone zone, DateTimeOffset from, bool weekly)
    {
        var day = Instant.FromDateTimeOffset(from).InZone(zone).Date;
        int? week = null;
        for (var end = zone.AtStartOfDay(day).ToDateTimeOffset(); ;)
        {
            var (start, number) = (end, WeekOf(day));
            if (start.Year > from.Year + Longest) yield break;
            day = day.PlusDays(1);
            end = zone.AtStartOfDay(day).ToDateTimeOffset();
            var times = calendar.Cover(start, end);
            if (times.Before(end) == times.Before(start) || times.At(times.Before(end)) is not { } closes) continue;
            yield return new(closes, !weekly || week != number);
            week = number;
        }

        static int WeekOf(LocalDate date) => NodaTime.Period.DaysBetween(new LocalDate(1900, 1, 1), date) / 7; // which was a Monday
    }

    // Nobody is simulated longer. Years.
    const int Longest = 50;
}
