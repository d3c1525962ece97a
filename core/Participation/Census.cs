using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>What became of names for a list.</summary>
/// <param name="Added">How many are new on it.</param>
/// <param name="Unknown">Those that no citizen has.</param>
/// <param name="Size">How many are on it now.</param>
public sealed record CensusAdded(int Added, IReadOnlyList<string> Unknown, long Size);

/// <summary>Lists of who may take part. They are fixed once the initiative is open.</summary>
public sealed class Census(TenantDb db, TimeProvider clock)
{
    /// <summary>Most names in one request.</summary>
    public const int AtATime = 1_000;

    /// <summary>Puts citizens on the list of an initiative that has not opened.</summary>
    /// <param name="caller">Who does it.</param>
    /// <param name="initiative">Which.</param>
    /// <param name="citizens">Their ids here, or their ids in other systems.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeOpen"/>; <see cref="Platform.Problems.Invalid"/> when the initiative goes by no list.</exception>
    public async Task<CensusAdded> AddAsync(Caller caller, Initiative initiative, IReadOnlyList<string> citizens, CancellationToken ct)
    {
        if (!initiative.Census) throw Platform.Problems.InvalidValue("", "not-allowed", "The initiative goes by no list: say census when it is made.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        // The row of the initiative is held: who may take part does not change while it opens.
        var open = await change.QueryAsync<bool>("""
            select i.published_at is not null and i.opens_at <= @now from initiatives i where i.agency_id = @agency and i.id = @id for share
            """, new { initiative.Id, now }, ct);
        if (open is not [false]) throw Problems.InitiativeOpen.Because($"\"{initiative.Key}\" has opened: who may take part cannot be changed.");
        var found = await change.QueryAsync<Found>("""
            select n.name, c.id
            from unnest(@names) as n (name)
            join citizen_identities k on k.agency_id = @agency and k.external_id = n.name
            join citizens c on c.agency_id = k.agency_id and c.id = k.citizen_id and c.erased_at is null
            union
            select c.id::text, c.id from citizens c where c.agency_id = @agency and c.id = any (@ids) and c.erased_at is null
            """, new { Names = citizens.ToArray(), Ids = citizens.Select(n => Guid.TryParse(n, out var id) ? id : Guid.Empty).Where(i => i != Guid.Empty).ToArray() }, ct);
        var added = await change.ExecuteAsync("""
            insert into initiative_census (agency_id, initiative_id, citizen_id)
            select @agency, @id, f.citizen from unnest(@found) as f (citizen)
            on conflict (agency_id, initiative_id, citizen_id) do nothing
            """, new { initiative.Id, Found = found.Select(f => f.Id).Distinct().ToArray() }, ct);
        change.Audit(now, "initiative.census-added", "initiative", initiative.Id, JsonSerializer.Serialize(new { initiative.Key, added }));
        change.Emit(now, OutboxEvent.Of("initiative.census-added", initiative.Id, new { initiative = initiative.Key, added }));
        var size = (await change.QueryAsync<long>("select count(*) from initiative_census l where l.agency_id = @agency and l.initiative_id = @id", new { initiative.Id }, ct)).Single();
        await change.CommitAsync(ct);
        var known = found.Select(f => f.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new(added, [.. citizens.Where(c => !known.Contains(c))], size);
    }

    sealed record Found(string Name, Guid Id);
}
