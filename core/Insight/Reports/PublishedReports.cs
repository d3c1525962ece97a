using System.Text.Json;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>Reports of what is published elsewhere: nothing is counted for them, and nothing is shown that is not shown there.</summary>
public sealed class PublishedReports(TenantDb db, TimeProvider clock)
{
    /// <summary>By service the opposed demands that were found, and how far they have come. They tell of segments that an agency named, and of nobody.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="grain">How long a period.</param>
    /// <param name="from">Found on this day or later.</param>
    /// <param name="until">Found before this day.</param>
    /// <param name="most">The newest so many periods.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ReadReport> OpposedDemandsAsync(Agency agency, Grain grain, DateOnly? from, DateOnly? until, int most, CancellationToken ct)
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

    /// <summary>What waves of surveys have published of standard items: the mean of each, by group.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="by">Segment, or empty.</param>
    /// <param name="from">Waves that closed on this day or later.</param>
    /// <param name="until">Waves that close before this day.</param>
    /// <param name="most">The newest so many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ReadReport> SatisfactionAsync(Agency agency, string by, DateOnly? from, DateOnly? until, int most, CancellationToken ct)
    {
        var zone = DateTimeZoneProviders.Tzdb[agency.TimeZone].Id;
        var rows = await db.QueryAsync<ItemResults>(agency.Id, """
            with waves as (
              select w.id, s.key || ' ' || w.name as name, p.as_of, (w.opens_at at time zone @zone)::date as opens, (w.closes_at at time zone @zone)::date as closes
              from survey_waves w
              join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
              join survey_publications p on p.agency_id = w.agency_id and p.wave_id = w.id and p.edition > 0
              where w.agency_id = @agency
                and (@from is null or (w.closes_at at time zone @zone)::date >= @from) and (@until is null or (w.closes_at at time zone @zone)::date < @until)
              order by w.closes_at desc, w.id desc
              limit @most)
            select w.id, w.name, w.as_of, w.opens, w.closes, r.document
            from waves w
            join survey_results r on r.agency_id = @agency and r.wave_id = w.id and r.breakdown = @by and not r.weighted and r.position >= 0
            order by w.closes, w.id, r.position
            """, new { zone, by, from, until, most }, ct);
        var pages = rows.GroupBy(r => r.Id)
            .Select(w => new ReportPage(w.First().Name, w.First().Opens, w.First().Closes, w.First().AsOf, null, [.. w.SelectMany(r => GroupsOf(r.Document))]))
            .Where(p => p.Groups.Count > 0).ToList();
        return new(null, pages.Count > 0 ? pages.Max(p => p.AsOf) : null, pages.Sum(p => p.Figures), pages.Sum(p => p.Hidden), [.. pages.Select(p => p.Write())]);
    }

    static IEnumerable<ReportGroup> GroupsOf(byte[] document)
    {
        using var question = JsonDocument.Parse(document);
        if (!question.RootElement.TryGetProperty("item", out var item) || item.GetString() is not { } key) return [];
        return [.. question.RootElement.GetProperty("groups").EnumerateArray().Select(g => Number(g, "mean") is { } mean
            ? new ReportGroup(g.GetProperty("group").GetString()!, (long?)Number(g, "n"), Item: key, Mean: new(mean, Number(g, "low"), Number(g, "high")))
            : new ReportGroup(g.GetProperty("group").GetString()!, null, Item: key, Suppressed: true))];
    }

    static double? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    sealed record Demands(DateOnly Month, string Service, string State, long N);

    sealed record ItemResults(Guid Id, string Name, DateTimeOffset AsOf, DateOnly Opens, DateOnly Closes, byte[] Document);
}
