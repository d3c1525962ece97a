using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Tests.Conformance;

namespace Cirm.Tests.Tenancy;

/// <summary>Every operation of agency A, on A's real things, called by those who belong to agency B and by the operator.</summary>
[Collection(nameof(WalkHost))]
public sealed class ForeignAgencyTests(WalkHost host)
{
    [Theory]
    [InlineData("admin")]
    [InlineData("agent")]
    [InlineData("citizen")]
    [InlineData("key")]
    [InlineData("operator")]
    public async Task Nothing_of_an_agency_is_told_or_changed_to(string stranger)
    {
        var world = await host.WorldAsync();
        var client = stranger switch
        {
            "key" => await KeyOfAnotherAgencyAsync(world.Operations),
            "operator" => host.Operator,
            _ => await (await host.NewAgencyAsync()).AsAsync(Enum.Parse<Role>(stranger, ignoreCase: true)),
        };
        if (client is null) return; // no operation makes keys yet
        var failures = new List<string>();
        foreach (var operation in world.Operations.Where(o => o.IsOfAgency))
        {
            var theirs = stranger == "operator" && operation.Access.Who.HasFlag(Who.Operator);
            using var request = await world.RequestAsync(operation, await world.PathAsync(operation.Path, fresh: false));
            var before = theirs ? "" : await SumAsync(world);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var status = (int)answer.StatusCode;
            var text = answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await answer.Content.ReadAsStringAsync();
            var open = operation.Access.Who.HasFlag(Who.Anyone) && operation.Method == HttpMethod.Get && stranger != "operator";
            if (text.Contains(world.Marker, StringComparison.OrdinalIgnoreCase) && !open) failures.Add($"{operation} told {stranger} what a citizen wrote: {text}");
            if (!theirs && !open && status is not (404 or 401 or 403)) failures.Add($"{operation} answered {status} to {stranger}: {text}");
            if (!theirs && stranger != "operator" && !open && status != 404) failures.Add($"{operation} answered {status} to {stranger}, who may not know that there is something.");
            if (!theirs && await SumAsync(world) != before) failures.Add($"{operation} changed something for {stranger}.");
        }
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    async Task<HttpClient?> KeyOfAnotherAgencyAsync(IReadOnlyList<ApiOperation> operations)
    {
        if (!operations.Any(o => o.Method == HttpMethod.Post && o.Path == "/v1/agencies/{agency}/api-keys")) return null;
        return await Keys.ClientAsync(host, await host.NewAgencyAsync(), [.. operations.Select(o => o.Access.Scope).OfType<string>().Distinct()]);
    }

    // Everything that the agency has, as one number; only the time that a key was used last may move.
    Task<string> SumAsync(World world) => host.Database.ScalarAsOwnerAsync<string>($"""
        select string_agg(sum, ',' order by name) from (
          select a.attrelid::regclass::text as name, a.attrelid::regclass || (xpath('/table/row/s/text()', query_to_xml(format(
            'select md5(coalesce(string_agg(t::text, ''|'' order by t::text), '''')) as s from %s t where agency_id = %L', a.attrelid::regclass, '{world.Agency.Id}'),
            false, false, '')))[1]::text as sum
          from pg_attribute a join pg_class c on c.oid = a.attrelid
          where a.attname = 'agency_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace) sums
        """);
}
