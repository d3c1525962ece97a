using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>A clerk's hour: joining, handing over, linking, answering many, and what citizens did not accept.</summary>
public sealed class DeskWorkPageTests(CirmHost host)
{
    [Fact]
    public async Task A_clerk_joins_what_is_about_the_same_separates_it_links_it_and_hands_it_over()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        var near = new { latitude = 42.36, longitude = -71.05 };
        var first = await citizen.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "Dark corner", channel = "web", location = near });
        var second = await citizen.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "Lamp out", channel = "web", location = near });
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/units", new { key = "water", name = "Water works" });
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        var at = $"/en/{agency.Slug}/desk/cases/{second["id"]}";
        await desk.OpenAsync(at);
        Assert.Contains("1 like it nearby", desk.Words);
        await desk.SubmitAsync($"{at}/merge", ("intoNumber", "99999"));
        Assert.Contains("href=\"#intoNumber\"", desk.Page);
        await desk.SubmitAsync($"{at}/merge", ("into", (string)first["id"]!));
        Assert.Contains("This case was joined to another one", desk.Words);
        await desk.SubmitAsync($"{at}/unmerge", ("merge/reason", "Another lamp."));
        Assert.DoesNotContain($"{at}/unmerge", desk.Page);
        await desk.SubmitAsync($"{at}/links", ("linkNumber", first["number"]!.ToString()), ("linkType", "related"));
        Assert.Contains("belong together", desk.Words);
        await desk.SubmitAsync(Regex.Match(desk.Page, $"action=\"({at}/links/[^\"]+/removal)\"").Groups[1].Value);
        Assert.DoesNotContain("/removal\"", desk.Page);
        await desk.SubmitAsync($"{at}/hand-over", ("unit", "water"));
        Assert.Contains("href=\"#handOver-reason\"", desk.Page);
        await desk.SubmitAsync($"{at}/hand-over", ("unit", "water"), ("handOver/reason", "It is under water."));
        Assert.Equal("water", (string?)(await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases/{second["id"]}"))["unit"]);
    }

    [Fact]
    public async Task A_clerk_answers_from_a_template_and_sees_to_what_was_not_solved_and_appealed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await (await (await agency.Admin).PutAsJsonAsync($"{agency.Path}/answer-templates/done", new { name = "Done", text = "We have mended the lamp." })).ReadAsync(HttpStatusCode.Created);
        var submitted = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var at = $"/en/{agency.Slug}/desk/cases/{submitted["id"]}";
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await desk.OpenAsync($"{at}?template=done");
        Assert.Contains("We have mended the lamp.</textarea>", desk.Page);
        foreach (var to in (string[])["accepted", "inProgress", "resolved"]) await desk.SubmitAsync($"{at}/transitions", ("to", to), ("reason", "We have mended the lamp."));
        await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases/{submitted["id"]}/verdict", new { solved = false, reason = "Still dark." }, HttpStatusCode.OK);
        await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases/{submitted["id"]}/appeals", new { reason = "Nobody came." });
        await desk.OpenAsync($"/en/{agency.Slug}/desk/waiting");
        foreach (var said in (string[])["Still dark.", "Nobody came."]) Assert.Contains(said, desk.Words);
        await desk.OpenAsync(at);
        Assert.Contains("somebody else decides the appeal", desk.Words);
        var recovery = Regex.Match(desk.Page, $"action=\"({at}/recoveries/[^\"]+)\"").Groups[1].Value;
        await desk.SubmitAsync(recovery, ("recovery/outcome", "remedied"));
        Assert.Contains("href=\"#recovery-text\"", desk.Page);
        await desk.SubmitAsync(recovery, ("recovery/outcome", "remedied"), ("recovery/text", "We came again."));
        Assert.DoesNotContain("/recoveries/", desk.Page);
        var other = await new Browser(host).SignInAsync(agency, Role.Agent);
        await other.OpenAsync(at);
        await other.SubmitAsync(Regex.Match(other.Page, $"action=\"({at}/appeals/[^\"]+)\"").Groups[1].Value, ("appeal/decision", "dismissed"), ("appeal/reason", "We came twice."));
        Assert.DoesNotContain("/appeals/", other.Page);
    }

    [Fact]
    public async Task A_clerk_does_the_same_with_many_cases_of_the_queue()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        for (var i = 0; i < 3; i++) await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = $"Lamp {i}" });
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await desk.OpenAsync($"/en/{agency.Slug}/desk");
        var ids = Regex.Matches(desk.Page, "name=\"ids\"[^>]*value=\"([^\"]+)\"").Select(m => ("ids", m.Groups[1].Value)).ToArray();
        Assert.Equal(3, ids.Length);
        await desk.SubmitAsync($"/en/{agency.Slug}/desk/bulk", ids[..2]);
        Assert.Contains("2 cases are chosen.", desk.Words);
        var order = $"/en/{agency.Slug}/desk/bulk/order";
        await desk.SubmitAsync(order, ("do", "transition"), ("to", "accepted"));
        Assert.Contains("href=\"#reason\"", desk.Page);
        await desk.SubmitAsync(order, ("do", "transition"), ("to", "accepted"), ("reason", "We look at them."));
        Assert.Contains("Many cases are changed", desk.Words);
        Assert.Contains("/operations/", desk.At);
    }

    [Fact]
    public async Task A_clerk_answers_many_contributions_at_once_and_removes_one_by_a_rule()
    {
        var agency = await host.NewAgencyAsync();
        var key = (await Deciding.OpenAsync(agency, "consultation")).Split('/')[^1];
        await (await (await agency.Manager).PutAsJsonAsync($"{agency.Path}/moderation-rules/insults", new { title = "No insults", text = "Nobody is insulted." })).ReadAsync(HttpStatusCode.OK);
        foreach (var text in (string[])["A bench, please.", "More benches.", "You fools."])
            await (await agency.Citizen).PostJsonAsync($"{agency.Path}/initiatives/{key}/contributions", new { kind = "proposal", text });
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        var at = $"/en/{agency.Slug}/desk/initiatives/{key}";
        await desk.OpenAsync($"/en/{agency.Slug}/desk/initiatives");
        Assert.Contains(at, desk.Page);
        await desk.OpenAsync(at);
        await desk.SubmitAsync($"{at}/answers", ("decision", "accepted"), ("text/en", "We will."), ("reason/en", "It is cheap."));
        Assert.Contains("href=\"#contributions\"", desk.Page);
        string Id(string text) => Regex.Matches(desk.Page, "value=\"([0-9a-f-]{36})\"[^>]*>(?:<label.*?</label>|[^<]*)", RegexOptions.Singleline).First(m => m.Value.Contains(text, StringComparison.Ordinal)).Groups[1].Value;
        var (one, two, bad) = (Id("A bench"), Id("More benches"), Id("You fools"));
        await desk.SubmitAsync($"{at}/removals", ("remark", bad), ("rule", "insults"), ("why", "It insults."));
        Assert.DoesNotContain("You fools.", desk.Words);
        await desk.SubmitAsync($"{at}/answers", ("contributions", one), ("contributions", two), ("decision", "accepted"), ("text/en", "We will."), ("reason/en", "It is cheap."));
        Assert.Contains("Nothing waits for an answer.", desk.Words);
        Assert.Contains("2 of 2 contributions are answered.", desk.Words);
        await desk.OpenAsync($"/en/{agency.Slug}/desk/removals");
        Assert.Contains("It insults.", desk.Words);
    }
}
