using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Jobs;

/// <summary>A job class, bound to the arguments it takes: what an engine finds by name.</summary>
/// <param name="Terms">Its name and how it is retried.</param>
/// <param name="Read">From the JSON that the engine kept.</param>
/// <param name="RunAsync">Makes the class with its services and runs it.</param>
public sealed record Job(
    JobTerms Terms, Func<string, object> Read, Func<IServiceProvider, object, IJobProgress, CancellationToken, Task> RunAsync)
{
    public static Job Of<TJob>() where TJob : IJob<NoArgs> => Of<TJob, NoArgs>();

    public static Job Of<TJob, TArgs>() where TJob : IJob<TArgs> where TArgs : class => new(
        TJob.Terms,
        json => JsonSerializer.Deserialize<TArgs>(json, Wire.Json)!,
        (services, args, progress, ct) => ActivatorUtilities.GetServiceOrCreateInstance<TJob>(services).RunAsync((TArgs)args, progress, ct));

    /// <summary>Stands for a job that this build does not have, so that its operation is failed at last.</summary>
    public static Job Unknown(string name) => new(
        new(name, JobTerms.Growing),
        json => JsonSerializer.Deserialize<OperationArgs>(json, Wire.Json) is { OperationId: var id } operation && id != default ? operation : new NoArgs(),
        (_, _, _, _) => throw new InvalidOperationException($"No job is called {name}."));
}

/// <summary>When a recurring job runs: every so often, or once a day (UTC).</summary>
public sealed record When(TimeSpan? Every, TimeOnly? At)
{
    public static When EverySecond { get; } = new(TimeSpan.FromSeconds(1), null);

    public static When EveryFiveSeconds { get; } = new(TimeSpan.FromSeconds(5), null);

    public static When EveryTwoSeconds { get; } = new(TimeSpan.FromSeconds(2), null);

    public static When EveryMinute { get; } = new(TimeSpan.FromMinutes(1), null);

    public static When EveryHour { get; } = new(TimeSpan.FromHours(1), null);

    /// <param name="time">As in <c>02:40</c>, UTC.</param>
    public static When Daily(string time) => new(null, TimeOnly.ParseExact(time, "HH:mm"));

    public override string ToString() => Every is { } pause ? $"every {pause}" : $"daily at {At:HH:mm}";
}

/// <summary>A line of the timetable.</summary>
public sealed record Recurring(string Name, When When, Job Job);

/// <summary>Which job answers an event of the outbox.</summary>
public sealed record OnEvent(string Type, Job Job);

/// <summary>All jobs: those that recur, those that answer an event, those that carry out the operations of the kind that is their name.</summary>
public sealed record JobTable(IReadOnlyList<Recurring> Recurring, IReadOnlyList<OnEvent> Events, IReadOnlyList<Job> Operations)
{
    readonly Dictionary<string, Job> byName = Recurring.Select(r => r.Job).Concat(Events.Select(e => e.Job)).Concat(Operations)
        .DistinctBy(job => job.Terms.Name).ToDictionary(job => job.Terms.Name, StringComparer.Ordinal);

    /// <summary>The job of a name; one that fails and is retried when this build has none: the next release may, and is perhaps running already.</summary>
    public Job Find(string name) => byName.GetValueOrDefault(name) ?? Job.Unknown(name);
}
