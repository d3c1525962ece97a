using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Insight.Surveying;

/// <summary>By what somebody is invited.</summary>
public enum InvitationChannel
{
    /// <summary>To an e-mail address.</summary>
    Email,
    /// <summary>To a phone.</summary>
    Sms,
    /// <summary>Printed: the codes are fetched as a file.</summary>
    Letter,
}

/// <summary>Who is to be invited: the arguments of the operation.</summary>
/// <param name="Wave">To which wave.</param>
/// <param name="Channel">By what; null: by e-mail where there is an address, else by text message, else by letter.</param>
/// <param name="Segments">Only members of one of these segments, by key; null: the survey's audience.</param>
/// <param name="ClosedWithinDays">Only citizens of whom a case was closed within so many days.</param>
/// <param name="Service">And only of this service.</param>
/// <param name="Share">A sample: this share of them, more than 0 and at most 1.</param>
/// <param name="Size">A sample: so many of them.</param>
/// <param name="Codes">Instead of people: so many codes for whoever gets one.</param>
/// <param name="Reminder">Which reminder this is, from 1; 0 for the invitation itself.</param>
public sealed record InvitationOrder(
    Guid Wave, InvitationChannel? Channel, string[]? Segments, int? ClosedWithinDays, string? Service, double? Share, int? Size, int? Codes, int Reminder = 0);

/// <summary>An invitation as staff see it: that somebody was asked, never whether they answered.</summary>
/// <param name="Id">The Message-ID of an e-mail begins with it.</param>
/// <param name="CitizenId">Who; null for a code of nobody in particular, and for somebody who was erased.</param>
/// <param name="Channel">By what.</param>
/// <param name="State">What became of it: queued, sent, failed, printed.</param>
/// <param name="Error">Of the attempt that failed: a code such as <c>smtp-550</c>.</param>
/// <param name="Reminders">How many went out.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record Invitation(Guid Id, Guid? CitizenId, InvitationChannel Channel, string State, string? Error, int Reminders, DateTimeOffset CreatedAt);

/// <summary>A code to be printed.</summary>
/// <param name="Name">Whose letter it is.</param>
/// <param name="ExternalId">What another system calls them.</param>
/// <param name="Code">What they answer with.</param>
public sealed record PrintedCode(string? Name, string? ExternalId, string Code);

/// <summary>An invitation whose turn it is, with what is said in it.</summary>
/// <param name="Id">The same however often it is sent.</param>
/// <param name="CitizenId">To whom.</param>
/// <param name="Channel">By what.</param>
/// <param name="Address">Where; null when there is no way any more.</param>
/// <param name="Text">What is said.</param>
/// <param name="Agency">Who writes.</param>
public sealed record DueInvitation(Guid Id, Guid CitizenId, MessageChannel Channel, string? Address, MessageText Text, string Agency);

/// <summary>What an invitation says.</summary>
static class InvitationTexts
{
    /// <summary>Writes it in a language.</summary>
    public static MessageText Write(string language, string agency, string title, string code, DateTimeOffset closesAt, bool anonymous, bool reminder)
    {
        var day = closesAt.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var fa = language.StartsWith("fa", StringComparison.OrdinalIgnoreCase);
        string[] parts = fa
            ?
            [
                reminder ? $"پیش‌تر شما را به نظرسنجی «{title}» دعوت کردیم. اگر پاسخ داده‌اید، کار دیگری لازم نیست؛ این پیام برای همهٔ دعوت‌شدگان فرستاده می‌شود." : $"{agency} نظر شما را می‌پرسد: «{title}».",
                $"کد شما: {code}",
                $"با این کد تا {day} یک بار می‌توانید پاسخ دهید.",
                anonymous ? "پاسخ شما ناشناس است: هیچ‌کس، حتی خود ما، نمی‌تواند آن را به شما برساند." : "پاسخ شما محرمانه است و تنها به صورت آمار نشان داده می‌شود.",
                agency,
            ]
            :
            [
                reminder ? $"Some time ago we asked you to take part in \"{title}\". If you have, there is nothing left to do; everybody we asked gets this." : $"{agency} would like to know what you think: \"{title}\".",
                $"Your code: {code}",
                $"You can answer with it once, until {day}.",
                anonymous ? "Your answer is anonymous: nobody can lead it back to you, nor can we." : "Your answer is confidential: only figures of many people are shown.",
                $"{agency}\nThis message was sent by a machine: an answer to it would reach nobody.",
            ];
        var subject = MessageTexts.Line(fa ? $"نظرسنجی: {title}" : $"Survey: {title}", 150);
        return new(language, subject, string.Join("\n\n", parts) + "\n", MessageTexts.Line(fa ? $"{agency}: نظرسنجی. کد شما: {code}" : $"{agency}: a survey. Your code: {code}", 300));
    }
}
