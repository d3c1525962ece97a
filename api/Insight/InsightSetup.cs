using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Insight.Surveying;

namespace Cirm.Api.Insight;

public static class InsightSetup
{
    public static void AddInsight(this IServiceCollection services) => services.AddSegments()
        .AddSingleton<SurveySecrets>().AddSingleton<Surveys>().AddSingleton<SurveyWaves>().AddSingleton<SurveyResponses>().AddSingleton<SurveyInvitations>()
        .AddSingleton<SurveyMargins>().AddSingleton<SurveyResults>().AddSingleton<CodeBooks>().AddSingleton<SurveyTexts>()
        .AddSingleton<Findings>().AddSingleton<FindingSteps>().AddSingleton<Measures>().AddSingleton<YouSaidWeDid>()
        .AddSingleton<ScarcityRules>().AddSingleton<ScarcitySimulations>().AddSingleton<Turns>()
        .AddSingleton<Interests>().AddSingleton<OpposedDemands>()
        .AddSingleton<ReportBook>().AddSingleton<PublishedReports>().AddSingleton<ReportSubscriptions>();
}
