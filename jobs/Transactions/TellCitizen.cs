using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Jobs.Transactions;

/// <summary>
/// Tells those whom a case concerns what happened to it, and whoever said something in public what it was answered. Each message is written down first and held while it is sent, so that it is
/// sent once when the other side's answer came, and again under the same id when the worker was killed before it could note that.
/// </summary>
public sealed class TellCitizen(Messages messages, MessageChannels channels, TenantDb db) : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("tell-citizen", JobTerms.Growing);

    public async Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct)
    {
        if (channels.Open.Count == 0) return;
        var isAnswer = args.Type == CaseNews.Answered;
        if (await (isAnswer ? messages.FindAnswerAsync(args, ct) : messages.FindNewsAsync(args, ct)) is not { } news || CaseNews.TemplateFor(args.Type, args.Data, news.Number) is not { } template) return;
        var recipients = await (isAnswer ? messages.AuthorAsync(args.Agency, args.SubjectId, ct) : messages.RecipientsAsync(args.Agency, args.SubjectId, ct));
        await messages.QueueAsync(args, template, recipients, channels.Open, news.Locales, ct);

        MessageNotTaken? failure = null;
        foreach (var recipient in recipients)
        {
            ct.ThrowIfCancellationRequested();
            failure = await SendAsync(args, template, news, recipient) ?? failure; // one who cannot be reached keeps nobody else waiting
        }
        if (failure is not null) throw failure;
    }

    // Not cancelled when the worker stops: a message that is half handed over would be sent twice. The channels' patience is shorter than the worker's grace.
    async Task<MessageNotTaken?> SendAsync(FactArgs args, MessageTemplate template, CaseNews news, MessageRecipient recipient)
    {
        await using var transaction = await db.BeginAsync(args.Agency, CancellationToken.None);
        var waiting = await messages.HoldAsync(transaction, args, recipient.Id, CancellationToken.None);
        if (waiting is not [.., var message] || message.EventId != args.EventId) return null; // sent, or nothing to send
        if (waiting.Count > 1) return new("after-an-earlier-one", forGood: false); // news come in the order in which they happened
        var failure = await TryAsync(args, template, news, recipient, message);
        var over = failure is { ForGood: true } || message.Attempts >= Terms.Pauses.Count;
        messages.Note(transaction, message, failure is null ? MessageState.Sent : over ? MessageState.Failed : MessageState.Queued, failure?.Code);
        await transaction.CommitAsync(CancellationToken.None);
        return failure is { ForGood: false } ? failure : null;
    }

    async Task<MessageNotTaken?> TryAsync(FactArgs args, MessageTemplate template, CaseNews news, MessageRecipient recipient, WaitingMessage message)
    {
        if (recipient.AddressFor(message.Channel) is not { } address || !channels.Open.Contains(message.Channel)) return new("no-way", forGood: true); // not any more
        var into = args.Data.TryGetProperty("into", out var number) ? number.GetInt64() : (long?)null;
        var text = MessageTexts.Write(template, message.Language, news, recipient.Representative, Messages.TimeIn(args, "was"), into);
        var agency = MessageTexts.Line(news.Agency.For([message.Language, .. news.Locales]), 100);
        try
        {
            await channels[message.Channel].SendAsync(new(args.Agency, agency, message.Id, news.CaseId, recipient.Id, address, text), CancellationToken.None);
            return null;
        }
        catch (MessageNotTaken failure)
        {
            return failure;
        }
    }
}
