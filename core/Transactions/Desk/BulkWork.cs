using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Desk;

/// <summary>What is done with each case of a list: one of these, as the single call does it.</summary>
/// <param name="Transition">A step of the life cycle.</param>
/// <param name="Assign">Another hand.</param>
/// <param name="HandOver">Another unit.</param>
/// <param name="Note">A note.</param>
public sealed record BulkWork(BulkTransition? Transition = null, BulkAssignment? Assign = null, BulkHandOver? HandOver = null, BulkNote? Note = null) : IJsonColumn
{
    /// <summary>Its word, as in the request.</summary>
    [JsonIgnore]
    public string Word => this switch
    {
        { Transition: not null } => "transition",
        { Assign: not null } => "assign",
        { HandOver: not null } => "handOver",
        _ => "note",
    };
}

/// <summary>See <see cref="Casework.TransitionAsync(Caller, Guid, CaseStatus, string, string?, CaseOutcome?, CancellationToken)"/>.</summary>
public sealed record BulkTransition(CaseStatus To, string Reason, string? Note, CaseOutcome? Outcome);

/// <summary>See <see cref="HandOvers.AssignAsync(Caller, Guid, Guid?, string?, CancellationToken)"/>.</summary>
public sealed record BulkAssignment(Guid? Assignee, string? Reason);

/// <summary>See <see cref="HandOvers.HandOverAsync(Caller, Guid, string, Guid?, string, CancellationToken)"/>.</summary>
public sealed record BulkHandOver(string Unit, Guid? Assignee, string Reason);

/// <summary>See <see cref="Casework.AddNoteAsync(Caller, Guid, string, NoteVisibility, CancellationToken)"/>.</summary>
public sealed record BulkNote(string Text, NoteVisibility Visibility);
