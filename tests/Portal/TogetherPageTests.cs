using System.Net;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>What citizens do with each other on the pages, without JavaScript: topics, talk about a service, tasks.</summary>
public sealed class TogetherPageTests(CirmHost host)
{
    [Fact]
    public async Task A_topic_is_opened_supported_once_each_and_past_the_threshold_an_answer_is_owed()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await (await agency.Manager).PutAsync($"{agency.Path}/agenda", new { threshold = 2, answerDays = 30 }, null);
        var opener = await (await new Browser(host).SignInAsync(agency, Role.Citizen)).OpenAsync($"/en/{agency.Slug}/topics");
        Assert.Contains("When 2 people support a topic, the agency owes an answer within 30 days.", opener.Words);
        await opener.SubmitAsync($"/en/{agency.Slug}/topics", ("title", "Light on the way to school"));
        Assert.Contains("Fill in: Your text", opener.Words);
        await opener.SubmitAsync($"/en/{agency.Slug}/topics", ("title", "Light on the way to school"), ("text", "It is dark at seven."));
        var at = opener.At;
        foreach (var supporter in new[] { await new Browser(host).SignInAsync(agency, Role.Citizen), await new Browser(host).SignInAsync(agency, Role.Citizen) })
        {
            await supporter.OpenAsync(at);
            await supporter.SubmitAsync($"{at}/support");
            Assert.Equal(HttpStatusCode.OK, supporter.Status);
            if (!supporter.Words.Contains("We owe an answer", StringComparison.Ordinal)) await supporter.SubmitAsync($"{at}/support");
        }
        var reader = await new Browser(host).OpenAsync(at);
        Assert.Contains("We owe an answer until", reader.Words);
        Assert.Contains("2 of 2 supporters", reader.Words);
    }

    [Fact]
    public async Task Citizens_ask_and_answer_each_other_about_a_service_and_whoever_asked_says_what_answers_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var asker = await new Browser(host).SignInAsync(agency, Role.Citizen);
        var about = $"/en/{agency.Slug}/services/lamps/talk";
        await asker.OpenAsync(about);
        await asker.SubmitAsync(about, ("talk", "question"), ("title", "Which number?"), ("text", "There are two plates."));
        var at = asker.At;
        var knower = await (await new Browser(host).SignInAsync(agency, Role.Citizen)).OpenAsync(at);
        await knower.SubmitAsync($"{at}/posts", ("text", "The small one."), ("signedAs", "Mina"));
        Assert.Contains("Mina", knower.Words);
        Assert.DoesNotContain("This answers my question", knower.Words);
        await asker.OpenAsync(at);
        await asker.SubmitAsync(Regex.Match(asker.Page, $"{at}/posts/[0-9a-f-]+/acceptance").Value);
        Assert.Contains("Answered", (await new Browser(host).OpenAsync(about)).Words);

        await asker.OpenAsync(about);
        await asker.SubmitAsync($"/en/{agency.Slug}/services/lamps/rating");
        Assert.Contains("Fill in: Your rating", asker.Words);
        await asker.SubmitAsync($"/en/{agency.Slug}/services/lamps/rating", ("stars", "4"));
        Assert.Equal(HttpStatusCode.OK, asker.Status);
        Assert.Contains("A figure is shown when at least 10 people have rated it.", asker.Words);
    }

    [Fact]
    public async Task Whoever_wrote_what_was_removed_reads_why_objects_and_reads_how_that_was_decided()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await (await agency.Manager).PutAsync($"{agency.Path}/moderation-rules/civil", new { title = "No insults", text = "Nobody is insulted." }, null);
        var author = await new Browser(host).SignInAsync(agency, Role.Citizen);
        var about = $"/en/{agency.Slug}/services/lamps/talk";
        await author.OpenAsync(about);
        await author.SubmitAsync(about, ("talk", "experience"), ("title", "Dark"), ("text", "They are slow."));
        var talk = author.At;
        var removal = await (await agency.Agent).PostJsonAsync($"{agency.Path}/remarks/{talk.Split('/')[^1]}/removal", new { rule = "civil", reason = "It insults the crew." });
        await author.OpenAsync(talk);
        var at = $"/en/{agency.Slug}/removals/{removal["id"]}";
        Assert.Contains($"href=\"{at}\"", author.Page);
        await author.OpenAsync(at);
        Assert.Contains("Nobody is insulted.", author.Words);
        await author.SubmitAsync($"{at}/appeal", ("reason", ""));
        Assert.Contains("href=\"#reason\"", author.Page);
        await author.SubmitAsync($"{at}/appeal", ("reason", "Slow is no insult."));
        Assert.DoesNotContain($"action=\"{at}/appeal\"", author.Page);
        // Others read that and why, and nothing of what was said.
        var other = await (await new Browser(host).SignInAsync(agency, Role.Citizen)).OpenAsync(at);
        Assert.Contains("It insults the crew.", other.Words);
        Assert.DoesNotContain("slow", other.Words, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain($"action=\"{at}/appeal\"", other.Page);

        var second = await (await new Browser(host).SignInAsync(agency, Role.Agent)).OpenAsync($"/en/{agency.Slug}/desk/removals");
        await second.SubmitAsync($"/en/{agency.Slug}/desk/removals/{removal["id"]}", ("upheld", "false"), ("reason", "The rest of it was."));
        await author.OpenAsync(at);
        Assert.Contains("The rest of it was.", author.Words);
    }

    [Fact]
    public async Task A_task_is_started_pledged_for_done_and_confirmed_by_two_others()
    {
        var agency = await host.NewAgencyAsync();
        var at = $"/en/{agency.Slug}/initiatives/{(await Deciding.OpenAsync(agency, "execution")).Split('/')[^1]}/tasks";
        var starter = await (await new Browser(host).SignInAsync(agency, Role.Citizen)).OpenAsync(at);
        await starter.SubmitAsync(at, ("title", "Paint the fence"), ("text", "On Saturday."), ("safety", "Old paint has lead in it."));
        var task = starter.At;
        var others = new[] { await new Browser(host).SignInAsync(agency, Role.Citizen), await new Browser(host).SignInAsync(agency, Role.Citizen) };
        await others[0].OpenAsync(task);
        await others[0].SubmitAsync($"{task}/pledges", ("pledge", "hours"), ("text", "I come."));
        Assert.Contains("Fill in: How many", others[0].Words);
        await others[0].SubmitAsync($"{task}/pledges", ("pledge", "hours"), ("amount", "۳٫۵"), ("text", "I come."));
        Assert.Contains("Hours of work: 3.5", others[0].Words);
        await others[0].SubmitAsync($"{task}/progress", ("told", "progress"), ("words", "Half of it is done."));
        Assert.Contains("Half of it is done.", others[0].Words);
        await starter.OpenAsync(task);
        await starter.SubmitAsync($"{task}/completion");
        foreach (var other in others)
        {
            await other.OpenAsync(task);
            await other.SubmitAsync($"{task}/confirmations");
        }
        Assert.Contains("Done, others say too", (await new Browser(host).OpenAsync(task)).Words);
    }
}
