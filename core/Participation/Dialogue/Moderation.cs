using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Dialogue;

/// <summary>How a removal stands.</summary>
public enum RemovalState
{
    /// <summary>Nobody objected.</summary>
    Standing,
    /// <summary>Its author objected: somebody else has to decide.</summary>
    Appealed,
    /// <summary>The author was right: the text is seen again.</summary>
    Upheld,
    /// <summary>It stays out of sight.</summary>
    Dismissed,
}

/// <summary>A rule by which texts are taken out of sight.</summary>
/// <param name="Key">Its word.</param>
/// <param name="Title">In short.</param>
/// <param name="Text">In full.</param>
/// <param name="UpdatedAt">Since when it reads so.</param>
/// <param name="Version">For If-Match.</param>
public sealed record ModerationRule(string Key, Localized Title, Localized Text, DateTimeOffset UpdatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>The rule of a removal, as it read then.</summary>
public sealed record RuleApplied(string Key, Localized Title, Localized Text) : IJsonColumn;

/// <summary>A text that was taken out of sight, for everybody to see that it was.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Remark">Of which text.</param>
/// <param name="Kind">Where it stands.</param>
/// <param name="Text">What it said; for its author and for staff only.</param>
/// <param name="Rule">By which rule, as it read then.</param>
/// <param name="Reason">Why.</param>
/// <param name="RemovedAt">When.</param>
/// <param name="State">How it stands.</param>
/// <param name="Appeal">What its author objects; for them and for staff only.</param>
/// <param name="AppealedAt">When.</param>
/// <param name="DecisionReason">Why the appeal was decided as it was.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Version">For the ETag.</param>
public sealed record Removal(
    Guid Id, Guid Remark, RemarkKind Kind, string? Text, RuleApplied Rule, string Reason, DateTimeOffset RemovedAt, RemovalState State, string? Appeal, DateTimeOffset? AppealedAt,
    string? DecisionReason, DateTimeOffset? DecidedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>Moderation by published rules: what is removed leaves its place, its rule and its reason, and its author can object.</summary>
public sealed class Moderation(TenantDb db, TimeProvider clock)
{
    const string Columns = $"""
        m.id, m.remark_id as remark, r.kind, case when @staff or {Remarks.Mine} then r.text end as text, m.rule, m.reason, m.removed_at, m.state,
        case when @staff or {Remarks.Mine} then m.appeal end as appeal, m.appealed_at, m.decision_reason, m.decided_at, m.version + r.version as version
        """;

    const string From = "removals m join remarks r on r.agency_id = m.agency_id and r.id = m.remark_id";

    static Moderation() => JsonColumns.Register<RuleApplied>();

    /// <summary>The rules, by key.</summary>
    public Task<IReadOnlyList<ModerationRule>> RulesAsync(Guid agency, string? only, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<ModerationRule>(agency, """
            select u.key, u.title, u.text, u.updated_at, u.version
            from moderation_rules u
            where u.agency_id = @agency and (@only is null or u.key = @only) and (@after is null or u.key > @after)
            order by u.key
            limit @limit
            """, new { only, after, limit }, ct);

    /// <summary>Publishes a rule, or changes how it reads: from then on, and not for what was removed before.</summary>
    public async Task<ModerationRule> PutRuleAsync(Caller caller, string key, Localized title, Localized text, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = (await change.QueryAsync<ModerationRule>("""
            insert into moderation_rules as u (agency_id, key, title, text, created_at, updated_at)
            values (@agency, @key, @title, @text, @now, @now)
            on conflict (agency_id, key) do update set title = excluded.title, text = excluded.text, version = u.version + 1, updated_at = @now
            returning u.key, u.title, u.text, u.updated_at, u.version
            """, new { key, title, text, now }, ct)).Single();
        change.Audit(now, "moderation-rule.kept", "moderation-rule", null, JsonSerializer.Serialize(new { key }));
        change.Emit(now, OutboxEvent.Of("moderation-rule.kept", Guid.Empty, new { rule = key }));
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Takes a text out of sight, by a rule that everybody could read.</summary>
    /// <returns>The removal, or null when there is no such text.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RemarkRemoved"/>; <see cref="Platform.Problems.Invalid"/> without such a rule.</exception>
    public async Task<Removal?> RemoveAsync(Caller caller, Guid remark, string rule, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var there = await change.QuerySingleOrDefaultAsync<Named>("""
            select r.removal_id is not null as removed, (select jsonb_build_object('key', u.key, 'title', u.title, 'text', u.text)
              from moderation_rules u where u.agency_id = @agency and u.key = @rule) as rule
            from remarks r
            where r.agency_id = @agency and r.id = @remark and r.erased_at is null
            for update of r
            """, new { remark, rule }, ct);
        if (there is null) return null;
        if (there.Rule is null) throw Platform.Problems.InvalidValue("/rule", "unknown", $"There is no published rule \"{rule}\".");
        if (there.Removed) throw Problems.RemarkRemoved.Because("Somebody was faster.");
        change.Enqueue("""
            insert into removals (agency_id, id, remark_id, rule, reason, removed_by, removed_at, state)
            values (@agency, @id, @remark, @rule, @reason, @by, @now, 'standing')
            """, new { id, remark, there.Rule, reason, By = caller.Id, now });
        change.Enqueue("update remarks set removal_id = @id, version = version + 1 where agency_id = @agency and id = @remark", new { id, remark });
        Leave(change, now, "remark.removed", remark, new { removal = id, rule });
        return await EndAsync(change, caller, id, ct);
    }

    /// <summary>Objects to a removal, as the author of the text.</summary>
    /// <returns>The removal, or null when it is not there, or of somebody else's text.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RemovalAppealed"/>.</exception>
    public async Task<Removal?> AppealAsync(Caller caller, Guid id, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var appealed = await change.QuerySingleOrDefaultAsync<Guid?>($"""
            update removals m set state = 'appealed', appeal = @reason, appealed_at = @now, version = m.version + 1
            from remarks r
            where m.agency_id = @agency and m.id = @id and m.state = 'standing' and r.agency_id = m.agency_id and r.id = m.remark_id and {Remarks.Mine}
            returning m.remark_id
            """, new { id, reason, now, Account = caller.Id, Citizen = caller.CitizenId }, ct);
        if (appealed is null)
            return await FindAsync(change, caller, id, ct) is { Text: not null } ? throw Problems.RemovalAppealed.Because("It was objected to before.") : null;
        Leave(change, now, "removal.appealed", appealed.Value, new { removal = id });
        return await EndAsync(change, caller, id, ct);
    }

    /// <summary>Decides an appeal. Upheld, the text is seen again.</summary>
    /// <returns>The removal, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.OwnRemoval"/>, <see cref="Problems.RemovalNotAppealed"/>.</exception>
    public async Task<Removal?> DecideAsync(Caller caller, Guid id, bool upheld, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var remark = await change.QuerySingleOrDefaultAsync<Guid?>("""
            update removals m set state = @state, decision_reason = @reason, decided_by = @by, decided_at = @now, version = m.version + 1
            where m.agency_id = @agency and m.id = @id and m.state = 'appealed' and m.removed_by is distinct from @by
            returning m.remark_id
            """, new { id, State = upheld ? RemovalState.Upheld : RemovalState.Dismissed, reason, By = caller.Id, now }, ct);
        if (remark is null)
        {
            if (await FindAsync(change, caller, id, ct) is not { } there) return null;
            throw there.State == RemovalState.Appealed ? Problems.OwnRemoval.Because("You removed this text.") : Problems.RemovalNotAppealed.Because($"It is {there.State.Word()}.");
        }
        if (upheld)
            change.Enqueue("update remarks set removal_id = null, version = version + 1 where agency_id = @agency and id = @remark and removal_id = @id", new { remark, id });
        Leave(change, now, "removal.decided", remark.Value, new { removal = id, upheld });
        return await EndAsync(change, caller, id, ct);
    }

    /// <summary>What was removed, the last first: for everybody.</summary>
    public Task<IReadOnlyList<Removal>> ListAsync(Caller caller, RemovalState? state, Guid? only, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<Removal>(caller.Agency, $"""
            select {Columns}
            from {From}
            where m.agency_id = @agency
              and (@state is null or m.state = @state)
              and (@only is null or m.id = @only)
              and (@before is null or m.id < @before)
            order by m.id desc
            limit @limit
            """, new { state, only, before, limit, Staff = caller.IsStaff, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    static Task<Removal?> FindAsync(TenantTransaction transaction, Caller caller, Guid id, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Removal>($"select {Columns} from {From} where m.agency_id = @agency and m.id = @id",
            new { id, Staff = caller.IsStaff, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    static async Task<Removal> EndAsync(Change change, Caller caller, Guid id, CancellationToken ct)
    {
        var removal = (await FindAsync(change, caller, id, ct))!;
        await change.CommitAsync(ct);
        return removal;
    }

    static void Leave(Change change, DateTimeOffset now, string what, Guid remark, object detail)
    {
        change.Audit(now, what, "remark", remark, JsonSerializer.Serialize(detail, Wire.Json));
        change.Emit(now, OutboxEvent.Of(what, remark, detail));
    }

    sealed record Named(bool Removed, RuleApplied? Rule);
}
