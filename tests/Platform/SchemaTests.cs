using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cirm.Tests.Harness;
using Npgsql;

namespace Cirm.Tests.Platform;

/// <summary>migrations/schema.sql shows today's schema at a glance: what the migrations make of an empty database.</summary>
public sealed partial class SchemaTests
{
    [Fact]
    public async Task The_schema_in_the_repository_is_what_the_migrations_make()
    {
        await using var database = await TestDatabase.CloneAsync();
        var dumped = Normalize(await DumpAsync(database.OwnerConnectionString));
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../migrations/schema.sql"));
        if (File.Exists(file) && await File.ReadAllTextAsync(file) == dumped) return;
        await File.WriteAllTextAsync($"{file}.new", dumped);
        Assert.Fail("The migrations make another schema than migrations/schema.sql shows. Review the change and accept it with: mv migrations/schema.sql.new migrations/schema.sql");
    }

    static async Task<string> DumpAsync(string connectionString)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(Path.Combine(Binaries(), "pg_dump"), ["--schema-only", "--no-owner", "--no-tablespaces"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in (IEnumerable<(string, string?)>)
                 [("PGHOST", to.Host), ("PGPORT", $"{to.Port}"), ("PGUSER", to.Username), ("PGPASSWORD", to.Password), ("PGDATABASE", to.Database)])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var dump = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return dump;
    }

    // pg_dump must not be older than the server: `./cirm test` names the place of its own.
    static string Binaries() => Environment.GetEnvironmentVariable("CIRM_PG_BIN") is { Length: > 0 } named ? named
        : Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(d => Path.Combine(d, "bin")).First();

    // Without what differs from one pg_dump to the next.
    static string Normalize(string dump)
    {
        var lines = dump.Split('\n').Where(l => !l.StartsWith("-- Dumped", StringComparison.Ordinal) && !l.StartsWith('\\') && !l.StartsWith("SET ", StringComparison.Ordinal)
            && !l.StartsWith("SELECT pg_catalog.set_config", StringComparison.Ordinal) && l != "--");
        return "-- Generated from the migrations by tests/Platform/SchemaTests.cs: read it, do not run it.\n\n" + Blank().Replace(string.Join('\n', lines), "\n\n").Trim('\n') + "\n";
    }

    static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex("\n{3,}")]
    private static partial Regex Blank();
}
