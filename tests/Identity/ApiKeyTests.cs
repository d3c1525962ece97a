using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Identity;

public sealed class ApiKeyTests(CirmHost host)
{
    static readonly string[] Cases = ["cases:read", "cases:write"];
    static readonly string[] CasesAndMore = ["cases:read", "everything"];

    [Fact]
    public async Task A_system_uses_its_key_until_it_is_revoked()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var created = await admin.PostAsJsonAsync($"{agency.Path}/api-keys", new { name = "Desk", scopes = Cases });
        var key = await created.ReadAsync(HttpStatusCode.Created);
        var path = created.Headers.Location!.ToString();
        var system = SystemWith((string)key["key"]!);

        var submitted = await system.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal((string?)submitted["id"], (string?)(await system.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!["id"]);
        Assert.Equal("key", (string?)(await system.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}/history"))["items"]!.AsArray().Single()!["actorKind"]);
        await (await system.PostAsJsonAsync($"{agency.Path}/services", new { key = "x", name = "X" })).RefusedAsync("not-allowed");
        await (await system.GetAsync($"{agency.Path}/members")).RefusedAsync("not-allowed");
        Assert.Single((await system.GetJsonAsync($"{agency.Path}/services"))["items"]!.AsArray()); // what anybody may read, without the scope for it: published only
        await admin.PostJsonAsync($"{agency.Path}/services", new { key = "draft", name = "Draft" });
        Assert.Single((await system.GetJsonAsync($"{agency.Path}/services"))["items"]!.AsArray());

        var seen = await UntilAsync(() => admin.GetJsonAsync(path), k => k["lastUsedAt"] is not null);
        Assert.Null(seen["key"]);
        Assert.Null((await admin.GetJsonAsync($"{agency.Path}/api-keys"))["items"]!.AsArray().Single()!["key"]);
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from api_keys k where k.agency_id = '{agency.Id}' and k::text like '%{key["key"]}%'"));

        await (await admin.DeleteAsync(path, null)).RefusedAsync("precondition-required");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync(path, "\"1\"")).StatusCode);
        await (await system.GetAsync($"{agency.Path}/cases")).RefusedAsync("sign-in-needed");
        Assert.NotNull((await admin.GetJsonAsync(path))["revokedAt"]);
        Assert.Equal(["api-key.created", "api-key.revoked"], (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("api-key.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_key_that_is_changed_or_expired_is_none_and_elsewhere_it_finds_nothing()
    {
        var agency = await host.NewAgencyAsync();
        var text = await NewKeyAsync(agency, "services:read");
        await SystemWith(text).GetJsonAsync($"{agency.Path}/services");

        var other = await host.NewAgencyAsync();
        await (await SystemWith(text).GetAsync($"{other.Path}/cases")).RefusedAsync("not-found");
        await SystemWith(text).GetJsonAsync($"{other.Path}/services"); // as anybody may
        await SystemWith(text).GetJsonAsync("/v1/agencies");
        await (await SystemWith(text).GetAsync("/v1/me/cases")).RefusedAsync("sign-in-needed");
        await (await SystemWith(text).GetAsync("/v1/agencies/nowhere/services")).RefusedAsync("not-found");
        foreach (var wrong in (string[])[text[..^1], text + "A", text[..^2] + (text[^2] == 'A' ? "BA" : "AA"), "cirm_", "", "cirm_" + new string('!', 64), "Cirm_" + text[5..]])
            await (await SystemWith(wrong).GetAsync($"{agency.Path}/services")).RefusedAsync("sign-in-needed");

        await host.Database.ExecuteAsOwnerAsync($"update api_keys set expires_at = now() where agency_id = '{agency.Id}'");
        await (await SystemWith(text).GetAsync($"{agency.Path}/services")).RefusedAsync("sign-in-needed");
    }

    [Fact]
    public async Task Scopes_are_those_that_operations_ask_for()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var problem = await (await admin.PostAsJsonAsync($"{agency.Path}/api-keys",
            new { name = "Desk", scopes = CasesAndMore, expiresAt = "2020-01-01T00:00:00Z" })).RefusedAsync("validation");
        Assert.Equal(["/expiresAt range", "/scopes/1 unknown"], problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal));
        Assert.Contains("cases:write", (string?)problem["errors"]![0]!["detail"]);
        await (await admin.PostAsJsonAsync($"{agency.Path}/api-keys", new { name = "Desk", scopes = Array.Empty<string>() })).RefusedAsync("validation");
    }

    [Fact]
    public async Task The_use_of_a_key_is_noted_once_a_minute_only()
    {
        var agency = await host.NewAgencyAsync();
        var system = SystemWith(await NewKeyAsync(agency, "services:read"));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => system.GetJsonAsync($"{agency.Path}/services")));
        var stamp = await UntilAsync(StampAsync, s => s.Length > 0);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => system.GetJsonAsync($"{agency.Path}/services")));
        await Task.Delay(200);
        Assert.Equal(stamp, await StampAsync());

        Task<string> StampAsync() => host.Database.ScalarAsOwnerAsync<string>($"select coalesce(max(xmin::text || last_used_at::text), '') from api_keys where agency_id = '{agency.Id}' ");
    }

    HttpClient SystemWith(string key)
    {
        var client = host.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", key);
        return client;
    }

    static async Task<string> NewKeyAsync(TestAgency agency, params string[] scopes) =>
        (string)(await (await agency.Admin).PostJsonAsync($"{agency.Path}/api-keys", new { name = "A system", scopes }))["key"]!;

    static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> done)
    {
        for (var end = DateTime.UtcNow.AddSeconds(10); ; await Task.Delay(20))
            if (await read() is var value && (done(value) || DateTime.UtcNow > end)) return value;
    }
}
