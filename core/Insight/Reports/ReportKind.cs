namespace Cirm.Core.Insight.Reports;

/// <summary>What is counted, and by when a case belongs to a period.</summary>
public enum ReportSeries
{
    /// <summary>Cases by when they were submitted.</summary>
    Submitted,
    /// <summary>Cases by when they were first answered.</summary>
    Answered,
    /// <summary>Cases by when they were resolved or refused.</summary>
    Decided,
    /// <summary>Of those that were promised a date, whether it was kept.</summary>
    Standard,
    /// <summary>Of those that were decided, what their citizens said.</summary>
    Verdict,
}

/// <summary>A report that managers can read.</summary>
/// <param name="Key">Its place in the address.</param>
/// <param name="Series">What it shows; null when it is put together from what is published elsewhere.</param>
/// <param name="By">What it can be read by besides all together.</param>
public sealed record ReportKind(string Key, ReportSeries? Series, IReadOnlyList<string> By)
{
    /// <summary>By the segments of the cases' citizens.</summary>
    public const string Segment = "segment";

    /// <summary>By area.</summary>
    public const string Area = "area";

    /// <summary>By service.</summary>
    public const string Service = "service";

    /// <summary>By channel.</summary>
    public const string Channel = "channel";

    /// <summary>Everything that cases are counted by.</summary>
    public static readonly IReadOnlyList<string> Breakdowns = [Segment, Area, Service, Channel];

    /// <summary>How many cases came in.</summary>
    public static readonly ReportKind Volume = new("volume", ReportSeries.Submitted, Breakdowns);

    /// <summary>How long people waited for a first answer.</summary>
    public static readonly ReportKind AnswerTime = new("answer-time", ReportSeries.Answered, Breakdowns);

    /// <summary>How long people waited until it was resolved or refused.</summary>
    public static readonly ReportKind ResolutionTime = new("resolution-time", ReportSeries.Decided, Breakdowns);

    /// <summary>How many were resolved or refused in time.</summary>
    public static readonly ReportKind Standard = new("standard", ReportSeries.Standard, Breakdowns);

    /// <summary>What citizens themselves say of how it ended, and how many said anything.</summary>
    public static readonly ReportKind Verdict = new("verdict", ReportSeries.Verdict, Breakdowns);

    /// <summary>How much better the best served group is served than the worst, and digital channels than assisted ones.</summary>
    public static readonly ReportKind EquityGap = new("equity-gap", ReportSeries.Standard, Breakdowns);

    /// <summary>Services of which groups want the opposite of each other.</summary>
    public static readonly ReportKind OpposedDemands = new("opposed-demands", null, [Service]);

    /// <summary>The standard items of surveys: belonging, trust, awareness of one's role.</summary>
    public static readonly ReportKind Satisfaction = new("satisfaction", null, [Segment]);

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<ReportKind> All = [AnswerTime, EquityGap, OpposedDemands, ResolutionTime, Satisfaction, Standard, Verdict, Volume];

    /// <summary>The report of a key.</summary>
    public static ReportKind? Find(string key) => All.FirstOrDefault(r => r.Key == key);

    /// <summary>What it is read by when nothing is said; empty: all together.</summary>
    public string DefaultBy => this == EquityGap ? Segment : this == OpposedDemands ? Service : "";
}
