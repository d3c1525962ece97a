using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Npgsql;

namespace Cirm.Tests.Tenancy;

/// <summary>What the database itself lets the application's role see, whatever the application asks.</summary>
public sealed class IsolationTests(CirmHost host)
{
    [Fact]
    public async Task Without_an_agency_no_row_is_visible_and_none_can_be_added()
    {
        await host.NewAgencyAsync();
        await using var databases = host.Database.Open();
        await using var connection = await databases.App.OpenConnectionAsync();
        foreach (var table in await TablesAsync()) Assert.Equal(0L, await ScalarAsync(connection, $"select count(*) from {table}"));
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(
            connection, $"insert into case_numbers (agency_id, last_number) values ('{Guid.NewGuid()}', 1)"))).SqlState);
        Assert.Equal(0, await ExecuteAsync(connection, "update accounts set role = 'operator'"));
        Assert.Equal(0, await ExecuteAsync(connection, "delete from accounts"));
    }

    [Fact]
    public async Task An_agency_sees_its_own_rows_and_can_write_no_others()
    {
        var (ours, theirs) = (await host.NewAgencyAsync(), await host.NewAgencyAsync());
        await theirs.Agent;
        await using var databases = host.Database.Open();
        await using var connection = await databases.App.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, $"select set_agency('{ours.Id}')");

        foreach (var table in await TablesAsync()) Assert.Equal(0L, await ScalarAsync(connection, $"select count(*) from {table} where agency_id <> '{ours.Id}'"));
        Assert.Equal(1L, await ScalarAsync(connection, "select count(*) from accounts"));
        Assert.Equal(0, await ExecuteAsync(connection, $"update accounts set name = 'x' where agency_id = '{theirs.Id}'"));
        Assert.Equal(0, await ExecuteAsync(connection, $"delete from accounts where agency_id = '{theirs.Id}'"));

        foreach (var attack in (string[])
                 [
                     $"insert into case_numbers (agency_id, last_number) values ('{theirs.Id}', 1) on conflict do nothing",
                     $"update accounts set agency_id = '{theirs.Id}'",
                     $"insert into case_numbers (agency_id, last_number) values ('{theirs.Id}', 1) on conflict (agency_id) do update set last_number = 99",
                 ])
        {
            await transaction.SaveAsync("before");
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, attack))).SqlState);
            await transaction.RollbackAsync("before");
        }
        foreach (var table in await TablesAsync())
        {
            await transaction.SaveAsync("before");
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, $"truncate {table}"))).SqlState);
            await transaction.RollbackAsync("before");
        }
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("rollback")]
    public async Task The_agency_is_forgotten_with_its_transaction_also_on_a_pooled_connection(string end)
    {
        var agency = await host.NewAgencyAsync();
        await using var databases = host.Database.Open();
        int first;
        await using (var connection = await databases.App.OpenConnectionAsync())
        {
            first = connection.ProcessID;
            await ExecuteAsync(connection, "begin");
            await ExecuteAsync(connection, $"select set_agency('{agency.Id}')");
            Assert.Equal(1L, await ScalarAsync(connection, "select count(*) from accounts"));
            await ExecuteAsync(connection, end);
            Assert.Equal(0L, await ScalarAsync(connection, "select count(*) from accounts"));
        }
        await using var again = await databases.App.OpenConnectionAsync();
        Assert.Equal(first, again.ProcessID);
        Assert.Equal(0L, await ScalarAsync(again, "select count(*) from accounts"));
    }

    [Fact]
    public async Task A_transaction_that_is_dropped_half_way_leaves_nothing_behind()
    {
        var agency = await host.NewAgencyAsync();
        await using var databases = host.Database.Open();
        var db = new TenantDb(databases);
        await using (var transaction = await db.BeginAsync(agency.Id, CancellationToken.None))
            await transaction.ExecuteAsync("update case_numbers set last_number = 7 where agency_id = @agency", null, CancellationToken.None);
        Assert.Equal(0L, await host.Database.ScalarAsOwnerAsync<long>($"select last_number from case_numbers where agency_id = '{agency.Id}'"));
        await using var connection = await databases.App.OpenConnectionAsync();
        Assert.Equal(0L, await ScalarAsync(connection, "select count(*) from accounts"));
    }

    async Task<string[]> TablesAsync() => await host.Database.ScalarAsOwnerAsync<string[]>("""
        select array_agg(a.attrelid::regclass::text) from pg_attribute a join pg_class c on c.oid = a.attrelid
        where a.attname = 'agency_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
        """);

    static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
