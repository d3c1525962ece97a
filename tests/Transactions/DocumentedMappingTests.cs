using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

/// <summary>The mappings that docs/importing.md shows do what it says, with files as those cities write them.</summary>
public sealed class DocumentedMappingTests(CirmHost host)
{
    [Fact]
    public async Task San_Franciscos_export_is_taken_as_it_is()
    {
        var agency = await host.NewAgencyAsync(timeZone: "America/Los_Angeles");
        var cases = await ImportAsync(agency, "**San Francisco's**", "utf-16", """
            CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,Request Type,Request Details,Address,Supervisor District,Neighborhood,Point,Source,Media URL
            "1","07/01/2011 01:32:33 AM","07/01/2011 01:32:33 PM","07/02/2011 12:00:00 AM","Closed","","DPW","Street","Bulky Items","Furniture – sofa","Main St","3","Chinatown","(37.7955, -122.4071)","Phone",""
            "2","12/01/2011 12:05:00 PM","","","Open","","DPW","Street","Bulky Items","","","","","(0.0, 0.0)","Twitter",""
            """);
        Assert.Equal("1 Furniture – sofa closed phone 2011-07-01T08:32:33Z 2011-07-01T20:32:33Z 37.7955 -122.4071 Chinatown", cases[0]);
        Assert.Equal("2 Request submitted partner 2011-12-01T20:05:00Z - - - -", cases[1]);
    }

    [Fact]
    public async Task Washingtons_export_is_taken_as_it_is()
    {
        var agency = await host.NewAgencyAsync(timeZone: "America/New_York");
        var cases = await ImportAsync(agency, "**Washington's**", "windows-1252", """
            OBJECTID,SERVICECODE,SERVICECODEDESCRIPTION,ADDDATE,RESOLUTIONDATE,SERVICEDUEDATE,SERVICEORDERSTATUS,SERVICEREQUESTID,LATITUDE,LONGITUDE,WARD,DETAILS
            1,S0000,Abandoned Vehicle,1309498353000,1309541553000,1309800000000,Closed,11-1,38.9072,-77.0369,Ward 2,a café’s van
            2,S0000,Abandoned Vehicle,1309498353000,NULL,NULL,Open,11-2,NULL,NULL,NULL,NULL
            """);
        Assert.Equal("11-1 Abandoned Vehicle closed phone 2011-07-01T05:32:33Z 2011-07-01T17:32:33Z 38.9072 -77.0369 Ward 2", cases[0]);
        Assert.Equal("11-2 Abandoned Vehicle submitted phone 2011-07-01T05:32:33Z - - - -", cases[1]);
    }

    async Task<string[]> ImportAsync(TestAgency agency, string heading, string charset, string file)
    {
        var admin = await agency.Admin;
        var mapping = JsonNode.Parse(Documented(heading))!;
        Assert.Equal(HttpStatusCode.Created, (await admin.PutAsJsonAsync($"{agency.Path}/import-mappings/city", mapping)).StatusCode);
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(file.ReplaceLineEndings("\r\n"))];
        var operation = await host.ImportAsync(agency, "kind=cases&mapping=city&createServices=true", new MemoryStream(bytes), $"text/csv; charset={charset}");
        Assert.Equal("succeeded: 2 processed, 2 accepted, 0 unchanged, 0 rejected", operation.Told());
        var cases = (await (await admin.GetAsync($"{agency.Path}/cases")).ReadAsync(HttpStatusCode.OK))["items"]!.AsArray();
        return [.. cases.OrderBy(c => (string?)c!["externalId"]).Select(c => Told(c!))];
    }

    static string Told(JsonNode c) => string.Join(' ', new[]
    {
        c["externalId"], c["title"], c["status"], c["channel"], c["submittedAt"], c["closedAt"], c["location"]?["latitude"], c["location"]?["longitude"], c["location"]?["area"],
    }.Select(value => value is null ? "-" : Convert.ToString(value, CultureInfo.InvariantCulture)));

    // The example that stands under a heading.
    static string Documented(string heading, [CallerFilePath] string here = "")
    {
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/importing.md"));
        var begin = text.IndexOf("```json", text.IndexOf(heading, StringComparison.Ordinal), StringComparison.Ordinal) + "```json".Length;
        return text[begin..text.IndexOf("```", begin, StringComparison.Ordinal)];
    }
}
