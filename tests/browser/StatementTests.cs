using System.Net;
using Cirm.Api.Identity;
using Cirm.Core.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.BrowserTests;

/// <summary>
/// What PostgreSQL is asked for a page. The agency has twenty of all that pages list: a page that asked once a row would ask more often than any page may.
/// </summary>
public sealed class StatementTests(BrowserHost host)
{
    const int Most = World.Many - 1;

    [Fact]
    public async Task No_page_asks_the_database_once_for_every_row()
    {
        var world = await host.WorldAsync();
        await world.Cirm.Database.ExecuteAsOwnerAsync("create extension if not exists pg_stat_statements");
        var tokens = new Dictionary<Role, string> { [Role.Citizen] = await TokenAsync(world, world.Citizen) };
        var wrong = new List<string>();
        foreach (var page in Addresses.All(world))
        {
            if (page.Role is { } role && !tokens.ContainsKey(role)) tokens[role] = await TokenAsync(world, await world.Cirm.AddAccountAsync(world.HomeOf(role), role));
            var cookies = $"__Host-cirm-code={world.Known["code"]}" + (page.Role is { } signedIn ? $"; __Host-cirm-session={tokens[signedIn]}" : "");
            await OpenAsync(page, cookies); // who looks again within a minute leaves no second trace of it
            var before = await CallsAsync(world);
            await OpenAsync(page, cookies);
            var asked = await CallsAsync(world) - before;
            if (asked > Most) wrong.Add($"{page.Pattern} as {page.Role?.Word() ?? "nobody"} asks {asked} times");
        }
        Assert.True(wrong.Count == 0, $"More than {Most}:\n{string.Join('\n', wrong)}");
    }

    async Task OpenAsync(PageAddress page, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, page.In("en")) { Headers = { { "Cookie", cookies } } };
        using var answer = await host.Cirm.Anonymous.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.OK || page.Pattern == "/", $"{page.Pattern} answered {answer.StatusCode}");
    }

    static Task<string> TokenAsync(World world, Core.Identity.SignInAccount account) =>
        world.Cirm.Services.GetRequiredService<TokenIssuer>().IssueAsync(world.HomeOf(account.Role), account, CancellationToken.None);

    // As the application: what the agency is set by, and who asks for other agencies, is not the page's.
    static Task<long> CallsAsync(World world) => world.Cirm.Database.ScalarAsOwnerAsync<long>("""
        select coalesce(sum(s.calls), 0)::bigint from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
        where d.datname = current_database() and r.rolname = 'cirm_app' and s.query ~* '^\s*(with|select|insert|update|delete)' and s.query !~ 'set_agency'
        """);
}
