using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Redress;
using Dapper;

namespace Cirm.Core.Identity;

/// <summary>A member of an agency as admins see it.</summary>
/// <param name="Id">The account.</param>
/// <param name="Email">As the member wrote it; missing when the agency's provider vouched for none.</param>
/// <param name="Name">How they are called; may be missing.</param>
/// <param name="Role">What they may do.</param>
/// <param name="CitizenId">The citizen that a citizen's account stands for.</param>
/// <param name="Disabled">Cannot sign in.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Member(
    Guid Id, string? Email, string? Name, Role Role, Guid? CitizenId, bool Disabled, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>Who may sign in, and as what.</summary>
public sealed class Accounts(TenantDb db, Databases databases)
{
    /// <summary>An e-mail address as it is looked up: lower case, no spaces around it.</summary>
    public static string KeyOf(string email) => email.Trim().ToLowerInvariant();

    /// <summary>Makes a member. A citizen's account makes the citizen too.</summary>
    /// <exception cref="Refusal"><see cref="Problems.EmailTaken"/>.</exception>
    public async Task<Member> AddAsync(Caller caller, string email, string? passwordHash, string? name, Role role, DateTimeOffset now, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var member = await AddAsync(change, email, passwordHash, name, role, now, ct);
        change.Audit(now, "member.added", "member", member.Id, JsonSerializer.Serialize(new { role = role.Word() }));
        await change.CommitAsync(ct);
        return member;
    }

    /// <summary>Makes a member in a transaction that does more.</summary>
    public static async Task<Member> AddAsync(
        TenantTransaction transaction, string email, string? passwordHash, string? name, Role role, DateTimeOffset now, CancellationToken ct)
    {
        Guid? citizen = role == Role.Citizen ? Guid.CreateVersion7(now) : null;
        var member = await transaction.QuerySingleOrDefaultAsync<Member>("""
            insert into accounts (agency_id, id, email, email_key, password_hash, name, role, citizen_id, created_at, updated_at)
            values (@agency, @id, @email, @emailKey, @passwordHash, @name, @role, @citizen, @now, @now)
            on conflict (agency_id, email_key) do nothing
            returning id, email, name, role, citizen_id, false as disabled, created_at, version
            """,
            new { Id = Guid.CreateVersion7(now), Email = email.Trim(), EmailKey = KeyOf(email), passwordHash, name, role, citizen, now }, ct)
            ?? throw Problems.EmailTaken.Because("There is a member with this e-mail address already.");
        if (citizen is { } id) AddCitizen(transaction, id, name, member.Email, now);
        return member;
    }

    /// <summary>Members, newest first.</summary>
    public Task<IReadOnlyList<Member>> ListAsync(Guid agency, Role? role, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Member>(agency, """
            select id, email, name, role, citizen_id, disabled_at is not null as disabled, created_at, version
            from accounts
            where agency_id = @agency
              and (@role is null or role = @role)
              and (@at is null or (created_at, id) < (@at, @id))
            order by created_at desc, id desc
            limit @limit
            """, new { role, after?.At, after?.Id, limit }, ct);

    /// <summary>One member.</summary>
    public Task<Member?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Member>(agency, """
            select id, email, name, role, citizen_id, disabled_at is not null as disabled, created_at, version
            from accounts
            where agency_id = @agency and id = @id
            """, new { id }, ct);

    /// <summary>Changes name, role, being disabled, and the password if there is a new one, of a member that is still at a version.</summary>
    /// <returns>The member, or null when it is not there or not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.LastAdmin"/>.</exception>
    public async Task<Member?> ChangeAsync(Caller caller, Member to, string? passwordHash, DateTimeOffset now, CancellationToken ct)
    {
        var citizen = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        // The admins' rows are locked in one order, so that two admins cannot take each other away at the same time.
        var member = await change.QuerySingleOrDefaultAsync<Member>("""
            with admins as (
              select id
              from accounts
              where agency_id = @agency and role = 'admin' and disabled_at is null
              order by id
              for update)
            update accounts set
              name = @name,
              role = @role,
              citizen_id = case when @role = 'citizen' then coalesce(citizen_id, @citizen) else citizen_id end,
              disabled_at = case when @disabled then coalesce(disabled_at, @now) end,
              password_hash = coalesce(@passwordHash, password_hash),
              version = version + 1,
              updated_at = @now
            where agency_id = @agency and id = @id and version = @version
              and (role <> 'admin' or disabled_at is not null or @role = 'admin' and not @disabled
                   or exists (select from admins where admins.id <> @id))
            returning id, email, name, role, citizen_id, disabled_at is not null as disabled, created_at, version
            """, new { to.Id, to.Version, to.Name, to.Role, to.Disabled, citizen, passwordHash, now }, ct);
        if (member is null)
        {
            await RefuseLastAdminAsync(change, to.Id, to.Version, ct);
            return null;
        }
        if (member.CitizenId == citizen) AddCitizen(change, citizen, member.Name, member.Email, now);
        LeaveBehind(change, to.Id, member.Role);
        if (to.Disabled) Owners.GiveBack(change, to.Id);
        change.Audit(now, "member.changed", "member", to.Id, JsonSerializer.Serialize(new { role = to.Role.Word(), disabled = to.Disabled, password = passwordHash is not null }));
        await change.CommitAsync(ct);
        return member;
    }

    /// <summary>Removes a member who is still at a version; what they did stays.</summary>
    /// <exception cref="Refusal"><see cref="Problems.LastAdmin"/>.</exception>
    public async Task<bool> RemoveAsync(Caller caller, Guid id, long version, DateTimeOffset now, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            with admins as (
              select id
              from accounts
              where agency_id = @agency and role = 'admin' and disabled_at is null
              order by id
              for update)
            delete from accounts
            where agency_id = @agency and id = @id and version = @version
              and (role <> 'admin' or disabled_at is not null or exists (select from admins where admins.id <> @id))
            """, new { id, version }, ct);
        if (removed == 0)
        {
            await RefuseLastAdminAsync(change, id, version, ct);
            return false;
        }
        Owners.GiveBack(change, id);
        change.Audit(now, "member.removed", "member", id);
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>The agencies that know an address, for a sign-in that does not say which.</summary>
    public async Task<IReadOnlyList<Guid>> AgenciesOfAsync(string email, CancellationToken ct)
    {
        await using var connection = await databases.Router.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition("""
            select agency_id from accounts where email_key = @emailKey order by agency_id limit 20
            """, new { EmailKey = KeyOf(email) }, cancellationToken: ct))];
    }

    /// <summary>What a sign-in is checked against.</summary>
    public Task<SignInAccount?> ForSignInAsync(Guid agency, string email, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<SignInAccount>(agency, """
            select a.id, a.password_hash, a.role, a.citizen_id, coalesce(g.status = 'suspended', false) as suspended
            from accounts a
            left join agencies g on g.id = a.agency_id
            where a.agency_id = @agency and a.email_key = @emailKey and a.disabled_at is null
            """, new { EmailKey = KeyOf(email) }, ct);

    /// <summary>
    /// Makes the member of somebody whom the agency's provider has vouched for, at their first token. An address that another
    /// member has is left out: who controls an address at a provider must not become that member.
    /// </summary>
    public async Task<ProvidedAccount> JoinAsync(Guid agency, string issuer, string subject, string? email, string? name, Role role, DateTimeOffset now, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var id = Guid.CreateVersion7(now);
        if (await change.QuerySingleOrDefaultAsync<bool>("""
            select true
            from erased_sign_ins
            where agency_id = @agency and subject_hash = sha256(convert_to(@issuer || chr(10) || @subject, 'UTF8')) and until > @now
            """, new { issuer, subject, now }, ct)) return new(id, role, null, Disabled: true); // a token from before their erasure
        Guid? citizen = role == Role.Citizen ? Guid.CreateVersion7(now) : null;
        foreach (var address in (string?[])[email, null]) // without it, should the address be taken in this very moment
        {
            var joined = await change.QuerySingleOrDefaultAsync<Member>("""
                with free as (
                  select @email as email, @emailKey as email_key
                  where not exists (select from accounts where agency_id = @agency and email_key = @emailKey))
                insert into accounts (agency_id, id, email, email_key, name, role, citizen_id, provider_issuer, provider_subject, created_at, updated_at)
                values (@agency, @id, (select email from free), (select email_key from free), @name, @role, @citizen, @issuer, @subject, @now, @now)
                on conflict do nothing
                returning id, email, name, role, citizen_id, false as disabled, created_at, version
                """, new { id, Email = address?.Trim(), EmailKey = address is null ? null : KeyOf(address), name, role, citizen, issuer, subject, now }, ct);
            if (joined is not null)
            {
                if (citizen is { } made) AddCitizen(change, made, name, joined.Email, now);
                change.Audit(now, "member.joined", "member", id, JsonSerializer.Serialize(new { role = role.Word() }));
                await change.CommitAsync(ct);
                return new(id, role, citizen, false);
            }
            var known = await change.QuerySingleOrDefaultAsync<ProvidedAccount>("""
                select id, role, citizen_id, disabled_at is not null as disabled
                from accounts
                where agency_id = @agency and provider_issuer = @issuer and provider_subject = @subject
                """, new { issuer, subject }, ct);
            if (known is not null) return known;
        }
        throw Platform.Problems.Busy.Because("Somebody joined with the same address in this moment.");
    }

    /// <summary>Gives a member the role that the agency's provider says they have. Whom it takes the last admin's role from is its own decision.</summary>
    public async Task<ProvidedAccount?> FollowRoleAsync(Guid agency, Guid id, Role role, DateTimeOffset now, CancellationToken ct)
    {
        var citizen = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var member = await change.QuerySingleOrDefaultAsync<Member>("""
            update accounts set
              role = @role,
              citizen_id = case when @role = 'citizen' then coalesce(citizen_id, @citizen) else citizen_id end,
              version = version + 1,
              updated_at = @now
            where agency_id = @agency and id = @id
            returning id, email, name, role, citizen_id, disabled_at is not null as disabled, created_at, version
            """, new { id, role, citizen, now }, ct);
        if (member is null) return null;
        if (member.CitizenId == citizen) AddCitizen(change, citizen, member.Name, member.Email, now);
        LeaveBehind(change, id, member.Role);
        change.Audit(now, "member.changed", "member", id, JsonSerializer.Serialize(new { role = role.Word(), by = "identity-provider" }));
        await change.CommitAsync(ct);
        return new(id, member.Role, member.CitizenId, member.Disabled);
    }

    // Only representatives act for organisations, and only staff own what has to be done: who becomes something else does not any more.
    static void LeaveBehind(Change change, Guid id, Role role)
    {
        if (role is not (Role.Agent or Role.Manager or Role.Admin)) Owners.GiveBack(change, id);
        if (role != Role.Representative) change.Enqueue("delete from organisation_members where agency_id = @agency and account_id = @id", new { id });
    }

    static void AddCitizen(TenantTransaction transaction, Guid id, string? name, string? email, DateTimeOffset now)
    {
        transaction.Enqueue("""
            insert into citizens (agency_id, id, created_at, updated_at) values (@agency, @id, @now, @now)
            """, new { id, now });
        transaction.Enqueue("""
            insert into citizen_identities (agency_id, citizen_id, name, email) values (@agency, @id, @name, @email)
            """, new { id, name, email });
        SegmentChanges.OfCitizens(transaction, now, id);
    }

    // A change that touched nothing although the member is there at that version was one that no admin would be left after.
    static async Task RefuseLastAdminAsync(Change change, Guid id, long version, CancellationToken ct)
    {
        var there = await change.QuerySingleOrDefaultAsync<bool>("""
            select true from accounts where agency_id = @agency and id = @id and version = @version
            """, new { id, version }, ct);
        if (there) throw Problems.LastAdmin.Because("Without an admin nobody could set the agency up.");
    }
}

/// <summary>An account that may sign in.</summary>
/// <param name="Id">The account.</param>
/// <param name="PasswordHash">Null when it has none.</param>
/// <param name="Role">What its token says.</param>
/// <param name="CitizenId">The citizen that it stands for.</param>
/// <param name="Suspended">Its agency is shut.</param>
public sealed record SignInAccount(Guid Id, string? PasswordHash, Role Role, Guid? CitizenId, bool Suspended = false);
