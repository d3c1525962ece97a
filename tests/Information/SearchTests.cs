using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Seeds.Information;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Information;

public sealed class SearchTests(CirmHost host, ITestOutputHelper output)
{
    /// <summary>Forty searches that were written before there was a search; the services' own words came after them, by the same hand.</summary>
    [Theory]
    [InlineData("boston-words.json", 40, 34)]
    [InlineData("boston-words-unseen.json", 20, 15)]
    public async Task The_right_service_of_Boston_is_among_the_first_three(string file, int searches, int atLeast)
    {
        var agency = await host.NewAgencyAsync();
        var services = host.Services.GetRequiredService<Services>();
        var seeds = ServiceSeeds.Boston().Where(s => s.Publish).ToList();
        foreach (var seed in seeds) await services.CreateAsync(Caller.System(agency.Id), seed.Key, seed.Draft with { Details = seed.Draft.Details! with { Unit = null } }, publish: true, CancellationToken.None);
        var asked = JsonSerializer.Deserialize<List<Asked>>(await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(Here())!, file)), Wire.Json)!;
        Assert.Equal(searches, asked.Count);
        Assert.Equal([], asked.SelectMany(a => a.Right).Except(seeds.Select(s => s.Key)));

        var missed = new List<string>();
        foreach (var search in asked)
        {
            var first = (await SearchAsync(agency, search.Words, "&kind=service&limit=3")).Select(i => (string)i!["key"]!).ToList();
            if (!first.Intersect(search.Right).Any()) missed.Add($"\"{search.Words}\" found {string.Join(", ", first)}, not {string.Join(" or ", search.Right)}");
        }
        output.WriteLine($"{asked.Count - missed.Count} of {asked.Count}\n{string.Join('\n', missed)}");
        Assert.True(asked.Count - missed.Count >= atLeast, $"{asked.Count - missed.Count} of {asked.Count}\n{string.Join('\n', missed)}");
    }

    [Fact]
    public async Task Persian_is_found_however_it_is_typed()
    {
        var agency = await host.NewAgencyAsync("fa");
        await PublishAsync(agency, new { key = "pasmand", name = new { fa = "جمع‌آوری پسماند", en = "Waste collection" }, description = new { fa = "تخلیهٔ مخزن‌های ۱۲۰ لیتری کوچه", en = "Bins" } });
        foreach (var typed in (string[])["جمع آوری پسماند", "جمع‌آوري پسماند", "جمعآوری", "مخزنهای", "مخزن", "١٢٠ لیتری", "120 ليتري", "كوچه", "پـسـماند", "پَسماند"])
        {
            var found = (await SearchAsync(agency, typed)).Single()!;
            Assert.Equal("pasmand fa", $"{found["key"]} {found["language"]}");
        }
        Assert.Contains("<mark>مخزن‌های</mark>", (string?)(await SearchAsync(agency, "مخزن"))[0]!["snippet"]);
        Assert.Equal("en", (string?)(await SearchAsync(agency, "waste"))[0]!["language"]);
        var mistyped = await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q={Uri.EscapeDataString("پسمند")}");
        Assert.Equal("پسماند", (string?)mistyped["suggestion"]);
    }

    [Fact]
    public async Task What_is_found_is_what_is_published_and_valid_now()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        await manager.PostJsonAsync($"{agency.Path}/articles", Text("lamps", "Lamps in winter"));
        Assert.Empty(await SearchAsync(agency, "lamps"));
        await (await manager.PostAsync($"{agency.Path}/articles/lamps/versions/1/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal("lamps", (string?)(await SearchAsync(agency, "lamp winter")).Single()!["key"]);

        // The next version takes its place, in one step.
        await manager.PostJsonAsync($"{agency.Path}/articles/lamps/versions", new { title = "Lanterns", body = "They shine." });
        Assert.Single(await SearchAsync(agency, "winter"));
        await (await manager.PostAsync($"{agency.Path}/articles/lamps/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Empty(await SearchAsync(agency, "winter"));
        Assert.Single(await SearchAsync(agency, "lantern"));
        await (await manager.PostAsync($"{agency.Path}/articles/lamps/retire", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Empty(await SearchAsync(agency, "lantern"));

        var now = DateTimeOffset.UtcNow;
        await manager.PostJsonAsync($"{agency.Path}/notices", Text("past", "Flood warning", now.AddDays(-2), now.AddDays(-1)));
        await manager.PostJsonAsync($"{agency.Path}/notices", Text("coming", "Flood warning", now.AddDays(1), null));
        await manager.PostJsonAsync($"{agency.Path}/notices", Text("now", "Flood warning", now.AddDays(-1), now.AddDays(1), publish: true));
        foreach (var key in (string[])["past", "coming"]) await (await manager.PostAsync($"{agency.Path}/notices/{key}/versions/1/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(["now"], (await SearchAsync(agency, "flood")).Select(i => (string?)i!["key"]));

        await PublishAsync(agency, new { key = "flood", name = "Flooded cellars" });
        Assert.Equal(["flood", "now"], (await SearchAsync(agency, "flood")).Select(i => (string?)i!["key"]).Order());
        Assert.Equal(["now"], (await SearchAsync(agency, "flood", "&kind=notice")).Select(i => (string?)i!["key"]));
        await (await (await agency.Admin).PostAsync($"{agency.Path}/services/flood/retire", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(["now"], (await SearchAsync(agency, "flood")).Select(i => (string?)i!["key"]));
        Assert.Empty(await SearchAsync(await host.NewAgencyAsync(), "flood"));
    }

    [Fact]
    public async Task What_was_published_before_there_was_a_search_is_put_in_once()
    {
        var agency = await host.NewAgencyAsync();
        await PublishAsync(agency, new { key = "old", name = "Chimney sweeping", description = "Soot." });
        await PublishAsync(agency, new { key = "gone", name = "Chimney painting" });
        await PublishAsync(agency, new { key = "new", name = "Chimney building" });
        await (await (await agency.Admin).PostAsync($"{agency.Path}/services/gone/retire", null)).ReadAsync(HttpStatusCode.OK);
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new { key = "draft", name = "Chimney drafting" });
        await host.Database.ExecuteAsOwnerAsync($"""
            delete from search_words w using search_documents d where d.agency_id = '{agency.Id}' and d.key = 'old' and w.agency_id = d.agency_id and w.document = d.id;
            delete from search_documents where agency_id = '{agency.Id}' and key = 'old';
            delete from search_spellings where agency_id = '{agency.Id}' and word = 'sweeping'
            """);
        Assert.Equal(["new"], (await SearchAsync(agency, "chimney")).Select(i => (string?)i!["key"]));

        var services = host.Services.GetRequiredService<Services>();
        Assert.Equal(1, await services.IndexMissingAsync(agency.Id, CancellationToken.None));
        Assert.Equal(0, await services.IndexMissingAsync(agency.Id, CancellationToken.None));
        Assert.Equal(["new", "old"], (await SearchAsync(agency, "chimney")).Select(i => (string?)i!["key"]).Order());
        Assert.Equal("sweeping", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q=sweepng"))["suggestion"]);
    }

    [Fact]
    public async Task A_hostile_text_stays_text()
    {
        var agency = await host.NewAgencyAsync();
        await PublishAsync(agency, new { key = "x", name = "Lamps <b>", description = "<script>alert('lamp')</script> & <mark>lamp</mark> \"lamp\" <img src=x onerror=lamp>" });
        var found = (await SearchAsync(agency, "lamp"))[0]!;
        Assert.Equal(
            "&lt;script&gt;alert(&#39;<mark>lamp</mark>&#39;)&lt;/script&gt; &amp; &lt;mark&gt;<mark>lamp</mark>&lt;/mark&gt; &quot;<mark>lamp</mark>&quot; &lt;img src=x onerror=<mark>lamp</mark>&gt;",
            (string?)found["snippet"]);
        foreach (var query in (string[])["' or 1=1 --", "lamp & | ! <-> :* (", "%", "\\", "لامپ\u200c\u200c", new string('x', 500), "a b c d e f g h i j k l m n o p q r s t u v w x y z"])
            await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q={Uri.EscapeDataString(query)}");
    }

    [Fact]
    public async Task A_word_that_stands_nowhere_is_answered_with_one_that_does()
    {
        var agency = await host.NewAgencyAsync();
        await PublishAsync(agency, new { key = "potholes", name = "Pothole repair", description = "Holes in the asphalt of a street." });
        foreach (var (typed, meant) in (ValueTuple<string, string>[])[("pothloe repair", "pothole repair"), ("asphlat", "asphalt"), ("potholle", "pothole"), ("reapir", "repair")])
            Assert.Equal(meant, (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q={Uri.EscapeDataString(typed)}"))["suggestion"]);
        foreach (var fine in (string[])["potholes", "the repairing of streets", "zzzzzzzz", "12345"])
            Assert.Null((await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q={Uri.EscapeDataString(fine)}"))["suggestion"]);

        // What was withdrawn is not suggested.
        await (await (await agency.Admin).PostAsync($"{agency.Path}/services/potholes/retire", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Null((await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q=pothloe"))["suggestion"]);
    }

    [Fact]
    public async Task Words_that_never_stand_together_still_find_something_and_the_reader_s_language_comes_first()
    {
        var agency = await host.NewAgencyAsync();
        await PublishAsync(agency, new { key = "trees", name = new { en = "Trees", de = "Trees (Bäume)" } });
        await PublishAsync(agency, new { key = "lamps", name = "Lamps" });
        Assert.Equal(["lamps", "trees"], (await SearchAsync(agency, "lamps trees unicorn")).Select(i => (string?)i!["key"]).Order());

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{agency.Path}/search?q=trees");
        request.Headers.AcceptLanguage.ParseAdd("de-CH, en;q=0.5");
        Assert.Equal("de", (string?)(await (await host.Anonymous.SendAsync(request)).ReadAsync(HttpStatusCode.OK))["items"]![0]!["language"]);
        Assert.Equal("en", (string?)(await SearchAsync(agency, "trees"))[0]!["language"]);
    }

    [Fact]
    public async Task A_search_without_words_or_for_what_there_is_not_is_refused()
    {
        var agency = await host.NewAgencyAsync();
        foreach (var (query, error) in (ValueTuple<string, string>[])[("", "?q required"), ("?q=%20", "?q required"), ("?q=x&kind=person", "?kind unknown"), ("?q=x&limit=51", "?limit range"), ($"?q={new string('x', 501)}", "?q characters")])
        {
            var problem = await (await host.Anonymous.GetAsync($"{agency.Path}/search{query}")).RefusedAsync("validation");
            Assert.Equal(error, $"{problem["errors"]![0]!["pointer"]} {problem["errors"]![0]!["code"]}");
        }
    }

    async Task<JsonArray> SearchAsync(TestAgency agency, string words, string more = "") =>
        (await host.Anonymous.GetJsonAsync($"{agency.Path}/search?q={Uri.EscapeDataString(words)}{more}"))["items"]!.AsArray();

    static async Task PublishAsync(TestAgency agency, object service)
    {
        var body = JsonSerializer.SerializeToNode(service)!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(new { serves = "Everybody", rights = new { basis = "Act", objection = "Write" }, standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true })!.AsObject())
            body[name] = value!.DeepClone();
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", body);
    }

    static object Text(string key, string title, DateTimeOffset? validFrom = null, DateTimeOffset? validTo = null, bool publish = false) =>
        new { key, kind = "article", title, body = "What to do.", validFrom, validTo, publish };

    static string Here([CallerFilePath] string file = "") => file;

    sealed record Asked(string Words, string[] Right);
}
