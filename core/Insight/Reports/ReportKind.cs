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
    /// <summary>What citizens contributed, by when they did.</summary>
    Contributed,
}

/// <summary>A report that managers can read.</summary>
/// <param name="Key">Its place in the address.</param>
/// <param name="Series">What it shows; null when it is put together from what is published elsewhere.</param>
/// <param name="By">What it can be read by besides all together.</param>
/// <param name="Unit">What it counts: <c>cases</c>, <c>contributions</c>, <c>responses</c>, <c>ballots</c> or <c>demands</c>.</param>
public sealed record ReportKind(string Key, ReportSeries? Series, IReadOnlyList<string> By, string Unit = "cases")
{
    /// <summary>By the segments of the cases' citizens.</summary>
    public const string Segment = "segment";

    /// <summary>By area.</summary>
    public const string Area = "area";

    /// <summary>By service.</summary>
    public const string Service = "service";

    /// <summary>By channel.</summary>
    public const string Channel = "channel";

    /// <summary>Everything that cases and contributions are counted by.</summary>
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
    public static readonly ReportKind OpposedDemands = new("opposed-demands", null, [Service], "demands");

    /// <summary>The standard items of surveys: belonging, trust, awareness of one's role.</summary>
    public static readonly ReportKind Satisfaction = new("satisfaction", null, [Segment], "responses");

    /// <summary>What citizens contributed: what they said to initiatives, topics, proposals on services, tasks of their own.</summary>
    public static readonly ReportKind Participation = new("participation", ReportSeries.Contributed, Breakdowns, "contributions");

    /// <summary>How many answered surveys, of how many who were asked.</summary>
    public static readonly ReportKind Responses = new("responses", null, [Segment, Area], "responses");

    /// <summary>How many voted, of how many who might. Ballots are counted by nothing that the register of voters could be joined with.</summary>
    public static readonly ReportKind Turnout = new("turnout", null, [Area], "ballots");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<ReportKind> All =
        [AnswerTime, EquityGap, OpposedDemands, Participation, ResolutionTime, Responses, Satisfaction, Standard, Turnout, Verdict, Volume];

    /// <summary>The report of a key.</summary>
    public static ReportKind? Find(string key) => All.FirstOrDefault(r => r.Key == key);

    /// <summary>What it is read by when nothing is said; empty: all together.</summary>
    public string DefaultBy => this == EquityGap ? Segment : this == OpposedDemands ? Service : "";
}
