using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Reports;

/// <summary>A period of a report, as it is sent. What is not there is not shown.</summary>
/// <param name="Period">As in <c>2026-03</c>, <c>2026-Q1</c> or <c>2026</c>; of surveys the wave, of turnout the decision.</param>
/// <param name="From">Its first day.</param>
/// <param name="Until">The first day after it.</param>
/// <param name="AsOf">When it was counted.</param>
/// <param name="Merged">So many groups are too small and stand under <c>others</c>.</param>
/// <param name="Groups">All together first, <c>others</c> last.</param>
/// <param name="Gaps">Of the equity gap.</param>
public sealed record ReportPage(
    string Period, DateOnly From, DateOnly Until, DateTimeOffset AsOf, int? Merged, IReadOnlyList<ReportGroup> Groups, IReadOnlyList<ServiceGap>? Gaps = null)
{
    static readonly JsonSerializerOptions Sparse = new(Wire.Json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>As it is sent.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Sparse);

    /// <summary>From what was written.</summary>
    public static ReportPage Read(byte[] document) => JsonSerializer.Deserialize<ReportPage>(document, Sparse)!;

    /// <summary>How many figures there are, hidden ones among them.</summary>
    [JsonIgnore]
    public int Figures => Groups.Sum(g => Math.Max(1, g.Outcomes?.Count ?? 0)) + (Gaps?.Count ?? 0);

    /// <summary>How many are hidden to protect people.</summary>
    [JsonIgnore]
    public int Hidden => Groups.Sum(g => g.Outcomes is { Count: > 0 } outcomes ? outcomes.Count(o => o.Suppressed is true) : g.Suppressed is true ? 1 : 0) + (Gaps?.Count(g => g.Suppressed is true) ?? 0);

    /// <summary>The figures of a group.</summary>
    public ReportGroup? Find(string group) => Groups.FirstOrDefault(g => g.Group == group);
}

/// <summary>A group's figures in a period.</summary>
/// <param name="Group"><c>all</c>, a key, or <c>others</c>.</param>
/// <param name="N">How many cases, or what else the report counts.</param>
/// <param name="Outcomes">How they came out.</param>
/// <param name="Hours">Median with its bounds at 95 %, in hours of the clock on the wall.</param>
/// <param name="Answered">Of verdicts: the share of citizens who said anything.</param>
/// <param name="Solved">Of those who said anything, the share who call it solved.</param>
/// <param name="Item">Of surveys: the standard item.</param>
/// <param name="Mean">Of a survey's item, with its bounds.</param>
/// <param name="Suppressed">Figures are missing to protect people.</param>
/// <param name="Rate">Of surveys and decisions: the share of those who were asked that took part.</param>
public sealed record ReportGroup(
    string Group, long? N, IReadOnlyList<ReportOutcome>? Outcomes = null, Bounded? Hours = null, Bounded? Answered = null, Bounded? Solved = null, string? Item = null,
    Bounded? Mean = null, bool? Suppressed = null, double? Rate = null)
{
    /// <summary>Everybody.</summary>
    public const string All = "all";

    /// <summary>Groups that are too small to be shown by themselves.</summary>
    public const string Others = "others";

    /// <summary>The count of an outcome; null when it is not shown.</summary>
    public long? Count(string outcome) => Outcomes?.FirstOrDefault(o => o.Key == outcome)?.Count;
}

/// <summary>One way in which cases came out.</summary>
/// <param name="Key">Which.</param>
/// <param name="Count">How many.</param>
/// <param name="Share">Of the group.</param>
/// <param name="Low">The share's 95 % bounds,</param>
/// <param name="High">from and to.</param>
/// <param name="Suppressed">The count is not shown.</param>
public sealed record ReportOutcome(string Key, long? Count, double? Share, double? Low, double? High, bool? Suppressed = null)
{
    /// <summary>Nothing of it is shown.</summary>
    public static ReportOutcome Hidden(string key) => new(key, null, null, null, null, true);
}

/// <summary>How much better one group is served than another: the share of cases in time.</summary>
/// <param name="Between"><c>bestAndWorst</c> of all groups shown, or <c>digitalAndAssisted</c> channels.</param>
/// <param name="Better">The group that is served better (of channels: digital).</param>
/// <param name="BetterShare">Its share in time.</param>
/// <param name="Worse">The other one.</param>
/// <param name="WorseShare">Its share in time.</param>
/// <param name="Ratio">The one by the other; 1 is equity.</param>
/// <param name="Low">The ratio's 95 % bounds,</param>
/// <param name="High">from and to.</param>
/// <param name="Suppressed">Fewer than two groups can be shown.</param>
public sealed record ServiceGap(
    string Between, string? Better, double? BetterShare, string? Worse, double? WorseShare, double? Ratio, double? Low, double? High, bool? Suppressed = null);
