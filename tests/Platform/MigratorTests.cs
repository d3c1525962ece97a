using System.Collections.Concurrent;
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

    /// <summary>Nodes that wait for each other hold nothing that the making of an index would wait for.</summary>
    [Fact]
    public async Task Several_nodes_at_once_take_interrupted_steps_again_and_once()
    {
        const string steps = "0011_fewer_indexes.sql";
        await using var database = await TestDatabase.CloneAsync();
        await database.ExecuteAsOwnerAsync($"delete from schema_migrations where name = '{steps}'; drop index cases_of_service; create index cases_near on cases (agency_id)");
        var applied = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Migrator.RunAsync(database.OwnerConnectionString, TestDatabase.Secret, applied.Enqueue, CancellationToken.None)));
        Assert.Equal([steps], applied);
        Assert.Equal("cases_in_order,cases_of_service", await database.ScalarAsOwnerAsync<string>("""
            select string_agg(c.relname, ',' order by c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid
            where i.indisvalid and c.relname in ('cases_in_order', 'cases_of_service', 'cases_near', 'cases_newest', 'cases_by_service')
            """));
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
