using Cirm.Core.Platform;
using Cirm.Core.Platform.Archives;
using Cirm.Core.Tenancy;

namespace Cirm.Jobs.Platform;

/// <summary>A whole agency to a file, and back, by command on the machine: it holds everything that the database holds of the agency.</summary>
static class ArchiveAgency
{
    /// <summary><c>archive AGENCY FILE</c>.</summary>
    public static async Task<int> WriteAsync(Databases databases, string slug, string path, TextWriter output, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        ArchiveManifest? made;
        await using (var file = new FileStream(path, options)) made = await new Archives(databases, TimeProvider.System).WriteAsync(slug, file, ct);
        if (made is null)
        {
            File.Delete(path);
            await output.WriteLineAsync($"{slug}: no such agency");
            return 2;
        }
        await output.WriteLineAsync($"{slug}: {made.Tables.Sum(t => t.Rows)} rows of {made.Tables.Count} tables in {path}");
        return 0;
    }

    /// <summary><c>restore FILE</c>.</summary>
    public static async Task<int> ReadAsync(Databases databases, string path, TextWriter output, CancellationToken ct)
    {
        try
        {
            await using var file = File.OpenRead(path);
            var read = await new Archives(databases, TimeProvider.System).ReadAsync(file, ct);
            var audit = await new AuditTrail(new TenantDb(databases)).VerifyAsync(
                (await EveryAgency.ListAsync(databases, ct)).Single(a => a.Slug == read.Slug).Id, ct);
            await output.WriteLineAsync($"{read.Slug}: {read.Tables.Sum(t => t.Rows)} rows of {read.Tables.Count} tables; {audit.Entries} audit entries {(audit.Broken is null ? "hold" : "are BROKEN")}");
            return audit.Broken is null ? 0 : 1;
        }
        catch (InvalidDataException refused)
        {
            await output.WriteLineAsync(refused.Message);
            return 1;
        }
    }
}
