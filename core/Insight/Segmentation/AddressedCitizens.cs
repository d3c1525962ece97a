using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>How many citizens something is addressed to.</summary>
public static class AddressedCitizens
{
    /// <summary>Counts those who are in at least one of these segments, and tells when that may be told: their number is one more size of a group.</summary>
    /// <param name="transaction">In which it is remembered.</param>
    /// <param name="segments">Keys; retired ones have nobody in them.</param>
    /// <param name="k">The agency's smallest group.</param>
    /// <param name="now">The time.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The size; null when it is not told.</returns>
    public static async Task<long?> CountAsync(TenantTransaction transaction, IReadOnlyList<string> segments, int k, DateTimeOffset now, CancellationToken ct)
    {
        SegmentSizes.Hold(transaction, now);
        var words = await Segments.VocabularyAsync(transaction, hold: false, ct);
        var named = segments.Where(words.Segments.ContainsKey).Select(key => new SegmentRule(key)).ToList();
        if (named.Count == 0) return null;
        var rule = RuleLogic.WrittenOut(new AnyRule(named), words.Segments);
        var size = await SegmentSizes.CountAsync(transaction, rule, words, now, ct);
        return await SegmentSizes.TellAsync(transaction, rule, size, k, words, now, ct) ? size : null;
    }
}
