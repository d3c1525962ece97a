using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Portal;

/// <summary>From a finding to what came of it, on the pages.</summary>
public sealed class InsightPageTests(CirmHost host)
{
    [Fact]
    public async Task A_clerk_writes_a_finding_down_a_manager_decides_it_and_the_board_shows_what_came_of_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var clerk = await new Browser(host).SignInAsync(agency, Role.Agent);
        var start = $"/en/{agency.Slug}/insights";
        await clerk.OpenAsync($"/en/{agency.Slug}/new-insight");
        await clerk.SubmitAsync(start, ("source", "cases"), ("title/en", ""), ("text/en", "Lamps at the harbour are out for weeks."));
        Assert.Contains("href=\"#title-en\"", clerk.Page);
        await clerk.SubmitAsync(start, ("source", "cases"), ("service", "lamps"), ("title/en", "Dark harbour"), ("text/en", "Lamps at the harbour are out for weeks."), ("dueAt", "2001-01-01"), ("dueAt/time", "08:00"));
        Assert.Contains("href=\"#dueAt\"", clerk.Page);
        await clerk.SubmitAsync(start, ("source", "cases"), ("service", "lamps"), ("title/en", "Dark harbour"), ("text/en", "Lamps at the harbour are out for weeks."));
        var at = clerk.At;
        Assert.StartsWith($"{start}/", at);
        Assert.DoesNotContain($"{at}/decision", clerk.Page); // that is for managers
        Assert.Equal(HttpStatusCode.Forbidden, (await new Browser(host, clerk).PostAsync($"{at}/decision", [("decision", "accepted")])).Status);

        var manager = await new Browser(host).SignInAsync(agency, Role.Manager);
        await manager.OpenAsync($"{start}?state=open");
        Assert.Contains("Dark harbour", manager.Words);
        await manager.OpenAsync(at);
        await manager.SubmitAsync($"{at}/decision", ("decision", "accepted"), ("reason/en", ""));
        Assert.Contains("href=\"#reason-en\"", manager.Page);
        await manager.SubmitAsync($"{at}/decision", ("decision", "accepted"), ("reason/en", "It is our duty."), ("origin/citizens", "70"), ("origin/staff", "20"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, manager.Status); // 90 of 100
        await manager.SubmitAsync($"{at}/decision", ("decision", "accepted"), ("reason/en", "It is our duty."), ("origin/citizens", "70"), ("origin/staff", "30"));
        Assert.Contains("Citizens 70 %", manager.Words);
        await manager.SubmitAsync($"{at}/measures", ("kind", "standardMet"), ("service", "lamps"), ("baseline/from", "2026-13"), ("baseline/to", "2026-03"), ("after/from", "2026-04"), ("after/to", "2026-06"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, manager.Status);
        await manager.SubmitAsync($"{at}/measures", ("kind", "standardMet"), ("service", "lamps"), ("baseline/from", "2025-01"), ("baseline/to", "2025-03"), ("after/from", "2098-04"), ("after/to", "2098-06"));
        Assert.Contains("Share decided within the standard", manager.Words);
        await manager.SubmitAsync($"{at}/action", ("service", "lamps"), ("version", "1"), ("done/en", "Lamps last longer."));
        Assert.Contains("Lamps last longer.", manager.Words);
        Assert.Contains("Done", manager.Words);
        await manager.OpenAsync(start);
        Assert.Matches("<h2[^>]*>Done", manager.Page);
        await manager.OpenAsync(at);
        await manager.SubmitAsync($"{at}/reopening", ("reason/en", "They are out again."));
        Assert.Contains("To be decided", manager.Words);
    }
}
