using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>A host of its own, on which nobody else's statements are counted.</summary>
public sealed class CountedHost : CirmHost;

public sealed class QueuePageTests(CountedHost host) : IClassFixture<CountedHost>
{
    [Fact]
    public async Task The_queue_is_narrowed_in_its_address_and_read_with_no_more_statements_for_many_cases_than_for_one()
    {
        await host.Database.ExecuteAsOwnerAsync("create extension if not exists pg_stat_statements");
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "First lamp" });
        var one = await StatementsAsync($"/en/{agency.Slug}/desk");
        for (var i = 0; i < 30; i++) await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = $"Lamp {i}" });
        Assert.InRange(await StatementsAsync($"/en/{agency.Slug}/desk"), 1, one);
        Assert.Equal(31, Regex.Count(desk.Page, "/desk/cases/"));
        await desk.OpenAsync($"/en/{agency.Slug}/desk?q=First&status=submitted");
        Assert.Single(Regex.Matches(desk.Page, "/desk/cases/"));
        Assert.Contains("value=\"First\"", desk.Page);
        await desk.OpenAsync($"/en/{agency.Slug}/desk?mine=true");
        Assert.Contains("Nothing here.", desk.Words);

        async Task<long> StatementsAsync(string address)
        {
            await desk.OpenAsync(address); // who looks again within a minute writes nothing
            var before = await CallsAsync();
            await desk.OpenAsync(address);
            return await CallsAsync() - before;
        }

        Task<long> CallsAsync() => host.Database.ScalarAsOwnerAsync<long>("""
            select coalesce(sum(s.calls), 0)::bigint from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
            where d.datname = current_database() and r.rolname = 'cirm_app'
            """);
    }
}
