using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Participation;

/// <summary>Citizens set the agenda too: past a published number of supporters an answer is owed.</summary>
public sealed class AgendaTests(CirmHost host)
{
    [Fact]
    public async Task Enough_supporters_set_the_date_of_an_answer_and_the_threshold_of_a_topic_stays()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (manager, agent) = (await agency.Manager, await agency.Agent);
        Assert.Equal("50 30", (await host.Anonymous.GetJsonAsync($"{agency.Path}/agenda"))["settings"] is { } usual ? $"{usual["threshold"]} {usual["answerDays"]}" : "");
        await (await manager.PutAsync($"{agency.Path}/agenda", new { threshold = 2, answerDays = 10 }, null)).ReadAsync(HttpStatusCode.OK);
        await (await agent.PutAsync($"{agency.Path}/agenda", new { threshold = 9, answerDays = 10 }, null)).RefusedAsync("not-allowed");
        var (sara, omid, neda) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var opened = await sara.Client.PostJsonAsync($"{agency.Path}/topics", new { title = "Dark paths", text = "In the park.", service = CaseTests.Lamp.Service });
        Assert.Equal("open citizen 0 2", $"{opened["state"]} {opened["spokenBy"]} {opened["supporters"]} {opened["threshold"]}");
        await (await manager.PutAsync($"{agency.Path}/agenda", new { threshold = 1000, answerDays = 300 }, null)).ReadAsync(HttpStatusCode.OK);
        var topic = $"{agency.Path}/topics/{opened["id"]}";

        var first = await sara.Client.PostJsonAsync($"{topic}/support", new { }, HttpStatusCode.OK);
        Assert.Equal("open 1 ", $"{first["state"]} {first["supporters"]} {first["dueAt"]}");
        await (await sara.Client.PostAsJsonAsync($"{topic}/support", new { })).RefusedAsync("already-supported");
        await (await sara.Client.PostAsJsonAsync($"{topic}/support", new { citizenId = omid.Id })).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync($"{topic}/support", new { })).RefusedAsync("validation"); // whose?
        await (await agent.DeleteAsync($"{topic}/support")).RefusedAsync("validation");
        foreach (var _ in (int[])[1, 2]) Assert.Equal(0, (int)(await (await sara.Client.DeleteAsync($"{topic}/support")).ReadAsync(HttpStatusCode.OK))["supporters"]!);
        Assert.Equal(1, (int)(await sara.Client.PostJsonAsync($"{topic}/support", new { }, HttpStatusCode.OK))["supporters"]!);
        await (await agent.PostAsJsonAsync($"{topic}/support", new { citizenId = Guid.NewGuid() })).RefusedAsync("validation");
        var reached = await agent.PostJsonAsync($"{topic}/support", new { citizenId = omid.Id }, HttpStatusCode.OK); // who came to the counter
        Assert.Equal("owed 2", $"{reached["state"]} {reached["supporters"]}"); // by what held when it was opened
        Assert.Equal(10, ((DateTimeOffset)reached["dueAt"]! - (DateTimeOffset)reached["reachedAt"]!).TotalDays, 6);
        await neda.Client.PostJsonAsync($"{topic}/support", new { }, HttpStatusCode.OK);
        Assert.Equal((string?)reached["dueAt"], (string?)(await host.Anonymous.GetJsonAsync(topic))["dueAt"]);
        foreach (var supporter in (string[])["", $"?citizenId={omid.Id}"])
            await (await (supporter.Length == 0 ? neda.Client : agent).DeleteAsync($"{topic}/support{supporter}")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal("owed 1", await host.Anonymous.GetJsonAsync(topic) is var owed ? $"{owed["state"]} {owed["supporters"]}" : ""); // what was reached is kept

        await host.Database.ExecuteAsOwnerAsync($"update topics set due_at = now() - interval '1 hour' where agency_id = '{agency.Id}'");
        Assert.Equal($"{opened["id"]}", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/topics?overdue=true&setBy=citizen"))["items"]!.AsArray().Single()!["id"]);
        await agent.PostJsonAsync($"{agency.Path}/topics", new { title = "Our plan", text = "x" });
        var agenda = await host.Anonymous.GetJsonAsync($"{agency.Path}/agenda");
        Assert.Equal("1 1 0 1, 1 0", $"{agenda["citizens"]!["topics"]} {agenda["citizens"]!["owed"]} {agenda["citizens"]!["answered"]} {agenda["citizens"]!["overdue"]}, {agenda["agency"]!["topics"]} {agenda["agency"]!["owed"]}");
        var initiative = (await Deciding.OpenAsync(agency, "consultation")).Split('/')[^1];
        var answer = new { text = "We ask everybody.", decision = "accepted", reason = "You are right.", ledTo = new { initiative } };
        var answered = await manager.PostJsonAsync($"{topic}/answer", answer, HttpStatusCode.OK);
        Assert.Equal($"answered True {initiative}", $"{answered["state"]} {(bool)answered["overdue"]!} {answered["answer"]!["ledTo"]!["initiative"]}");
        await (await manager.PostAsJsonAsync($"{topic}/answer", answer)).RefusedAsync("remark-answered");
        agenda = await host.Anonymous.GetJsonAsync($"{agency.Path}/agenda");
        Assert.Equal("1 0 0 1 1", $"{agenda["citizens"]!["answered"]} {agenda["citizens"]!["inTime"]} {agenda["citizens"]!["overdue"]} {agenda["citizens"]!["accepted"]} {agenda["citizens"]!["initiatives"]}");
    }

    [Fact]
    public async Task One_voice_each_however_often_it_is_raised_at_once()
    {
        var agency = await host.NewAgencyAsync();
        var sara = await Deciding.CitizenAsync(host, agency);
        var topic = $"{agency.Path}/topics/{(await sara.Client.PostJsonAsync($"{agency.Path}/topics", new { title = "x", text = "x" }))["id"]}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => sara.Client.PostAsJsonAsync($"{topic}/support", new { })));
        Assert.Single(answers, a => a.IsSuccessStatusCode);
        Assert.Equal(1, (int)(await host.Anonymous.GetJsonAsync(topic))["supporters"]!);
        Assert.Equal($"topic {topic.Split('/')[^1]}", (await sara.Client.GetJsonAsync("/v1/me/export"))["voices"]![0] is { } voice ? $"{voice["kind"]} {voice["id"]}" : "");
        await (await sara.Client.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Equal("1 ", await host.Anonymous.GetJsonAsync(topic) is var left ? $"{left["supporters"]} {left["title"]}" : ""); // counted, and not known any more
    }
}
