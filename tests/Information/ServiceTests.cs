using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Information;

public sealed class ServiceTests(CirmHost host)
{
    [Fact]
    public async Task A_service_says_whose_needs_it_serves_its_rights_and_its_standard_before_it_is_published()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var problem = await (await admin.PostAsJsonAsync($"{agency.Path}/services", new { key = "lamps", name = "Lamps", publish = true })).RefusedAsync("validation");
        Assert.Equal(["/serves", "/rights", "/standard"], problem["errors"]!.AsArray().Select(e => (string?)e!["pointer"]));

        await admin.PostJsonAsync($"{agency.Path}/services", new { key = "lamps", name = "Lamps" });
        await (await host.Anonymous.GetAsync($"{agency.Path}/services/lamps")).RefusedAsync("not-found");
        Assert.Equal("draft", (string?)(await admin.GetJsonAsync($"{agency.Path}/services/lamps"))["state"]);
        await (await admin.PostAsJsonAsync($"{agency.Path}/services", new { key = "lamps", name = "Lamps" })).RefusedAsync("service-taken");
        await (await admin.PostAsync($"{agency.Path}/services/lamps/versions/1/publish", null)).RefusedAsync("validation");
    }

    [Fact]
    public async Task Every_past_version_stays_readable_and_only_a_draft_can_be_changed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, path) = (await agency.Admin, $"{agency.Path}/services/lamps");
        var next = new
        {
            name = "Lamps and signals", serves = "All who are out at night", rights = new { basis = "Act", objection = "Ombudsman" },
            standard = new { firstResponseHours = 4, resolutionHours = 24 },
        };
        await admin.PostJsonAsync($"{path}/versions", next);
        await (await admin.PostAsJsonAsync($"{path}/versions", next)).RefusedAsync("draft-exists");
        Assert.Equal("Street lamps", (string?)(await host.Anonymous.GetJsonAsync(path))["name"]!["en"]);

        await (await admin.PatchAsync($"{path}/versions/2", new { standard = new { resolutionHours = 36 } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await admin.PostAsync($"{path}/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);
        await (await admin.PostAsync($"{path}/versions/2/publish", null)).RefusedAsync("not-a-draft");
        using var published = await admin.GetAsync($"{path}/versions/2");
        await (await admin.PatchAsync($"{path}/versions/2", new { name = "Other" }, published.Headers.ETag!.Tag)).RefusedAsync("not-a-draft");

        var versions = (await host.Anonymous.GetJsonAsync($"{path}/versions"))["items"]!.AsArray();
        Assert.Equal(["2 36", "1 48"], versions.Select(v => $"{v!["number"]} {(double)v["standard"]!["resolutionHours"]!}"));
        var submitted = await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal(2, (int)submitted["serviceVersion"]!);
    }
}
