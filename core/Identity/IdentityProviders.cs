using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Dapper;

namespace Cirm.Core.Identity;

/// <summary>An agency's own OpenID Connect provider.</summary>
/// <param name="Issuer">Its <c>iss</c>, below which its discovery document stands.</param>
/// <param name="Audience">The <c>aud</c> of tokens that are meant for us.</param>
/// <param name="RoleClaim">The claim that says what a member is; without one, admins say it here.</param>
/// <param name="Roles">What the claim's values mean.</param>
/// <param name="Version">For If-Match.</param>
public sealed record IdentityProvider(
    string Issuer, string Audience, string? RoleClaim, RolesByClaim Roles, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>The role that a token's values of <see cref="RoleClaim"/> give: the highest, a citizen when none is known, null when there is no such claim to read.</summary>
    public Role? RoleOf(IEnumerable<string> values) =>
        RoleClaim is null ? null : values.Select(v => Roles.TryGetValue(v, out var role) ? role : Role.Citizen).Where(r => r != Role.Operator).DefaultIfEmpty(Role.Citizen).Max();
}

/// <summary>Roles by the value of a claim.</summary>
public sealed class RolesByClaim : Dictionary<string, Role>, IJsonColumn;

/// <summary>Who signs in through an agency's provider.</summary>
/// <param name="Id">The account.</param>
/// <param name="Role">As it stands.</param>
/// <param name="CitizenId">The citizen that it stands for.</param>
/// <param name="Disabled">May not come in.</param>
public sealed record ProvidedAccount(Guid Id, Role Role, Guid? CitizenId, bool Disabled);

/// <summary>Which provider each agency has.</summary>
public sealed class IdentityProviders(TenantDb db, Databases databases, TimeProvider clock)
{
    static IdentityProviders() => JsonColumns.Register<RolesByClaim>();

    /// <summary>The agency's provider, if it has one.</summary>
    public Task<IdentityProvider?> FindAsync(Guid agency, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<IdentityProvider>(agency, """
            select issuer, audience, role_claim, roles, version from identity_providers where agency_id = @agency
            """, null, ct);

    /// <summary>Names the agency's provider, or changes it when it is still at a version.</summary>
    /// <param name="caller">Who decides.</param>
    /// <param name="to">What it is to be; its version is the one it was decided on, 0 for none.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The provider, or null when somebody else changed it.</returns>
    public async Task<IdentityProvider?> PutAsync(Caller caller, IdentityProvider to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var put = await change.QuerySingleOrDefaultAsync<IdentityProvider>("""
            insert into identity_providers as p (agency_id, issuer, audience, role_claim, roles, version, created_at, updated_at)
            values (@agency, @issuer, @audience, @roleClaim, @roles, @version + 1, @now, @now)
            on conflict (agency_id) do update set
              issuer = excluded.issuer,
              audience = excluded.audience,
              role_claim = excluded.role_claim,
              roles = excluded.roles,
              version = excluded.version,
              updated_at = excluded.updated_at
            where p.version = @version
            returning issuer, audience, role_claim, roles, version
            """, new { to.Issuer, to.Audience, to.RoleClaim, to.Roles, to.Version, now }, ct);
        if (put is null) return null;
        change.Audit(now, "identity-provider.changed", "identity-provider", null, JsonSerializer.Serialize(new { put.Issuer, put.Audience, put.RoleClaim, put.Roles }, Wire.Json));
        await change.CommitAsync(ct);
        return put;
    }

    /// <summary>Forgets the provider when it is still at a version: its members cannot sign in any more, and stay.</summary>
    public async Task<bool> RemoveAsync(Caller caller, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("delete from identity_providers where agency_id = @agency and version = @version", new { version }, ct);
        if (removed == 0) return false;
        change.Audit(now, "identity-provider.removed", "identity-provider", null);
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>The active agencies whose provider an issuer is, for tokens meant for these audiences.</summary>
    public async Task<IReadOnlyList<Guid>> AgenciesOfAsync(string issuer, string[] audiences, CancellationToken ct)
    {
        await using var connection = await databases.Router.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition("""
            select p.agency_id
            from identity_providers p
            join agencies g on g.id = p.agency_id and g.status = 'active'
            where p.issuer = @issuer and p.audience = any (@audiences)
            order by p.agency_id
            limit 20
            """, new { issuer, audiences }, cancellationToken: ct))];
    }

    /// <summary>The provider that an issuer is in an agency, and the account that it knows a subject by; one round trip.</summary>
    public async Task<(IdentityProvider Provider, ProvidedAccount? Account)?> FindAsync(Guid agency, string issuer, string subject, CancellationToken ct)
    {
        var row = await db.QuerySingleOrDefaultAsync<ProviderRow>(agency, """
            select p.issuer, p.audience, p.role_claim, p.roles, p.version, a.id, a.role, a.citizen_id, a.disabled_at is not null as disabled
            from identity_providers p
            left join accounts a on a.agency_id = @agency and a.provider_issuer = @issuer and a.provider_subject = @subject
            where p.agency_id = @agency and p.issuer = @issuer
            """, new { issuer, subject }, ct);
        return row is null ? null
            : (new(row.Issuer, row.Audience, row.RoleClaim, row.Roles, row.Version), row.Id is { } id ? new(id, row.Role!.Value, row.CitizenId, row.Disabled) : null);
    }

    sealed record ProviderRow(
        string Issuer, string Audience, string? RoleClaim, RolesByClaim Roles, long Version, Guid? Id, Role? Role, Guid? CitizenId, bool Disabled);
}
