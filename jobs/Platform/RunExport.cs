using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;

namespace Cirm.Jobs.Platform;

/// <summary>
/// Makes a file that was asked for, a piece at a time, out of one moment of the database. Killed, it begins anew: the moment is another one then, and
/// half of each would be a file of nothing that ever was.
/// </summary>
public sealed class RunExport(IEnumerable<IExportSource> sources, TenantDb db, TimeProvider clock) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(ExportFiles.OperationKind, JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var order = progress.Operation.Arguments.Deserialize<ExportOrder>(Wire.Json)!;
        var source = sources.Single(s => s.Kind == order.Kind);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (rows, chunks, bytes) = (0L, 0, 0L);
        await using (var fresh = await db.BeginAsync(args.Agency, ct))
        {
            ExportFiles.Begin(fresh, args.OperationId);
            await progress.ReportAsync(fresh, new(0, 0, 0, 0, null), ct);
            await fresh.CommitAsync(ct);
        }

        await using var snapshot = await db.BeginSnapshotAsync(args.Agency, ct);
        using var filling = new MemoryStream(ExportFiles.ChunkSize * 2);
        if (order.Format == ExportFormat.Hsds) await WriteHsdsAsync();
        else
        {
            using var writer = new ExportWriter(filling, order.Format, source.Columns);
            writer.Begin();
            await foreach (var row in source.RowsAsync(snapshot, clock.Now(), ct))
            {
                writer.Write(row);
                rows++;
                if (rows % 100 == 0) writer.Flush();
                if (filling.Length >= ExportFiles.ChunkSize) await KeepAsync(null);
            }
            writer.Flush();
        }
        await KeepAsync(total: rows);

        async Task KeepAsync(long? total)
        {
            var piece = filling.ToArray();
            filling.SetLength(0);
            sha.AppendData(piece);
            bytes += piece.Length;
            await using var transaction = await db.BeginAsync(args.Agency, ct);
            if (piece.Length > 0) ExportFiles.Append(transaction, args.OperationId, chunks++, piece);
            if (total is not null) ExportFiles.Complete(transaction, args.OperationId, chunks, bytes, Convert.ToHexStringLower(sha.GetHashAndReset()), clock.Now());
            await progress.ReportAsync(transaction, new(rows, rows, 0, 0, total), ct);
            await transaction.CommitAsync(ct);
        }

        // A page of HSDS 3's API with everything on it (its schema "Page").
        async Task WriteHsdsAsync()
        {
            var agency = (await snapshot.QuerySingleOrDefaultAsync<Agency>("""
                select id, slug, name, time_zone, locales, smallest_group, status, created_at, version from agencies where id = @agency
                """, null, ct))!;
            var contents = new JsonArray();
            await foreach (var row in source.RowsAsync(snapshot, clock.Now(), ct)) contents.Add(ExportServices.ToHsds((ServiceVersion)row, agency));
            rows = contents.Count;
            JsonSerializer.Serialize(filling, new JsonObject
            {
                ["total_items"] = rows, ["total_pages"] = 1, ["page_number"] = 1, ["size"] = rows, ["first_page"] = true, ["last_page"] = true, ["empty"] = rows == 0,
                ["contents"] = contents,
            }, Wire.Json);
        }
    }
}
