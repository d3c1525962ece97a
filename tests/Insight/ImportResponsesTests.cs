using System.Globalization;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;
using static Cirm.Tests.Transactions.Importing;

namespace Cirm.Tests.Insight;

/// <summary>Responses that were given on paper or in another system come by file.</summary>
public sealed class ImportResponsesTests(CirmHost host)
{
    const string Columns = "survey,wave,citizenExternalId,channel,submittedAt,q.lit,q.why,q.needs,q.safe,q.years,q.order,q.grid";

    [Fact]
    public async Task A_file_of_the_contract_is_taken_line_by_line_and_the_same_file_again_adds_nothing()
    {
        var (agency, wave) = await AgencyAsync(6);
        var file = new[]
        {
            Columns,
            "all,2026-1,C1,letter,2026-03-21T08:00:00Z,no,\"No lamps, nowhere\",light|tree,3,12.5,tree|light|bench,day=well|night=badly",
            "all,2026-1,C2,phone,,yes,,,,,,",
            "all,2026-1,C2,phone,,no,,,,,,",
            "all,2026-1,C3,web,,yes,hidden,,,,,",
            "all,2026-1,C3,web,,maybe,,light|light,9,x,lamp,day=so-so",
            "all,2026-1,C9,web,,yes,,,,,,",
            "none,2026-1,C4,web,,yes,,,,,,",
            "all,2027,C4,fax,soon,yes,,,,,,",
            "all,2026-1,,web,,,,,,,,",
            $"all,{Asking.IdOf(wave)},C5,,,yes,,,,,,",
        };
        var operation = await host.ImportAsync(agency, "kind=responses", Text(file));
        Assert.Equal("succeeded: 10 processed, 3 accepted, 1 unchanged, 6 rejected", operation.Told());
        Assert.Equal(
            [
                "10 citizenExternalId required", "5 q.why hidden", "6 q.grid unknown", "6 q.lit unknown", "6 q.needs duplicate", "6 q.order unknown", "6 q.safe range", "6 q.years type",
                "7 citizenExternalId unknown", "8 survey unknown", "9 channel unknown", "9 submittedAt time", "9 wave unknown",
            ], (await agency.RejectionsAsync(operation)).Order(StringComparer.Ordinal));
        Assert.Equal("succeeded: 10 processed, 0 accepted, 4 unchanged, 6 rejected", (await host.ImportAsync(agency, "kind=responses", Text(file))).Told());
        Assert.Equal((3, 3), (await Asking.CountAsync(host, "survey_register", wave), await Asking.CountAsync(host, "survey_inbox", wave)));

        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set closes_at = now() - interval '1 second' where id = '{Asking.IdOf(wave)}'");
        Assert.Equal(3, await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        Assert.Equal("""letter {"lit": "no", "why": "No lamps, nowhere", "grid": {"day": "well", "night": "badly"}, "safe": 3, "needs": ["light", "tree"], "order": ["tree", "light", "bench"], "years": 12.5}""",
            await host.Database.ScalarAsOwnerAsync<string>($"select channel || ' ' || answers::text from survey_responses where wave_id = '{Asking.IdOf(wave)}' and answers ? 'why'"));
        // What comes after closing comes in as well, and everything is mixed anew.
        Assert.Equal("succeeded: 1 processed, 1 accepted, 0 unchanged, 0 rejected",
            (await host.ImportAsync(agency, "kind=responses", Text(Columns, "all,2026-1,C6,letter,,yes,,,,,,"))).Told());
        Assert.Equal(1, await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        Assert.Equal("4 0", await host.Database.ScalarAsOwnerAsync<string>($"select count(*) || ' ' || max(batch) from survey_responses where wave_id = '{Asking.IdOf(wave)}'"));
    }

    [Fact]
    public async Task Lines_of_json_may_have_lists_and_objects()
    {
        var (agency, wave) = await AgencyAsync(2);
        var operation = await host.ImportAsync(agency, "kind=responses", Text(
            """{"survey":"all","wave":"2026-1","citizenExternalId":"C1","q.lit":"yes","q.needs":["light","tree"],"q":{"safe":4,"grid":{"day":"well"}}}""",
            """{"survey":"all","wave":"2026-1","citizenExternalId":"C2","q":{"lit":"yes","needs":[["light"]]}}"""), "application/x-ndjson");
        Assert.Equal("succeeded: 2 processed, 1 accepted, 0 unchanged, 1 rejected", operation.Told());
        Assert.Equal(["2 q.needs type"], await agency.RejectionsAsync(operation));
        Assert.Equal(1, await Asking.CountAsync(host, "survey_inbox", wave));
    }

    [Fact]
    public async Task An_import_that_is_killed_goes_on_where_it_was_and_counts_each_response_once()
    {
        const int rows = 6_000;
        var (agency, wave) = await AgencyAsync(rows);
        var sent = await agency.SendAsync("kind=responses",
            Text([Columns, .. Enumerable.Range(1, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"all,2026-1,C{i},web,,{(i % 10 == 0 ? "?" : "yes")},,,,{i},,"))]));
        var operation = await host.CarryOutAsync(agency.Id, sent, report => report is 1 or 3);
        Assert.Equal($"succeeded: {rows} processed, {rows / 10 * 9} accepted, 0 unchanged, {rows / 10} rejected", operation.Told());
        Assert.True(operation.Attempt > 1);
        Assert.Equal(rows / 10 * 9, await Asking.CountAsync(host, "survey_register", wave));
        Assert.Equal(rows / 10 * 9, await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        Assert.Equal(rows / 10 * 9, await host.Database.ScalarAsOwnerAsync<long>($"select count(distinct answers->>'years') from survey_responses where wave_id = '{Asking.IdOf(wave)}'"));
    }

    async Task<(TestAgency Agency, string Wave)> AgencyAsync(int citizens)
    {
        var agency = await host.NewAgencyAsync();
        var ids = await Asking.CitizensAsync(host, agency, citizens, _ => "{}");
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        await transaction.ExecuteAsync("""
            insert into citizen_identities (agency_id, citizen_id, external_id) select @agency, i.id, 'C' || i.n from unnest(@ids) with ordinality as i (id, n)
            """, new { ids }, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return (agency, await Asking.OpenAsync(agency, Asking.Everything()));
    }
}
