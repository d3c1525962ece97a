using System.Net;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Platform;

public sealed class EtagTests(CirmHost host)
{
    [Fact]
    public async Task Who_has_the_state_is_answered_304_until_it_changes()
    {
        var (agent, path) = await CaseAsync();
        using var first = await agent.GetAsync(path);
        var tag = first.Headers.ETag!.Tag;

        using var same = await ReadAsync(agent, path, tag);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Headers.ETag?.Tag);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotModified, (await ReadAsync(agent, path, $"\"99\", W/{tag}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await ReadAsync(agent, path, "*")).StatusCode);

        await (await agent.PatchAsync(path, new { title = "Two lamps" }, tag)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await ReadAsync(agent, path, tag)).StatusCode);
    }

    [Theory]
    [InlineData(null, "precondition-required")]
    [InlineData("\"99\"", "precondition-failed")]
    [InlineData("*", "precondition-failed")]
    [InlineData("W/\"1\"", "precondition-failed")]
    [InlineData("1", "precondition-failed")]
    public async Task A_change_that_does_not_name_the_state_it_was_decided_on_is_refused(string? tag, string code)
    {
        var (agent, path) = await CaseAsync();
        await (await agent.PatchAsync(path, new { title = "Two lamps" }, tag)).RefusedAsync(code);
        Assert.Equal(CaseTests.Lamp.Title, (string?)(await agent.GetJsonAsync(path))["title"]);
    }

    [Fact]
    public async Task Of_many_changes_decided_on_one_state_one_is_made()
    {
        var (agent, path) = await CaseAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => agent.PatchAsync(path, new { title = $"Lamp {i}" }, "\"1\"")));
        var made = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        foreach (var refused in answers.Where(a => a != made)) await refused.RefusedAsync("precondition-failed");
        Assert.Equal("\"2\"", made.Headers.ETag?.Tag);
        Assert.Equal((string?)(await made.ReadAsync(HttpStatusCode.OK))["title"], (string?)(await agent.GetJsonAsync(path))["title"]);
    }

    [Fact]
    public async Task A_merge_patch_removes_what_is_null_and_leaves_what_is_not_named()
    {
        var (agent, path) = await CaseAsync();
        await (await agent.PatchAsync(path, new { description = "Since Monday", location = new { area = "North", latitude = 42.3, longitude = -71.1 } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await agent.PatchAsync(path, new { location = new { area = "South" } }, "\"2\"")).ReadAsync(HttpStatusCode.OK);
        var merged = await agent.GetJsonAsync(path);
        Assert.Equal(("South", 42.3, "Since Monday"), ((string?)merged["location"]!["area"], (double)merged["location"]!["latitude"]!, (string?)merged["description"]));
        await (await agent.PatchAsync(path, new { description = (string?)null, location = (object?)null }, "\"3\"")).ReadAsync(HttpStatusCode.OK);
        var removed = await agent.GetJsonAsync(path);
        Assert.Null(removed["description"]);
        Assert.Null(removed["location"]);
    }

    async Task<(HttpClient Agent, string Path)> CaseAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        return (agent, $"{agency.Path}/cases/{(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}");
    }

    static async Task<HttpResponseMessage> ReadAsync(HttpClient client, string path, string tags)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", tags);
        return await client.SendAsync(request);
    }
}
