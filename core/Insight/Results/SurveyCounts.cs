using System.Text;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>What was counted of waves. All who are in a stratum have the same weight, so its counts carry every figure that is published.</summary>
public static class SurveyCounts
{
    /// <summary>Counts answers in the transaction that settles them. Costs no round trip: one row, whatever their number.</summary>
    /// <param name="transaction">That puts the answers where they stay.</param>
    /// <param name="wave">Which.</param>
    /// <param name="questions">Of its survey.</param>
    /// <param name="settled">The answers, each once.</param>
    public static void Add(TenantTransaction transaction, Guid wave, IReadOnlyList<SurveyQuestion> questions, IReadOnlyList<SettledResponse> settled)
    {
        var counter = new AnswerCounter(new(new(questions)));
        foreach (var response in settled) counter.Count(response.Stratum, Encoding.UTF8.GetBytes(response.Answers), response.Assisted);
        Add(transaction, wave, counter.Tally);
    }

    /// <summary>Adds up everything that was counted of a wave, into one row. The caller holds the wave's publication.</summary>
    /// <returns>Null when it has to be counted anew: what there is was counted by other questions, or there is nothing.</returns>
    internal static async Task<Tally?> TakeAsync(TenantTransaction transaction, Guid wave, CountLayout layout, CancellationToken ct)
    {
        var rows = await transaction.QueryAsync<byte[]>("""
            select c.counts
            from survey_counts c
            where c.agency_id = @agency and c.wave_id = @wave
            """, new { wave }, ct);
        var tally = new Tally(layout);
        foreach (var row in rows)
            if (!tally.TryAdd(row)) return null;
        if (rows.Count > 1) await ReplaceAsync(transaction, wave, tally, rows.Count, ct);
        return rows.Count == 0 ? null : tally;
    }

    /// <summary>Counts a wave anew, answer by answer. The transaction sees one moment, and the caller holds the wave's publication.</summary>
    internal static async Task<Tally> RecountAsync(TenantTransaction snapshot, Guid wave, CountLayout layout, CancellationToken ct)
    {
        var counter = new AnswerCounter(new(layout));
        await snapshot.StreamAsync("""
            select r.stratum, r.answers, r.assisted
            from survey_responses r
            where r.agency_id = @agency and r.wave_id = @wave
            """, new { wave }, row => counter.Count(row.GetInt32(0), row.GetFieldValue<byte[]>(1), row.GetBoolean(2)), ct);
        await ReplaceAsync(snapshot, wave, counter.Tally, null, ct);
        return counter.Tally;
    }

    static async Task ReplaceAsync(TenantTransaction transaction, Guid wave, Tally tally, int? rows, CancellationToken ct)
    {
        var gone = await transaction.ExecuteAsync("delete from survey_counts where agency_id = @agency and wave_id = @wave", new { wave }, ct);
        if (rows is { } seen && gone != seen) throw new InvalidOperationException("Answers were settled between two statements of one moment.");
        Add(transaction, wave, tally);
    }

    static void Add(TenantTransaction transaction, Guid wave, Tally tally) =>
        transaction.Enqueue("""
            insert into survey_counts (agency_id, wave_id, id, counts)
            values (@agency, @wave, @id, @counts)
            """, new { wave, Id = Guid.NewGuid(), Counts = tally.Pack() });
}
