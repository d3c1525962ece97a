using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Identity;

/// <summary>What personal data are used for, and what citizens say to it. Every word of theirs is kept; the last one counts.</summary>
public sealed class Consents(TenantDb db, TimeProvider clock)
{
    const string UseColumns = "u.key, u.name, u.purpose, u.legal_basis, u.provision, u.updated_at, u.version";

    /// <summary>Declares a use or replaces the one that is there; with a version, only the one that was read.</summary>
    /// <returns>The use, or null when it is at another version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.BasisInUse"/>: what citizens agreed to does not become something else.</exception>
    public async Task<DataUse?> DeclareAsync(Caller caller, DataUse wanted, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var before = await change.QuerySingleOrDefaultAsync<string>("select legal_basis from data_uses where agency_id = @agency and key = @key for update", new { wanted.Key }, ct);
        var kept = await change.QuerySingleOrDefaultAsync<DataUse>($"""
            insert into data_uses as u (agency_id, key, name, purpose, legal_basis, provision, created_at, updated_at)
            values (@agency, @key, @name, @purpose, @legalBasis, @provision, @now, @now)
            on conflict (agency_id, key) do update
              set name = excluded.name, purpose = excluded.purpose, legal_basis = excluded.legal_basis, provision = excluded.provision,
                  version = u.version + 1, updated_at = excluded.updated_at
              where @version is null or u.version = @version
            returning {UseColumns}
            """, new { wanted.Key, wanted.Name, wanted.Purpose, wanted.LegalBasis, wanted.Provision, version, now }, ct);
        if (kept is null) return null;
        if (before == LegalBasis.Consent.Word() && kept.LegalBasis != LegalBasis.Consent && await change.QuerySingleOrDefaultAsync<bool>("""
            select exists (select from consents c where c.agency_id = @agency and c.use_key = @key)
            """, new { wanted.Key }, ct)) throw Problems.BasisInUse.Because("Citizens were asked for their consent to this use.");
        change.Audit(now, "data-use.declared", "data-use", null, JsonSerializer.Serialize(new { key = kept.Key, basis = kept.LegalBasis.Word() }));
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Uses by key.</summary>
    public Task<IReadOnlyList<DataUse>> UsesAsync(Guid agency, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<DataUse>(agency, $"""
            select {UseColumns}
            from data_uses u
            where u.agency_id = @agency and (@after is null or u.key > @after)
            order by u.key
            limit @limit
            """, new { after, limit }, ct);

    /// <summary>One use; null when there is none of that key.</summary>
    public Task<DataUse?> FindUseAsync(Guid agency, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<DataUse>(agency, $"""
            select {UseColumns}
            from data_uses u
            where u.agency_id = @agency and u.key = @key
            """, new { key }, ct);

    /// <summary>Every use, with a citizen's last word on it.</summary>
    /// <param name="agency">Whose uses.</param>
    /// <param name="citizen">Who said it.</param>
    /// <param name="use">Only this one.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Consent>> OfAsync(Guid agency, Guid citizen, string? use, CancellationToken ct) =>
        db.QueryAsync<Consent>(agency, """
            select u.key as use, u.name, u.purpose, u.legal_basis, u.provision, said.given, said.at, said.channel, said.recorded_by
            from data_uses u
            left join lateral (
              select c.given, c.at, c.channel, c.recorded_by
              from consents c
              where c.agency_id = u.agency_id and c.citizen_id = @citizen and c.use_key = u.key
              order by c.id desc
              limit 1) said on true
            where u.agency_id = @agency and (@use is null or u.key = @use)
            order by u.key
            """, new { citizen, use }, ct);

    /// <summary>Writes down what a citizen says to a use: by themself, or by staff for them. To say the same again changes nothing.</summary>
    /// <returns>The use with their word, or null when there is no such use or citizen.</returns>
    /// <exception cref="Refusal"><see cref="Problems.ConsentNotAsked"/>, <see cref="Problems.CitizenErased"/>.</exception>
    public async Task<Consent?> SayAsync(Caller caller, Guid citizen, string use, bool given, Channel channel, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        // The citizen's row is held, so that of two words at the same time one is the last.
        var state = await change.QuerySingleOrDefaultAsync<State>("""
            select z.erased_at is not null as erased, u.legal_basis,
              (select c.given from consents c where c.agency_id = @agency and c.citizen_id = z.id and c.use_key = u.key order by c.id desc limit 1) as given
            from citizens z
            join data_uses u on u.agency_id = z.agency_id and u.key = @use
            where z.agency_id = @agency and z.id = @citizen
            for update of z
            """, new { citizen, use }, ct);
        if (state is null) return null;
        if (state.Erased) throw Problems.CitizenErased.Because("Their identity was removed at their request.");
        if (!DataUse.TakesTheirWord(use, state.LegalBasis)) throw Problems.ConsentNotAsked.Because($"The use \"{use}\" rests on {state.LegalBasis.Word()}.");
        if (state.Given != given)
        {
            change.Enqueue("""
                insert into consents (agency_id, citizen_id, use_key, id, given, channel, recorded_by, at)
                values (@agency, @citizen, @use, @id, @given, @channel, @recordedBy, @now)
                """, new { citizen, use, Id = Guid.CreateVersion7(now), given, channel, RecordedBy = caller.IsStaff ? caller.Id : null, now });
            change.Audit(now, given ? "consent.given" : "consent.withdrawn", "citizen", citizen, JsonSerializer.Serialize(new { use, channel = channel.Word() }));
            change.Emit(now, OutboxEvent.Of(given ? "consent.given" : "consent.withdrawn", citizen, new { use }));
        }
        await change.CommitAsync(ct);
        return (await OfAsync(caller.Agency, citizen, use, ct)).Single();
    }

    sealed record State(bool Erased, LegalBasis LegalBasis, bool? Given);
}
