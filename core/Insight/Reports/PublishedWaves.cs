using System.Text.Json;
using Cirm.Core.Participation;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>Reports of what waves of surveys have published: a period is a wave.</summary>
/// <param name="db">The database.</param>
/// <param name="agency">Whose.</param>
/// <param name="from">Waves that close on this day or later.</param>
/// <param name="until">Waves that close before this day.</param>
/// <param name="most">The newest so many.</param>
sealed class PublishedWaves(TenantDb db, Agency agency, DateOnly? from, DateOnly? until, int most)
{
    /// <summary>The mean of each standard item, by group, beside how many of those who were asked have answered.</summary>
    /// <param name="by">Segment, or empty.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ReadReport> SatisfactionAsync(string by, CancellationToken ct) =>
        ReportOf(await ReadAsync(by, ct), wave =>
        {
            var head = wave.First(p => p.Position < 0).Document;
            return wave.Where(p => p.Position >= 0).SelectMany(p => ItemsOf(p.Document, RateOf(head)));
        });

    /// <summary>How many have answered, by group.</summary>
    /// <param name="by">Segment, area, or empty.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ReadReport> ResponsesAsync(string by, CancellationToken ct) => ReportOf(await ReadAsync(by, ct), wave => ResponsesOf(wave.First(p => p.Position < 0).Document));

    // An edition that went out before its wave was embargoed is not shown until it closes, as nowhere else; nor is it by an attribute that became sensitive.
    async Task<IReadOnlyList<Piece>> ReadAsync(string by, CancellationToken ct) => await db.QueryAsync<Piece>(agency.Id, """
        with waves as (
          select w.id, s.key || ' ' || w.name as name, p.as_of, (w.opens_at at time zone @zone)::date as opens, (w.closes_at at time zone @zone)::date as closes,
                 case when @by = 'area' then (
                   select a.key from attributes a
                   where a.agency_id = @agency and a.key = any (@areas) and a.key = any (s.breakdowns) and not a.sensitive
                   order by array_position(@areas, a.key)
                   limit 1) else @by end as breakdown
          from survey_waves w
          join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
          join survey_publications p on p.agency_id = w.agency_id and p.wave_id = w.id and p.edition > 0
          where w.agency_id = @agency and not (w.embargo and w.closed_at is null)
            and (@from is null or (w.closes_at at time zone @zone)::date >= @from) and (@until is null or (w.closes_at at time zone @zone)::date < @until)
          order by w.closes_at desc, w.id desc
          limit @most)
        select w.id, w.name, w.as_of, w.opens, w.closes, r.position, r.document
        from waves w
        join survey_results r on r.agency_id = @agency and r.wave_id = w.id and r.breakdown = w.breakdown and not r.weighted
        order by w.closes, w.id, r.position
        """, new { Zone = DateTimeZoneProviders.Tzdb[agency.TimeZone].Id, by, Areas = Initiatives.AreaAttributes, from, until, most }, ct);

    static ReadReport ReportOf(IReadOnlyList<Piece> pieces, Func<IReadOnlyList<Piece>, IEnumerable<ReportGroup>> groupsOf)
    {
        var pages = pieces.GroupBy(p => p.Id).Select(w => w.ToList())
            .Select(w => new ReportPage(w[0].Name, w[0].Opens, w[0].Closes, w[0].AsOf, null, [.. groupsOf(w)])).Where(p => p.Groups.Count > 0).ToList();
        return new(null, pages.Count > 0 ? pages.Max(p => p.AsOf) : null, pages.Sum(p => p.Figures), pages.Sum(p => p.Hidden), [.. pages.Select(p => p.Write())]);
    }

    static List<ReportGroup> ItemsOf(byte[] document, double? rate)
    {
        using var question = JsonDocument.Parse(document);
        if (!question.RootElement.TryGetProperty("item", out var item) || item.GetString() is not { } key) return [];
        return [.. question.RootElement.GetProperty("groups").EnumerateArray().Select(g => (Group: g.GetProperty("group").GetString()!, Figures: g)).Select(g => Number(g.Figures, "mean") is { } mean
            ? new ReportGroup(g.Group, (long?)Number(g.Figures, "n"), Item: key, Mean: new(mean, Number(g.Figures, "low"), Number(g.Figures, "high")), Rate: g.Group == ReportGroup.All ? rate : null)
            : new ReportGroup(g.Group, null, Item: key, Suppressed: true))];
    }

    static List<ReportGroup> ResponsesOf(byte[] head)
    {
        using var json = JsonDocument.Parse(head);
        return [.. json.RootElement.GetProperty("groups").EnumerateArray().Select(g => (Group: g.GetProperty("group").GetString()!, N: (long?)Number(g, "responses")))
            .Select(g => new ReportGroup(g.Group, g.N, Suppressed: g.N is null ? true : null, Rate: g.Group == ReportGroup.All && g.N is not null ? RateOf(head) : null))];
    }

    static double? RateOf(byte[] head)
    {
        using var json = JsonDocument.Parse(head);
        return Number(json.RootElement.GetProperty("responseRate"), "rate");
    }

    static double? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    sealed record Piece(Guid Id, string Name, DateTimeOffset AsOf, DateOnly Opens, DateOnly Closes, int Position, byte[] Document);
}
