using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Desk;

/// <summary>The texts that an agency's officers answer with.</summary>
public sealed class AnswerTemplates(TenantDb db, TimeProvider clock)
{
    const string Columns = "t.key, t.name, t.text, t.updated_at, t.version";

    /// <summary>Templates by key.</summary>
    public Task<IReadOnlyList<AnswerTemplate>> ListAsync(Guid agency, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<AnswerTemplate>(agency, $"""
            select {Columns}
            from answer_templates t
            where t.agency_id = @agency and (@after is null or t.key > @after)
            order by t.key
            limit @limit
            """, new { after, limit }, ct);

    /// <summary>One template.</summary>
    public Task<AnswerTemplate?> FindAsync(Guid agency, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<AnswerTemplate>(agency, $"""
            select {Columns}
            from answer_templates t
            where t.agency_id = @agency and t.key = @key
            """, new { key }, ct);

    /// <summary>Keeps a template whose text was checked.</summary>
    /// <param name="caller">Who keeps it.</param>
    /// <param name="key">Under which.</param>
    /// <param name="name">What officers call it.</param>
    /// <param name="text">See <see cref="AnswerTemplate.Check"/>.</param>
    /// <param name="version">The version that is replaced; null to make or replace whatever is there.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The template, or null when it is not at that version.</returns>
    public async Task<AnswerTemplate?> PutAsync(Caller caller, string key, Localized name, Localized text, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<AnswerTemplate>($"""
            insert into answer_templates as t (agency_id, key, name, text, created_at, updated_at)
            select @agency, @key, @name, @text, @now, @now
            where @version is null or exists (select from answer_templates k where k.agency_id = @agency and k.key = @key)
            on conflict (agency_id, key) do update
              set name = excluded.name, text = excluded.text, version = t.version + 1, updated_at = @now
              where @version is null or t.version = @version
            returning {Columns}
            """, new { key, name, text, version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "answer-template.kept", "answer-template", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Removes a template that is still at a version; what was answered with it stays.</summary>
    public async Task<bool> RemoveAsync(Caller caller, string key, long version, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from answer_templates where agency_id = @agency and key = @key and version = @version
            """, new { key, version }, ct);
        if (removed == 0) return false;
        change.Audit(clock.Now(), "answer-template.removed", "answer-template", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>What a template can tell of a case; null when there is no such case.</summary>
    public Task<AnswerFacts?> FactsAsync(Guid agency, Guid caseId, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<AnswerFacts>(agency, """
            select c.number, c.title, v.name as service, c.status, c.due_at, u.name as unit, c.citizen_id, z.language
            from cases c
            join service_versions v on v.agency_id = c.agency_id and v.service_id = c.service_id and v.number = c.service_version
            left join units u on u.agency_id = c.agency_id and u.key = c.unit
            left join citizens z on z.agency_id = c.agency_id and z.id = c.citizen_id
            where c.agency_id = @agency and c.id = @caseId
            """, new { caseId }, ct);
}
