using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Platform;

/// <summary>A list that is read part by part shows each row that stays exactly once, whatever comes and goes meanwhile.</summary>
public sealed class PagingTests(CirmHost host)
{
    [Fact]
    public async Task Rows_of_the_same_time_are_neither_skipped_nor_shown_twice()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        for (var i = 0; i < 23; i++) await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        await host.Database.ExecuteAsOwnerAsync($"update cases set submitted_at = '2026-03-21T08:00:00Z' where agency_id = '{agency.Id}' and number <= 20");
        foreach (var limit in (int[])[1, 3, 5, 23, 200]) Assert.Equal(Enumerable.Range(1, 23), (await AllAsync(agent, $"{agency.Path}/cases?limit={limit}")).Order());
    }

    [Fact]
    public async Task What_stays_is_seen_once_while_rows_come_and_go()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        for (var i = 0; i < 40; i++) await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        using var stop = new CancellationTokenSource();
        var coming = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        });
        var gone = 0;
        var seen = await AllAsync(agent, $"{agency.Path}/cases?limit=4", () => host.Database.ExecuteAsOwnerAsync(
            // The row that was read last, on which the cursor stands, may be the one that goes.
            $"delete from case_history where agency_id = '{agency.Id}'; delete from cases where agency_id = '{agency.Id}' and number = {37 - 4 * gone++}"));
        await stop.CancelAsync();
        await coming;
        Assert.Equal(seen.Count, seen.Distinct().Count());
        var stayed = await AllAsync(agent, $"{agency.Path}/cases");
        Assert.Equal([], stayed.Where(n => n <= 40).Except(seen));
        Assert.True(gone > 5);
    }

    [Theory]
    [InlineData("limit=0", "range")]
    [InlineData("limit=201", "range")]
    [InlineData("limit=-1", "range")]
    [InlineData("limit=x", "range")]
    [InlineData("limit=", "range")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=AAAA", "cursor")]
    [InlineData("cursor=%D9%85", "cursor")]
    [InlineData("cursor=////////////////////////////////", "cursor")]
    public async Task What_is_no_part_of_a_list_is_refused(string query, string code)
    {
        var agency = await host.NewAgencyAsync();
        var problem = await (await (await agency.Agent).GetAsync($"{agency.Path}/cases?{query}")).RefusedAsync("validation");
        Assert.Equal([$"?{query.Split('=')[0]} {code}"], problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
    }

    [Fact]
    public async Task The_link_to_the_next_part_keeps_the_filters()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        for (var i = 0; i < 3; i++) await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        using var answer = await agent.GetAsync($"{agency.Path}/cases?limit=2&status=submitted&q=lamp%20is");
        var link = answer.Headers.GetValues("Link").Single();
        Assert.Matches("^<[^>]+>; rel=\"next\"$", link);
        Assert.Contains("status=submitted", link);
        Assert.Contains("q=lamp%20is", link);
        Assert.Single((await agent.GetJsonAsync(link.Split('<', '>')[1]))["items"]!.AsArray());
    }

    static async Task<List<int>> AllAsync(HttpClient client, string path, Func<Task>? between = null)
    {
        var numbers = new List<int>();
        for (string? next = null; ;)
        {
            var page = await client.GetJsonAsync(next is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={next}");
            numbers.AddRange(page["items"]!.AsArray().Select(c => (int)c!["number"]!));
            next = (string?)page["next"];
            if (next is null) return numbers;
            if (between is not null) await between();
        }
    }
}
