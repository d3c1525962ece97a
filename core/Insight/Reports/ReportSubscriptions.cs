using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>Which reports are sent to whom.</summary>
public sealed class ReportSubscriptions(TenantDb db, TimeProvider clock)
{
    const string Columns = "n.id, n.report, nullif(n.breakdown, '') as by, n.period, n.schedule, n.recipients, n.language, n.next_at, n.created_at, n.version";

    const string MayReceive = "k.role in ('manager', 'admin') and k.disabled_at is null and k.email is not null";

    /// <summary>Has a report sent from now on.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotARecipient"/> when not all are managers or admins of the agency with an address.</exception>
    public async Task<ReportSubscription> CreateAsync(
        Caller caller, Agency agency, ReportKind report, string by, Grain period, MailSchedule schedule, IReadOnlyList<Guid> recipients, string language, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var made = await change.QuerySingleOrDefaultAsync<ReportSubscription>($"""
            insert into report_subscriptions as n (agency_id, id, report, breakdown, period, schedule, recipients, language, next_at, created_by, created_at)
            select @agency, @id, @report, @by, @period, @schedule, @recipients, @language, @next, @creator, @now
            where (select count(*) from accounts k where k.agency_id = @agency and k.id = any (@recipients) and {MayReceive}) = cardinality(@recipients)
            returning {Columns}
            """,
            new
            {
                Id = Guid.CreateVersion7(now), Report = report.Key, by, period, schedule, Recipients = recipients.ToArray(), language,
                Next = ReportSubscription.NextAfter(schedule, now, DateTimeZoneProviders.Tzdb[agency.TimeZone]), Creator = caller.Id, now,
            }, ct) ?? throw Problems.NotARecipient.Because("Not all of \"recipients\" are managers or admins of this agency with an e-mail address.");
        change.Audit(now, "report.subscribed", "report-subscription", made.Id, JsonSerializer.Serialize(new { made.Report, made.By, made.Schedule, recipients = made.Recipients.Length }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("report.subscribed", made.Id, new { made.Report, made.By, made.Schedule }));
        await change.CommitAsync(ct);
        return made;
    }

    /// <summary>Subscriptions, the last one first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="only">This one.</param>
    /// <param name="before">Only those made before this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<ReportSubscription>> ListAsync(Guid agency, Guid? only, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<ReportSubscription>(agency, $"""
            select {Columns}
            from report_subscriptions n
            where n.agency_id = @agency and (@only is null or n.id = @only) and (@before is null or n.id < @before)
            order by n.id desc
            limit @limit
            """, new { only, before, limit }, ct);

    /// <summary>Has a report sent no more; mails that wait are not sent.</summary>
    /// <returns>Whether it was at that version.</returns>
    public async Task<bool> RemoveAsync(Caller caller, ReportSubscription subscription, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        change.Enqueue("delete from report_mailings where agency_id = @agency and subscription_id = @id", new { subscription.Id });
        if (await change.ExecuteAsync("delete from report_subscriptions where agency_id = @agency and id = @id and version = @version", new { subscription.Id, subscription.Version }, ct) == 0) return false;
        change.Audit(now, "report.unsubscribed", "report-subscription", subscription.Id);
        change.Emit(now, OutboxEvent.Of("report.unsubscribed", subscription.Id, new { subscription.Report }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Writes down the mails of a subscription whose time has come, and when its next ones are.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> PlanNextAsync(Agency agency, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency.Id), ct);
        var due = await change.QuerySingleOrDefaultAsync<ReportSubscription>($"""
            select {Columns} from report_subscriptions n
            where n.agency_id = @agency and n.next_at <= @now
            order by n.next_at, n.id
            limit 1
            for update skip locked
            """, new { now }, ct);
        if (due is null) return false;
        change.Enqueue("""
            insert into report_mailings (agency_id, subscription_id, due_at, account_id, id, state)
            select @agency, @subscription, @dueAt, r.account, r.id, 'queued' from unnest(@recipients, @ids) as r (account, id)
            on conflict do nothing
            """, new { Subscription = due.Id, DueAt = due.NextAt, due.Recipients, Ids = due.Recipients.Select(_ => Guid.CreateVersion7(now)).ToArray() });
        change.Enqueue("update report_subscriptions set next_at = @next where agency_id = @agency and id = @id",
            new { due.Id, Next = ReportSubscription.NextAfter(due.Schedule, now, DateTimeZoneProviders.Tzdb[agency.TimeZone]) });
        change.Audit(now, "report.mailed", "report-subscription", due.Id, JsonSerializer.Serialize(new { due.Report, recipients = due.Recipients.Length }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("report.mailed", due.Id, new { due.Report }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Takes the next mail that waits, and holds it until the end of the transaction. An address that may not get it any more is null.</summary>
    public static Task<DueMailing?> HoldNextAsync(TenantTransaction transaction, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<DueMailing>($"""
            select m.id, m.subscription_id, m.due_at, m.account_id as account, (select k.email from accounts k where k.agency_id = @agency and k.id = m.account_id and {MayReceive}) as address,
                   n.report, n.breakdown as by, n.period, n.language
            from report_mailings m
            join report_subscriptions n on n.agency_id = m.agency_id and n.id = m.subscription_id
            where m.agency_id = @agency and m.state = 'queued'
            order by m.due_at, m.id
            limit 1
            for update of m skip locked
            """, null, ct);

    /// <summary>Notes what became of a mail.</summary>
    /// <param name="transaction">In which it is held.</param>
    /// <param name="mailing">Which.</param>
    /// <param name="error">Null: it was taken.</param>
    /// <param name="now">The time.</param>
    public static void Note(TenantTransaction transaction, DueMailing mailing, string? error, DateTimeOffset now) => transaction.Enqueue("""
        update report_mailings set state = case when @error is null then 'sent' else 'failed' end, error = @error, sent_at = case when @error is null then @now end
        where agency_id = @agency and subscription_id = @subscriptionId and due_at = @dueAt and account_id = @account
        """, new { error, now, mailing.SubscriptionId, mailing.DueAt, mailing.Account });
}
