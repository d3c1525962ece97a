using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Participation.Execution;

namespace Cirm.Api.Participation;

public static class ParticipationSetup
{
    public static void AddParticipation(this IServiceCollection services) => services
        .AddSingleton<Initiatives>().AddSingleton<Census>()
        .AddSingleton<Moderation>().AddSingleton<Discussions>().AddSingleton<Ratings>()
        .AddSingleton<DecisionOptions>().AddSingleton<BallotSecrets>().AddSingleton<Ballots>().AddSingleton<PaperBallots>().AddSingleton<DecisionCounts>()
        .AddSingleton<Answers>().AddSingleton<Contributions>().AddSingleton<OwnRemarks>()
        .AddSingleton<Tasks>().AddSingleton<TaskPosts>().AddSingleton<SupportRequests>()
        .AddSingleton<Topics>().AddSingleton<Agenda>().AddSingleton<ServiceDesigns>().AddSingleton<Lineage>();
}
