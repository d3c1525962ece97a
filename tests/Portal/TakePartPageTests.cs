using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;

namespace Cirm.Tests.Portal;

/// <summary>Taking part on the pages, without JavaScript.</summary>
public sealed class TakePartPageTests(CirmHost host)
{
    [Fact]
    public async Task A_citizen_votes_once_gets_a_receipt_and_reads_what_came_out()
    {
        var agency = await host.NewAgencyAsync();
        var initiative = await Deciding.DecideAsync(agency, new { method = "budget-greedy", budget = 100 }, ("bench", 60m), ("tree", 40m), ("pond", 90m));
        var at = $"/en/{agency.Slug}/initiatives/{initiative.Split('/')[^1]}";
        var anonymous = await new Browser(host).OpenAsync(at);
        Assert.DoesNotContain("<form method=\"post\"", anonymous.Page[anonymous.Page.IndexOf("<main", StringComparison.Ordinal)..]);
        var browser = await new Browser(host).SignInAsync(agency, Role.Citizen);
        await browser.OpenAsync($"/en/{agency.Slug}/initiatives");
        Assert.Contains(at, browser.Page);
        await browser.OpenAsync(at);
        await browser.SubmitAsync($"{at}/ballots/check", ("choices", "bench"), ("choices", "pond"));
        Assert.Contains("150 of 100", browser.Words);
        await browser.SubmitAsync($"{at}/ballots");
        Assert.True(browser.Words.Contains("more than there is", StringComparison.Ordinal), browser.Words);
        await browser.SubmitAsync($"{at}/ballots/check", ("choices", "pond"));
        var form = browser.Fields($"{at}/ballots");
        await browser.PostAsync($"{at}/ballots", form);
        Assert.Contains("Your ballot is in the box", browser.Words);
        var receipt = System.Text.RegularExpressions.Regex.Match(browser.Page, "id=\"receipt\">([^<]{10,})<").Groups[1].Value;
        // Sent again, as by somebody who saw no answer: the same receipt, and one ballot.
        await browser.PostAsync($"{at}/ballots", form);
        Assert.Contains("You sent this ballot before", browser.Words);
        Assert.Contains(receipt, browser.Words);
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from ballot_box where agency_id = '{agency.Id}'"));
        await browser.OpenAsync(at);
        await browser.SubmitAsync($"{at}/ballots/check", ("choices", "tree"));
        await browser.SubmitAsync($"{at}/ballots");
        Assert.Contains("You have voted already", browser.Words);
        Assert.Equal(HttpStatusCode.Conflict, browser.Status);
        await browser.OpenAsync(at);
        await browser.SubmitAsync($"{at}/ballots/check", ("choices", "bench"));
        await browser.SubmitAsync($"{at}/ballots", ("receipt", "0000-0000-0000-0000-0000-0000"));
        Assert.Contains("No ballot of this vote has this receipt", browser.Words);
        await browser.SubmitAsync($"{at}/ballots/check", ("choices", "bench"), ("choices", "tree"));
        await browser.SubmitAsync($"{at}/ballots", ("receipt", receipt.ToLowerInvariant()));
        Assert.Contains("Your ballot is changed", browser.Words);

        var result = await Deciding.CountAsync(host, agency, initiative);
        await anonymous.OpenAsync(at);
        Assert.Contains("100 of 100", anonymous.Words);
        Assert.Contains((string)result["ballotsDigest"]!, anonymous.Words);
        Assert.Contains("ballots.pb", anonymous.Page);
        await anonymous.OpenAsync($"{at}/count");
        Assert.Contains("The pond (90)".Split(' ')[1], anonymous.Words);
        Assert.Contains("counted in both ways", anonymous.Words);
    }

    [Fact]
    public async Task A_citizen_says_something_and_everybody_reads_it_with_the_answer()
    {
        var agency = await host.NewAgencyAsync();
        var initiative = await Deciding.OpenAsync(agency, "consultation");
        var key = initiative.Split('/')[^1];
        var browser = await new Browser(host).SignInAsync(agency, Role.Citizen, "fa");
        await browser.OpenAsync($"/fa/{agency.Slug}/initiatives/{key}");
        await browser.SubmitAsync($"/fa/{agency.Slug}/initiatives/{key}/contributions", ("contribution", "proposal"), ("text", " "));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.SubmitAsync($"/fa/{agency.Slug}/initiatives/{key}/contributions", ("contribution", "proposal"), ("text", "یک نیمکت بگذارید."));
        Assert.Contains("یک نیمکت بگذارید.", browser.Words);
        var manager = await agency.Manager;
        var said = (await manager.GetJsonAsync($"{agency.Path}/initiatives/{key}/contributions"))["items"]!.AsArray().Single()!;
        await manager.PostJsonAsync($"{agency.Path}/initiatives/{key}/contributions/{said["id"]}/answer", new { text = "We will.", decision = "accepted", reason = "It is cheap." });
        var reader = await new Browser(host).OpenAsync($"/en/{agency.Slug}/initiatives/{key}");
        Assert.Contains("Our answer: accepted", reader.Words);
        Assert.Contains("It is cheap.", reader.Words);
    }
}
