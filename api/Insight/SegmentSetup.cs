using Cirm.Core.Insight.Segmentation;

namespace Cirm.Api.Insight;

/// <summary>Segments and what hangs on them.</summary>
public static class SegmentSetup
{
    public static IServiceCollection AddSegments(this IServiceCollection services) => services
        .AddSingleton<Segments>().AddSingleton<SegmentEvaluation>().AddSingleton<SegmentPreviews>().AddSingleton<SegmentSnapshots>()
        .AddSingleton<SegmentOffers>().AddSingleton<ServiceFloors>().AddSingleton<AdviceBook>();
}
