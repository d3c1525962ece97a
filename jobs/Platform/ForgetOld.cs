using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Core.Transactions.Partnering;

namespace Cirm.Jobs.Platform;

/// <summary>Deletes what has done its service, agency by agency, a few thousand rows at a time.</summary>
public sealed class ForgetOld(Databases databases, TenantDb db, ExportFiles exports, PartnerMemory partners, TimeProvider clock) : IJob<NoArgs>
{
    /// <summary>How long an event that was dealt with can still be looked up and delivered again.</summary>
    static readonly TimeSpan EventsKept = TimeSpan.FromDays(90);

    const int AtATime = 5000;

    public static JobTerms Terms { get; } = new("forget-old", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        var now = clock.Now();
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct))
        {
            await DeleteAsync(agency, """
                delete from outbox
                where agency_id = @agency
                  and id in (select id from outbox where agency_id = @agency and done_at < @before order by id limit @limit)
                """, now - EventsKept, ct);
            await DeleteAsync(agency, """
                delete from idempotency_keys
                where agency_id = @agency
                  and key_hash in (select key_hash from idempotency_keys where agency_id = @agency and created_at < @before order by created_at limit @limit)
                """, now - Idempotency.Kept, ct);
            await DeleteAsync(agency, """
                delete from erased_sign_ins
                where agency_id = @agency
                  and subject_hash in (select subject_hash from erased_sign_ins where agency_id = @agency and until < @before limit @limit)
                """, now, ct);
            await DeleteAsync(agency, """
                delete from messages
                where agency_id = @agency
                  and id in (select id from messages where agency_id = @agency and created_at < @before order by id limit @limit)
                """, now - Messages.Kept, ct);
            await DeleteAsync(agency, """
                delete from mailbox_messages
                where agency_id = @agency
                  and id in (select id from mailbox_messages where agency_id = @agency and created_at < @before order by id limit @limit)
                """, now - Mailbox.Kept, ct);
            await DeleteAsync(agency, """
                delete from webhook_deliveries
                where agency_id = @agency
                  and id in (select id from webhook_deliveries where agency_id = @agency and created_at < @before order by id limit @limit)
                """, now - Deliveries.Kept, ct);
            // What failed stays until a person decides.
            await DeleteAsync(agency, """
                delete from partner_deliveries
                where agency_id = @agency
                  and id in (select id from partner_deliveries
                             where agency_id = @agency and created_at < @before and state in ('delivered', 'givenUp') order by id limit @limit)
                """, now - PartnerDeliveries.Kept, ct);
            while (await partners.ForgetAsync(agency, AtATime, ct) > 0) { }
            await exports.ForgetAsync(agency, now, ct);
            // Of operations that were cancelled or failed; one that succeeded took its order along.
            await DeleteAsync(agency, """
                delete from bulk_orders
                where agency_id = @agency
                  and operation_id in (select b.operation_id
                                       from bulk_orders b
                                       join operations o on o.agency_id = b.agency_id and o.id = b.operation_id
                                       where b.agency_id = @agency and o.finished_at < @before
                                       limit @limit)
                """, now, ct);
        }
    }

    async Task DeleteAsync(Guid agency, string sql, DateTimeOffset before, CancellationToken ct)
    {
        int deleted;
        do
        {
            await using var transaction = await db.BeginAsync(agency, ct);
            deleted = await transaction.ExecuteAsync(sql, new { before, limit = AtATime }, ct);
            await transaction.CommitAsync(ct);
        }
        while (deleted >= AtATime);
    }
}
