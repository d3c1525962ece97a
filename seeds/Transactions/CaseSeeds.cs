using System.IO.Compression;
using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Importing;

namespace Cirm.Seeds.Transactions;

/// <summary>The demo agencies' cases: files that go through the same import as an agency's own, operation and all.</summary>
public sealed class CaseSeeds(TenantDb db, SurveySecrets secrets, TimeProvider clock, Action<string> tell)
{
    readonly Operations operations = new(db);
    readonly ImportFiles files = new(db, clock);

    /// <summary>Imports a file, unless an import has succeeded here before.</summary>
    public async Task EnsureAsync(Agency agency, string file, string? mapping, CancellationToken ct)
    {
        if ((await operations.ListAsync(agency.Id, ImportRequest.OperationKind, OperationState.Succeeded, null, null, 1, ct)).Count > 0) return;
        var id = Guid.CreateVersion7(clock.Now());
        var map = mapping is null ? null : await KeepAsync(agency.Id, mapping, ct);
        await using var stream = Open(file);
        var stored = await files.StoreAsync(agency.Id, id, stream, ct);
        var format = file.EndsWith("ndjson", StringComparison.Ordinal) ? ImportFormat.Ndjson : ImportFormat.Csv;
        await files.RequestAsync(Caller.System(agency.Id), id, new("cases", format, null, map, false, stored.Chunks), ct);
        tell($"{agency.Slug}: importing {file}");
        var done = await RunAsync(agency.Id, id, ct);
        tell($"{agency.Slug}: {done.Accepted} cases accepted, {done.Unchanged} unchanged, {done.Rejected} rejected");
        if (done.State != OperationState.Succeeded) throw new InvalidOperationException($"The import of {file} {done.State.Word()}: {done.Error}");
    }

    public static Stream Open(string file)
    {
        var bytes = File.OpenRead(Demo.File("Transactions", file));
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(bytes, CompressionMode.Decompress) : bytes;
    }

    async Task<ImportMapping> KeepAsync(Guid agency, string file, CancellationToken ct)
    {
        var mapping = JsonSerializer.Deserialize<ImportMapping>(await File.ReadAllTextAsync(Demo.File("Transactions", file), ct), Wire.Json)!;
        var key = file[..file.IndexOf('.', StringComparison.Ordinal)];
        return (await new ImportMappings(db, clock).PutAsync(Caller.System(agency), key, mapping, null, ct))!.Mapping;
    }

    // A worker may have taken it already, or take it now: whoever ends it, it is done once.
    async Task<Operation> RunAsync(Guid agency, Guid id, CancellationToken ct)
    {
        if (await operations.StartAsync(agency, clock.Now(), id, ct) is { } operation)
        {
            try
            {
                await new Imports(db, files, secrets, clock).RunAsync(agency, new Progress(operation), ct);
                await operations.EndAsync(agency, clock.Now(), operation, OperationState.Succeeded, null, ct);
            }
            catch (OperationTakenOverException)
            {
                tell("a worker has taken the import over");
            }
        }
        Operation? now;
        while ((now = await operations.FindAsync(agency, id, ct)) is not { Finished: true }) await Task.Delay(200, ct);
        return now;
    }

    sealed class Progress(Operation operation) : IJobProgress
    {
        public Operation Operation => operation;

        public Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct) =>
            Operations.ReportAsync(transaction, operation, counts, ct);
    }
}
