using Cirm.Core.Insight.Results;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Insight;

/// <summary>Who takes part: contributions by month, answers by wave, turnout by decision.</summary>
public sealed class ParticipationReportTests(CirmHost host)
{
    [Fact]
    public async Task What_citizens_contributed_by_segment_area_service_and_channel()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "North", "South", "Hill", "Vale");
        await ScarcityRuleTests.SegmentAsync(host, agency, "young");
        string[] districts = ["North", "South", "Hill", "Vale"];
        var people = await Segmenting.CitizensAsync(host, agency, 80, i => i < 76 ? new { district = districts[i < 30 ? 0 : i < 60 ? 1 : i < 75 ? 2 : 3] } : new { });
        await Reporting.MembersAsync(host, agency, "young", people[..20]);
        List<Contributed> said = [];
        foreach (var month in (int[])[4, 5])
        {
            said.AddRange(people[..75].Select((p, i) => Said(month, p, i % 3 == 0 ? "parks" : null, i < 20 ? "counter" : "web")));
            said.AddRange(Enumerable.Range(0, 25).Select(_ => Said(month, people[75], "parks", "web"))); // one person of the Vale, over and over
            said.AddRange(people[76..].Select(p => Said(month, p, null, "web"))); // of whom no area is known
        }
        said.AddRange(people.Select(p => Said(4, p, null, "web") with { Kind = "post" })); // talk among citizens is not counted
        said.AddRange(people.Select(p => Said(4, p, null, "web") with { By = "staff" }));
        await Reporting.ContributionsAsync(host, agency, said);
        await Reporting.CountAsync(host, agency, ReportTests.Later);

        Assert.Equal([("all", 104), ("North", 30), ("South", 30), ("others", 44)], await GroupsAsync("area")); // Hill keeps the one of the Vale company
        Assert.Equal([("all", 104), ("notStated", 54), ("parks", 50)], await GroupsAsync("service"));
        Assert.Equal([("all", 104), ("web", 84), ("counter", 20)], await GroupsAsync("channel"));
        Assert.Equal([("all", 104), ("young", 20)], await GroupsAsync("segment"));
        Assert.Equal(208, (int)(await Reporting.ReadAsync(agency, "participation", "?period=quarter")).Period("2026-Q2").Group("all")!["n"]!);
        Assert.Contains(",contributions,104,", await (await agency.Manager).GetStringAsync($"{agency.Path}/reports/participation?format=csv"), StringComparison.Ordinal);
        Assert.Empty((await Reporting.ReadAsync(agency, "volume"))["periods"]!.AsArray()); // nobody reported anything

        async Task<List<(string, int)>> GroupsAsync(string by) =>
            [.. (await Reporting.ReadAsync(agency, "participation", $"?by={by}")).Period("2026-04")["groups"]!.AsArray().Select(g => ((string)g!["group"]!, (int)g["n"]!))];
    }

    [Fact]
    public async Task An_area_that_is_sensitive_is_no_area_of_a_report()
    {
        var agency = await host.NewAgencyAsync();
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/attributes", new { key = "district", name = "D", type = "code", values = (string[])["1"], purpose = "To know.", sensitive = true });
        var people = await Segmenting.CitizensAsync(host, agency, 40, _ => new { district = "1" });
        await Reporting.ContributionsAsync(host, agency, people.Select(p => Said(4, p, null, "web")));
        await Reporting.CountAsync(host, agency, ReportTests.Later);
        Assert.Equal([("all", 40), ("notStated", 40)],
            (await Reporting.ReadAsync(agency, "participation", "?by=area")).Period("2026-04")["groups"]!.AsArray().Select(g => ((string)g!["group"]!, (int)g["n"]!)));
    }

    [Fact]
    public async Task What_is_said_over_the_API_is_counted_when_its_month_is_over()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var initiative = await Deciding.OpenAsync(agency, "consultation");
        var agent = await agency.Agent;
        foreach (var citizenId in await Asking.CitizensAsync(host, agency, 21, _ => "{}"))
            await agent.PostJsonAsync($"{initiative}/contributions", new { kind = "advice", text = "Plant trees.", on = new { service = "lamps" }, channel = "phone", citizenId });
        await Reporting.CountAsync(host, agency, DateTimeOffset.UtcNow);
        Assert.Empty((await Reporting.ReadAsync(agency, "participation"))["periods"]!.AsArray());
        await Reporting.CountAsync(host, agency, DateTimeOffset.UtcNow.AddDays(62));
        var month = Assert.Single((await Reporting.ReadAsync(agency, "participation", "?by=service"))["periods"]!.AsArray())!;
        Assert.Equal([("all", 21), ("lamps", 21)], month["groups"]!.AsArray().Select(g => ((string)g!["group"]!, (int)g["n"]!)));
    }

    [Fact]
    public async Task Months_that_were_counted_before_there_was_this_report_have_it_too_and_nothing_else_moves()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, ReportTests.Quarter());
        await Reporting.CountAsync(host, agency, ReportTests.Later);
        var volume = (await Reporting.ReadAsync(agency, "volume", "?by=service")).ToJsonString();
        await host.Database.ExecuteAsOwnerAsync($"update report_months set counts = counts #- '{{counts,Contributed}}' where agency_id = '{agency.Id}'");
        var people = await Segmenting.CitizensAsync(host, agency, 40, _ => new { });
        await Reporting.ContributionsAsync(host, agency, ((int[])[4, 5, 6]).SelectMany(m => people.Select(p => Said(m, p, null, "web"))));
        Assert.True(await Reporting.CountAsync(host, agency, ReportTests.Later) > 0);
        Assert.Equal(0, await Reporting.CountAsync(host, agency, ReportTests.Later));
        Assert.Equal([("2026-04", 40), ("2026-05", 40), ("2026-06", 40)],
            (await Reporting.ReadAsync(agency, "participation"))["periods"]!.AsArray().Select(p => ((string)p!["period"]!, (int)p.Group("all")!["n"]!)));
        Assert.Equal(120, (int)(await Reporting.ReadAsync(agency, "participation", "?period=quarter")).Period("2026-Q2").Group("all")!["n"]!);
        Assert.Equal(volume, (await Reporting.ReadAsync(agency, "volume", "?by=service")).ToJsonString());
    }

    [Fact]
    public async Task Answers_to_surveys_are_as_they_were_published_and_under_an_embargo_there_are_none()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "North", "South", "Hill");
        var wave = await Asking.OpenAsync(agency, new { key = "trust", title = "T", anonymity = "anonymous", breakdowns = (string[])["district"], questions = new[] { new { key = "q", item = "trust-agency" } } });
        await Publishing.StrataAsync(host, agency, wave, (new { district = "North" }, []), (new { district = "South" }, []), (new { district = "Hill" }, []));
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, 164).Select(i => (i < 100 ? 1 : i < 160 ? 2 : 3, (object)new { q = i % 11 })));
        Assert.Equal(PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));

        var published = await Publishing.ReadAsync(agency, wave, "?by=district");
        var page = Assert.Single((await Reporting.ReadAsync(agency, "responses", "?by=area"))["periods"]!.AsArray())!;
        Assert.Equal("trust 2026-1", (string?)page["period"]);
        Assert.Equal(published["groups"]!.AsArray().Select(g => ((string)g!["group"]!, (int?)g["responses"])), page["groups"]!.AsArray().Select(g => ((string)g!["group"]!, (int?)g["n"])));
        Assert.True(page.Group("Hill")!.Suppressed()); // four people
        Assert.Equal((double)published["responseRate"]!["rate"]!, (double)page.Group("all")!["rate"]!);
        Assert.Equal(164 / 3000.0, (double)page.Group("all")!["rate"]!, 4);
        // How many answered stands beside how satisfied they are (SEG-STYLE).
        Assert.Equal((double)page.Group("all")!["rate"]!, (double)Assert.Single((await Reporting.ReadAsync(agency, "satisfaction"))["periods"]!.AsArray())!.Group("all")!["rate"]!);

        await host.Database.ExecuteAsOwnerAsync($"update survey_waves set embargo = true where id = '{Asking.IdOf(wave)}'");
        foreach (var report in (string[])["responses", "satisfaction"]) Assert.Empty((await Reporting.ReadAsync(agency, report))["periods"]!.AsArray());
    }

    [Fact]
    public async Task Turnout_is_what_a_result_says_and_nothing_of_a_box_that_is_closed()
    {
        var agency = await host.NewAgencyAsync();
        await Publishing.AttributeAsync(agency, "district", "North", "South");
        var citizens = await Segmenting.CitizensAsync(host, agency, 120, i => new { district = i % 2 == 0 ? "North" : "South" });
        var initiative = await Deciding.DecideAsync(agency, new { method = "approval" }, ("lamps", null), ("trees", null));
        foreach (var citizenId in citizens.Take(70)) await (await agency.Agent).PostJsonAsync($"{initiative}/ballots", new { choices = (string[])["lamps"], citizenId });
        Assert.Empty((await Reporting.ReadAsync(agency, "turnout", "?by=area"))["periods"]!.AsArray());
        var result = await Deciding.CountAsync(host, agency, initiative);

        var page = Assert.Single((await Reporting.ReadAsync(agency, "turnout", "?by=area"))["periods"]!.AsArray())!;
        Assert.Equal(initiative.Split('/')[^1], (string?)page["period"]);
        Assert.Equal(((int)result["turnout"]!, (double)result["turnoutShare"]!), ((int)page.Group("all")!["n"]!, (double)page.Group("all")!["rate"]!));
        var represented = result["representativeness"]!.AsArray().Single(r => (string?)r!["attribute"] == "district")!["groups"]!.AsArray();
        Assert.Equal(represented.Select(g => ((string)g!["group"]!, (int?)g["voted"])), page["groups"]!.AsArray().Skip(1).Select(g => ((string)g!["group"]!, (int?)g["n"])));
        Assert.Equal(35, (int)page.Group("North")!["n"]!);
        foreach (var by in (string[])["segment", "service", "channel"]) // what could join the register with the box
            await (await (await agency.Manager).GetAsync($"{agency.Path}/reports/turnout?by={by}")).RefusedAsync("report-not-vouched");
    }

    static Contributed Said(int month, Guid? citizen, string? service, string channel) => new(new(2026, month, 10, 12, 0, 0, TimeSpan.Zero), citizen, service, channel);
}
