using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>Reports of what is published elsewhere: nothing is counted for them, and nothing is shown that is not shown there.</summary>
public sealed class PublishedReports(TenantDb db, TimeProvider clock)
{
    /// <summary>Reads one.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="report">One that has no series of its own.</param>
    /// <param name="by">What it is read by; empty: all together.</param>
    /// <param name="grain">How long a period, where it has any: that of surveys is a wave, that of turnout a decision.</param>
    /// <param name="from">Found, or closed, on this day or later.</param>
    /// <param name="until">Before this day.</param>
    /// <param name="most">The newest so many periods.</param>
    /// <param name="ct">Gives up.</param>
    public Task<ReadReport> FindAsync(Agency agency, ReportKind report, string by, Grain grain, DateOnly? from, DateOnly? until, int most, CancellationToken ct)
    {
        var surveys = new PublishedWaves(db, agency, from, until, most);
        return report.Key switch
        {
            "satisfaction" => surveys.SatisfactionAsync(by, ct),
            "responses" => surveys.ResponsesAsync(by, ct),
            "turnout" => new PublishedDecisions(db, agency).TurnoutAsync(by, from, until, most, ct),
            _ => OpposedDemandsAsync(agency, grain, from, until, most, ct),
        };
    }

    // By service, and how far they have come. They tell of segments that an agency named, and of nobody.
    async Task<ReadReport> OpposedDemandsAsync(Agency agency, Grain grain, DateOnly? from, DateOnly? until, int most, CancellationToken ct)
    {
        var (now, zone) = (clock.Now(), DateTimeZoneProviders.Tzdb[agency.TimeZone]);
        var found = await db.QueryAsync<Demands>(agency.Id, """
            select (date_trunc('month', d.found_at at time zone @zone))::date as month, s.key as service, d.state, count(*) as n
            from opposed_demands d
            join services s on s.agency_id = d.agency_id and s.id = d.service_id
            where d.agency_id = @agency
            group by 1, 2, 3
            """, new { Zone = zone.Id }, ct);
        var pages = found.GroupBy(d => ReportPeriod.Of(grain, ReportPeriod.MonthOf(d.Month))).Where(p => (from is null || p.Key.Begins >= from) && (until is null || p.Key.Begins < until))
            .OrderByDescending(p => p.Key.First).Take(most).Reverse()
            .Select(p => new ReportPage(p.Key.Name, p.Key.Begins, ReportPeriod.DayOf(p.Key.End), now, null,
                [Together(ReportGroup.All, p), .. p.GroupBy(d => d.Service).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Together(g.Key, g))])).ToList();
        return new(grain, now, pages.Sum(p => p.Figures), 0, [.. pages.Select(p => p.Write())]);
    }

    static ReportGroup Together(string group, IEnumerable<Demands> demands) =>
        new(group, demands.Sum(d => d.N), [.. Enum.GetValues<OpposedState>().Select(s => new ReportOutcome(s.Word(), demands.Where(d => d.State == s.Word()).Sum(d => d.N), null, null, null))]);

    sealed record Demands(DateOnly Month, string Service, string State, long N);
}
