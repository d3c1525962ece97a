using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>
/// Standard items as measures: they are asked in the same words in every wave, so that their means compare. What is read is what was
/// published, for all together: what is hidden there is hidden here.
/// </summary>
static class ItemMeasures
{
    /// <summary>Whether the survey asks the item.</summary>
    public static async Task<bool> IsAskedAsync(TenantTransaction transaction, MeasureSpec spec, CancellationToken ct) =>
        await transaction.QuerySingleOrDefaultAsync<bool>("""
            select true
            from surveys s
            where s.agency_id = @agency and s.key = @survey and exists (select from jsonb_array_elements(s.questions) as q where q ->> 'item' = @item)
            """, new { spec.Survey, spec.Item }, ct);

    /// <summary>The item's mean in the last wave that closed in a time, with its 95 % bounds; hidden when there is none, or when it is not shown.</summary>
    /// <param name="transaction">That takes the measure.</param>
    /// <param name="spec">Which survey and item.</param>
    /// <param name="begins">When each month of the time begins, and at last when it is over.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<Figure> ReadAsync(TenantTransaction transaction, MeasureSpec spec, DateTime[] begins, CancellationToken ct)
    {
        var published = await transaction.QueryAsync<byte[]>("""
            select r.document
            from surveys s
            join survey_waves w on w.agency_id = s.agency_id and w.survey_id = s.id
            cross join jsonb_array_elements(s.questions) as q
            join survey_results r on r.agency_id = w.agency_id and r.wave_id = w.id and r.breakdown = '' and not r.weighted and r.question = q ->> 'key'
            where s.agency_id = @agency and s.key = @survey and q ->> 'item' = @item and w.closed_at >= @from and w.closed_at < @to
            order by w.closed_at desc, r.position
            limit 1
            """, new { spec.Survey, spec.Item, From = new DateTimeOffset(begins[0]), To = new DateTimeOffset(begins[^1]) }, ct);
        if (published.Count == 0) return Figure.Hidden;
        using var json = JsonDocument.Parse(published[0]);
        var all = json.RootElement.GetProperty("groups")[0]; // that of all comes first
        if (!all.TryGetProperty("mean", out var mean) || mean.ValueKind != JsonValueKind.Number) return Figure.Hidden;
        return Figure.Of(new(mean.GetDouble(), all.GetProperty("low").GetDouble(), all.GetProperty("high").GetDouble()), all.GetProperty("n").GetInt64());
    }
}
