using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Cirm.Migrations;

/// <summary>Brings a database to today's schema: every numbered file once, in order, each in a transaction of its own unless it says otherwise.</summary>
public static class Migrator
{
    /// <summary>The first line of a migration that runs outside of a transaction.</summary>
    public const string Alone = "-- outside of a transaction";

    static readonly string[] Roles = ["cirm_app", "cirm_router", "cirm_platform", "cirm_engine"];

    /// <summary>Applies what is missing and sets the roles' passwords. Safe to run from several nodes at once.</summary>
    /// <param name="connectionString">A role that may create roles and tables.</param>
    /// <param name="secret">From which each role's password is derived; see <see cref="PasswordOf"/>.</param>
    /// <param name="applied">Told the name of each migration that was applied.</param>
    public static async Task RunAsync(string connectionString, string secret, Action<string> applied, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await ExecuteAsync(connection, """
            create table if not exists schema_migrations (
              name       text primary key,
              sha256     text not null,
              applied_at timestamptz not null default now())
            """, ct);

        foreach (var (name, sql) in Migrations()) await ApplyAsync(connection, connectionString, name, sql, applied, ct);

        await using var passwords = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, "lock table schema_migrations in exclusive mode", ct);
        foreach (var role in Roles)
            await ExecuteAsync(connection, $"alter role {role} password '{PasswordOf(role, secret)}'", ct);
        await passwords.CommitAsync(ct);
    }

    /// <summary>Applies one migration, unless it has been applied. A file whose first line is <see cref="Alone"/> runs statement by statement, outside of
    /// a transaction: what it began and did not end is there, so that each statement has to be safe to run again (CONTRIBUTING.md).</summary>
    /// <param name="connectionString">As for <see cref="RunAsync"/>.</param>
    /// <param name="name">As <c>0012_owners.sql</c>.</param>
    /// <param name="sql">What the file says.</param>
    /// <param name="applied">Told the name when it was applied.</param>
    public static async Task ApplyAsync(string connectionString, string name, string sql, Action<string> applied, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await ApplyAsync(connection, connectionString, name, sql, applied, ct);
    }

    static async Task ApplyAsync(NpgsqlConnection connection, string connectionString, string name, string sql, Action<string> applied, CancellationToken ct)
    {
        if (sql.StartsWith(Alone, StringComparison.Ordinal))
        {
            await ApplyAloneAsync(connectionString, name, sql, applied, ct);
            return;
        }
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, "lock table schema_migrations in exclusive mode", ct);
        if (!await IsMissingAsync(connection, name, sql, ct)) return;
        await ExecuteAsync(connection, sql, ct);
        await KeepAsync(connection, name, sql, ct);
        await transaction.CommitAsync(ct);
        applied(name);
    }

    // Building an index concurrently waits for every transaction that was open before, also for one that only holds or awaits a lock: so no transaction
    // keeps other nodes out here but a lock of the session, which they try again and again instead of waiting for it.
    static async Task ApplyAloneAsync(string connectionString, string name, string sql, Action<string> applied, CancellationToken ct)
    {
        await using var own = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString); // closed, it lets go
        await own.OpenAsync(ct);
        await using (var lockIt = new NpgsqlCommand("select pg_try_advisory_lock(hashtext('schema_migrations'))", own))
            while (await lockIt.ExecuteScalarAsync(ct) is not true) await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
        if (!await IsMissingAsync(own, name, sql, ct)) return;
        foreach (var statement in sql.ReplaceLineEndings("\n").Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (statement.Split('\n').Any(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal))) await ExecuteAsync(own, statement, ct);
        await KeepAsync(own, name, sql, ct);
        applied(name);
    }

    static async Task<bool> IsMissingAsync(NpgsqlConnection connection, string name, string sql, CancellationToken ct)
    {
        var known = await DigestOfAsync(connection, name, ct);
        return known is null || (known == Digest(sql) ? false : throw new InvalidOperationException(
            $"Migration {name} was changed after it was applied to this database. Migrations only go forward: put it back and add a new one."));
    }

    static Task KeepAsync(NpgsqlConnection connection, string name, string sql, CancellationToken ct) =>
        ExecuteAsync(connection, "insert into schema_migrations (name, sha256) values ($1, $2)", ct, name, Digest(sql));

    static string Digest(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));

    /// <summary>A role's password: HMAC-SHA256 of its name under the installation's secret, in hexadecimal.</summary>
    public static string PasswordOf(string role, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(role)));

    static IEnumerable<(string Name, string Sql)> Migrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }

    static async Task<string?> DigestOfAsync(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select sha256 from schema_migrations where name = $1", connection) { Parameters = { new() { Value = name } } };
        return (string?)await command.ExecuteScalarAsync(ct);
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }
}
