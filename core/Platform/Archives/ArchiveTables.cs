using Npgsql;

namespace Cirm.Core.Platform.Archives;

/// <summary>A table of agencies, as an archive has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">Of the agency.</param>
/// <param name="Sha256">Of the lines, in hexadecimal.</param>
public sealed record ArchivedTable(string Name, long Rows, string Sha256);

/// <summary>What an archive says of itself: <c>manifest.json</c>.</summary>
/// <param name="Format">1.</param>
/// <param name="Slug">Of the agency.</param>
/// <param name="MadeAt">At what moment everything in it was so.</param>
/// <param name="Schema">SHA-256 of the names of all tables and columns: it is read where they are the same.</param>
/// <param name="Secret">A fingerprint of the installation's secret: what is sealed opens under no other.</param>
/// <param name="Agency">SHA-256 of <c>agency.json</c>.</param>
/// <param name="Tables">In the order in which they are read in.</param>
public sealed record ArchiveManifest(int Format, string Slug, DateTimeOffset MadeAt, string Schema, string Secret, string Agency, IReadOnlyList<ArchivedTable> Tables);

/// <summary>The tables that an archive has: all of an agency's that the catalogue knows, today's and tomorrow's, but for those below.</summary>
static class ArchiveTables
{
    // On their way in or out when the archive was made, or of this installation only. Two installations must not call the same webhooks.
    static readonly string[] LeftOut = ["export_chunks", "exports", "idempotency_keys", "import_chunks", "import_promises", "notice_recipients", "webhook_deliveries", "webhooks"];

    /// <summary>A table.</summary>
    /// <param name="Name">Quoted where it has to be.</param>
    /// <param name="Columns">That are written, quoted.</param>
    /// <param name="RefersToItself">Its rows are put in by one statement, as their order is not known.</param>
    public sealed record Table(string Name, string Columns, bool RefersToItself)
    {
        public string Entry => $"{Name}.ndjson";
    }

    /// <summary>In an order in which each comes after those it refers to.</summary>
    public static async Task<IReadOnlyList<Table>> ListAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var tables = new Dictionary<string, Table>(StringComparer.Ordinal);
        var references = new List<(string From, string To)>();
        await using (var command = new NpgsqlCommand("""
            select format('%I', c.relname), string_agg(format('%I', a.attname), ', ' order by a.attnum) filter (where a.attgenerated = ''),
              exists (select from pg_constraint k where k.conrelid = c.oid and k.confrelid = c.oid)
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all ($1)
            group by c.oid, c.relname
            having bool_or(a.attname = 'agency_id')
            """, connection) { Parameters = { new() { Value = LeftOut } } })
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) tables[reader.GetString(0)] = new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2));
        await using (var command = new NpgsqlCommand("""
            select format('%I', f.relname), format('%I', t.relname)
            from pg_constraint k
            join pg_class f on f.oid = k.conrelid
            join pg_class t on t.oid = k.confrelid
            where k.contype = 'f' and f.oid <> t.oid and f.relnamespace = 'public'::regnamespace
            """, connection))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) references.Add((reader.GetString(0), reader.GetString(1)));

        var ordered = new List<Table>();
        var placed = new HashSet<string>(StringComparer.Ordinal);
        while (ordered.Count < tables.Count)
        {
            var next = tables.Values.Where(t => !placed.Contains(t.Name)
                && references.All(r => r.From != t.Name || placed.Contains(r.To) || !tables.ContainsKey(r.To))).OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
            if (next.Count == 0) throw new InvalidOperationException("Tables refer to each other in a circle.");
            foreach (var table in next) placed.Add(table.Name);
            ordered.AddRange(next);
        }
        return ordered;
    }
}
