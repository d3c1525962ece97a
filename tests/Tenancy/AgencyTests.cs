using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Tenancy;

public sealed class AgencyTests(CirmHost host)
{
    [Fact]
    public async Task An_operator_makes_an_agency_and_its_admin_can_sign_in_at_once()
    {
        var wanted = Wanted();
        var made = await host.Operator.PostAsJsonAsync("/v1/agencies", wanted);
        var agency = await made.ReadAsync(HttpStatusCode.Created);
        Assert.Equal($"/v1/agencies/{wanted.Slug}", made.Headers.Location?.ToString());
        Assert.Equal("active", (string?)agency["status"]);

        var token = await host.Anonymous.PostJsonAsync("/v1/auth/token", new { wanted.Admin.Email, wanted.Admin.Password }, HttpStatusCode.OK);
        using var admin = host.Client();
        admin.DefaultRequestHeaders.Authorization = new("Bearer", (string)token["accessToken"]!);
        Assert.Empty((await admin.GetJsonAsync($"/v1/agencies/{wanted.Slug}/cases"))["items"]!.AsArray());

        await (await host.Operator.PostAsJsonAsync("/v1/agencies", wanted)).RefusedAsync("slug-taken");
        await (await admin.PostAsJsonAsync("/v1/agencies", Wanted())).RefusedAsync("not-allowed");
        await (await host.Operator.GetAsync($"/v1/agencies/{wanted.Slug}/cases")).RefusedAsync("not-allowed");
    }

    [Fact]
    public async Task A_suspended_agency_answers_nobody_but_operators_until_it_is_opened_again()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, citizen) = (await agency.Admin, await agency.Citizen);
        await (await admin.PatchAsync(agency.Path, new { status = "suspended" }, "\"1\"")).RefusedAsync("not-allowed");
        await (await host.Operator.PatchAsync(agency.Path, new { status = "suspended" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        foreach (var client in (HttpClient[])[admin, citizen, host.Anonymous])
            await (await client.GetAsync($"{agency.Path}/services")).RefusedAsync("agency-suspended");
        Assert.DoesNotContain((await host.Anonymous.GetJsonAsync("/v1/agencies?limit=200"))["items"]!.AsArray(), a => (string?)a!["slug"] == agency.Slug);

        await (await host.Operator.PatchAsync(agency.Path, new { status = "active" }, "\"2\"")).ReadAsync(HttpStatusCode.OK);
        await citizen.GetJsonAsync($"{agency.Path}/cases");
    }

    [Fact]
    public async Task No_report_may_show_groups_below_five()
    {
        var problem = await (await host.Operator.PostAsJsonAsync("/v1/agencies", Wanted() with { SmallestGroup = 4 })).RefusedAsync("validation");
        Assert.Equal("/smallestGroup range", $"{problem["errors"]![0]!["pointer"]} {problem["errors"]![0]!["code"]}");
    }

    static NewAgency Wanted()
    {
        var slug = $"a-{Guid.NewGuid():N}";
        return new(slug, "Springfield", "America/New_York", ["en"], 10, new($"admin@{slug}.example", "correct horse battery staple"));
    }

    sealed record NewAgency(string Slug, string Name, string TimeZone, string[] Locales, int SmallestGroup, FirstAdmin Admin);

    sealed record FirstAdmin(string Email, string Password);
}
