using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>The units of an agency and who works in them.</summary>
public sealed class Units(TenantDb db, TimeProvider clock)
{
    const string Columns = "u.key, u.name, u.parent, u.calendar, u.contact, u.opening_hours, u.closed, u.created_at, u.version";

    /// <summary>Makes a unit.</summary>
    /// <exception cref="Refusal"><see cref="Problems.UnitTaken"/>; <see cref="Platform.Problems.Invalid"/> when its parent is not there.</exception>
    public async Task<Unit> CreateAsync(Caller caller, Unit unit, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (unit.Parent is { } parent && !await IsThereAsync(change, parent, ct)) throw UnknownParent(parent);
        var created = await change.QuerySingleOrDefaultAsync<Unit>($"""
            insert into units as u (agency_id, key, name, parent, calendar, contact, opening_hours, closed, created_at, updated_at)
            values (@agency, @key, @name, @parent, @calendar, @contact, @openingHours, @closed, @now, @now)
            on conflict (agency_id, key) do nothing
            returning {Columns}
            """, new { unit.Key, unit.Name, unit.Parent, unit.Calendar, unit.Contact, unit.OpeningHours, unit.Closed, now }, ct)
            ?? throw Problems.UnitTaken.Because($"There is a unit \"{unit.Key}\" already.");
        change.Audit(now, "unit.created", "unit", null, Detail(unit.Key));
        await change.CommitAsync(ct);
        return created;
    }

    /// <summary>Units by key.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="closedToo">With those that are not any more.</param>
    /// <param name="after">Only those after this key.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Unit>> ListAsync(Guid agency, bool closedToo, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Unit>(agency, $"""
            select {Columns}
            from units u
            where u.agency_id = @agency
              and (@closedToo or not u.closed)
              and (@after is null or u.key > @after)
            order by u.key
            limit @limit
            """, new { closedToo, after, limit }, ct);

    /// <summary>One unit.</summary>
    public Task<Unit?> FindAsync(Guid agency, string key, bool closedToo, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Unit>(agency, $"""
            select {Columns}
            from units u
            where u.agency_id = @agency and u.key = @key and (@closedToo or not u.closed)
            """, new { key, closedToo }, ct);

    /// <summary>Changes a unit that is still at a version.</summary>
    /// <returns>The unit, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.UnitInCircle"/>; <see cref="Platform.Problems.Invalid"/> when its parent is not there.</exception>
    public async Task<Unit?> ChangeAsync(Caller caller, Unit to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (to.Parent is { } parent) await CheckParentAsync(change, to.Key, parent, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Unit>($"""
            update units u set
              name = @name, parent = @parent, calendar = @calendar, contact = @contact, opening_hours = @openingHours, closed = @closed,
              version = u.version + 1, updated_at = @now
            where u.agency_id = @agency and u.key = @key and u.version = @version
            returning {Columns}
            """, new { to.Key, to.Version, to.Name, to.Parent, to.Calendar, to.Contact, to.OpeningHours, to.Closed, now }, ct);
        if (changed is null) return null;
        change.Audit(now, "unit.changed", "unit", null, Detail(to.Key));
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Lets a member of staff belong to a unit.</summary>
    /// <returns>The link, or null when there is no such unit.</returns>
    /// <exception cref="Refusal"><see cref="Problems.AlreadyInUnit"/>; <see cref="Platform.Problems.Invalid"/> when the account is not of the agency's staff.</exception>
    public async Task<UnitMember?> AddMemberAsync(Caller caller, string key, Guid account, UnitFunction function, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (!await IsThereAsync(change, key, ct)) return null;
        var there = await change.QuerySingleOrDefaultAsync<Guid?>("""
            select id from accounts
            where agency_id = @agency and id = @account and role in ('agent', 'manager', 'admin') and disabled_at is null
            for key share
            """, new { account }, ct);
        if (there is null) throw Platform.Problems.InvalidValue("/account", "unknown", "There is no such member of staff in this agency.");
        var member = await change.QuerySingleOrDefaultAsync<UnitMember>("""
            with added as (
              insert into unit_members (agency_id, unit, account_id, function, created_at)
              values (@agency, @key, @account, @function, @now)
              on conflict (agency_id, unit, account_id) do nothing
              returning agency_id, account_id, function, created_at, version)
            select m.account_id as account, a.name, m.function, m.created_at, m.version
            from added m
            join accounts a on a.agency_id = m.agency_id and a.id = m.account_id
            where a.agency_id = @agency
            """, new { key, account, function, now }, ct) ?? throw Problems.AlreadyInUnit.Because($"This member is in \"{key}\" already.");
        change.Audit(now, "unit.member-added", "member", account, Detail(key));
        await change.CommitAsync(ct);
        return member;
    }

    /// <summary>Who works in a unit, in the order in which they came.</summary>
    public Task<IReadOnlyList<UnitMember>> MembersAsync(Guid agency, string key, Guid? account, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<UnitMember>(agency, """
            select m.account_id as account, a.name, m.function, m.created_at, m.version
            from unit_members m
            join accounts a on a.agency_id = m.agency_id and a.id = m.account_id
            where m.agency_id = @agency and m.unit = @key
              and (@account is null or m.account_id = @account)
              and (@at is null or (m.created_at, m.account_id) > (@at, @id))
            order by m.created_at, m.account_id
            limit @limit
            """, new { key, account, after?.At, after?.Id, limit }, ct);

    /// <summary>Gives a member another function in a unit, when the link is still at a version.</summary>
    /// <returns>The link, or null when it is not at that version.</returns>
    public async Task<UnitMember?> ChangeMemberAsync(Caller caller, string key, UnitMember to, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.ExecuteAsync("""
            update unit_members set function = @function, version = version + 1
            where agency_id = @agency and unit = @key and account_id = @account and version = @version
            """, new { key, to.Account, to.Function, to.Version }, ct);
        if (changed == 0) return null;
        change.Audit(clock.Now(), "unit.member-changed", "member", to.Account, Detail(key));
        await change.CommitAsync(ct);
        return to with { Version = to.Version + 1 };
    }

    /// <summary>Takes a member out of a unit, when the link is still at a version.</summary>
    public async Task<bool> RemoveMemberAsync(Caller caller, string key, Guid account, long version, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from unit_members
            where agency_id = @agency and unit = @key and account_id = @account and version = @version
            """, new { key, account, version }, ct);
        if (removed == 0) return false;
        change.Audit(clock.Now(), "unit.member-removed", "member", account, Detail(key));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Whether a unit is there, in a transaction that is going to name it.</summary>
    public static async Task<bool> IsThereAsync(TenantTransaction transaction, string key, CancellationToken ct) =>
        await transaction.QuerySingleOrDefaultAsync<bool>("select true from units where agency_id = @agency and key = @key", new { key }, ct);

    // The units' rows are locked in one order before the tree is read, so that two changes cannot close a circle between them.
    static async Task CheckParentAsync(Change change, string key, string parent, CancellationToken ct)
    {
        await change.QueryAsync<string>("select key from units where agency_id = @agency order by key for update", null, ct);
        var above = await change.QueryAsync<string>("""
            with recursive above as (
              select key, parent from units where agency_id = @agency and key = @parent
              union
              select u.key, u.parent from units u join above a on u.key = a.parent where u.agency_id = @agency)
            select key from above
            """, new { parent }, ct);
        if (above.Count == 0) throw UnknownParent(parent);
        if (above.Contains(key)) throw Problems.UnitInCircle.Because($"\"{parent}\" is \"{key}\" or belongs to it.");
    }

    static Refusal UnknownParent(string parent) => Platform.Problems.InvalidValue("/parent", "unknown", $"There is no unit \"{parent}\".");

    static string Detail(string key) => JsonSerializer.Serialize(new { key });
}
