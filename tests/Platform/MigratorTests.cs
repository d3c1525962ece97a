using Cirm.Migrations;
using Cirm.Tests.Harness;
using Npgsql;

namespace Cirm.Tests.Platform;

public sealed class MigratorTests
{
    const string Index = $"""
        {Migrator.Alone}
        -- Safe to run again: what a failed attempt left behind goes first; and this is not the end of a statement;

        drop index concurrently if exists members_by_name;
        create index concurrently members_by_name on accounts (agency_id, name);

        """;

    [Fact]
    public async Task An_index_is_built_while_others_write_and_once()
    {
        await using var database = await TestDatabase.CloneAsync();
        var applied = new List<string>();
        await Migrator.ApplyAsync(database.OwnerConnectionString, "9001_index.sql", Index, applied.Add, CancellationToken.None);
        Assert.True(await database.ScalarAsOwnerAsync<bool>("select indisvalid from pg_index where indexrelid = 'members_by_name'::regclass"));
        await Migrator.ApplyAsync(database.OwnerConnectionString, "9001_index.sql", Index, applied.Add, CancellationToken.None);
        Assert.Equal(["9001_index.sql"], applied);
        var changed = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrator.ApplyAsync(database.OwnerConnectionString, "9001_index.sql", Index + "drop index members_by_name;", applied.Add, CancellationToken.None));
        Assert.Contains("9001_index.sql was changed", changed.Message);
    }

    [Fact]
    public async Task What_stopped_half_way_is_not_taken_for_done_and_runs_again()
    {
        await using var database = await TestDatabase.CloneAsync();
        var broken = Index + "create index concurrently another on no_such_table (agency_id);\n";
        await Assert.ThrowsAsync<PostgresException>(() => Migrator.ApplyAsync(database.OwnerConnectionString, "9002_index.sql", broken, _ => { }, CancellationToken.None));
        Assert.Equal(0, await database.ScalarAsOwnerAsync<long>("select count(*) from schema_migrations where name = '9002_index.sql'"));
        await database.ExecuteAsOwnerAsync("create table no_such_table (agency_id uuid)");
        await Migrator.ApplyAsync(database.OwnerConnectionString, "9002_index.sql", broken, _ => { }, CancellationToken.None);
        Assert.Equal(2, await database.ScalarAsOwnerAsync<long>("select count(*) from pg_class where relname in ('members_by_name', 'another')"));
    }

    [Fact]
    public async Task In_a_transaction_a_file_happens_or_does_not()
    {
        await using var database = await TestDatabase.CloneAsync();
        await Assert.ThrowsAsync<PostgresException>(() => Migrator.ApplyAsync(
            database.OwnerConnectionString, "9003_table.sql", "create table made (id integer); select no_such_function();", _ => { }, CancellationToken.None));
        Assert.True(await database.ScalarAsOwnerAsync<bool>("select to_regclass('made') is null"));
    }
}
