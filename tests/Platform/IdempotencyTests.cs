using System.Net;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cirm.Tests.Platform;

/// <summary>A request that is repeated, because its answer was lost, does its work once.</summary>
public sealed class IdempotencyTests(CirmHost host)
{
    [Fact]
    public async Task A_repeated_request_is_answered_to_the_letter_as_the_first_time()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var path = $"{agency.Path}/cases/{(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}/transitions";
        var key = Guid.NewGuid().ToString();
        var first = await agent.PostWithKeyAsync(path, new { to = "accepted", reason = "Seen." }, key);
        // What would be a conflict now is the same answer, because it is the same request.
        var second = await agent.PostWithKeyAsync(path, new { to = "accepted", reason = "Seen." }, key);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal((first.StatusCode, first.Headers.ETag, first.Headers.Location, await first.Content.ReadAsStringAsync()),
            (second.StatusCode, second.Headers.ETag, second.Headers.Location, await second.Content.ReadAsStringAsync()));
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotent-Replayed").Single());
        await (await agent.PostWithKeyAsync(path, new { to = "accepted", reason = "Seen." }, Guid.NewGuid().ToString())).RefusedAsync("transition-not-allowed");
    }

    [Fact]
    public async Task The_same_key_of_another_caller_or_for_another_address_is_another_key()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var key = Guid.NewGuid().ToString();
        var numbers = new List<long>();
        foreach (var client in (HttpClient[])[await agency.Citizen, await agency.AsAnotherAsync(Role.Citizen), await agency.Agent, host.Anonymous])
            numbers.Add((long)(await (await client.PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp, key)).ReadAsync(HttpStatusCode.Created))["number"]!);
        Assert.Equal([1, 2, 3, 4], numbers);
        var other = await CaseTests.AgencyWithServiceAsync(host);
        Assert.Equal(1, (long)(await (await host.Anonymous.PostWithKeyAsync($"{other.Path}/cases", CaseTests.Lamp, key)).ReadAsync(HttpStatusCode.Created))["number"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("کلید")]
    public Task A_key_that_is_not_visible_ascii_is_refused(string key) => RefusesKeyAsync(key);

    [Fact]
    public Task A_key_of_256_characters_is_refused() => RefusesKeyAsync(new string('k', 256));

    [Fact]
    public async Task A_refused_request_uses_no_key_up()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        var key = Guid.NewGuid().ToString();
        await (await citizen.PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "" }, key)).RefusedAsync("validation");
        var made = await citizen.PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp, key);
        await made.ReadAsync(HttpStatusCode.Created);
        Assert.False(made.Headers.Contains("Idempotent-Replayed"));
        await (await citizen.PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "Another" }, key)).RefusedAsync("idempotency-key-reused");
    }

    [Fact]
    public async Task A_change_whose_answer_never_came_is_taken_back_with_its_key()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var retry = new Idempotency("a key", "scope", [1]);
        var caller = Caller.System(agency.Id) with { Retry = retry };
        var db = host.Services.GetRequiredService<TenantDb>();
        await using (var change = await db.BeginAsync(caller, CancellationToken.None))
        {
            await change.ExecuteAsync("update case_numbers set last_number = 50 where agency_id = @agency", null, CancellationToken.None);
            await change.CommitAsync(CancellationToken.None); // waits for the answer
        }
        Assert.NotNull(retry.Waiting);
        await retry.Waiting.EndAsync(); // as after a crash: the connection goes, nothing was committed
        Assert.Equal((0L, 0L), (await CountAsync("idempotency_keys", agency), await LastNumberAsync(agency)));
    }

    [Fact]
    public async Task A_server_that_is_killed_between_change_and_answer_leaves_neither()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var retry = new Idempotency("a key", "scope", [1]);
        var db = host.Services.GetRequiredService<TenantDb>();
        await using (var change = await db.BeginAsync(Caller.System(agency.Id) with { Retry = retry }, CancellationToken.None))
        {
            var pid = (await change.QueryAsync<int>("select pg_backend_pid()", null, CancellationToken.None)).Single();
            await change.ExecuteAsync("update case_numbers set last_number = 50 where agency_id = @agency", null, CancellationToken.None);
            await change.CommitAsync(CancellationToken.None);
            await host.Database.ExecuteAsOwnerAsync($"select pg_terminate_backend({pid}, 5000)");
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => change.CompleteAsync(201, null, null, [], CancellationToken.None));
        }
        await retry.Waiting!.EndAsync();
        Assert.Equal((0L, 0L), (await CountAsync("idempotency_keys", agency), await LastNumberAsync(agency)));
    }

    [Fact]
    public async Task While_the_first_request_runs_the_second_is_told_to_wait()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        await using var owner = new NpgsqlConnection(host.Database.OwnerConnectionString);
        await owner.OpenAsync();
        await using var hold = await owner.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"select from case_numbers where agency_id = '{agency.Id}' for update", owner)) await command.ExecuteNonQueryAsync();
        var key = Guid.NewGuid().ToString();
        var first = citizen.PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp, key); // holds the key, waits for the number
        await Task.Delay(500);
        var second = await citizen.PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp, key);
        await second.RefusedAsync("idempotency-key-busy");
        Assert.NotNull(second.Headers.RetryAfter);
        await hold.RollbackAsync();
        Assert.Contains((await first).StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Conflict]);
    }

    [Fact]
    public async Task The_answer_cannot_be_read_without_the_key()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var made = await (await (await agency.Citizen).PostWithKeyAsync($"{agency.Path}/cases", CaseTests.Lamp, "a-key-that-only-the-client-has")).ReadAsync(HttpStatusCode.Created);
        var row = await host.Database.ScalarAsOwnerAsync<string>($"select encode(body, 'escape') || key_hash::text || request_hash::text from idempotency_keys where agency_id = '{agency.Id}' and body is not null");
        Assert.DoesNotContain((string)made["trackingCode"]!, row);
        Assert.DoesNotContain("lamp", row, StringComparison.OrdinalIgnoreCase);
    }

    async Task RefusesKeyAsync(string key)
    {
        var agency = await host.NewAgencyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{agency.Path}/cases");
        Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", key));
        await (await (await agency.Citizen).SendAsync(request)).RefusedAsync("bad-request");
    }

    Task<long> CountAsync(string table, TestAgency agency) => host.Database.ScalarAsOwnerAsync<long>($"select count(*) from {table} where agency_id = '{agency.Id}'");

    Task<long> LastNumberAsync(TestAgency agency) => host.Database.ScalarAsOwnerAsync<long>($"select last_number from case_numbers where agency_id = '{agency.Id}'");
}
