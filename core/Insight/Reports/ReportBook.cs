using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>A report as it is read: pages that were written when their periods were counted.</summary>
/// <param name="Grain">The length of its periods; longer than asked for where shorter ones have too few cases. Null: nothing has been counted yet.</param>
/// <param name="AsOf">When the newest page was counted.</param>
/// <param name="Figures">How many figures there are on these pages.</param>
/// <param name="Hidden">How many of them are hidden.</param>
/// <param name="Pages">As they are sent, the oldest first.</param>
public sealed record ReadReport(Grain? Grain, DateTimeOffset? AsOf, int Figures, int Hidden, IReadOnlyList<byte[]> Pages);

/// <summary>
/// Counts reports, and reads what was counted. A period is counted once, a week after it is over, and never again: what was published does not move,
/// and no two editions of it can be compared.
/// </summary>
public sealed class ReportBook(TenantDb db, TimeProvider clock)
{
    /// <summary>How long after its end a month is counted: for citizens to say their word.</summary>
    public static readonly Duration Settles = Duration.FromDays(7);

    /// <summary>The kind of the operation that counts.</summary>
    public const string OperationKind = "count-reports";

    /// <summary>Asks for a count of what has not been counted yet: after an import of older cases, for instance.</summary>
    public async Task<Operation> RequestAsync(Caller caller, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        Operations.Request(change, now, id, OperationKind, new { }, caller.Id);
        await change.CommitAsync(ct);
        return new(id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(new { }, Wire.Json), 0, null, 0, 0, 0, null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Counts what an operation asked for.</summary>
    public async Task RunAsync(Agency agency, IJobProgress progress, CancellationToken ct)
    {
        var written = await CountAsync(agency, ct);
        await using var transaction = await db.BeginAsync(agency.Id, ct);
        await progress.ReportAsync(transaction, new(written, written, 0, 0, written), ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Whether a month is over that no count has looked at.</summary>
    public async Task<bool> IsDueAsync(Agency agency, CancellationToken ct) =>
        !await db.QuerySingleOrDefaultAsync<bool>(agency.Id, "select counted_until >= @end from report_books where agency_id = @agency",
            new { End = ReportPeriod.DayOf(EndOf(agency, clock.Now())) }, ct);

    // The first month that is not over yet, or was over a moment ago.
    static YearMonth EndOf(Agency agency, DateTimeOffset now) =>
        (Instant.FromDateTimeOffset(now) - Settles).InZone(DateTimeZoneProviders.Tzdb[agency.TimeZone]).Date.ToYearMonth();

    /// <summary>Counts every month that is over and was not counted, and writes the pages of every period that is complete with it.</summary>
    /// <returns>How many pages were written.</returns>
    public async Task<int> CountAsync(Agency agency, CancellationToken ct)
    {
        var now = clock.Now();
        var (zone, end) = (DateTimeZoneProviders.Tzdb[agency.TimeZone], EndOf(agency, now));
        await using var change = await db.BeginAsync(Caller.System(agency.Id), ct);
        await change.ExecuteAsync("""
            insert into report_books (agency_id, counted_until, counted_at) values (@agency, @end, @now)
            on conflict (agency_id) do update set counted_until = greatest(report_books.counted_until, excluded.counted_until), counted_at = excluded.counted_at
            """, new { End = ReportPeriod.DayOf(end), now }, ct);
        var months = (await change.QueryAsync<CountedMonth>("select month, counts from report_months where agency_id = @agency", null, ct))
            .ToDictionary(m => ReportPeriod.MonthOf(m.Month), m => m.Counts.Deserialize<MonthCounts>(Wire.Json)!);
        if (await ReportFacts.FirstMonthAsync(change, zone, ct) is not { } first || first >= end)
        {
            await change.CommitAsync(ct);
            return 0;
        }
        var since = new YearMonth(first.Year, 1);
        var facts = new List<ReportFact>();
        await ReportFacts.StreamAsync(change, since, end, zone, facts.Add, ct);
        foreach (var earlier in facts.Where(f => f.Series == ReportSeries.Contributed && months.TryGetValue(f.Month, out var m) && !m.KnowsContributions).GroupBy(f => f.Month).ToList())
            foreach (var fact in earlier) months[earlier.Key].Add(fact);
        foreach (var fresh in facts.Where(f => !months.ContainsKey(f.Month)).GroupBy(f => f.Month).ToList())
        {
            var counts = MonthCounts.Empty;
            foreach (var fact in fresh) counts.Add(fact);
            months[fresh.Key] = counts;
            change.Enqueue("insert into report_months (agency_id, month, counts, counted_at) values (@agency, @month, @counts, @now)",
                new { Month = ReportPeriod.DayOf(fresh.Key), Counts = JsonSerializer.SerializeToElement(counts, Wire.Json), now });
        }
        var segments = await change.QueryAsync<string>("select key from segments where agency_id = @agency and retired_at is null and key not in ('all', 'others')", null, ct);
        var written = await new ReportWriter(change, new ReportTables(agency.SmallestGroup, months, facts, now), segments, end, now).WriteAsync(ct);
        if (written > 0)
        {
            change.Audit(now, "reports.counted", "agency", agency.Id, JsonSerializer.Serialize(new { pages = written }));
            change.Emit(now, OutboxEvent.Of("reports.counted", agency.Id, new { pages = written }));
        }
        await change.CommitAsync(ct);
        return written;
    }

    /// <summary>Reads a report's pages.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="report">One that is counted.</param>
    /// <param name="by">By what; empty for all together.</param>
    /// <param name="grain">How long a period; longer where the report has too few cases for that.</param>
    /// <param name="from">Periods that begin on this day or later.</param>
    /// <param name="until">Periods that begin before this day.</param>
    /// <param name="most">The newest so many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ReadReport> FindAsync(Guid agency, ReportKind report, string by, Grain grain, DateOnly? from, DateOnly? until, int most, CancellationToken ct)
    {
        var pages = await db.QueryAsync<WrittenPage>(agency, """
            select g.grain, p.document, p.figures, p.hidden, p.counted_at
            from (
              select case when array_position(array['month', 'quarter', 'year'], @grain) > array_position(array['month', 'quarter', 'year'], d.grain) then @grain else d.grain end as grain
              from report_grains d
              where d.agency_id = @agency and d.series = @series) g
            left join lateral (
              select r.begins, r.document, r.figures, r.hidden, r.counted_at
              from report_pages r
              where r.agency_id = @agency and r.report = @report and r.breakdown = @by and r.grain = g.grain
                and (@from is null or r.begins >= @from) and (@until is null or r.begins < @until)
              order by r.begins desc
              limit @most) p on true
            order by p.begins
            """, new { Report = report.Key, Series = report.Series!.Value, by, grain, from, until, most }, ct);
        var written = pages.Where(p => p.Document is not null).ToList();
        return new(pages.Count > 0 ? pages[0].Grain : null, written.Count > 0 ? written.Max(p => p.CountedAt) : null,
            written.Sum(p => p.Figures ?? 0), written.Sum(p => p.Hidden ?? 0), [.. written.Select(p => p.Document!)]);
    }

    /// <summary>What an agency's services and segments are called, by <c>breakdown key</c>.</summary>
    public async Task<IReadOnlyDictionary<string, Localized>> NamesAsync(Guid agency, CancellationToken ct) => (await db.QueryAsync<Named>(agency, """
        select 'service ' || s.key as key, v.name
        from services s
        join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id and v.number = coalesce(s.published_version, 1)
        where s.agency_id = @agency
        union all
        select 'segment ' || g.key, g.name from segments g where g.agency_id = @agency
        """, null, ct)).ToDictionary(n => n.Key, n => n.Name, StringComparer.Ordinal);

    sealed record Named(string Key, Localized Name);

    sealed record CountedMonth(DateOnly Month, JsonElement Counts);

    sealed record WrittenPage(Grain Grain, byte[]? Document, int? Figures, int? Hidden, DateTimeOffset? CountedAt);
}
