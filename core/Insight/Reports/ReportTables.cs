using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Results;

namespace Cirm.Core.Insight.Reports;

/// <summary>Makes the pages of reports from what months came to.</summary>
/// <param name="k">The agency's smallest group.</param>
/// <param name="months">Every month that has been counted, by its first month.</param>
/// <param name="facts">The cases and contributions themselves, for medians and to know how many people stand behind them.</param>
/// <param name="now">When this is counted.</param>
public sealed class ReportTables(int k, IReadOnlyDictionary<NodaTime.YearMonth, MonthCounts> months, IReadOnlyList<ReportFact> facts, DateTimeOffset now)
{
    readonly ReportDisclosure disclosure = new(k);

    /// <summary>Below this many values no median is shown: at least k of them have to lie on either side.</summary>
    int FewestForMedian => 2 * k;

    /// <summary>What is counted in a series, besides how many.</summary>
    public static IReadOnlyList<(string Key, int Place)> OutcomesOf(ReportSeries series) => series switch
    {
        ReportSeries.Standard => [("met", MonthCounts.Met), ("late", MonthCounts.Late)],
        ReportSeries.Verdict => [("solved", MonthCounts.Solved), ("notSolved", MonthCounts.NotSolved), ("silent", MonthCounts.Silent)],
        _ => [],
    };

    /// <summary>The series that says when a case belongs to a period.</summary>
    public static ReportSeries BaseOf(ReportSeries series) => series is ReportSeries.Standard or ReportSeries.Verdict ? ReportSeries.Decided : series;

    /// <summary>The periods of some length that have a case.</summary>
    public IEnumerable<ReportPeriod> PeriodsOf(ReportSeries series, Grain grain) =>
        months.Where(m => m.Value.Of(BaseOf(series), "").Count > 0).Select(m => ReportPeriod.Of(grain, m.Key)).Distinct().OrderBy(p => p.First);

    /// <summary>
    /// The shortest length of which nine of ten cases lie in periods that have enough: at least 2k cases, or k of each outcome. Null while there is none.
    /// </summary>
    /// <param name="series">Of what.</param>
    /// <param name="least">Not shorter than this.</param>
    public Grain? GrainFor(ReportSeries series, Grain least)
    {
        foreach (var grain in Enum.GetValues<Grain>().Where(g => g >= least))
        {
            var periods = PeriodsOf(series, grain).Select(p => (Cases: AllOf(series, p)[MonthCounts.N], IsEnough: IsEnough(series, p))).ToList();
            if (periods.Exists(p => p.IsEnough) && periods.Where(p => p.IsEnough).Sum(p => p.Cases) >= 0.9 * periods.Sum(p => p.Cases)) return grain;
        }
        return null;
    }

    bool IsEnough(ReportSeries series, ReportPeriod period)
    {
        var (all, outcomes) = (AllOf(series, period), OutcomesOf(series));
        return outcomes.Count > 0 ? disclosure.IsOpen(outcomes.Select(o => all[o.Place])) : all[MonthCounts.N] >= 2 * k;
    }

    long[] AllOf(ReportSeries series, ReportPeriod period) => Counts(series, "", period).GetValueOrDefault(ReportGroup.All) ?? new long[MonthCounts.Places];

    Dictionary<string, long[]> Counts(ReportSeries series, string breakdown, ReportPeriod period) =>
        MonthCounts.Sum(period.Months.Select(m => months.GetValueOrDefault(m)).OfType<MonthCounts>(), BaseOf(series), breakdown);

    /// <summary>A page of sizes at the length that is decided: volume, answer time, resolution time or participation.</summary>
    public ReportPage Sizes(ReportSeries series, string breakdown, ReportPeriod period, IReadOnlyCollection<string> segments)
    {
        var all = AllOf(series, period)[MonthCounts.N];
        if (all < k) return Page(period, null, [new(ReportGroup.All, null, Suppressed: true)]);
        var counts = Counts(series, breakdown, period).ToDictionary(c => c.Key, c => c.Value[MonthCounts.N], StringComparer.Ordinal);
        var (listed, merged) = breakdown switch
        {
            "" => ([], 0),
            ReportKind.Segment => (Segments(counts, series, period, segments), 0),
            _ => disclosure.Parts(WithThoseWithoutCases(counts, series, breakdown, period), PeopleBehind(series, breakdown, period)),
        };
        var groups = new List<ReportGroup> { new(ReportGroup.All, all) };
        groups.AddRange(listed.Select(l => new ReportGroup(l.Group, l.N)));
        if (breakdown == ReportKind.Segment)
            groups.AddRange(segments.Except(listed.Select(l => l.Group)).Order(StringComparer.Ordinal).Select(s => new ReportGroup(s, null, Suppressed: true)));
        return WithHours(Page(period, breakdown is "" or ReportKind.Segment ? null : merged, groups), series, breakdown, period);
    }

    // Ten cases may be one person's: a segment is shown when as many people stand behind them.
    IReadOnlyList<ListedGroup> Segments(Dictionary<string, long> sets, ReportSeries series, ReportPeriod period, IReadOnlyCollection<string> segments)
    {
        var people = FactsOf(series, period).Where(f => f.Segments.Length > 0)
            .SelectMany(f => f.Segments.Split(' ').Select(s => (Segment: s, f.Citizen))).Distinct().CountBy(p => p.Segment).ToDictionary(StringComparer.Ordinal);
        return [.. disclosure.Segments(sets, segments).Where(s => people.GetValueOrDefault(s.Group) >= k)];
    }

    // Where a case is says little of whose it is; where somebody who contributes lives is an attribute of theirs.
    Func<IReadOnlyCollection<string>, int>? PeopleBehind(ReportSeries series, string breakdown, ReportPeriod period)
    {
        if (series != ReportSeries.Contributed || breakdown != ReportKind.Area) return null;
        var people = FactsOf(series, period).ToLookup(f => f.GroupBy(breakdown), f => f.Citizen);
        return groups => groups.SelectMany(g => people[g]).Distinct().Count();
    }

    IEnumerable<ReportFact> FactsOf(ReportSeries series, ReportPeriod period) => facts.Where(f => f.Series == series && f.Month >= period.First && f.Month < period.End);

    // A group that had cases before, and has none now: that is not told either.
    Dictionary<string, long> WithThoseWithoutCases(Dictionary<string, long> counts, ReportSeries series, string breakdown, ReportPeriod period)
    {
        foreach (var group in months.Where(m => m.Key < period.End).SelectMany(m => m.Value.Of(BaseOf(series), breakdown).Keys)) counts.TryAdd(group, 0);
        return counts;
    }

    /// <summary>A page of outcomes at the length that is decided.</summary>
    /// <param name="series">Standard or verdict.</param>
    /// <param name="breakdown">By what.</param>
    /// <param name="period">When.</param>
    /// <param name="sizes">The page of resolution times of the same period: which groups are shown.</param>
    public ReportPage Outcomes(ReportSeries series, string breakdown, ReportPeriod period, ReportPage sizes)
    {
        var outcomes = OutcomesOf(series);
        var cells = Counts(series, breakdown, period);
        var all = AllOf(series, period);
        var open = sizes.Find(ReportGroup.All)?.N is not null && disclosure.IsOpen(outcomes.Select(o => all[o.Place]));
        var shown = sizes.Groups.Where(g => g.Suppressed is not true && g.Group != ReportGroup.All).Select(g => g.Group).ToList();
        if (!open) return Page(period, sizes.Merged, [.. sizes.Groups.Select(g => Of(g.Group, null, new long?[outcomes.Count]))]);

        if (breakdown != ReportKind.Segment)
        {
            var named = shown.Where(g => g != ReportGroup.Others).ToList();
            var (listed, others) = disclosure.Parts(Cells(all), [.. named.Select(g => (g, Cells(cells[g])))], complete: named.Count == shown.Count);
            List<ReportGroup> parts = [Shown(ReportGroup.All, Cells(all)), .. listed.Select(g => Shown(g, Cells(cells[g])))];
            if (others is not null) parts.Add(Shown(ReportGroup.Others, others));
            return Page(period, sizes.Merged is { } small ? small + named.Count - listed.Count : null, parts);
        }

        var keys = cells.Keys.ToList();
        var known = ReportDisclosure.GroupsOf(keys, shown);
        long[][] counts = [.. known.Groups.Select(g => Cells([.. Enumerable.Range(0, MonthCounts.Places).Select(p => keys.Index().Where(k => g.Strata.Contains(k.Index)).Sum(k => cells[k.Item][p]))]))];
        counts[0] = Cells(all);
        var (sizeShown, cellShown) = disclosure.Outcomes(known.Known, counts, sizesAreShown: series == ReportSeries.Verdict);
        var groups = known.Groups.Select((g, i) => Of(g.Key, sizeShown[i] ? counts[i].Sum() : null, [.. counts[i].Select((n, o) => cellShown[i][o] ? n : (long?)null)])).ToList();
        groups.AddRange(sizes.Groups.Where(g => g.Suppressed is true).Select(g => Of(g.Group, null, new long?[outcomes.Count])));
        return Page(period, null, groups);

        long[] Cells(long[] of) => [.. outcomes.Select(o => of[o.Place])];

        ReportGroup Shown(string group, long[] figures) => Of(group, figures.Sum(), [.. figures.Select(n => (long?)n)]);

        ReportGroup Of(string group, long? n, long?[] figures) => WithShares(series, group, n, figures);
    }

    /// <summary>A longer period, added up from what is shown of its parts: groups that are listed in every one of them, and others.</summary>
    public ReportPage AddUp(ReportSeries series, string breakdown, ReportPeriod period, IReadOnlyList<ReportPage> parts)
    {
        var outcomes = OutcomesOf(series);
        var listed = parts[0].Groups.Select(g => g.Group).Where(g => g is not ReportGroup.All and not ReportGroup.Others && parts.All(p => p.Find(g) is not null)).ToList();
        var rest = parts.Select(p => p.Groups.Where(g => g.Group != ReportGroup.All && !listed.Contains(g.Group)).ToList()).ToList();
        var groups = new List<ReportGroup> { Sum(ReportGroup.All, parts.Select(p => p.Find(ReportGroup.All)!)) };
        groups.AddRange(listed.Select(g => Sum(g, parts.Select(p => p.Find(g)!))));
        if (breakdown is not "" and not ReportKind.Segment && listed.Count > 0 && rest.Any(r => r.Count > 0)) groups.Add(Sum(ReportGroup.Others, rest.SelectMany(r => r)));
        var page = Page(period, parts.Max(p => p.Merged) is { } merged ? merged + rest.SelectMany(r => r.Select(g => g.Group)).Distinct().Count(g => g != ReportGroup.Others) : null, groups);
        return outcomes.Count > 0 ? page : WithHours(page, series, breakdown, period);

        ReportGroup Sum(string name, IEnumerable<ReportGroup> of)
        {
            var those = of.ToList();
            var n = those.Any(g => g.N is null) ? null : those.Sum(g => g.N);
            if (outcomes.Count == 0) return new(name, n, Suppressed: n is null ? true : null);
            return WithShares(series, name, n, [.. outcomes.Select(o => those.Any(g => g.Count(o.Key) is null) ? null : those.Sum(g => g.Count(o.Key)))]);
        }
    }

    static ReportGroup WithShares(ReportSeries series, string group, long? n, long?[] figures)
    {
        var outcomes = OutcomesOf(series).Select((o, i) => figures[i] is not { } count ? ReportOutcome.Hidden(o.Key)
            : n is > 0 && Estimates.Share(count, n.Value) is var share ? new(o.Key, count, Figure.Round(share.Value), Figure.Round(share.Low), Figure.Round(share.High))
            : new ReportOutcome(o.Key, count, null, null, null)).ToList();
        var complete = series == ReportSeries.Verdict && n is > 0 && figures.All(f => f is not null);
        var spoke = complete ? figures[0]!.Value + figures[1]!.Value : 0;
        return new(group, n, outcomes, Answered: complete ? Share(spoke, n!.Value) : null, Solved: spoke > 0 ? Share(figures[0]!.Value, spoke) : null,
            Suppressed: n is null || figures.Any(f => f is null) ? true : null);

        static Bounded Share(long met, long of) => Rounded(Estimates.Share(met, of), 4);
    }

    // Medians are no sums: shown where enough values lie on either side of them.
    ReportPage WithHours(ReportPage page, ReportSeries series, string breakdown, ReportPeriod period)
    {
        if (series is not (ReportSeries.Answered or ReportSeries.Decided)) return page;
        var names = page.Groups.Select(g => g.Group).ToHashSet(StringComparer.Ordinal);
        var values = page.Groups.Where(g => g.N >= FewestForMedian).ToDictionary(g => g.Group, _ => new List<double>(), StringComparer.Ordinal);
        foreach (var fact in FactsOf(series, period))
        {
            if (values.TryGetValue(ReportGroup.All, out var all)) all.Add(fact.Hours);
            if (breakdown.Length == 0) continue;
            var key = fact.GroupBy(breakdown);
            foreach (var group in breakdown == ReportKind.Segment ? key.Split(' ', StringSplitOptions.RemoveEmptyEntries) : names.Contains(key) ? [key] : [ReportGroup.Others])
                if (values.TryGetValue(group, out var hours)) hours.Add(fact.Hours);
        }
        return page with { Groups = [.. page.Groups.Select(g => values.GetValueOrDefault(g.Group) is { } hours && hours.Count >= FewestForMedian ? g with { Hours = Median(hours) } : g)] };

        static Bounded Median(List<double> hours)
        {
            hours.Sort();
            return Rounded(Estimates.Median(hours.ToArray()), 1);
        }
    }

    static Bounded Rounded(Bounded b, int digits) => new(Math.Round(b.Value, digits), b.Low is { } low ? Math.Round(low, digits) : null, b.High is { } high ? Math.Round(high, digits) : null);

    ReportPage Page(ReportPeriod period, int? merged, IReadOnlyList<ReportGroup> groups) => new(period.Name, period.Begins, ReportPeriod.DayOf(period.End), now, merged, groups);
}
