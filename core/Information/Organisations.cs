using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>The civil organisations that an agency knows, the support they were given and what came of it.</summary>
public sealed class Organisations(TenantDb db, TimeProvider clock)
{
    const string Columns = "o.key, o.name, o.description, o.contact, o.acts, o.closed, o.created_at, o.version";
    const string SupportColumns = """
        s.id, s.given_on::text as given_on, s.kind, s.amount, s.currency, s.text, s.outcome, s.outcome_on::text as outcome_on, s.created_at, s.version
        """;

    /// <summary>Registers an organisation.</summary>
    /// <exception cref="Refusal"><see cref="Problems.OrganisationTaken"/>.</exception>
    public async Task<Organisation> RegisterAsync(Caller caller, Organisation organisation, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var registered = await change.QuerySingleOrDefaultAsync<Organisation>($"""
            insert into organisations as o (agency_id, key, name, description, contact, acts, closed, created_at, updated_at)
            values (@agency, @key, @name, @description, @contact, @acts, @closed, @now, @now)
            on conflict (agency_id, key) do nothing
            returning {Columns}
            """, new { organisation.Key, organisation.Name, organisation.Description, organisation.Contact, organisation.Acts, organisation.Closed, now }, ct)
            ?? throw Problems.OrganisationTaken.Because($"There is an organisation \"{organisation.Key}\" already.");
        SearchIndex.Add(change, now, registered.ToSearch());
        change.Audit(now, "organisation.registered", "organisation", null, JsonSerializer.Serialize(new { registered.Key, registered.Acts }, Wire.Json));
        await change.CommitAsync(ct);
        return registered;
    }

    /// <summary>Organisations by key.</summary>
    public Task<IReadOnlyList<Organisation>> ListAsync(Guid agency, bool closedToo, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Organisation>(agency, $"""
            select {Columns}
            from organisations o
            where o.agency_id = @agency
              and (@closedToo or not o.closed)
              and (@after is null or o.key > @after)
            order by o.key
            limit @limit
            """, new { closedToo, after, limit }, ct);

    /// <summary>One organisation.</summary>
    public Task<Organisation?> FindAsync(Guid agency, string key, bool closedToo, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Organisation>(agency, $"""
            select {Columns}
            from organisations o
            where o.agency_id = @agency and o.key = @key and (@closedToo or not o.closed)
            """, new { key, closedToo }, ct);

    /// <summary>Changes an organisation that is still at a version.</summary>
    /// <returns>The organisation, or null when it is not at that version.</returns>
    public async Task<Organisation?> ChangeAsync(Caller caller, Organisation to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Organisation>($"""
            update organisations o set
              name = @name, description = @description, contact = @contact, acts = @acts, closed = @closed, version = o.version + 1, updated_at = @now
            where o.agency_id = @agency and o.key = @key and o.version = @version
            returning {Columns}
            """, new { to.Key, to.Version, to.Name, to.Description, to.Contact, to.Acts, to.Closed, now }, ct);
        if (changed is null) return null;
        SearchIndex.Replace(change, now, SearchKind.Organisation, to.Key, changed.ToSearch());
        change.Audit(now, "organisation.changed", "organisation", null, JsonSerializer.Serialize(new { changed.Key, changed.Acts, changed.Closed }, Wire.Json));
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Writes down support that was given.</summary>
    /// <returns>The support, or null when there is no such organisation.</returns>
    public async Task<Support?> AddSupportAsync(Caller caller, string key, Support support, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var added = await change.QuerySingleOrDefaultAsync<Support>($"""
            insert into organisation_support as s
              (agency_id, organisation, id, given_on, kind, amount, currency, text, outcome, outcome_on, created_at, updated_at)
            select @agency, o.key, @id, @givenOn::date, @kind, @amount, @currency, @text, @outcome, @outcomeOn::date, @now, @now
            from organisations o
            where o.agency_id = @agency and o.key = @key
            returning {SupportColumns}
            """,
            new
            {
                key, Id = Guid.CreateVersion7(now), support.GivenOn, support.Kind, support.Amount, support.Currency, support.Text, support.Outcome, support.OutcomeOn, now,
            }, ct);
        if (added is null) return null;
        change.Audit(now, "organisation.supported", "support", added.Id, JsonSerializer.Serialize(new { key, kind = added.Kind.Word() }));
        await change.CommitAsync(ct);
        return added;
    }

    /// <summary>Support that an organisation was given, newest first.</summary>
    public Task<IReadOnlyList<Support>> SupportAsync(Guid agency, string key, Guid? id, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Support>(agency, $"""
            select {SupportColumns}
            from organisation_support s
            where s.agency_id = @agency and s.organisation = @key
              and (@id is null or s.id = @id)
              and (@at is null or (s.created_at, s.id) < (@at, @before))
            order by s.created_at desc, s.id desc
            limit @limit
            """, new { key, id, after?.At, Before = after?.Id, limit }, ct);

    /// <summary>Changes what is written about support, above all what came of it, when it is still at a version.</summary>
    /// <returns>The support, or null when it is not at that version.</returns>
    public async Task<Support?> ChangeSupportAsync(Caller caller, string key, Support to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Support>($"""
            update organisation_support s set
              given_on = @givenOn::date, kind = @kind, amount = @amount, currency = @currency, text = @text, outcome = @outcome, outcome_on = @outcomeOn::date,
              version = s.version + 1, updated_at = @now
            where s.agency_id = @agency and s.organisation = @key and s.id = @id and s.version = @version
            returning {SupportColumns}
            """, new { key, to.Id, to.Version, to.GivenOn, to.Kind, to.Amount, to.Currency, to.Text, to.Outcome, to.OutcomeOn, now }, ct);
        if (changed is null) return null;
        change.Audit(now, "organisation.support-changed", "support", to.Id, JsonSerializer.Serialize(new { key, outcome = to.Outcome is not null }));
        await change.CommitAsync(ct);
        return changed;
    }
}
