namespace Cirm.Core.Insight.Reports;

/// <summary>What a month came to. Kept as it was counted, and shown to nobody: it holds small cells.</summary>
/// <param name="Counts">By series (submitted, answered, decided, contributed), breakdown and group: how many; of decided ones also how many in time, late, solved, not solved, silent.</param>
public sealed record MonthCounts(Dictionary<string, Dictionary<string, Dictionary<string, long[]>>> Counts)
{
    /// <summary>Places in a count.</summary>
    public const int N = 0, Met = 1, Late = 2, Solved = 3, NotSolved = 4, Silent = 5, Places = 6;

    /// <summary>Of a month without anything.</summary>
    public static MonthCounts Empty => new(new Dictionary<string, Dictionary<string, Dictionary<string, long[]>>>(StringComparer.Ordinal)
    {
        [ReportSeries.Contributed.ToString()] = new(StringComparer.Ordinal),
    });

    /// <summary>Whether contributions were counted too: a month that was counted before there was a report of them does not know.</summary>
    public bool KnowsContributions => Counts.ContainsKey(ReportSeries.Contributed.ToString());

    /// <summary>Counts a case or a contribution.</summary>
    public void Add(ReportFact fact)
    {
        foreach (var breakdown in (string[])["", .. ReportKind.Breakdowns])
        {
            var counts = CollectionsOf(fact.Series.ToString(), breakdown);
            var group = fact.GroupBy(breakdown);
            if (!counts.TryGetValue(group, out var cell)) counts[group] = cell = new long[fact.Series == ReportSeries.Decided ? Places : 1];
            cell[N]++;
            if (fact.Series != ReportSeries.Decided) continue;
            if (fact.InTime is { } inTime) cell[inTime ? Met : Late]++;
            cell[fact.Verdict switch { "solved" => Solved, "notSolved" => NotSolved, _ => Silent }]++;
        }
    }

    Dictionary<string, long[]> CollectionsOf(string series, string breakdown)
    {
        if (!Counts.TryGetValue(series, out var by)) Counts[series] = by = new(StringComparer.Ordinal);
        return by.TryGetValue(breakdown, out var counts) ? counts : by[breakdown] = new(StringComparer.Ordinal);
    }

    /// <summary>The groups of a breakdown with their counts.</summary>
    public IReadOnlyDictionary<string, long[]> Of(ReportSeries series, string breakdown) =>
        Counts.GetValueOrDefault(series.ToString())?.GetValueOrDefault(breakdown) ?? [];

    /// <summary>Several months together.</summary>
    public static Dictionary<string, long[]> Sum(IEnumerable<MonthCounts> months, ReportSeries series, string breakdown)
    {
        var sums = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var (group, cell) in months.SelectMany(m => m.Of(series, breakdown)))
        {
            if (!sums.TryGetValue(group, out var sum)) sums[group] = sum = new long[cell.Length];
            for (var i = 0; i < cell.Length; i++) sum[i] += cell[i];
        }
        return sums;
    }
}
