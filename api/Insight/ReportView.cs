using Cirm.Core.Insight.Reports;

namespace Cirm.Api.Insight;

/// <summary>A report that there is.</summary>
/// <param name="Report">Its place in the address.</param>
/// <param name="By">What it can be read by.</param>
/// <param name="Unit">What <c>n</c> counts: <c>cases</c>, <c>contributions</c>, <c>responses</c>, <c>ballots</c> or <c>demands</c>.</param>
public sealed record ReportListed(string Report, IReadOnlyList<string> By, string Unit);

/// <summary>A report, as OpenAPI shows it.</summary>
/// <param name="Report">Which.</param>
/// <param name="By">What it is read by; null: all together.</param>
/// <param name="Period">The length of its periods; null for waves of surveys and decisions, or when nothing was counted yet.</param>
/// <param name="Asked">The length that was asked for.</param>
/// <param name="AsOf">When the newest of them was counted.</param>
/// <param name="Hidden">How many figures are hidden.</param>
/// <param name="Periods">The oldest first.</param>
public sealed record ReportView(string Report, string? By, Grain? Period, Grain Asked, DateTimeOffset? AsOf, HiddenView Hidden, IReadOnlyList<ReportPage> Periods);
