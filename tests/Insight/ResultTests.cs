using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Statistics;
using Cirm.Core.Insight.Surveying;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>Answers in, figures out.</summary>
public sealed class ResultTests(CirmHost host)
{
    static object Survey(string key = "lamps", string anonymity = "anonymous") => new
    {
        key, title = "Lamps", anonymity, breakdowns = (string[])["district"],
        questions = new object[]
        {
            new { key = "lit", type = "single", text = "Is your street lit?", options = Asking.Options("yes", "no", "partly"), required = true },
            new { key = "safe", type = "scale", text = "How safe do you feel?", min = 1, max = 5 },
            new { key = "needs", type = "multiple", text = "What do you need?", options = Asking.Options("light", "bench") },
        },
    };

    [Fact]
    public async Task Answers_come_in_and_figures_come_out_as_one_would_count_them_by_hand()
    {
        var agency = await host.NewAgencyAsync(); // its smallest group is 10
        await Publishing.AttributeAsync(agency, "district", "7", "8");
        var wave = await Asking.OpenAsync(agency, Survey());
        var citizens = await Asking.CitizensAsync(host, agency, 60, i => $$"""{"district":"{{7 + i % 2}}"}""");
        await Asking.EnterAsync(agency, wave, citizens.Select((c, i) => (c, (object)new
        {
            lit = i < 20 ? "yes" : i < 40 ? "no" : "partly", safe = i % 5 + 1, needs = i % 2 == 0 ? (string[])["light", "bench"] : ["light"],
        })));
        Assert.True((await Publishing.ReadAsync(agency, wave)).Of("lit").Suppressed()); // nothing is published yet
        await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None);
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave, PublishReason.NewAnswers, recount: false));

        var results = await Publishing.ReadAsync(agency, wave, "?by=district");
        Assert.Equal(60, (int)results["responses"]!);
        foreach (var (group, n) in new[] { ("all", 60), ("7", 30), ("8", 30) })
        {
            var lit = results.Of("lit", group);
            Assert.Equal((n, (double)n, 0), ((int)lit["n"]!, (double)lit["effectiveN"]!, (int)lit["skipped"]!));
            Assert.Equal((n / 3, n / 3, n / 3), ((int)lit.Option("yes")["count"]!, (int)lit.Option("no")["count"]!, (int)lit.Option("partly")["count"]!));
            Assert.Equal(1 / 3.0, (double)lit.Option("yes")["share"]!, 12);
            var bounds = Bounds.OfShare(1 / 3.0, n);
            Assert.Equal(bounds.Low, (double)lit.Option("yes")["low"]!, 12);
            Assert.Equal(bounds.High, (double)lit.Option("yes")["high"]!, 12);
        }
        var safe = results.Of("safe");
        Assert.Equal(3, (double)safe["mean"]!, 12);
        Assert.Equal(Math.Sqrt(2 * 60 / 59.0 / 60), (double)safe["standardError"]!, 12); // the variance of 1 to 5 is 2
        // All chose light: nobody did not, and that is told of nobody.
        Assert.True(results.Of("needs").Option("light").Suppressed());
        Assert.Equal(30, (int)results.Of("needs").Option("bench")["count"]!);
        Assert.Null(results["groups"]![0]!["assistedShare"]); // staff entered all of them: nobody answered alone
        Assert.True((int)results["hidden"]!["figures"]! > 0);
        Assert.Equal((60, 60), ((int)results["responseRate"]!["answered"]!, (int)results["responseRate"]!["eligible"]!));
        Assert.Contains("survey.aggregated", await host.Database.ScalarAsOwnerAsync<string>($"select string_agg(type, ' ') from outbox where agency_id = '{agency.Id}'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weighting_makes_the_sample_like_the_population()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 28), (1, "no", 12), (2, "yes", 10), (2, "no", 10));
        await (await (await agency.Manager).GetAsync($"{wave}/results?weighted=true")).RefusedAsync("no-margins");
        var put = await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/surveys/lamps/margins", new { district = new Dictionary<string, double> { ["7"] = 0.5, ["8"] = 0.5 } });
        Assert.Equal("\"1\"", put.Headers.ETag!.Tag);
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));
        var plain = await Publishing.ReadAsync(agency, wave);
        Assert.Equal(38 / 60.0, (double)plain.Of("lit").Option("yes")["share"]!, 12);

        var weighted = await Publishing.ReadAsync(agency, wave, "?weighted=true&by=district");
        var yes = weighted.Of("lit").Option("yes");
        Assert.Equal((38, 0.6), ((int)yes["count"]!, (double)yes["share"]!)); // half of 0.7 and half of 0.5
        Assert.Equal(53.3, (double)weighted.Of("lit")["effectiveN"]!); // 60²/(40 × 0.75² + 20 × 1.5²)
        Assert.Equal(Math.Round(Bounds.OfShare(0.6, 60 * 60 / 67.5).Low, 4), (double)yes["low"]!);
        Assert.Equal(0.7, (double)weighted.Of("lit", "7").Option("yes")["share"]!); // within a district all weigh the same
        Assert.True((bool)weighted["weighting"]!["applied"]!);

        // Other margins and no new answers: the same counts, weighted anew.
        await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/surveys/lamps/margins", new { district = new Dictionary<string, double> { ["7"] = 0.25, ["8"] = 0.75 } });
        Assert.Equal(PublishOutcome.Weighted, await Publishing.PublishAsync(host, agency, wave));
        Assert.Equal(0.55, (double)(await Publishing.ReadAsync(agency, wave, "?weighted=true")).Of("lit").Option("yes")["share"]!, 12);
        Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave));
    }

    [Fact]
    public async Task The_same_answers_are_weighted_three_times_at_most()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 28), (1, "no", 12), (2, "yes", 10), (2, "no", 10));
        var manager = await agency.Manager;
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));
        foreach (var share in (double[])[0.5, 0.25, 0.75])
        {
            Assert.Equal(HttpStatusCode.OK, (await PutAsync(share)).StatusCode);
            Assert.Equal(PublishOutcome.Weighted, await Publishing.PublishAsync(host, agency, wave));
            Assert.Equal(HttpStatusCode.OK, (await PutAsync(share)).StatusCode); // the same again is no other weighting
            Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave));
        }
        var before = (await Publishing.ReadAsync(agency, wave, "?weighted=true")).Of("lit").ToJsonString();
        await (await PutAsync(0.6)).RefusedAsync("margins-fixed");

        // For another wave other margins are welcome; the answers of this one are not weighted once more.
        var next = await manager.PostAsJsonAsync($"{agency.Path}/surveys/lamps/waves", new { name = "next", opensAt = "2030-01-01T00:00:00Z", closesAt = "2030-02-01T00:00:00Z" });
        Assert.Equal(HttpStatusCode.Created, next.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(0.6)).StatusCode);
        Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave));
        Assert.Equal(before, (await Publishing.ReadAsync(agency, wave, "?weighted=true")).Of("lit").ToJsonString());

        Task<HttpResponseMessage> PutAsync(double share) =>
            manager.PutAsJsonAsync($"{agency.Path}/surveys/lamps/margins", new { district = new Dictionary<string, double> { ["7"] = share, ["8"] = 1 - share } });
    }

    [Fact]
    public async Task A_weighted_figure_has_four_decimals_however_many_are_behind_it()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 131), (1, "no", 127), (2, "yes", 109), (2, "no", 103));
        await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/surveys/lamps/margins", new { district = new Dictionary<string, double> { ["7"] = 0.37, ["8"] = 0.63 } });
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));
        var yes = (await Publishing.ReadAsync(agency, wave, "?weighted=true")).Of("lit").Option("yes");
        Assert.Equal(Math.Round(0.37 * 131 / 258 + 0.63 * 109 / 212, 4), (double)yes["share"]!);
        foreach (var bound in (string[])["low", "high"]) Assert.Equal(Math.Round((double)yes[bound]!, 4), (double)yes[bound]!);
    }

    [Theory]
    [InlineData("""{"district":{"7":0.5,"8":0.4}}""", "/district", "sum", "margin-sum")]
    [InlineData("""{"district":{"7":0.5,"9":0.5}}""", "/district/9", "unknown", "margin-unknown")]
    [InlineData("""{"colour":{"red":1}}""", "/colour", "unknown", "margin-unknown")]
    [InlineData("""{"district":{"7":1.5,"8":-0.5}}""", "/district/7", "range")]
    [InlineData("""{"district":{"7":"half","8":0.5}}""", "/district/7", "type")]
    [InlineData("""{"district":0.5}""", "/district", "type")]
    [InlineData("""{"district":{"7":0.5,"9":0.4}}""", "/district", "sum")] // and nine is unknown
    public async Task Margins_that_cannot_be_are_refused_where_they_are_wrong(string margins, string pointer, string code, string problem = "validation")
    {
        var (agency, _) = await CountedAsync();
        var body = new StringContent(margins, System.Text.Encoding.UTF8, "application/json");
        var refused = await (await (await agency.Manager).PutAsync($"{agency.Path}/surveys/lamps/margins", body)).RefusedAsync(problem);
        Assert.Contains(refused["errors"]!.AsArray(), e => (string?)e!["pointer"] == pointer && (string?)e["code"] == code);
        Assert.Empty((await (await agency.Manager).GetJsonAsync($"{agency.Path}/surveys/lamps/margins")).AsObject());
    }

    [Fact]
    public async Task A_margin_that_rests_on_too_few_is_named_and_the_other_results_are_there()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 28), (1, "no", 12), (2, "yes", 4));
        await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/surveys/lamps/margins", new { district = new Dictionary<string, double> { ["7"] = 0.5, ["8"] = 0.5 } });
        await Publishing.PublishAsync(host, agency, wave);
        var refused = await (await (await agency.Manager).GetAsync($"{wave}/results?weighted=true")).RefusedAsync("weighting-refused");
        Assert.Equal(("margin-too-thin", "district", "8"), ((string?)refused["margins"]![0]!["code"], (string?)refused["margins"]![0]!["attribute"], (string?)refused["margins"]![0]!["value"]));
        Assert.False((bool)(await Publishing.ReadAsync(agency, wave))["weighting"]!["applied"]!);
    }

    [Fact]
    public async Task One_more_answer_is_not_told_from_those_before()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 28), (1, "no", 12), (2, "yes", 17), (2, "no", 3));
        await Publishing.PublishAsync(host, agency, wave);
        var first = await Publishing.ReadAsync(agency, wave, "?by=district");
        Assert.True(first.Of("lit", "8").Option("no").Suppressed());
        var tag = (await (await agency.Manager).GetAsync($"{wave}/results")).Headers.ETag!.Tag;

        await PutAsync(agency, wave, (2, "no", 1));
        Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave));
        Assert.True(JsonNode.DeepEquals(first, await Publishing.ReadAsync(agency, wave, "?by=district")));
        await PutAsync(agency, wave, (2, "no", 8));
        Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave, PublishReason.Closed));
        await PutAsync(agency, wave, (2, "no", 1));
        Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave, PublishReason.NewAnswers)); // not half as many again
        await Publishing.PublishAsync(host, agency, wave);

        var request = new HttpRequestMessage(HttpMethod.Get, $"{wave}/results");
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        var again = await (await agency.Manager).SendAsync(request);
        request = new HttpRequestMessage(HttpMethod.Get, $"{wave}/results");
        request.Headers.TryAddWithoutValidation("If-None-Match", again.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NotModified, (await (await agency.Manager).SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Fewer_than_the_smallest_group_are_no_result()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 9));
        Assert.Equal(PublishOutcome.TooFew, await Publishing.PublishAsync(host, agency, wave));
        var results = await Publishing.ReadAsync(agency, wave);
        Assert.Null(results["asOf"]);
        Assert.Null(results["responses"]);
        Assert.All(results["questions"]!.AsArray(), q => Assert.True(q!["groups"]![0]!.Suppressed()));
    }

    [Fact]
    public async Task Counted_as_they_come_they_are_the_same_as_counted_anew()
    {
        var (agency, wave) = await CountedAsync();
        var questions = (await host.Services.GetRequiredService<Surveys>().FindAsync(Core.Platform.Caller.System(agency.Id), "lamps", CancellationToken.None))!.Questions;
        for (var batch = 0; batch < 4; batch++) await Publishing.PutAsync(host, agency, wave, Answers((1, "yes", 7 + batch), (2, "no", 12)), questions);
        Assert.Equal(4, await Asking.CountAsync(host, "survey_counts", wave));
        await Publishing.PublishAsync(host, agency, wave, recount: false);
        Assert.Equal(1, await Asking.CountAsync(host, "survey_counts", wave)); // added up
        var added = await host.Database.ScalarAsOwnerAsync<byte[]>($"select counts from survey_counts where wave_id = '{Asking.IdOf(wave)}'");
        await Publishing.PublishAsync(host, agency, wave, recount: true);
        Assert.Equal(added, await host.Database.ScalarAsOwnerAsync<byte[]>($"select counts from survey_counts where wave_id = '{Asking.IdOf(wave)}'"));
        Assert.Equal(82, (int)(await Publishing.ReadAsync(agency, wave))["responses"]!);
    }

    [Fact]
    public async Task A_wave_tells_what_changed_since_the_one_before()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 60), (1, "no", 40));
        await Publishing.PublishAsync(host, agency, wave);
        var next = await (await agency.Manager).PostJsonAsync($"{agency.Path}/surveys/lamps/waves", new { name = "2026-2", opensAt = DateTimeOffset.UtcNow.AddMinutes(-1), closesAt = DateTimeOffset.UtcNow.AddDays(1) });
        var second = $"{agency.Path}/surveys/lamps/waves/{next["id"]}";
        await Publishing.StrataAsync(host, agency, second, (new { district = "7" }, []), (new { district = "8" }, []));
        await PutAsync(agency, second, (1, "yes", 80), (1, "no", 20));
        await Publishing.PublishAsync(host, agency, second);
        var change = (await Publishing.ReadAsync(agency, second)).Of("lit").Option("yes")["change"]!;
        var bounds = Bounds.OfChange(0.8, Bounds.OfShare(0.8, 100), 0.6, Bounds.OfShare(0.6, 100));
        Assert.Equal(("2026-1", 0.2), ((string?)change["since"], (double)change["by"]!));
        Assert.Equal((Math.Round(bounds.Low, 4), Math.Round(bounds.High, 4)), ((double)change["low"]!, (double)change["high"]!));
    }

    [Fact]
    public async Task Under_embargo_nobody_reads_anything_until_the_wave_has_closed()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 28), (1, "no", 12));
        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set embargo = true where id = '{Asking.IdOf(wave)}'");
        Assert.Equal(PublishOutcome.Embargoed, await Publishing.PublishAsync(host, agency, wave));
        await (await (await agency.Manager).GetAsync($"{wave}/results")).RefusedAsync("results-embargoed");
        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set closes_at = now(), closed_at = now() where id = '{Asking.IdOf(wave)}'");
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave, PublishReason.Closed));
        Assert.Equal(40, (int)(await (await agency.Citizen).GetJsonAsync($"{wave}/results"))["responses"]!); // whoever may answer may read
        await (await host.Anonymous.GetAsync($"{wave}/results")).RefusedAsync("sign-in-needed");
    }

    [Fact]
    public async Task What_cannot_be_asked_of_results_is_refused()
    {
        var (agency, wave) = await CountedAsync();
        var manager = await agency.Manager;
        foreach (var query in (string[])["?by=segment", "?by=colour", "?by=%00", "?question=none"]) await (await manager.GetAsync($"{wave}/results{query}")).RefusedAsync("validation");
        await (await manager.GetAsync($"{agency.Path}/surveys/lamps/waves/none/results")).RefusedAsync("not-found");
        await (await (await agency.Citizen).PostAsJsonAsync($"{wave}/aggregation", new { })).RefusedAsync("not-allowed");
        var operation = await manager.PostJsonAsync($"{agency.Path}/surveys/lamps/waves/2026-1/aggregation", new { }, HttpStatusCode.Accepted);
        Assert.Equal("queued", (string?)operation["state"]);
    }

    [Fact]
    public async Task As_a_table_every_figure_has_a_line()
    {
        var (agency, wave) = await CountedAsync((1, "yes", 28), (1, "no", 12), (2, "yes", 17), (2, "no", 3));
        await Publishing.PublishAsync(host, agency, wave);
        var request = new HttpRequestMessage(HttpMethod.Get, $"{wave}/results?by=district&question=lit");
        request.Headers.Accept.ParseAdd("text/csv");
        var answer = await (await agency.Manager).SendAsync(request);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.StartsWith("question,row,by,group,option,n,", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("lit,,,all,,60,60,0,", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("lit,,district,8,no,,,,,", StringComparison.Ordinal) && l.EndsWith(",true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_for_spreadsheets_has_no_formulas_and_its_figures_stay_figures()
    {
        var agency = await host.NewAgencyAsync();
        string[] districts = ["=HYPERLINK(\"http://evil.example\")", "-7", "+8", "@9"];
        await Publishing.AttributeAsync(agency, "district", districts);
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "cold", title = "Cold", anonymity = "anonymous", breakdowns = (string[])["district"],
            questions = new[] { new { key = "degrees", type = "number", text = "How cold was it?", min = -50, max = 50 } },
        });
        await Publishing.StrataAsync(host, agency, wave, [.. districts.Select(d => ((object)new { district = d }, Array.Empty<Guid>()))]);
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, 120).Select(i => (1 + i % 4, (object)new { degrees = i % 2 == 0 ? -2 : -1 })));
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));

        var request = new HttpRequestMessage(HttpMethod.Get, $"{wave}/results?by=district");
        request.Headers.Accept.ParseAdd("text/csv");
        using var csv = new CsvHelper.CsvReader(new StringReader(await (await (await agency.Manager).SendAsync(request)).Content.ReadAsStringAsync()), CultureInfo.InvariantCulture);
        var rows = csv.GetRecords<dynamic>().Select(r => (IDictionary<string, object>)r).ToList();
        Assert.Equal("-1.5", rows.Single(r => (string)r["group"] == "all")["mean"]);
        Assert.Equal(districts.Select(d => $"'{d}").Order(StringComparer.Ordinal), rows.Select(r => (string)r["group"]).Where(g => g != "all").Order(StringComparer.Ordinal));
        foreach (var cell in rows.SelectMany(r => r.Values).Cast<string>())
            Assert.True(cell is not ['=' or '+' or '-' or '@', ..] || double.TryParse(cell, CultureInfo.InvariantCulture, out _), cell);
    }

    async Task<(TestAgency Agency, string Wave)> CountedAsync(params (int Stratum, string Lit, int Count)[] answers)
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "7", "8");
        var wave = await Asking.OpenAsync(agency, Survey());
        await Publishing.StrataAsync(host, agency, wave, (new { district = "7" }, []), (new { district = "8" }, []));
        await PutAsync(agency, wave, answers);
        return (agency, wave);
    }

    Task PutAsync(TestAgency agency, string wave, params (int Stratum, string Lit, int Count)[] answers) => Publishing.PutAsync(host, agency, wave, Answers(answers));

    static IEnumerable<(int, object)> Answers(params (int Stratum, string Lit, int Count)[] answers) =>
        answers.SelectMany(a => Enumerable.Range(0, a.Count).Select(_ => (a.Stratum, (object)new { lit = a.Lit })));
}
