using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Reports;

/// <summary>Writes the pages that are not there yet: the shortest periods first, then what is added up from them.</summary>
sealed class ReportWriter(TenantTransaction transaction, ReportTables tables, IReadOnlyCollection<string> segments, NodaTime.YearMonth end, DateTimeOffset now)
{
    readonly Dictionary<(string Report, string By, Grain Grain, DateOnly Begins), ReportPage> pages = [];
    int written;

    /// <summary>Writes.</summary>
    /// <returns>How many pages.</returns>
    public async Task<int> WriteAsync(CancellationToken ct)
    {
        foreach (var p in await transaction.QueryAsync<Kept>("select report, breakdown, grain, begins, document from report_pages where agency_id = @agency", null, ct))
            pages[(p.Report, p.Breakdown, p.Grain, p.Begins)] = ReportPage.Read(p.Document);
        var grains = (await transaction.QueryAsync<Decided>("select series, grain from report_grains where agency_id = @agency", null, ct)).ToDictionary(d => d.Series, d => d.Grain);
        foreach (var (report, series) in ((ReportKind, ReportSeries)[])
                 [(ReportKind.Volume, ReportSeries.Submitted), (ReportKind.AnswerTime, ReportSeries.Answered), (ReportKind.ResolutionTime, ReportSeries.Decided),
                  (ReportKind.Standard, ReportSeries.Standard), (ReportKind.Verdict, ReportSeries.Verdict), (ReportKind.Participation, ReportSeries.Contributed)])
        {
            if (GrainOf(grains, series) is not { } grain) continue;
            foreach (var by in (string[])["", .. report.By]) Write(report, series, by, grain);
        }
        await transaction.FlushAsync(ct);
        return written;
    }

    Grain? GrainOf(Dictionary<ReportSeries, Grain> grains, ReportSeries series)
    {
        if (grains.TryGetValue(series, out var decided)) return decided;
        var least = Grain.Month;
        if (ReportTables.BaseOf(series) != series)
        {
            if (!grains.TryGetValue(ReportTables.BaseOf(series), out var based)) return null;
            least = based;
        }
        if (tables.GrainFor(series, least) is not { } grain) return null;
        grains[series] = grain;
        transaction.Enqueue("insert into report_grains (agency_id, series, grain) values (@agency, @series, @grain)", new { series, grain });
        return grain;
    }

    void Write(ReportKind report, ReportSeries series, string by, Grain shortest)
    {
        foreach (var grain in Enum.GetValues<Grain>().Where(g => g >= shortest))
        {
            foreach (var period in tables.PeriodsOf(series, grain).Where(p => p.End <= end && !pages.ContainsKey((report.Key, by, grain, p.Begins))).ToList())
            {
                var page = grain > shortest ? tables.AddUp(series, by, period, [.. period.Parts(shortest).Select(p => Find(report, by, p)).OfType<ReportPage>()])
                    : ReportTables.OutcomesOf(series).Count == 0 ? tables.Sizes(series, by, period, segments)
                    : tables.Outcomes(series, by, period, Find(ReportKind.ResolutionTime, by, period)!);
                Keep(report, by, period, page);
                if (report == ReportKind.Standard && by.Length > 0) Keep(ReportKind.EquityGap, by, period, EquityGap.Of(page, by));
            }
        }
    }

    ReportPage? Find(ReportKind report, string by, ReportPeriod period) => pages.GetValueOrDefault((report.Key, by, period.Grain, period.Begins));

    void Keep(ReportKind report, string by, ReportPeriod period, ReportPage page)
    {
        pages[(report.Key, by, period.Grain, period.Begins)] = page;
        written++;
        transaction.Enqueue("""
            insert into report_pages (agency_id, report, breakdown, grain, begins, document, figures, hidden, counted_at)
            values (@agency, @report, @by, @grain, @begins, @document, @figures, @hidden, @now)
            """, new { Report = report.Key, by, period.Grain, period.Begins, Document = page.Write(), page.Figures, page.Hidden, now });
    }

    sealed record Kept(string Report, string Breakdown, Grain Grain, DateOnly Begins, byte[] Document);

    sealed record Decided(ReportSeries Series, Grain Grain);
}
