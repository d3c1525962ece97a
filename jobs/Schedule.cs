using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Information;
using Cirm.Jobs.Insight;
using Cirm.Jobs.Participation;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs;

/// <summary>The whole timetable, and what answers what.</summary>
public static class Schedule
{
    public static readonly JobTable Table = new(
        Recurring:
        [
            //  name               when                   job
            new("dispatch-outbox", When.EverySecond,      Job.Of<DispatchOutbox>()),
            new("settle-responses", When.EveryFiveSeconds, Job.Of<SettleResponses>()),
            new("watch-clocks",    When.EveryMinute,      Job.Of<WatchClocks>()),
            new("read-partners",   When.EveryMinute,      Job.Of<ReadPartners>()),
            new("index-services",  When.EveryHour,        Job.Of<IndexServices>()),
            new("send-notices",    When.EveryFiveSeconds, Job.Of<SendNotices>()),
            new("segments",        When.EveryTwoSeconds,  Job.Of<EvaluateSegments>()),
            new("segments-time",   When.EveryMinute,      Job.Of<FollowTimeInSegments>()),
            new("measure-floors",  When.EveryMinute,      Job.Of<MeasureFloors>()),
            new("count-ratings",   When.EveryMinute,      Job.Of<CountRatings>()),
            new("count-decisions", When.EveryHour,        Job.Of<CountOverdueDecisions>()),
            new("forget-old",      When.Daily("01:40"),   Job.Of<ForgetOld>()),
            new("forget-uploads",  When.Daily("02:10"),   Job.Of<ForgetUploads>()),
            new("forget-files",    When.Daily("02:20"),   Job.Of<ForgetFiles>()),
            new("verify-audit",    When.Daily("02:40"),   Job.Of<VerifyAudit>()),
            new("segments-all",    When.Daily("03:40"),   Job.Of<EvaluateAllSegments>()),
            new("apply-retention", When.Daily("03:10"),   Job.Of<ApplyRetention>()),
            new("take-measures",   When.Daily("03:40"),   Job.Of<TakeMeasures>()),
            new("count-reports",   When.EveryHour,        Job.Of<CountDueReports>()),
            new("send-reports",    When.EveryHour,        Job.Of<SendReports>()),
            new("remove-survey-links", When.Daily("03:30"), Job.Of<RemoveSurveyLinks>()),
        ],
        Events:
        [
            //  event of the outbox    job
            new("case.submitted",      Job.Of<TellCitizen, FactArgs>()),
            new("case.asked",          Job.Of<TellCitizen, FactArgs>()),
            new("case.transitioned",   Job.Of<TellCitizen, FactArgs>()),
            new("case.due-moved",      Job.Of<TellCitizen, FactArgs>()),
            new("case.merged",         Job.Of<TellCitizen, FactArgs>()),
            new("case.unmerged",       Job.Of<TellCitizen, FactArgs>()),
            new("recovery.opened",     Job.Of<TellCitizen, FactArgs>()),
            new("recovery.closed",     Job.Of<TellCitizen, FactArgs>()),
            new("case.appealed",       Job.Of<TellCitizen, FactArgs>()),
            new("appeal.decided",      Job.Of<TellCitizen, FactArgs>()),
            new(CaseNews.Answered,     Job.Of<TellCitizen, FactArgs>()),
            new("service.published",   Job.Of<FollowPublished, FactArgs>()),
            new("survey.answered",     Job.Of<PublishResults, FactArgs>()),
            new("survey.closed",       Job.Of<PublishResults, FactArgs>()),
            new("survey.coded",        Job.Of<PublishResults, FactArgs>()),
            new("survey.aggregated",   Job.Of<FindOpposed, FactArgs>()),
            new("webhook.paused",      Job.Of<TellAdmins, FactArgs>()),
            new("partner.troubled",    Job.Of<TellAdmins, FactArgs>()),
        ],
        Operations:
        [
            // the job's name is the operation's kind
            Job.Of<RunImport, OperationArgs>(),
            Job.Of<RunBulk, OperationArgs>(),
            Job.Of<RunExport, OperationArgs>(),
            Job.Of<RunScarcitySimulation, OperationArgs>(),
            Job.Of<SendInvitations, OperationArgs>(),
            Job.Of<SnapshotSegment, OperationArgs>(),
            Job.Of<AggregateSurvey, OperationArgs>(),
            Job.Of<CountBallots, OperationArgs>(),
            Job.Of<CountReports, OperationArgs>(),
        ]);
}
