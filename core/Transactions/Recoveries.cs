using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

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
/// <param name="Reason">Why the case is not solved, in the citizen's words.</param>
/// <param name="Owner">The member of staff who sees to it; null: nobody yet, which a list with <c>owner=none</c> shows.</param>
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
    Guid Id, Guid CaseId, long CaseNumber, string Service, int Round, RecoveryState State, string Reason, Guid? Owner, DateTimeOffset DueAt, Localized FollowUpQuestion,
    string? Answer, DateTimeOffset? AnsweredAt, RecoveryOutcome? Outcome, string? OutcomeText, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, bool Overdue,
    [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What a list of recoveries is narrowed to; null does not narrow.</summary>
/// <param name="State">Open or closed.</param>
/// <param name="Owner">Whose.</param>
/// <param name="Unowned">Those that nobody owns.</param>
/// <param name="Overdue">Open after their time, or not.</param>
/// <param name="CaseId">Of one case.</param>
public sealed record RecoveryFilter(RecoveryState? State, Guid? Owner, bool Unowned, bool? Overdue, Guid? CaseId);

/// <summary>The recoveries of an agency.</summary>
public sealed class Recoveries(TenantDb db, TimeProvider clock)
{
    const string Columns = """
        r.id, r.case_id, c.number as case_number, s.key as service, r.round, r.state, r.reason, r.owner, r.due_at, r.follow_up_question,
        r.answer, r.answered_at, r.outcome, r.outcome_text, r.opened_at, r.closed_at, r.state = 'open' and r.due_at < @now as overdue, r.version
        """;

    /// <summary>Opens one for a case that has none, owned by who works on the case; another "not solved" gives the open one its reason.</summary>
    internal static void Open(Change change, Case c, string reason, CaseRules rules, DateTimeOffset now)
    {
        change.Enqueue("""
            insert into recoveries as r (agency_id, id, case_id, round, state, reason, owner, due_at, follow_up_question, opened_at)
            values (@agency, @recovery, @id, @round, 'open', @reason, @assignee, @dueAt, @followUpQuestion, @now)
            on conflict (agency_id, case_id) where state = 'open' do update set reason = excluded.reason, round = excluded.round, version = r.version + 1
            """,
            new { Recovery = Guid.CreateVersion7(now), c.Id, c.Round, reason, c.Assignee, DueAt = now.AddDays(rules.RecoverWithinDays), rules.FollowUpQuestion, now });
        change.Emit(now, OutboxEvent.Of("recovery.opened", c.Id, new { c.Number, c.Round, owner = c.Assignee }));
    }

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
              and (@overdue is null or @overdue = (r.state = 'open' and r.due_at < @now))
              and (@caseId is null or r.case_id = @caseId)
              and (@at is null or (r.due_at, r.id) > (@at, @id))
            order by r.due_at, r.id
            limit @limit
            """,
            new
            {
                Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, filter.State, filter.Owner, filter.Unowned, filter.Overdue, filter.CaseId,
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

    /// <summary>Changes owner, date or question of an open one that is still at a version.</summary>
    /// <returns>Whether it was; not when it is closed, at another version, or the owner is no member of staff.</returns>
    public async Task<bool> ChangeAsync(Caller caller, Recovery to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.ExecuteAsync("""
            update recoveries r set owner = @owner, due_at = @dueAt, follow_up_question = @followUpQuestion, version = r.version + 1
            where r.agency_id = @agency and r.id = @id and r.version = @version and r.state = 'open'
            """, new { to.Id, to.Version, to.Owner, to.DueAt, to.FollowUpQuestion }, ct);
        if (changed == 0) return false;
        change.Audit(now, "recovery.changed", "recovery", to.Id, JsonSerializer.Serialize(new { to.Owner, to.DueAt }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("recovery.changed", to.CaseId, new { recovery = to.Id, to.Owner, to.DueAt }));
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
        change.Emit(now, OutboxEvent.Of("recovery.answered", open.CaseId, new { recovery = open.Id }));
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
