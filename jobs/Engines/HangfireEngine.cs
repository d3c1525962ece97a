using System.Collections.Concurrent;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;
using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using HangfireCall = Hangfire.Common.Job;

namespace Cirm.Jobs.Engines;

/// <summary>Hangfire 1.8: a queue in PostgreSQL. What a worker fetched and no longer confirms is fetched by another.</summary>
public sealed class HangfireEngine(IBackgroundJobClient client, IRecurringJobManager timetables, JobStorage storage) : IJobEngine
{
    public static IHostApplicationBuilder CreateBuilder() => HangfireDashboard.CreateBuilder() ?? Host.CreateEmptyApplicationBuilder(null);

    public static IHost Build(IHostApplicationBuilder builder) =>
        builder is WebApplicationBuilder web ? HangfireDashboard.Build(web) : ((HostApplicationBuilder)builder).Build();

    public static void Add(IHostApplicationBuilder builder, Databases databases)
    {
        builder.Services.AddSingleton<IJobEngine, HangfireEngine>();
        builder.Services.AddHangfire(configuration => configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                postgres => postgres.UseNpgsqlConnection(databases.ConnectionStringOf("cirm_engine")),
                new PostgreSqlStorageOptions
                {
                    SchemaName = "engine",
                    QueuePollInterval = TimeSpan.FromMilliseconds(500),
                    InvisibilityTimeout = Engine.TakenOverAfter,
                    UseSlidingInvisibilityTimeout = true, // a job may run longer than that, as long as its worker lives
                    DistributedLockTimeout = Engine.TakenOverAfter, // locks are held for moments: a killed worker's would keep the next from starting
                })
            .WithJobExpirationTimeout(TimeSpan.FromHours(1))); // the outbox alone makes a job a second
        builder.Services.AddHangfireServer(server => Describe(server, Engine.JobsAtATime - Engine.LongJobsAtATime, Queues.Short, Queues.Recurring));
        builder.Services.AddHangfireServer(server => Describe(server, Engine.LongJobsAtATime, Queues.Long));
    }

    static void Describe(BackgroundJobServerOptions server, int workers, params string[] queues)
    {
        server.WorkerCount = workers;
        server.Queues = queues;
        server.SchedulePollingInterval = TimeSpan.FromSeconds(1);
        server.ShutdownTimeout = Worker.Grace;
    }

    // Hangfire knows no names for one-off jobs: a request given twice is two jobs, and jobs are safe to run twice.
    public Task EnqueueAsync(JobRequest request, TimeSpan delay, CancellationToken ct)
    {
        client.Create(Call(request, request.Long ? Queues.Long : Queues.Short), delay > TimeSpan.Zero ? new ScheduledState(delay + WholeSecond) : new EnqueuedState());
        return Task.CompletedTask;
    }

    public async Task EnqueueAsync(IReadOnlyCollection<JobRequest> requests, CancellationToken ct)
    {
        foreach (var request in requests) await EnqueueAsync(request, TimeSpan.Zero, ct); // it has no call for several
    }

    public Task ScheduleAsync(IReadOnlyList<Recurring> timetable, CancellationToken ct)
    {
        foreach (var (name, when, job) in timetable)
            timetables.AddOrUpdate(
                name,
                Call(new(name, job.Terms.Name, "{}"), Queues.Recurring),
                when.Every is { } every
                    ? every < TimeSpan.FromMinutes(1) ? $"*/{every.Seconds} * * * * *"
                        : every < TimeSpan.FromHours(1) ? $"*/{(int)every.TotalMinutes} * * * *" : $"0 */{(int)every.TotalHours} * * *"
                    : $"{when.At!.Value.Minute} {when.At.Value.Hour} * * *",
                new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });

        using var connection = storage.GetConnection();
        foreach (var known in connection.GetRecurringJobs().Where(known => timetable.All(line => line.Name != known.Id)))
            timetables.RemoveIfExists(known.Id);
        return Task.CompletedTask;
    }

    /// <summary>What Hangfire cuts off of the time at which something is due: with it, no pause is shorter than was declared.</summary>
    public static readonly TimeSpan WholeSecond = TimeSpan.FromSeconds(1);

    static HangfireCall Call(JobRequest request, string queue) =>
        HangfireCall.FromExpression<HangfireJob>(job => job.RunAsync(request.Key, request.Job, request.Args, queue, null!, CancellationToken.None));
}

/// <summary>Work of one kind does not hold up the others.</summary>
static class Queues
{
    public const string Short = "default";
    public const string Long = "long";
    public const string Recurring = "recurring";
}

/// <summary>The one job that Hangfire knows: it runs ours by name.</summary>
public sealed class HangfireJob(JobRunner runner)
{
    static readonly ConcurrentDictionary<string, bool> Recurring = new(StringComparer.Ordinal);

    [AutomaticRetry(Attempts = 0, LogEvents = false), RetriedAsDeclared, Queue("{3}")] // the queue is the argument, on every attempt
    public async Task RunAsync(string key, string job, string args, string queue, PerformContext context, CancellationToken ct)
    {
        var recurring = queue == Queues.Recurring;
        if (recurring && !Recurring.TryAdd(job, true)) return; // its last run has not ended
        try
        {
            var attempt = 1 + context.GetJobParameter<int>(RetriedAsDeclaredAttribute.Retries);
            if (await runner.RunAsync(new(key, job, args, queue == Queues.Long, attempt), ct) is { } failed) throw new FailedAttemptException(failed);
        }
        finally
        {
            if (recurring) Recurring.TryRemove(job, out _);
        }
    }
}

/// <summary>A failed attempt as Hangfire keeps it and its dashboard shows it: without content.</summary>
public sealed class FailedAttemptException(FailedAttempt failed) : Exception(failed.What)
{
    public TimeSpan? Pause { get; } = failed.Pause;
}

/// <summary>Schedules a failed attempt again after the pause that its job declares.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RetriedAsDeclaredAttribute : JobFilterAttribute, IElectStateFilter
{
    public const string Retries = "RetryCount"; // as the dashboard calls it

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState { Exception: FailedAttemptException { Pause: { } pause } }) return;
        context.SetJobParameter(Retries, context.GetJobParameter<int>(Retries) + 1);
        context.CandidateState = new ScheduledState(pause + HangfireEngine.WholeSecond) { Reason = "Failed, and tried again as the job declares." };
    }
}
