// A worker like ours, with jobs that tell what happens to them: what the contract tests of the engines start and kill.
using Cirm.Jobs;
using Cirm.Jobs.Information;
using Cirm.Jobs.Insight;
using Cirm.Jobs.Participation;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;
using Cirm.WorkerHost;

await using var databases = Cirm.Core.Tenancy.Databases.FromEnvironment();
return await Worker.RunAsync(databases, new JobTable(
    Recurring:
    [
        new("dispatch-outbox", When.EverySecond, Job.Of<DispatchOutbox>()),
        new("tick", When.EverySecond, Job.Of<Tick>()),
        new("apply-retention", When.EverySecond, Job.Of<ApplyRetention>()),
        new("read-partners", When.EverySecond, Job.Of<ReadPartners>()),
        new("send-notices", When.EverySecond, Job.Of<SendNotices>()),
        new("settle-responses", When.EverySecond, Job.Of<SettleResponses>()),
    ],
    Events: [new("probe.happened", Job.Of<Answer, Cirm.Core.Platform.FactArgs>()), new("case.submitted", Job.Of<TellCitizen, Cirm.Core.Platform.FactArgs>())],
    Operations:
    [
        Job.Of<Steps, Cirm.Core.Platform.OperationArgs>(), Job.Of<FailFirst, Cirm.Core.Platform.OperationArgs>(), Job.Of<GiveAgain, Cirm.Core.Platform.OperationArgs>(),
        Job.Of<RunImport, Cirm.Core.Platform.OperationArgs>(), Job.Of<RunBulk, Cirm.Core.Platform.OperationArgs>(), Job.Of<CountBallots, Cirm.Core.Platform.OperationArgs>(),
    ]));
