using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Statistics;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;

namespace Cirm.Core.Insight.Reports;

/// <summary>How unequally groups are served, from what is shown of each: nothing is shown that is not shown already.</summary>
/// <remarks>
/// The bounds of the ratio are those of two shares (Katz, D. et al. (1978), "Obtaining confidence intervals for the risk ratio in cohort studies",
/// Biometrics 34, 469-474). Best and worst are found among many: where groups are small, some distance between them is chance.
/// </remarks>
public static class EquityGap
{
    /// <summary>The best served of all groups and the worst.</summary>
    public const string BestAndWorst = "bestAndWorst";

    /// <summary>Channels that need a device, and those with a person at the other end.</summary>
    public const string DigitalAndAssisted = "digitalAndAssisted";

    static readonly string[] Digital = [Channel.Web.Word(), Channel.Email.Word(), Channel.Sms.Word()];
    static readonly string[] Assisted = [Channel.Phone.Word(), Channel.Counter.Word(), Channel.Letter.Word()];

    /// <summary>The gaps of a period.</summary>
    /// <param name="standard">What is shown of the standard.</param>
    /// <param name="by">What it is read by.</param>
    public static ReportPage Of(ReportPage standard, string by)
    {
        var shown = standard.Groups.Where(g => g.Group is not ReportGroup.All and not ReportGroup.Others)
            .Select(g => new Kept(g.Group, g.Count("met"), g.N)).Where(k => k is { Met: not null, Of: > 0 }).ToList();
        var gaps = new List<ServiceGap>
        {
            shown.Count < 2 ? Nothing(BestAndWorst) : Between(BestAndWorst, shown.OrderByDescending(k => k.Share).ThenBy(k => k.Group, StringComparer.Ordinal).First(),
                shown.OrderBy(k => k.Share).ThenByDescending(k => k.Group, StringComparer.Ordinal).First()),
        };
        if (by == ReportKind.Channel)
            gaps.Add(Together("digital", Digital) is { } digital && Together("assisted", Assisted) is { } assisted ? Between(DigitalAndAssisted, digital, assisted) : Nothing(DigitalAndAssisted));
        return standard with { Groups = [], Gaps = gaps };

        // Channels that are shown: those that are not are too few to matter much, and are not worked out.
        Kept? Together(string name, string[] channels)
        {
            var those = shown.Where(k => channels.Contains(k.Group)).ToList();
            return those.Count == 0 ? null : new(name, those.Sum(k => k.Met), those.Sum(k => k.Of));
        }
    }

    static ServiceGap Nothing(string between) => new(between, null, null, null, null, null, null, null, true);

    static ServiceGap Between(string between, Kept better, Kept worse)
    {
        var ratio = better.Share / worse.Share;
        var reach = Math.Exp(Bounds.Z * Math.Sqrt((1 - better.Share) / better.Met!.Value + (1 - worse.Share) / worse.Met!.Value));
        return new(between, better.Group, Figure.Round(better.Share), worse.Group, Figure.Round(worse.Share), Figure.Round(ratio), Figure.Round(ratio / reach), Figure.Round(ratio * reach));
    }

    sealed record Kept(string Group, long? Met, long? Of)
    {
        public double Share => (double)Met!.Value / Of!.Value;
    }
}
