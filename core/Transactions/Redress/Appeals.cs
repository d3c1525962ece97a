using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;

namespace Cirm.Core.Transactions.Redress;

/// <summary>How an appeal stands.</summary>
public enum AppealState
{
    /// <summary>An answer is owed.</summary>
    Open,
    /// <summary>The citizen was right: the case goes on.</summary>
    Upheld,
    /// <summary>It stays as it was decided.</summary>
    Dismissed,
}

/// <summary>A citizen's objection to how a case ended.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="CaseId">Of which case.</param>
/// <param name="CaseNumber">Its number.</param>
/// <param name="Round">The round whose end it is against.</param>
/// <param name="State">How it stands.</param>
/// <param name="Reason">The citizen's.</param>
/// <param name="DecisionReason">The agency's.</param>
/// <param name="DecidedBy">Who decided it; for staff only.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Owner">The member of staff who has to decide it; null: it waits in the queue of the unit, or of the managers.</param>
/// <param name="Unit">The key of the unit whose decision it is against; null: the managers have to find one.</param>
/// <param name="DecisionBy">Who made the decision that it is against, and does not decide the appeal; for staff only.</param>
/// <param name="Version">For the ETag.</param>
public sealed record Appeal(
    Guid Id, Guid CaseId, long CaseNumber, int Round, AppealState State, string Reason, string? DecisionReason, Guid? DecidedBy, DateTimeOffset? DecidedAt,
    DateTimeOffset CreatedAt, Guid? Owner, string? Unit, Guid? DecisionBy, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Whose turn it is; a list with <c>ownedBy=managers</c> shows what nobody has taken yet.</summary>
    public OwnedBy OwnedBy => Owners.Of(Owner, Unit);
}

/// <summary>Appeals against how cases ended: one a round, each answered with a reason (INFO-RIGHTS).</summary>
public sealed class Appeals(TenantDb db, TimeProvider clock)
{
    const string Columns = """
        a.id, a.case_id, c.number as case_number, a.round, a.state, a.reason, a.decision_reason, case when @staff then a.decided_by end as decided_by, a.decided_at,
        a.created_at, a.owner, a.owner_unit as unit, case when @staff then a.decision_by end as decision_by, a.version
        """;

    /// <summary>Appeals against how a case ended. There is no limit of time: the law of the service may have one, which staff apply.</summary>
    /// <exception cref="Refusal"><see cref="Problems.CaseNotOver"/>, <see cref="Problems.CaseMerged"/>, <see cref="Problems.AppealExists"/>.</exception>
    public async Task<Appeal> MakeAsync(Caller caller, Case own, string reason, CancellationToken ct)
    {
        if (own.MergedInto is { } survivor) throw Case.WasMerged(survivor);
        if (!own.Status.IsOver()) throw Case.NotOver(own.Status, "It can be appealed against");
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var decider = await change.QuerySingleOrDefaultAsync<Guid?>("""
            select h.actor_id
            from cases c
            join case_history h on h.agency_id = c.agency_id and h.case_id = c.id and h.kind = 'transitioned' and h.at = c.decided_at
            where c.agency_id = @agency and c.id = @id
            order by h.id
            limit 1
            """, new { own.Id }, ct);
        var appeal = await change.QuerySingleOrDefaultAsync<Appeal>($"""
            with made as (
              insert into appeals (agency_id, id, case_id, round, state, reason, owner, owner_unit, decision_by, created_at)
              select @agency, @id, c.id, c.round, 'open', @reason, {Owners.HeadOfUnit}, u.key, @not, @now
              from cases c
              {Owners.UnitOfCase}
              where c.agency_id = @agency and c.id = @caseId and c.round = @round and c.status in ('resolved', 'refused', 'closed') and c.merged_into is null
              on conflict (agency_id, case_id, round) do nothing
              returning *)
            select {Columns}
            from made a
            join cases c on c.agency_id = a.agency_id and c.id = a.case_id
            where a.agency_id = @agency
            """, new { id, CaseId = own.Id, own.Round, reason, Not = decider, Staff = caller.IsStaff, now }, ct);
        if (appeal is null)
        {
            var there = (await ListAsync(Caller.System(caller.Agency), own.Id, null, null, null, null, 200, ct)).FirstOrDefault(a => a.Round == own.Round)
                ?? throw Problems.CaseMoved.Because("The case was reopened while this was said.");
            throw Problems.AppealExists.Because($"It is {there.State.Word()}.", new Dictionary<string, object?> { ["appeal"] = new { there.Id, State = there.State.Word() } });
        }
        CaseHistory.Append(change, caller, own.Id, now, "appealed", null, null, reason, null, CaseHistory.OnBehalfOf(caller, own.CitizenId));
        change.Audit(now, "case.appealed", "case", own.Id, JsonSerializer.Serialize(new { appeal = appeal.Id }));
        change.Emit(now, OutboxEvent.Of("case.appealed", own.Id, new { own.Number, appeal = appeal.Id, own.Round, appeal.Owner, appeal.Unit, appeal.OwnedBy }));
        await change.CommitAsync(ct);
        return appeal;
    }

    /// <summary>Decides one. Upheld, it reopens the case, whatever limits its citizen has; who works on it keeps it.</summary>
    /// <returns>The appeal, or null when there is none.</returns>
    /// <exception cref="Refusal"><see cref="Problems.OwnDecision"/>, <see cref="Problems.AppealDecided"/>, <see cref="Problems.CaseMerged"/>, <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Appeal?> DecideAsync(Caller caller, Guid id, bool upheld, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var caseId = await change.QuerySingleOrDefaultAsync<Guid?>("""
            update appeals set state = @state, decision_reason = @reason, decided_by = @account, decided_at = @now, version = version + 1
            where agency_id = @agency and id = @id and state = 'open' and (decision_by is null or decision_by is distinct from @account)
            returning case_id
            """, new { id, State = upheld ? AppealState.Upheld : AppealState.Dismissed, reason, Account = caller.Id, now }, ct);
        if (caseId is null)
        {
            if (await FindAsync(caller, id, ct) is not { } there) return null;
            if (there.State != AppealState.Open) throw Problems.AppealDecided.Because("Somebody decided it before.");
            throw Problems.OwnDecision.Because("This appeal is against your own decision.", new Dictionary<string, object?>
            {
                ["mayDecide"] = new { there.Owner, there.Unit, ownedBy = there.OwnedBy.Word(), roles = (string[])["agent", "manager", "admin"], except = there.DecisionBy },
            });
        }
        var decided = (await Casework.FindForChangeAsync(change, caseId.Value, now, ct))!;
        CaseHistory.Append(change, caller, decided.Id, now, upheld ? "appealUpheld" : "appealDismissed", null, null, reason, null);
        change.Audit(now, "appeal.decided", "appeal", id, JsonSerializer.Serialize(new { upheld }));
        change.Emit(now, OutboxEvent.Of("appeal.decided", decided.Id, new { decided.Number, appeal = id, upheld }));
        // What goes on already (the citizen or staff were faster) need not be reopened.
        if (upheld && (decided.Status.IsOver() || decided.MergedInto is not null))
            await Casework.MoveAsync(change, caller, decided, decided.Transition(CaseStatus.Reopened, now, by: StepBy.Appeal), reason, null, now, ct, because: "appeal");
        var appeal = await change.QuerySingleOrDefaultAsync<Appeal>($"""
            select {Columns}
            from appeals a
            join cases c on c.agency_id = a.agency_id and c.id = a.case_id
            where a.agency_id = @agency and a.id = @id
            """, new { id, Staff = true }, ct);
        await change.CommitAsync(ct);
        return appeal;
    }

    /// <summary>One; null when it is not there or not for this caller.</summary>
    public Task<Appeal?> FindAsync(Caller caller, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Appeal>(caller.Agency, $"""
            select {Columns}
            from appeals a
            join cases c on c.agency_id = a.agency_id and c.id = a.case_id
            where a.agency_id = @agency and a.id = @id
              and {CaseVisibility.ForCaller}
            """, new { id, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, Now = clock.Now() }, ct);

    /// <summary>Appeals, newest first. Citizens see those of their own cases.</summary>
    public Task<IReadOnlyList<Appeal>> ListAsync(
        Caller caller, Guid? caseId, AppealState? state, OwnedBy? ownedBy, Guid? owner, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Appeal>(caller.Agency, $"""
            select {Columns}
            from appeals a
            join cases c on c.agency_id = a.agency_id and c.id = a.case_id
            where a.agency_id = @agency
              and {CaseVisibility.ForCaller}
              and (@caseId is null or a.case_id = @caseId)
              and (@state is null or a.state = @state)
              and (@owner is null or a.owner = @owner)
              and {Owners.InQueue}
              and (@at is null or (a.created_at, a.id) < (@at, @id))
            order by a.created_at desc, a.id desc
            limit @limit
            """, new { caseId, state, ownedBy, owner, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, after?.At, after?.Id, limit, Now = clock.Now() }, ct);
}
