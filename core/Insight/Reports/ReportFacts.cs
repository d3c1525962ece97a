using Cirm.Core.Participation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>What a report needs to know of a case or a contribution, while it is counted.</summary>
/// <param name="Series">Submitted, answered or decided: a case is each of them in its own month; or contributed.</param>
/// <param name="Month">When.</param>
/// <param name="Service">The service's key; empty when it is about none.</param>
/// <param name="Area">Of the case, or of who contributed. Empty when none is stated.</param>
/// <param name="Channel">The word for it.</param>
/// <param name="Segments">Keys of the segments that its citizen is in, sorted, with spaces between.</param>
/// <param name="InTime">Whether it was decided by its date; null when there was none.</param>
/// <param name="Verdict">The citizen's word; null for silence.</param>
/// <param name="Hours">From submission until then.</param>
/// <param name="Citizen">Whose it is, where that is known: much may be one person's.</param>
public sealed record ReportFact(
    ReportSeries Series, YearMonth Month, string Service, string Area, string Channel, string Segments, bool? InTime, string? Verdict, double Hours, Guid? Citizen)
{
    /// <summary>The group that it is in; of segments the set of them.</summary>
    public string GroupBy(string breakdown) => breakdown switch
    {
        ReportKind.Service => Stated(Service),
        ReportKind.Area => Stated(Area),
        ReportKind.Channel => Channel,
        ReportKind.Segment => Segments,
        _ => ReportGroup.All,
    };

    static string Stated(string key) => key.Length > 0 ? Named(key) : NotStated;

    // An area is what somebody wrote: it may be called as our own groups are.
    static string Named(string key) => key is ReportGroup.All or ReportGroup.Others or NotStated ? $"\"{key}\"" : key;

    /// <summary>The area, or service, of what states none.</summary>
    public const string NotStated = "notStated";
}

/// <summary>Reads the cases and contributions of some months.</summary>
static class ReportFacts
{
    /// <summary>The month of the agency's oldest case or contribution; null when it has none.</summary>
    public static async Task<YearMonth?> FirstMonthAsync(TenantTransaction transaction, DateTimeZone zone, CancellationToken ct) =>
        await transaction.QuerySingleOrDefaultAsync<DateTimeOffset?>("""
            select least((select min(submitted_at) from cases where agency_id = @agency), (select min(created_at) from remarks where agency_id = @agency))
            """, null, ct) is { } first
            ? Instant.FromDateTimeOffset(first).InZone(zone).Date.ToYearMonth() : null;

    /// <summary>
    /// Hands on what was submitted, answered, decided or contributed in some months. What was merged into another case is counted there; of what
    /// citizens say counts what a rule on <c>contributions</c> counts.
    /// </summary>
    /// <param name="transaction">Of the agency.</param>
    /// <param name="first">The first month.</param>
    /// <param name="end">The month after the last one.</param>
    /// <param name="zone">The agency's.</param>
    /// <param name="take">Gets them.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task StreamAsync(TenantTransaction transaction, YearMonth first, YearMonth end, DateTimeZone zone, Action<ReportFact> take, CancellationToken ct)
    {
        var begins = new List<DateTime>();
        for (var month = first; month <= end; month = month.PlusMonths(1)) begins.Add(BeginOf(month, zone));
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        // A case's citizen is in the segments of now: a month is counted once, a week after it.
        foreach (var (series, at) in Times)
            await ReadAsync(series, $"""
                select width_bucket({at}, @begins), s.key, coalesce(c.area, ''), c.channel, coalesce(t.keys, ''), coalesce(c.decided_at, c.closed_at) <= c.due_at, c.verdict,
                       extract(epoch from {at} - c.submitted_at)::float8 / 3600, c.citizen_id
                from cases c
                join services s on s.agency_id = c.agency_id and s.id = c.service_id
                left join sets t on t.citizen_id = c.citizen_id
                where c.agency_id = @agency and c.merged_into is null and {at} >= @from and {at} < @until
                  {(series == ReportSeries.Decided ? "and c.status in ('resolved', 'refused', 'closed')" : "")}
                """);
        // The area is that of who contributed. Of whom nothing is known, each counts as somebody else.
        await ReadAsync(ReportSeries.Contributed, """
            select width_bucket(r.created_at, @begins), coalesce(s.key, ''), coalesce(z.attributes ->> d.key, ''), r.channel, coalesce(t.keys, ''), null::boolean, null::text, 0::float8,
                   coalesce(r.citizen_id, r.account_id, r.id)
            from remarks r
            left join services s on s.agency_id = r.agency_id and s.id = r.service_id
            left join citizens z on z.agency_id = r.agency_id and z.id = r.citizen_id
            left join (
              select a.key from attributes a where a.agency_id = @agency and a.key = any (@areas) and not a.sensitive order by array_position(@areas, a.key) limit 1) d on true
            left join sets t on t.citizen_id = r.citizen_id
            where r.agency_id = @agency and r.spoken_by = 'citizen' and r.kind = any (@kinds) and r.created_at >= @from and r.created_at < @until
            """);

        Task ReadAsync(ReportSeries series, string select) => transaction.StreamAsync($"""
            with sets as (
              select m.citizen_id, string_agg(g.key, ' ' order by g.key collate "C") as keys
              from segment_members m
              join segments g on g.agency_id = m.agency_id and g.id = m.segment_id and g.retired_at is null and g.key not in ('all', 'others')
              where m.agency_id = @agency and m.valid_to is null
              group by m.citizen_id)
            {select}
            """,
            new
            {
                Begins = begins.ToArray(), From = new DateTimeOffset(begins[0]), Until = new DateTimeOffset(begins[^1]), Areas = Initiatives.AreaAttributes,
                Kinds = Remarks.Counted.Select(k => k.Word()).ToArray(),
            }, row => take(new(
                series, first.PlusMonths(row.GetInt32(0) - 1), Same(row.GetString(1)), Same(row.GetString(2)), Same(row.GetString(3)), Same(row.GetString(4)),
                row.IsDBNull(5) ? null : row.GetBoolean(5), row.IsDBNull(6) ? null : Same(row.GetString(6)), row.GetDouble(7),
                row.IsDBNull(8) ? null : row.GetGuid(8))), ct);

        string Same(string text) => texts.TryGetValue(text, out var known) ? known : texts[text] = text;
    }

    /// <summary>When a month begins.</summary>
    public static DateTime BeginOf(YearMonth month, DateTimeZone zone) => zone.AtStartOfDay(month.OnDayOfMonth(1)).ToDateTimeUtc();

    static readonly (ReportSeries, string)[] Times =
        [(ReportSeries.Submitted, "c.submitted_at"), (ReportSeries.Answered, "c.first_response_at"), (ReportSeries.Decided, "coalesce(c.decided_at, c.closed_at)")];
}
