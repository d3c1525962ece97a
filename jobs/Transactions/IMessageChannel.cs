using Cirm.Core.Transactions.Messaging;

namespace Cirm.Jobs.Transactions;

/// <summary>A message on its way to one person.</summary>
/// <param name="Agency">Who writes.</param>
/// <param name="AgencyName">The same, for a person.</param>
/// <param name="Id">The same however often it is sent: whoever gets it twice can tell.</param>
/// <param name="CaseId">About which case, which remark or which other thing.</param>
/// <param name="Recipient">The citizen, or the account of a representative.</param>
/// <param name="Address">An e-mail address or a phone number, as somebody once entered it.</param>
/// <param name="Text">What is said.</param>
/// <param name="Rich">The same for who reads HTML, with a picture; by e-mail only.</param>
/// <param name="Refusal">Where a mail program says for its reader, with one click, that they want no more of these; by e-mail only.</param>
public sealed record OutgoingMessage(
    Guid Agency, string AgencyName, Guid Id, Guid CaseId, Guid Recipient, string Address, MessageText Text, RichMail? Rich = null, string? Refusal = null);

/// <summary>What a mail can show besides plain text.</summary>
/// <param name="Html">The text again; it names the picture as <c>cid:chart</c>.</param>
/// <param name="Picture">A PNG; null: there is none.</param>
public sealed record RichMail(string Html, byte[]? Picture);

/// <summary>A system outside that takes messages to people: a mail server, a gateway for text messages.</summary>
public interface IMessageChannel
{
    /// <summary>Hands a message over. When it returns, the other side has taken it.</summary>
    /// <exception cref="MessageNotTaken">The other side has not, or did not say so.</exception>
    Task SendAsync(OutgoingMessage message, CancellationToken ct);
}

/// <summary>Why a message was not handed over.</summary>
/// <param name="code">For staff and logs: neither address nor text is in it.</param>
/// <param name="forGood">Another attempt would end the same way.</param>
/// <param name="cause">What was thrown.</param>
public sealed class MessageNotTaken(string code, bool forGood, Exception? cause = null) : Exception($"A message was not taken: {code}.", cause)
{
    public string Code => code;

    public bool ForGood => forGood;
}
