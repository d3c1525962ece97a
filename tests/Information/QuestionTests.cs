using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Information;

public sealed class QuestionTests(CirmHost host)
{
    static readonly object[] Asked =
    [
        new { key = "lamp-number", text = new { en = "The number on the pole", fa = "شمارهٔ تیر چراغ" }, type = "text", required = true, maxLength = 8 },
        new { key = "poles", text = "How many are dark?", type = "number", min = 1, max = 50 },
        new { key = "flickers", text = "Does it flicker?", type = "boolean" },
        new { key = "since", text = "Since which day?", type = "date" },
        new { key = "side", text = "Which side?", type = "single", options = new[] { new { key = "odd", text = "Odd numbers" }, new { key = "even", text = "Even numbers" } } },
        new { key = "near", text = "What is near?", type = "multiple", max = 2, options = new[] { new { key = "school", text = "A school" }, new { key = "stop", text = "A stop" }, new { key = "park", text = "A park" } } },
    ];

    static readonly string[] SchoolAndPark = ["school", "park"];
    static readonly string[] TooMany = ["school", "stop", "park"];
    static readonly string[] Twice = ["stop", "stop"];

    [Fact]
    public async Task A_case_answers_what_its_service_asks_and_keeps_the_answers_with_the_version()
    {
        var agency = await AgencyThatAsksAsync();
        var citizen = await agency.Citizen;
        var answers = new Dictionary<string, object?>
        {
            ["lamp-number"] = "B-1047", ["poles"] = 3, ["flickers"] = true, ["since"] = "2026-11-20", ["side"] = "odd", ["near"] = SchoolAndPark,
        };
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", Case(answers));
        Assert.Equal("B-1047", (string?)submitted["answers"]!["lamp-number"]);
        var seen = await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}");
        Assert.True(JsonNode.DeepEquals(JsonSerializer.SerializeToNode(answers), seen["answers"]), seen["answers"]!.ToJsonString());
        Assert.Null((await host.Anonymous.GetJsonAsync($"{agency.Path}/tracking/{submitted["trackingCode"]}"))["answers"]);

        // A repeated request is answered with the same answers.
        var key = Guid.NewGuid().ToString();
        var first = await (await citizen.PostWithKeyAsync($"{agency.Path}/cases", Case(answers), key)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal(first.ToJsonString(), (await (await citizen.PostWithKeyAsync($"{agency.Path}/cases", Case(answers), key)).ReadAsync(HttpStatusCode.Created)).ToJsonString());
    }

    [Fact]
    public async Task Every_wrong_answer_is_told_with_its_pointer_and_nothing_is_submitted()
    {
        var agency = await AgencyThatAsksAsync();
        var citizen = await agency.Citizen;
        var problem = await (await citizen.PostAsJsonAsync($"{agency.Path}/cases", Case(new Dictionary<string, object?>
        {
            ["lamp-number"] = "far too long", ["poles"] = 51, ["flickers"] = "yes", ["since"] = "1899-12-31", ["side"] = "middle",
            ["near"] = TooMany, ["a/b"] = 1,
        }))).RefusedAsync("validation");
        Assert.Equal(
            ["/answers/a~1b unknown", "/answers/flickers type", "/answers/lamp-number length", "/answers/near range", "/answers/poles range", "/answers/side unknown", "/answers/since date"],
            problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal));
        Assert.Equal("/answers/lamp-number required", Only(await (await citizen.PostAsJsonAsync($"{agency.Path}/cases", Case(null))).RefusedAsync("validation")));
        Assert.Equal("/answers/lamp-number required", Only(await (await citizen.PostAsJsonAsync($"{agency.Path}/cases", Case(new() { ["lamp-number"] = " " }))).RefusedAsync("validation")));
        Assert.Equal("/answers/near duplicate", Only(await (await citizen.PostAsJsonAsync($"{agency.Path}/cases",
            Case(new() { ["lamp-number"] = "1", ["near"] = Twice }))).RefusedAsync("validation")));
        Assert.Empty((await citizen.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Questions_that_cannot_be_answered_are_refused_as_they_are_written()
    {
        var agency = await host.NewAgencyAsync();
        var problem = await (await (await agency.Admin).PostAsJsonAsync($"{agency.Path}/services", new
        {
            key = "lamps", name = "Lamps",
            questions = new object[]
            {
                new { key = "a", text = "?", type = "single" },
                new { key = "a", text = "?", type = "text", options = new[] { new { key = "x", text = "X" } }, min = 1 },
                new { key = "b", text = "?", type = "number", min = 5, max = 4, maxLength = 3 },
                new { key = "c", text = "?", type = "multiple", options = new[] { new { key = "x", text = "X" }, new { key = "x", text = "Y" } } },
            },
        })).RefusedAsync("validation");
        Assert.Equal(
            ["/questions/0/options required", "/questions/1/key duplicate", "/questions/1/min not-allowed", "/questions/1/options not-allowed", "/questions/2/max range",
                "/questions/2/maxLength not-allowed", "/questions/3/options/1/key duplicate"],
            problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_service_is_reachable_only_by_reading_or_by_internet_and_only_its_channels_are_open()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        object Lamps(string key, params string[] channels) => new
        {
            key, name = "Lamps", serves = "Everybody", rights = new { basis = "Act", objection = "Write" }, standard = new { firstResponseHours = 8, resolutionHours = 48 }, channels, publish = true,
        };
        foreach (var channels in (string[][])[["web"], ["web", "email", "sms", "letter"]])
            Assert.Equal("/channels not-reachable", Only(await (await admin.PostAsJsonAsync($"{agency.Path}/services", Lamps("lamps", channels))).RefusedAsync("validation")));
        await admin.PostJsonAsync($"{agency.Path}/services", Lamps("lamps", "web", "phone", "web"));
        Assert.Equal(["web", "phone"], (await host.Anonymous.GetJsonAsync($"{agency.Path}/services/lamps"))["channels"]!.AsArray().Select(c => (string?)c));
        Assert.Equal("/channel not-open", Only(await (await admin.PostAsJsonAsync($"{agency.Path}/cases",
            new { service = "lamps", kind = "report", title = "Dark", channel = "counter" })).RefusedAsync("validation")));
        await admin.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "Dark", channel = "phone" });
    }

    [Fact]
    public async Task A_service_says_all_that_a_citizen_has_to_know_and_a_patch_of_one_thing_leaves_the_rest()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "lighting", name = "Lighting" });
        var service = new
        {
            key = "lamps", name = "Lamps", eligibility = "Everybody, resident or not", documents = new object[] { "None", new { en = "A photo, if you have one", fa = "عکس، اگر دارید" } },
            cost = "Free", channels = new[] { "phone", "web" }, unit = "lighting", spoken = new { en = new { url = "https://example.org/lamps.mp3" }, fa = new { text = "برای چراغ خاموش" } },
            keywords = new { en = new[] { "lamp post", "dark street" } }, questions = Asked,
        };
        await admin.PostJsonAsync($"{agency.Path}/services", service);
        Assert.Equal("/unit unknown", Only(await (await admin.PatchAsync($"{agency.Path}/services/lamps/versions/1", new { unit = "nowhere" }, "\"1\"")).RefusedAsync("validation")));
        await (await admin.PatchAsync($"{agency.Path}/services/lamps/versions/1", new { cost = "One crown" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        var seen = await admin.GetJsonAsync($"{agency.Path}/services/lamps");
        Assert.Equal("One crown", (string?)seen["cost"]!["en"]);
        Assert.Equal("عکس، اگر دارید", (string?)seen["documents"]![1]!["fa"]);
        Assert.Equal("lighting", (string?)seen["unit"]);
        Assert.Equal("https://example.org/lamps.mp3", (string?)seen["spoken"]!["en"]!["url"]);
        Assert.Equal("dark street", (string?)seen["keywords"]!["en"]![1]);
        Assert.Equal(6, seen["questions"]!.AsArray().Count);
        Assert.Equal(8, (int)seen["questions"]![0]!["maxLength"]!);
    }

    /// <summary>Whatever is sent: no exception, every error points at an answer, and what is kept passes again unchanged.</summary>
    [Fact]
    public void Reading_answers_is_total_and_what_it_keeps_it_keeps_again()
    {
        var questions = JsonSerializer.Deserialize<Question[]>(JsonSerializer.Serialize(Asked), Wire.Json)!;
        var values = Gen.Elements("null", "true", "0", "3", "1e30", "\"\"", "\" \"", "\"odd\"", "\"school\"", "\"2026-11-20\"", "\"2026-02-30\"", "[]", "[\"school\"]", "[\"school\",\"school\"]",
            "[1]", "{}", "{\"a\":1}", "\"B-1047\"", "\"much longer than eight\"");
        var keys = Gen.Elements("lamp-number", "poles", "flickers", "since", "side", "near", "other", "a/b~c");
        var sent = keys.SelectMany(k => values.Select(v => (k, v))).ListOf();
        Prop.ForAll(sent.ToArbitrary(), pairs =>
        {
            var answers = pairs.GroupBy(p => p.k).ToDictionary(g => g.Key, g => JsonDocument.Parse(g.First().v).RootElement);
            var (kept, errors) = Questions.Read(questions, answers);
            var (again, none) = Questions.Read(questions, kept);
            return errors.All(e => e.Pointer.StartsWith("/answers/", StringComparison.Ordinal)) && (kept ?? []).Keys.All(answers.ContainsKey)
                && (again ?? []).Keys.Order().SequenceEqual((kept ?? []).Keys.Order()) && none.All(e => e.Code == "required");
        }).QuickCheckThrowOnFailure();
    }

    async Task<TestAgency> AgencyThatAsksAsync()
    {
        var agency = await host.NewAgencyAsync();
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
        {
            key = "lamps", name = "Lamps", serves = "Everybody", rights = new { basis = "Act", objection = "Write" }, standard = new { firstResponseHours = 8, resolutionHours = 48 },
            questions = Asked, publish = true,
        });
        return agency;
    }

    static object Case(Dictionary<string, object?>? answers) => new { service = "lamps", kind = "report", title = "Dark", channel = "web", answers };

    static string Only(JsonNode problem) => $"{problem["errors"]!.AsArray().Single()!["pointer"]} {problem["errors"]![0]!["code"]}";
}
