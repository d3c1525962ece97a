using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Jobs.Transactions;

/// <summary>Keeps what would have gone out, for a page that shows it: nobody real is written to.</summary>
public sealed class MailboxChannel(MessageChannel instead, Mailbox mailbox, TimeProvider clock) : IMessageChannel
{
    public Task SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        var (text, isMail) = (message.Text, instead == MessageChannel.Email);
        return mailbox.PutAsync(message.Agency, message.CaseId, message.Recipient,
            new(message.Id, instead, message.Address, text.Language, isMail ? text.Subject : null, isMail ? text.Body : text.Short, clock.Now()), ct);
    }
}
