using System.Net;
using System.Text.Json;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Npgsql;

namespace Cirm.Tests.Participation;

/// <summary>
/// An administrator of the database tries to lead ballots back to voters: by every order, number, time and size that the database keeps.
/// docs/adr/0023-secret-ballots.md says what they can and cannot do.
/// </summary>
public sealed class SecretBallotTests(CirmHost host)
{
    const int People = 60;

    [Fact]
    public async Task No_order_number_time_or_size_in_the_database_leads_from_a_ballot_to_a_voter()
    {
        var agency = await host.NewAgencyAsync();
        // Voter number i gives the first option i points, one after the other: whatever order survives will show.
        var path = await Deciding.DecideAsync(agency, new { method = "score" }, ("number", null), ("other", null));
        var voters = new List<(HttpClient Client, Guid Id)>();
        for (var i = 0; i < People; i++) voters.Add(await Deciding.CitizenAsync(host, agency));
        var ballots = Enumerable.Range(1, People).Select(i => new { choices = i % 3 == 0 ? new Dictionary<string, int> { ["number"] = i, ["other"] = 1 } : new() { ["number"] = i } }).ToArray();
        for (var i = 0; i < People; i++) await (await voters[i].Client.PostWithKeyAsync($"{path}/ballots", ballots[i], $"key-{i}")).ReadAsync(HttpStatusCode.Created);

        // While the box is closed: nothing of a ballot can be read, and all are of one length, however much they say.
        Assert.Equal(People, await CountAsync("ballot_box"));
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct length(sealed)) from ballot_box where agency_id = '{agency.Id}'"));
        await Assert.ThrowsAnyAsync<Exception>(() => OpenWithAnotherSecretAsync(agency.Id));
        // Who has voted cannot be tried out without the secret.
        foreach (var guess in (string[])["uuid_send(c.id)", "sha256(uuid_send(c.id))", "sha256(convert_to(c.id::text, 'UTF8'))", "sha256(uuid_send(r.initiative_id) || uuid_send(c.id))"])
            Assert.Equal(0, await ScalarAsync<long>($"select count(*) from ballot_register r join citizens c on c.agency_id = r.agency_id where r.agency_id = '{agency.Id}' and r.participant = {guess}"));
        await NothingNamesAVoterAsync();
        await NoKeyTellsOfABallotAsync();

        var result = await Deciding.CountAsync(host, agency, path);
        Assert.Equal(People, (int)result["turnout"]!);

        // Opened: what was sealed is gone; the published list is in the order of hashes, and so is the register; each was written in one transaction.
        Assert.Equal((0, People), (await CountAsync("ballot_box"), await CountAsync("ballot_register")));
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct xmin::text) from ballot_register where agency_id = '{agency.Id}'"));
        // Page by page: which page with room PostgreSQL takes next depends on what others left there.
        var register = await ListAsync($"select (ctid::text::point)[0] || ' ' || encode(participant, 'hex') from ballot_register where agency_id = '{agency.Id}' order by ctid");
        foreach (var page in register.GroupBy(r => r.Split(' ')[0])) Assert.Equal(page.Order(StringComparer.Ordinal), page);
        var published = (await host.Anonymous.GetStringAsync($"{path}/ballots.pb")).Split("voter_id;vote;points\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(';')).ToList();
        Assert.Equal(published.Select(b => b[0]).Order(StringComparer.Ordinal), published.Select(b => b[0]));
        Assert.Equal(Enumerable.Range(1, People), published.Select(b => int.Parse(b[2].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)).Order()); // all are there
        NothingRunsAlong([.. published.Select(b => double.Parse(b[2].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture))]);
        // The retry table knows when who wrote; none of its transactions wrote anything that is left of a ballot.
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from idempotency_keys k join ballot_register r on r.agency_id = k.agency_id and r.xmin::text = k.xmin::text where k.agency_id = '{agency.Id}'"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from idempotency_keys k join decision_counts d on d.agency_id = k.agency_id and d.xmin::text = k.xmin::text where k.agency_id = '{agency.Id}' and k.request_hash is not null and k.status = 201"));
        await NothingNamesAVoterAsync();
        await NoKeyTellsOfABallotAsync();
        Assert.Equal("", await ScalarAsync<string>("""
            select coalesce(string_agg(table_name || '.' || column_name, ' '), '') from information_schema.columns
            where table_name in ('ballot_register', 'ballot_box', 'paper_entries')
              and (data_type like 'timestamp%' or data_type in ('date', 'inet') or column_name like '%citizen%' or column_name like '%account%' or column_default is not null)
            """)); // no time, no person, no sequence

        async Task NothingNamesAVoterAsync()
        {
            Assert.Equal(0, await ScalarAsync<long>($"select count(*) from audit_entries where agency_id = '{agency.Id}' and (action like 'ballot.%' or actor_kind = 'citizen')"));
            foreach (var (_, citizen) in voters)
                foreach (var table in (string[])["ballot_register", "ballot_box", "decision_counts", "outbox", "initiative_history"])
                    Assert.Equal(0, await ScalarAsync<long>($"select count(*) from {table} t where agency_id = '{agency.Id}' and t::text like '%{citizen}%'"));
        }

        async Task NoKeyTellsOfABallotAsync()
        {
            Assert.Equal(1, await ScalarAsync<long>($"select count(distinct length(body)) from idempotency_keys where agency_id = '{agency.Id}' and status = 201")); // receipts, all alike
            foreach (var ballot in ballots)
            {
                var plain = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(ballot)));
                Assert.Equal(0, await ScalarAsync<long>($"select count(*) from idempotency_keys where agency_id = '{agency.Id}' and encode(request_hash, 'hex') = '{plain}'"));
            }
        }

        Task<long> CountAsync(string table) => ScalarAsync<long>($"select count(*) from {table} where agency_id = '{agency.Id}'");
    }

    [Fact]
    public void A_receipt_leads_to_its_number_as_anybody_works_it_out()
    {
        // printf 7K2M9QXAC3TV0HWN1B5D8XZR | sha256sum | cut -c1-20
        var byHand = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("7K2M9QXAC3TV0HWN1B5D8XZR"u8))[..20];
        foreach (var typed in (string[])["7K2M-9QXA-C3TV-0HWN-1B5D-8XZR", "7k2m 9qxa c3tv ohwn ib5d 8xzr"]) Assert.Equal(byHand, BallotSecrets.NumberOf(typed));
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => BallotSecrets.NewReceipt()).Distinct().Count());
    }

    // The rank correlation of the order in the list with the order in which people came. By chance it stays within four times its standard
    // error, 1/sqrt(n-1), in all but one of 15,000 runs.
    static void NothingRunsAlong(double[] came)
    {
        var (n, mean) = (came.Length, (came.Length + 1) / 2.0);
        var variance = Enumerable.Range(1, n).Sum(i => (i - mean) * (i - mean));
        var correlation = came.Select((c, i) => (c - mean) * (i + 1 - mean)).Sum() / variance;
        Assert.True(Math.Abs(correlation) < 4 / Math.Sqrt(n - 1), $"The list runs along with the order in which people came: {correlation:0.00}");
    }

    async Task OpenWithAnotherSecretAsync(Guid agency)
    {
        await using var other = new Databases(host.Database.OwnerConnectionString, "another secret");
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand($"select initiative_id, number, sealed from ballot_box where agency_id = '{agency}' limit 1");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        using var opener = new BallotSecrets(other).OpenerOf(agency, reader.GetGuid(0));
        opener.Open(reader.GetString(1), reader.GetFieldValue<byte[]>(2));
    }

    Task<T> ScalarAsync<T>(string sql) => host.Database.ScalarAsOwnerAsync<T>(sql);

    async Task<IReadOnlyList<string>> ListAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync()) list.Add(reader.GetString(0));
        return list;
    }
}
