using System.Net.Http.Json;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Npgsql;

namespace Cirm.Tests.Platform;

/// <summary>Two who change the same thing at once: neither is lost, and who has to try again is told so.</summary>
public sealed class ConflictTests(CirmHost host)
{
    [Fact]
    public async Task Who_decided_on_a_status_that_moved_meanwhile_is_told()
    {
        var (agent, path, id) = await CaseAsync();
        await using var owner = await HoldAsync($"update cases set status = 'accepted' where id = '{id}'");
        var transition = agent.PostAsJsonAsync($"{path}/transitions", new { to = "accepted", reason = "Seen." });
        await WaitingAsync();
        await EndAsync(owner, "commit");
        await (await transition).RefusedAsync("case-moved");
    }

    [Fact]
    public async Task Who_waits_too_long_for_another_is_asked_to_come_again()
    {
        var (agent, path, id) = await CaseAsync();
        await using var owner = await HoldAsync($"select from cases where id = '{id}' for update");
        using var answer = await agent.PostAsJsonAsync($"{path}/transitions", new { to = "accepted", reason = "Seen." });
        await answer.RefusedAsync("busy");
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        await EndAsync(owner, "rollback");
        Assert.Equal("submitted", (string?)(await agent.GetJsonAsync(path))["status"]);
    }

    async Task<(HttpClient Agent, string Path, string Id)> CaseAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var id = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        return (agent, $"{agency.Path}/cases/{id}", id);
    }

    async Task<NpgsqlConnection> HoldAsync(string sql)
    {
        var owner = new NpgsqlConnection(host.Database.OwnerConnectionString);
        await owner.OpenAsync();
        await EndAsync(owner, "begin");
        await EndAsync(owner, sql);
        return owner;
    }

    async Task WaitingAsync()
    {
        while (await host.Database.ScalarAsOwnerAsync<long>("select count(*) from pg_locks l join pg_stat_activity a using (pid) where not granted and a.datname = current_database()") == 0)
            await Task.Delay(20);
    }

    static async Task EndAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
