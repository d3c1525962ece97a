using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cirm.Core.Platform;

/// <summary>How far an operation is.</summary>
public enum OperationState
{
    /// <summary>Accepted; no worker has begun.</summary>
    Queued,
    /// <summary>A worker has begun.</summary>
    Running,
    /// <summary>Done, though single lines may have been rejected.</summary>
    Succeeded,
    /// <summary>Given up; <see cref="Operation.Error"/> says why. What was accepted before stays.</summary>
    Failed,
    /// <summary>Ended at the user's request. What was accepted before stays.</summary>
    Cancelled,
}

/// <summary>What was worked through since an operation's beginning.</summary>
/// <param name="Processed">Lines or items: accepted, unchanged and rejected ones.</param>
/// <param name="Accepted">Those that added or changed something.</param>
/// <param name="Unchanged">Those that were there already.</param>
/// <param name="Rejected">Those that were refused; see <see cref="Rejection"/>.</param>
/// <param name="Total">How many there are in all; null while nobody knows.</param>
public sealed record OperationCounts(long Processed, long Accepted, long Unchanged, long Rejected, long? Total);

/// <summary>Long work, as its user watches it.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">Which work, as in <c>import</c>.</param>
/// <param name="State">How far it is.</param>
/// <param name="Arguments">What was asked for; ids and choices, never personal data.</param>
/// <param name="Processed">See <see cref="OperationCounts"/>.</param>
/// <param name="Total">See <see cref="OperationCounts"/>.</param>
/// <param name="Accepted">See <see cref="OperationCounts"/>.</param>
/// <param name="Unchanged">See <see cref="OperationCounts"/>.</param>
/// <param name="Rejected">See <see cref="OperationCounts"/>.</param>
/// <param name="Error">Why it failed, in words for the user.</param>
/// <param name="CancelRequestedAt">When its user asked to end it.</param>
/// <param name="RequestedBy">The account or API key.</param>
/// <param name="Attempt">How many workers have begun it; each fences off those before it.</param>
/// <param name="Version">Of the row, for the ETag.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartedAt">When a worker first began.</param>
/// <param name="FinishedAt">When it ended, one way or another.</param>
public sealed record Operation(
    Guid Id, string Kind, OperationState State, JsonElement Arguments, long Processed, long? Total, long Accepted, long Unchanged, long Rejected,
    string? Error, DateTimeOffset? CancelRequestedAt, Guid? RequestedBy, [property: JsonIgnore] int Attempt, [property: JsonIgnore] long Version,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt) : IVersioned
{
    /// <summary>Nothing more will happen to it.</summary>
    [JsonIgnore]
    public bool Finished => State is OperationState.Succeeded or OperationState.Failed or OperationState.Cancelled;

    /// <summary>What was worked through so far.</summary>
    [JsonIgnore]
    public OperationCounts Counts => new(Processed, Accepted, Unchanged, Rejected, Total);

    /// <summary>Whether one state may follow another. A running operation may be begun again: its worker may have died.</summary>
    public static bool Allows(OperationState from, OperationState to) => (from, to) switch
    {
        (OperationState.Queued, OperationState.Running or OperationState.Cancelled or OperationState.Failed) => true,
        (OperationState.Running, not OperationState.Queued) => true,
        _ => false,
    };

    /// <summary>The states that <paramref name="to"/> may follow, as the database writes them.</summary>
    internal static string[] Before(OperationState to) => [.. Enum.GetValues<OperationState>().Where(from => Allows(from, to)).Select(from => from.Word())];
}

/// <summary>A line of a file that was not taken.</summary>
/// <param name="Line">Counted from 1, the header included.</param>
/// <param name="Column">Its name in the file; empty when the whole line is meant.</param>
/// <param name="Code">A stable word, as in <see cref="ValidationError"/>.</param>
/// <param name="Detail">The same for people; never quotes the citizen's data.</param>
public sealed record Rejection(long Line, string Column, string Code, string Detail);

/// <summary>Thrown to a worker whose operation has another worker by now, or has ended.</summary>
public sealed class OperationTakenOverException() : Exception("The operation has ended, or another worker has taken it over.");
