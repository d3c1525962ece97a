using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Insight;

/// <summary>
/// Invites people to a wave, or reminds them. Each is written down first and held while it is sent: killed at any point, the next attempt goes on
/// behind it, and the one that was on its way goes out again under the same id.
/// </summary>
public sealed class SendInvitations(SurveyInvitations invitations, MessageChannels channels, TenantDb db) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(SurveyInvitations.OperationKind, JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var order = progress.Operation.Arguments.Deserialize<InvitationOrder>(Wire.Json)!;
        if (order.Reminder == 0) await invitations.ChooseAsync(args.Agency, progress, order, ct);
        while (await SendNextAsync(args, order)) ct.ThrowIfCancellationRequested();
    }

    // Not cancelled when the worker stops: a message that is half handed over would be sent twice.
    async Task<bool> SendNextAsync(OperationArgs args, InvitationOrder order)
    {
        await using var transaction = await db.BeginAsync(args.Agency, CancellationToken.None);
        if (await invitations.HoldNextAsync(transaction, args.OperationId, order, CancellationToken.None) is not { } due)
        {
            await transaction.CommitAsync(CancellationToken.None);
            return false;
        }
        var failure = await TryAsync(args.Agency, order, due);
        if (failure is { ForGood: false }) throw failure; // the mail server is away: the operation is tried again later
        SurveyInvitations.Note(transaction, due.Id, order, failure is null ? "sent" : "failed", failure?.Code);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    async Task<MessageNotTaken?> TryAsync(Guid agency, InvitationOrder order, DueInvitation due)
    {
        if (due.Address is not { } address || !channels.Open.Contains(due.Channel)) return new("no-way", forGood: true);
        try
        {
            // A reminder is another message; both are the same however often they are sent.
            var id = order.Reminder == 0 ? due.Id : new Guid(System.Security.Cryptography.SHA256.HashData([.. due.Id.ToByteArray(), (byte)order.Reminder]).AsSpan(0, 16));
            await channels[due.Channel].SendAsync(new(agency, due.Agency, id, order.Wave, due.CitizenId, address, due.Text), CancellationToken.None);
            return null;
        }
        catch (MessageNotTaken failure)
        {
            return failure;
        }
    }
}
