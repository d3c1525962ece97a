using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Redress;

/// <summary>Whether somebody still has to deal with a case that the citizen calls not solved.</summary>
public enum RecoveryState
{
    /// <summary>Yes.</summary>
    Open,
    /// <summary>It has an outcome.</summary>
    Closed,
}

/// <summary>What came of a recovery.</summary>
public enum RecoveryOutcome
{
    /// <summary>It was put right, in a case that was reopened or beside it.</summary>
    Remedied,
    /// <summary>It stays as it is, and the citizen was told why.</summary>
    Explained,
    /// <summary>The citizen got something else for it.</summary>
    Compensated,
    /// <summary>Nothing can be done.</summary>
    NoRemedy,
    /// <summary>The citizen called the case solved meanwhile. Nobody else can say so.</summary>
    CitizenSatisfied,
}

/// <summary>What "not solved" opens: a step of the agency with a reason, an owner, a date and a question to the citizen (TX-RECOVERY).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="CaseId">Of which case.</param>
/// <param name="CaseNumber">Its number.</param>
/// <param name="Service">Its service's key.</param>
/// <param name="Round">The round of the case that the citizen speaks of.</param>
/// <param name="State">Whether it is done.</param>
/// <param name="Reason">Why the case is not solved, in the citizen's words; null when they did not say.</param>
/// <param name="Owner">The member of staff who sees to it; null: it waits in the queue of its unit, or of the managers.</param>
/// <param name="Unit">The key of the unit that has to see to it; null: the managers have to find one.</param>
/// <param name="DueAt">Until when.</param>
/// <param name="FollowUpQuestion">What the citizen is asked.</param>
/// <param name="Answer">What they answered.</param>
/// <param name="AnsweredAt">When.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="OutcomeText">The same in words for the citizen.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="ClosedAt">When it was closed.</param>
/// <param name="Overdue">Open after <paramref name="DueAt"/>.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Recovery(
    Guid Id, Guid CaseId, long CaseNumber, string Service, int Round, RecoveryState State, string? Reason, Guid? Owner, string? Unit, DateTimeOffset DueAt, Localized FollowUpQuestion,
    string? Answer, DateTimeOffset? AnsweredAt, RecoveryOutcome? Outcome, string? OutcomeText, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, bool Overdue,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Whose turn it is; a list with <c>ownedBy=managers</c> shows what nobody has taken yet.</summary>
    public OwnedBy OwnedBy => Owners.Of(Owner, Unit);
}

/// <summary>What a list of recoveries is narrowed to; null does not narrow.</summary>
/// <param name="State">Open or closed.</param>
/// <param name="Owner">Whose.</param>
/// <param name="Unowned">Those that nobody owns by name.</param>
/// <param name="OwnedBy">Those of whom it is the turn.</param>
/// <param name="Unit">Those that this unit has to see to.</param>
/// <param name="Overdue">Open after their time, or not.</param>
/// <param name="CaseId">Of one case.</param>
public sealed record RecoveryFilter(RecoveryState? State, Guid? Owner, bool Unowned, OwnedBy? OwnedBy, string? Unit, bool? Overdue, Guid? CaseId);

/// <summary>The recoveries of an agency.</summary>
public sealed class Recoveries(TenantDb db, TimeProvider clock)
{
    const string Columns = """
        r.id, r.case_id, c.number as case_number, s.key as service, r.round, r.state, r.reason, r.owner, r.owner_unit as unit, r.due_at, r.follow_up_question,
        r.answer, r.answered_at, r.outcome, r.outcome_text, r.opened_at, r.closed_at, r.state = 'open' and r.due_at < @now as overdue, r.version
        """;

    /// <summary>Opens one for a case that has none, with an owner (<see cref="Owners"/>); another "not solved" gives the open one its reason.</summary>
    /// <param name="change">In which the citizen's word is kept.</param>
    /// <param name="c">The case.</param>
    /// <param name="reason">The citizen's; without one the open one keeps its own.</param>
    /// <param name="dueAt">Until when, see <see cref="CaseRules.RecoverBy"/>.</param>
    /// <param name="question">What the citizen is asked.</param>
    /// <param name="now">When.</param>
    /// <param name="ct">Gives up.</param>
    internal static async Task OpenAsync(Change change, Case c, string? reason, DateTimeOffset dueAt, Localized question, DateTimeOffset now, CancellationToken ct)
    {
        var recovery = Guid.CreateVersion7(now);
        var opened = (await change.QuerySingleOrDefaultAsync<Opened>($"""
            insert into recoveries as r (agency_id, id, case_id, round, state, reason, owner, owner_unit, due_at, follow_up_question, opened_at)
            select @agency, @recovery, c.id, @round, 'open', @reason, coalesce({Owners.Assignee}, {Owners.HeadOfUnit}), u.key, @dueAt, @question, @now
            from cases c
            {Owners.UnitOfCase}
            where c.agency_id = @agency and c.id = @id
            on conflict (agency_id, case_id) where state = 'open' do update set reason = coalesce(excluded.reason, r.reason), round = excluded.round, version = r.version + 1
            returning r.id, r.owner, r.owner_unit as unit, r.due_at
            """, new { recovery, c.Id, c.Round, reason, dueAt, question, now, Not = (Guid?)null }, ct))!;
        // Who is asked a second time is not told a second time.
        change.Emit(now, OutboxEvent.Of(opened.Id == recovery ? "recovery.opened" : "recovery.changed", c.Id, new
        {
            c.Number, c.Round, recovery = opened.Id, opened.Owner, opened.Unit, ownedBy = Owners.Of(opened.Owner, opened.Unit), opened.DueAt,
        }));
    }

    sealed record Opened(Guid Id, Guid? Owner, string? Unit, DateTimeOffset DueAt);

    /// <summary>Ends the open one of a case that its citizen calls solved after all.</summary>
    internal static void EndSatisfied(Change change, Case c, DateTimeOffset now) =>
        change.Enqueue("""
            update recoveries set state = 'closed', outcome = 'citizenSatisfied', closed_at = @now, version = version + 1
            where agency_id = @agency and case_id = @id and state = 'open'
            """, new { c.Id, now });

    /// <summary>Recoveries by their dates: what has to be done first comes first. Citizens see those of their own cases.</summary>
    public Task<IReadOnlyList<Recovery>> ListAsync(Caller caller, RecoveryFilter filter, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Recovery>(caller.Agency, $"""
            select {Columns}
            from recoveries r
            join cases c on c.agency_id = r.agency_id and c.id = r.case_id
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where r.agency_id = @agency
              and {CaseVisibility.ForCaller}
              and (@state is null or r.state = @state)
              and (@owner is null or r.owner = @owner)
              and (not @unowned or r.owner is null)
              and (@unit is null or r.owner_unit = @unit)
              and {Owners.InQueue}
              and (@overdue is null or @overdue = (r.state = 'open' and r.due_at < @now))
              and (@caseId is null or r.case_id = @caseId)
              and (@at is null or (r.due_at, r.id) > (@at, @id))
            order by r.due_at, r.id
            limit @limit
            """,
            new
            {
                Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, filter.State, filter.Owner, filter.Unowned, filter.Unit, filter.OwnedBy, filter.Overdue, filter.CaseId,
                after?.At, after?.Id, limit, Now = clock.Now(),
            }, ct);

    /// <summary>One; null when it is not there or not for this caller.</summary>
    public Task<Recovery?> FindAsync(Caller caller, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Recovery>(caller.Agency, $"""
            select {Columns}
            from recoveries r
            join cases c on c.agency_id = r.agency_id and c.id = r.case_id
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where r.agency_id = @agency and r.id = @id
              and {CaseVisibility.ForCaller}
            """, new { id, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, Now = clock.Now() }, ct);

    /// <summary>Changes owner, unit, date or question of an open one that is still at a version.</summary>
    /// <returns>Whether it was; not when it is closed or at another version.</returns>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when the unit is not there, or is closed.</exception>
    public async Task<bool> ChangeAsync(Caller caller, Recovery to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (to.Unit is { } unit && !await Units.IsThereAsync(change, unit, ct)) throw Platform.Problems.InvalidValue("/unit", "unknown", $"There is no unit \"{unit}\".");
        var changed = await change.ExecuteAsync("""
            update recoveries r set owner = @owner, owner_unit = @unit, due_at = @dueAt, follow_up_question = @followUpQuestion, version = r.version + 1
            where r.agency_id = @agency and r.id = @id and r.version = @version and r.state = 'open'
            """, new { to.Id, to.Version, to.Owner, to.Unit, to.DueAt, to.FollowUpQuestion }, ct);
        if (changed == 0) return false;
        change.Audit(now, "recovery.changed", "recovery", to.Id, JsonSerializer.Serialize(new { to.Owner, to.Unit, to.DueAt }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("recovery.changed", to.CaseId, new { recovery = to.Id, to.Owner, to.Unit, to.OwnedBy, to.DueAt }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Whether an account works for the agency, and so can own a recovery.</summary>
    public async Task<bool> IsStaffAsync(Guid agency, Guid account, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<bool>(agency, """
            select true from accounts where agency_id = @agency and id = @account and role in ('agent', 'manager', 'admin') and disabled_at is null
            """, new { account }, ct);

    /// <summary>Keeps what the citizen answers to the follow-up question; a later answer takes the place of the one before, which stays in the history.</summary>
    /// <returns>The recovery.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RecoveryClosed"/>.</exception>
    public async Task<Recovery> AnswerAsync(Caller caller, Recovery open, Guid? citizen, string text, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var version = await change.QuerySingleOrDefaultAsync<long?>("""
            update recoveries set answer = @text, answered_at = @now, version = version + 1
            where agency_id = @agency and id = @id and state = 'open'
            returning version
            """, new { open.Id, text, now }, ct) ?? throw Problems.RecoveryClosed.Because("It was closed before the answer came.");
        CaseHistory.Append(change, caller, open.CaseId, now, "recoveryAnswered", null, null, text, null, CaseHistory.OnBehalfOf(caller, citizen));
        change.Audit(now, "recovery.answered", "recovery", open.Id);
        change.Emit(now, OutboxEvent.Of("recovery.answered", open.CaseId, new { recovery = open.Id, open.Owner, open.Unit, open.OwnedBy }));
        await change.CommitAsync(ct);
        return open with { Answer = text, AnsweredAt = now, Version = version };
    }

    /// <summary>Closes one with what came of it, which the citizen reads in the history of the case.</summary>
    /// <exception cref="Refusal"><see cref="Problems.RecoveryClosed"/>.</exception>
    public async Task<Recovery> CloseAsync(Caller caller, Recovery open, RecoveryOutcome outcome, string text, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var version = await change.QuerySingleOrDefaultAsync<long?>("""
            update recoveries set state = 'closed', outcome = @outcome, outcome_text = @text, closed_at = @now, version = version + 1
            where agency_id = @agency and id = @id and state = 'open'
            returning version
            """, new { open.Id, outcome, text, now }, ct) ?? throw Problems.RecoveryClosed.Because("It has an outcome already.");
        CaseHistory.Append(change, caller, open.CaseId, now, "recoveryClosed", null, null, text, null);
        change.Audit(now, "recovery.closed", "recovery", open.Id, JsonSerializer.Serialize(new { outcome = outcome.Word() }));
        change.Emit(now, OutboxEvent.Of("recovery.closed", open.CaseId, new { recovery = open.Id, outcome }));
        await change.CommitAsync(ct);
        return open with { State = RecoveryState.Closed, Outcome = outcome, OutcomeText = text, ClosedAt = now, Overdue = false, Version = version };
    }
}
