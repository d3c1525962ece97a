using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Cirm.Migrations;

/// <summary>Brings a database to today's schema: every numbered file once, in order, each in a transaction of its own.</summary>
public static class Migrator
{
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

        foreach (var (name, sql) in Migrations())
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await ExecuteAsync(connection, "lock table schema_migrations in exclusive mode", ct);
            switch (await DigestOfAsync(connection, name, ct))
            {
                case null:
                    await ExecuteAsync(connection, sql, ct);
                    await ExecuteAsync(connection, "insert into schema_migrations (name, sha256) values ($1, $2)", ct, name, digest);
                    await transaction.CommitAsync(ct);
                    applied(name);
                    break;
                case var known when known != digest:
                    throw new InvalidOperationException(
                        $"Migration {name} was changed after it was applied to this database. Migrations only go forward: put it back and add a new one.");
            }
        }

        await using var passwords = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, "lock table schema_migrations in exclusive mode", ct);
        foreach (var role in Roles)
            await ExecuteAsync(connection, $"alter role {role} password '{PasswordOf(role, secret)}'", ct);
        await passwords.CommitAsync(ct);
    }

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
