using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Desk;

/// <summary>Gives cases from unit to unit and from hand to hand (TX-CASE). Their clocks go on as they were promised: by the service's calendar.</summary>
public sealed class HandOvers(TenantDb db, TimeProvider clock)
{
    /// <summary>Hands a case over to a unit.</summary>
    /// <param name="caller">Who decides it.</param>
    /// <param name="id">Which case.</param>
    /// <param name="unit">The unit's key.</param>
    /// <param name="assignee">Who is to work on it there; null leaves that to the unit.</param>
    /// <param name="reason">Why; the citizen reads it.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.AlreadyThere"/>, <see cref="Problems.HandedOverMeanwhile"/>; <see cref="Platform.Problems.Invalid"/>
    /// for a unit that is not there or closed, and for an assignee who is not of the staff.</exception>
    public async Task<Case?> HandOverAsync(Caller caller, Guid id, string unit, Guid? assignee, string reason, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        if (await HandOverAsync(change, caller, id, unit, assignee, reason, clock.Now(), ct) is not { } given) return null;
        await change.CommitAsync(ct);
        return given;
    }

    /// <summary>Gives a case to a member of staff, or takes it from the one who has it. It stays with its unit.</summary>
    /// <param name="caller">Who decides it.</param>
    /// <param name="id">Which case.</param>
    /// <param name="assignee">Who is to work on it; null for nobody.</param>
    /// <param name="reason">Why; the citizen reads it.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case, or null when it is not there.</returns>
    /// <exception cref="Refusal">As <see cref="HandOverAsync(Caller, Guid, string, Guid?, string, CancellationToken)"/>.</exception>
    public async Task<Case?> AssignAsync(Caller caller, Guid id, Guid? assignee, string? reason, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        if (await AssignAsync(change, caller, id, assignee, reason, clock.Now(), ct) is not { } given) return null;
        await change.CommitAsync(ct);
        return given;
    }

    /// <summary>Hands a case over in a change that is under way. Nothing is written when it is refused.</summary>
    internal static async Task<Case?> HandOverAsync(
        Change change, Caller caller, Guid id, string unit, Guid? assignee, string reason, DateTimeOffset now, CancellationToken ct)
    {
        if (await Casework.FindForChangeAsync(change, id, now, ct) is not { } from) return null;
        var given = await GiveAsync(change, from, from.HandOver(unit, assignee), now, ct);
        CaseHistory.Append(change, caller, id, now, "handedOver", null, null, reason, null,
            detail: new { fromUnit = from.Unit, toUnit = unit, fromAssignee = from.Assignee, toAssignee = assignee });
        change.Audit(now, "case.handed-over", "case", id, JsonSerializer.Serialize(new { from = from.Unit, to = unit, assignee }));
        change.Emit(now, OutboxEvent.Of("case.handed-over", id, new { from.Number, from = from.Unit, to = unit, assignee }));
        return given;
    }

    /// <summary>Gives a case to a member in a change that is under way. Nothing is written when it is refused.</summary>
    internal static async Task<Case?> AssignAsync(Change change, Caller caller, Guid id, Guid? assignee, string? reason, DateTimeOffset now, CancellationToken ct)
    {
        if (await Casework.FindForChangeAsync(change, id, now, ct) is not { } from) return null;
        var given = await GiveAsync(change, from, from.HandOver(from.Unit, assignee), now, ct);
        CaseHistory.Append(change, caller, id, now, "assigned", null, null, reason, null, detail: new { fromAssignee = from.Assignee, toAssignee = assignee });
        change.Audit(now, "case.assigned", "case", id, JsonSerializer.Serialize(new { from = from.Assignee, to = assignee }));
        change.Emit(now, OutboxEvent.Of("case.assigned", id, new { from.Number, from.Unit, from = from.Assignee, to = assignee }));
        return given;
    }

    /// <summary>Refuses a unit or a member that cannot be given a case.</summary>
    /// <param name="transaction">Of the change, or one that only asks.</param>
    /// <param name="unit">The unit's key; null leaves the case where it is.</param>
    /// <param name="assignee">The member; null for nobody.</param>
    /// <param name="at">Where the two stand in the request, as a JSON pointer.</param>
    /// <param name="ct">Gives up.</param>
    internal static async Task CheckAsync(TenantTransaction transaction, string? unit, Guid? assignee, string at, CancellationToken ct)
    {
        var there = (await transaction.QuerySingleOrDefaultAsync<Destination>("""
            select
              (select case when u.closed then 'closed' else 'open' end from units u where u.agency_id = @agency and u.key = @unit) as unit,
              exists (select from accounts a
                      where a.agency_id = @agency and a.id = @assignee and a.role in ('agent', 'manager', 'admin') and a.disabled_at is null) as works_here
            """, new { unit, assignee }, ct))!;
        var errors = new List<ValidationError>();
        if (unit is not null && there.Unit is null) errors.Add(new($"{at}/unit", "unknown", $"There is no unit \"{unit}\"."));
        if (unit is not null && there.Unit == "closed") errors.Add(new($"{at}/unit", "closed", $"The unit \"{unit}\" is closed."));
        if (assignee is not null && !there.WorksHere) errors.Add(new($"{at}/assignee", "unknown", "There is no such member of staff in this agency."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
    }

    // Decided on whose it was: of two who give it away at once, the second finds it gone.
    static async Task<Case> GiveAsync(Change change, Case from, Case to, DateTimeOffset now, CancellationToken ct)
    {
        await CheckAsync(change, to.Unit == from.Unit ? null : to.Unit, to.Assignee == from.Assignee ? null : to.Assignee, "", ct);
        var version = await change.QuerySingleOrDefaultAsync<long?>("""
            update cases set unit = @unit, assignee = @assignee, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and unit is not distinct from @fromUnit and assignee is not distinct from @fromAssignee
            returning version
            """, new { to.Id, to.Unit, to.Assignee, FromUnit = from.Unit, FromAssignee = from.Assignee, now }, ct)
            ?? throw Problems.HandedOverMeanwhile.Because("It is with another unit or another member than when this was decided.");
        return to with { Version = version };
    }

    sealed record Destination(string? Unit, bool WorksHere);
}
