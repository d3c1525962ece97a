using System.Globalization;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>A length of time that is counted together.</summary>
public enum Grain
{
    /// <summary>A month.</summary>
    Month,
    /// <summary>Three of them, from January on.</summary>
    Quarter,
    /// <summary>Twelve.</summary>
    Year,
}

/// <summary>A month, quarter or year of an agency's own clock.</summary>
/// <param name="Grain">Which of these.</param>
/// <param name="First">Its first month.</param>
public readonly record struct ReportPeriod(Grain Grain, YearMonth First)
{
    /// <summary>How many months it has.</summary>
    public int Length => LengthOf(Grain);

    /// <summary>The first month after it.</summary>
    public YearMonth End => First.PlusMonths(Length);

    /// <summary>As in <c>2026-03</c>, <c>2026-Q1</c>, <c>2026</c>.</summary>
    public string Name => Grain switch
    {
        Grain.Month => Month(First),
        Grain.Quarter => string.Create(CultureInfo.InvariantCulture, $"{First.Year:0000}-Q{(First.Month + 2) / 3}"),
        _ => First.Year.ToString("0000", CultureInfo.InvariantCulture),
    };

    /// <summary>The first day.</summary>
    public DateOnly Begins => new(First.Year, First.Month, 1);

    /// <summary>Its months.</summary>
    public IEnumerable<YearMonth> Months
    {
        get
        {
            var first = First;
            return Enumerable.Range(0, Length).Select(first.PlusMonths);
        }
    }

    /// <summary>The period that a month lies in.</summary>
    public static ReportPeriod Of(Grain grain, YearMonth month) =>
        new(grain, new(month.Year, grain switch { Grain.Month => month.Month, Grain.Quarter => (month.Month - 1) / 3 * 3 + 1, _ => 1 }));

    /// <summary>The periods of another length that it is made of.</summary>
    public IEnumerable<ReportPeriod> Parts(Grain grain)
    {
        var self = this;
        return Enumerable.Range(0, Length / LengthOf(grain)).Select(i => new ReportPeriod(grain, self.First.PlusMonths(i * LengthOf(grain))));
    }

    /// <summary>The first day of a month.</summary>
    public static DateOnly DayOf(YearMonth month) => new(month.Year, month.Month, 1);

    /// <summary>The month of a day.</summary>
    public static YearMonth MonthOf(DateOnly day) => new(day.Year, day.Month);

    static string Month(YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year:0000}-{month.Month:00}");

    static int LengthOf(Grain grain) => grain switch { Grain.Month => 1, Grain.Quarter => 3, _ => 12 };
}
