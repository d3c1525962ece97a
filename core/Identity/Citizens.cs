using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Core.Identity;

/// <summary>A citizen: what is analysed (language, attributes), and who they are, which is kept apart from it.</summary>
/// <param name="Id">The citizen.</param>
/// <param name="ExternalId">What another system of the agency calls them; unique in the agency.</param>
/// <param name="Name">How they are called.</param>
/// <param name="Email">To write to.</param>
/// <param name="Phone">To call.</param>
/// <param name="Language">Language tag; how they like to be addressed.</param>
/// <param name="Attributes">Values of declared attributes.</param>
/// <param name="CreatedAt">Known since.</param>
/// <param name="ErasedAt">When their identity was removed; nothing can be added since then.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Citizen(
    Guid Id, string? ExternalId, string? Name, string? Email, string? Phone, string? Language, Dictionary<string, JsonElement> Attributes, DateTimeOffset CreatedAt,
    DateTimeOffset? ErasedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>The citizens that an agency knows.</summary>
public sealed class Citizens(TenantDb db, Attributes attributes, TimeProvider clock)
{
    const string Columns = "c.id, i.external_id, i.name, i.email, i.phone, c.language, c.attributes, c.created_at, c.erased_at, c.version";

    /// <summary>Adds a citizen.</summary>
    /// <param name="caller">Who adds them.</param>
    /// <param name="wanted">What is known; id, time and version are given here.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.ExternalIdTaken"/>, or <see cref="Platform.Problems.Invalid"/> for an attribute that is not declared or not as declared.</exception>
    public async Task<Citizen> AddAsync(Caller caller, Citizen wanted, CancellationToken ct)
    {
        var now = clock.Now();
        var citizen = wanted with { Id = Guid.CreateVersion7(now), Attributes = await ReadAsync(caller.Agency, wanted.Attributes, ct), CreatedAt = now, Version = 1 };
        await using var change = await db.BeginAsync(caller, ct);
        change.Enqueue("""
            insert into citizens (agency_id, id, language, attributes, created_at, updated_at)
            values (@agency, @id, @language, @attributes, @now, @now)
            """, new { citizen.Id, citizen.Language, citizen.Attributes, now });
        var identified = await change.ExecuteAsync("""
            insert into citizen_identities (agency_id, citizen_id, external_id, name, email, phone)
            values (@agency, @id, @externalId, @name, @email, @phone)
            on conflict (agency_id, external_id) do nothing
            """, new { citizen.Id, citizen.ExternalId, citizen.Name, citizen.Email, citizen.Phone }, ct);
        if (identified == 0) throw Taken();
        SegmentChanges.OfCitizens(change, now, citizen.Id);
        change.Audit(now, "citizen.added", "citizen", citizen.Id);
        change.Emit(now, OutboxEvent.Of("citizen.added", citizen.Id, new { }));
        await change.CommitAsync(ct);
        return citizen;
    }

    /// <summary>Citizens, newest first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="externalId">Only the one of this external id.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Citizen>> ListAsync(Guid agency, string? externalId, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Citizen>(agency, $"""
            select {Columns}
            from citizens c
            left join citizen_identities i on i.agency_id = c.agency_id and i.citizen_id = c.id
            where c.agency_id = @agency and c.erased_at is null
              and (@externalId is null or i.external_id = @externalId)
              and (@at is null or (c.created_at, c.id) < (@at, @id))
            order by c.created_at desc, c.id desc
            limit @limit
            """, new { externalId, after?.At, after?.Id, limit }, ct);

    /// <summary>One citizen: for staff, or for the citizen.</summary>
    public async Task<Citizen?> FindAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        return await FindAsync(transaction, caller, id, ct);
    }

    /// <summary>The same, in a transaction that sees one moment.</summary>
    internal static Task<Citizen?> FindAsync(TenantTransaction transaction, Caller caller, Guid id, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Citizen>($"""
            select {Columns}
            from citizens c
            left join citizen_identities i on i.agency_id = c.agency_id and i.citizen_id = c.id
            where c.agency_id = @agency and c.id = @id
              and (@staff or c.id = @citizen)
            """, new { id, Staff = caller.IsStaff, Citizen = caller.CitizenId }, ct);

    /// <summary>Changes a citizen who is still at a version.</summary>
    /// <returns>The citizen, or null when they are not at that version.</returns>
    /// <exception cref="Refusal">As <see cref="AddAsync"/>.</exception>
    public async Task<Citizen?> ChangeAsync(Caller caller, Citizen wanted, CancellationToken ct)
    {
        var now = clock.Now();
        var to = wanted with { Attributes = await ReadAsync(caller.Agency, wanted.Attributes, ct) };
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.ExecuteAsync("""
            update citizens set language = @language, attributes = @attributes, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and version = @version and erased_at is null
            """, new { to.Id, to.Version, to.Language, to.Attributes, now }, ct);
        if (changed == 0) return null;
        int identified;
        try
        {
            identified = await change.ExecuteAsync("""
                insert into citizen_identities (agency_id, citizen_id, external_id, name, email, phone)
                select @agency, @id, @externalId, @name, @email, @phone
                where not exists (select from citizen_identities o where o.agency_id = @agency and o.external_id = @externalId and o.citizen_id <> @id)
                on conflict (agency_id, citizen_id) do update
                  set external_id = excluded.external_id, name = excluded.name, email = excluded.email, phone = excluded.phone
                """, new { to.Id, to.ExternalId, to.Name, to.Email, to.Phone }, ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw Taken(); // in this very moment
        }
        if (identified == 0) throw Taken();
        SegmentChanges.OfCitizens(change, now, to.Id);
        change.Audit(now, "citizen.changed", "citizen", to.Id);
        change.Emit(now, OutboxEvent.Of("citizen.changed", to.Id, new { }));
        await change.CommitAsync(ct);
        return to with { Version = to.Version + 1 };
    }

    async Task<Dictionary<string, JsonElement>> ReadAsync(Guid agency, Dictionary<string, JsonElement> wanted, CancellationToken ct)
    {
        if (wanted.Count == 0) return wanted;
        var (values, errors) = AttributeRules.Read(await attributes.OfAsync(agency, [.. wanted.Keys], ct), wanted);
        return errors.Count == 0 ? values : throw Platform.Problems.InvalidInput(errors);
    }

    static Refusal Taken() => Problems.ExternalIdTaken.Because("There is a citizen with this external id already.");
}
