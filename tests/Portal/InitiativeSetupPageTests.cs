using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;

namespace Cirm.Tests.Portal;

/// <summary>A manager sets an initiative up, reads what it promises, and only then opens it.</summary>
public sealed class InitiativeSetupPageTests(CirmHost host)
{
    [Fact]
    public async Task A_manager_reads_what_is_promised_before_opening_and_what_came_out_in_both_ways()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await new Browser(host).SignInAsync(agency, Role.Manager);
        var start = $"/en/{agency.Slug}/manage/initiatives";
        await manager.OpenAsync($"/en/{agency.Slug}/manage/new-initiative");
        (string, string)[] typed =
        [
            ("title/en", "Money for the harbour"), ("key", "harbour"), ("tier", "decision"), ("binding", "true"), ("mandate/en", "We build what you choose."), ("opensAt", "2098-01-01"), ("opensAt/time", "08:00"),
            ("closesAt", "2099-01-01"), ("closesAt/time", "08:00"), ("decision/method", "budget-greedy"), ("channels", "web"), ("channels", "counter"),
        ];
        await manager.SubmitAsync(start, [.. typed.Where(t => t.Item2 != "counter")]);
        foreach (var field in (string[])["channels"]) Assert.Contains($"href=\"#{field}\"", manager.Page); // without internet nobody could vote
        await manager.SubmitAsync(start, typed);
        Assert.Contains("href=\"#decision-budget\"", manager.Page);
        await manager.SubmitAsync(start, [.. typed, ("decision/budget", "100")]);
        var at = manager.At;
        Assert.Equal($"{start}/harbour", at);
        await manager.SubmitAsync($"{at}/options", ("key", "bench"), ("title/en", "A bench"));
        Assert.Contains("href=\"#cost\"", manager.Page);
        foreach (var (key, cost) in ((string, string)[])[("bench", "60"), ("tree", "40"), ("pond", "90"), ("gone", "1")])
            await manager.SubmitAsync($"{at}/options", ("key", key), ("title/en", $"A {key}"), ("cost", cost));
        await manager.PostAsync($"{at}/options/removal", [("option", "gone")]);
        Assert.DoesNotContain("A gone", manager.Words);
        Assert.Contains("Together they cost 190, and there is 100.", manager.Words);

        // Nobody sees it, and nothing is promised, until whoever opens it has said that they read what is promised.
        Assert.DoesNotContain("Money for the harbour", (await new Browser(host).OpenAsync($"/en/{agency.Slug}/initiatives")).Words);
        foreach (var promise in (string[])["You do what comes out", "secret ballot", "3 options stand on the ballot", "We build what you choose.", "100 is given."]) Assert.Contains(promise, manager.Words);
        await manager.SubmitAsync($"{at}/opening");
        Assert.Contains("href=\"#promised\"", manager.Page);
        var seen = manager.Fields($"{at}/opening");
        var other = await new Browser(host, manager).OpenAsync($"{at}/edit");
        await other.PostAsync(at, [.. other.Fields(at).Where(f => f.Name is not "mandate/en"), ("mandate/en", "We build one of them.")]);
        Assert.Contains("We build one of them.", other.Words);
        await manager.PostAsync($"{at}/opening", [.. seen, ("promised", "true")]);
        Assert.Equal(HttpStatusCode.PreconditionFailed, manager.Status); // it promises something else than what was read
        await manager.OpenAsync(at);
        await manager.SubmitAsync($"{at}/opening", ("promised", "true"));
        Assert.DoesNotContain($"{at}/opening", manager.Page);
        Assert.Contains("Money for the harbour", (await new Browser(host).OpenAsync($"/en/{agency.Slug}/initiatives")).Words);
        await manager.OpenAsync($"{at}/edit");
        await manager.PostAsync(at, [.. manager.Fields(at).Where(f => f.Name is not "mandate/en"), ("mandate/en", "We build nothing.")]);
        Assert.Equal(HttpStatusCode.Conflict, manager.Status);
    }

    [Fact]
    public async Task What_was_counted_is_shown_in_both_ways_and_an_initiative_is_closed_with_a_reason()
    {
        var agency = await host.NewAgencyAsync();
        var initiative = await Deciding.DecideAsync(agency, new { method = "budget-greedy", budget = 100 }, ("bench", 60m), ("tree", 40m), ("pond", 90m));
        var at = $"/en/{agency.Slug}/manage/initiatives/{initiative.Split('/')[^1]}";
        var manager = await new Browser(host).SignInAsync(agency, Role.Manager);
        await manager.OpenAsync(at);
        await manager.SubmitAsync($"{at}/closing", ("reason/en", ""));
        Assert.Contains("href=\"#reason", manager.Page);
        await (await agency.Citizen).PostJsonAsync($"{initiative}/ballots", new { choices = (string[])["bench", "tree"] });
        await Deciding.CountAsync(host, agency, initiative);
        await manager.OpenAsync(at);
        Assert.Contains("Counted in both ways", manager.Words);
        Assert.Contains("100 of 100", manager.Words);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await new Browser(host).SignInAsync(agency, Role.Agent)).OpenAsync(at)).Status);
    }
}
