using Cirm.Core.Tenancy;
using Cirm.Migrations;
using Npgsql;

namespace Cirm.Tests.Harness;

/// <summary>
/// Databases on the PostgreSQL of <c>CIRM_TEST_DATABASE</c> (a superuser's connection string; `./cirm test` starts one): a template
/// is migrated once a run, and cloned for whoever needs a database.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    public const string Secret = "test-secret";
    static readonly Lazy<Task<string>> Template = new(MigrateTemplateAsync);

    TestDatabase(string name) => Name = name;

    public string Name { get; }

    /// <summary>As the superuser, whom no policy holds.</summary>
    public string OwnerConnectionString => ServerOf(Name);

    /// <summary>As the application's roles.</summary>
    public Databases Open() => new(new NpgsqlConnectionStringBuilder(ServerOf(Name)) { Pooling = true }.ConnectionString, Secret);

    public static async Task<TestDatabase> CloneAsync()
    {
        var name = $"cirm_test_{Guid.NewGuid():N}";
        await ExecuteAsync("postgres", $"create database {name} template {await Template.Value}");
        return new(name);
    }

    public async Task<T> ScalarAsOwnerAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task ExecuteAsOwnerAsync(string sql) => ExecuteAsync(Name, sql);

    public async ValueTask DisposeAsync() => await ExecuteAsync("postgres", $"drop database if exists {Name} with (force)");

    static async Task<string> MigrateTemplateAsync()
    {
        var name = $"cirm_template_{Environment.ProcessId}";
        await ExecuteAsync("postgres", $"drop database if exists {name} with (force)");
        await ExecuteAsync("postgres", $"create database {name}");
        await Migrator.RunAsync(ServerOf(name), Secret, _ => { }, CancellationToken.None);
        return name;
    }

    static string ServerOf(string database) => new NpgsqlConnectionStringBuilder(
        Environment.GetEnvironmentVariable("CIRM_TEST_DATABASE") ?? throw new InvalidOperationException("CIRM_TEST_DATABASE is not set; `./cirm test` sets it."))
    {
        Database = database, Pooling = false, IncludeErrorDetail = true,
    }.ConnectionString;

    static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ServerOf(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
