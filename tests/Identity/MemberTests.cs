using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Identity;

public sealed class MemberTests(CirmHost host)
{
    [Fact]
    public async Task An_admin_adds_an_agent_who_signs_in_and_later_cannot_any_more()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var email = $"Ada-{Guid.NewGuid():N}@Test.example";
        var added = await admin.PostAsJsonAsync($"{agency.Path}/members", new { email, password = "first password", role = "agent", name = "Ada" });
        var member = await added.ReadAsync(HttpStatusCode.Created);
        var path = added.Headers.Location!.ToString();
        Assert.Equal((email, "agent", "Ada", false), ((string?)member["email"], (string?)member["role"], (string?)member["name"], (bool)member["disabled"]!));
        Assert.DoesNotContain("pass", member.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        await SignInAsync(email.ToUpperInvariant(), "first password", HttpStatusCode.OK);

        var changed = await admin.PatchAsync(path, new { name = (string?)null, role = "manager", password = "second password" }, "\"1\"");
        var manager = await changed.ReadAsync(HttpStatusCode.OK);
        Assert.Equal(("manager", null), ((string?)manager["role"], (string?)manager["name"]));
        await SignInAsync(email, "first password", HttpStatusCode.Unauthorized);
        await SignInAsync(email, "second password", HttpStatusCode.OK);

        await (await admin.PatchAsync(path, new { disabled = true }, "\"1\"")).RefusedAsync("precondition-failed");
        await (await admin.PatchAsync(path, new { disabled = true }, "\"2\"")).ReadAsync(HttpStatusCode.OK);
        await SignInAsync(email, "second password", HttpStatusCode.Unauthorized);
        Assert.Equal(path.Split('/')[^1], (string?)(await admin.GetJsonAsync($"{agency.Path}/members?role=manager"))["items"]!.AsArray().Single()!["id"]);

        await (await admin.DeleteAsync(path, null)).RefusedAsync("precondition-required");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync(path, "\"3\"")).StatusCode);
        await (await admin.GetAsync(path)).RefusedAsync("not-found");
        Assert.Equal(
            ["member.added", "member.changed", "member.changed", "member.removed"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("member.", StringComparison.Ordinal)).TakeLast(4));
    }

    [Fact]
    public async Task An_address_is_taken_once_and_what_is_wrong_is_told()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/members", new { email = "bo@test.example", role = "citizen" });
        await (await admin.PostAsJsonAsync($"{agency.Path}/members", new { email = "BO@test.example", role = "agent" })).RefusedAsync("email-taken");
        var problem = await (await admin.PostAsJsonAsync($"{agency.Path}/members", new { email = "nobody", password = "short", role = "king" })).RefusedAsync("validation");
        Assert.Equal(["/email email", "/password length", "/role unknown"], problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal));
        await (await admin.PostAsJsonAsync($"{agency.Path}/members", new { email = "op@test.example", role = "operator" })).RefusedAsync("validation");
        await (await (await agency.Manager).GetAsync($"{agency.Path}/members")).RefusedAsync("not-allowed");
        await (await host.Anonymous.GetAsync($"{agency.Path}/members")).RefusedAsync("sign-in-needed");
        await (await (await (await host.NewAgencyAsync()).Admin).GetAsync($"{agency.Path}/members")).RefusedAsync("not-found");
    }

    [Fact]
    public async Task A_member_who_becomes_a_citizen_stands_for_one()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var member = await admin.PostJsonAsync($"{agency.Path}/members", new { email = "cy@test.example", role = "agent", name = "Cy" });
        Assert.Null(member["citizenId"]);
        var changed = await (await admin.PatchAsync($"{agency.Path}/members/{member["id"]}", new { role = "citizen" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.NotNull(changed["citizenId"]);
    }

    [Fact]
    public async Task The_last_admin_stays_even_when_two_admins_take_each_other_away_at_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var agency = await host.NewAgencyAsync();
            var first = await agency.AsAnotherAsync(Role.Admin); // beside the one that every agency begins with
            var second = await agency.AsAnotherAsync(Role.Admin);
            var admins = (await first.GetJsonAsync($"{agency.Path}/members?role=admin"))["items"]!.AsArray().Select(m => $"{agency.Path}/members/{m!["id"]}").ToArray();
            Assert.Equal(3, admins.Length);
            Assert.Equal(HttpStatusCode.NoContent, (await first.DeleteAsync(admins[2], "\"1\"")).StatusCode);

            var answers = await Task.WhenAll(
                first.PatchAsync(admins[0], new { role = "agent" }, "\"1\""), second.PatchAsync(admins[1], new { disabled = true }, "\"1\""), second.DeleteAsync(admins[0], "\"1\""));
            Assert.Equal(1, answers.Count(a => a.IsSuccessStatusCode));
            Assert.All(answers.Where(a => !a.IsSuccessStatusCode), a => Assert.True(a.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound, $"{a.StatusCode}"));
            Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>(
                $"select count(*) from accounts where agency_id = '{agency.Id}' and role = 'admin' and disabled_at is null"));
        }
    }

    [Fact]
    public async Task The_last_admin_is_told_why_they_stay()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var admins = (await admin.GetJsonAsync($"{agency.Path}/members?role=admin"))["items"]!.AsArray().Select(m => $"{agency.Path}/members/{m!["id"]}").ToArray();
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync(admins[1], "\"1\"")).StatusCode);
        await (await admin.DeleteAsync(admins[0], "\"1\"")).RefusedAsync("last-admin");
        await (await admin.PatchAsync(admins[0], new { role = "manager" }, "\"1\"")).RefusedAsync("last-admin");
        await (await admin.PatchAsync(admins[0], new { disabled = true }, "\"1\"")).RefusedAsync("last-admin");
        await (await admin.PatchAsync(admins[0], new { name = "The only one" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
    }

    async Task SignInAsync(string email, string password, HttpStatusCode expected) =>
        await (await host.Anonymous.PostAsJsonAsync("/v1/auth/token", new { email, password })).ReadAsync(expected);
}
