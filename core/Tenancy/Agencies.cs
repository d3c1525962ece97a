using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Dapper;

namespace Cirm.Core.Tenancy;

/// <summary>An agency as everybody may see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its place in every address.</param>
/// <param name="Name">What it is called.</param>
/// <param name="TimeZone">IANA name; local times without a zone are read in it.</param>
/// <param name="Locales">Language tags, its first language first.</param>
/// <param name="SmallestGroup">The k below which no figure is shown.</param>
/// <param name="Status">Suspended agencies answer nobody but operators.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Agency(
    Guid Id, string Slug, Localized Name, string TimeZone, string[] Locales, int SmallestGroup, AgencyStatus Status, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Its first language.</summary>
    [JsonIgnore]
    public string Language => Locales[0];
}

/// <summary>Whether an agency can be used.</summary>
public enum AgencyStatus
{
    /// <summary>Being made: nobody sees it yet.</summary>
    Preparing,
    /// <summary>In use.</summary>
    Active,
    /// <summary>Kept, and shut.</summary>
    Suspended,
}

/// <summary>The agencies of the installation: one small table that all share, changed in transactions of its own.</summary>
public sealed class Agencies(Databases databases, TenantDb db, TimeProvider clock)
{
    // Read with every request, changed a few times a year: another node's change shows within this time.
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    readonly ConcurrentDictionary<string, (Agency Agency, long At)> remembered = new(StringComparer.Ordinal);

    const string Columns = "id, slug, name, time_zone, locales, smallest_group, status, created_at, version";

    /// <summary>The agency of a slug, suspended ones included; null when there is none.</summary>
    public async Task<Agency?> FindAsync(string slug, CancellationToken ct)
    {
        if (remembered.TryGetValue(slug, out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Agency;
        await using var connection = await databases.Platform.OpenConnectionAsync(ct);
        var agency = await connection.QuerySingleOrDefaultAsync<Agency>(new CommandDefinition($"""
            select {Columns} from agencies where slug = @slug and status <> 'preparing'
            """, new { slug }, cancellationToken: ct));
        if (agency is null) remembered.TryRemove(slug, out _);
        else remembered[slug] = (agency, clock.GetTimestamp());
        return agency;
    }

    /// <summary>Agencies by slug.</summary>
    /// <param name="after">Only those after this slug.</param>
    /// <param name="suspendedToo">As operators see them.</param>
    /// <param name="limit">At most this many.</param>
    public async Task<IReadOnlyList<Agency>> ListAsync(string? after, bool suspendedToo, int limit, CancellationToken ct)
    {
        await using var connection = await databases.Platform.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Agency>(new CommandDefinition($"""
            select {Columns} from agencies
            where (@after is null or slug > @after)
              and (status = 'active' or @suspendedToo and status = 'suspended')
            order by slug
            limit @limit
            """, new { after, suspendedToo, limit }, cancellationToken: ct))];
    }

    /// <summary>Makes an agency with its first admin, who can sign in at once.</summary>
    /// <remarks>Three steps, because the shared table is written alone: reserve the slug, fill the agency's own tables, open it.
    /// What stops half way is invisible, and is taken over by the next attempt.</remarks>
    /// <exception cref="Refusal"><see cref="Problems.SlugTaken"/>.</exception>
    public async Task<Agency> CreateAsync(
        Caller operatorCaller, string slug, Localized name, string timeZone, string[] locales, int smallestGroup, string adminEmail, string adminPasswordHash,
        CancellationToken ct)
    {
        var now = clock.Now();
        await using var connection = await databases.Platform.OpenConnectionAsync(ct);
        var id = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition("""
            insert into agencies as a (id, slug, name, time_zone, locales, smallest_group, status, created_at, updated_at)
            values (@id, @slug, @name::jsonb, @timeZone, @locales, @smallestGroup, 'preparing', @now, @now)
            on conflict (slug) do update set updated_at = @now where a.status = 'preparing'
            returning id
            """,
            new { Id = Guid.CreateVersion7(now), slug, Name = JsonSerializer.Serialize(name.In(locales[0]), Wire.Json), timeZone, locales, smallestGroup, Now = now.UtcDateTime },
            cancellationToken: ct)) ?? throw Problems.SlugTaken.Because($"There is an agency \"{slug}\" already.");

        await using (var filling = await db.BeginAsync(id, ct))
        {
            await filling.ExecuteAsync("""
                insert into case_numbers (agency_id, last_number) values (@agency, 0) on conflict do nothing
                """, null, ct);
            // A former attempt may have got as far as its own admin; the operator's word of today counts.
            await filling.ExecuteAsync("delete from accounts where agency_id = @agency", null, ct);
            await Accounts.AddAsync(filling, adminEmail, adminPasswordHash, null, Role.Admin, now, ct);
            await filling.CommitAsync(ct);
        }

        await using var change = await db.BeginAsync(operatorCaller, ct);
        change.Audit(now, "agency.created", "agency", id);
        await change.FlushAsync(ct); // a retried request stops here
        var agency = await connection.QuerySingleAsync<Agency>(new CommandDefinition($"""
            update agencies set name = @name::jsonb, time_zone = @timeZone, locales = @locales, smallest_group = @smallestGroup, status = 'active', updated_at = @now
            where id = @id
            returning {Columns}
            """,
            new { id, Name = JsonSerializer.Serialize(name, Wire.Json), timeZone, locales, smallestGroup, Now = now.UtcDateTime }, cancellationToken: ct));
        await change.CommitAsync(ct);
        return agency;
    }

    /// <summary>Changes an agency that is still at a version; what is null stays as it is.</summary>
    /// <returns>The agency, or null when it is not at that version.</returns>
    public async Task<Agency?> ChangeAsync(
        Caller caller, Agency agency, long version, Localized? name, string[]? locales, int? smallestGroup, AgencyStatus? status, CancellationToken ct)
    {
        var now = clock.Now();
        await using var connection = await databases.Platform.OpenConnectionAsync(ct);
        var changed = await connection.QuerySingleOrDefaultAsync<Agency>(new CommandDefinition($"""
            update agencies set
              name = coalesce(@name::jsonb, name),
              locales = coalesce(@locales, locales),
              smallest_group = coalesce(@smallestGroup, smallest_group),
              status = coalesce(@status, status),
              version = version + 1,
              updated_at = @now
            where id = @id and version = @version
            returning {Columns}
            """,
            new
            {
                agency.Id, version, Name = name is null ? null : JsonSerializer.Serialize(name.In(agency.Language), Wire.Json), locales, smallestGroup,
                Status = status?.Word(), Now = now.UtcDateTime,
            }, cancellationToken: ct));
        if (changed is null) return null;
        remembered.TryRemove(agency.Slug, out _);
        await using var change = await db.BeginAsync(caller, ct);
        change.Audit(now, "agency.changed", "agency", agency.Id, JsonSerializer.Serialize(new { status = status?.Word(), smallestGroup }));
        await change.CommitAsync(ct);
        return changed;
    }
}

/// <summary>What tenancy can refuse.</summary>
public static class Problems
{
    /// <summary>Another agency has this slug.</summary>
    public static readonly Problem SlugTaken = new("slug-taken", 409, "Another agency has this slug.", "Choose another one.");

    /// <summary>The agency was suspended by an operator.</summary>
    public static readonly Problem Suspended = new("agency-suspended", 403, "This agency is suspended.", "Ask the operator of the installation.");
}
