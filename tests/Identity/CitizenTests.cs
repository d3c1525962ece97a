using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Identity;

public sealed class CitizenTests(CirmHost host)
{
    static readonly string[] Ages = ["18-24", "25-34"];
    static readonly string[] MoreAges = ["18-24", "25-34", "35-49"];
    static readonly string[] OtherAges = ["25-34", "35-49"];

    [Fact]
    public async Task A_citizen_is_known_by_what_the_agency_has_declared()
    {
        var agency = await DeclaredAsync();
        var agent = await agency.Agent;
        var answer = await agent.PostAsJsonAsync($"{agency.Path}/citizens", new
        {
            externalId = "A-1", name = "Sara", email = "sara@test.example", phone = "+98 21 555 0100", language = "fa",
            attributes = new { district = "7", ageGroup = "25-34", rooms = "2.5", garden = "true", since = "2020-02-29" },
        });
        var added = await answer.ReadAsync(HttpStatusCode.Created);
        Assert.Equal("""{"district":"7","ageGroup":"25-34","rooms":2.5,"garden":true,"since":"2020-02-29"}""", added["attributes"]!.ToJsonString());
        var path = answer.Headers.Location!.ToString();
        var read = await agent.GetJsonAsync(path);
        Assert.Equal(("Sara", "fa", 2.5m, true), ((string?)read["name"], (string?)read["language"], (decimal)read["attributes"]!["rooms"]!, (bool)read["attributes"]!["garden"]!));
        Assert.Equal((string?)added["id"], (string?)(await agent.GetJsonAsync($"{agency.Path}/citizens?externalId=A-1"))["items"]!.AsArray().Single()!["id"]);
        Assert.Empty((await agent.GetJsonAsync($"{agency.Path}/citizens?externalId=A-2"))["items"]!.AsArray());
        await (await agent.PostAsJsonAsync($"{agency.Path}/citizens", new { externalId = "A-1" })).RefusedAsync("external-id-taken");

        var changed = await agent.PatchAsync(path, new { name = (string?)null, phone = "0", attributes = new { rooms = (int?)null } }, "\"1\"");
        await changed.RefusedAsync("validation");
        var better = await (await agent.PatchAsync(path, new { name = (string?)null, attributes = new { rooms = (int?)null, garden = false } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal((null, null, false), ((string?)better["name"], better["attributes"]!["rooms"], (bool)better["attributes"]!["garden"]!));
        var second = await agent.PostJsonAsync($"{agency.Path}/citizens", new { externalId = "A-2" });
        await (await agent.PatchAsync($"{agency.Path}/citizens/{second["id"]}", new { externalId = "A-1" }, "\"1\"")).RefusedAsync("external-id-taken");
        await (await agent.PatchAsync(path, new { language = "en" }, "\"1\"")).RefusedAsync("precondition-failed");

        // Who they are lies apart from what is analysed, and nowhere else.
        foreach (var table in (string[])["citizens", "audit_entries", "outbox"])
            Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from {table} t where agency_id = '{agency.Id}' and (t::text ilike '%sara%' or t::text like '%A-1%')"));
        Assert.Equal(
            ["citizen.added", "citizen.read", "citizens.listed", "citizens.listed", "citizen.changed", "citizen.added"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("citizen", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_citizen_is_told_with_its_pointer()
    {
        var agency = await DeclaredAsync();
        var agent = await agency.Agent;
        var problem = await (await agent.PostAsJsonAsync($"{agency.Path}/citizens", new
        {
            attributes = new Dictionary<string, object> { ["district"] = 7, ["ageGroup"] = "99", ["rooms"] = "many", ["garden"] = "yes", ["since"] = "2021-02-29", ["shoe/size"] = 43 },
        })).RefusedAsync("validation");
        Assert.Equal(
            ["/attributes/ageGroup value", "/attributes/district value", "/attributes/garden value", "/attributes/rooms value", "/attributes/shoe~1size unknown", "/attributes/since value"],
            problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal));
        problem = await (await agent.PostAsJsonAsync($"{agency.Path}/citizens", new { attributes = new { district = "nul\0" }, language = "fa" })).RefusedAsync("validation");
        Assert.Equal("/attributes/district", (string?)problem["errors"]![0]!["pointer"]);
        var half = new StringContent("""{"attributes": {"district": "\ud800"}}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        await (await agent.PostAsync($"{agency.Path}/citizens", half)).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync($"{agency.Path}/citizens", new { language = "persian language" })).RefusedAsync("validation");
    }

    [Fact]
    public async Task A_citizen_reads_their_own_record_and_nobody_elses()
    {
        var agency = await host.NewAgencyAsync();
        var email = $"own-{Guid.NewGuid():N}@test.example";
        var member = await (await agency.Admin).PostJsonAsync($"{agency.Path}/members", new { email, password = "a long password", role = "citizen", name = "Own" });
        var token = await host.Anonymous.PostJsonAsync("/v1/auth/token", new { email, password = "a long password" }, HttpStatusCode.OK);
        var citizen = host.Client();
        citizen.DefaultRequestHeaders.Authorization = new("Bearer", (string)token["accessToken"]!);
        Assert.Equal("Own", (string?)(await citizen.GetJsonAsync($"{agency.Path}/citizens/{member["citizenId"]}"))["name"]);

        await (await (await agency.AsAnotherAsync(Role.Citizen)).GetAsync($"{agency.Path}/citizens/{member["citizenId"]}")).RefusedAsync("not-found");
        await (await (await agency.AsAsync(Role.Representative)).GetAsync($"{agency.Path}/citizens/{member["citizenId"]}")).RefusedAsync("not-found");
        await (await (await (await host.NewAgencyAsync()).Agent).GetAsync($"{agency.Path}/citizens/{member["citizenId"]}")).RefusedAsync("not-found");
        await (await host.Operator.GetAsync($"{agency.Path}/citizens/{member["citizenId"]}")).RefusedAsync("not-allowed");
        await (await citizen.GetAsync($"{agency.Path}/citizens")).RefusedAsync("not-allowed");
        await (await citizen.PatchAsync($"{agency.Path}/citizens/{member["citizenId"]}", new { name = "Other" }, "\"1\"")).RefusedAsync("not-allowed");
    }

    [Fact]
    public async Task An_attribute_is_declared_once_with_its_purpose_and_its_values_only_grow()
    {
        var agency = await DeclaredAsync();
        var admin = await agency.Admin;
        await (await admin.PostAsJsonAsync($"{agency.Path}/attributes", new { key = "district", name = "D", type = "text", purpose = "To know." })).RefusedAsync("attribute-taken");
        var path = $"{agency.Path}/attributes/ageGroup";
        await (await admin.PatchAsync(path, new { values = OtherAges }, "\"1\"")).RefusedAsync("validation");
        var grown = await (await admin.PatchAsync(path, new { values = MoreAges, purpose = "To see more." }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal((3, "To see more."), (grown["values"]!.AsArray().Count, (string?)grown["purpose"]));
        await (await admin.PatchAsync(path, new { purpose = "Late." }, "\"1\"")).RefusedAsync("precondition-failed");
        Assert.Equal(["ageGroup", "district", "garden", "rooms", "since"],
            (await (await agency.Citizen).GetJsonAsync($"{agency.Path}/attributes"))["items"]!.AsArray().Select(a => (string?)a!["key"]));
        await (await (await agency.Manager).PostAsJsonAsync($"{agency.Path}/attributes", new { })).RefusedAsync("not-allowed");

        foreach (var wrong in (object[])[
            new { key = "x", name = "X", type = "code", purpose = "p" }, new { key = "x", name = "X", type = "text", purpose = "p", values = Ages },
            new { key = "x", name = "X", type = "text", purpose = "" }, new { key = "X x", name = "X", type = "text", purpose = "p" },
            new { key = "x", name = "X", type = "code", purpose = "p", values = (string[])["a", "a"] }, new { key = "x", name = "X", type = "list", purpose = "p" }])
            await (await admin.PostAsJsonAsync($"{agency.Path}/attributes", wrong)).RefusedAsync("validation");
    }

    async Task<TestAgency> DeclaredAsync()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        foreach (var (key, type) in ((string, string)[])[("district", "text"), ("rooms", "number"), ("garden", "boolean"), ("since", "date")])
            await admin.PostJsonAsync($"{agency.Path}/attributes", new { key, name = key, type, purpose = "To know." });
        await admin.PostJsonAsync($"{agency.Path}/attributes", new { key = "ageGroup", name = new { en = "Age" }, type = "code", values = Ages, purpose = "To know.", sensitive = true });
        return agency;
    }
}
