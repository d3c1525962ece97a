using System.Net;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Portal;

/// <summary>What admins do on the pages, and operators on theirs.</summary>
public sealed class AdminPageTests(CirmHost host)
{
    [Fact]
    public async Task An_admin_sees_to_members_and_keeps_one_admin()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await new Browser(host).SignInAsync(agency, Role.Admin);
        var at = $"/en/{agency.Slug}/members";
        await admin.OpenAsync(at);
        await admin.SubmitAsync(at, ("email", "nobody"), ("role", "agent"));
        Assert.Contains("href=\"#email\"", admin.Page);
        await admin.SubmitAsync(at, ("email", "ada@test.example"), ("role", "agent"), ("name", "Ada"), ("password", "a long enough password"));
        Assert.Contains("ada@test.example", admin.Words);
        await admin.SubmitAsync(at, ("email", "ADA@test.example"), ("role", "agent"));
        Assert.Equal(HttpStatusCode.Conflict, admin.Status);
        var ada = Regex.Match(admin.Page, $"href=\"({at}/[^\"]+)\"[^>]*><bdi>ada@").Groups[1].Value;
        await admin.OpenAsync(ada);
        await admin.PostAsync(ada, [.. admin.Fields(ada).Where(f => f.Name != "role"), ("role", "manager"), ("disabled", "true")]);
        Assert.Contains("Cannot sign in any more", admin.Words);
        var changed = (await (await agency.Admin).GetJsonAsync($"{agency.Path}/members/{ada.Split('/')[^1]}"));
        Assert.Equal(("manager", true), ((string?)changed["role"], (bool)changed["disabled"]!));
        await admin.OpenAsync(ada);
        await admin.SubmitAsync($"{ada}/removal");
        Assert.DoesNotContain("ada@test.example", admin.Words);
        foreach (var other in (Role[])[Role.Agent, Role.Manager]) Assert.Equal(HttpStatusCode.Forbidden, (await (await new Browser(host).SignInAsync(agency, other)).OpenAsync(at)).Status);
    }

    [Fact]
    public async Task A_key_is_shown_once_works_and_is_revoked()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await new Browser(host).SignInAsync(agency, Role.Admin);
        var at = $"/en/{agency.Slug}/api-keys";
        await admin.OpenAsync(at);
        await admin.SubmitAsync(at, ("name", "A desk"));
        Assert.Contains("href=\"#scopes\"", admin.Page);
        await admin.SubmitAsync(at, ("name", "A desk"), ("scopes", "segments:read"), ("scopes", "cases:read"));
        var key = Regex.Match(admin.Page, "id=\"secret\"><strong[^>]*>([^<]+)<").Groups[1].Value;
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        Assert.NotNull(await client.GetJsonAsync($"{agency.Path}/segments"));
        await admin.OpenAsync(at);
        Assert.DoesNotContain(key, admin.Page);
        await admin.SubmitAsync(Regex.Match(admin.Page, $"action=\"({at}/[^\"]+/revocation)\"").Groups[1].Value);
        Assert.Contains("Revoked on", admin.Words);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"{agency.Path}/segments")).StatusCode);
    }

    [Fact]
    public async Task A_webhook_is_made_tested_paused_and_given_another_secret()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await new Browser(host).SignInAsync(agency, Role.Admin);
        var start = $"/en/{agency.Slug}/webhooks";
        await admin.OpenAsync(start);
        await admin.SubmitAsync(start, ("url", "gopher://inside"), ("events", "case.submitted"), ("format", "standard"));
        Assert.Contains("href=\"#url\"", admin.Page);
        await admin.SubmitAsync(start, ("url", "https://93.184.215.14/cirm"), ("events", "case.submitted"), ("format", "standard"), ("description", "A desk"));
        Assert.Contains("whsec_", admin.Words);
        var first = Regex.Match(admin.Page, "whsec_[^<]+").Value;
        var at = Regex.Match(admin.Page, $"href=\"({start}/[^\"]+)\"").Groups[1].Value;
        await admin.OpenAsync(at);
        await admin.SubmitAsync($"{at}/test");
        Assert.Contains("webhook.test", admin.Words);
        await admin.SubmitAsync($"{at}/secret");
        Assert.NotEqual(first, Regex.Match(admin.Page, "whsec_[^<]+").Value);
        await admin.OpenAsync(at);
        await admin.SubmitAsync($"{at}/pause");
        Assert.Contains("Paused", admin.Words);
        await admin.SubmitAsync($"{at}/resume");
        await admin.PostAsync(at, [.. admin.Fields(at).Where(f => f.Name != "events"), ("events", "case.transitioned")]);
        Assert.Equal("case.transitioned", (string?)(await (await agency.Admin).GetJsonAsync($"{agency.Path}/webhooks/{at.Split('/')[^1]}"))["events"]![0]);
        await admin.SubmitAsync($"{at}/removal");
        Assert.DoesNotContain(at, admin.Page);
    }

    [Fact]
    public async Task A_file_is_taken_in_and_lists_are_taken_out_with_their_trail()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await new Browser(host).SignInAsync(agency, Role.Admin);
        var at = $"/en/{agency.Slug}/imports";
        await admin.OpenAsync(at);
        await admin.UploadAsync(at, ("kind", "citizens"), ("citizens.pdf", "nothing"));
        Assert.Contains("href=\"#file\"", admin.Page);
        await admin.UploadAsync(at, ("kind", "citizens"), ("citizens.csv", "externalId,name\nC-1,Ada\n"));
        Assert.StartsWith($"/en/{agency.Slug}/operations/", admin.At);
        Assert.Contains("A file is read", admin.Words);
        await admin.SubmitAsync($"{admin.At.Split('?')[0]}/cancel");
        Assert.Contains("Stopped", admin.Words);
        await admin.OpenAsync($"/en/{agency.Slug}/operations?state=cancelled");
        Assert.Contains("A file is read", admin.Words);

        await admin.OpenAsync($"/en/{agency.Slug}/exports");
        await admin.SubmitAsync($"/en/{agency.Slug}/exports", ("kind", "cases"), ("format", "hsds"));
        Assert.Contains("href=\"#format\"", admin.Page);
        await admin.SubmitAsync($"/en/{agency.Slug}/exports", ("kind", "services"), ("format", "csv"));
        Assert.Contains("A file is made", admin.Words);

        await admin.OpenAsync($"/en/{agency.Slug}/audit?action=operation.cancel-requested");
        Assert.Contains("operation.cancel-requested", admin.Words);
        Assert.DoesNotContain("export", admin.Words[admin.Words.IndexOf("Detail", StringComparison.Ordinal)..]);
        await admin.OpenAsync($"/en/{agency.Slug}/audit?actor=nobody");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, admin.Status);
        Assert.Contains("href=\"#actor\"", admin.Page);
    }
}
