using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

public static partial class Problems
{
    /// <summary>Groups cut into groups would tell of few people.</summary>
    public static readonly Problem ReportNotVouched = new("report-not-vouched", 422, "The report is not read like that: nobody could vouch for the people in it.",
        "Read it by one thing at a time: the list of reports says by which. A service is picked from the report by service.");

    /// <summary>Who gets reports has to be allowed to read them.</summary>
    public static readonly Problem NotARecipient = new("not-a-recipient", 422, "Reports are sent to managers and admins of the agency only, at their own address.",
        "Name accounts of managers or admins that have an e-mail address and are not disabled.");
}
