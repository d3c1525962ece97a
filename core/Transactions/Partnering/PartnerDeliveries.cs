using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>What is on its way to partners and what became of it, and what people decide about what failed.</summary>
public sealed class PartnerDeliveries(TenantDb db, TimeProvider clock)
{
    /// <summary>How long what arrived or was given up can be looked up. What failed stays until somebody decides.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    const string Columns = """
        d.id, d.partner_id, d.case_id, d.event_id, d.kind, d.step, d.occurred_at, d.state, d.attempts, case when d.state = 'waiting' then nullif(d.next_at, 'infinity') end as next_at,
        d.last_tried_at, d.uncertain, d.status, d.error, d.answer, d.milliseconds, d.sent_status, d.delivered_at, d.decided_by, d.decided_at, d.reason, d.created_at
        """;

    /// <summary>Deliveries to a partner, newest first.</summary>
    public Task<IReadOnlyList<PartnerDelivery>> ListAsync(Guid agency, Guid partner, PartnerDeliveryState? state, Guid? caseId, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<PartnerDelivery>(agency, $"""
            select {Columns}
            from partner_deliveries d
            where d.agency_id = @agency and d.partner_id = @partner
              and (@state is null or d.state = @state) and (@caseId is null or d.case_id = @caseId) and (@after is null or d.id < @after)
            order by d.id desc
            limit @limit
            """, new { partner, state, caseId, after, limit }, ct);

    /// <summary>One of them.</summary>
    public Task<PartnerDelivery?> FindAsync(Guid agency, Guid partner, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<PartnerDelivery>(
            agency, $"select {Columns} from partner_deliveries d where d.agency_id = @agency and d.partner_id = @partner and d.id = @id", new { partner, id }, ct);

    /// <summary>Has one that failed tried again, by the settings of now.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotFailed"/>.</exception>
    public Task<PartnerDelivery?> RetryAsync(Caller caller, Guid partner, Guid id, string reason, CancellationToken ct) =>
        DecideAsync(caller, partner, id, reason, PartnerDeliveryState.Waiting, "partner.delivery-retried", null, ct);

    /// <summary>Decides that one that failed need not arrive. Without the case nothing that comes after it can: that is given up with it.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotFailed"/>.</exception>
    public Task<PartnerDelivery?> GiveUpAsync(Caller caller, Guid partner, Guid id, string reason, CancellationToken ct) =>
        DecideAsync(caller, partner, id, reason, PartnerDeliveryState.GivenUp, "partner.delivery-given-up", null, ct);

    /// <summary>Says that a case that failed is there nevertheless, under this reference: somebody looked.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotFailed"/>, <see cref="Problems.ReferenceTaken"/>.</exception>
    public Task<PartnerDelivery?> ArrivedAsync(Caller caller, Guid partner, Guid id, string reference, string reason, CancellationToken ct) =>
        DecideAsync(caller, partner, id, reason, PartnerDeliveryState.Delivered, "partner.delivery-arrived", reference, ct);

    async Task<PartnerDelivery?> DecideAsync(
        Caller caller, Guid partner, Guid id, string reason, PartnerDeliveryState state, string action, string? reference, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var failed = await change.QuerySingleOrDefaultAsync<Failed>("""
            select case_id, kind, position, state from partner_deliveries where agency_id = @agency and partner_id = @partner and id = @id
            """, new { partner, id }, ct);
        if (failed is null) return null;
        if (reference is not null && failed.Kind == DeliveryKind.Update) throw Platform.Problems.InvalidValue("/reference", "not-allowed", "Only a case has a reference.");
        await PartnerNotes.HoldAsync(change, partner, failed.CaseId, ct);
        var decided = await change.QuerySingleOrDefaultAsync<PartnerDelivery>($"""
            update partner_deliveries d set
              state = @state, attempts = 0, first_tried_at = case when uncertain then first_tried_at end, next_at = @now, decided_by = @by, decided_at = @now, reason = @reason,
              delivered_at = case when @state = 'delivered' then @now end
            where d.agency_id = @agency and d.partner_id = @partner and d.id = @id and d.state = 'failed'
            returning {Columns}
            """, new { partner, id, state, By = caller.Id, now, reason }, ct)
            ?? throw Problems.NotFailed.Because($"It is {failed.State.Word()}.", new Dictionary<string, object?> { ["state"] = failed.State.Word() });
        if (reference is not null) await ReferAsync(change, partner, failed.CaseId, reference, ct);
        if (failed.Kind == DeliveryKind.Request && state == PartnerDeliveryState.GivenUp)
            change.Enqueue("""
                update partner_deliveries set state = 'givenUp', decided_by = @by, decided_at = @now, reason = @reason
                where agency_id = @agency and partner_id = @partner and case_id = @caseId and state in ('waiting', 'failed')
                """, new { partner, failed.CaseId, By = caller.Id, now, reason });
        else PartnerNotes.MoveFollowing(change, partner, failed.CaseId, failed.Position, now);
        change.Audit(now, action, "partner", partner, JsonSerializer.Serialize(new { delivery = id, caseId = failed.CaseId }, Wire.Json));
        await change.CommitAsync(ct);
        return decided;
    }

    static async Task ReferAsync(Change change, Guid partner, Guid caseId, string reference, CancellationToken ct)
    {
        var taken = await PartnerNotes.CaseOfAsync(change, partner, reference, ct);
        if (taken is not null && taken != caseId) throw Problems.ReferenceTaken.Because("One case has one reference there.", new Dictionary<string, object?> { ["case"] = taken });
        change.Enqueue("""
            update partner_cases set reference = @reference where agency_id = @agency and partner_id = @partner and case_id = @caseId
            """, new { partner, reference, caseId });
    }

    sealed record Failed(Guid CaseId, DeliveryKind Kind, long Position, PartnerDeliveryState State);
}
