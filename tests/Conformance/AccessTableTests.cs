using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Routing;

namespace Cirm.Tests.Conformance;

/// <summary>docs/access.md is the whole table of who may do what: written from the routes, read by reviewers, held to by calls.</summary>
[Collection(nameof(WalkHost))]
public sealed class AccessTableTests(WalkHost host)
{
    static readonly Who[] Roles = [Who.Anyone, Who.Citizen, Who.Representative, Who.Agent, Who.Manager, Who.Admin, Who.Operator];

    // Answer without asking who calls: what they tell, anybody may know.
    static readonly string[] Unguarded = ["/health/live", "/health/ready", "/openapi/{documentName}.json", "/assets/{content}/{name}"];

    [Fact]
    public async Task The_table_in_docs_is_that_of_the_routes()
    {
        var table = new StringBuilder("""
            # Who may do what

            Written by `tests/Conformance/AccessTableTests.cs` from what the routes declare, and proved there by calling each of them. A change
            of this file is a change of somebody's rights: review it as one. ✓ may, · may not (401 without sign-in, 403 with one; another
            agency's things are 404 for everybody). What a citizen may is about their own; the last column is the scope that an API key needs;
            without it a key reads what anonymous may.

            | operation | | anonymous | citizen | representative | agent | manager | admin | operator | API key |
            |---|---|:-:|:-:|:-:|:-:|:-:|:-:|:-:|---|

            """);
        foreach (var operation in (await host.OperationsAsync()).OrderBy(o => o.Path, StringComparer.Ordinal).ThenBy(o => o.Method.Method, StringComparer.Ordinal))
        {
            var cells = Roles.Select(role => operation.MayCall(role) ? "✓" : "·");
            table.Append($"| {operation.Id} | `{operation.Method} {operation.Path}` | {string.Join(" | ", cells)} | {operation.Access.Scope ?? "·"} |\n");
        }
        var file = Path.GetFullPath(Path.Combine(Here(), "../../docs/access.md"));
        var said = File.Exists(file) ? await File.ReadAllTextAsync(file) : "";
        if (said == table.ToString()) return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync($"{file}.new", table.ToString());
        var changes = table.ToString().Split('\n').Except(said.Split('\n')).Concat(said.Split('\n').Except(table.ToString().Split('\n')).Select(line => $"(no more) {line}"));
        Assert.Fail($"The routes say other than docs/access.md. Review the change and accept it with: mv docs/access.md.new docs/access.md\n{string.Join('\n', changes)}");
    }

    [Fact]
    public void Every_route_says_who_may_call_it() =>
        Assert.Equal([], ApiOperation.Routes(host).Where(r => r.Metadata.GetMetadata<Access>() is null).Select(Template).Except(Unguarded));

    [Fact]
    public async Task Every_route_that_says_so_is_in_the_document() =>
        // Pages are for people: they call what the API offers, and tests/Portal walks them.
        Assert.Equal([], ApiOperation.Routes(host).Where(r => r.Metadata.GetMetadata<Access>() is not null && r.Metadata.GetMetadata<IRefusalPage>() is null)
            .Select(r => r.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? Template(r)).Except((await host.OperationsAsync()).Select(o => o.Id)));

    [Fact]
    public async Task Every_cell_of_the_table_is_what_a_call_finds()
    {
        var world = await World.FurnishAsync(host, await host.OperationsAsync());
        var clients = new List<(string Name, HttpClient Client, Func<ApiOperation, bool> May)>();
        foreach (var role in Roles)
        {
            clients.Add((role.ToString(), role switch
            {
                Who.Anyone => host.Anonymous,
                Who.Operator => host.Operator,
                _ => await world.Agency.AsAsync(Enum.Parse<Role>(role.ToString())),
            }, o => o.MayCall(role)));
        }
        if (world.Operations.Any(o => o.Method == HttpMethod.Post && o.Path == "/v1/agencies/{agency}/api-keys"))
        {
            foreach (var scope in world.Operations.Select(o => o.Access.Scope).OfType<string>().Distinct())
                clients.Add(($"a key for {scope}", await Keys.ClientAsync(host, world.Agency, [scope]), o => o.Access.Scope == scope || o.MayCall(Who.Anyone) && o.Method == HttpMethod.Get));
        }

        var paths = new Dictionary<ApiOperation, string>();
        foreach (var operation in world.Operations) paths[operation] = await world.PathAsync(operation.Path, fresh: false);
        var failures = new List<string>();
        foreach (var operation in world.Operations)
        {
            var path = paths[operation];
            if (Samples.Queries.TryGetValue(operation.Id, out var query)) path += query;
            foreach (var (name, client, may) in clients)
            {
                // Who may is stopped by what is missing (a body, If-Match) and changes as little as it can.
                using var request = new HttpRequestMessage(operation.Method, path);
                if (operation.MediaTypes is [var type, ..]) request.Content = new StringContent("", new MediaTypeHeaderValue(type));
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var status = (int)answer.StatusCode;
                var refused = status is 401 or 403;
                if (may(operation) ? refused : !(refused || status == 404) || name == nameof(Who.Anyone) && status != 401)
                    failures.Add($"{operation}: the table says {(may(operation) ? "yes" : "no")} to {name}, the call found {status}.");
            }
        }
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    static string Template(RouteEndpoint route) => "/" + route.RoutePattern.RawText?.TrimStart('/');

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
