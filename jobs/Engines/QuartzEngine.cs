using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;
using Npgsql;
using Quartz;

namespace Cirm.Jobs.Engines;

/// <summary>Quartz 4: a clustered store in PostgreSQL. A worker that stays silent is recovered by the others.</summary>
public sealed class QuartzEngine(ISchedulerFactory schedulers) : IJobEngine
{
    static readonly JobKey Run = new("run", "cirm");
    const string Timetable = "timetable";
    const string Long = "long";

    public static void Add(IHostApplicationBuilder builder, Databases databases)
    {
        builder.Services.AddSingleton<IJobEngine, QuartzEngine>();
        builder.Services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "cirm";
                scheduler.GenerateInstanceId = true;
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(5);
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            });
            quartz.UseDefaultThreadPool(Engine.JobsAtATime);
            quartz.UseExecutionLimits(limits => limits.ForGroup(Long, Engine.LongJobsAtATime));
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(NpgsqlFactory.Instance, databases.ConnectionStringOf("cirm_engine"));
                store.UseSystemTextJsonSerializer();
                store.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = Engine.TakenOverAfter / 4;
                    cluster.CheckinMisfireThreshold = Engine.TakenOverAfter * 3 / 4;
                });
                store.ConfigureStore(options => options.RecoverFiringsCancelledByShutdown = true);
                store.ProvisionSchema();
            });
            quartz.AddJob<QuartzJob>(job => job.WithIdentity(Run).StoreDurably().RequestRecovery());
        });
        builder.Services.AddQuartzHostedService(host => host.WaitForJobsToComplete = true);
    }

    public async Task EnqueueAsync(JobRequest request, TimeSpan delay, CancellationToken ct)
    {
        var scheduler = await schedulers.GetScheduler(ct);
        await scheduler.ScheduleTrigger(TriggerOf(request, delay), TriggerConflict.Keep, ct);
    }

    // One lock and one commit for all, and the job is written anew as it was. What is there already is not: Quartz ends a firing without its lock, and who writes
    // the trigger anew in that moment meets it in a deadlock, for they take its two rows in different orders (a dispatcher that died gives the same work again).
    public async Task EnqueueAsync(IReadOnlyCollection<JobRequest> requests, CancellationToken ct)
    {
        if (requests.Count == 0) return;
        var scheduler = await schedulers.GetScheduler(ct);
        var triggers = requests.Select(request => TriggerOf(request, TimeSpan.Zero)).ToList();
        var there = (await scheduler.GetTriggers([.. triggers.Select(t => t.Key)], ct)).Select(t => t.Key).ToHashSet();
        if (triggers.RemoveAll(t => there.Contains(t.Key)) > 0 && triggers.Count == 0) return;
        var run = JobBuilder.Create<QuartzJob>().WithIdentity(Run).StoreDurably().RequestRecovery().Build();
        await scheduler.ScheduleJobs(
            new Dictionary<IJobDetail, IReadOnlyCollection<ITrigger>> { [run] = triggers }, ScheduleJobOptions.Replacing, ct);
    }

    static ITrigger TriggerOf(JobRequest request, TimeSpan delay)
    {
        var trigger = TriggerBuilder.Create<QuartzJob>().ForJob(Run).WithIdentity($"{request.Key} {request.Attempt}", request.Job)
            .StartAt(DateTimeOffset.UtcNow + delay).UsingInput(request);
        return (request.Long ? trigger.WithExecutionGroup(Long) : trigger).Build();
    }

    public async Task ScheduleAsync(IReadOnlyList<Recurring> timetable, CancellationToken ct)
    {
        var scheduler = await schedulers.GetScheduler(ct);
        // The name holds the time: a line that was changed is another trigger, one that was not keeps its place (and what it missed).
        var triggers = timetable.ToDictionary(line => new TriggerKey($"{line.Name} {line.When}", Timetable));
        foreach (var (key, (name, when, job)) in triggers)
        {
            var trigger = TriggerBuilder.Create<QuartzJob>().ForJob(Run).WithIdentity(key).UsingInput(new JobRequest(name, job.Terms.Name, "{}"))
                .WithOverlapPolicy(OverlapPolicy.Skip);
            trigger = when.Every is { } every
                ? trigger.WithSimpleSchedule(simple => simple.WithInterval(every).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount))
                : trigger.WithCronSchedule($"0 {when.At!.Value.Minute} {when.At.Value.Hour} * * ?", cron => cron.InTimeZone(TimeZoneInfo.Utc));
            await scheduler.ScheduleTrigger(trigger.Build(), TriggerConflict.Keep, ct);
        }
        var known = await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.GroupEquals(Timetable), ct);
        await scheduler.UnscheduleJobs([.. known.Where(key => !triggers.ContainsKey(key))], ct);
    }
}

/// <summary>The one job that Quartz knows: it runs ours by name.</summary>
public sealed class QuartzJob(JobRunner runner, IJobEngine engine) : IJob<JobRequest>
{
    public async ValueTask Execute(IJobExecutionContext context, JobRequest input, CancellationToken cancellationToken = default)
    {
        // Quartz's own retries forget their count when a worker is recovered; ours travel with the request.
        if (await runner.RunAsync(input, cancellationToken) is not { Pause: { } pause }) return;
        while (true)
        {
            try
            {
                await engine.EnqueueAsync(input with { Attempt = input.Attempt + 1 }, pause, cancellationToken);
                return;
            }
            catch (SchedulerException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken); // the database is away: the next attempt must not be lost
            }
        }
    }
}
