using System.Net;
using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cirm.Tests.Insight;

/// <summary>
/// An administrator of the database tries to lead the answers of an anonymous survey back to people: by every order, number, time and size
/// that the database keeps. docs/adr/0018-anonymous-surveys.md says what they can and cannot do.
/// </summary>
public sealed class AnonymityTests(CirmHost host)
{
    const int People = 60;

    [Fact]
    public async Task No_order_number_time_or_size_in_the_database_leads_from_an_answer_to_a_person()
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var id = Asking.IdOf(wave);
        // Citizen number i answers i, one after the other: whatever order survives will show.
        var clients = new List<(HttpClient Client, Guid Id)>();
        for (var i = 0; i < People; i++) clients.Add(await Asking.CitizenAsync(host, agency));
        for (var i = 0; i < People; i++)
        {
            var answers = new { lit = "no", years = i, why = new string('x', 1 + i * 3 % 200), needs = i % 3 == 0 ? (string[])["light"] : ["bench", "tree"] };
            await (await clients[i].Client.PostWithKeyAsync($"{wave}/responses", new { answers }, $"key-{i}")).ReadAsync(HttpStatusCode.Created);
        }

        // While the answers wait: nothing of them can be read, and all are of one length, however much was said.
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct length(sealed)) from survey_inbox where wave_id = '{id}'"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_inbox where wave_id = '{id}' and position(convert_to('bench', 'UTF8') in sealed) > 0"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_inbox where wave_id = '{id}' and substr(id::text, 15, 1) <> '4'")); // no time in the ids
        // Who has answered cannot be tried out without the secret: not by the id, nor by its hash.
        foreach (var guess in (string[])["uuid_send(c.id)", "sha256(uuid_send(c.id))", "sha256(convert_to(c.id::text, 'UTF8'))", "sha256(uuid_send(r.wave_id) || uuid_send(c.id))"])
            Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_register r join citizens c on c.agency_id = r.agency_id where r.wave_id = '{id}' and r.participant = {guess}"));
        await Assert.ThrowsAnyAsync<Exception>(() => OpenWithAnotherSecretAsync(agency.Id, id));

        var settling = Asking.Settling(host);
        Assert.Equal(People, await settling.SettleAsync(agency.Id, id, atOnce: true, CancellationToken.None));

        // Settled, still open. The register remembers in which order people came; nothing of an answer may run along with it.
        foreach (var order in (string[])["ctid", "xmin::text::bigint", "id", "batch", "stratum"]) await NothingRunsAlongAsync(id, order);
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct xmin::text) from survey_responses where wave_id = '{id}'")); // one transaction: none tells one from another
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_responses r join survey_register g on g.xmin::text = r.xmin::text where r.wave_id = '{id}' and g.wave_id = '{id}'"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_responses where wave_id = '{id}' and substr(id::text, 15, 1) <> '4'"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_links where wave_id = '{id}'"));
        Assert.Equal("", await ScalarAsync<string>("""
            select coalesce(string_agg(table_name || '.' || column_name, ' '), '') from information_schema.columns
            where table_name in ('survey_responses', 'survey_register', 'survey_inbox')
              and (data_type like 'timestamp%' or data_type in ('date', 'inet') or column_name like '%citizen%' or column_name like '%account%' or column_default is not null)
            """)); // no time, no person, no sequence

        // What stands beside: the retry table, the audit trail, the outbox, operations.
        Assert.Equal(People, await ScalarAsync<long>($"select count(*) from idempotency_keys where agency_id = '{agency.Id}' and status = 201"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from idempotency_keys k join survey_responses r on k.xmin::text = r.xmin::text where k.agency_id = '{agency.Id}' and r.wave_id = '{id}'"));
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct length(body)) from idempotency_keys where agency_id = '{agency.Id}' and status = 201")); // receipts, all alike
        for (var i = 0; i < People; i++)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { answers = new { lit = "no", years = i, why = new string('x', 1 + i * 3 % 200), needs = i % 3 == 0 ? (string[])["light"] : ["bench", "tree"] } });
            var plain = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
            Assert.Equal(0, await ScalarAsync<long>($"select count(*) from idempotency_keys where agency_id = '{agency.Id}' and encode(request_hash, 'hex') = '{plain}'"));
        }
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from audit_entries where agency_id = '{agency.Id}' and (action like 'survey.answer%' or subject_kind like 'survey-resp%' or actor_kind = 'citizen')"));
        Assert.Equal("survey.answered", await ScalarAsync<string>($"select string_agg(type, ' ') from outbox where agency_id = '{agency.Id}' and type like 'survey.%' and type not in ('survey.created', 'survey.wave-added')"));
        foreach (var (_, citizen) in clients)
            foreach (var table in (string[])["survey_responses", "survey_register", "survey_inbox", "survey_strata", "survey_waves", "outbox"])
                Assert.Equal(0, await ScalarAsync<long>($"select count(*) from {table} t where agency_id = '{agency.Id}' and t::text like '%{citizen}%'"));

        // Closed: the batches are gone, and the register is in no order of time any more.
        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set closes_at = now() - interval '1 second' where id = '{id}'");
        await settling.SettleAsync(agency.Id, id, atOnce: true, CancellationToken.None);
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct xmin::text) from survey_responses where wave_id = '{id}'"));
        Assert.Equal(0, await ScalarAsync<long>($"select count(*) from survey_responses where wave_id = '{id}' and batch <> 0"));
        Assert.Equal(1, await ScalarAsync<long>($"select count(distinct xmin::text) from survey_register where wave_id = '{id}'"));
        foreach (var order in (string[])["ctid", "id"]) await NothingRunsAlongAsync(id, order);
        var register = await ListAsync($"select encode(participant, 'hex') from survey_register where wave_id = '{id}' order by ctid");
        Assert.Equal(register.Order(StringComparer.Ordinal), register); // its order is that of the hashes
    }

    // The rank correlation of the answers' order in the table with the order in which people came. By chance it stays within four times its
    // standard error, 1/sqrt(n-1), in all but one of 15,000 runs.
    async Task NothingRunsAlongAsync(Guid wave, string order)
    {
        var correlation = await ScalarAsync<double>($"""
            select coalesce(corr(place, came), 0) from (
              select row_number() over (order by {order}, id) as place, (answers->>'years')::int as came from survey_responses where wave_id = '{wave}') r
            """);
        Assert.True(Math.Abs(correlation) < 4 / Math.Sqrt(People - 1), $"By {order} the answers run along with the order in which people came: {correlation:0.00}");
    }

    async Task OpenWithAnotherSecretAsync(Guid agency, Guid wave)
    {
        await using var other = new Databases(host.Database.OwnerConnectionString, "another secret");
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand($"select id, sealed from survey_inbox where wave_id = '{wave}' limit 1");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        new SurveySecrets(other).Open(agency, wave, reader.GetGuid(0), reader.GetFieldValue<byte[]>(1));
    }

    [Fact]
    public void The_longest_answers_fit_into_the_length_that_all_have()
    {
        var agency = Guid.NewGuid();
        var secrets = host.Services.GetRequiredService<SurveySecrets>();
        SurveyQuestion[] questions =
        [
            new("یک", SurveyQuestionType.Text, [], Max: 500), new("two", SurveyQuestionType.Multiple, [], [new("الف", []), new("b", [])]),
            new("three", SurveyQuestionType.Matrix, [], [new("گزینه", [])], [new("سطر یک", []), new("سطر دو", [])]), new("n", SurveyQuestionType.Number, []), new("s", SurveyQuestionType.Single, [], [new("گ", [])]),
        ];
        var lengths = new List<int>();
        foreach (var text in (string[])["a", new('"', 500), new('\\', 500), $"a{new string('\n', 499)}", new('م', 500), new('語', 500), string.Concat(Enumerable.Repeat("🏮", 250)), new('<', 500), new('\'', 500)])
        {
            var json = JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["یک"] = text, ["two"] = (string[])["الف", "b"], ["three"] = new Dictionary<string, string> { ["سطر یک"] = "گزینه", ["سطر دو"] = "گزینه" }, ["n"] = 1.2345678901234567890123456789m, ["s"] = "گ",
            });
            var (kept, errors) = SurveyAnswers.Read(questions, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!);
            Assert.Empty(errors);
            var id = Guid.NewGuid();
            var answer = new SealedAnswer(kept, new Dictionary<string, string> { ["district"] = "7" }, [.. Enumerable.Range(0, 20).SelectMany(_ => Guid.NewGuid().ToByteArray())], false, Channel.Web, Guid.NewGuid());
            var sealedAnswer = secrets.Seal(agency, agency, id, answer, SurveySecrets.CapacityOf(questions, 1));
            lengths.Add(sealedAnswer.Length);
            Assert.Equal(text, secrets.Open(agency, agency, id, sealedAnswer).Answers["یک"].GetString());
        }
        Assert.Single(lengths.Distinct());
    }

    [Fact]
    public void A_handle_leads_to_one_answer_and_tells_nothing_of_another()
    {
        var secrets = host.Services.GetRequiredService<SurveySecrets>();
        var (agency, wave, response) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var handle = secrets.HandleOf(agency, wave, "q1", response);
        Assert.Equal(response, secrets.ResponseOf(agency, wave, "q1", handle));
        Assert.NotEqual(handle, secrets.HandleOf(agency, wave, "q2", response));
        Assert.NotEqual(handle, response);
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$", secrets.CodeOf(agency, wave, response));
    }

    Task<T> ScalarAsync<T>(string sql) => host.Database.ScalarAsOwnerAsync<T>(sql);

    async Task<IReadOnlyList<string>> ListAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
