using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>What a clerk does on the pages.</summary>
public sealed class DeskPageTests(CirmHost host)
{
    [Fact]
    public async Task A_clerk_finds_a_case_in_the_queue_and_works_it_to_its_end()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var submitted = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = "Dark corner" });
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await desk.OpenAsync($"/en/{agency.Slug}/desk");
        Assert.Contains("Dark corner", desk.Words);
        var at = $"/en/{agency.Slug}/desk/cases/{submitted["id"]}";
        await desk.OpenAsync(at);
        await desk.SubmitAsync($"{at}/take");
        Assert.Contains("You work on it", desk.Words);
        await desk.SubmitAsync($"{at}/transitions", ("to", "accepted"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, desk.Status);
        Assert.Contains("Fill in: Why", desk.Words);
        foreach (var to in (string[])["accepted", "inProgress"]) await desk.SubmitAsync($"{at}/transitions", ("to", to), ("reason", $"Now {to}."));
        await desk.SubmitAsync($"{at}/notes", ("text", "Ladder needed."), ("visibility", "internal"));
        await desk.SubmitAsync($"{at}/questions", ("question", "Which corner?"));
        Assert.Contains("waits for the citizen", desk.Words);
        await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases/{submitted["id"]}/answers", new { text = "The north one." });
        await desk.OpenAsync(at);
        await desk.SubmitAsync($"{at}/transitions", ("to", "resolved"), ("reason", "New bulb."), ("outcome", "fixed"));
        Assert.Contains("Done, we say", desk.Words);

        var citizen = await agency.Citizen;
        Assert.Equal(("resolved", "fixed"), ((string?)(await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}"))["status"], (string?)(await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}"))["outcome"]));
        Assert.DoesNotContain("Ladder needed.", (await citizen.GetJsonAsync($"{agency.Path}/cases/{submitted["id"]}/history")).ToJsonString());
        var trail = await host.AuditActionsAsync(agency);
        foreach (var action in (string[])["cases.listed", "case.read", "case.history-read", "case.advice-read"]) Assert.Contains(action, trail);
    }

    [Fact]
    public async Task A_clerk_enters_a_case_for_somebody_who_calls()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var desk = await new Browser(host).SignInAsync(agency, Role.Agent);
        await desk.OpenAsync($"/en/{agency.Slug}/desk/new/lamps");
        await desk.SubmitAsync($"/en/{agency.Slug}/desk/new/lamps", ("kind", "report"), ("title", "Lamp out"));
        Assert.Contains("How it came in", desk.Words); // by which channel was not said
        Assert.Equal(HttpStatusCode.UnprocessableEntity, desk.Status);
        await desk.SubmitAsync($"/en/{agency.Slug}/desk/new/lamps", ("channel", "phone"), ("kind", "report"), ("title", "Lamp out"));
        Assert.Contains("Your tracking code", desk.Words);
        Assert.DoesNotContain(desk.Cookies.Keys, name => name.Contains("code", StringComparison.Ordinal));
        var entered = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!;
        Assert.Equal("phone", (string?)entered["channel"]);
        Assert.NotNull((string?)entered["enteredBy"]);
    }

    [Theory]
    [InlineData(Role.Citizen)]
    [InlineData(null)]
    public async Task The_desk_is_for_staff(Role? role)
    {
        var agency = await host.NewAgencyAsync();
        var browser = new Browser(host);
        if (role is { } signedIn) await browser.SignInAsync(agency, signedIn);
        await browser.OpenAsync($"/en/{agency.Slug}/desk");
        if (role is null) Assert.StartsWith($"/en/{agency.Slug}/sign-in", browser.At);
        else Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
    }
}
