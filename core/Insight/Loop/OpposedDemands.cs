using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>The opposed demands of an agency, and the public dialogues that they open.</summary>
public sealed class OpposedDemands(TenantDb db, TimeProvider clock)
{
    static OpposedDemands()
    {
        JsonColumns.Register<JsonList<Side>>();
        JsonColumns.Register<Evidence>();
    }

    // No constant: whoever reads it has the columns registered before.
    internal static readonly string Columns = """
        d.id, s.key as service, d.state, d.title, d.sides, d.evidence, d.found_at, d.invitation, d.opens_at, d.closes_at, d.statement, d.public_interest, d.closed_reason,
        d.ended_at, d.version
        """;

    /// <summary>Writes an opposed demand down.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for a service or a segment that is not there.</exception>
    public async Task<OpposedDemand> DeclareAsync(Caller caller, string service, Localized title, IReadOnlyList<Side> sides, Evidence? evidence, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var there = await change.QueryAsync<string>("""
            select 'service' from services where agency_id = @agency and key = @service
            union all
            select 'segment ' || g.key from segments g where g.agency_id = @agency and g.key = any (@segments)
            """, new { service, Segments = sides.Select(s => s.Segment).ToArray() }, ct);
        var errors = new List<ValidationError>();
        if (!there.Contains("service")) errors.Add(new("/service", "unknown", $"There is no service \"{service}\"."));
        errors.AddRange(sides.Index().Where(s => !there.Contains($"segment {s.Item.Segment}")).Select(s => new ValidationError($"/sides/{s.Index}/segment", "unknown", $"There is no segment \"{s.Item.Segment}\".")));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
        var declared = (await change.QuerySingleOrDefaultAsync<OpposedDemand>($"""
            with d as (
              insert into opposed_demands (agency_id, id, service_id, state, title, sides, evidence, found_at, found_by, updated_at)
              select @agency, @id, k.id, 'open', @title, @sides, @evidence, @now, @by, @now from services k where k.agency_id = @agency and k.key = @service
              returning *)
            select {Columns} from d join services s on s.agency_id = d.agency_id and s.id = d.service_id where s.agency_id = @agency
            """, new { Id = Guid.CreateVersion7(now), service, title, Sides = JsonList<Side>.Of(sides), evidence, By = caller.Id, now }, ct))!;
        change.Audit(now, "opposed-demand.found", "opposed-demand", declared.Id, JsonSerializer.Serialize(new { service, bySurvey = evidence is not null }));
        change.Emit(now, OutboxEvent.Of("opposed-demand.found", declared.Id, new { service }));
        await change.CommitAsync(ct);
        return declared;
    }

    /// <summary>Opposed demands, the last one first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="publicOnly">Only those that opened a dialogue: what everybody may read.</param>
    /// <param name="service">On one service.</param>
    /// <param name="states">Any of these.</param>
    /// <param name="only">This one.</param>
    /// <param name="before">Only those found before this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<OpposedDemand>> ListAsync(
        Guid agency, bool publicOnly, string? service, OpposedState[]? states, Guid? only, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<OpposedDemand>(agency, $"""
            select {Columns}
            from opposed_demands d
            join services s on s.agency_id = d.agency_id and s.id = d.service_id
            where d.agency_id = @agency
              and (not @publicOnly or d.invitation is not null)
              and (@service is null or s.key = @service)
              and (@states is null or d.state = any (@states))
              and (@only is null or d.id = @only)
              and (@before is null or d.id < @before)
            order by d.id desc
            limit @limit
            """, new { publicOnly, service, States = states?.Select(s => s.Word()).ToArray(), only, before, limit }, ct);

    /// <summary>Says that what was found is one, in the manager's own words if they give any.</summary>
    /// <exception cref="Refusal"><see cref="Problems.OpposedStep"/>.</exception>
    public Task<OpposedDemand?> ConfirmAsync(Caller caller, Guid id, Localized? title, CancellationToken ct) =>
        StepAsync(caller, id, OpposedState.Open, "opposed-demand.confirmed", """
            update opposed_demands set state = 'open', title = coalesce(@title, title), version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, now => new { id, title, now }, ct);

    /// <summary>Says that what was found is none, and why. It is not proposed again.</summary>
    /// <exception cref="Refusal"><see cref="Problems.OpposedStep"/>.</exception>
    public Task<OpposedDemand?> DismissAsync(Caller caller, Guid id, Localized reason, CancellationToken ct) =>
        StepAsync(caller, id, OpposedState.Dismissed, "opposed-demand.dismissed", """
            update opposed_demands set state = 'dismissed', closed_reason = @reason, ended_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, now => new { id, reason, now }, ct);

    /// <summary>Opens a public dialogue.</summary>
    /// <exception cref="Refusal"><see cref="Problems.OpposedStep"/>.</exception>
    public Task<OpposedDemand?> OpenDialogueAsync(Caller caller, Guid id, Localized invitation, DateTimeOffset? opens, DateTimeOffset closes, CancellationToken ct) =>
        StepAsync(caller, id, OpposedState.Dialogue, "dialogue.opened", """
            update opposed_demands set state = 'dialogue', invitation = @invitation, opens_at = coalesce(@opens, @now), closes_at = @closes, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, now => new { id, invitation, opens, closes, now }, ct);

    /// <summary>Keeps what they agreed on, and why that is in the interest of all: both are published.</summary>
    /// <exception cref="Refusal"><see cref="Problems.OpposedStep"/>.</exception>
    public Task<OpposedDemand?> AgreeAsync(Caller caller, Guid id, Localized statement, Localized publicInterest, CancellationToken ct) =>
        StepAsync(caller, id, OpposedState.Agreed, "dialogue.agreed", """
            update opposed_demands set state = 'agreed', statement = @statement, public_interest = @publicInterest, ended_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, now => new { id, statement, publicInterest, now }, ct);

    /// <summary>Says that it is over without a statement, and why.</summary>
    /// <exception cref="Refusal"><see cref="Problems.OpposedStep"/>.</exception>
    public Task<OpposedDemand?> CloseAsync(Caller caller, Guid id, Localized reason, CancellationToken ct) =>
        StepAsync(caller, id, OpposedState.Closed, "opposed-demand.closed", """
            update opposed_demands set state = 'closed', closed_reason = @reason, ended_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, now => new { id, reason, now }, ct);

    async Task<OpposedDemand?> StepAsync(Caller caller, Guid id, OpposedState to, string action, string sql, Func<DateTimeOffset, object> args, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        change.Enqueue("select from opposed_demands where agency_id = @agency and id = @id for update", new { id });
        await change.FlushAsync(ct);
        if (await FindAsync(change, id, ct) is not { } from) return null;
        if (!OpposedDemand.Allows(from.State, to))
            throw Problems.OpposedStep.Because($"It is {from.State.Word()}, and cannot become {to.Word()}.", new Dictionary<string, object?>
            {
                ["state"] = from.State, ["allowed"] = Enum.GetValues<OpposedState>().Where(next => OpposedDemand.Allows(from.State, next)).ToArray(),
            });
        change.Enqueue(sql, args(now));
        change.Audit(now, action, "opposed-demand", id);
        change.Emit(now, OutboxEvent.Of(action, id, new { from.Service }));
        var moved = await FindAsync(change, id, ct);
        await change.CommitAsync(ct);
        return moved;
    }

    static Task<OpposedDemand?> FindAsync(TenantTransaction transaction, Guid id, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<OpposedDemand>($"""
            select {Columns} from opposed_demands d join services s on s.agency_id = d.agency_id and s.id = d.service_id where d.agency_id = @agency and d.id = @id
            """, new { id }, ct);
}
