using System.Text.Json.Serialization;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Execution;

/// <summary>How far a task has come.</summary>
public enum TaskState
{
    /// <summary>People work on it.</summary>
    Open,
    /// <summary>Whoever started it says that it is done.</summary>
    Done,
    /// <summary>Two others say so too.</summary>
    Confirmed,
}

/// <summary>What citizens do themselves, without waiting for anybody (PART-TIERS).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Organisation">The key of the civil organisation that does it.</param>
/// <param name="Service">The key of the service whose need it meets; its standard is that of answers to requests for support.</param>
/// <param name="Case">The number of the case that is settled by it.</param>
/// <param name="Option">The key of the option that was decided and that it carries out,</param>
/// <param name="OptionOf">of this decision.</param>
/// <param name="Safety">What to look out for.</param>
/// <param name="Title">In short; null when it was removed or erased.</param>
/// <param name="Text">In full; null when it was removed or erased.</param>
/// <param name="SignedAs">The name that whoever started it chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Whoever started it is not known any more.</param>
/// <param name="Pledges">How many pledges hold.</param>
/// <param name="Confirmations">How many others say that it is done.</param>
/// <param name="SupportOverdue">How many requests for support the agency should have answered by now.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="DoneAt">Since when it is said to be done.</param>
/// <param name="ConfirmedAt">Since when it is confirmed.</param>
/// <param name="Version">For the ETag.</param>
public sealed record CitizenTask(
    Guid Id, TaskState State, string? Organisation, string? Service, long? Case, string? Option, string? OptionOf, string? Safety, string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine,
    RemovalNotice? Removed, bool Erased, long Pledges, long Confirmations, long SupportOverdue, DateTimeOffset CreatedAt, DateTimeOffset? DoneAt, DateTimeOffset? ConfirmedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>How many others have to say that it is done.</summary>
    public const int ConfirmationsNeeded = 2;
}

/// <summary>A task to start.</summary>
/// <inheritdoc cref="CitizenTask"/>
public sealed record TaskWanted(string Title, string Text, string? Organisation, string? Service, Guid? Case, string? Option, string? Safety);

/// <summary>Says of a task that is confirmed what was done, for whoever did it to keep or print.</summary>
/// <param name="Task">Its id: the certificate is where the task is, and can be looked up there.</param>
/// <param name="Agency">Who certifies.</param>
/// <param name="Initiative">What it was part of.</param>
/// <param name="Title">What was done.</param>
/// <param name="DoneBy">The name that whoever started it gave; null when they gave none.</param>
/// <param name="Organisation">The civil organisation that did it.</param>
/// <param name="Confirmations">How many others said so.</param>
/// <param name="Thanks">How many thanked.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="ConfirmedAt">When it was confirmed.</param>
public sealed record Certificate(
    Guid Task, Localized Agency, Localized Initiative, string? Title, string? DoneBy, Localized? Organisation, long Confirmations, long Thanks, DateTimeOffset StartedAt, DateTimeOffset ConfirmedAt);

/// <summary>What is promised for a task.</summary>
public enum PledgeKind
{
    /// <summary>So many people come.</summary>
    People,
    /// <summary>So many hours of work.</summary>
    Hours,
    /// <summary>Tools, material, food.</summary>
    Things,
    /// <summary>Money, as a promise: nothing is paid here.</summary>
    Money,
}

/// <summary>A pledge.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">What is promised.</param>
/// <param name="Amount">People, hours, or units of the currency.</param>
/// <param name="Title">Has none.</param>
/// <param name="Text">In words.</param>
/// <param name="SignedAs">The name that whoever promised chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Whoever promised is not known any more.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="WithdrawnAt">When it was taken back; null: it holds.</param>
/// <param name="Version">For the ETag.</param>
public sealed record Pledge(
    Guid Id, PledgeKind Kind, decimal? Amount, [property: JsonIgnore] string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine, RemovalNotice? Removed, bool Erased,
    DateTimeOffset CreatedAt, DateTimeOffset? WithdrawnAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>A picture of how far a task has come.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Name">What it is called: text to show, never a path.</param>
/// <param name="MediaType">By its content.</param>
/// <param name="Size">In bytes.</param>
public sealed record Picture(Guid Id, string Name, string MediaType, long Size);

/// <summary>How far a task has come, what to look out for, or thanks.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">progress, safety or thanks.</param>
/// <param name="Title">Has none.</param>
/// <param name="Text">What is said.</param>
/// <param name="SignedAs">The name that its author chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Its author is not known any more.</param>
/// <param name="Pictures">Of how far it has come.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Version">For the ETag.</param>
public sealed record TaskPost(
    Guid Id, RemarkKind Kind, [property: JsonIgnore] string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine, RemovalNotice? Removed, bool Erased,
    JsonList<Picture> Pictures, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What is asked of the agency for a task.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Task">For which task,</param>
/// <param name="Initiative">of which initiative.</param>
/// <param name="Service">By whose standard it has to be answered.</param>
/// <param name="DueAt">Until when, on the working calendar of that service.</param>
/// <param name="Overdue">It should have been answered by now, or was answered late.</param>
/// <param name="Title">Has none.</param>
/// <param name="Text">What is asked.</param>
/// <param name="SignedAs">The name that its author chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Its author is not known any more.</param>
/// <param name="Answer">The agency's, with decision and reason.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Version">For the ETag.</param>
public sealed record SupportRequest(
    Guid Id, Guid Task, string Initiative, string? Service, DateTimeOffset DueAt, bool Overdue, [property: JsonIgnore] string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted,
    bool Mine, RemovalNotice? Removed, bool Erased, AnswerGiven? Answer, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;
