using Cirm.Core.Tenancy;
using Cirm.Jobs;
using Cirm.Jobs.Engines;
using Cirm.Jobs.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Harness;

/// <summary>A worker's part, as far as tests carry it out themselves.</summary>
public static class Outbox
{
    /// <summary>Gives events their places and puts them down for whoever is told; no job is run.</summary>
    public static Task DispatchAsync(this CirmHost host) =>
        new DispatchOutbox(host.Services.GetRequiredService<Databases>(), host.Services.GetRequiredService<TenantDb>(), new([], [], []), new NoEngine(), TimeProvider.System)
            .DispatchAsync(CancellationToken.None);

    sealed class NoEngine : IJobEngine
    {
        public Task EnqueueAsync(JobRequest request, TimeSpan delay, CancellationToken ct) => Task.CompletedTask;
        public Task EnqueueAsync(IReadOnlyCollection<JobRequest> requests, CancellationToken ct) => Task.CompletedTask;
        public Task ScheduleAsync(IReadOnlyList<Recurring> timetable, CancellationToken ct) => Task.CompletedTask;
    }
}

/// <summary>As if it were that much later.</summary>
public sealed class Later(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
