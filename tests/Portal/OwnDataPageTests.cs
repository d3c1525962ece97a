using System.Net;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>What is kept about somebody, and who speaks for them, on the pages, without JavaScript.</summary>
public sealed partial class OwnDataPageTests(CirmHost host)
{
    [Fact]
    public async Task A_citizen_lets_somebody_speak_for_them_by_a_code_and_ends_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var at = $"/en/{agency.Slug}/you/mandates";
        var citizen = await (await new Browser(host).SignInAsync(agency, Role.Citizen, name: "Ada Lovelace")).OpenAsync(at);
        await citizen.SubmitAsync($"{at}/codes", ("until", "tomorrow"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, citizen.Status);
        await citizen.SubmitAsync($"{at}/codes", ("until", "۲۰۹۰-۰۱-۳۱"), ("services", "lamps"));
        var code = Code().Match(citizen.Page).Groups[1].Value;
        Assert.Matches("^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", code);

        var neighbour = await (await new Browser(host).SignInAsync(agency, Role.Citizen)).OpenAsync(at);
        await neighbour.SubmitAsync($"{at}/held", ("code", "0000-0000-0000-0000"));
        Assert.Contains("This code is not known", neighbour.Words);
        await neighbour.SubmitAsync($"{at}/held", ("code", code.ToLowerInvariant()));
        Assert.Equal(at, neighbour.At);
        Assert.Contains("Ada Lovelace", neighbour.Words);
        var report = Regex.Match(neighbour.Page, $"/en/{agency.Slug}/report\\?for=[0-9a-f-]+").Value;
        await neighbour.OpenAsync(report);
        var form = Regex.Match(neighbour.Page, $"/en/{agency.Slug}/report/lamps\\?for=[0-9a-f-]+").Value;
        await neighbour.OpenAsync(form);
        Assert.Contains("You report for Ada Lovelace", neighbour.Words);
        await neighbour.SubmitAsync($"/en/{agency.Slug}/report/lamps", ("kind", "report"), ("title", "Her lamp is out"));
        Assert.Contains("We have it", neighbour.Words);
        await citizen.OpenAsync($"/en/{agency.Slug}/cases");
        Assert.Contains("Her lamp is out", citizen.Words);
        await citizen.OpenAsync($"/en/{agency.Slug}/you/seen-by");
        Assert.Contains("Somebody who speaks for you", citizen.Words);
        Assert.Single(Regex.Matches(citizen.Words, "Was shown your name")); // once a day, however often

        await citizen.OpenAsync(at);
        await citizen.SubmitAsync(Regex.Match(citizen.Page, $"{at}/[0-9a-f-]+/revocation").Value);
        Assert.Contains("Ended on", citizen.Words);
        await neighbour.OpenAsync(form);
        await neighbour.SubmitAsync($"/en/{agency.Slug}/report/lamps", ("kind", "report"), ("title", "And again"));
        Assert.Contains("You have no mandate for this service", neighbour.Words);
        await citizen.OpenAsync($"/en/{agency.Slug}/cases");
        Assert.DoesNotContain("And again", citizen.Words);
    }

    [Fact]
    public async Task A_citizen_agrees_takes_it_back_takes_their_data_along_and_is_erased()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        await (await agency.Admin).PutAsync($"{agency.Path}/data-uses/letters", new { name = "Letters", purpose = "To write to you.", legalBasis = "consent" }, null);
        var citizen = await new Browser(host).SignInAsync(agency, Role.Citizen);
        var at = $"/en/{agency.Slug}/you";
        await citizen.OpenAsync($"/en/{agency.Slug}/report/lamps");
        await citizen.SubmitAsync($"/en/{agency.Slug}/report/lamps", ("kind", "report"), ("title", "Mine"));
        await citizen.OpenAsync($"{at}/consents");
        Assert.Contains("You have not said anything.", citizen.Words);
        await citizen.SubmitAsync($"{at}/consents/letters");
        Assert.Contains("You agreed on", citizen.Words);
        await citizen.SubmitAsync($"{at}/consents/letters");
        Assert.Contains("You said no on", citizen.Words);
        await citizen.OpenAsync($"{at}/data");
        Assert.Contains("\"title\": \"Mine\"", citizen.Page);
        Assert.Contains("\"use\": \"letters\"", citizen.Page);

        await citizen.OpenAsync($"{at}/erasure");
        await citizen.SubmitAsync($"{at}/erasure");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, citizen.Status);
        Assert.Contains("Fill in: Are you sure?", citizen.Words);
        await citizen.SubmitAsync($"{at}/erasure", ("confirmed", "true"));
        Assert.Contains("You are not known here any more", citizen.Words);
        Assert.Matches("[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", citizen.Words);
        Assert.Empty(citizen.Cookies);
        Assert.StartsWith($"/en/{agency.Slug}/sign-in", (await citizen.OpenAsync(at)).At);
    }

    [GeneratedRegex("id=\"code\">([^<]*)<")]
    private static partial Regex Code();
}
