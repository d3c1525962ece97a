using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Identity;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Partners;

/// <summary>Cases go to another GeoReport server, and what happens to them after them.</summary>
public sealed class PartnerSendingTests(PartnerHost host) : IClassFixture<PartnerHost>
{
    [Fact]
    public async Task A_case_of_a_mapped_service_is_sent_in_the_partners_words_and_staff_see_its_reference()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync(new { jurisdictionId = "water.example", format = "xml" });
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/services", new
        {
            key = "signs", name = "Signs", serves = "All", rights = new { basis = "Law", objection = "Write" }, standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
            questions = (object[])[new { key = "colour", text = "Which?", type = "single", options = (object[])[new { key = "red", text = "Red" }] }, new { key = "height", text = "How high?", type = "number" }],
        });
        var read = await admin.GetAsync(partner);
        await (await admin.PatchAsync(partner, new
        {
            services = (object[])
            [
                new { service = "lamps", code = "LAMP01" },
                new { service = "signs", code = "SIGN", attributes = (object[])[new { question = "colour", code = "COL", values = new { red = "R1" } }, new { question = "height", code = "H" }] },
            ],
        }, read.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);

        var citizen = await agency.Citizen;
        var lamp = await citizen.PostJsonAsync($"{agency.Path}/cases",
            new { service = "lamps", kind = "report", title = "Dark & wet", description = "All night.", channel = "web", location = new { latitude = 42.3125, longitude = -71.06, area = "Dorchester" } });
        await host.SendAsync();
        await citizen.PostJsonAsync($"{agency.Path}/cases", new { service = "signs", kind = "report", title = "Bent", channel = "web", answers = new { colour = "red", height = 2.5 } });
        await host.SendAsync();
        await host.SendAsync(); // nothing more

        Assert.Equal(2, desk.Requests.Count);
        var sent = desk.Requests[0];
        Assert.Equal(("the key", "water.example", "LAMP01", "42.3125", "-71.06", "Dorchester"),
            (sent["api_key"], sent["jurisdiction_id"], sent["service_code"], sent["lat"], sent["long"], sent["address_string"]));
        Assert.Equal($"Dark & wet\n\nAll night.\n\nRef. {agency.Slug}/1", sent["description"]);
        Assert.DoesNotContain(sent.Keys, k => k is "email" or "first_name" or "last_name" or "phone" or "account_id" or "device_id");
        Assert.Equal(("SIGN", "R1", "2.5"), (desk.Requests[1]["service_code"], desk.Requests[1]["attribute[COL]"], desk.Requests[1]["attribute[H]"]));

        var path = $"{agency.Path}/cases/{lamp["id"]}";
        Assert.Equal("C-1", await agency.ReferenceAsync(path));
        Assert.Null((await citizen.GetJsonAsync(path))["partners"]);
        var deliveries = await agency.DeliveriesAsync(partner);
        Assert.Equal(["delivered", "delivered"], deliveries.Select(d => (string?)d!["state"]));
        Assert.Equal((string?)deliveries[1]!["id"], desk.Of("POST", "requests").First().Key);
    }

    [Fact]
    public async Task What_happens_to_it_follows_in_order_and_what_a_citizen_says_and_a_reopening_reach_the_partner()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var citizen = await agency.Citizen;
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        var agent = await agency.Agent;
        await agency.MoveAsync(path, "accepted", "inProgress");
        await agent.PostJsonAsync($"{path}/notes", new { text = "The crew comes on Thursday.", visibility = "public" });
        await agent.PostJsonAsync($"{path}/notes", new { text = "Not for others.", visibility = "internal" });
        await agency.MoveAsync(path, "resolved");
        await citizen.PostJsonAsync($"{path}/verdict", new { solved = false, reason = "It is still dark." }, HttpStatusCode.OK);
        await citizen.PostJsonAsync($"{path}/reopen", new { reason = "Please look again." }, HttpStatusCode.OK);
        await host.SendAsync();

        Assert.All(desk.Updates, u => Assert.Equal(("C-1", "the key"), (u["service_request_id"], u["api_key"])));
        Assert.Equal(
            [
                ("open", "Because accepted."), ("in_progress", "Because inProgress."), ("in_progress", "The crew comes on Thursday."), ("fixed", "Because resolved."),
                ("open", "It is still dark."), ("open", "Please look again."),
            ], desk.Updates.Select(u => (u["status"], u["description"])));
        Assert.Equal(6, desk.Updates.Select(u => u["update_id"]).Distinct().Count());
        var times = desk.Updates.Select(u => DateTimeOffset.Parse(u["updated_datetime"]!)).ToList();
        Assert.Equal(times.Order(), times);

        await citizen.PostJsonAsync($"{path}/notes", new { text = "Thank you.", visibility = "public" });
        await host.SendAsync();
        Assert.Equal(("open", "Thank you."), (desk.Updates[^1]["status"], desk.Updates[^1]["description"])); // where it stands: reopened
        Assert.All(await agency.DeliveriesAsync(partner), d => Assert.Equal("delivered", (string?)d!["state"]));
    }

    [Fact]
    public async Task What_the_partner_has_no_word_for_waits_for_a_person_and_what_is_not_to_be_told_is_not()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var admin = await agency.Admin;
        var path = await agency.SubmitAsync();
        await agency.MoveAsync(path, "accepted", "inProgress", "refused", "closed");
        await host.SendAsync();
        Assert.Equal(["open", "in_progress", "closed"], desk.Updates.Select(u => u["status"]));
        var failed = Assert.Single(await agency.DeliveriesAsync(partner, "?state=failed"))!;
        Assert.Equal(("update", "refused", "no-word-for-refused", 1), ((string?)failed["kind"], (string?)failed["step"], (string?)failed["error"], (int)failed["attempts"]!));

        var words = PartnerHost.StatusesOut.Append(new { when = "refused", status = (string?)null });
        await (await admin.PatchAsync(partner, new { statusesOut = words }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        var again = await admin.PostJsonAsync($"{partner}/deliveries/{failed["id"]}/retry", new { reason = "They need not know." }, HttpStatusCode.OK);
        Assert.Equal("waiting", (string?)again["state"]);
        await host.SendAsync();
        Assert.Equal(3, desk.Updates.Count);
        var told = await admin.GetJsonAsync($"{partner}/deliveries/{failed["id"]}");
        Assert.Equal(("delivered", "not-told", "They need not know."), ((string?)told["state"], (string?)told["error"], (string?)told["reason"]));
    }

    [Fact]
    public async Task A_token_is_followed_until_it_has_become_a_reference_and_updates_wait_for_that()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        desk.GivesTokens = true;
        var path = await agency.SubmitAsync();
        await agency.MoveAsync(path, "accepted");
        await host.SendAsync();
        Assert.Null(await agency.ReferenceAsync(path));
        Assert.Equal("no-reference-yet", (string?)(await agency.DeliveriesAsync(partner))[1]!["error"]);
        await host.SendAsync(later: TimeSpan.FromSeconds(6));
        Assert.Single(desk.Of("GET", "tokens/T-C-1"));
        Assert.Empty(desk.Updates);

        desk.GivesTokens = false;
        await host.SendAsync(later: TimeSpan.FromMinutes(1));
        Assert.Equal("C-1", await agency.ReferenceAsync(path));
        Assert.Single(desk.Updates);
        Assert.Single(desk.Requests);
    }

    [Fact]
    public async Task No_identity_leaves_unless_a_declared_use_allows_it_and_then_only_with_consent()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, agent, desk) = (await agency.Admin, await agency.Agent, host.Council.At(agency.Slug));
        var sharing = new { use = "water", members = (string[])["name", "email"] };
        var wrong = await (await admin.PostAsJsonAsync($"{agency.Path}/partners", new { name = "W", url = $"{host.Council.Origin}/x", identity = sharing })).RefusedAsync("validation");
        Assert.Equal("/identity/use", (string?)wrong["errors"]![0]!["pointer"]);
        await PrivacyTests.DeclareAsync(agency, "water", "consent");
        await host.AddPartnerAsync(agency, new { identity = sharing });

        var citizens = new List<string>();
        foreach (var name in (string[])["Sara Secret", "Ada Lovelace"])
            citizens.Add((string)(await agent.PostJsonAsync($"{agency.Path}/citizens", new { name, email = $"{name.Split(' ')[0]}@people.example", phone = "+16175550100" }))["id"]!);
        await (await agent.PutAsync($"{agency.Path}/citizens/{citizens[1]}/consents/water", new { given = true, channel = "phone" }, null)).ReadAsync(HttpStatusCode.OK);
        foreach (var citizenId in citizens)
        {
            await agent.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "It is dark", channel = "phone", citizenId });
            await host.SendAsync();
        }
        Assert.DoesNotContain(desk.Requests[0], m => m.Value!.Contains("Sara", StringComparison.Ordinal) || m.Key is "phone");
        Assert.Equal(("Ada", "Lovelace", "Ada@people.example"), (desk.Requests[1]["first_name"], desk.Requests[1]["last_name"], desk.Requests[1]["email"]));
        Assert.False(desk.Requests[1].ContainsKey("phone"));
    }

    [Fact]
    public async Task What_came_from_another_system_is_not_sent_on_unless_that_is_wanted()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        await agency.SubmitAsync(channel: "partner");
        await host.SendAsync();
        Assert.Empty(desk.Requests);
        await (await (await agency.Admin).PatchAsync(partner, new { forwards = true }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await agency.SubmitAsync(channel: "partner");
        await host.SendAsync();
        Assert.Single(desk.Requests);
    }

    [Fact]
    public async Task A_partner_is_described_by_data_that_are_checked_and_its_key_is_never_shown()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var admin = await agency.Admin;
        var text = (await admin.GetJsonAsync(partner)).ToJsonString() + (await admin.GetJsonAsync($"{agency.Path}/partners")).ToJsonString();
        Assert.DoesNotContain("the key", text, StringComparison.Ordinal);
        Assert.True((bool)(await admin.GetJsonAsync(partner))["hasKey"]!);
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from partners p where agency_id = '{agency.Id}' and p::text like '%' || encode('the key', 'hex') || '%'"));

        async Task<string[]> WrongAsync(object body) =>
            [.. (await (await admin.PostAsJsonAsync($"{agency.Path}/partners", body)).RefusedAsync("validation"))["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}")];
        Assert.Equal(["/url uri"], await WrongAsync(new { name = "W", url = "http://10.0.0.1/open311" }));
        Assert.Equal(["/url uri"], await WrongAsync(new { name = "W", url = $"{host.Council.Origin}/x?api_key=1" }));
        Assert.Equal(["/services/0/service unknown"], await WrongAsync(new { name = "W", url = $"{host.Council.Origin}/x", services = (object[])[new { service = "nothing", code = "1" }] }));
        Assert.Equal(
            [
                "/services/1/service duplicate", "/statusesIn/1/status duplicate", "/statusesIn/0/to not-allowed", "/statusesIn/2/outcome not-allowed", "/statusesOut/1/when duplicate",
                "/statusesOut/2/when not-allowed", "/statusesOut/3/outcome not-allowed",
            ],
            await WrongAsync(new
            {
                name = "W", url = $"{host.Council.Origin}/x", services = (object[])[new { service = "lamps", code = "1" }, new { service = "lamps", code = "2" }],
                statusesIn = (object[])[new { status = "Open", to = "submitted" }, new { status = "open" }, new { status = "no", to = "refused", outcome = "fixed" }],
                statusesOut = (object[])[new { when = "closed", status = "a" }, new { when = "closed", status = "b" }, new { when = "noted", status = "c" }, new { when = "accepted", outcome = "fixed" }],
            }));

        await admin.PostJsonAsync($"{partner}/stop", new { reason = "They move." }, HttpStatusCode.OK);
        await agency.SubmitAsync();
        await host.SendAsync();
        Assert.Empty(desk.Requests);
        await admin.PostJsonAsync($"{partner}/start", new { }, HttpStatusCode.OK);
        await host.SendAsync();
        Assert.Single(desk.Requests);
        await admin.PostJsonAsync($"{partner}/api-key", new { apiKey = "another" }, HttpStatusCode.OK);
        await agency.SubmitAsync();
        await host.SendAsync();
        Assert.Equal("another", desk.Requests[^1]["api_key"]);
        Assert.Equal(["partner.created", "partner.stopped", "partner.started", "partner.key-changed"],
            (await host.AuditActionsAsync(agency)).Where(a => a.StartsWith("partner.", StringComparison.Ordinal)));

        var other = await CaseTests.AgencyWithServiceAsync(host);
        for (var i = 0; i < Cirm.Core.Transactions.Partnering.Partner.Most; i++) await host.AddPartnerAsync(other, new { name = $"W {i}", services = (object[])[] });
        await (await (await other.Admin).PostAsJsonAsync($"{other.Path}/partners", new { name = "W", url = $"{host.Council.Origin}/x" })).RefusedAsync("partner-limit");
        foreach (var role in (Role[])[Role.Agent, Role.Manager]) await (await (await agency.AsAsync(role)).GetAsync(partner)).RefusedAsync("not-allowed");
        await (await (await other.Admin).GetAsync($"{other.Path}/partners/{partner.Split('/')[^1]}")).RefusedAsync("not-found");
    }
}
