using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Portal;

/// <summary>A manager asks citizens on the pages: writes the survey, sees it as they will, opens it, and reads what came of it.</summary>
public sealed class SurveyPageTests(CirmHost host)
{
    [Fact]
    public async Task A_manager_writes_a_survey_of_every_type_sees_it_as_citizens_do_and_asks_it()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "1", "2");
        var manager = await new Browser(host).SignInAsync(agency, Role.Manager);
        var (start, draft) = ($"/en/{agency.Slug}/surveys", $"/en/{agency.Slug}/new-survey");
        await manager.OpenAsync(draft);

        // Questions are added and moved without anything being kept, and what was typed stays.
        (string, string)[] head = [("title/en", "Your street"), ("key", "street"), ("anonymity", "anonymous"), ("access", "members"), ("breakdowns", "district")];
        await manager.PostAsync(draft, [.. head, ("q/0/key", "lit"), ("q/0/type", "single"), ("q/0/text/en", "Is it lit?"), ("q/0/options/en", "yes = Yes\nno = No"), ("do", "add")]);
        Assert.Contains("name=\"q/1/key\"", manager.Page);
        await manager.PostAsync(draft, [.. head, ("q/0/key", "b"), ("q/1/key", "a"), ("q/1/text/en", "Moved"), ("do", "up/1")]);
        Assert.Equal(("a", "b"), (Value(manager, "q/0/key"), Value(manager, "q/1/key")));
        Assert.Contains("Moved", manager.Words);
        await manager.PostAsync(draft, [.. head, ("q/0/key", "b"), ("q/1/key", "a"), ("do", "remove/0")]);
        Assert.Equal("a", Value(manager, "q/0/key"));
        Assert.DoesNotContain("name=\"q/1/key\"", manager.Page);

        (string, string)[] questions =
        [
            .. Question(0, "lit", "single", "Is it lit?", "yes = Yes\nno = No"), ("q/0/required", "true"),
            .. Question(1, "why", "text", "What is missing?"), ("q/1/if/question", "lit"), ("q/1/if/op", "eq"), ("q/1/if/value", "no"),
            .. Question(2, "needs", "multiple", "What do you need?", "Light\nBench\nTree"), ("q/2/max", "2"),
            .. Question(3, "safe", "scale", "How safe do you feel?"), ("q/3/min", "1"), ("q/3/max", "7"),
            .. Question(4, "years", "number", "Since how many years?"), ("q/4/if/question", "safe"), ("q/4/if/op", "ge"), ("q/4/if/value", "5"),
            .. Question(5, "order", "ranking", "Which first?", "light = Light\nbench = Bench"),
            .. Question(6, "grid", "matrix", "How well?", "well = Well\nbadly = Badly"), ("q/6/rows/en", "day = By day\nnight = At night"),
            ("q/7/key", "trust"), ("q/7/item", "trust-people"),
        ];
        await manager.PostAsync(start, [.. head[..^1], .. questions[..^2], ("q/7/key", "lit"), ("q/7/type", "matrix"), ("q/7/text/en", "Again?")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, manager.Status);
        foreach (var field in (string[])["q-7-options", "q-7-rows"]) Assert.Contains($"href=\"#{field}", manager.Page);
        await manager.PostAsync(start, [.. head, .. questions]);
        Assert.Equal($"{start}/street", manager.At);
        var made = await (await agency.Manager).GetJsonAsync($"{agency.Path}/surveys/street");
        Assert.Equal(["single", "text", "multiple", "scale", "number", "ranking", "matrix", "scale"], made["questions"]!.AsArray().Select(q => (string?)q!["type"]));
        Assert.Equal(["1", "2", "3"], made["questions"]![2]!["options"]!.AsArray().Select(o => (string?)o!["key"]));
        Assert.Equal("""{"question":"safe","op":"ge","value":5}""", made["questions"]![4]!["showIf"]!.ToJsonString());

        // As a citizen sees it: what does not follow is not there.
        await manager.OpenAsync($"{start}/street/preview");
        Assert.Contains("Is it lit?", manager.Words);
        Assert.DoesNotContain("What is missing?", manager.Words);
        await manager.OpenAsync($"{start}/street/preview?a/lit=no&a/safe=6&a/order/light=2&a/grid/day=well");
        foreach (var follows in (string[])["What is missing?", "Since how many years?"]) Assert.Contains(follows, manager.Words);

        // Nobody has answered: it can still be changed, and what the form shows makes the same survey again.
        await manager.OpenAsync($"{start}/street/edit");
        await manager.PostAsync($"{start}/street", manager.Fields($"{start}/street"));
        Assert.Equal($"{start}/street", manager.At);
        var again = await (await agency.Manager).GetJsonAsync($"{agency.Path}/surveys/street");
        Assert.Equal(made["questions"]!.ToJsonString(), again["questions"]!.ToJsonString());

        await manager.SubmitAsync($"{start}/street/waves", ("name", "2026-1"), ("opensAt", "2026-13-01"), ("opensAt/time", "08:00"), ("closesAt", "2099-01-01"), ("closesAt/time", "08:00"));
        Assert.Contains("href=\"#opensAt\"", manager.Page);
        await manager.SubmitAsync($"{start}/street/waves", ("name", "2026-1"), ("opensAt", "2026-01-01"), ("opensAt/time", "08:00"), ("closesAt", "2099-01-01"), ("closesAt/time", "08:00"));
        var at = manager.At;
        var wave = (await (await agency.Manager).GetJsonAsync($"{agency.Path}/surveys/street/waves"))["items"]!.AsArray().Single()!;
        Assert.Equal("2026-01-01T13:00:00Z", (string?)wave["opensAt"]); // on the agency's wall, in New York
        await manager.SubmitAsync($"{at}/invitations", ("codes", "x"));
        Assert.Contains("href=\"#codes\"", manager.Page);
        await manager.SubmitAsync($"{at}/invitations", ("codes", "5"));
        Assert.Contains("Invitations are sent", manager.Words);
        await manager.OpenAsync(at);
        await manager.SubmitAsync($"{at}/closing");
        Assert.DoesNotContain($"action=\"{at}/closing\"", manager.Page);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await new Browser(host).SignInAsync(agency, Role.Agent)).OpenAsync(start)).Status);
    }

    [Fact]
    public async Task A_manager_reads_results_in_tables_and_is_told_what_is_hidden()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "1", "2", "3");
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "street", title = "Your street", anonymity = "confidential", breakdowns = (string[])["district"],
            questions = new object[]
            {
                new { key = "lit", type = "single", text = "<script>alert(1)</script> Is it lit?", options = Asking.Options("yes", "no") }, new { key = "safe", type = "scale", text = "How safe?" },
                new { key = "grid", type = "matrix", text = "How well?", rows = Asking.Options("day", "night"), options = Asking.Options("well", "badly") },
            },
        });
        var at = $"/en/{agency.Slug}/surveys/street/waves/{Asking.IdOf(wave)}/results";
        var manager = await new Browser(host).SignInAsync(agency, Role.Manager);
        await manager.OpenAsync(at);
        Assert.Contains("Nothing is shown yet", manager.Words);
        await Publishing.StrataAsync(host, agency, wave, (new { district = "1" }, []), (new { district = "2" }, []), (new { district = "3" }, []));
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, 130).Select(i =>
            (i < 60 ? 1 : i < 126 ? 2 : 3, (object)new { lit = i % 2 == 0 ? "yes" : "no", safe = 1 + i % 5, grid = new { day = "well", night = i % 3 == 0 ? "well" : "badly" } })));
        await Publishing.PublishAsync(host, agency, wave);
        await manager.OpenAsync(at);
        Assert.DoesNotContain("<script>alert", manager.Page);
        Assert.Matches("""data-chart="bar".*?data-value="0\.5" data-low="0\.41""", manager.Page.ReplaceLineEndings(" "));
        Assert.Contains("130 of 130 who were asked answered.", manager.Words);
        Assert.Contains("On average", manager.Words);
        Assert.DoesNotMatch("style=\"", manager.Page);
        await manager.OpenAsync($"{at}?by=district");
        Assert.Contains("figures are hidden", manager.Words);
        Assert.Matches("<bdi>3</bdi></th>\\s*<td[^>]*>hidden</td>", manager.Page); // four people
        Assert.Matches("<bdi>2</bdi></th>\\s*<td[^>]*>66</td>", manager.Page);
        await manager.OpenAsync(at.Replace("/en/", "/fa/", StringComparison.Ordinal) + "?by=district");
        Assert.Contains("۶۶", manager.Words);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await manager.OpenAsync($"{at}?by=name")).Status);
    }

    static string? Value(Browser browser, string field) => System.Text.RegularExpressions.Regex.Match(browser.Page, $"name=\"{field}\"[^>]*value=\"([^\"]*)\"") is { Success: true } found ? found.Groups[1].Value : null;

    static (string, string)[] Question(int place, string key, string type, string text, string options = "") =>
        [($"q/{place}/key", key), ($"q/{place}/type", type), ($"q/{place}/text/en", text), ($"q/{place}/options/en", options)];
}
