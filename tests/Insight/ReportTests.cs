using System.Net;
using System.Net.Http.Json;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>What managers read of groups of cases, and when it is counted.</summary>
public sealed class ReportTests(CirmHost host)
{
    internal static readonly DateTimeOffset Later = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);

    // A case of a month that was answered after an hour, and decided after some more.
    static ReportedCase Case(int month, int day, string service, string channel, double hours, bool inTime, string? verdict = null, string? area = "North")
    {
        var submitted = new DateTimeOffset(2026, month, day, 12, 0, 0, TimeSpan.Zero);
        return new(service, area, channel, submitted, submitted.AddHours(inTime ? hours + 1 : hours - 1), submitted.AddHours(hours), verdict) { Answered = submitted.AddHours(1) };
    }

    static IEnumerable<ReportedCase> Cases(int month, int count, string service, string channel, double hours, bool inTime, string? verdict = null, string? area = "North") =>
        Enumerable.Range(0, count).Select(i => Case(month, 1 + i % 25, service, channel, hours, inTime, verdict, area));

    // Two services, one of which keeps its standard and one of which does not, from April to June.
    internal static List<ReportedCase> Quarter()
    {
        var cases = new List<ReportedCase>();
        foreach (var month in (int[])[4, 5, 6])
            cases.AddRange([
                .. Cases(month, 60, "lamps", "web", 10, true, "solved"), .. Cases(month, 20, "lamps", "phone", 30, false), .. Cases(month, 15, "lamps", "web", 20, true, "notSolved"),
                .. Cases(month, 30, "trees", "phone", 50, true), .. Cases(month, 40, "trees", "phone", 90, false, "notSolved"), .. Cases(month, 20, "trees", "web", 70, false, "solved"),
                .. Cases(month, 4, "graves", "letter", 5, true), .. Cases(month, 6, "moss", "letter", 5, true), .. Cases(month, 8, "paint", "letter", 5, true, "solved"),
                .. Cases(month, 8, "noise", "letter", 5, false, "solved"), .. Cases(month, 9, "bins", "letter", 5, false, "notSolved"), .. Cases(month, 5, "dogs", "letter", 5, true, "notSolved"),
            ]);
        return cases;
    }

    [Fact]
    public async Task Volume_times_standard_and_verdict_are_as_they_were_put_in_by_month_and_quarter()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, Quarter());
        Assert.True(await Reporting.CountAsync(host, agency, Later) > 0);

        var volume = await Reporting.ReadAsync(agency, "volume", "?by=service");
        Assert.Equal(("volume", "service", "month", "month"), ((string?)volume["report"], (string?)volume["by"], (string?)volume["period"], (string?)volume["asked"]));
        Assert.Equal(["2026-04", "2026-05", "2026-06"], volume["periods"]!.AsArray().Select(p => (string?)p!["period"]));
        var april = volume.Period("2026-04");
        Assert.Equal([("all", 225), ("lamps", 95), ("trees", 90), ("others", 40)], april["groups"]!.AsArray().Select(g => ((string?)g!["group"], (int)g["n"]!)));
        Assert.Equal(6, (int)april["merged"]!);
        Assert.Equal(Later, DateTimeOffset.Parse((string)volume["asOf"]!, System.Globalization.CultureInfo.InvariantCulture));
        var quarter = (await Reporting.ReadAsync(agency, "volume", "?by=service&period=quarter")).Period("2026-Q2");
        Assert.Equal([("all", 675), ("lamps", 285), ("trees", 270), ("others", 120)], quarter["groups"]!.AsArray().Select(g => ((string?)g!["group"], (int)g["n"]!)));

        var answers = (await Reporting.ReadAsync(agency, "answer-time")).Period("2026-05").Group("all")!;
        Assert.Equal((225, 1.0), ((int)answers["n"]!, (double)answers["hours"]!["value"]!));
        var times = (await Reporting.ReadAsync(agency, "resolution-time", "?by=service&period=quarter")).Period("2026-Q2");
        Assert.Equal(10, (double)times.Group("lamps")!["hours"]!["value"]!);
        Assert.Equal(70, (double)times.Group("trees")!["hours"]!["value"]!, 20.0);

        var standard = (await Reporting.ReadAsync(agency, "standard", "?by=service")).Period("2026-06");
        Assert.Equal((75, 20, 95), ((int)standard.Group("lamps")!.Outcome("met")!, (int)standard.Group("lamps")!.Outcome("late")!, (int)standard.Group("lamps")!["n"]!));
        Assert.Equal(0.3333, (double)standard.Group("trees")!["outcomes"]![0]!["share"]!);

        // Silence stands beside the verdict and is no satisfaction.
        var verdict = (await Reporting.ReadAsync(agency, "verdict", "?by=service")).Period("2026-04").Group("trees")!;
        Assert.Equal((20L, 40L, 30L), (verdict.Outcome("solved"), verdict.Outcome("notSolved"), verdict.Outcome("silent")));
        Assert.Equal((0.6667, 0.3333), ((double)verdict["answered"]!["value"]!, (double)verdict["solved"]!["value"]!));

        var gap = (await Reporting.ReadAsync(agency, "equity-gap", "?by=service&period=quarter")).Period("2026-Q2")["gaps"]![0]!;
        Assert.Equal(("lamps", "trees", 2.3684), ((string?)gap["better"], (string?)gap["worse"], (double)gap["ratio"]!));
        Assert.InRange((double)gap["low"]!, 1.9, 2.37); // Katz: 225 of 285 against 90 of 270
        Assert.InRange((double)gap["high"]!, 2.37, 2.9);
        var channels = (await Reporting.ReadAsync(agency, "equity-gap", "?by=channel")).Period("2026-04")["gaps"]!.AsArray();
        Assert.Equal(["bestAndWorst", "digitalAndAssisted"], channels.Select(g => (string?)g!["between"]));
        Assert.Equal(("digital", "assisted"), ((string?)channels[1]!["better"], (string?)channels[1]!["worse"]));
    }

    [Fact]
    public async Task A_median_is_told_of_twice_the_smallest_group_and_of_no_fewer()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, [.. Cases(4, 19, "trees", "web", 10, true), .. Cases(4, 20, "lamps", "web", 10, true), .. Cases(4, 30, "moss", "web", 10, true)]);
        await Reporting.CountAsync(host, agency, Later);
        var april = (await Reporting.ReadAsync(agency, "resolution-time", "?by=service")).Period("2026-04");
        Assert.Equal([("all", 69, true), ("moss", 30, true), ("lamps", 20, true), ("trees", 19, false)],
            april["groups"]!.AsArray().Select(g => ((string)g!["group"]!, (int)g["n"]!, g["hours"] is not null)));
    }

    [Fact]
    public async Task A_month_is_counted_a_week_after_it_is_over_and_never_again()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, Quarter());
        Assert.Equal(0, await Reporting.CountAsync(host, agency, new(2026, 4, 30, 0, 0, 0, TimeSpan.Zero)));
        Assert.True(await Reporting.CountAsync(host, agency, new(2026, 6, 8, 12, 0, 0, TimeSpan.Zero)) > 0);
        Assert.Equal(["2026-04", "2026-05"], await PeriodsAsync("month"));
        Assert.Empty(await PeriodsAsync("quarter"));
        await Reporting.CasesAsync(host, agency, [.. Cases(5, 100, "lamps", "web", 10, true)]); // imported later: May was told already
        Assert.True(await Reporting.CountAsync(host, agency, Later) > 0);
        Assert.Equal(0, await Reporting.CountAsync(host, agency, Later));
        Assert.Equal(["2026-04", "2026-05", "2026-06"], await PeriodsAsync("month"));
        Assert.Equal(["2026-Q2"], await PeriodsAsync("quarter"));
        Assert.Equal(225, (int)(await Reporting.ReadAsync(agency, "volume")).Period("2026-05").Group("all")!["n"]!);
        Assert.Equal(675, (int)(await Reporting.ReadAsync(agency, "volume", "?period=quarter")).Period("2026-Q2").Group("all")!["n"]!);
        Assert.Contains("reports.counted", await host.AuditActionsAsync(agency));

        async Task<List<string?>> PeriodsAsync(string period) =>
            [.. (await Reporting.ReadAsync(agency, "volume", $"?period={period}"))["periods"]!.AsArray().Select(p => (string?)p!["period"])];
    }

    [Fact]
    public async Task Where_months_have_too_few_cases_longer_periods_are_answered_and_say_so()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, [.. ((int[])[1, 2, 3, 4, 5, 6]).SelectMany(m => Cases(m, 12, "lamps", "web", 10, true))]);
        await Reporting.CountAsync(host, agency, Later);
        var volume = await Reporting.ReadAsync(agency, "volume", "?period=month");
        Assert.Equal(("quarter", "month"), ((string?)volume["period"], (string?)volume["asked"]));
        Assert.Equal(36, (int)volume.Period("2026-Q1").Group("all")!["n"]!);
        Assert.Empty((await Reporting.ReadAsync(agency, "verdict"))["periods"]!.AsArray()); // nobody has said a word: there is nothing to show
    }

    [Fact]
    public async Task Segments_are_shown_when_enough_people_stand_behind_the_cases()
    {
        var agency = await host.NewAgencyAsync();
        foreach (var key in (string[])["many", "one"]) await ScarcityRuleTests.SegmentAsync(host, agency, key);
        var people = await Segmenting.CitizensAsync(host, agency, 60, _ => new { });
        await host.Database.ExecuteAsOwnerAsync($"""
            insert into segment_members (agency_id, segment_id, citizen_id, valid_from)
            select s.agency_id, s.id, p.id, now() from segments s, unnest(array['{string.Join("','", people.Take(30))}']::uuid[]) with ordinality as p (id, n)
            where s.agency_id = '{agency.Id}' and (s.key = 'many' and p.n > 1 or s.key = 'one' and p.n = 1)
            """);
        await Reporting.CasesAsync(host, agency, [.. ((int[])[4, 5]).SelectMany(m => (IEnumerable<ReportedCase>)
            [.. people.Select(p => Case(m, 3, "lamps", "web", 10, true) with { Citizen = p }), .. Cases(m, 25, "lamps", "web", 10, true).Select(c => c with { Citizen = people[0] }), .. Cases(m, 40, "lamps", "phone", 10, false)])]);
        await Reporting.CountAsync(host, agency, Later);
        var april = (await Reporting.ReadAsync(agency, "volume", "?by=segment")).Period("2026-04");
        Assert.Equal(29, (int)april.Group("many")!["n"]!);
        Assert.True((bool)april.Group("one")!["suppressed"]!); // 26 cases, one person
        Assert.Null(april.Group("one")!["n"]);
        Assert.True((int)(await Reporting.ReadAsync(agency, "volume", "?by=segment"))["hidden"]!["figures"]! > 0);
    }

    [Fact]
    public async Task As_a_table_a_service_by_itself_and_what_is_refused()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        await Reporting.CasesAsync(host, agency, [.. Quarter(), .. Cases(4, 30, "lamps", "web", 10, true, area: "=cmd(), \"Süd\"")]);
        await Reporting.CountAsync(host, agency, Later);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{agency.Path}/reports/volume?by=area") { Headers = { { "Accept", "text/csv" } } };
        var answer = await manager.SendAsync(request);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var csv = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("report,period,from,until,by,group,item,figure,value,share,low,high,n,suppressed\r\nvolume,2026-04,2026-04-01,2026-05-01,,all,,cases,255,,,,255,false\r\n", csv);
        Assert.Contains("area,\"'=cmd(), \"\"Süd\"\"\",,cases,30,", csv); // no formula (OWASP, CSV injection)
        Assert.Equal(csv, await manager.GetStringAsync($"{agency.Path}/reports/volume?by=area&format=csv"));

        var lamps = (await Reporting.ReadAsync(agency, "standard", "?service=lamps&from=2026-05&to=2026-05"))["periods"]!.AsArray();
        Assert.Equal("lamps", (string?)Assert.Single(Assert.Single(lamps)!["groups"]!.AsArray())!["group"]);
        Assert.True((bool)(await Reporting.ReadAsync(agency, "standard", "?service=graves")).Period("2026-05").Group("graves")!["suppressed"]!);
        await (await manager.GetAsync($"{agency.Path}/reports/volume?by=area&service=lamps")).RefusedAsync("report-not-vouched");
        await (await manager.GetAsync($"{agency.Path}/reports/satisfaction?by=area")).RefusedAsync("report-not-vouched");
        await (await manager.GetAsync($"{agency.Path}/reports/volume?by=name&from=2026")).RefusedAsync("validation");
        await (await manager.GetAsync($"{agency.Path}/reports/volume?by=name")).RefusedAsync("validation");
        await (await manager.GetAsync($"{agency.Path}/reports/persons")).RefusedAsync("not-found");
        await (await (await agency.Agent).GetAsync($"{agency.Path}/reports/volume")).RefusedAsync("not-allowed");
        Assert.Equal(ReportKind.All.Count, (await manager.GetJsonAsync($"{agency.Path}/reports"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_area_that_is_called_as_our_own_groups_are_is_a_group_like_any_other()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, [.. Quarter(), .. Cases(4, 30, "lamps", "web", 10, true, area: "all"), .. Cases(4, 25, "lamps", "web", 10, true, area: "others")]);
        await Reporting.CountAsync(host, agency, Later);
        var april = (await Reporting.ReadAsync(agency, "resolution-time", "?by=area")).Period("2026-04");
        Assert.Equal([("all", 280), ("North", 225), ("\"all\"", 30), ("\"others\"", 25)], april["groups"]!.AsArray().Select(g => ((string?)g!["group"], (int)g["n"]!)));
    }

    [Fact]
    public async Task Opposed_demands_by_service_and_what_surveys_published_of_standard_items()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var manager = await agency.Manager;
        foreach (var key in (string[])["drivers", "walkers"]) await ScarcityRuleTests.SegmentAsync(host, agency, key);
        await manager.PostJsonAsync($"{agency.Path}/opposed-demands", new
        {
            service = "lamps", title = "Light", sides = new[] { new { segment = "drivers", demand = "More light." }, new { segment = "walkers", demand = "Less light." } },
        });
        var opposed = await Reporting.ReadAsync(agency, "opposed-demands", "?period=year");
        var lamps = Assert.Single(opposed["periods"]!.AsArray())!.Group("lamps")!;
        Assert.Equal((1, 1L, 0L), ((int)lamps["n"]!, lamps.Outcome("open"), lamps.Outcome("agreed")));

        var wave = await Asking.OpenAsync(agency, new { key = "trust", title = "T", anonymity = "anonymous", questions = new[] { new { key = "q", item = "trust-agency" } } });
        await Publishing.StrataAsync(host, agency, wave, (new { }, []));
        await Publishing.PutAsync(host, agency, wave, Enumerable.Range(0, 165).Select(i => (1, (object)new { q = i % 11 })));
        Assert.Equal(Core.Insight.Results.PublishOutcome.Published, await Publishing.PublishAsync(host, agency, wave));
        var satisfaction = Assert.Single((await Reporting.ReadAsync(agency, "satisfaction"))["periods"]!.AsArray())!;
        Assert.Equal(("trust 2026-1", "trust-agency", 5.0, 165), ((string?)satisfaction["period"], (string?)satisfaction.Group("all")!["item"], (double)satisfaction.Group("all")!["mean"]!["value"]!, (int)satisfaction.Group("all")!["n"]!));
    }

    [Fact]
    public async Task A_manager_asks_for_a_count_and_an_operation_carries_it_out()
    {
        var agency = await host.NewAgencyAsync();
        await Reporting.CasesAsync(host, agency, Quarter());
        var asked = await (await agency.Manager).PostJsonAsync($"{agency.Path}/reports/count", new { }, HttpStatusCode.Accepted);
        var home = (await host.Services.GetRequiredService<Agencies>().FindAsync(agency.Slug, CancellationToken.None))!;
        var reports = host.Services.GetRequiredService<ReportBook>();
        Assert.True(await reports.IsDueAsync(home, CancellationToken.None));
        var operation = await host.CarryOutAsync(agency.Id, (Guid)asked["id"]!, progress => reports.RunAsync(home, progress, CancellationToken.None));
        Assert.StartsWith("succeeded", operation.Told());
        Assert.False(await reports.IsDueAsync(home, CancellationToken.None));
        await (await (await agency.Agent).PostAsJsonAsync($"{agency.Path}/reports/count", new { })).RefusedAsync("not-allowed");
    }
}
