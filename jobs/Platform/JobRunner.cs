using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Engines;

namespace Cirm.Jobs.Platform;

/// <summary>How an attempt failed.</summary>
/// <param name="What">Kinds and places, no content.</param>
/// <param name="Pause">How long to wait before the next attempt; null when there is none.</param>
public sealed record FailedAttempt(string What, TimeSpan? Pause);

/// <summary>Runs one attempt of a job, the same for every engine.</summary>
public sealed class JobRunner(JobTable table, IServiceScopeFactory scopes, Operations operations, TimeProvider clock, ILogger<JobRunner> log)
{
    public const string Telemetry = "Cirm.Jobs";
    static readonly ActivitySource Traces = new(Telemetry);
    internal static readonly Meter Meter = new(Telemetry);
    static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("cirm.job.duration", "s", "How long an attempt took.");

    /// <summary>Starts that end with nothing at all (the process was killed) before an operation is given up: it may be what kills it.</summary>
    const int StartsBeyondAttempts = 10;

    /// <summary>Runs a job once.</summary>
    /// <param name="request">What the engine kept.</param>
    /// <param name="stopping">Cancelled when the worker stops.</param>
    /// <returns>How it failed; null when it did not.</returns>
    /// <exception cref="OperationCanceledException">The worker stops: the same attempt is to be given to another.</exception>
    public async Task<FailedAttempt?> RunAsync(JobRequest request, CancellationToken stopping)
    {
        using var activity = Traces.StartActivity($"job {request.Job}", ActivityKind.Consumer, parentContext: default);
        activity?.SetTag("cirm.job.attempt", request.Attempt);
        var began = clock.GetTimestamp();
        var outcome = "done";
        var job = table.Find(request.Job);
        try
        {
            var args = job.Read(request.Args);
            if (args is OperationArgs operation)
            {
                await RunOperationAsync(job, operation, request.Attempt, stopping);
                return null;
            }
            await using var scope = scopes.CreateAsyncScope();
            await job.RunAsync(scope.ServiceProvider, args, NoOperation.Instance, stopping);
            return null;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            var pause = failure is Refusal ? null : job.Terms.PauseAfter(request.Attempt);
            outcome = pause is null ? "failed" : "retried";
            activity?.SetStatus(ActivityStatusCode.Error);
            log.Log(pause is null ? LogLevel.Error : LogLevel.Warning, "Job {Job} {Key} failed at attempt {Attempt}, next in {Pause}: {Failure}",
                request.Job, request.Key, request.Attempt, pause, failure.WithoutContent());
            return new(failure.WithoutContent(), pause);
        }
        catch (Exception failure)
        {
            outcome = "interrupted"; // whatever went wrong while everything around it was taken down is no verdict on the job
            throw failure as OperationCanceledException ?? new OperationCanceledException("The worker stops.", failure, stopping);
        }
        finally
        {
            Duration.Record(clock.GetElapsedTime(began).TotalSeconds, new("cirm.job", request.Job), new("cirm.job.outcome", outcome));
        }
    }

    async Task RunOperationAsync(Job job, OperationArgs args, int attempt, CancellationToken stopping)
    {
        if (await operations.StartAsync(args.Agency, clock.Now(), args.OperationId, stopping) is not { } operation) return; // it has ended: nothing to do
        if (operation.CancelRequestedAt is not null)
        {
            await EndAsync(OperationState.Cancelled, null);
            return;
        }
        if (operation.Attempt > job.Terms.Pauses.Count + 1 + StartsBeyondAttempts)
        {
            await EndAsync(OperationState.Failed, $"Given up: a worker began it {operation.Attempt - 1} times and never came to an end.");
            return;
        }

        await using var watch = new OperationWatch(operations, args.Agency, operation, stopping);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await job.RunAsync(scope.ServiceProvider, args, watch, watch.Ends);
            await EndAsync(OperationState.Succeeded, null);
        }
        catch (OperationCanceledException) when (watch.EndsForGood)
        {
            await EndAsync(OperationState.Cancelled, null); // refused by the statement when it is another attempt that ended this one
        }
        catch (OperationTakenOverException)
        {
            log.LogWarning("Job {Job} left operation {Operation} to the worker that took it over", job.Terms.Name, operation.Id);
        }
        catch (Refusal refusal)
        {
            await EndAsync(OperationState.Failed, refusal.Detail); // decided, not broken: another attempt would say the same
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested && job.Terms.PauseAfter(attempt) is null)
        {
            await EndAsync(OperationState.Failed,
                $"Given up after {attempt} attempts ({failure.GetType().Name}). What was accepted before stays. Trace {Activity.Current?.TraceId.ToHexString() ?? "not kept"}.");
            throw;
        }

        // What was done is done: the end is written even when the worker stops right now.
        Task EndAsync(OperationState end, string? error) => operations.EndAsync(args.Agency, clock.Now(), operation, end, error, CancellationToken.None);
    }

    sealed class NoOperation : IJobProgress
    {
        public static readonly NoOperation Instance = new();
        public Operation Operation => throw new InvalidOperationException("This job carries out no operation.");
        public Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct) => Task.CompletedTask;
    }
}
