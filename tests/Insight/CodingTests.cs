using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Statistics;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Insight;

/// <summary>What people write, read by staff, and counted.</summary>
public sealed class CodingTests(CirmHost host)
{
    static object Survey(string anonymity) => new
    {
        key = "lamps", title = "Lamps", anonymity, breakdowns = (string[])["district"],
        questions = new object[]
        {
            new { key = "lit", type = "single", text = "Is your street lit?", options = Asking.Options("yes", "no") },
            new { key = "why", type = "text", text = "What is missing?", max = 200 },
            new { key = "also", type = "text", text = "What else?", max = 200 },
        },
    };

    [Fact]
    public async Task A_code_that_texts_were_given_is_counted_like_an_option_once_every_text_was_read()
    {
        var (agency, wave) = await ClosedAsync("anonymous", i => i < 48 ? $"Text {i} of darkness" : null);
        var manager = await agency.Manager;
        await PutBookAsync(agency, "light", "bench", "tree");
        var texts = await TextsAsync(manager, wave, "why");
        Assert.Equal(48, texts.Count);
        foreach (var (i, text) in texts.Take(47).Index()) await CodeAsync(manager, wave, text, i % 2 == 0 ? ["light"] : i % 4 == 1 ? ["light", "bench"] : []);
        Assert.Equal(PublishOutcome.TooFew, await CountAsync(agency, wave)); // one has not been read
        Assert.Null((await Publishing.ReadAsync(agency, wave)).Of("why")["options"]);
        Assert.Single(await TextsAsync(manager, wave, "why", "&coded=false"));
        Assert.Equal(12, (await TextsAsync(manager, wave, "why", "&code=bench")).Count);

        await CodeAsync(manager, wave, texts[47], ["bench"]);
        Assert.Equal(PublishOutcome.Coded, await CountAsync(agency, wave));
        Assert.Equal(PublishOutcome.TooFew, await CountAsync(agency, wave)); // twice is once
        var why = (await Publishing.ReadAsync(agency, wave)).Of("why");
        Assert.Equal((48, 48, 36, 13), ((int)why["n"]!, (int)why["coded"]!, (int)why.Option("light")["count"]!, (int)why.Option("bench")["count"]!));
        Assert.Equal(36 / 48.0, (double)why.Option("light")["share"]!, 12);
        Assert.Equal(Bounds.OfShare(36 / 48.0, 48).Low, (double)why.Option("light")["low"]!, 12);
        Assert.True(why.Option("tree").Suppressed()); // nobody said it: that is told of nobody
        Assert.Contains("why,,,all,light,", await (await CsvAsync(manager, wave)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var group in new[] { "7", "8" })
        {
            var part = (await Publishing.ReadAsync(agency, wave, "?by=district")).Of("why", group);
            Assert.All(part["options"]!.AsArray(), o => Assert.True(o!.Suppressed() || (int)o!["count"]! >= 10 && (int)part["coded"]! - (int)o["count"]! is 0 or >= 10));
        }
        Assert.Equal(48, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from audit_entries where agency_id = '{agency.Id}' and action = 'survey-text.coded'"));
    }

    [Fact]
    public async Task Other_codes_are_counted_when_as_many_texts_have_them_as_the_smallest_group()
    {
        var (agency, wave) = await ClosedAsync("confidential", i => $"Text {i}");
        var agent = await agency.Agent; // of a confidential survey agents read texts too
        await PutBookAsync(agency, "light", "bench");
        var texts = await TextsAsync(agent, wave, "why");
        foreach (var (i, text) in texts.Index()) await CodeAsync(agent, wave, text, i < 30 ? ["light"] : ["bench"]);
        Assert.Equal(PublishOutcome.Coded, await CountAsync(agency, wave));
        Assert.Equal((30, 30), await CountsAsync());

        foreach (var text in texts.Take(9)) await CodeAsync(agent, wave, text, ["light", "bench"]);
        Assert.Equal(PublishOutcome.TooFew, await CountAsync(agency, wave));
        Assert.Equal((30, 30), await CountsAsync()); // nine are fewer than ten
        await CodeAsync(agent, wave, texts[9], ["light", "bench"]);
        await CodeAsync(agent, wave, texts[9], ["bench"]);
        Assert.Equal(PublishOutcome.Coded, await CountAsync(agency, wave));
        Assert.Equal((29, 40), await CountsAsync());

        // The book may grow, and lose what no text has.
        var book = await PutBookAsync(agency, "bench", "light", "tree");
        foreach (var text in texts.Skip(10).Take(20)) await CodeAsync(agent, wave, text, ["light", "tree"]);
        Assert.Equal(PublishOutcome.Coded, await CountAsync(agency, wave));
        Assert.Equal((29, 40), await CountsAsync());
        Assert.Equal(20, (int)(await Publishing.ReadAsync(agency, wave)).Of("why").Option("tree")["count"]!);
        await (await (await agency.Manager).PutAsync($"{agency.Path}/surveys/lamps/questions/why/codes", new { codes = Asking.Options("light") }, book.Headers.ETag!.Tag)).RefusedAsync("code-in-use");
        Assert.Equal(3, (await (await agency.Manager).GetJsonAsync($"{agency.Path}/surveys/lamps/questions/why/codes"))["codes"]!.AsArray().Count);
        await (await (await agency.Manager).PutAsync($"{agency.Path}/surveys/lamps/questions/why/codes", new { codes = Asking.Options("light", "bench", "tree") }, "\"1\"")).RefusedAsync("precondition-failed");

        async Task<(int, int)> CountsAsync()
        {
            var why = (await Publishing.ReadAsync(agency, wave)).Of("why");
            return ((int)why.Option("light")["count"]!, (int)why.Option("bench")["count"]!);
        }
    }

    [Fact]
    public async Task Codes_are_weighted_and_compared_with_the_wave_before()
    {
        var (agency, wave) = await ClosedAsync("anonymous", i => $"Text {i} of {7 + i % 2}");
        await PutBookAsync(agency, "light");
        await ReadAsync(wave, text => text.EndsWith('7') || text.Contains('1')); // of 7 everybody; of 8 those with a 1
        await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/surveys/lamps/margins", new { district = new Dictionary<string, double> { ["7"] = 0.8, ["8"] = 0.2 } });
        Assert.Equal(PublishOutcome.Coded, await CountAsync(agency, wave));
        var plain = (await Publishing.ReadAsync(agency, wave)).Of("why").Option("light");
        var weighted = (await Publishing.ReadAsync(agency, wave, "?weighted=true")).Of("why").Option("light");
        var of8 = ((int)plain["count"]! - 30) / 30.0;
        Assert.Equal(0.8 + 0.2 * of8, (double)weighted["share"]!, 4);

        var next = await WaveAsync(agency, "2026-2", i => $"Text {i}");
        await ReadAsync(next, text => text.Length > 6); // 10 to 59
        Assert.Equal(PublishOutcome.Coded, await CountAsync(agency, next));
        var change = (await Publishing.ReadAsync(agency, next)).Of("why").Option("light")["change"]!;
        Assert.Equal(("2026-1", Math.Round(50 / 60.0 - (double)plain["share"]!, 4)), ((string)change["since"]!, (double)change["by"]!));

        async Task ReadAsync(string of, Func<string, bool> light)
        {
            var manager = await agency.Manager;
            foreach (var text in await TextsAsync(manager, of, "why")) await CodeAsync(manager, of, text, light((string)text["text"]!) ? ["light"] : []);
        }
    }

    [Fact]
    public async Task A_text_says_nothing_of_who_wrote_it_when_or_what_else()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "7", "8");
        var open = await Asking.OpenAsync(agency, Survey("anonymous"));
        await Publishing.PutAsync(host, agency, open, Enumerable.Range(0, 20).Select(i => (0, (object)new { why = $"Text {i}", also = $"Else {i}" })));
        var (manager, texts) = (await agency.Manager, $"{open}/texts?question=why");
        await (await manager.GetAsync(texts)).RefusedAsync("texts-kept-back"); // answers still come in

        var (closed, wave) = await ClosedAsync("anonymous", i => $"Text {i}");
        manager = await closed.Manager;
        await (await (await closed.Agent).GetAsync($"{wave}/texts?question=why")).RefusedAsync("not-allowed");
        await (await manager.GetAsync($"{wave}/texts?question=lit")).RefusedAsync("not-found");
        var (why, also) = (await TextsAsync(manager, wave, "why"), await TextsAsync(manager, wave, "also"));
        Assert.All(why, t => Assert.Equal(["codes", "id", "text"], t.AsObject().Select(m => m.Key).Order()));
        string[] Numbers(List<JsonNode> of) => [.. of.Select(t => ((string)t["text"]!).Split(' ')[1])];
        Assert.Equal(Numbers(why).Order(), Numbers(also).Order());
        Assert.NotEqual(Numbers(why), Numbers(also)); // the first of one list is not the first of the other
        Assert.Empty(why.Select(t => (string)t["id"]!).Intersect(also.Select(t => (string)t["id"]!)));
        var stored = await host.Database.ScalarAsOwnerAsync<string>($"select string_agg(id::text, ' ') from survey_responses where wave_id = '{Asking.IdOf(wave)}'");
        Assert.DoesNotContain(why, t => stored!.Contains((string)t["id"]!, StringComparison.Ordinal));
        Assert.Contains("survey-texts.read", await host.Database.ScalarAsOwnerAsync<string>($"select string_agg(action, ' ') from audit_entries where agency_id = '{closed.Id}'"), StringComparison.Ordinal);

        await (await TryCodeAsync(manager, wave, why[0], ["light"])).RefusedAsync("code-unknown"); // there is no book
        await PutBookAsync(closed, "light");
        await (await TryCodeAsync(manager, wave, why[0], ["dark"])).RefusedAsync("code-unknown");
        await (await manager.PutAsJsonAsync($"{wave}/texts/{Guid.NewGuid()}/codes", new { codes = (string[])["light"] })).RefusedAsync("not-found");
        Assert.Equal(0, await Asking.CountAsync(host, "survey_coded_texts", wave));

        // Of a wave that fewer have answered than the smallest group, nothing is shown.
        var few = await WaveAsync(closed, "few", i => i < 9 ? $"Text {i}" : null, 9);
        await (await manager.GetAsync($"{few}/texts?question=why")).RefusedAsync("texts-kept-back");
    }

    // Sixty have answered, in turns of district 7 and 8.
    async Task<(TestAgency, string)> ClosedAsync(string anonymity, Func<int, string?> text)
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "7", "8");
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys", Survey(anonymity));
        return (agency, await WaveAsync(agency, "2026-1", text));
    }

    async Task<string> WaveAsync(TestAgency agency, string name, Func<int, string?> text, int answers = 60)
    {
        var (opensAt, closesAt) = (DateTimeOffset.UtcNow.AddDays(name == "2026-1" ? -9 : -8), DateTimeOffset.UtcNow.AddMinutes(-1));
        var made = await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys/lamps/waves", new { name, opensAt, closesAt });
        var wave = $"{agency.Path}/surveys/lamps/waves/{made["id"]}";
        await Publishing.StrataAsync(host, agency, wave, (new { district = "7" }, []), (new { district = "8" }, []));
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, answers).Select(i => (1 + i % 2,
            (object)(text(i) is { } why ? new { lit = i < 30 ? "yes" : "no", why, also = $"Else {i}" } : new { lit = i < 30 ? "yes" : "no" }))));
        await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None);
        Assert.Equal(answers < 10 ? PublishOutcome.TooFew : PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave, PublishReason.Closed));
        return wave;
    }

    static async Task<HttpResponseMessage> PutBookAsync(TestAgency agency, params string[] codes)
    {
        var put = await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/surveys/lamps/questions/why/codes", new { codes = Asking.Options(codes) });
        await put.ReadAsync(HttpStatusCode.OK);
        return put;
    }

    // Page by page.
    static async Task<List<JsonNode>> TextsAsync(HttpClient client, string wave, string question, string filter = "")
    {
        var texts = new List<JsonNode>();
        for (var cursor = ""; ;)
        {
            var page = await client.GetJsonAsync($"{wave}/texts?question={question}{filter}&limit=25{cursor}");
            texts.AddRange(page["items"]!.AsArray().Select(t => t!));
            if (page["next"] is not { } next) return texts;
            cursor = $"&cursor={next}";
        }
    }

    static async Task CodeAsync(HttpClient client, string wave, JsonNode text, string[] codes) => await (await TryCodeAsync(client, wave, text, codes)).ReadAsync(HttpStatusCode.OK);

    static Task<HttpResponseMessage> TryCodeAsync(HttpClient client, string wave, JsonNode text, string[] codes) =>
        client.PutAsJsonAsync($"{wave}/texts/{text["id"]}/codes", new { codes });

    static Task<HttpResponseMessage> CsvAsync(HttpClient client, string wave)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{wave}/results");
        request.Headers.Accept.ParseAdd("text/csv");
        return client.SendAsync(request);
    }

    Task<PublishOutcome> CountAsync(TestAgency agency, string wave) => Publishing.PublishAsync(host, agency, wave, PublishReason.Coded, recount: false);
}
