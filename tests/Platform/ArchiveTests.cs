using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Archives;
using Cirm.Core.Tenancy;
using Cirm.Tests.Conformance;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Platform;

/// <summary>A whole agency is taken to another installation, and answers there as it did.</summary>
[Collection(nameof(WalkHost))]
public sealed class ArchiveTests(WalkHost host)
{
    // What tells of this installation and not of the agency, partners, which come stopped, and the trail, which grows with every look at it.
    static readonly string[] Elsewhere = ["listWebhooks", "listExports", "listAuditEntries", "listPartners"];

    [Fact]
    public async Task Every_list_of_an_agency_gives_the_same_answers_where_it_is_read_in()
    {
        var world = await host.WorldAsync();
        foreach (var operation in world.Operations) // so that there is something of everything
        {
            using var request = await world.RequestAsync(operation);
            using var answer = await (await world.ClientAsync(operation)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        using var file = new MemoryStream();
        var admin = await host.AddAccountAsync(world.Agency.Id, Role.Admin);
        var made = await ArchivesOf(host).WriteAsync(world.Agency.Slug, file, CancellationToken.None);
        Assert.True(made!.Tables.Count(t => t.Rows > 0) > 30, "There is hardly anything in the archive.");

        await using var there = new CirmHost();
        await there.InitializeAsync();
        async Task RefusesAsync(string because, MemoryStream read) =>
            Assert.Contains(because, (await Assert.ThrowsAsync<InvalidDataException>(() => ArchivesOf(there).ReadAsync(read, CancellationToken.None))).Message, StringComparison.Ordinal);
        await RefusesAsync("cases.ndjson is not what the manifest says", Changed(file, "cases.ndjson", "\"title\": \"", "\"title\": \"X"));
        await RefusesAsync("agency.json is not what the manifest says", Changed(file, "agency.json", "\"smallest_group\": 10", "\"smallest_group\": 5"));
        await RefusesAsync("CIRM_SECRET", Changed(file, "manifest.json", $"\"secret\":\"{made.Secret}", "\"secret\":\"another"));
        await RefusesAsync("the same release", Changed(file, "manifest.json", $"\"schema\":\"{made.Schema}", "\"schema\":\"another"));
        await (await there.Operator.GetAsync(world.Agency.Path)).RefusedAsync("not-found"); // nothing of it was taken
        await ArchivesOf(there).ReadAsync(file, CancellationToken.None);

        var (before, after) = (await host.ClientAsync(world.Agency.Id, admin), await there.ClientAsync(world.Agency.Id, admin));
        var lists = world.Operations.Where(o => o.Method == HttpMethod.Get && o.IsOfAgency && o.MayCall(Api.Platform.Who.Admin) && !Elsewhere.Contains(o.Id)
            && o.Path.Count(c => c == '{') == 1 && !Samples.Queries.ContainsKey(o.Id)).ToList();
        Assert.True(lists.Count > 20, "Hardly any list was found.");
        var (compared, differences) = (0, new List<string>());
        foreach (var list in lists)
        {
            var path = list.Path.Replace("{agency}", world.Agency.Slug, StringComparison.Ordinal);
            var (was, stands) = (await before.GetAsync(path), await after.GetAsync(path));
            Assert.Equal((list.Id, was.StatusCode), (list.Id, stands.StatusCode));
            if (was.StatusCode != HttpStatusCode.OK || was.Content.Headers.ContentType?.MediaType != "application/json") continue;
            var (expected, actual) = (JsonNode.Parse(await was.Content.ReadAsStringAsync()), JsonNode.Parse(await stands.Content.ReadAsStringAsync()));
            foreach (var answer in (JsonNode?[])[expected, actual])
                foreach (var item in (answer as JsonObject)?["items"]?.AsArray().OfType<JsonObject>() ?? []) item.Remove("overBefore"); // counted from the moment of asking
            if (!JsonNode.DeepEquals(expected, actual)) differences.Add($"{list} answers {actual}\nand answered {expected}");
            if (expected is JsonObject page && page["items"] is JsonArray { Count: > 0 }) compared++;
        }
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.True(compared > 12, $"Only {compared} lists had anything in them.");

        var trail = there.Services.GetRequiredService<AuditTrail>();
        Assert.Null((await trail.VerifyAsync(world.Agency.Id, CancellationToken.None)).Broken);
        await RefusesAsync("here already", file);
        Assert.Null(await ArchivesOf(there).WriteAsync("nobody", new MemoryStream(), CancellationToken.None));
    }

    static Archives ArchivesOf(CirmHost of) => new(of.Services.GetRequiredService<Databases>(), TimeProvider.System);

    static MemoryStream Changed(MemoryStream file, string name, string from, string to)
    {
        var copy = new MemoryStream();
        file.Position = 0;
        file.CopyTo(copy);
        file.Position = 0;
        using var zip = new ZipArchive(copy, ZipArchiveMode.Update, leaveOpen: true);
        var entry = zip.GetEntry(name)!;
        string text;
        using (var reader = new StreamReader(entry.Open())) text = reader.ReadToEnd();
        Assert.Contains(from, text, StringComparison.Ordinal);
        entry.Delete();
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(text.Replace(from, to, StringComparison.Ordinal));
        return copy;
    }
}
