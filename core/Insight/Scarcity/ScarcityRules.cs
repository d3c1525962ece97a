using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Scarcity;

/// <summary>An agency's scarcity rules: written, and published one a service with the reason for it.</summary>
public sealed class ScarcityRules(TenantDb db, TimeProvider clock)
{
    static ScarcityRules() => JsonColumns.Register<ScarcityTerms>();

    const string Columns = "r.key, s.key as service, r.name, r.terms, r.state, r.reason, r.published_at, r.retired_at, r.created_at, r.version";

    /// <summary>Writes a rule down, as a draft.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ScarcityRuleTaken"/>; <see cref="Platform.Problems.Invalid"/>.</exception>
    public async Task<ScarcityRule> CreateAsync(Caller caller, string key, string service, Localized name, ScarcityTerms terms, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, service, terms, ct);
        var created = await change.QuerySingleOrDefaultAsync<ScarcityRule>($"""
            with r as (
              insert into scarcity_rules (agency_id, key, service_id, name, terms, state, created_at, updated_at)
              select @agency, @key, k.id, @name, @terms, 'draft', @now, @now from services k where k.agency_id = @agency and k.key = @service
              on conflict (agency_id, key) do nothing
              returning *)
            select {Columns} from r join services s on s.agency_id = r.agency_id and s.id = r.service_id where s.agency_id = @agency
            """, new { key, service, name, terms, now }, ct) ?? throw Problems.ScarcityRuleTaken.Because($"There is a scarcity rule \"{key}\" already.");
        change.Audit(now, "scarcity-rule.created", "scarcity-rule", null, JsonSerializer.Serialize(new { key, service }));
        await change.CommitAsync(ct);
        return created;
    }

    /// <summary>Rules by key; drafts are for staff.</summary>
    public Task<IReadOnlyList<ScarcityRule>> ListAsync(
        Guid agency, string? service, ScarcityState? state, bool drafts, string? only, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<ScarcityRule>(agency, $"""
            select {Columns}
            from scarcity_rules r
            join services s on s.agency_id = r.agency_id and s.id = r.service_id
            where r.agency_id = @agency
              and (@only is null or r.key = @only)
              and (@service is null or s.key = @service)
              and (@state is null or r.state = @state)
              and (@drafts or r.state <> 'draft')
              and (@after is null or r.key > @after)
            order by r.key
            limit @limit
            """, new { only, service, state, drafts, after, limit }, ct);

    /// <summary>The rule that is in force for a service; null when there is none.</summary>
    public async Task<ScarcityRule?> InForceAsync(Guid agency, string service, CancellationToken ct) =>
        (await ListAsync(agency, service, ScarcityState.Published, true, null, null, 1, ct)).SingleOrDefault();

    /// <summary>Changes a draft that is still at a version; what was simulated of it before does not count any more.</summary>
    /// <returns>The rule, or null when it is not a draft at that version.</returns>
    public async Task<ScarcityRule?> ChangeAsync(Caller caller, ScarcityRule from, Localized name, ScarcityTerms terms, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, from.Service, terms, ct);
        var changed = await change.ExecuteAsync("""
            update scarcity_rules r set name = @name, terms = @terms, version = r.version + 1, updated_at = @now
            where r.agency_id = @agency and r.key = @key and r.version = @version and r.state = 'draft'
            """, new { from.Key, from.Version, name, terms, now }, ct);
        if (changed == 0) return null;
        change.Audit(now, "scarcity-rule.changed", "scarcity-rule", null, JsonSerializer.Serialize(new { from.Key }, Wire.Json));
        await change.CommitAsync(ct);
        return new(from.Key, from.Service, name, terms, from.State, from.Reason, from.PublishedAt, from.RetiredAt, from.CreatedAt, from.Version + 1);
    }

    /// <summary>Puts a rule in force in the place of the one before, with the reason for it: everybody reads both.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ScarcityRuleNotADraft"/>, <see cref="Problems.NotSimulated"/>.</exception>
    public async Task<ScarcityRule?> PublishAsync(Caller caller, string key, Localized reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, key, ct) is not { } rule) return null;
        if (rule.State != ScarcityState.Draft) throw Problems.ScarcityRuleNotADraft.Because($"It is {rule.State.Word()}.");
        var simulated = await change.QuerySingleOrDefaultAsync<bool>("""
            select exists (select from scarcity_simulations m
                           where m.agency_id = @agency and m.result is not null and m.spec -> 'rules' @> jsonb_build_array(jsonb_build_object('key', @key, 'version', @version)))
            """, new { key, rule.Version }, ct);
        if (!simulated) throw Problems.NotSimulated.Because($"No simulation of \"{key}\" as it stands has come to its end.");
        change.Enqueue("""
            update scarcity_rules r set state = 'retired', retired_at = @now, version = r.version + 1, updated_at = @now
            where r.agency_id = @agency and r.state = 'published' and r.service_id = (select s.id from services s where s.agency_id = @agency and s.key = @service)
            """, new { rule.Service, now });
        change.Enqueue("""
            update scarcity_rules set state = 'published', reason = @reason, published_at = @now, published_by = @by, version = version + 1, updated_at = @now
            where agency_id = @agency and key = @key
            """, new { key, reason, By = caller.Id, now });
        return await StepAsync(change, rule with { State = ScarcityState.Published, Reason = reason, PublishedAt = now, Version = rule.Version + 1 }, now, ct);
    }

    /// <summary>Takes a rule out of force, and puts none in its place: first come, first served.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ScarcityRuleNotInForce"/>.</exception>
    public async Task<ScarcityRule?> RetireAsync(Caller caller, string key, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, key, ct) is not { } rule) return null;
        if (rule.State != ScarcityState.Published) throw Problems.ScarcityRuleNotInForce.Because($"It is {rule.State.Word()}.");
        change.Enqueue("""
            update scarcity_rules set state = 'retired', retired_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and key = @key
            """, new { key, now });
        return await StepAsync(change, rule with { State = ScarcityState.Retired, RetiredAt = now, Version = rule.Version + 1 }, now, ct);
    }

    // The service's row is held as well, so that of two rules that are published in the same moment one takes the other's place.
    static async Task<ScarcityRule?> HoldAsync(TenantTransaction transaction, string key, CancellationToken ct)
    {
        transaction.Enqueue("""
            select from services s where s.agency_id = @agency and s.id = (select r.service_id from scarcity_rules r where r.agency_id = @agency and r.key = @key) for no key update
            """, new { key });
        await transaction.FlushAsync(ct);
        return await transaction.QuerySingleOrDefaultAsync<ScarcityRule>($"""
            select {Columns}
            from scarcity_rules r
            join services s on s.agency_id = r.agency_id and s.id = r.service_id
            where r.agency_id = @agency and r.key = @key
            for update of r
            """, new { key }, ct);
    }

    static async Task<ScarcityRule> StepAsync(Change change, ScarcityRule rule, DateTimeOffset now, CancellationToken ct)
    {
        var id = await change.QuerySingleOrDefaultAsync<Guid>("select id from services where agency_id = @agency and key = @service", new { rule.Service }, ct);
        change.Audit(now, $"scarcity-rule.{rule.State.Word()}", "service", id, JsonSerializer.Serialize(new { rule.Key }, Wire.Json));
        change.Emit(now, OutboxEvent.Of($"scarcity-rule.{rule.State.Word()}", id, new { rule.Key, rule.Service }));
        await change.CommitAsync(ct);
        return rule;
    }

    static async Task CheckAsync(TenantTransaction transaction, string service, ScarcityTerms terms, CancellationToken ct)
    {
        var errors = terms.Wrong().ToList();
        if (!await transaction.QuerySingleOrDefaultAsync<bool>("select true from services where agency_id = @agency and key = @service", new { service }, ct))
            errors.Add(new("/service", "unknown", $"There is no service \"{service}\"."));
        var there = await transaction.QueryAsync<string>(
            "select key from segments where agency_id = @agency and key = any (@order) and retired_at is null", new { terms.Order }, ct);
        errors.AddRange(terms.Order.Index().Where(s => !there.Contains(s.Item)).Select(s => new ValidationError($"/order/{s.Index}", "unknown", $"There is no segment \"{s.Item}\".")));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
    }
}
