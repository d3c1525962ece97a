using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Insight;

/// <summary>
/// Sends reports by mail when their time has come. Each mail is written down first and held while it is sent: killed at any point, the next run
/// goes on behind it, and the one that was on its way goes out again under the same id.
/// </summary>
public sealed class SendReports(
    Databases databases, TenantDb db, Agencies agencies, ReportSubscriptions subscriptions, ReportBook reports, PublishedReports published, MessageChannels channels, TimeProvider clock) : IJob<NoArgs>
{
    const int Periods = 6;

    public static JobTerms Terms { get; } = new("send-reports", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        if (!channels.Open.Contains(MessageChannel.Email)) return; // when there is a way, they are sent
        foreach (var (slug, id) in await EveryAgency.ListAsync(databases, ct))
        {
            if (id == Caller.Installation || await agencies.FindAsync(slug, ct) is not { Status: AgencyStatus.Active } agency) continue;
            while (await subscriptions.PlanNextAsync(agency, ct)) { }
            while (await SendNextAsync(agency)) ct.ThrowIfCancellationRequested();
        }
    }

    // Not cancelled when the worker stops: a mail that is half handed over would be sent twice.
    async Task<bool> SendNextAsync(Agency agency)
    {
        await using var transaction = await db.BeginAsync(agency.Id, CancellationToken.None);
        if (await ReportSubscriptions.HoldNextAsync(transaction, CancellationToken.None) is not { } due)
        {
            await transaction.CommitAsync(CancellationToken.None);
            return false;
        }
        var error = due.Address is null ? "no-recipient" : await TrySendAsync(agency, due, due.Address);
        ReportSubscriptions.Note(transaction, due, error, clock.Now());
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    async Task<string?> TrySendAsync(Agency agency, DueMailing due, string address)
    {
        var (text, rich) = await ComposeAsync(agency, due);
        try
        {
            await channels[MessageChannel.Email].SendAsync(
                new(agency.Id, agency.Name.For([due.Language]), due.Id, due.SubscriptionId, due.Account, address, text, rich), CancellationToken.None);
            return null;
        }
        catch (MessageNotTaken failure) when (failure.ForGood)
        {
            return failure.Code;
        }
    }

    async Task<(MessageText, RichMail)> ComposeAsync(Agency agency, DueMailing due)
    {
        var kind = ReportKind.Find(due.Report)!;
        var found = kind.Series is not null ? await reports.FindAsync(agency.Id, kind, due.By, due.Period, null, null, Periods, CancellationToken.None)
            : await published.FindAsync(agency, kind, due.By, due.Period, null, null, Periods, CancellationToken.None);
        var names = await reports.NamesAsync(agency.Id, CancellationToken.None);
        return new ReportMail(due.Language, names).Compose(kind, due.By, agency.Name, [.. found.Pages.Select(ReportPage.Read)]);
    }
}
