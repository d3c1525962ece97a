using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

public sealed class CaseTests(CirmHost host)
{
    [Fact]
    public async Task A_citizen_submits_the_agent_works_it_and_both_see_the_same_case()
    {
        var agency = await AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        var agent = await agency.Agent;

        var answer = await citizen.PostAsJsonAsync($"{agency.Path}/cases", Lamp);
        var submitted = await answer.ReadAsync(HttpStatusCode.Created);
        Assert.Equal(1, (long)submitted["number"]!);
        Assert.Equal("submitted", (string?)submitted["status"]);
        Assert.Equal("\"1\"", answer.Headers.ETag?.Tag);
        Assert.Equal(TimeSpan.FromHours(48), DateTimeOffset.Parse((string)submitted["dueAt"]!) - DateTimeOffset.Parse((string)submitted["submittedAt"]!));
        var path = answer.Headers.Location!.ToString();

        foreach (var to in (string[])["accepted", "inProgress", "resolved", "closed"])
        {
            var moved = await agent.PostJsonAsync($"{path}/transitions", new { to, reason = $"Now {to}." }, HttpStatusCode.OK);
            Assert.Equal(to, (string?)moved["status"]);
        }
        await agent.PostJsonAsync($"{path}/notes", new { text = "The lamp was old.", visibility = "internal" });
        await agent.PostJsonAsync($"{path}/notes", new { text = "It shines again.", visibility = "public" });

        var seen = await citizen.GetJsonAsync(path);
        Assert.Equal("closed", (string?)seen["status"]);
        Assert.NotNull(seen["closedAt"]);
        var history = (await citizen.GetJsonAsync($"{path}/history"))["items"]!.AsArray();
        Assert.Equal(["submitted", "transitioned", "transitioned", "transitioned", "transitioned", "noted"], history.Select(h => (string?)h!["kind"]));
        Assert.Equal("It shines again.", (string?)history[^1]!["note"]);
        Assert.Equal(7, (await agent.GetJsonAsync($"{path}/history"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_transition_that_is_not_allowed_names_those_that_are()
    {
        var agency = await AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var submitted = await agent.PostJsonAsync($"{agency.Path}/cases", Lamp);
        var problem = await (await agent.PostAsJsonAsync($"{agency.Path}/cases/{submitted["id"]}/transitions", new { to = "resolved", reason = "Done." }))
            .RefusedAsync("transition-not-allowed");
        Assert.Equal(["accepted"], problem["allowed"]!.AsArray().Select(a => (string?)a));
    }

    [Fact]
    public async Task A_repeated_submission_answers_as_the_first_time_and_adds_nothing()
    {
        var agency = await AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => citizen.PostWithKeyAsync($"{agency.Path}/cases", Lamp, key)));
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single(bodies.Distinct());
        Assert.Equal(7, answers.Count(a => a.Headers.TryGetValues("Idempotent-Replayed", out var replayed) && replayed.Single() == "true"));
        Assert.Single((await citizen.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());

        await (await citizen.PostWithKeyAsync($"{agency.Path}/cases", Lamp with { Title = "Another" }, key)).RefusedAsync("idempotency-key-reused");
    }

    [Fact]
    public async Task Every_error_of_a_submission_is_told_with_its_pointer()
    {
        var agency = await AgencyWithServiceAsync(host);
        var problem = await (await (await agency.Citizen).PostAsJsonAsync($"{agency.Path}/cases",
            new { service = 5, kind = "wish", title = "", channel = "web", location = new { latitude = 91, area = "nul\0" } })).RefusedAsync("validation");
        Assert.Equal(
            ["/kind unknown", "/location/area characters", "/location/latitude range", "/service type", "/title required"],
            problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_list_stays_right_while_rows_are_added()
    {
        var agency = await AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        for (var i = 1; i <= 7; i++) await agent.PostJsonAsync($"{agency.Path}/cases", Lamp with { Title = $"Lamp {i}" });

        var titles = new List<string?>();
        var next = $"{agency.Path}/cases?limit=3&status=submitted";
        while (next is not null)
        {
            var answer = await agent.GetAsync(next);
            var page = await answer.ReadAsync(HttpStatusCode.OK);
            titles.AddRange(page["items"]!.AsArray().Select(c => (string?)c!["title"]));
            next = answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            Assert.Equal(page["next"] is null, next is null);
            await agent.PostJsonAsync($"{agency.Path}/cases", Lamp with { Title = "Later" });
        }
        Assert.Equal(Enumerable.Range(1, 7).Reverse().Select(i => $"Lamp {i}"), titles);
    }

    [Fact]
    public async Task A_change_needs_the_state_it_was_decided_on()
    {
        var agency = await AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var path = $"{agency.Path}/cases/{(await agent.PostJsonAsync($"{agency.Path}/cases", Lamp))["id"]}";
        await (await agent.PatchAsync(path, new { title = "Two lamps" }, null)).RefusedAsync("precondition-required");
        var changed = await agent.PatchAsync(path, new { title = "Two lamps" }, "\"1\"");
        Assert.Equal("Two lamps", (string?)(await changed.ReadAsync(HttpStatusCode.OK))["title"]);
        Assert.Equal("\"2\"", changed.Headers.ETag?.Tag);
        await (await agent.PatchAsync(path, new { title = "Three lamps" }, "\"1\"")).RefusedAsync("precondition-failed");
    }

    [Fact]
    public async Task Another_citizens_case_is_not_found()
    {
        var agency = await AgencyWithServiceAsync(host);
        var path = $"{agency.Path}/cases/{(await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", Lamp))["id"]}";
        var stranger = await agency.AsAnotherAsync(Role.Citizen);
        await (await stranger.GetAsync(path)).RefusedAsync("not-found");
        Assert.Empty((await stranger.GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray());
    }

    internal static readonly Submission Lamp = new("lamps", "request", "The lamp is out", "web");

    internal sealed record Submission(string Service, string Kind, string Title, string Channel);

    internal static async Task<TestAgency> AgencyWithServiceAsync(CirmHost host)
    {
        var agency = await host.NewAgencyAsync();
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
        {
            key = "lamps", name = new { en = "Street lamps" }, serves = new { en = "People who walk at night" },
            rights = new { basis = new { en = "Street lighting act" }, objection = new { en = "Write to the ombudsman" } },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
        });
        return agency;
    }
}
