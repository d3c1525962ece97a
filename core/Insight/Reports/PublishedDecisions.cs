using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>
/// A report of decisions that were counted: a period is a decision. A ballot is counted by nothing but what is published with the result: by time, segment or
/// service it would be a way to join the register of voters with the box (docs/adr/0023-secret-ballots.md).
/// </summary>
/// <param name="db">The database.</param>
/// <param name="agency">Whose.</param>
sealed class PublishedDecisions(TenantDb db, Agency agency)
{
    static PublishedDecisions() => JsonColumns.Register<JsonList<Representation>>();

    /// <summary>How many voted, of how many who might; by area as far as the result tells how those who voted compare with those who might have.</summary>
    /// <param name="by">Area, or empty.</param>
    /// <param name="from">Decisions that closed on this day or later.</param>
    /// <param name="until">Decisions that closed before this day.</param>
    /// <param name="most">The newest so many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ReadReport> TurnoutAsync(string by, DateOnly? from, DateOnly? until, int most, CancellationToken ct)
    {
        var decided = await db.QueryAsync<Decided>(agency.Id, """
            select i.key, (i.opens_at at time zone @zone)::date as opens, (i.closes_at at time zone @zone)::date as closes, d.counted_at, d.ballots,
                   case when cardinality(i.segments) = 0 and cardinality(i.areas) = 0 and not i.census or d.eligible >= @k then d.eligible end as eligible, d.representativeness
            from decision_counts d
            join initiatives i on i.agency_id = d.agency_id and i.id = d.initiative_id
            where d.agency_id = @agency and d.outcome is not null and i.published_at is not null
              and (@from is null or (i.closes_at at time zone @zone)::date >= @from) and (@until is null or (i.closes_at at time zone @zone)::date < @until)
            order by i.closes_at desc, i.id desc
            limit @most
            """, new { Zone = DateTimeZoneProviders.Tzdb[agency.TimeZone].Id, K = agency.SmallestGroup, from, until, most }, ct);
        var pages = decided.Reverse().Select(d => new ReportPage(d.Key, d.Opens, d.Closes, d.CountedAt, null, [All(d), .. by.Length > 0 ? ByArea(d) : []])).ToList();
        return new(null, pages.Count > 0 ? pages.Max(p => p.AsOf) : null, pages.Sum(p => p.Figures), pages.Sum(p => p.Hidden), [.. pages.Select(p => p.Write())]);
    }

    static ReportGroup All(Decided decided) => new(ReportGroup.All, decided.Ballots, Rate: RateOf(decided.Ballots, decided.Eligible));

    static IEnumerable<ReportGroup> ByArea(Decided decided) =>
        Initiatives.AreaAttributes.Select(a => decided.Representativeness?.FirstOrDefault(r => r.Attribute == a)).FirstOrDefault(r => r is not null)?.Groups
            .Select(g => new ReportGroup(g.Group, g.Voted, Suppressed: g.Voted is null ? true : null, Rate: g.Voted is { } voted ? RateOf(voted, g.Eligible) : null)) ?? [];

    static double? RateOf(long voted, long? eligible) => eligible > 0 ? Math.Round(voted / (double)eligible.Value, 6) : null;

    sealed record Decided(string Key, DateOnly Opens, DateOnly Closes, DateTimeOffset CountedAt, int Ballots, long? Eligible, JsonList<Representation>? Representativeness);
}
