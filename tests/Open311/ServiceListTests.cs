using System.Net;
using System.Xml.Linq;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Open311;

/// <summary>What a client finds out before it reports anything: discovery, services, definitions.</summary>
public sealed class ServiceListTests(CirmHost host)
{
    [Fact]
    public async Task Discovery_leads_to_an_endpoint_that_answers_in_the_formats_it_names()
    {
        var client = await Open311Client.NewAsync(host);
        var admin = await client.Agency.Admin;
        var settings = await admin.PutAsync($"{client.Agency.Path}/open311", new { jurisdictionId = "boston.gov", contact = "311 & friends", keyService = "Write to us.", extendedStatuses = true }, "\"0\"");
        await settings.ReadAsync(HttpStatusCode.OK);
        await (await admin.PutAsync($"{client.Agency.Path}/open311", new { contact = "x" }, "\"0\"")).RefusedAsync("precondition-failed");
        await (await (await client.Agency.Agent).PutAsync($"{client.Agency.Path}/open311", new { contact = "x" }, "\"1\"")).RefusedAsync("not-allowed");

        var found = await Open311Client.XmlAsync(await client.Http.GetAsync($"/open311/{client.Agency.Slug}/discovery.xml"), HttpStatusCode.OK);
        var real = Open311Client.Served("dc", "discovery-dc.xml");
        Assert.Equal(Shape(real).Distinct().Order(), Shape(found).Distinct().Order());
        Assert.Equal("311 & friends", found.Element("contact")!.Value);
        var endpoint = found.Element("endpoints")!.Element("endpoint")!;
        Assert.Equal("http://wiki.open311.org/GeoReport_v2", endpoint.Element("specification")!.Value);
        Assert.Equal(["text/xml", "application/json"], endpoint.Element("formats")!.Elements("format").Select(f => f.Value));
        Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync($"{endpoint.Element("url")!.Value}/services.xml")).StatusCode);

        var json = await client.Http.GetJsonAsync($"/open311/{client.Agency.Slug}/discovery.json");
        Assert.Equal("""["text/xml","application/json"]""", json["endpoints"]![0]!["formats"]!.ToJsonString());

        // Whom a client means, it may say; another one is not here.
        await client.GetJsonAsync("services.json?jurisdiction_id=boston.gov");
        await client.GetJsonAsync("services.json?jurisdiction_id=");
        foreach (var path in (string[])["services.json", "services/lamps.xml", "requests.json", "requests/1.xml", "tokens/1.json", "servicerequestupdates.xml"])
            Assert.Contains("jurisdiction_id", await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/{path}?jurisdiction_id=sfgov.org"), 404));
    }

    [Fact]
    public async Task Services_are_what_the_schema_says_and_have_the_elements_of_real_servers()
    {
        var client = await Open311Client.NewAsync(host);
        var json = await client.GetJsonAsync("services.json");
        Open311Client.Fits("services", json);
        foreach (var service in json.AsArray()) Open311Client.Fits("service", service!); // "items" of the list refers to it, and beside a reference older readers see nothing else
        Assert.Equal(["lamps", "poles"], json.AsArray().Select(s => (string)s!["service_code"]!));
        Assert.Equal(("Street lamps", "lamp, dark", "Street lighting", "realtime"),
            ((string?)json[0]!["service_name"], (string?)json[0]!["keywords"], (string?)json[0]!["group"], (string?)json[0]!["type"]));
        Assert.Equal([false, true], json.AsArray().Select(s => (bool)s!["metadata"]!));

        var xml = await client.GetXmlAsync("services.xml");
        Assert.Equal(Shape(Open311Client.Served("dc", "dc-services.xml")).Distinct().Order(), Shape(xml).Distinct().Order());
        Assert.Equal(["false", "true"], xml.Elements("service").Select(s => s.Element("metadata")!.Value));
    }

    [Fact]
    public async Task A_definition_has_an_attribute_of_every_type()
    {
        var client = await Open311Client.NewAsync(host);
        var json = await client.GetJsonAsync("services/poles.json");
        Open311Client.Fits("service-definition", json);
        Assert.Equal("code:string story:text height:number since:datetime danger:singlevaluelist kind:singlevaluelist parts:multivaluelist",
            string.Join(' ', json["attributes"]!.AsArray().Select(a => $"{a!["code"]}:{a["datatype"]}")));
        Assert.Equal(Enumerable.Range(1, 7), json["attributes"]!.AsArray().Select(a => (int)a!["order"]!));
        Assert.Equal(["code"], json["attributes"]!.AsArray().Where(a => (bool)a!["required"]!).Select(a => (string)a!["code"]!));
        Assert.Equal("""[{"key":"WOOD","name":"Wood"},{"key":"STEEL","name":"Steel"}]""", json["attributes"]![5]!["values"]!.ToJsonString());
        Assert.Equal("""[{"key":"true","name":"Yes"},{"key":"false","name":"No"}]""", json["attributes"]![4]!["values"]!.ToJsonString());

        var xml = await client.GetXmlAsync("services/poles.xml");
        Assert.Equal(Shape(Open311Client.Served("dc", "dc-services-S0301.xml")).Distinct().Order(), Shape(xml).Distinct().Order());
        Assert.Empty((await client.GetJsonAsync("services/lamps.json"))["attributes"]!.AsArray());
        Assert.Contains("service_code", await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/services/nothing.xml"), 404));
    }

    [Fact]
    public async Task Only_what_another_system_may_ask_for_is_offered()
    {
        var client = await Open311Client.NewAsync(host);
        await (await client.Agency.Admin).PostJsonAsync($"{client.Agency.Path}/services", new
        {
            key = "counter", name = new { en = "Counter" }, serves = new { en = "All" }, rights = new { basis = new { en = "Act" }, objection = new { en = "Write" } },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, channels = (string[])["counter"], publish = true,
        });
        Assert.DoesNotContain("counter", (await client.GetJsonAsync("services.json")).ToJsonString());
        await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/services/counter.json"), 404);
    }

    /// <summary>The path of every element, without which there is no client.</summary>
    internal static IEnumerable<string> Shape(XElement root) => root.DescendantsAndSelf().Select(e => string.Join('/', e.AncestorsAndSelf().Reverse().Select(a => a.Name.LocalName)));
}
