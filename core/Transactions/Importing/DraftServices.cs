using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Importing;

/// <summary>A service that an import makes.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Name">What the file calls it.</param>
/// <param name="Description">What the file says of it.</param>
sealed record DraftService(string Key, string Name, string? Description = null);

/// <summary>A service that was made.</summary>
sealed record MadeService(string Key, Guid Id);

/// <summary>Services that imports make on the way: drafts, which nobody can ask for before somebody says whose needs they serve.</summary>
static class DraftServices
{
    /// <summary>Makes them.</summary>
    /// <exception cref="InvalidOperationException">Somebody else made one in this moment: the next attempt finds it.</exception>
    public static async Task<IReadOnlyList<MadeService>> MakeAsync(
        TenantTransaction transaction, IReadOnlyList<DraftService> missing, string language, Guid operation, DateTimeOffset now, CancellationToken ct)
    {
        if (missing.Count == 0) return [];
        var ids = new OrderedIds();
        var made = await transaction.QueryAsync<MadeService>("""
            insert into services (agency_id, id, key, created_at, updated_at)
            select n.agency_id, m.id, m.key, @now, @now
            from case_numbers n
            cross join unnest(@ids, @keys) as m (id, key)
            where n.agency_id = @agency
            on conflict (agency_id, key) do nothing
            returning key, id
            """, new { Ids = missing.Select(_ => ids.Next(now)).ToArray(), Keys = missing.Select(s => s.Key).ToArray(), now }, ct);
        if (made.Count < missing.Count) throw new InvalidOperationException("A service was made by somebody else in this moment; the next attempt finds it.");
        var byKey = missing.ToDictionary(s => s.Key);
        transaction.Enqueue("""
            insert into service_versions (agency_id, service_id, number, state, name, description, created_at)
            select s.agency_id, s.id, 1, 'draft', m.name::jsonb, m.description::jsonb, @now
            from services s
            join unnest(@ids, @names, @descriptions) as m (id, name, description) on m.id = s.id
            where s.agency_id = @agency
            """,
            new
            {
                Ids = made.Select(s => s.Id).ToArray(), now, Names = made.Select(s => In(byKey[s.Key].Name)!).ToArray(),
                Descriptions = made.Select(s => In(byKey[s.Key].Description)!).ToArray(),
            });
        AuditTrail.Append(transaction, [.. made.Select(s => AuditEntry.By(Caller.System(transaction.Agency), now, "service.created", "service", s.Id,
            JsonSerializer.Serialize(new { import = operation })))]);
        return made;

        string? In(string? text) => text is null ? null : JsonSerializer.Serialize(new Localized(language, text), Wire.Json);
    }
}
