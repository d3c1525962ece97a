using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>Findings as they are written down, read and changed; <see cref="FindingSteps"/> takes them further.</summary>
public sealed class Findings(TenantDb db, TimeProvider clock)
{
    static Findings()
    {
        JsonColumns.Register<Origin>();
        JsonColumns.Register<Evidence>();
        JsonColumns.Register<FindingAction>();
    }

    internal const string Columns = """
        i.id, i.state, i.source, i.title, i.text, i.evidence, i.origin, s.key as service, i.owner, o.name as owner_name, i.due_at,
        i.state in ('open', 'decided', 'acting', 'done') and i.due_at < @now as overdue, i.found_at, i.decision, i.reason, i.decided_at, i.decided_by, i.promised_at,
        case when i.action_service is not null then jsonb_build_object(
          'service', t.key, 'version', i.action_version, 'state', v.state, 'text', i.action_text,
          'publishedAt', to_char(v.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) end as action,
        i.acted_at, i.withdrawn_reason, i.ended_at, i.version
        """;

    internal const string Joined = """
        insights i
        left join accounts o on o.agency_id = i.agency_id and o.id = i.owner
        left join services s on s.agency_id = i.agency_id and s.id = i.service_id
        left join services t on t.agency_id = i.agency_id and t.id = i.action_service
        left join service_versions v on v.agency_id = i.agency_id and v.service_id = i.action_service and v.number = i.action_version
        """;

    /// <summary>Writes a finding down: it has an owner and a date from the first moment.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for an owner who does not work here, or a service that is not there.</exception>
    public async Task<Finding> RegisterAsync(Caller caller, FindingDraft draft, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        draft = draft with { DueAt = draft.DueAt ?? now.AddDays(FindingSteps.DaysToDecide) };
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, draft.Owner, draft.Service, ct);
        await change.ExecuteAsync("""
            insert into insights (agency_id, id, state, source, title, text, evidence, origin, service_id, owner, due_at, found_at, updated_at)
            select @agency, @id, 'open', @source, @title, @text, @evidence, @origin,
              (select s.id from services s where s.agency_id = @agency and s.key = @service), @owner, @dueAt, @now, @now
            """,
            new
            {
                id, draft.Source, draft.Title, draft.Text, draft.Evidence, Origin = draft.Origin ?? Origin.Of(draft.Source), draft.Service, draft.Owner, draft.DueAt, now,
            }, ct);
        Append(change, caller, id, now, "found", null, FindingState.Open, null);
        change.Audit(now, "insight.found", "insight", id, JsonSerializer.Serialize(new { draft.Source, draft.Service, draft.Owner, draft.DueAt }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("insight.found", id, new { draft.Source, draft.Service, draft.Owner, draft.DueAt }));
        var registered = (await FindAsync(change, id, now, ct))!;
        await change.CommitAsync(ct);
        return registered;
    }

    /// <summary>Findings by the date of their next step: what has to be done first comes first.</summary>
    public Task<IReadOnlyList<Finding>> ListAsync(Guid agency, FindingFilter filter, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Finding>(agency, $"""
            select {Columns}
            from {Joined}
            where i.agency_id = @agency
              and (@state is null or i.state = any (@state))
              and (@source is null or i.source = @source)
              and (@service is null or s.key = @service)
              and (@owner is null or i.owner = @owner)
              and (@overdue is null or @overdue = (i.state in ('open', 'decided', 'acting', 'done') and i.due_at < @now))
              and (@at is null or (i.due_at, i.id) > (@at, @id))
            order by i.due_at, i.id
            limit @limit
            """,
            new
            {
                State = filter.State?.Select(s => s.Word()).ToArray(), filter.Source, filter.Service, filter.Owner, filter.Overdue, after?.At, after?.Id, limit,
                Now = clock.Now(),
            }, ct);

    /// <summary>One finding; null when there is none.</summary>
    public async Task<Finding?> FindAsync(Guid agency, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var found = await FindAsync(transaction, id, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    internal static Task<Finding?> FindAsync(TenantTransaction transaction, Guid id, DateTimeOffset now, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Finding>($"""
            select {Columns}
            from {Joined}
            where i.agency_id = @agency and i.id = @id
            """, new { id, now }, ct);

    /// <summary>Changes a finding that is still at a version: all of it while it is open, owner and date until it has ended.</summary>
    /// <returns>The finding, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.InsightDecided"/> when more than owner and date of a decided one are changed.</exception>
    public async Task<Finding?> ChangeAsync(Caller caller, Finding from, FindingDraft to, CancellationToken ct)
    {
        var now = clock.Now();
        if (from.State != FindingState.Open && (to.Source != from.Source || !Same(to.Title, from.Title) || !Same(to.Text, from.Text) || to.Evidence != from.Evidence
            || to.Origin != from.Origin || to.Service != from.Service))
            throw Problems.InsightDecided.Because($"It is {from.State.Word()}.");
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, to.Owner == from.Owner ? null : to.Owner, to.Service, ct);
        var changed = await change.ExecuteAsync("""
            update insights i set source = @source, title = @title, text = @text, evidence = @evidence, origin = @origin,
              service_id = (select s.id from services s where s.agency_id = @agency and s.key = @service),
              owner = @owner, due_at = @dueAt, version = i.version + 1, updated_at = @now
            where i.agency_id = @agency and i.id = @id and i.version = @version
            """,
            new
            {
                from.Id, from.Version, to.Source, to.Title, to.Text, to.Evidence, Origin = to.Origin ?? Origin.Of(to.Source), to.Service, to.Owner, to.DueAt, now,
            }, ct);
        if (changed == 0) return null;
        var moved = new { was = new { from.Owner, from.DueAt }, now = new { to.Owner, to.DueAt } };
        Append(change, caller, from.Id, now, "changed", null, null, null, moved);
        change.Audit(now, "insight.changed", "insight", from.Id, JsonSerializer.Serialize(moved, Wire.Json));
        if (to.Owner != from.Owner) change.Emit(now, OutboxEvent.Of("insight.assigned", from.Id, new { to.Owner, to.DueAt }));
        var edited = await FindAsync(change, from.Id, now, ct);
        await change.CommitAsync(ct);
        return edited;
    }

    /// <summary>What happened to a finding, oldest first.</summary>
    public Task<IReadOnlyList<FindingEvent>> HistoryAsync(Guid agency, Guid id, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<FindingEvent>(agency, """
            select h.id, h.at, h.kind, h.from_state as "from", h.to_state as "to", h.reason, h.detail, h.actor_kind, h.actor_id
            from insight_history h
            where h.agency_id = @agency and h.insight_id = @id and (@after is null or h.id > @after)
            order by h.id
            limit @limit
            """, new { id, after, limit }, ct);

    /// <summary>Writes down what happened, in the transaction in which it happens.</summary>
    internal static void Append(
        TenantTransaction transaction, Caller caller, Guid id, DateTimeOffset now, string kind, FindingState? from, FindingState? to, Localized? reason, object? detail = null) =>
        transaction.Enqueue("""
            insert into insight_history (agency_id, insight_id, id, at, kind, from_state, to_state, reason, detail, actor_kind, actor_id)
            values (@agency, @id, @entry, @now, @kind, @from, @to, @reason, @detail, @actorKind, @actor)
            """,
            new
            {
                id, Entry = Guid.CreateVersion7(now), now, kind, from, to, reason, Detail = detail is null ? (JsonElement?)null : JsonSerializer.SerializeToElement(detail, Wire.Json),
                ActorKind = caller.Kind, Actor = caller.Id,
            });

    static bool Same(Localized a, Localized b) => a.Count == b.Count && a.All(t => b.TryGetValue(t.Key, out var text) && text == t.Value);

    static async Task CheckAsync(TenantTransaction transaction, Guid? owner, string? service, CancellationToken ct)
    {
        var there = (await transaction.QuerySingleOrDefaultAsync<There>("""
            select
              @owner is null or exists (select from accounts a where a.agency_id = @agency and a.id = @owner and a.role in ('agent', 'manager', 'admin') and a.disabled_at is null) as owner,
              @service is null or exists (select from services s where s.agency_id = @agency and s.key = @service) as service
            """, new { owner, service }, ct))!;
        var errors = new List<ValidationError>();
        if (!there.Owner) errors.Add(new("/owner", "unknown", "No member of staff of this agency has this id."));
        if (!there.Service) errors.Add(new("/service", "unknown", $"There is no service \"{service}\"."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
    }

    sealed record There(bool Owner, bool Service);
}
