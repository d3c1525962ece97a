using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Identity;

/// <summary>Who may act for whom, on what, until when. Nothing is remembered: what is revoked is so with the next request.</summary>
public sealed class Mandates(TenantDb db, TimeProvider clock)
{
    /// <summary>That a mandate <c>m</c> holds at <c>@now</c>.</summary>
    internal const string InForce = "m.revoked_at is null and m.valid_from <= @now and (m.valid_until is null or m.valid_until > @now)";

    // An organisation's mandate is used by who is its member in this moment, as long as the agency works with it, and for what it may do.
    const string Memberships = """
        organisation_members o
        join organisations r on r.agency_id = o.agency_id and r.key = o.organisation and not r.closed
        """;

    const string OfCaller = "o.agency_id = @agency and o.account_id = @account";

    const string LetsOneself = $"m.agency_id = @agency and {InForce} and (m.account_id = @account or m.organisation in (select o.organisation from {Memberships}";

    /// <summary>
    /// That a mandate <c>m</c> lets <c>@account</c> follow cases now, itself or as a member of an organisation that may; of which citizen
    /// is for the statement to say, by <see cref="Covers"/>: from there it is found.
    /// </summary>
    internal const string LetsAct = $"{LetsOneself} where {OfCaller} and 'followCases' = any (r.acts)))";

    /// <summary>The same of submitting.</summary>
    internal const string LetsSubmit = $"{LetsOneself} where {OfCaller} and 'submitCases' = any (r.acts)))";

    /// <summary>The same of having the citizen's word on how a case ended.</summary>
    internal const string LetsObject = $"{LetsOneself} where {OfCaller} and 'object' = any (r.acts)))";

    /// <summary>The same of whatever their organisation may do: which of their mandates it was that they used.</summary>
    internal const string LetsActInAnyWay = $"{LetsOneself} where {OfCaller}))";

    /// <summary>That whoever submitted the case <c>c</c> under an organisation's mandate <c>m</c> still belongs to the organisation; staff who entered it need not.</summary>
    internal const string SubmitterStays = $"""
        (m.organisation is null or c.entered_by is not null
          or exists (select from {Memberships} where o.agency_id = @agency and o.organisation = m.organisation and o.account_id = c.submitted_by))
        """;

    /// <summary>All mandates that let <c>@account</c> follow cases now: each way by its own index, which an <c>or</c> would not use.</summary>
    internal const string Held = $"""
        select m.id, m.citizen_id, m.service_ids from mandates m where m.agency_id = @agency and m.account_id = @account and {InForce}
        union all
        select m.id, m.citizen_id, m.service_ids
        from {Memberships}
        join mandates m on m.agency_id = o.agency_id and m.organisation = o.organisation
        where {OfCaller} and 'followCases' = any (r.acts) and {InForce}
        """;

    /// <summary>That a mandate <c>m</c> is about the case <c>c</c>.</summary>
    internal const string Covers = "m.citizen_id = c.citizen_id and (m.service_ids is null or c.service_id = any (m.service_ids))";

    const string Columns = """
        m.id, m.citizen_id, m.account_id as account, m.person_id as person, m.organisation,
        (select array_agg(s.key order by s.key) from services s where s.agency_id = m.agency_id and s.id = any (m.service_ids)) as services,
        m.valid_from as "from", m.valid_until as until, m.given, m.evidence, m.entered_by,
        m.revoked_at is null and m.valid_from <= @now and coalesce(m.valid_until > @now, true) as in_force,
        m.revoked_at, m.revoked_reason, m.created_at, m.version
        """;

    /// <summary>Enters a mandate that was given on paper or by a court.</summary>
    /// <param name="caller">The member of staff or the key that enters it.</param>
    /// <param name="citizen">For whom.</param>
    /// <param name="representative">Who.</param>
    /// <param name="services">On which services, by key; null for all.</param>
    /// <param name="from">From when; null from now on.</param>
    /// <param name="until">Until when; null until it is revoked.</param>
    /// <param name="given">On paper or by a court.</param>
    /// <param name="evidence">Where the paper or the decision lies.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The mandate, or null when there is no such citizen.</returns>
    /// <exception cref="Refusal">One of the mandate's problems in <see cref="Problems"/>.</exception>
    public async Task<Mandate?> GiveAsync(
        Caller caller, Guid citizen, Representative representative, string[]? services, DateTimeOffset? from, DateTimeOffset? until, MandateForm given,
        string? evidence, CancellationToken ct)
    {
        var now = clock.Now();
        MandateTerm.Check(from ?? now, until);
        await using var change = await db.BeginAsync(caller, ct);
        if (await StandingOfAsync(change, citizen, representative, services, ct) is not { Known: true } standing) return null;
        if (standing.Erased) throw Erased();
        if (standing.Oneself) throw Problems.MandateForOneself.Because("The representative is the citizen.");
        if (!standing.RepresentativeKnown) throw Problems.RepresentativeUnknown.Because("There is no such representative in this agency.");
        var mandate = await InsertAsync(
            change, citizen, representative, CheckServices(services, standing.ServiceIds), from ?? now, until, given, evidence, caller.Id, now, ct);
        await change.CommitAsync(ct);
        return mandate;
    }

    /// <summary>Makes a one-time code that its redeemer becomes the citizen's representative with; only its hash is kept.</summary>
    /// <param name="caller">The citizen, or staff at their request.</param>
    /// <param name="citizen">For whom.</param>
    /// <param name="code">As it is shown, once.</param>
    /// <param name="services">On which services, by key; null for all.</param>
    /// <param name="until">Until when the mandate will hold; null until it is revoked.</param>
    /// <param name="validFor">How long the code can be redeemed.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>When the code runs out, or null when there is no such citizen.</returns>
    public async Task<DateTimeOffset?> MakeCodeAsync(
        Caller caller, Guid citizen, string code, string[]? services, DateTimeOffset? until, TimeSpan validFor, CancellationToken ct)
    {
        var now = clock.Now();
        MandateTerm.Check(now, until);
        await using var change = await db.BeginAsync(caller, ct);
        if (await StandingOfAsync(change, citizen, new(null, null, null), services, ct) is not { Known: true } standing) return null;
        if (standing.Erased) throw Erased();
        var id = Guid.CreateVersion7(now);
        await change.ExecuteAsync("""
            insert into mandate_codes (agency_id, id, citizen_id, code_hash, service_ids, valid_until, expires_at, entered_by, created_at)
            values (@agency, @id, @citizen, @hash, @serviceIds, @until, @expiresAt, @enteredBy, @now)
            """,
            new
            {
                id, citizen, Hash = TrackingCode.HashOf(code), ServiceIds = CheckServices(services, standing.ServiceIds), until, ExpiresAt = now + validFor,
                EnteredBy = caller.IsStaff ? caller.Id : null, now,
            }, ct);
        change.Audit(now, "mandate.code-made", "citizen", citizen);
        await change.CommitAsync(ct);
        return now + validFor;
    }

    /// <summary>Makes the caller the representative of whoever made a code.</summary>
    /// <returns>The mandate, or null when the code is not valid: unknown, used, too old, or the caller's own.</returns>
    public async Task<Mandate?> RedeemAsync(Caller caller, string code, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var redeemed = await change.QuerySingleOrDefaultAsync<Redeemed>("""
            update mandate_codes set redeemed_at = @now
            where agency_id = @agency and code_hash = @hash and redeemed_at is null and expires_at > @now
              and (valid_until is null or valid_until > @now)
              and citizen_id is distinct from @citizen
              and exists (select from accounts a where a.agency_id = @agency and a.id = @account)
            returning citizen_id, service_ids, valid_until, entered_by
            """, new { Hash = TrackingCode.HashOf(code), Citizen = caller.CitizenId, Account = caller.Id, now }, ct);
        if (redeemed is null) return null;
        var mandate = await InsertAsync(
            change, redeemed.CitizenId, new(caller.Id, null, null), redeemed.ServiceIds, now, redeemed.ValidUntil, MandateForm.Code, null, redeemed.EnteredBy, now, ct);
        await change.CommitAsync(ct);
        return mandate;
    }

    /// <summary>Ends a mandate at once: by staff, by the citizen, or by the representative (a member of the organisation) who lays it down.</summary>
    /// <returns>The mandate, or null when it is not there for this caller.</returns>
    /// <exception cref="Refusal"><see cref="Problems.MandateRevoked"/>.</exception>
    public async Task<Mandate?> RevokeAsync(Caller caller, Guid citizen, Guid id, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var revoked = await change.ExecuteAsync($"""
            update mandates set revoked_at = @now, revoked_by = @account, revoked_reason = @reason, version = version + 1
            where agency_id = @agency and citizen_id = @citizen and id = @id and revoked_at is null
              and (@staff or citizen_id = @self or account_id = @account or organisation in (select o.organisation from {Memberships} where {OfCaller}))
            """, new { id, citizen, reason, Staff = caller.IsStaff, Self = caller.CitizenId, Account = caller.Id, now }, ct);
        var mandate = (await FindAsync(change, caller, citizen, id, now, ct)).SingleOrDefault();
        if (mandate is null) return null;
        if (revoked == 0) throw Problems.MandateRevoked.Because($"That was at {mandate.RevokedAt!.Value.UtcDateTime:O}.");
        change.Audit(now, "mandate.revoked", "citizen", citizen, JsonSerializer.Serialize(new { mandate = id }));
        change.Emit(now, OutboxEvent.Of("mandate.revoked", citizen, new { mandate = id }));
        await change.CommitAsync(ct);
        return mandate;
    }

    /// <summary>Mandates for a citizen, newest first; null when the citizen is not there for this caller.</summary>
    public async Task<IReadOnlyList<Mandate>> ListAsync(Caller caller, Guid citizen, Guid? before, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        return await ListAsync(transaction, caller, citizen, before, limit, clock.Now(), ct);
    }

    /// <summary>The same, in a transaction that sees one moment.</summary>
    internal static Task<IReadOnlyList<Mandate>> ListAsync(TenantTransaction transaction, Caller caller, Guid citizen, Guid? before, int limit, DateTimeOffset now, CancellationToken ct) =>
        transaction.QueryAsync<Mandate>($"""
            select {Columns}
            from mandates m
            where m.agency_id = @agency and m.citizen_id = @citizen
              and (@staff or m.citizen_id = @self)
              and (@before is null or m.id < @before)
            order by m.id desc
            limit @limit
            """, new { citizen, Staff = caller.IsStaff, Self = caller.CitizenId, before, limit, now }, ct);

    /// <summary>One mandate: for staff, for the citizen, and for the representative whose account or organisation it names.</summary>
    public async Task<Mandate?> FindAsync(Caller caller, Guid citizen, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        return (await FindAsync(transaction, caller, citizen, id, clock.Now(), ct)).SingleOrDefault();
    }

    /// <summary>Under which the caller may act now: their own and their organisations', newest first.</summary>
    public Task<IReadOnlyList<Mandate>> HeldAsync(Caller caller, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<Mandate>(caller.Agency, $"""
            select {Columns}
            from mandates m
            where m.agency_id = @agency and m.id = any (array(select h.id from ({Held}) h))
              and (@before is null or m.id < @before)
            order by m.id desc
            limit @limit
            """, new { Account = caller.Id, before, limit, Now = clock.Now() }, ct);

    /// <summary>What those are called for whom the caller may act now, by citizen; of whom no name is known, there is none. Who shows them records that.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(Caller caller, CancellationToken ct) =>
        (await db.QueryAsync<Named>(caller.Agency, $"""
            select distinct m.citizen_id, n.name
            from mandates m
            join citizen_identities n on n.agency_id = m.agency_id and n.citizen_id = m.citizen_id
            where m.agency_id = @agency and m.id = any (array(select h.id from ({Held}) h)) and n.name is not null
            """, new { Account = caller.Id, Now = clock.Now() }, ct)).ToDictionary(n => n.CitizenId, n => n.Name);

    /// <summary>The mandate under which a caller may submit a case for a citizen now.</summary>
    /// <param name="caller">The representative; or staff, who name the mandate under which somebody asked them.</param>
    /// <param name="citizen">For whom.</param>
    /// <param name="service">On which service.</param>
    /// <param name="named">The mandate that staff name.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Its id, or null when there is none in force.</returns>
    public Task<Guid?> ForSubmissionAsync(Caller caller, Guid citizen, Guid service, Guid? named, CancellationToken ct) =>
        caller.IsStaff
            ? db.QuerySingleOrDefaultAsync<Guid?>(caller.Agency, $"""
                select m.id
                from mandates m
                where m.agency_id = @agency and m.id = @named and m.citizen_id = @citizen and {InForce}
                  and (m.service_ids is null or @service = any (m.service_ids))
                """, new { citizen, service, named, Now = clock.Now() }, ct)
            : db.QuerySingleOrDefaultAsync<Guid?>(caller.Agency, $"""
                select m.id
                from mandates m
                where {LetsSubmit}
                  and m.citizen_id = @citizen
                  and (m.service_ids is null or @service = any (m.service_ids))
                  and (@named is null or m.id = @named)
                order by m.id desc
                limit 1
                """, new { citizen, service, named, Account = caller.Id, Now = clock.Now() }, ct);

    static Task<IReadOnlyList<Mandate>> FindAsync(TenantTransaction transaction, Caller caller, Guid citizen, Guid id, DateTimeOffset now, CancellationToken ct) =>
        transaction.QueryAsync<Mandate>($"""
            select {Columns}
            from mandates m
            where m.agency_id = @agency and m.citizen_id = @citizen and m.id = @id
              and (@staff or m.citizen_id = @self or m.account_id = @account
                   or m.organisation in (select o.organisation from {Memberships} where {OfCaller}))
            """, new { citizen, id, Staff = caller.IsStaff, Self = caller.CitizenId, Account = caller.Id, now }, ct);

    // Everything that a mandate depends on, in one look.
    static Task<Standing?> StandingOfAsync(Change change, Guid citizen, Representative who, string[]? services, CancellationToken ct) =>
        change.QuerySingleOrDefaultAsync<Standing>("""
            select true as known,
              z.erased_at is not null as erased,
              coalesce(a.citizen_id = z.id, false) or coalesce(@person = z.id, false) as oneself,
              a.id is not null or p.id is not null or r.key is not null as representative_known,
              (select array_agg(s.id) from services s where s.agency_id = @agency and s.key = any (@services)) as service_ids
            from citizens z
            left join accounts a on a.agency_id = z.agency_id and a.id = @account and a.role in ('citizen', 'representative') and a.disabled_at is null
            left join citizens p on p.agency_id = z.agency_id and p.id = @person and p.erased_at is null
            left join organisations r on r.agency_id = z.agency_id and r.key = @organisation and not r.closed
            where z.agency_id = @agency and z.id = @citizen
            """, new { citizen, who.Account, Person = who.Citizen, who.Organisation, services }, ct);

    static Guid[]? CheckServices(string[]? keys, Guid[]? found)
    {
        if (keys is null) return null;
        if (found is null || found.Length < keys.Distinct(StringComparer.Ordinal).Count())
            throw Problems.MandateServiceUnknown.Because("A service that the mandate names is not there.");
        return found;
    }

    static async Task<Mandate> InsertAsync(
        Change change, Guid citizen, Representative who, Guid[]? serviceIds, DateTimeOffset from, DateTimeOffset? until, MandateForm given, string? evidence,
        Guid? enteredBy, DateTimeOffset now, CancellationToken ct)
    {
        var id = Guid.CreateVersion7(now);
        change.Enqueue("""
            insert into mandates
              (agency_id, id, citizen_id, account_id, person_id, organisation, service_ids, valid_from, valid_until, given, evidence, entered_by, created_at)
            values (@agency, @id, @citizen, @account, @person, @organisation, @serviceIds, @from, @until, @given, @evidence, @enteredBy, @now)
            """,
            new { id, citizen, who.Account, Person = who.Citizen, who.Organisation, serviceIds, from, until, given, evidence, enteredBy, now });
        change.Audit(now, "mandate.given", "citizen", citizen, JsonSerializer.Serialize(new { mandate = id, given = given.Word(), account = who.Account, person = who.Citizen, organisation = who.Organisation }));
        change.Emit(now, OutboxEvent.Of("mandate.given", citizen, new { mandate = id, given }));
        return (await change.QueryAsync<Mandate>($"""
            select {Columns}
            from mandates m
            where m.agency_id = @agency and m.id = @id
            """, new { id, now }, ct)).Single();
    }

    static Refusal Erased() => Problems.CitizenErased.Because("Their identity was removed at their request.");

    sealed record Standing(bool Known, bool Erased, bool Oneself, bool RepresentativeKnown, Guid[]? ServiceIds);

    sealed record Named(Guid CitizenId, string Name);

    sealed record Redeemed(Guid CitizenId, Guid[]? ServiceIds, DateTimeOffset? ValidUntil, Guid? EnteredBy);
}
