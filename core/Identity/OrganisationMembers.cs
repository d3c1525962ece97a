using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Identity;

/// <summary>Somebody who acts for a civil organisation.</summary>
/// <param name="Account">Their account, with the role representative.</param>
/// <param name="Name">What they are called.</param>
/// <param name="CreatedAt">Since when they belong to it.</param>
/// <param name="Version">For If-Match.</param>
public sealed record OrganisationMember(Guid Account, string? Name, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>
/// Who acts for civil organisations: what an organisation has a mandate for, each of its members may do, and not a moment longer than
/// they are one (docs/adr/0012-mandates.md).
/// </summary>
public sealed class OrganisationMembers(TenantDb db, TimeProvider clock)
{
    /// <summary>Lets a representative act for an organisation.</summary>
    /// <returns>The link, or null when there is no such organisation.</returns>
    /// <exception cref="Refusal"><see cref="Problems.AlreadyInOrganisation"/>, <see cref="Problems.OrganisationClosed"/>;
    /// <see cref="Platform.Problems.Invalid"/> when the account is no representative of the agency.</exception>
    public async Task<OrganisationMember?> AddAsync(Caller caller, string key, Guid account, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        // Both are held until the commit: neither can close or become something else between this look and the link.
        var closed = await change.QuerySingleOrDefaultAsync<bool?>(
            "select closed from organisations where agency_id = @agency and key = @key for share", new { key }, ct);
        if (closed is null) return null;
        if (closed.Value) throw Problems.OrganisationClosed.Because($"\"{key}\" is closed.");
        var there = await change.QuerySingleOrDefaultAsync<Guid?>("""
            select id from accounts where agency_id = @agency and id = @account and role = 'representative' and disabled_at is null for share
            """, new { account }, ct);
        if (there is null) throw Platform.Problems.InvalidValue("/account", "unknown", "There is no such member with the role representative in this agency.");
        var member = await change.QuerySingleOrDefaultAsync<OrganisationMember>("""
            with added as (
              insert into organisation_members (agency_id, organisation, account_id, created_at)
              values (@agency, @key, @account, @now)
              on conflict (agency_id, organisation, account_id) do nothing
              returning agency_id, account_id, created_at, version)
            select m.account_id as account, a.name, m.created_at, m.version
            from added m
            join accounts a on a.agency_id = m.agency_id and a.id = m.account_id
            where a.agency_id = @agency
            """, new { key, account, now }, ct) ?? throw Problems.AlreadyInOrganisation.Because($"This member acts for \"{key}\" already.");
        change.Audit(now, "organisation.member-added", "member", account, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return member;
    }

    /// <summary>Who acts for an organisation, in the order in which they came.</summary>
    /// <param name="agency">Whose registry.</param>
    /// <param name="key">The organisation.</param>
    /// <param name="account">Only this one.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<OrganisationMember>> ListAsync(Guid agency, string key, Guid? account, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<OrganisationMember>(agency, """
            select m.account_id as account, a.name, m.created_at, m.version
            from organisation_members m
            join accounts a on a.agency_id = m.agency_id and a.id = m.account_id
            where m.agency_id = @agency and m.organisation = @key
              and (@account is null or m.account_id = @account)
              and (@at is null or (m.created_at, m.account_id) > (@at, @id))
            order by m.created_at, m.account_id
            limit @limit
            """, new { key, account, after?.At, after?.Id, limit }, ct);

    /// <summary>Ends that somebody acts for an organisation, when the link is still at a version: their next request finds nothing any more.</summary>
    public async Task<bool> RemoveAsync(Caller caller, string key, Guid account, long version, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from organisation_members where agency_id = @agency and organisation = @key and account_id = @account and version = @version
            """, new { key, account, version }, ct);
        if (removed == 0) return false;
        change.Audit(clock.Now(), "organisation.member-removed", "member", account, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return true;
    }
}
