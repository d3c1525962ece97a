using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Participation;

/// <summary>Whoever says something is owed an answer, and sees what became of it.</summary>
public sealed class ConsultationTests(CirmHost host)
{
    [Fact]
    public async Task Nothing_is_closed_before_everybody_is_answered_and_one_answer_can_go_to_many()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (manager, agent) = (await agency.Manager, await agency.Agent);
        var (sara, omid) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var park = await Deciding.OpenAsync(agency, "consultation");
        var advice = await sara.Client.PostJsonAsync($"{park}/contributions", new { kind = "advice", text = "Plant limes.", on = "The trees", signedAs = "Sara of Elm Street" });
        Assert.Equal("advice The trees Sara of Elm Street web", $"{advice["kind"]} {advice["passage"]} {advice["signedAs"]} {advice["channel"]}");
        var criticism = await omid.Client.PostJsonAsync($"{park}/contributions", new { kind = "criticism", text = "Too dark.", on = new { service = CaseTests.Lamp.Service } });
        var letter = await agent.PostJsonAsync($"{park}/contributions", new { kind = "proposal", text = "More benches.", channel = "letter" });
        Assert.Equal($"{CaseTests.Lamp.Service} letter", $"{criticism["service"]} {letter["channel"]}");
        Assert.True((bool)letter["assisted"]!);
        var seen = (await host.Anonymous.GetJsonAsync($"{park}/contributions")).ToJsonString();
        Assert.DoesNotContain(sara.Id.ToString(), seen);
        Assert.DoesNotContain(omid.Id.ToString(), seen);

        var refused = await (await manager.PostAsJsonAsync($"{park}/close", new { reason = "Enough." })).RefusedAsync("unanswered-contributions");
        Assert.Equal($"3 {advice["id"]}", $"{refused["unanswered"]} {refused["first"]![0]}");
        var next = (await Deciding.OpenAsync(agency, "consultation")).Split('/')[^1];
        var answer = await agent.PostJsonAsync($"{park}/contributions/{advice["id"]}/answer", new { text = "We will.", decision = "accepted", reason = "It is cheap.", ledTo = new { initiative = next } });
        await (await agent.PostAsJsonAsync($"{park}/contributions/{advice["id"]}/answer", new { text = "x", decision = "noted", reason = "x" })).RefusedAsync("remark-answered");
        await (await agent.PostAsJsonAsync($"{park}/answers", new { contributions = (string[])[$"{Guid.NewGuid()}"], text = "x", decision = "noted", reason = "x" })).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync($"{park}/answers", new { contributions = (string[])[$"{letter["id"]}"], text = "x", decision = "noted", reason = "x", ledTo = new { service = "no-such" } })).RefusedAsync("validation");
        await (await sara.Client.PostAsJsonAsync($"{park}/contributions/{criticism["id"]}/answer", new { text = "x", decision = "noted", reason = "x" })).RefusedAsync("not-allowed");
        var both = await manager.PostJsonAsync($"{park}/answers", new { contributions = (string[])[$"{criticism["id"]}", $"{letter["id"]}"], text = "Not this year.", decision = "declined", reason = "No money." });
        Assert.Equal(2, (int)both["answers"]!);

        var path = $"{agency.Path}/answers/{both["id"]}";
        var led = await (await manager.PatchAsync(path, new { ledTo = new { service = CaseTests.Lamp.Service, version = 1 } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal($"{CaseTests.Lamp.Service} 1 No money.", $"{led["ledTo"]!["service"]} {led["ledTo"]!["version"]} {led["reason"]!["en"]}");
        await (await manager.PatchAsync(path, new { ledTo = (object?)null }, "\"1\"")).RefusedAsync("precondition-failed");
        var mine = (await omid.Client.GetJsonAsync("/v1/me/contributions"))["items"]![0]!; // what became of it
        Assert.Equal($"{park.Split('/')[^1]} declined {CaseTests.Lamp.Service}", $"{mine["initiative"]} {mine["answer"]!["decision"]} {mine["answer"]!["ledTo"]!["service"]}");

        Assert.Equal("closed", (string?)(await Deciding.CloseAsync(agency, park))["state"]);
        await (await sara.Client.PostAsJsonAsync($"{park}/contributions", new { kind = "advice", text = "Late." })).RefusedAsync("initiative-closed");
        var report = await host.Anonymous.GetJsonAsync($"{park}/consultation");
        Assert.Equal("3 1 1 1 1 0 1 2", $"{report["counts"]!["contributions"]} {report["counts"]!["advice"]} {report["counts"]!["criticism"]} {report["counts"]!["proposals"]} {report["counts"]!["assisted"]} {report["counts"]!["unanswered"]} {report["counts"]!["accepted"]} {report["counts"]!["declined"]}");
        Assert.Equal($"{answer["id"]} {next}", $"{report["answers"]![0]!["id"]} {report["answers"]![0]!["ledTo"]!["initiative"]}"); // what was accepted, first
        Assert.Equal(2, (await host.Anonymous.GetJsonAsync($"{park}/contributions?answered=true&decision=declined"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task It_is_open_to_whom_it_asks_and_by_the_channels_that_it_names()
    {
        var agency = await host.NewAgencyAsync();
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/attributes", new { key = "district", name = "District", type = "text", purpose = "To know." });
        var sara = await Deciding.CitizenAsync(host, agency);
        var other = await Deciding.OpenAsync(agency, "consultation", areas: ["7"]);
        await (await sara.Client.PostAsJsonAsync($"{other}/contributions", new { kind = "advice", text = "x" })).RefusedAsync("not-eligible");
        await (await (await agency.Agent).PostAsJsonAsync($"{other}/contributions", new { kind = "advice", text = "x", channel = "phone" })).RefusedAsync("not-eligible"); // nobody knows who it was
        await (await (await agency.AsAsync(Role.Representative)).PostAsJsonAsync($"{other}/contributions", new { kind = "advice", text = "x" })).RefusedAsync("not-eligible");
        var open = await Deciding.OpenAsync(agency, "consultation");
        await (await (await agency.Agent).PostAsJsonAsync($"{open}/contributions", new { kind = "advice", text = "x", channel = "sms" })).RefusedAsync("validation");
        await (await sara.Client.PostAsJsonAsync($"{open}/contributions", new { kind = "advice", text = "x", on = 7 })).RefusedAsync("validation");
        var over = await Deciding.OpenAsync(agency, "consultation", closesAt: DateTimeOffset.UtcNow.AddSeconds(-1));
        await (await sara.Client.PostAsJsonAsync($"{over}/contributions", new { kind = "advice", text = "x" })).RefusedAsync("initiative-not-open");
    }

    [Fact]
    public async Task What_is_removed_needs_no_other_answer_unless_that_is_disputed()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, sara) = (await agency.Manager, await Deciding.CitizenAsync(host, agency));
        await (await manager.PutAsync($"{agency.Path}/moderation-rules/no-insults", new { title = "No insults", text = "x" }, null)).ReadAsync(HttpStatusCode.OK);
        var park = await Deciding.OpenAsync(agency, "consultation");
        var said = await sara.Client.PostJsonAsync($"{park}/contributions", new { kind = "criticism", text = "Rude." });
        var removal = $"{agency.Path}/removals/{(await (await agency.Agent).PostJsonAsync($"{agency.Path}/remarks/{said["id"]}/removal", new { rule = "no-insults", reason = "Rude." }))["id"]}";
        await sara.Client.PostJsonAsync($"{removal}/appeal", new { reason = "It is not." }, HttpStatusCode.OK);
        await (await manager.PostAsJsonAsync($"{park}/close", new { reason = "Enough." })).RefusedAsync("unanswered-contributions");
        await manager.PostJsonAsync($"{removal}/decision", new { upheld = false, reason = "It is." }, HttpStatusCode.OK);
        Assert.Equal("closed", (string?)(await Deciding.CloseAsync(agency, park))["state"]);
        Assert.Equal("dismissed", (string?)(await host.Anonymous.GetJsonAsync($"{park}/contributions"))["items"]![0]!["removed"]!["state"]);
    }

    [Fact]
    public async Task Closing_waits_for_who_is_contributing_and_nobody_is_missed()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, sara) = (await agency.Manager, await Deciding.CitizenAsync(host, agency));
        for (var round = 0; round < 5; round++)
        {
            var park = await Deciding.OpenAsync(agency, "consultation");
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i == 4
                ? manager.PostAsJsonAsync($"{park}/close", new { reason = "Enough." })
                : sara.Client.PostAsJsonAsync($"{park}/contributions", new { kind = "advice", text = "x" })));
            var made = answers.Where((_, i) => i != 4).Count(a => a.StatusCode == HttpStatusCode.Created);
            Assert.Equal(answers[4].IsSuccessStatusCode, made == 0); // closed with nobody waiting, or not closed
        }
    }

    [Fact]
    public async Task Each_author_is_told_of_the_answer_and_what_they_said_is_theirs_to_take_along()
    {
        await using var server = new TestMailServer();
        var agency = await host.NewAgencyAsync();
        var citizen = await Telling.CitizenAsync(agency, new { name = "Sara", email = "sara@people.example" });
        var park = await Deciding.OpenAsync(agency, "consultation");
        var said = await (await agency.Agent).PostJsonAsync($"{park}/contributions", new { kind = "proposal", text = "More benches {why}", channel = "phone", citizenId = citizen });
        await (await agency.Agent).PostJsonAsync($"{park}/contributions/{said["id"]}/answer", new { text = "Three come.", decision = "partly", reason = "Ten are too many." });
        var channels = Telling.Channels(MessageChannel.Email, new SmtpChannel(server.Address, "city@agency.example", TimeSpan.FromSeconds(2)));
        await host.TellAsync(agency, channels);
        await host.TellAsync(agency, channels); // safe to run twice
        var mail = Assert.Single(server.Received);
        Assert.Equal("What you said was answered", mail.Subject);
        foreach (var told in (string[])["More benches {why}", "Three come.", "accepted in part", "Ten are too many."]) Assert.Contains(told, mail.Body);

        var export = await (await agency.Admin).GetJsonAsync($"{agency.Path}/citizens/{citizen}/export");
        Assert.Equal("More benches {why} partly", $"{export["remarks"]![0]!["text"]} {export["remarks"]![0]!["answer"]!["decision"]}");
        Assert.Equal($"{said["id"]}", (string?)export["messages"]![0]!["remark"]);
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/citizens/{citizen}/erasure", new { confirmed = true }, HttpStatusCode.OK);
        var left = (await host.Anonymous.GetJsonAsync($"{park}/contributions"))["items"]![0]!;
        Assert.Equal(" partly", $"{left["text"]} {left["answer"]!["decision"]}"); // that something was said and answered stays
    }

    [Fact]
    public async Task Rules_count_contributions()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        var park = await Deciding.OpenAsync(agency, "consultation");
        var people = new List<(HttpClient Client, Guid Id)>();
        for (var i = 0; i < 20; i++) people.Add(await Deciding.CitizenAsync(host, agency));
        foreach (var (client, _) in people.Take(10)) await client.PostJsonAsync($"{park}/contributions", new { kind = "advice", text = "x" });
        Assert.Equal(10, await SizeAsync(new { behaviour = "contributions", withinDays = 7, op = "ge", value = 1 }));
        Assert.Null(await SizeAsync(new { behaviour = "contributions", op = "ge", value = 2 }));

        async Task<int?> SizeAsync(object rule) => (int?)(await manager.PostJsonAsync($"{agency.Path}/segments/preview", new { rule }, HttpStatusCode.OK))["size"];
    }
}
