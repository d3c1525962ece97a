using System.Data;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Core.Platform.Archives;

/// <summary>
/// A whole agency as one file: a zip of a line of JSON a row, table by table, with a manifest that has the hash of each. Read into another
/// installation, it gives the same answers. It holds what the database holds, personal data and what is sealed too: for operators of both sides, never
/// for download.
/// </summary>
public sealed class Archives(Databases databases, TimeProvider clock)
{
    const string ManifestEntry = "manifest.json";
    const string AgencyEntry = "agency.json";
    const int AtATime = 1000;

    /// <summary>Writes an agency's archive, all of it as it was in one moment.</summary>
    /// <returns>What is in it; null when there is no such agency.</returns>
    public async Task<ArchiveManifest?> WriteAsync(string slug, Stream to, CancellationToken ct)
    {
        await using var connection = await databases.App.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var agency = await ScalarAsync(connection, "select to_jsonb(a)::text from agencies a where slug = $1", ct, slug) as string;
        if (agency is null) return null;
        await RunAsync(connection, "select set_agency($1)", ct, IdIn(agency));

        using var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);
        var (tables, archived) = (await ArchiveTables.ListAsync(connection, ct), new List<ArchivedTable>());
        foreach (var table in tables) archived.Add(await WriteAsync(connection, zip, table, IdIn(agency), ct));
        var manifest = new ArchiveManifest(1, slug, clock.Now(), SchemaOf(tables), Fingerprint(), Hash(agency), archived);
        await WriteAsync(zip, AgencyEntry, agency, ct);
        await WriteAsync(zip, ManifestEntry, JsonSerializer.Serialize(manifest, Wire.Json), ct);
        await transaction.CommitAsync(ct);
        return manifest;
    }

    /// <summary>Reads an archive into this installation, whole or not at all. Nothing is taken before every hash has been compared.</summary>
    /// <param name="from">The file; it is read twice.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What was in it.</returns>
    /// <exception cref="InvalidDataException">It is damaged, of another schema, of another secret, or its agency is here already.</exception>
    public async Task<ArchiveManifest> ReadAsync(Stream from, CancellationToken ct)
    {
        using var zip = new ZipArchive(from, ZipArchiveMode.Read, leaveOpen: true);
        var manifest = JsonSerializer.Deserialize<ArchiveManifest>(await TextAsync(zip, ManifestEntry, ct), Wire.Json)!;
        var agency = await TextAsync(zip, AgencyEntry, ct);
        await using var connection = await databases.App.OpenConnectionAsync(ct);
        if (manifest.Format != 1) throw new InvalidDataException($"Archives of format {manifest.Format} are not known here.");
        var tables = await ArchiveTables.ListAsync(connection, ct);
        if (manifest.Schema != SchemaOf(tables)) throw new InvalidDataException("The archive has other tables or columns: bring both installations to the same release.");
        if (manifest.Secret != Fingerprint()) throw new InvalidDataException("What is sealed in the archive opens under another CIRM_SECRET.");
        if (Hash(agency) != manifest.Agency) throw Damaged(AgencyEntry);
        foreach (var (table, archived) in tables.Zip(manifest.Tables)) await CheckAsync(zip, table, archived, ct);

        await using (var platform = await databases.Platform.OpenConnectionAsync(ct))
            if (await ScalarAsync(platform, """
                insert into agencies (id, slug, name, time_zone, locales, smallest_group, status, version, created_at, updated_at)
                select a.id, a.slug, a.name, a.time_zone, a.locales, a.smallest_group, 'preparing', a.version, a.created_at, a.updated_at
                from jsonb_populate_record(null::agencies, $1::jsonb) a
                where not exists (select from agencies other where other.slug = a.slug and other.id <> a.id)
                on conflict (id) do update set version = excluded.version where agencies.status = 'preparing' -- what a reading that failed left
                returning slug
                """, ct, agency) is null)
                throw new InvalidDataException($"There is an agency \"{manifest.Slug}\" here already.");
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await RunAsync(connection, "select set_agency($1)", ct, IdIn(agency));
            foreach (var table in tables) await ReadAsync(connection, zip, table, ct);
            // Two installations must not speak with the same partners: somebody starts them here when the other one is gone.
            await RunAsync(connection, """
                update partners set state = 'stopped', stopped_because = 'Restored from an archive.', stopped_at = now() where agency_id = $1 and state = 'active'
                """, ct, IdIn(agency));
            await transaction.CommitAsync(ct);
        }
        // Seen by nobody before everything is there.
        await using (var platform = await databases.Platform.OpenConnectionAsync(ct))
            await RunAsync(platform, "update agencies set status = $2 where id = $1", ct, IdIn(agency), JsonDocument.Parse(agency).RootElement.GetProperty("status").GetString()!);
        return manifest;
    }

    static async Task<ArchivedTable> WriteAsync(NpgsqlConnection connection, ZipArchive zip, ArchiveTables.Table table, Guid agency, CancellationToken ct)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var entry = zip.CreateEntry(table.Entry, CompressionLevel.Fastest).Open();
        await using var command = new NpgsqlCommand($"select to_jsonb(r)::text from (select {table.Columns} from {table.Name} where agency_id = $1) r", connection)
        {
            CommandTimeout = 0, Parameters = { new() { Value = agency } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        long rows = 0;
        for (; await reader.ReadAsync(ct); rows++)
        {
            var line = Encoding.UTF8.GetBytes(reader.GetString(0) + "\n"); // PostgreSQL breaks no line within a jsonb
            sha.AppendData(line);
            await entry.WriteAsync(line, ct);
        }
        return new(table.Name, rows, Convert.ToHexStringLower(sha.GetHashAndReset()));
    }

    static async Task CheckAsync(ZipArchive zip, ArchiveTables.Table table, ArchivedTable archived, CancellationToken ct)
    {
        await using var entry = (zip.GetEntry(table.Entry) ?? throw Damaged(table.Entry)).Open();
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(entry, ct)) != archived.Sha256) throw Damaged(table.Entry);
    }

    static async Task ReadAsync(NpgsqlConnection connection, ZipArchive zip, ArchiveTables.Table table, CancellationToken ct)
    {
        using var lines = new StreamReader(zip.GetEntry(table.Entry)!.Open(), Encoding.UTF8);
        var rows = new List<string>();
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            rows.Add(line);
            if (rows.Count >= AtATime && !table.RefersToItself) await PutAsync();
        }
        if (rows.Count > 0) await PutAsync();

        async Task PutAsync()
        {
            await RunAsync(connection, $"""
                insert into {table.Name} ({table.Columns})
                select {string.Join(", ", table.Columns.Split(", ").Select(c => $"r.{c}"))}
                from unnest($1) line
                cross join jsonb_populate_record(null::{table.Name}, line::jsonb) r
                """, ct, (object)rows.ToArray());
            rows.Clear();
        }
    }

    string Fingerprint() => databases.SecretFor("archive fingerprint")[..16];

    static string SchemaOf(IReadOnlyList<ArchiveTables.Table> tables) => Hash(string.Join('\n', tables.Select(t => $"{t.Name}: {t.Columns}")));

    static Guid IdIn(string agency)
    {
        using var document = JsonDocument.Parse(agency);
        return document.RootElement.GetProperty("id").GetGuid();
    }

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    static InvalidDataException Damaged(string entry) => new($"The archive is damaged: {entry} is not what the manifest says.");

    static async Task<string> TextAsync(ZipArchive zip, string entry, CancellationToken ct)
    {
        using var reader = new StreamReader((zip.GetEntry(entry) ?? throw new InvalidDataException($"This is no archive of ours: it has no {entry}.")).Open(), Encoding.UTF8);
        return await reader.ReadToEndAsync(ct);
    }

    static async Task WriteAsync(ZipArchive zip, string name, string text, CancellationToken ct)
    {
        await using var entry = zip.CreateEntry(name).Open();
        await entry.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values) => await ScalarAsync(connection, sql, ct, values);

    static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(ct);
    }
}
