using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Dapper;

namespace Cirm.Core.Identity;

/// <summary>A member of an agency as admins see it.</summary>
/// <param name="Id">The account.</param>
/// <param name="Email">As the member wrote it.</param>
/// <param name="Name">How they are called; may be missing.</param>
/// <param name="Role">What they may do.</param>
/// <param name="CitizenId">The citizen that a citizen's account stands for.</param>
/// <param name="Disabled">Cannot sign in.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Member(
    Guid Id, string Email, string? Name, Role Role, Guid? CitizenId, bool Disabled, DateTimeOffset CreatedAt, [property: System.Text.Json.Serialization.JsonIgnore] long Version) : IVersioned;

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
        if (citizen is { } id)
        {
            transaction.Enqueue("""
                insert into citizens (agency_id, id, created_at, updated_at) values (@agency, @id, @now, @now)
                """, new { id, now });
            transaction.Enqueue("""
                insert into citizen_identities (agency_id, citizen_id, name, email) values (@agency, @id, @name, @email)
                """, new { id, name, email });
        }
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

    /// <summary>Changes a member that is still at a version; what is null stays as it is.</summary>
    /// <returns>The member, or null when it is not there or not at that version.</returns>
    public async Task<Member?> ChangeAsync(
        Caller caller, Guid id, long version, string? name, Role? role, bool? disabled, string? passwordHash, DateTimeOffset now, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var member = await change.QuerySingleOrDefaultAsync<Member>("""
            update accounts set
              name = coalesce(@name, name),
              role = coalesce(@role, role),
              disabled_at = case when @disabled is null then disabled_at when @disabled then coalesce(disabled_at, @now) end,
              password_hash = coalesce(@passwordHash, password_hash),
              version = version + 1,
              updated_at = @now
            where agency_id = @agency and id = @id and version = @version
            returning id, email, name, role, citizen_id, disabled_at is not null as disabled, created_at, version
            """, new { id, version, name, role, disabled, passwordHash, now }, ct);
        if (member is null) return null;
        change.Audit(now, "member.changed", "member", id, JsonSerializer.Serialize(new { role = role?.Word(), disabled, password = passwordHash is not null }));
        await change.CommitAsync(ct);
        return member;
    }

    /// <summary>Removes a member who is still at a version; what they did stays.</summary>
    public async Task<bool> RemoveAsync(Caller caller, Guid id, long version, DateTimeOffset now, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from accounts where agency_id = @agency and id = @id and version = @version
            """, new { id, version }, ct);
        if (removed == 0) return false;
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
            select id, password_hash, role, citizen_id
            from accounts
            where agency_id = @agency and email_key = @emailKey and disabled_at is null
            """, new { EmailKey = KeyOf(email) }, ct);
}

/// <summary>An account that may sign in.</summary>
public sealed record SignInAccount(Guid Id, string? PasswordHash, Role Role, Guid? CitizenId);
