using System.Globalization;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Engines;

namespace Cirm.WorkerHost;

/// <summary>A line for each thing that happened, in a file that all workers of a test share.</summary>
static class Diary
{
    static readonly string Path = Environment.GetEnvironmentVariable("CIRM_PROBE_DIARY")!;

    public static void Write(string what, Guid subject, long number)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:O} {Environment.ProcessId} {what} {subject} {number}\n");
        while (true)
        {
            try
            {
                // One writer at a time: .NET appends by seeking first, and two would write over each other. On Linux only None keeps another one out.
                using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.None);
                file.Write(System.Text.Encoding.UTF8.GetBytes(line));
                return;
            }
            catch (IOException)
            {
                Thread.Sleep(1); // another worker is writing
            }
        }
    }
}

/// <summary>An operation of <c>{"steps": n, "milliseconds": each}</c>; each step is committed with its progress.</summary>
sealed class Steps(TenantDb db) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new("probe-steps", JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var steps = progress.Operation.Arguments.GetProperty("steps").GetInt32();
        var pause = progress.Operation.Arguments.GetProperty("milliseconds").GetInt32();
        Diary.Write("began", args.OperationId, progress.Operation.Processed);
        for (var done = progress.Operation.Processed; done < steps; done++)
        {
            ct.ThrowIfCancellationRequested();
            await Task.Delay(pause, CancellationToken.None); // a step is whole: it is not cut short
            await using var transaction = await db.BeginAsync(args.Agency, CancellationToken.None);
            await progress.ReportAsync(transaction, new(done + 1, done + 1, 0, 0, steps), CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            Diary.Write("step", args.OperationId, done + 1);
        }
        Diary.Write("ended", args.OperationId, steps);
    }
}

/// <summary>An operation that fails as often as <c>{"failures": n}</c> says, or is refused.</summary>
sealed class FailFirst : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new("probe-fail", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));

    public Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        Diary.Write("attempt", args.OperationId, progress.Operation.Attempt);
        if (progress.Operation.Arguments.TryGetProperty("refusal", out var refusal)) throw Core.Platform.Problems.Malformed.Because(refusal.GetString()!);
        return progress.Operation.Attempt <= progress.Operation.Arguments.GetProperty("failures").GetInt32()
            ? throw new InvalidOperationException("Fatemeh Example, 12 Some Street")
            : Task.CompletedTask;
    }
}

/// <summary>Answers an event of the outbox.</summary>
sealed class Answer : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("probe-answer");

    public Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct)
    {
        Diary.Write("answered", args.SubjectId, args.Data.GetProperty("number").GetInt64());
        return Task.CompletedTask;
    }
}

/// <summary>An operation that gives <c>{"works": n}</c> answers to be written again and again, as dispatchers do that die before they have noted what they gave.</summary>
sealed class GiveAgain(IJobEngine engine) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new("probe-give-again");

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var asked = progress.Operation.Arguments;
        JobRequest[] works = [.. Enumerable.Range(0, asked.GetProperty("works").GetInt32()).Select(n => new JobRequest(
            $"{args.OperationId} {n}", "probe-answer", JsonSerializer.Serialize(new FactArgs(args.Agency, args.OperationId, "probe.happened", args.OperationId, JsonSerializer.SerializeToElement(new { number = n })), Wire.Json)))];
        for (var times = asked.GetProperty("times").GetInt32(); times > 0; times--) await engine.EnqueueAsync(works, ct);
    }
}

/// <summary>Recurs.</summary>
sealed class Tick : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("probe-tick");

    public Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        Diary.Write("tick", Guid.Empty, 0);
        return Task.CompletedTask;
    }
}
