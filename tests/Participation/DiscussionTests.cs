using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Participation.CoDesign;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Participation;

/// <summary>Citizens with citizens: what they say stands, or leaves a visible place where it stood.</summary>
public sealed class DiscussionTests(CirmHost host)
{
    static readonly string Lamp = CaseTests.Lamp.Service;

    // What somebody might type to see what happens. It is text.
    const string Hostile = "'; drop table remarks; -- <script>alert(1)</script> {{7*7}} %s \u202Egnihton";

    [Fact]
    public async Task A_question_is_answered_by_others_and_whoever_asked_says_by_what()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var path = $"{agency.Path}/discussions";
        var (sara, omid) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var asked = await sara.Client.PostJsonAsync(path, new { service = Lamp, kind = "question", title = Hostile, text = Hostile, signedAs = "Sara" });
        Assert.Equal((Hostile, Hostile, "Sara", true), ((string?)asked["title"], (string?)asked["text"], (string?)asked["signedAs"], (bool)asked["mine"]!));
        var question = $"{path}/{asked["id"]}";
        var answer = await omid.Client.PostJsonAsync($"{question}/posts", new { text = "Ring the depot." });
        var entered = await (await agency.Agent).PostJsonAsync($"{question}/posts", new { text = "I wrote a letter.", channel = "letter" });
        var official = await (await agency.Agent).PostJsonAsync($"{question}/posts", new { text = "We open at nine." });
        Assert.Equal("citizen True, staff False", $"{entered["spokenBy"]} {(bool)entered["assisted"]!}, {official["spokenBy"]} {(bool)official["assisted"]!}");
        await (await omid.Client.PostAsync($"{question}/posts/{answer["id"]}/acceptance", null)).RefusedAsync("not-the-asker");
        await (await sara.Client.PostAsync($"{question}/posts/{Guid.NewGuid()}/acceptance", null)).RefusedAsync("not-found");
        Assert.Equal($"{answer["id"]} 3", await (await sara.Client.PostAsync($"{question}/posts/{answer["id"]}/acceptance", null)).ReadAsync(HttpStatusCode.OK) is var now ? $"{now["acceptedAnswer"]} {now["posts"]}" : "");
        Assert.Equal([true, false, false], (await host.Anonymous.GetJsonAsync($"{question}/posts"))["items"]!.AsArray().Select(p => (bool)p!["accepted"]!));
        var told = await omid.Client.PostJsonAsync(path, new { service = Lamp, kind = "experience", title = "Quick", text = "Two days." });
        await (await omid.Client.PostAsync($"{path}/{told["id"]}/posts/{answer["id"]}/acceptance", null)).RefusedAsync("not-a-question");
        Assert.Equal(asked["id"]!.ToString(), (string?)(await host.Anonymous.GetJsonAsync($"{path}?service={Lamp}&kind=question&answered=true"))["items"]!.AsArray().Single()!["id"]);
        Assert.DoesNotContain(sara.Id.ToString(), (await host.Anonymous.GetJsonAsync(question)).ToJsonString()); // who it was is nobody's business

        await (await omid.Client.PostAsJsonAsync($"{question}/posts", new { text = "x", citizenId = sara.Id })).RefusedAsync("validation");
        await (await omid.Client.PostAsJsonAsync(path, new { service = "no-such", kind = "question", title = "x", text = "x" })).RefusedAsync("validation");
        await (await host.Anonymous.PostAsJsonAsync(path, new { service = Lamp, kind = "question", title = "x", text = "x" })).RefusedAsync("sign-in-needed");
    }

    [Fact]
    public async Task What_is_removed_leaves_the_rule_and_the_reason_and_its_author_can_object()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (sara, omid) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var (agent, manager) = (await agency.Agent, await agency.Manager);
        var said = await sara.Client.PostJsonAsync($"{agency.Path}/discussions", new { service = Lamp, kind = "experience", title = "Dark", text = "A rude word", signedAs = "Sara" });
        var (discussion, remark) = ($"{agency.Path}/discussions/{said["id"]}", $"{agency.Path}/remarks/{said["id"]}");
        await (await agent.PostAsJsonAsync($"{remark}/removal", new { rule = "no-insults", reason = "Rude." })).RefusedAsync("validation"); // nobody could have read that rule
        await (await manager.PutAsync($"{agency.Path}/moderation-rules/no-insults", new { title = "No insults", text = "Criticism stays." }, null)).ReadAsync(HttpStatusCode.OK);
        var removal = $"{agency.Path}/removals/{(await agent.PostJsonAsync($"{remark}/removal", new { rule = "no-insults", reason = "Rude." }))["id"]}";
        await (await agent.PostAsJsonAsync($"{remark}/removal", new { rule = "no-insults", reason = "Again." })).RefusedAsync("remark-removed");
        await (await omid.Client.PostAsJsonAsync($"{discussion}/posts", new { text = "Why?" })).RefusedAsync("remark-removed");

        var tombstone = await host.Anonymous.GetJsonAsync(discussion);
        Assert.Equal("  no-insults Rude. standing", $"{tombstone["title"]}{tombstone["text"]} {tombstone["signedAs"]} {tombstone["removed"]!["rule"]} {tombstone["removed"]!["reason"]} {tombstone["removed"]!["state"]}");
        Assert.DoesNotContain("rude word", (await omid.Client.GetJsonAsync(removal)).ToJsonString());
        Assert.Equal("A rude word", (string?)(await sara.Client.GetJsonAsync(removal))["text"]);
        Assert.Equal("A rude word", (string?)(await manager.GetJsonAsync(removal))["text"]);

        await (await manager.PutAsync($"{agency.Path}/moderation-rules/no-insults", new { title = "Another", text = "Another." }, null)).ReadAsync(HttpStatusCode.OK);
        await (await (await agency.Admin).PostAsJsonAsync($"{removal}/decision", new { upheld = true, reason = "x" })).RefusedAsync("removal-not-appealed");
        await (await omid.Client.PostAsJsonAsync($"{removal}/appeal", new { reason = "Not mine." })).RefusedAsync("not-found");
        await sara.Client.PostJsonAsync($"{removal}/appeal", new { reason = "It is a street name." }, HttpStatusCode.OK);
        await (await sara.Client.PostAsJsonAsync($"{removal}/appeal", new { reason = "Again." })).RefusedAsync("removal-appealed");
        await (await agent.PostAsJsonAsync($"{removal}/decision", new { upheld = false, reason = "I was right." })).RefusedAsync("own-removal");
        Assert.Single((await manager.GetJsonAsync($"{agency.Path}/removals?state=appealed"))["items"]!.AsArray());
        var decided = await manager.PostJsonAsync($"{removal}/decision", new { upheld = true, reason = "It is one." }, HttpStatusCode.OK);
        Assert.Equal("upheld It is one. No insults", $"{decided["state"]} {decided["decisionReason"]} {decided["rule"]!["title"]!["en"]}"); // as the rule read then
        Assert.Equal("A rude word", (string?)(await host.Anonymous.GetJsonAsync(discussion))["text"]);
        Assert.Equal(["discussion.begun", "moderation-rule.kept", "remark.removed", "moderation-rule.kept", "removal.appealed", "removal.decided"],
            (await host.AuditActionsAsync(agency)).Where(a => a.Split('.')[0] is "discussion" or "moderation-rule" or "remark" || a is "removal.appealed" or "removal.decided"));
    }

    [Fact]
    public async Task Ratings_are_figures_of_groups_and_two_figures_differ_by_a_group()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host); // its smallest group is 10
        var rating = $"{agency.Path}/services/{Lamp}/rating";
        var people = new List<HttpClient>();
        for (var i = 0; i < 19; i++) people.Add((await Deciding.CitizenAsync(host, agency)).Client);
        for (var i = 0; i < 9; i++) await RateAsync(people[i], 1 + i % 5);
        Assert.Equal("  ", await FigureAsync());
        await RateAsync(people[9], 5);
        Assert.Equal("10 3.0", await FigureAsync());
        for (var i = 10; i < 19; i++) await RateAsync(people[i], 5);
        await RateAsync(people[9], 5); // the same once more is no news
        Assert.Equal("10 3.0", await FigureAsync());
        await RateAsync(people[0], 5);
        Assert.Equal("19 4.2", await FigureAsync());
        await (await people[0].PutAsync(rating, new { stars = 6 }, null)).RefusedAsync("validation");
        await (await (await agency.Admin).PutAsync(rating, new { stars = 5 }, null)).RefusedAsync("not-allowed");
        await (await people[0].PutAsync($"{agency.Path}/services/no-such/rating", new { stars = 5 }, null)).RefusedAsync("not-found");

        async Task RateAsync(HttpClient who, int stars) => Assert.Equal(stars, (int)(await (await who.PutAsync(rating, new { stars }, null)).ReadAsync(HttpStatusCode.OK))["stars"]!);

        async Task<string> FigureAsync()
        {
            await host.Services.GetRequiredService<Ratings>().CountAsync(agency.Id, CancellationToken.None);
            var figure = await host.Anonymous.GetJsonAsync(rating);
            return $"{figure["ratings"]} {figure["mean"]}{(figure["asOf"] is null ? " " : "")}";
        }
    }

    [Fact]
    public async Task Who_is_erased_takes_their_words_along_and_what_others_said_stays()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (sara, omid) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var said = await sara.Client.PostJsonAsync($"{agency.Path}/discussions", new { service = Lamp, kind = "question", title = "secret title", text = "secret text", signedAs = "secret name" });
        var discussion = $"{agency.Path}/discussions/{said["id"]}";
        await omid.Client.PostJsonAsync($"{discussion}/posts", new { text = "An answer." });
        await (await sara.Client.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        var left = await host.Anonymous.GetJsonAsync(discussion);
        Assert.Equal("True ", $"{(bool)left["erased"]!} {left["title"]}{left["text"]}{left["signedAs"]}");
        Assert.Equal("An answer.", (string?)(await host.Anonymous.GetJsonAsync($"{discussion}/posts"))["items"]![0]!["text"]);
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from remarks r where r.agency_id = '{agency.Id}' and (r::text like '%secret%' or r.citizen_id = '{sara.Id}')"));
    }
}
