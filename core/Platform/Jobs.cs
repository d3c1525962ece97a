using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>What a job declares, whatever engine runs it.</summary>
/// <param name="Name">Under which work for it is kept; never changes while such work may wait.</param>
/// <param name="Pauses">How long to wait after each attempt that failed; after the last pause and one more attempt it is given up.</param>
public sealed record JobTerms(string Name, params IReadOnlyList<TimeSpan> Pauses)
{
    /// <summary>For work that usually fails because something else is down: six attempts in about an hour and a quarter.</summary>
    public static readonly IReadOnlyList<TimeSpan> Growing =
        [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(12), TimeSpan.FromHours(1)];

    /// <summary>How long to wait after an attempt that failed; null when it was the last.</summary>
    /// <param name="attempt">1 for the first.</param>
    public TimeSpan? PauseAfter(int attempt) => attempt <= Pauses.Count ? Pauses[attempt - 1] : null;
}

/// <summary>Work that runs outside a request. A plain class, safe to run twice: it may be killed at any point and is then run again.</summary>
public interface IJob
{
    /// <summary>Its name and how it is retried.</summary>
    static abstract JobTerms Terms { get; }
}

/// <summary>Work that is told what to work on.</summary>
/// <typeparam name="TArgs">Small and serialisable: ids, never entities.</typeparam>
public interface IJob<in TArgs> : IJob
{
    /// <summary>Does the work. To fail is to throw: it is run again as <see cref="JobTerms.Pauses"/> says.</summary>
    /// <param name="args">What to work on.</param>
    /// <param name="progress">Where an operation's progress is reported.</param>
    /// <param name="ct">Cancelled when the operation's user asks for it and when the worker stops: end at the next whole step.</param>
    Task RunAsync(TArgs args, IJobProgress progress, CancellationToken ct);
}

/// <summary>The arguments of a job that takes none.</summary>
public sealed record NoArgs;

/// <summary>The arguments of a job that carries out an operation; the rest stands in <see cref="Operation.Arguments"/>.</summary>
public sealed record OperationArgs(Guid Agency, Guid OperationId);

/// <summary>The arguments of a job that answers an event of the outbox.</summary>
public sealed record FactArgs(Guid Agency, Guid EventId, string Type, Guid SubjectId, JsonElement Data);

/// <summary>A job's side of its operation.</summary>
public interface IJobProgress
{
    /// <summary>The operation as this attempt found it: the counts say how far the attempts before it came.</summary>
    /// <exception cref="InvalidOperationException">The job carries out no operation.</exception>
    Operation Operation { get; }

    /// <summary>Writes how far the job has come, in the transaction of the work itself: both are committed, or neither.</summary>
    /// <param name="transaction">The job's own; what waits in it is sent along.</param>
    /// <param name="counts">Since the operation's beginning, over all attempts.</param>
    /// <exception cref="OperationTakenOverException">Another worker has taken the operation over: this work must not be committed.</exception>
    Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct);
}
