using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Engines;

/// <summary>Work as an engine keeps it.</summary>
/// <param name="Key">Two requests of one key are one piece of work, as long as the first still waits.</param>
/// <param name="Job">The job's name in <see cref="JobTable"/>.</param>
/// <param name="Args">Its arguments as JSON.</param>
/// <param name="Long">It may take minutes: only so many run at a time, so that they never hold up the short ones.</param>
/// <param name="Attempt">1 for the first.</param>
public sealed record JobRequest(string Key, string Job, string Args, bool Long = false, int Attempt = 1);

/// <summary>
/// What an engine has to do; two do it (docs/adr/0004). It keeps work in the schema <c>engine</c>, gives it to one worker at a time
/// through <see cref="JobRunner"/>, and gives it to another when a worker died or was stopped while it ran.
/// </summary>
public interface IJobEngine
{
    /// <summary>Keeps a piece of work to be run once, after a delay. Safe to repeat.</summary>
    Task EnqueueAsync(JobRequest request, TimeSpan delay, CancellationToken ct);

    /// <summary>Keeps pieces of work to be run once, as soon as may be, in one step: what happened within a moment costs about what one of them does. Safe to repeat: what waits or runs under its key is that work.</summary>
    Task EnqueueAsync(IReadOnlyCollection<JobRequest> requests, CancellationToken ct);

    /// <summary>Makes the timetable what the table says: what is not in it runs no more. Safe to repeat, from several workers too.</summary>
    Task ScheduleAsync(IReadOnlyList<Recurring> timetable, CancellationToken ct);
}

/// <summary>The engine of this build.</summary>
public static class Engine
{
    /// <summary>How long a worker may be silent before another takes its work over: longer than a pause of the machine, shorter than patience.</summary>
    public static readonly TimeSpan TakenOverAfter = TimeSpan.FromSeconds(10);

    /// <summary>How many jobs a worker process runs at a time.</summary>
    public const int JobsAtATime = 8;

    /// <summary>How many of them may be long ones.</summary>
    public const int LongJobsAtATime = 4;

#if HANGFIRE
    public static IHostApplicationBuilder CreateBuilder() => HangfireEngine.CreateBuilder();
    public static void Add(IHostApplicationBuilder builder, Databases databases) => HangfireEngine.Add(builder, databases);
    public static IHost Build(IHostApplicationBuilder builder) => HangfireEngine.Build(builder);
#else
    public static IHostApplicationBuilder CreateBuilder() => Host.CreateEmptyApplicationBuilder(null);
    public static void Add(IHostApplicationBuilder builder, Databases databases) => QuartzEngine.Add(builder, databases);
    public static IHost Build(IHostApplicationBuilder builder) => ((HostApplicationBuilder)builder).Build();
#endif
}
