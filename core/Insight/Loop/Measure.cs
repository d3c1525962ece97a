using System.Globalization;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Loop;

/// <summary>By what an effect is seen.</summary>
public enum MeasureKind
{
    /// <summary>The share of a service's cases that were decided within its standard.</summary>
    StandardMet,
    /// <summary>The median time from submission to decision, in hours of the clock on the wall.</summary>
    MedianHoursToSolve,
    /// <summary>Cases that came in, a week.</summary>
    Volume,
    /// <summary>Of those who said something, the share of citizens who call their case solved; who was silent is counted apart.</summary>
    SolvedByCitizens,
    /// <summary>The mean of a standard item (belonging, trust, awareness of one's role) in the last wave of a survey that closed in the time.</summary>
    SurveyItem,
    /// <summary>What the agency knows from elsewhere: two values and where they are from.</summary>
    Stated,
}

/// <summary>Whole months, of the agency's own clock.</summary>
/// <param name="From">The first, as in 2026-01.</param>
/// <param name="To">The last; the same for a single one.</param>
public sealed record Period(string From, string To)
{
    /// <summary>Longest period. Months.</summary>
    public const int Longest = 36;

    /// <summary>Its months in order; null when it is none.</summary>
    internal IReadOnlyList<YearMonth>? Months()
    {
        if (Read(From) is not { } first || Read(To) is not { } last || last < first) return null;
        var months = new List<YearMonth>();
        for (var month = first; month <= last && months.Count <= Longest; month = month.PlusMonths(1)) months.Add(month);
        return months.Count > Longest ? null : months;
    }

    static YearMonth? Read(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 2100 ? new(day.Year, day.Month) : null;
}

/// <summary>A value that the agency knows from elsewhere.</summary>
/// <param name="Baseline">Before.</param>
/// <param name="After">After.</param>
/// <param name="Unit">Of what.</param>
/// <param name="From">Where it is from: whoever reads it can look it up.</param>
public sealed record StatedValues(double Baseline, double After, Localized Unit, string From);

/// <summary>What is compared with what.</summary>
/// <param name="Kind">By what.</param>
/// <param name="Service">The service's key; not for stated values.</param>
/// <param name="Baseline">The time before.</param>
/// <param name="After">The time after.</param>
/// <param name="Stated">What the agency knows from elsewhere.</param>
/// <param name="Survey">The survey's key; of an item.</param>
/// <param name="Item">The key of a standard item that the survey asks.</param>
public sealed record MeasureSpec(MeasureKind Kind, string? Service, Period Baseline, Period After, StatedValues? Stated = null, string? Survey = null, string? Item = null) : IJsonColumn
{
    /// <summary>Everything that is wrong, with a JSON pointer to each.</summary>
    public IEnumerable<ValidationError> Wrong()
    {
        var (before, after) = (Baseline.Months(), After.Months());
        if (before is null) yield return new("/baseline", "period", Wanted);
        if (after is null) yield return new("/after", "period", Wanted);
        if (before is not null && after is not null && after[0] <= before[^1]) yield return new("/after/from", "range", "What came after begins after the baseline.");
        if (Kind == MeasureKind.Stated && Stated is null) yield return new("/stated", "required", "Say the two values and where they are from.");
        if (Kind != MeasureKind.Stated && Stated is not null) yield return new("/stated", "not-allowed", "What we can count ourselves is not stated.");
        if (Kind is not (MeasureKind.Stated or MeasureKind.SurveyItem) && Service is null) yield return new("/service", "required", "Say of which service.");
        foreach (var (pointer, value) in new[] { ("/survey", Survey), ("/item", Item) })
        {
            if (Kind == MeasureKind.SurveyItem && value is null) yield return new(pointer, "required", "Say which standard item of which survey.");
            if (Kind != MeasureKind.SurveyItem && value is not null) yield return new(pointer, "not-allowed", "Only a standard item is of a survey.");
        }
    }

    internal static string Wanted => $"A period is one to {Period.Longest} whole months, as in {{\"from\": \"2026-01\", \"to\": \"2026-03\"}}.";
}

/// <summary>What a period shows.</summary>
/// <param name="Value">In the measure's unit; null when it is suppressed.</param>
/// <param name="Low">Bound at 95 %; null when there is none.</param>
/// <param name="High">Bound at 95 %; null when there is none.</param>
/// <param name="N">Out of how many cases or answers; null for stated values.</param>
/// <param name="Silent">Of how many more nothing is known, because their citizens said nothing.</param>
/// <param name="Suppressed">There are figures, and they are too small to be shown.</param>
public sealed record Figure(double? Value, double? Low, double? High, long? N, long? Silent, bool Suppressed)
{
    internal static readonly Figure Hidden = new(null, null, null, null, null, true);

    internal static Figure Of(Bounded bounded, long n, long? silent = null) =>
        new(Round(bounded.Value), Round(bounded.Low), Round(bounded.High), n, silent, false);

    internal static double? Round(double? value) => value is { } v ? Math.Round(v, 4) : null;
}

/// <summary>What came out.</summary>
/// <param name="Baseline">Before.</param>
/// <param name="After">After.</param>
/// <param name="Change">After minus before, with its bound; null when one of the two is suppressed.</param>
/// <param name="Computed">From our own records; otherwise stated by the agency.</param>
public sealed record Effect(Figure Baseline, Figure After, Bounded? Change, bool Computed) : IJsonColumn;

/// <summary>A measure of an insight.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Spec">What is compared.</param>
/// <param name="DueAt">When the later period is over, and it is measured.</param>
/// <param name="Result">What came out; null until then.</param>
/// <param name="MeasuredAt">When it was measured.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Measure(
    Guid Id, [property: JsonIgnore] MeasureSpec Spec, DateTimeOffset DueAt, Effect? Result, DateTimeOffset? MeasuredAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>See <see cref="MeasureSpec.Kind"/>.</summary>
    public MeasureKind Kind => Spec.Kind;

    /// <summary>See <see cref="MeasureSpec.Service"/>.</summary>
    public string? Service => Spec.Service;

    /// <summary>See <see cref="MeasureSpec.Baseline"/>.</summary>
    public Period Baseline => Spec.Baseline;

    /// <summary>See <see cref="MeasureSpec.After"/>.</summary>
    public Period After => Spec.After;

    /// <summary>See <see cref="MeasureSpec.Stated"/>.</summary>
    public StatedValues? Stated => Spec.Stated;

    /// <summary>See <see cref="MeasureSpec.Survey"/>.</summary>
    public string? Survey => Spec.Survey;

    /// <summary>See <see cref="MeasureSpec.Item"/>.</summary>
    public string? Item => Spec.Item;
}

/// <summary>What one month of a service tells: parts of a period that is shown whole, or not at all.</summary>
/// <param name="Month">The month.</param>
/// <param name="Yes">Those that met it: decided in time, called solved; or all.</param>
/// <param name="No">The others.</param>
/// <param name="Silent">Those of which nothing is known.</param>
/// <param name="Hours">Of each case, when hours are measured.</param>
public sealed record MonthCount(int Month, long Yes, long No, long Silent, double[]? Hours);

/// <summary>From what months tell to what may be shown of a period.</summary>
/// <remarks>
/// Every cell of every month of a period has to be at least k, or the period shows nothing. Whoever compares periods that overlap then
/// works out months at most, and every one of those could be shown. Periods are whole months, so nothing smaller can be cut out.
/// </remarks>
public static class Effects
{
    /// <summary>One period.</summary>
    /// <param name="kind">By what.</param>
    /// <param name="months">One for each month of the period, those without cases too.</param>
    /// <param name="days">How long the period is.</param>
    /// <param name="k">The agency's smallest group.</param>
    public static Figure Of(MeasureKind kind, IReadOnlyList<MonthCount> months, int days, int k)
    {
        if (months.Count == 0 || !months.All(m => IsShown(kind, m, k))) return Figure.Hidden;
        var (yes, no, silent) = (months.Sum(m => m.Yes), months.Sum(m => m.No), months.Sum(m => m.Silent));
        return kind switch
        {
            MeasureKind.Volume => Figure.Of(Estimates.Rate(yes, days / 7.0), yes),
            MeasureKind.MedianHoursToSolve => Figure.Of(Estimates.Median(months.SelectMany(m => m.Hours!).Order().ToArray()), yes),
            MeasureKind.SolvedByCitizens => Figure.Of(Estimates.Share(yes, yes + no), yes + no, silent),
            _ => Figure.Of(Estimates.Share(yes, yes + no), yes + no),
        };
    }

    /// <summary>What changed.</summary>
    public static Effect Compare(MeasureKind kind, Figure baseline, Figure after)
    {
        if (baseline.Suppressed || after.Suppressed) return new(baseline, after, null, kind != MeasureKind.Stated);
        var change = Estimates.Change(Of(baseline), Of(after));
        return new(baseline, after, new(Figure.Round(change.Value)!.Value, Figure.Round(change.Low), Figure.Round(change.High)), kind != MeasureKind.Stated);

        static Bounded Of(Figure f) => new(f.Value!.Value, f.Low, f.High);
    }

    static bool IsShown(MeasureKind kind, MonthCount m, int k) => kind switch
    {
        MeasureKind.Volume or MeasureKind.MedianHoursToSolve => m.Yes >= k,
        MeasureKind.SolvedByCitizens => m.Yes >= k && m.No >= k && m.Silent >= k,
        _ => m.Yes >= k && m.No >= k,
    };
}
