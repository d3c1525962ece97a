using System.Net;
using System.Net.Http.Json;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Participation;

/// <summary>Citizens who do something themselves wait for nobody; the agency owes them answers, in time.</summary>
public sealed class TaskTests(CirmHost host)
{
    [Fact]
    public async Task A_task_is_started_promised_shown_done_and_confirmed_by_two_others()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (sara, omid, neda) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var park = await Deciding.OpenAsync(agency, "execution");
        var lamp = await sara.Client.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var started = await sara.Client.PostJsonAsync($"{park}/tasks", new
        {
            title = "Clean the pond", text = "Saturday at nine.", safety = "Deep water.", signedAs = "Sara", @case = lamp["id"],
        });
        Assert.Equal($"open Deep water. Sara {lamp["number"]}", $"{started["state"]} {started["safety"]} {started["signedAs"]} {started["case"]}");
        var task = $"{park}/tasks/{started["id"]}";
        await (await omid.Client.PostAsJsonAsync($"{park}/tasks", new { title = "x", text = "x", @case = lamp["id"] })).RefusedAsync("validation"); // it is Sara's case
        await (await omid.Client.PostAsJsonAsync($"{park}/tasks", new { title = "x", text = "x", organisation = "no-such" })).RefusedAsync("validation");
        var talk = await Deciding.OpenAsync(agency, "consultation");
        await (await sara.Client.PostAsJsonAsync($"{talk}/tasks", new { title = "x", text = "x" })).RefusedAsync("not-an-execution");

        var vote = await Deciding.DecideAsync(agency, new { method = "approval" }, ("benches", null));
        var carriedOut = (await (await agency.Manager).PostJsonAsync($"{agency.Path}/initiatives", new
        {
            key = "carry-out", title = "x", tier = "execution", derivedFrom = vote.Split('/')[^1], opensAt = "2026-01-01T00:00:00Z", closesAt = "2099-01-01T00:00:00Z",
        }))["key"];
        var benches = await omid.Client.PostJsonAsync($"{agency.Path}/initiatives/{carriedOut}/tasks", new { title = "Benches", text = "x", option = "benches" });
        Assert.Equal($"benches {vote.Split('/')[^1]}", $"{benches["option"]} {benches["optionOf"]}");
        await (await omid.Client.PostAsJsonAsync($"{park}/tasks", new { title = "x", text = "x", option = "benches" })).RefusedAsync("validation"); // it was not decided for that

        var pledge = await omid.Client.PostJsonAsync($"{task}/pledges", new { kind = "money", amount = 12.5, text = "For nets." });
        Assert.Equal("money 12.5", $"{pledge["kind"]} {pledge["amount"]}");
        await (await omid.Client.PostAsJsonAsync($"{task}/pledges", new { kind = "hours", text = "Some." })).RefusedAsync("validation");
        var hours = $"{task}/pledges/{(await sara.Client.PostJsonAsync($"{task}/pledges", new { kind = "hours", amount = 3, text = "On Friday." }))["id"]}";
        await (await omid.Client.PostAsync($"{hours}/withdrawal", null)).RefusedAsync("not-the-pledger");
        Assert.Equal(2, (int)(await host.Anonymous.GetJsonAsync(task))["pledges"]!);
        var withdrawn = await (await sara.Client.PostAsync($"{hours}/withdrawal", null)).ReadAsync(HttpStatusCode.OK);
        Assert.NotNull(withdrawn["withdrawnAt"]);
        Assert.Equal((string?)withdrawn["withdrawnAt"], (string?)(await (await sara.Client.PostAsync($"{hours}/withdrawal", null)).ReadAsync(HttpStatusCode.OK))["withdrawnAt"]);
        Assert.Equal(["", "withdrawn"], (await host.Anonymous.GetJsonAsync($"{task}/pledges"))["items"]!.AsArray().Select(p => p!["withdrawnAt"] is null ? "" : "withdrawn"));
        await omid.Client.PostJsonAsync($"{task}/safety-notes", new { text = "Wear boots." });

        await (await omid.Client.PostAsync($"{task}/confirmations", null)).RefusedAsync("task-step");
        await (await omid.Client.PostAsync($"{task}/completion", null)).RefusedAsync("not-the-starter");
        await (await host.Anonymous.GetAsync($"{task}/certificate")).RefusedAsync("task-step");
        Assert.Equal("done", (string?)(await (await sara.Client.PostAsync($"{task}/completion", null)).ReadAsync(HttpStatusCode.OK))["state"]);
        await (await sara.Client.PostAsync($"{task}/confirmations", null)).RefusedAsync("own-task");
        await (await omid.Client.PostAsJsonAsync($"{task}/pledges", new { kind = "things", text = "Nets." })).RefusedAsync("task-step");
        await (await omid.Client.PostAsync($"{task}/pledges/{pledge["id"]}/withdrawal", null)).RefusedAsync("task-step"); // it was kept, or not: that is past
        Assert.Equal("done 1", await (await omid.Client.PostAsync($"{task}/confirmations", null)).ReadAsync(HttpStatusCode.OK) is var one ? $"{one["state"]} {one["confirmations"]}" : "");
        await (await omid.Client.PostAsync($"{task}/confirmations", null)).RefusedAsync("already-confirmed");
        await neda.Client.PostJsonAsync($"{task}/thanks", new { text = "The ducks are back." });
        Assert.Equal("confirmed 2 1", await (await neda.Client.PostAsync($"{task}/confirmations", null)).ReadAsync(HttpStatusCode.OK) is var two ? $"{two["state"]} {two["confirmations"]} {two["pledges"]}" : "");
        var certificate = await host.Anonymous.GetJsonAsync($"{task}/certificate");
        Assert.Equal("Clean the pond Sara 2 1", $"{certificate["title"]} {certificate["doneBy"]} {certificate["confirmations"]} {certificate["thanks"]}");
        Assert.Equal(["safety", "thanks"], (await host.Anonymous.GetJsonAsync($"{task}/progress"))["items"]!.AsArray().Select(p => (string?)p!["kind"]));
        Assert.Single((await host.Anonymous.GetJsonAsync($"{park}/tasks?state=confirmed"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Two_who_confirm_at_once_confirm_once_each()
    {
        var agency = await host.NewAgencyAsync();
        var park = await Deciding.OpenAsync(agency, "execution");
        var sara = await Deciding.CitizenAsync(host, agency);
        var task = $"{park}/tasks/{(await sara.Client.PostJsonAsync($"{park}/tasks", new { title = "x", text = "x" }))["id"]}";
        await (await sara.Client.PostAsync($"{task}/completion", null)).ReadAsync(HttpStatusCode.OK);
        var omid = await Deciding.CitizenAsync(host, agency);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => omid.Client.PostAsync($"{task}/confirmations", null)));
        Assert.Single(answers, a => a.IsSuccessStatusCode);
        Assert.Equal("done 1", await host.Anonymous.GetJsonAsync(task) is var t ? $"{t["state"]} {t["confirmations"]}" : "");
    }

    [Fact]
    public async Task What_is_asked_of_the_agency_is_due_by_the_standard_and_the_calendar_of_the_service_and_overdue_is_seen()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host); // every hour counts until a calendar says otherwise
        var sara = await Deciding.CitizenAsync(host, agency);
        var park = await Deciding.OpenAsync(agency, "execution");
        var task = $"{park}/tasks/{(await sara.Client.PostJsonAsync($"{park}/tasks", new { title = "Pond", text = "x" }))["id"]}";
        await (await sara.Client.PostAsJsonAsync($"{task}/support-requests", new { text = "Lend us a pump." })).RefusedAsync("validation"); // by whose standard?
        var asked = await sara.Client.PostJsonAsync($"{task}/support-requests", new { text = "Lend us a pump.", service = CaseTests.Lamp.Service });
        var standard = (await host.Anonymous.GetJsonAsync($"{agency.Path}/services/{CaseTests.Lamp.Service}"))["standard"]!;
        Assert.Equal((double)standard["firstResponseHours"]!, ((DateTimeOffset)asked["dueAt"]! - (DateTimeOffset)asked["createdAt"]!).TotalHours, 4);
        Assert.False((bool)asked["overdue"]!);

        await host.Database.ExecuteAsOwnerAsync($"update support_requests set due_at = now() - interval '1 hour' where agency_id = '{agency.Id}'");
        Assert.Equal(1, (int)(await host.Anonymous.GetJsonAsync(task))["supportOverdue"]!);
        var overdue = (await host.Anonymous.GetJsonAsync($"{agency.Path}/support-requests?overdue=true"))["items"]!.AsArray().Single()!;
        Assert.Equal($"{asked["id"]} True", $"{overdue["id"]} {(bool)overdue["overdue"]!}");
        var answer = new { text = "On Friday.", decision = "accepted", reason = "We have one." };
        await (await sara.Client.PostAsJsonAsync($"{task}/support-requests/{asked["id"]}/answer", answer)).RefusedAsync("not-allowed");
        var answered = await (await agency.Agent).PostJsonAsync($"{task}/support-requests/{asked["id"]}/answer", answer, HttpStatusCode.OK);
        Assert.Equal("accepted True", $"{answered["answer"]!["decision"]} {(bool)answered["overdue"]!}"); // late stays late
        await (await (await agency.Agent).PostAsJsonAsync($"{task}/support-requests/{asked["id"]}/answer", answer)).RefusedAsync("remark-answered");
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/support-requests?overdue=true"))["items"]!.AsArray());
        Assert.Equal($"{asked["id"]} accepted", (await sara.Client.GetJsonAsync("/v1/me/contributions?kind=support"))["items"]![0] is { } mine ? $"{mine["id"]} {mine["answer"]!["decision"]}" : "");
    }

    [Fact]
    public async Task Pictures_tell_nothing_of_their_makers_and_go_with_the_text()
    {
        var agency = await host.NewAgencyAsync();
        var (sara, omid) = (await Deciding.CitizenAsync(host, agency), await Deciding.CitizenAsync(host, agency));
        var park = await Deciding.OpenAsync(agency, "execution");
        var task = $"{park}/tasks/{(await sara.Client.PostJsonAsync($"{park}/tasks", new { title = "Pond", text = "x" }))["id"]}";
        var progress = $"{task}/progress/{(await sara.Client.PostJsonAsync($"{task}/progress", new { text = "Half done." }))["id"]}";
        await (await omid.Client.PostAsync($"{progress}/pictures", Form("pond.jpg", TestImages.Jpeg()))).RefusedAsync("not-found"); // it is not Omid's
        await (await sara.Client.PostAsync($"{progress}/pictures", Form("pond.txt", "no picture"u8.ToArray()))).RefusedAsync("attachment-type-refused");
        var added = await (await sara.Client.PostAsync($"{progress}/pictures", Form("pond.jpg", TestImages.Jpeg()))).ReadAsync(HttpStatusCode.Created);
        var picture = $"{progress}/pictures/{added["id"]}";
        var bytes = await (await host.Anonymous.GetAsync(picture)).Content.ReadAsByteArrayAsync();
        Assert.DoesNotContain(TestImages.Secret, System.Text.Encoding.Latin1.GetString(bytes));
        Assert.Equal("image/jpeg pond.jpg", (await host.Anonymous.GetJsonAsync(progress))["pictures"]![0] is { } shown ? $"{shown["mediaType"]} {shown["name"]}" : "");

        await (await (await agency.Manager).PutAsync($"{agency.Path}/moderation-rules/faces", new { title = "No faces", text = "x" }, null)).ReadAsync(HttpStatusCode.OK);
        var removal = await (await agency.Agent).PostJsonAsync($"{agency.Path}/remarks/{progress.Split('/')[^1]}/removal", new { rule = "faces", reason = "A face." });
        await (await host.Anonymous.GetAsync(picture)).RefusedAsync("not-found");
        await sara.Client.PostJsonAsync($"{agency.Path}/removals/{removal["id"]}/appeal", new { reason = "A duck." }, HttpStatusCode.OK);
        await (await agency.Manager).PostJsonAsync($"{agency.Path}/removals/{removal["id"]}/decision", new { upheld = true, reason = "A duck." }, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync(picture)).StatusCode);

        await (await sara.Client.PostAsync("/v1/me/erasure", null)).ReadAsync(HttpStatusCode.OK);
        await (await host.Anonymous.GetAsync(picture)).RefusedAsync("not-found");
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from attachment_chunks where agency_id = '{agency.Id}'"));
    }

    static MultipartFormDataContent Form(string name, byte[] bytes) => new() { { new ByteArrayContent(bytes), "file", name } };
}
