namespace Cirm.Core.Information;

/// <summary>By what a notice reaches people.</summary>
public enum NoticeChannel
{
    /// <summary>On the pages; every notice stands there.</summary>
    Portal,
    /// <summary>To the e-mail addresses of those it is addressed to.</summary>
    Email,
    /// <summary>To the phones of those who get no e-mail of it.</summary>
    Sms,
}

/// <summary>How far the sending of a notice is.</summary>
public enum NoticeSendingState
{
    /// <summary>Its time has not come, or a segment is being evaluated.</summary>
    Waiting,
    /// <summary>It is going out.</summary>
    Sending,
    /// <summary>Everybody was written to who could be.</summary>
    Sent,
    /// <summary>It was withdrawn, replaced by its next version or over before everybody was written to.</summary>
    Stopped,
    /// <summary>This installation can send by none of its channels, or has no address for links to lead to.</summary>
    NoWay,
}

/// <summary>
/// The sending of a version of a notice as staff see it: never to whom. Figures are rounded down to a multiple of the agency's smallest group,
/// and told only where the size of the group itself may be told.
/// </summary>
/// <param name="State">How far it is.</param>
/// <param name="DueAt">When it goes out: when it is published, or from when it is shown.</param>
/// <param name="OverAt">Since when it is over, and nobody knows any more who got it.</param>
/// <param name="Addressed">Citizens it was addressed to; null: not told, or not chosen yet.</param>
/// <param name="WrittenTo">Citizens that a mail server or gateway took it for; null: not told, fewer than the smallest group, or not over yet.</param>
public sealed record NoticeSending(NoticeSendingState State, DateTimeOffset DueAt, DateTimeOffset? OverAt, long? Addressed, long? WrittenTo);
