using System.Net;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Portal;

/// <summary>Surveys as citizens see them: invited by a code, and what came out of them afterwards.</summary>
public sealed class AnswerPageTests(CirmHost host)
{
    [Fact]
    public async Task A_code_is_checked_on_the_first_page_and_opens_the_survey_to_whoever_has_it()
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "street", title = "Your street", anonymity = "anonymous", access = "invited",
            questions = new object[] { new { key = "lit", type = "single", text = "Is it lit?", options = Asking.Options("yes", "no"), required = true } },
        });
        await Asking.OpenAsync(agency, Asking.Everything());
        const string code = "7K2M-9QXA-C3TV-0HWN";
        await host.Database.ExecuteAsOwnerAsync($"""
            insert into survey_invitations (agency_id, id, wave_id, operation_id, channel, token_hash, state, created_at)
            values ('{agency.Id}', gen_random_uuid(), '{Asking.IdOf(wave)}', gen_random_uuid(), 'letter', decode('{Convert.ToHexString(SurveySecrets.HashOfCode(code))}', 'hex'), 'printed', now())
            """);
        var at = $"/en/{agency.Slug}/answer/street";
        var browser = await new Browser(host).OpenAsync(at);
        Assert.DoesNotContain("Begin", browser.Words);
        await browser.SubmitAsync($"{at}/code", ("code", ""));
        Assert.Contains("Fill in: Code of your invitation", browser.Words);
        await browser.SubmitAsync($"{at}/code", ("code", "0000-0000-0000-0000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("no invitation to this survey has it", browser.Words);
        Assert.Contains("value=\"0000-0000-0000-0000\"", browser.Page);
        Assert.Empty(browser.Cookies);
        Assert.Contains("no invitation to this survey has it", (await new Browser(host).OpenAsync($"/en/{agency.Slug}/answer/all?code={code}")).Words); // of another survey

        await browser.OpenAsync($"{at}?code={code.ToLowerInvariant()}");
        Assert.Equal(at, browser.At); // it does not stay in the address
        await browser.SubmitAsync($"{at}/{Asking.IdOf(wave)}");
        await browser.SubmitAsync($"{at}/{Asking.IdOf(wave)}", ("a/lit", "yes"), ("go", "next"));
        await browser.SubmitAsync($"{at}/{Asking.IdOf(wave)}/sending");
        Assert.Contains("Thank you", browser.Words);
        Assert.Empty(browser.Cookies);
        Assert.Equal(1, await Asking.CountAsync(host, "survey_inbox", wave));
    }

    [Fact]
    public async Task What_came_out_is_found_when_the_survey_is_over()
    {
        var agency = await host.NewAgencyAsync();
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "street", title = "Your street", anonymity = "confidential", questions = new object[] { new { key = "lit", type = "single", text = "Is it lit?", options = Asking.Options("yes", "no") } },
        });
        var citizen = await (await new Browser(host).SignInAsync(agency, Role.Citizen)).OpenAsync($"/en/{agency.Slug}/results");
        Assert.Contains("No results are published yet", citizen.Words);
        await Publishing.StrataAsync(host, agency, wave, (new { }, []));
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, 40).Select(i => (1, (object)new { lit = i % 2 == 0 ? "yes" : "no" })));
        await Publishing.PublishAsync(host, agency, wave);
        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set closes_at = now(), closed_at = now() where id = '{Asking.IdOf(wave)}'");

        await citizen.OpenAsync($"/en/{agency.Slug}/answer");
        Assert.DoesNotContain("Your street", citizen.Words);
        Assert.Contains($"href=\"/en/{agency.Slug}/results\"", citizen.Page);
        await citizen.OpenAsync($"/en/{agency.Slug}/results");
        Assert.Contains("Your street", citizen.Words);
        await citizen.OpenAsync($"/en/{agency.Slug}/results/street/{Asking.IdOf(wave)}");
        Assert.Contains("40 people answered.", citizen.Words);
        Assert.Contains("Your street", citizen.Words);
        // Who comes by an old letter is told, and led on.
        await citizen.OpenAsync($"/en/{agency.Slug}/answer/street");
        Assert.Contains("takes no answers any more", citizen.Words);
        Assert.Equal(HttpStatusCode.NotFound, (await citizen.OpenAsync($"/en/{agency.Slug}/answer/none")).Status);

        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set embargo = true, closed_at = null where id = '{Asking.IdOf(wave)}'");
        Assert.DoesNotContain("Your street", (await citizen.OpenAsync($"/en/{agency.Slug}/results")).Words);
        var elsewhere = await new Browser(host).SignInAsync(await host.NewAgencyAsync(), Role.Citizen);
        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.OpenAsync($"/en/{agency.Slug}/results")).Status);
    }
}
