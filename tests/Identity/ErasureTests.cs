using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cirm.Tests.Identity;

/// <summary>Erasure removes who somebody is and keeps what is counted (GDPR article 17, docs/adr/0013-erasure.md).</summary>
public sealed class ErasureTests(CirmHost host)
{
    // What a table tells of a case or a citizen, and what becomes of it. A new column is decided here before it lands.
    static readonly Dictionary<string, string> Kept = new()
    {
        ["accounts"] = "removed with the account",
        ["attachments"] = "agency_id case_id id media_type size in_folder metadata_kept visibility actor_kind created_at removed_at",
        ["bulk_cases"] = "agency_id operation_id line case_id",
        ["case_escalations"] = "agency_id case_id clock stage at unit",
        ["appeals"] = "agency_id id case_id round state decided_by decided_at created_at version owner owner_unit decision_by",
        ["case_history"] = "agency_id case_id id at kind from_status to_status note_id attachment_id actor_kind detail outcome verdict for_organisation",
        ["case_links"] = "agency_id case_id id to_case type created_at",
        ["case_notes"] = "agency_id case_id id visibility actor_kind created_at",
        ["case_questions"] = "agency_id case_id id note_id asked_at ended_at ended_by end_note_id",
        ["cases"] = "agency_id id number service_id service_version kind status channel area citizen_id assignee external_id submitted_at first_response_at due_at"
            + " first_response_due_at first_response_foreseen_at foreseen_at paused_at first_response_risk risk calendar_edition own_dates"
            + " offered_first_response_hours offered_resolution_hours closed_at version updated_at erased_at erase_when_over attachment_count unit outcome verdict verdict_at round"
            + " decided_at merged_into merged_with",
        ["citizen_identities"] = "removed",
        ["citizens"] = "agency_id id version created_at updated_at erased_at",
        ["consents"] = "agency_id citizen_id use_key id given channel recorded_by at",
        ["initiative_census"] = "removed",
        // whose case an initiative goes back to is known by the case, which is emptied like any other
        ["initiatives"] = "agency_id id key title summary tier mandate binding decision segments areas area_attribute census languages channels phases derived_from insight_id case_id"
            + " published_at opens_at closes_at closed_at version created_at updated_at",
        ["mailbox_messages"] = "removed",
        ["mandate_codes"] = "removed",
        ["partner_cases"] = "agency_id partner_id case_id origin reference token status seen moved_at changed_at checked_at created_at forgotten_until",
        ["partner_deliveries"] = "agency_id id partner_id case_id event_id kind step outcome note_id picture_id position occurred_at state attempts next_at first_tried_at last_tried_at uncertain status"
            + " error milliseconds sent_status their_id delivered_at decided_by decided_at created_at",
        ["partner_updates"] = "agency_id partner_id update_id case_id status changed_at became received_at",
        ["recoveries"] = "agency_id id case_id round state owner owner_unit due_at follow_up_question answered_at outcome opened_at closed_at version",
        ["mandates"] = "agency_id id citizen_id account_id person_id organisation service_ids valid_from valid_until given entered_by revoked_at revoked_by version created_at",
        ["messages"] = "removed",
        ["notice_recipients"] = "removed",
        ["open311_requests"] = "removed",
        ["open311_told"] = "agency_id case_id sender decided_at",
        ["open311_updates"] = "agency_id case_id sender update_id id status sent_at received_at applied_until moved",
        // what somebody said in public goes, that it was said and answered stays with the row that is only counted
        ["remarks"] = "agency_id id kind service_id citizen_id spoken_by assisted channel removal_id answer_id erased_at version created_at",
        ["service_ratings"] = "agency_id service_id citizen_id stars edition rated_at",
        ["topic_supporters"] = "agency_id topic_id citizen_id supported_at",
        ["task_confirmations"] = "agency_id task_id person_id confirmed_at",
        ["tasks"] = "agency_id initiative_id id organisation case_id option_of option_key safety state done_at confirmed_at version", // safety goes with whoever started it, not with the case
        ["segment_changes"] = "agency_id id citizen_id",
        ["segment_members"] = "agency_id segment_id citizen_id valid_from valid_to", // of the row that is only counted, from then on
        ["survey_invitations"] = "agency_id id wave_id operation_id channel token_hash state error reminders created_at",
        ["survey_links"] = "removed",
    };

    // Emptied by the erasure; the test below sees that they are.
    static readonly Dictionary<string, string> Emptied = new()
    {
        ["appeals"] = "reason decision_reason",
        ["attachments"] = "name sha256 actor_id on_behalf_of",
        ["case_history"] = "reason actor_id on_behalf_of",
        ["case_notes"] = "text actor_id on_behalf_of",
        ["cases"] = "title description answers latitude longitude submitted_by mandate_id entered_by tracking_hash",
        ["citizens"] = "language attributes",
        ["mandates"] = "evidence revoked_reason",
        ["partner_deliveries"] = "answer reason",
        ["open311_updates"] = "text_hash",
        ["recoveries"] = "reason answer outcome_text",
        ["remarks"] = "account_id signed title text",
        ["survey_invitations"] = "citizen_id",
    };

    [Fact]
    public async Task Of_every_column_it_is_decided_what_an_erasure_does_with_it()
    {
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand("""
            select c.relname::text, string_agg(a.attname, ' ' order by a.attnum)
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
              and (c.relname in ('cases', 'citizens')
                   or exists (select from pg_attribute k where k.attrelid = c.oid and k.attname in ('case_id', 'citizen_id', 'person_id') and not k.attisdropped))
            group by c.relname
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var undecided = new List<string>();
        while (await reader.ReadAsync())
        {
            var (table, columns) = (reader.GetString(0), reader.GetString(1).Split(' '));
            if (!Kept.TryGetValue(table, out var kept)) undecided.Add($"{table} (the whole table)");
            else if (!kept.StartsWith("removed", StringComparison.Ordinal))
                undecided.AddRange(columns.Except(kept.Split(' ')).Except((Emptied.GetValueOrDefault(table) ?? "").Split(' ')).Select(c => $"{table}.{c}"));
        }
        Assert.True(undecided.Count == 0,
            $"Nobody has decided what an erasure does with {string.Join(", ", undecided)}. If it can tell who somebody is or what they said, remove it in"
            + " core/Transactions/RecordKeeping/CaseContent.cs or core/Identity/Erasures.cs and name it in Emptied; if it is only counted, name it in Kept.");
    }

    [Fact]
    public async Task Who_somebody_is_goes_and_what_is_counted_stays()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        foreach (var (key, type, sensitive) in ((string, string, bool)[])[("district", "text", false), ("ageGroup", "code", false), ("disability", "boolean", true)])
            await admin.PostJsonAsync($"{agency.Path}/attributes", new { key, name = key, type, purpose = "To know.", sensitive, values = type == "code" ? (string[])["18-24", "25-34"] : null });
        await PrivacyTests.DeclareAsync(agency, "surveys", "consent");
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var citizen = await host.ClientAsync(agency.Id, account);
        var id = account.CitizenId!.Value;
        await (await agent.PatchAsync($"{agency.Path}/citizens/{id}",
            new { name = "Sara Secret", email = "sara@secret.example", phone = "+1 617 555 0100", externalId = "SECRET-1", language = "fa", attributes = new { district = "secret lane 7", ageGroup = "25-34", disability = true } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await citizen.PutAsync("/v1/me/consents/surveys", new { given = true }, null);
        var code = (string)(await citizen.PostJsonAsync($"{agency.Path}/citizens/{id}/mandates/codes", new { }))["code"]!;
        await agent.PostJsonAsync($"{agency.Path}/citizens/{id}/mandates", new { representative = new { account = (await host.AddAccountAsync(agency.Id, Role.Representative)).Id }, given = "paper", evidence = "secret folio" });
        var over = await SubmitAsync(citizen, agency, "over");
        foreach (var to in (string[])["accepted", "inProgress", "refused"])
            await agent.PostJsonAsync($"{agency.Path}/cases/{over["id"]}/transitions", new { to, reason = $"secret reason {to}" }, HttpStatusCode.OK);
        await agent.PostJsonAsync($"{agency.Path}/cases/{over["id"]}/notes", new { text = "secret remark", visibility = "internal" });
        await citizen.PostJsonAsync($"{agency.Path}/cases/{over["id"]}/verdict", new { solved = false, reason = "secret disappointment" }, HttpStatusCode.OK);
        await citizen.PostJsonAsync($"{agency.Path}/cases/{over["id"]}/appeals", new { reason = "secret objection" });
        await AttachAsync(citizen, $"{agency.Path}/cases/{over["id"]}/attachments");
        var open = await SubmitAsync(citizen, agency, "open");
        var before = await FiguresAsync(agency);

        var erased = await (await citizen.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal((1, (string?)open["id"]), ((int)erased["clearedCases"]!, (string?)erased["openCases"]!.AsArray().Single()!["id"]));

        // Figures are what they were; the open case still says what has to be done; nothing else of them is anywhere.
        Assert.Equal(before, await FiguresAsync(agency));
        Assert.Equal("0", await EverythingWithAsync(agency, "secret", except: "cases"));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from attachment_chunks where agency_id = '{agency.Id}'"));
        Assert.Equal(1L, await host.Database.ScalarAsOwnerAsync<long>($"select sum(attachment_count) from cases where agency_id = '{agency.Id}'"));
        Assert.Equal($"{open["id"]}", await host.Database.ScalarAsOwnerAsync<string>($"select string_agg(id::text, ' ') from cases c where agency_id = '{agency.Id}' and c::text ilike '%secret%'"));
        Assert.Equal("""{"ageGroup": "25-34"}""", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(distinct z.attributes::text, ' ') from citizens z join cases c on c.agency_id = z.agency_id and c.citizen_id = z.id where z.agency_id = '{agency.Id}'"));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{agency.Id}' and citizen_id = '{id}'"));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from accounts where agency_id = '{agency.Id}' and id = '{account.Id}'"));

        // Nobody signs in as them, and what is left of their token opens and adds nothing.
        Assert.Empty((await citizen.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
        foreach (var gone in (string[])[$"{agency.Path}/cases/{open["id"]}", "/v1/me/export"]) await (await citizen.GetAsync(gone)).RefusedAsync("not-found");
        await (await citizen.PostAsJsonAsync($"{agency.Path}/cases", CaseTests.Lamp)).RefusedAsync("sign-in-needed");
        await (await citizen.PutAsync("/v1/me/consents/surveys", new { given = false }, null)).RefusedAsync("citizen-erased");
        await (await (await agency.AsAnotherAsync(Role.Representative)).PostAsJsonAsync($"{agency.Path}/mandates/redeem", new { code })).RefusedAsync("mandate-code-invalid");
        await (await agent.PatchAsync($"{agency.Path}/citizens/{id}", new { name = "Sara again" }, "\"3\"")).RefusedAsync("citizen-erased");
        await (await agent.PostAsJsonAsync($"{agency.Path}/citizens/{id}/mandates", new { representative = new { citizen = id }, given = "paper", evidence = "x" })).RefusedAsync("citizen-erased");

        // The open case is followed by its new code, and loses its content when it is over.
        await (await host.Anonymous.GetAsync($"{agency.Path}/tracking/{open["trackingCode"]}")).RefusedAsync("not-found");
        await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{erased["openCases"]![0]!["trackingCode"]}");
        var again = await (await citizen.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(((string?)erased["erasedAt"], 0, 0), ((string?)again["erasedAt"], (int)again["clearedCases"]!, again["openCases"]!.AsArray().Count));
        foreach (var to in (string[])["accepted", "inProgress", "resolved"])
            await agent.PostJsonAsync($"{agency.Path}/cases/{open["id"]}/transitions", new { to, reason = to }, HttpStatusCode.OK);
        Assert.Equal(1, await new Cirm.Core.Transactions.RecordKeeping.Retention(host.Services.GetRequiredService<Cirm.Core.Tenancy.TenantDb>(), TimeProvider.System).ApplyAsync(agency.Id, CancellationToken.None));
        Assert.Equal("0", await EverythingWithAsync(agency, "secret", except: "none"));
        Assert.Equal(2, (await host.AuditActionsAsync(agency)).Count(a => a == "citizen.erased"));
    }

    static async Task AttachAsync(HttpClient client, string path)
    {
        using var form = new MultipartFormDataContent { { new StringContent("My secret."), "file", "secret.txt" } };
        await (await client.PostAsync(path, form)).ReadAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task At_the_counter_an_admin_does_it_and_confirms()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var id = (string)(await admin.PostJsonAsync($"{agency.Path}/citizens", new { name = "Sara", externalId = "1" }))["id"]!;
        await (await admin.PostAsJsonAsync($"{agency.Path}/citizens/{id}/erasure", new { confirmed = false })).RefusedAsync("validation");
        await (await (await agency.Agent).PostAsJsonAsync($"{agency.Path}/citizens/{id}/erasure", new { confirmed = true })).RefusedAsync("not-allowed");
        await admin.PostJsonAsync($"{agency.Path}/citizens/{id}/erasure", new { confirmed = true }, HttpStatusCode.OK);
        var seen = await admin.GetJsonAsync($"{agency.Path}/citizens/{id}");
        Assert.NotNull(seen["erasedAt"]);
        Assert.Null(seen["name"]);
        await admin.PostJsonAsync($"{agency.Path}/citizens", new { name = "Another", externalId = "1" }); // the id is free
        await (await admin.PostAsJsonAsync($"{agency.Path}/citizens/{Guid.NewGuid()}/erasure", new { confirmed = true })).RefusedAsync("not-found");
    }

    [Fact]
    public async Task An_erasure_whose_connection_is_cut_in_the_middle_has_done_nothing_and_is_done_by_the_next()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var account = await host.AddAccountAsync(agency.Id, Role.Citizen);
        var citizen = await host.ClientAsync(agency.Id, account);
        var submitted = await SubmitAsync(citizen, agency, "open");
        string Sum() => $"""
            select md5(string_agg(t, '|')) from (
              select string_agg(c::text, ',' order by id) from cases c where agency_id = '{agency.Id}'
              union all select string_agg(z::text, ',' order by id) from citizens z where agency_id = '{agency.Id}'
              union all select string_agg(a::text, ',' order by id) from accounts a where agency_id = '{agency.Id}'
              union all select string_agg(i::text, ',' order by citizen_id) from citizen_identities i where agency_id = '{agency.Id}') sums (t)
            """;
        var before = await host.Database.ScalarAsOwnerAsync<string>(Sum());

        // Somebody holds the identity's row, which comes late in the erasure; meanwhile its server process is ended.
        await using (var holder = new NpgsqlConnection(host.Database.OwnerConnectionString))
        {
            await holder.OpenAsync();
            await using var held = await holder.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand($"select 1 from citizen_identities where agency_id = '{agency.Id}' for update", holder, held)) await hold.ExecuteScalarAsync();
            var erasing = citizen.PostAsync("/v1/me/erasure", null);
            var ended = false;
            for (var i = 0; i < 100 && !ended; i++, await Task.Delay(50))
                ended = await host.Database.ScalarAsOwnerAsync<long>($"""
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock' and usename = 'cirm_app' and query like '%citizen_identities%'
                    """) > 0;
            Assert.True(ended, "The erasure never came to the identity.");
            Assert.InRange((int)(await erasing).StatusCode, 500, 503);
        }
        Assert.Equal(before, await host.Database.ScalarAsOwnerAsync<string>(Sum()));
        await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}");
        var erased = await (await citizen.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Single(erased["openCases"]!.AsArray());
        Assert.NotEqual(before, await host.Database.ScalarAsOwnerAsync<string>(Sum()));
    }

    [Fact]
    public async Task A_providers_token_from_before_makes_nobody_a_member_again()
    {
        var agency = await host.NewAgencyAsync();
        var (accounts, now) = (host.Services.GetRequiredService<Accounts>(), TimeProvider.System.Now());
        var joined = await accounts.JoinAsync(agency.Id, "https://id.example", "subject-1", "sara@secret.example", "Sara", Role.Citizen, now, CancellationToken.None);
        var client = await host.ClientAsync(agency.Id, new(joined.Id, null, Role.Citizen, joined.CitizenId));
        await (await client.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        Assert.True((await accounts.JoinAsync(agency.Id, "https://id.example", "subject-1", "sara@secret.example", "Sara", Role.Citizen, now, CancellationToken.None)).Disabled);
        Assert.Equal("0", await EverythingWithAsync(agency, "secret", except: "none"));
        Assert.False((await accounts.JoinAsync(agency.Id, "https://id.example", "subject-1", null, null, Role.Citizen, now.AddDays(2), CancellationToken.None)).Disabled);
    }

    static Task<System.Text.Json.Nodes.JsonNode> SubmitAsync(HttpClient client, TestAgency agency, string title) => client.PostJsonAsync($"{agency.Path}/cases", new
    {
        service = "lamps", kind = "report", title = $"secret {title}", description = "secret story", channel = "web",
        location = new { latitude = 42.3102, longitude = -71.0603, area = "Dorchester" },
    });

    Task<string> FiguresAsync(TestAgency agency) => RetentionTests.FiguresAsync(host.Database, agency.Id);

    // How many rows of the agency, in whatever table, hold a word.
    Task<string> EverythingWithAsync(TestAgency agency, string word, string except) => host.Database.ScalarAsOwnerAsync<string>($"""
        select sum((xpath('/table/row/n/text()', query_to_xml(format(
          'select count(*) as n from %s t where agency_id = %L and t::text ilike %L', a.attrelid::regclass, '{agency.Id}', '%{word}%'), false, false, '')))[1]::text::bigint)::text
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where a.attname = 'agency_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> '{except}'
        """);
}
