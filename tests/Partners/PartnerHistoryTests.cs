using System.Runtime.CompilerServices;
using System.Text;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Partners;

/// <summary>The history of real GeoReport servers becomes cases here, by the partner's own mapping, and a second time nothing.</summary>
public sealed class PartnerHistoryTests(PartnerHost host) : IClassFixture<PartnerHost>
{
    const string Xml = "text/xml";

    [Fact]
    public async Task San_Franciscos_services_and_requests_of_2012_are_taken_in_once()
    {
        var (agency, partner) = await CityAsync(timeZone: "America/Los_Angeles");
        Assert.Equal("succeeded: 38 processed, 0 accepted, 0 unchanged, 38 rejected", (await ImportAsync(agency, partner, "open311Services", "sanfrancisco-2012/san_francisco_services.xml")).Told());
        Assert.Equal("succeeded: 38 processed, 38 accepted, 0 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Services&createServices=true", "sanfrancisco-2012/san_francisco_services.xml")).Told());
        Assert.Equal("succeeded: 38 processed, 0 accepted, 38 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Services&createServices=true", "sanfrancisco-2012/san_francisco_services.xml")).Told());

        // 31 of the requests are of services that their list does not have.
        var strict = await ImportAsync(agency, partner, "open311Requests", "sanfrancisco-2012/san_francisco_requests.xml");
        Assert.Equal("succeeded: 56 processed, 25 accepted, 0 unchanged, 31 rejected", strict.Told());
        Assert.All(await agency.RejectionsAsync(strict), r => Assert.Matches("^2 service_code unknown$", r));
        Assert.Equal("succeeded: 56 processed, 31 accepted, 25 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Requests&createServices=true", "sanfrancisco-2012/san_francisco_requests.xml")).Told());
        var before = await SumAsync(agency);
        Assert.Equal("succeeded: 56 processed, 0 accepted, 56 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Requests&createServices=true", "sanfrancisco-2012/san_francisco_requests.xml")).Told());
        Assert.Equal(before, await SumAsync(agency));

        Assert.Equal("closed 4, submitted 52", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(status || ' ' || n, ', ' order by status) from (select status, count(*) as n from cases where agency_id = '{agency.Id}' group by status) s"));
        Assert.Equal(9, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{agency.Id}' and latitude is null"));
        Assert.Equal(56, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from partner_cases where agency_id = '{agency.Id}' and origin = 'imported'"));
        var closed = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases?status=closed&limit=1&q=RCS%20-%20PUC"))["items"]![0]!;
        Assert.Equal(("partner", "RCS - PUC - Water - G", "2012-05-23T03:17:35.317Z", "2012-05-23T05:27:21.237Z", "2012-05-31T15:30:00Z"),
            ((string?)closed["channel"], (string?)closed["title"], (string?)closed["submittedAt"], (string?)closed["closedAt"], (string?)closed["dueAt"]));
        Assert.Equal("INTERSECTION of 35TH AVE and VICENTE ST", (string?)closed["description"]);
        Assert.Equal("1129755", await agency.ReferenceAsync($"{agency.Path}/cases/{closed["id"]}"));
    }

    [Fact]
    public async Task Washingtons_services_a_definition_and_requests_are_taken_in_once()
    {
        var (agency, partner) = await CityAsync();
        Assert.Equal("succeeded: 86 processed, 86 accepted, 0 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Services&createServices=true", "dc/dc-services.xml")).Told());
        Assert.Equal("succeeded: 86 processed, 0 accepted, 86 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Services&createServices=true", "dc/dc-services.xml")).Told());
        Assert.Equal("succeeded: 1 processed, 1 accepted, 0 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Services", "dc/dc-services-S0301.xml")).Told());
        Assert.Equal("succeeded: 1 processed, 0 accepted, 1 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Services", "dc/dc-services-S0301.xml")).Told());
        Assert.Equal("succeeded: 2 processed, 2 accepted, 0 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Requests&createServices=true", "dc/service-requests.xml")).Told());
        Assert.Equal("succeeded: 1 processed, 0 accepted, 1 unchanged, 0 rejected", (await ImportAsync(agency, partner, "open311Requests&createServices=true", "dc/service-request.xml")).Told());

        var mapping = (await (await agency.Admin).GetJsonAsync(partner))["services"]!.AsArray().Single(s => (string?)s!["code"] == "S0301")!;
        Assert.Equal(["WHISPOLO", "WHMAISAL", "ISITHAZA", "WATHPRDA"], mapping["attributes"]!.AsArray().Select(a => (string?)a!["code"])); // in their order; what they only tell is no question
        var service = await (await agency.Admin).GetJsonAsync($"{agency.Path}/services/{mapping["service"]}/versions/1");
        var hazard = service["questions"]!.AsArray().Single(q => (string?)q!["key"] == "isithaza")!;
        Assert.Equal(("single", "Is it hazardous?", false), ((string?)hazard["type"], (string?)hazard["text"]!["en"], (bool)hazard["required"]!));
        Assert.Equal("YES001", (string?)mapping["attributes"]![2]!["values"]!["yes001"]);
        Assert.Equal("""{"closed": 1, "submitted": 1}""", await host.Database.ScalarAsOwnerAsync<string>(
            $"select jsonb_object_agg(status, n)::text from (select status, count(*) as n from cases where agency_id = '{agency.Id}' group by status) s"));
        var closed = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases?status=closed"))["items"]![0]!;
        Assert.Equal("8TH AVE and JUDAH ST\n\nCity: Duplicate request.\n\nhttp://city.gov.s3.amazonaws.com/requests/media/638344.jpg", (string?)closed["description"]);
    }

    [Fact]
    public async Task What_cannot_be_taken_is_named_by_line_and_element_and_what_is_known_by_its_reference_is_not_taken_twice()
    {
        var (agency, desk, partner) = await host.AgencyWithPartnerAsync();
        var sent = await agency.SubmitAsync();
        await host.SendAsync();
        Assert.Equal("C-1", await agency.ReferenceAsync(sent));
        const string document = """
            <service_requests>
              <request><service_request_id>C-1</service_request_id><status>open</status><service_code>LAMP01</service_code><requested_datetime>2026-01-01T08:00:00Z</requested_datetime></request>
              <request><service_request_id>7</service_request_id><status>Mystery</status><service_code>LAMP01</service_code><requested_datetime>2026-01-01T08:00:00Z</requested_datetime></request>
              <request><service_request_id>8</service_request_id><status>open</status><service_code>NONE</service_code><requested_datetime>last year</requested_datetime></request>
              <request><status>open</status><service_code>LAMP01</service_code><requested_datetime>2026-01-01T08:00:00Z</requested_datetime><lat>91</lat><long>7</long></request>
              <request><service_request_id>9</service_request_id><status>fixed</status><service_code>LAMP01</service_code><requested_datetime>2026-01-01T08:00:00Z</requested_datetime>
                <updated_datetime>2026-01-02T08:00:00+01:00</updated_datetime><description>It was dark &amp; is not.</description><lat>42.3</lat><long>-71.0</long></request>
              <request><service_request_id>9</service_request_id><status>open</status><service_code>LAMP01</service_code><requested_datetime>2026-01-01T08:00:00Z</requested_datetime></request>
            </service_requests>
            """;
        var operation = await host.ImportAsync(agency, $"kind=open311Requests&partner={partner.Split('/')[^1]}", Of(document), Xml);
        Assert.Equal("succeeded: 6 processed, 1 accepted, 2 unchanged, 3 rejected", operation.Told());
        Assert.Equal(["3 status unknown", "4 requested_datetime time", "4 service_code unknown", "5 lat range", "5 service_request_id required"], (await agency.RejectionsAsync(operation)).Order());
        var taken = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases?status=resolved"))["items"]!.AsArray().Single()!;
        Assert.Equal(("It was dark & is not.", "2026-01-02T07:00:00Z"), ((string?)taken["title"], (string?)taken["closedAt"]));

        // What the partner says of it from now on is read; what is older than what was taken in moves nothing.
        desk.Says("9", "old", "reopen", "2026-01-01T09:00:00Z");
        desk.Says("9", "new", "reopen", Council.Now());
        desk.Before = async call => call.Path == "servicerequestupdates" && call.Method == "GET" && await call.AnswerAsync(200, System.Text.Json.JsonSerializer.Serialize(desk.Published));
        await host.ReadAsync(agency, partner);
        Assert.Equal("reopened", await agency.StatusAsync($"{agency.Path}/cases/{taken["id"]}"));

        var json = await host.ImportAsync(agency, $"kind=open311Requests&partner={partner.Split('/')[^1]}", Of("""
            [{"service_request_id": 9, "status": "open", "service_code": "LAMP01", "requested_datetime": "2026-01-01T08:00:00Z"},
             {"service_request_id": 10, "status": "open", "service_code": "LAMP01", "requested_datetime": "2026-01-01T08:00:00Z", "lat": 42.1, "long": -71},
             {"service_request_id": 11, "status": "what", "service_code": "LAMP01", "requested_datetime": "2026-01-01T08:00:00Z"}]
            """), "application/json");
        Assert.Equal("succeeded: 3 processed, 1 accepted, 1 unchanged, 1 rejected", json.Told());
        Assert.Equal(["3 status unknown"], await agency.RejectionsAsync(json));

        foreach (var (cut, type) in ((string, string)[])[(document[..700], Xml), ("""<!DOCTYPE a [<!ENTITY b "c">]><service_requests/>""", Xml), ("[{\"service_request_id\": 12", "application/json"), ("", Xml)])
            Assert.Equal("failed", (await host.ImportAsync(agency, $"kind=open311Requests&partner={partner.Split('/')[^1]}", Of(cut), type)).State.Word());
        Assert.Contains("beyond line 5", (await host.ImportAsync(agency, $"kind=open311Requests&partner={partner.Split('/')[^1]}", Of(document[..700]), Xml)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partner_has_to_be_named_and_only_where_it_is_its_history()
    {
        var (agency, _, partner) = await host.AgencyWithPartnerAsync();
        async Task<string> WrongAsync(string query, string type = Xml) =>
            (await (await agency.PostFileAsync(query, Of("<service_requests/>"), type)).RefusedAsync("validation"))["errors"]![0] is { } e ? $"{e["pointer"]} {e["code"]}" : "";
        Assert.Equal("?partner required", await WrongAsync("kind=open311Requests"));
        Assert.Equal("?partner not-allowed", await WrongAsync($"kind=cases&partner={partner.Split('/')[^1]}", "text/csv"));
        Assert.Equal("?partner unknown", await WrongAsync($"kind=open311Services&partner={Guid.NewGuid()}"));
        Assert.Equal("?kind unknown", await WrongAsync("kind=open311"));
        await (await agency.PostFileAsync($"kind=open311Services&partner={partner.Split('/')[^1]}", Of("code\n"), "text/csv")).RefusedAsync("unsupported-media-type");
    }

    async Task<(TestAgency Agency, string Partner)> CityAsync(string timeZone = "America/New_York")
    {
        var agency = await host.NewAgencyAsync(timeZone: timeZone);
        return (agency, await host.AddPartnerAsync(agency, new { name = "City", services = (object[])[] }));
    }

    async Task<Operation> ImportAsync(TestAgency agency, string partner, string kind, string file)
    {
        await using var document = File.OpenRead(PathOf(file));
        return await host.ImportAsync(agency, $"kind={kind}&partner={partner.Split('/')[^1]}", document, Xml);
    }

    static string PathOf(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Open311", "Data", file);

    static MemoryStream Of(string document) => new(Encoding.UTF8.GetBytes(document));

    Task<string> SumAsync(TestAgency agency) => host.Database.ScalarAsOwnerAsync<string>($"""
        select md5(coalesce(string_agg(t, '|' order by t), '')) from (
          select c::text as t from cases c where agency_id = '{agency.Id}' union all select k::text from partner_cases k where agency_id = '{agency.Id}'
          union all select s::text from services s where agency_id = '{agency.Id}' union all select p::text from partners p where agency_id = '{agency.Id}') all_of_it
        """);
}
