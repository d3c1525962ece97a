using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.RecordKeeping;

/// <summary>How long the content of a service's cases is kept.</summary>
/// <param name="Service">The service's key.</param>
/// <param name="Months">After the case is over.</param>
/// <param name="UpdatedAt">Since when it is so.</param>
/// <param name="Version">For If-Match.</param>
public sealed record RetentionRule(string Service, int Months, DateTimeOffset UpdatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What the rule of a service would remove now.</summary>
/// <param name="Service">The service's key.</param>
/// <param name="Months">As its rule says.</param>
/// <param name="OverBefore">Cases that were over before then.</param>
/// <param name="Cases">How many of them still have their content.</param>
public sealed record RetentionDue(string Service, int Months, DateTimeOffset OverBefore, long Cases);

/// <summary>Keeps what is counted, and the content of cases no longer than the agency says (PRIVACY; GDPR article 5(1)(e)).</summary>
public sealed class Retention(TenantDb db, TimeProvider clock)
{
    /// <summary>Cases whose content is removed in one transaction.</summary>
    public const int AtATime = 1000;

    // A case is over when it is closed; resolved or refused and never closed, when nothing has happened since.
    const string Over = "c.status in ('closed', 'resolved', 'refused') and c.erased_at is null";
    const string Due = $"{Over} and coalesce(c.closed_at, c.updated_at) < @now - make_interval(months => r.months)";

    /// <summary>The rule of a service; null when there is none.</summary>
    public Task<RetentionRule?> FindAsync(Guid agency, string service, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<RetentionRule>(agency, """
            select s.key as service, r.months, r.updated_at, r.version
            from services s
            join retention_rules r on r.agency_id = s.agency_id and r.service_id = s.id
            where s.agency_id = @agency and s.key = @service
            """, new { service }, ct);

    /// <summary>Makes or replaces the rule of a service; with a version, only the one that was read.</summary>
    /// <returns>The rule, or null when there is no such service or the rule is at another version.</returns>
    public async Task<RetentionRule?> PutAsync(Caller caller, string service, int months, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<Put>("""
            insert into retention_rules as r (agency_id, service_id, months, created_at, updated_at)
            select s.agency_id, s.id, @months, @now, @now
            from services s
            where s.agency_id = @agency and s.key = @service
            on conflict (agency_id, service_id) do update
              set months = excluded.months, version = r.version + 1, updated_at = excluded.updated_at
              where @version is null or r.version = @version
            returning r.service_id, r.version
            """, new { service, months, version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "retention.set", "service", kept.ServiceId, JsonSerializer.Serialize(new { months }));
        await change.CommitAsync(ct);
        return new(service, months, now, kept.Version);
    }

    /// <summary>Takes a rule away: that service's cases keep their content.</summary>
    public async Task<bool> RemoveAsync(Caller caller, string service, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.QuerySingleOrDefaultAsync<Guid?>("""
            delete from retention_rules r
            using services s
            where r.agency_id = @agency and s.agency_id = r.agency_id and s.id = r.service_id and s.key = @service and r.version = @version
            returning r.service_id
            """, new { service, version }, ct);
        if (removed is null) return false;
        change.Audit(now, "retention.removed", "service", removed);
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>What every rule would remove if it ran now, by service.</summary>
    public Task<IReadOnlyList<RetentionDue>> PreviewAsync(Guid agency, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<RetentionDue>(agency, $"""
            select s.key as service, r.months, @now - make_interval(months => r.months) as over_before,
              (select count(*) from cases c where c.agency_id = @agency and c.service_id = r.service_id and {Due}) as cases
            from retention_rules r
            join services s on s.agency_id = r.agency_id and s.id = r.service_id
            where r.agency_id = @agency
              and (@after is null or s.key > @after)
            order by s.key
            limit @limit
            """, new { after, limit, Now = clock.Now() }, ct);

    /// <summary>Removes the content of every case whose time has come, and of those whose citizen was erased while they were open, a batch
    /// a transaction. Killed at any point, the next run goes on.</summary>
    /// <returns>How many cases.</returns>
    public async Task<long> ApplyAsync(Guid agency, CancellationToken ct)
    {
        var (total, now) = (0L, clock.Now());
        for (Guid? after = Guid.Empty; after is { } last;)
        {
            // The cases are walked once, in the order of their ids; another worker's batch is left to it.
            var batch = await RemoveAsync(agency, now, $"""
                select c.id, c.service_id
                from cases c
                join retention_rules r on r.agency_id = c.agency_id and r.service_id = c.service_id
                where c.agency_id = @agency and c.id > @last and {Due}
                order by c.id
                limit @limit
                for update of c skip locked
                """, last, unlink: true, ct);
            total += batch.Count;
            after = batch.Count < AtATime ? null : batch[^1].Id;
        }
        for (Guid? after = Guid.Empty; after is { } last;)
        {
            var batch = await RemoveAsync(agency, now, $"""
                select c.id, c.service_id
                from cases c
                where c.agency_id = @agency and c.id > @last and c.erase_when_over and {Over}
                order by c.id
                limit @limit
                for update of c skip locked
                """, last, unlink: false, ct);
            total += batch.Count;
            after = batch.Count < AtATime ? null : batch[^1].Id;
        }
        return total;
    }

    async Task<IReadOnlyList<DueCase>> RemoveAsync(Guid agency, DateTimeOffset now, string due, Guid last, bool unlink, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var batch = await change.QueryAsync<DueCase>(due, new { last, now, Limit = AtATime }, ct);
        if (batch.Count == 0) return batch;
        CaseContent.Remove(change, [.. batch.Select(c => c.Id)], now, unlink);
        foreach (var ofService in batch.GroupBy(c => c.ServiceId))
            change.Audit(now, "retention.applied", "service", ofService.Key, JsonSerializer.Serialize(new { cases = ofService.Count() }));
        await change.CommitAsync(ct);
        return batch;
    }

    sealed record Put(Guid ServiceId, long Version);

    sealed record DueCase(Guid Id, Guid ServiceId);
}
