using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Information;

/// <summary>
/// Sends published notices to whom they are addressed. All of them are written down first, and each is held while it is sent: killed at any point, the
/// next run goes on behind it, and the one that was on its way goes out again under the same id.
/// </summary>
public sealed class SendNotices(Databases databases, TenantDb db, NoticeSendings sendings, MessageChannels channels) : IJob<NoArgs>
{
    /// <summary>Sent for an agency before it is the next one's turn.</summary>
    const int AtATime = 200;

    /// <summary>So many in a row that were not taken, and the other side is away: the next run tries again.</summary>
    const int Away = 3;

    public static JobTerms Terms { get; } = new("send-notices"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        var agencies = await OpenAsync(ct);
        foreach (var agency in agencies)
            while (await sendings.BeginNextAsync(agency, channels.Open, ct)) { }
        for (var left = agencies; left.Count > 0;)
        {
            var more = new List<Guid>();
            foreach (var agency in left)
                if (await SendSomeAsync(agency, ct)) more.Add(agency);
            left = more;
        }
        foreach (var agency in agencies) await sendings.EndAsync(agency, ct);
    }

    async Task<IReadOnlyList<Guid>> OpenAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("select distinct agency_id from notice_sendings where over_at is null");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var agencies = new List<Guid>();
        while (await reader.ReadAsync(ct)) agencies.Add(reader.GetGuid(0));
        return agencies;
    }

    // Whether there are more.
    async Task<bool> SendSomeAsync(Guid agency, CancellationToken ct)
    {
        var refused = 0;
        for (var sent = 0; sent < AtATime; sent++)
        {
            ct.ThrowIfCancellationRequested();
            if (await SendNextAsync(agency) is not { } taken) return false;
            refused = taken ? 0 : refused + 1;
            if (refused == Away) return false;
        }
        return true;
    }

    // Not cancelled when the worker stops: a mail that is half handed over would be sent twice. Null: there is nothing to send.
    async Task<bool?> SendNextAsync(Guid agency)
    {
        await using var transaction = await db.BeginAsync(agency, CancellationToken.None);
        if (await sendings.HoldNextAsync(transaction, CancellationToken.None) is not { } notice) return null;
        var failure = notice.Address is { } address && channels.Open.Contains(notice.Channel) ? await TryAsync(agency, notice, address) : null;
        if (notice.Address is null) sendings.Note(transaction, notice, "refused");
        else if (!channels.Open.Contains(notice.Channel)) sendings.Note(transaction, notice, "failed");
        else if (failure is null) sendings.Note(transaction, notice, "sent");
        else if (!failure.ForGood && notice.Attempts < JobTerms.Growing.Count) sendings.Note(transaction, notice, "queued", JobTerms.Growing[notice.Attempts]);
        else sendings.Note(transaction, notice, "failed");
        await transaction.CommitAsync(CancellationToken.None);
        return failure is not { ForGood: false };
    }

    async Task<MessageNotTaken?> TryAsync(Guid agency, DueNotice notice, string address)
    {
        try
        {
            await channels[notice.Channel].SendAsync(
                new(agency, notice.Agency, notice.Id, notice.Sending, notice.CitizenId, address, notice.Text, Refusal: notice.OneClick), CancellationToken.None);
            return null;
        }
        catch (MessageNotTaken failure)
        {
            return failure;
        }
    }
}
