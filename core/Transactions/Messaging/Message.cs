using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Core.Transactions.Messaging;

/// <summary>What a message tells.</summary>
public enum MessageTemplate
{
    /// <summary>The case has arrived, with its number.</summary>
    Submitted,
    /// <summary>The agency needs to know something.</summary>
    Asked,
    /// <summary>The agency says that it is done, and why.</summary>
    Resolved,
    /// <summary>The agency says no, why, and how to object.</summary>
    Refused,
    /// <summary>It will be done at another time.</summary>
    DueMoved,
    /// <summary>Another case goes on in its place.</summary>
    Merged,
    /// <summary>Another case about the same was joined to it.</summary>
    TookIn,
    /// <summary>It was joined to another one by mistake, and goes on by itself.</summary>
    Unmerged,
    /// <summary>Another case was joined to it by mistake, and goes on by itself.</summary>
    GaveBack,
    /// <summary>It was over, and is not.</summary>
    Reopened,
    /// <summary>The agency looks at what is not solved, until when, and asks something.</summary>
    RecoveryOpened,
    /// <summary>What came of that.</summary>
    RecoveryClosed,
    /// <summary>The objection has arrived.</summary>
    Appealed,
    /// <summary>The citizen was right.</summary>
    AppealUpheld,
    /// <summary>It stays as it was decided.</summary>
    AppealDismissed,
    /// <summary>What somebody said in public was answered.</summary>
    RemarkAnswered,
}

/// <summary>By what a message travels.</summary>
public enum MessageChannel
{
    /// <summary>To an e-mail address.</summary>
    Email,
    /// <summary>To a phone.</summary>
    Sms,
}

/// <summary>What became of a message.</summary>
public enum MessageState
{
    /// <summary>It will be sent, or sent again.</summary>
    Queued,
    /// <summary>The server that takes messages for us has taken it.</summary>
    Sent,
    /// <summary>It was refused, or could not be handed over in any attempt.</summary>
    Failed,
    /// <summary>It was not sent, because there is no way to the person.</summary>
    Suppressed,
}

/// <summary>A message as staff see it: that somebody was told, and whether it went out. Text and address are not kept.</summary>
/// <param name="Id">The Message-ID of an e-mail begins with it.</param>
/// <param name="CaseId">About which case; null when it is about what somebody said in public.</param>
/// <param name="CaseNumber">Its number.</param>
/// <param name="Remark">About what was said in public.</param>
/// <param name="RecipientId">The citizen, or the account of a representative.</param>
/// <param name="Representative">Whether it went to who acts for the citizen.</param>
/// <param name="Channel">By what; null when there is no way to them.</param>
/// <param name="Template">What it tells.</param>
/// <param name="Language">In which language.</param>
/// <param name="State">What became of it.</param>
/// <param name="Attempts">To hand it over, so far.</param>
/// <param name="Error">Of the last attempt that failed, or why there was none: a code such as <c>smtp-550</c>.</param>
/// <param name="CreatedAt">When it was to be told.</param>
/// <param name="SentAt">When it was handed over.</param>
public sealed record Message(
    Guid Id, Guid? CaseId, long? CaseNumber, Guid? Remark, Guid RecipientId, bool Representative, MessageChannel? Channel, MessageTemplate Template, string Language, MessageState State,
    int Attempts, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

/// <summary>Somebody whom a case concerns, and the ways to them.</summary>
/// <param name="Id">The citizen, or the account of a representative.</param>
/// <param name="Representative">Acts for the citizen.</param>
/// <param name="Email">Null: none is known.</param>
/// <param name="Phone">Null: none is known.</param>
/// <param name="Language">How they like to be addressed; null: not known.</param>
public sealed record MessageRecipient(Guid Id, bool Representative, string? Email, string? Phone, string? Language)
{
    /// <summary>E-mail first: a text message can say little, and costs.</summary>
    /// <param name="open">What this installation can send by.</param>
    /// <returns>Null when there is no way.</returns>
    public MessageChannel? ChannelOf(IReadOnlySet<MessageChannel> open) =>
        Email is not null && open.Contains(MessageChannel.Email) ? MessageChannel.Email
        : Phone is not null && open.Contains(MessageChannel.Sms) ? MessageChannel.Sms
        : null;

    /// <summary>Where a channel reaches them.</summary>
    public string? AddressFor(MessageChannel channel) => channel == MessageChannel.Email ? Email : Phone;
}

/// <summary>What a case, or an answer to what was said in public, has to tell, as it stands when the message is made.</summary>
/// <param name="CaseId">Which case, or which remark.</param>
/// <param name="Number">Its number.</param>
/// <param name="Title">In the citizen's words.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Agency">Who writes.</param>
/// <param name="TimeZone">IANA name: local times are said in it.</param>
/// <param name="Locales">The agency's languages, its first one first.</param>
/// <param name="SubmittedAt">When it came in.</param>
/// <param name="DueAt">When it should be done.</param>
/// <param name="Reason">Of the step that the event tells of.</param>
/// <param name="Question">What the citizen is asked.</param>
/// <param name="Rights">What a refusal rests on and how to object, as the service said when the case was submitted.</param>
/// <param name="FollowUp">What is asked about a case that is not solved, in the agency's languages.</param>
/// <param name="Answer">What is answered to what was said in public, in the agency's languages.</param>
/// <param name="Why">And why.</param>
/// <param name="Decision">And what follows from it.</param>
public sealed record CaseNews(
    Guid CaseId, long Number, string Title, Localized Service, Localized Agency, string TimeZone, string[] Locales, DateTimeOffset SubmittedAt, DateTimeOffset? DueAt,
    string? Reason, string? Question, Information.Rights? Rights, Localized? FollowUp = null, Localized? Answer = null, Localized? Why = null,
    Insight.Loop.Decision? Decision = null)
{
    /// <summary>The event of an answer to what was said in public.</summary>
    public const string Answered = "remark.answered";

    /// <summary>A date that moves by less is no news.</summary>
    static readonly TimeSpan SmallestMove = TimeSpan.FromHours(1);

    /// <summary>Which template tells an event; null for an event that nobody is told of.</summary>
    /// <param name="type">Of the outbox.</param>
    /// <param name="data">Of the event.</param>
    /// <param name="number">Of the case that the event is about.</param>
    public static MessageTemplate? TemplateFor(string type, JsonElement data, long number) => type switch
    {
        "case.submitted" => MessageTemplate.Submitted,
        "case.asked" => MessageTemplate.Asked,
        "case.due-moved" => IsWorthTelling(data) ? MessageTemplate.DueMoved : null,
        "case.merged" => data.GetProperty("merged").GetInt64() == number ? MessageTemplate.Merged : MessageTemplate.TookIn,
        "case.unmerged" => data.GetProperty("unmerged").GetInt64() == number ? MessageTemplate.Unmerged : MessageTemplate.GaveBack,
        "case.transitioned" => data.GetProperty("to").GetString() switch
        {
            "resolved" => MessageTemplate.Resolved,
            "refused" => MessageTemplate.Refused,
            "reopened" => data.TryGetProperty("because", out var because) && because.ValueKind == JsonValueKind.String ? null : MessageTemplate.Reopened,
            _ => null,
        },
        "recovery.opened" => MessageTemplate.RecoveryOpened,
        "recovery.closed" => MessageTemplate.RecoveryClosed,
        "case.appealed" => MessageTemplate.Appealed,
        Answered => MessageTemplate.RemarkAnswered,
        "appeal.decided" => data.GetProperty("upheld").GetBoolean() ? MessageTemplate.AppealUpheld : MessageTemplate.AppealDismissed,
        _ => null,
    };

    // An answer after ten minutes gives ten minutes back: nobody wants a mail about that.
    static bool IsWorthTelling(JsonElement moved) =>
        !moved.TryGetProperty("was", out var was) || !moved.TryGetProperty("dueAt", out var due) || was.ValueKind == JsonValueKind.Null || due.ValueKind == JsonValueKind.Null
        || (due.GetDateTimeOffset() - was.GetDateTimeOffset()).Duration() >= SmallestMove;
}
