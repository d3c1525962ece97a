using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>Says how many a rule would match, before it is a segment.</summary>
public sealed class SegmentPreviews(TenantDb db, TimeProvider clock)
{
    /// <summary>Counts, and tells when that may be told.</summary>
    /// <param name="caller">Who asks; the audit trail says so.</param>
    /// <param name="json">The rule.</param>
    /// <param name="parent">The key of the segment that it would refine.</param>
    /// <param name="k">The agency's smallest group.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The size; null when it is not told.</returns>
    /// <exception cref="Refusal">What is wrong with the rule or the parent.</exception>
    public async Task<long?> CountAsync(Caller caller, JsonElement json, string? parent, int k, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        SegmentSizes.Hold(change, now);
        var words = await Segments.VocabularyAsync(change, hold: false, ct);
        var wanted = RuleReader.Read(json, words, "/rule", null);
        if (parent is not null && !words.Segments.ContainsKey(parent))
            throw new Refusal(Problems.SegmentUnknown, "No segment is refined by it.") { Errors = [new("/parent", "unknown", $"There is no segment \"{parent}\", or it is retired.")] };
        var rule = RuleLogic.WrittenOut(parent is null ? wanted : new AllRule([new SegmentRule(parent), wanted]), words.Segments);
        var size = await SegmentSizes.CountAsync(change, rule, words, now, ct);
        var told = await SegmentSizes.TellAsync(change, rule, size, k, words, now, ct);
        change.Audit(now, "segment.previewed", "segment", null, JsonSerializer.Serialize(new { rule = wanted.ToJson(), parent, told }, Wire.Json));
        await change.CommitAsync(ct);
        return told ? size : null;
    }
}
