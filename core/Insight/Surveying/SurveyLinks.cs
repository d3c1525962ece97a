using System.Globalization;
using System.Text.Json;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Surveying;

/// <summary>Whose answers those of confidential surveys are, for as long as was said.</summary>
public sealed class SurveyLinks(TenantDb db, TimeProvider clock)
{
    /// <summary>Removes the links whose date has come. A date that was promised is kept also while a wave is open: what is settled later goes with the next run.</summary>
    /// <returns>How many links.</returns>
    public async Task<int> RemoveDueAsync(Guid agency, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var removed = await change.QueryAsync<Guid>(string.Create(CultureInfo.InvariantCulture, $"""
            delete from survey_links l
            using survey_waves w
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            where l.agency_id = @agency and w.agency_id = l.agency_id and w.id = l.wave_id
              and coalesce(s.link_until, w.closes_at + interval '{Survey.LinkDays} days') <= @now
            returning l.citizen_id
            """), new { now }, ct);
        if (removed.Count == 0) return 0;
        SegmentChanges.OfBehaviour(change, now, [.. removed.Distinct()]);
        change.Audit(now, "survey-links.removed", "survey", null, JsonSerializer.Serialize(new { removed = removed.Count }));
        await change.CommitAsync(ct);
        return removed.Count;
    }
}
