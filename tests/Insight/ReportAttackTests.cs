using System.Diagnostics;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Insight;

/// <summary>Somebody reads every report in every breakdown and length of time, and adds.</summary>
public sealed class ReportAttackTests(CirmHost host, ITestOutputHelper output)
{
    const int K = 10;

    [Fact]
    public async Task On_bostons_real_requests_nothing_small_can_be_worked_out_and_most_is_shown()
    {
        var agency = await host.NewAgencyAsync();
        var cases = Reporting.Boston();
        await Reporting.CasesAsync(host, agency, cases);
        var watch = Stopwatch.StartNew();
        var pages = await Reporting.CountAsync(host, agency);
        output.WriteLine($"{cases.Count} cases, {pages} pages in {watch.Elapsed.TotalSeconds:0.0} s");
        foreach (var report in (string[])["volume", "resolution-time", "standard"])
            foreach (var by in (string[])["area", "service", "channel"])
                foreach (var period in (string[])["month", "quarter", "year"])
                {
                    var periods = (await Reporting.ReadAsync(agency, report, $"?by={by}&period={period}&from=2011-07&to=2011-12"))["periods"]!.AsArray();
                    if (periods.Count == 0) continue; // the year began before the data
                    var byThemselves = periods.Sum(p => p!["groups"]!.AsArray().Where(g => (string?)g!["group"] is not ("all" or "others")).Sum(g => (long)g!["n"]!));
                    var share = (double)byThemselves / periods.Sum(p => (long)p!.Group("all")!["n"]!);
                    output.WriteLine($"{report} by {by}, {period}: {share:0.000} of the cases are in {periods.Average(p => p!["groups"]!.AsArray().Count - 1):0.0} groups that are shown by themselves");
                    Assert.True(share > 0.4);
                }
        await AttackAsync(agency, cases, Decided, "2011", every: 7);
        await AttackAsync(agency, cases, Submitted, "2011", every: 7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task With_verdicts_and_segments_of_made_up_cases_too(int seed)
    {
        var random = new Random(seed);
        var agency = await host.NewAgencyAsync();
        string[] segments = ["new", "old", "young"];
        foreach (var key in segments) await ScarcityRuleTests.SegmentAsync(host, agency, key);
        var people = await Segmenting.CitizensAsync(host, agency, 900, _ => new { });
        var of = people.ToDictionary(p => p, _ => random.Next(6) switch { 0 => ["new", "young"], 1 or 2 => ["new"], 3 => (string[])["old"], _ => [] });
        foreach (var key in segments)
            await host.Database.ExecuteAsOwnerAsync($"""
                insert into segment_members (agency_id, segment_id, citizen_id, valid_from)
                select s.agency_id, s.id, p, now() from segments s, unnest(array['{string.Join("','", people.Where(p => of[p].Contains(key)))}']::uuid[]) p
                where s.agency_id = '{agency.Id}' and s.key = '{key}'
                """);
        var cases = people.Select(person =>
        {
            var submitted = new DateTimeOffset(2025, 1 + random.Next(6), 1 + random.Next(27), 12, 0, 0, TimeSpan.Zero);
            var closed = submitted.AddHours(1 + random.Next(40));
            return new ReportedCase($"s{Math.Min(random.Next(8), random.Next(8))}", $"a{random.Next(4)}", "web phone letter".Split(' ')[Math.Min(random.Next(3), random.Next(3))],
                submitted, random.Next(12) == 0 ? null : submitted.AddHours(1 + random.Next(60)), closed, random.Next(4) switch { 0 => "notSolved", 1 => "solved", _ => null }, person)
            {
                Answered = submitted.AddHours(random.Next(1, 40)),
            };
        }).ToList();
        await Reporting.CasesAsync(host, agency, cases);
        await Reporting.CountAsync(host, agency);
        foreach (var series in (Series[])[Decided, Submitted, Answered]) await AttackAsync(agency, cases, series, "2025", every: 1, of, segments);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_citizens_contribute_gives_nobody_away_either_however_much_one_of_them_says(int seed)
    {
        var random = new Random(seed);
        var agency = await host.NewAgencyAsync();
        string[] segments = ["new", "old", "young"], areas = ["a0", "a1", "a2", "a3", "a4"];
        await Publishing.AttributeAsync(agency, "district", areas);
        foreach (var key in segments) await ScarcityRuleTests.SegmentAsync(host, agency, key);
        var home = Enumerable.Range(0, 500).Select(_ => Math.Min(random.Next(8), random.Next(8)) is < 5 and var a ? areas[a] : null).ToArray();
        var people = await Segmenting.CitizensAsync(host, agency, 500, i => home[i] is { } district ? new { district } : new { });
        var of = people.ToDictionary(p => p, _ => random.Next(6) switch { 0 => ["new", "young"], 1 or 2 => ["new"], 3 => (string[])["old"], _ => [] });
        foreach (var key in segments) await Reporting.MembersAsync(host, agency, key, people.Where(p => of[p].Contains(key)));
        // Most say something once, and some say it thirty times in a month.
        var said = people.Index().SelectMany(p => Enumerable.Range(0, p.Index % 50 == 0 ? 30 : 1).Select(_ => new ReportedCase(
            $"s{Math.Min(random.Next(6), random.Next(6))}", home[p.Index], "web phone letter".Split(' ')[Math.Min(random.Next(3), random.Next(3))],
            new(2025, p.Index % 50 == 0 ? 1 + p.Index / 50 % 6 : 1 + random.Next(6), 1 + random.Next(27), 12, 0, 0, TimeSpan.Zero), null, null, null, p.Item))).ToList();
        await Reporting.ContributionsAsync(host, agency, said.Select(s => new Contributed(s.Submitted, s.Citizen, s.Service, s.Channel)));
        await Reporting.CountAsync(host, agency);
        await AttackAsync(agency, said, Contributions, "2025", every: 1, of, segments);

        var shown = 0;
        foreach (var by in (string[])["area", "segment"])
            foreach (var page in (await Reporting.ReadAsync(agency, "participation", $"?by={by}&from=2025-01&to=2025-12"))["periods"]!.AsArray())
            {
                var those = said.Where(s => string.CompareOrdinal($"{s.Submitted:yyyy-MM-dd}", (string?)page!["from"]) >= 0 && string.CompareOrdinal($"{s.Submitted:yyyy-MM-dd}", (string?)page["until"]) < 0).ToList();
                var named = page!["groups"]!.AsArray().Select(g => (string)g!["group"]!).ToList();
                foreach (var group in page["groups"]!.AsArray().Where(g => g!["n"] is not null && (string?)g["group"] != "all"))
                {
                    var name = (string)group!["group"]!;
                    var behind = those.Where(s => by == "segment" ? of[s.Citizen!.Value].Contains(name) : name == "others" ? !named.Contains(s.Area ?? "notStated") : (s.Area ?? "notStated") == name).ToList();
                    Assert.Equal(behind.Count, (int)group["n"]!);
                    Assert.True(behind.Select(s => s.Citizen).Distinct().Count() >= K, $"{page["period"]} {name}");
                    shown++;
                }
            }
        Assert.True(shown > 20);
    }

    /// <summary>Reports of the same cases in the same months: what one shows can be set against the other.</summary>
    sealed record Series(string[] Reports, Func<ReportedCase, DateTimeOffset?> When);

    static readonly Series Decided = new(["resolution-time", "standard", "verdict"], c => c.Closed);
    static readonly Series Submitted = new(["volume"], c => c.Submitted);
    static readonly Series Contributions = new(["participation"], c => c.Submitted);
    static readonly Series Answered = new(["answer-time"], c => c.Answered);

    static string MonthOf(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);

    // The cells that an attacker has in mind: who came in, was answered or was decided in a month, by group, in time or not, and what they said.
    async Task AttackAsync(
        TestAgency agency, IReadOnlyList<ReportedCase> cases, Series series, string year, int every, Dictionary<Guid, string[]>? segmentsOf = null, string[]? segments = null)
    {
        var told = cases.Where(c => series.When(c) is not null).Select(c => (Case: c, Month: MonthOf(series.When(c)!.Value))).Where(c => string.CompareOrdinal(c.Month, $"{year}-12") <= 0).ToList();
        var months = told.Select(c => c.Month).Distinct().Order().ToList();
        var truth = new Dictionary<string, long>();
        var groups = new Dictionary<string, HashSet<string>> { [""] = ["all"], ["area"] = [], ["service"] = [], ["channel"] = [] };
        if (segments is not null) groups["segment"] = [.. segments];
        foreach (var (c, month) in told)
        {
            var standard = c.Due is null ? "none" : c.Closed <= c.Due ? "met" : "late";
            foreach (var (by, group) in (IEnumerable<(string, string)>)
                     [("", "all"), ("area", c.Area ?? "notStated"), ("service", c.Service), ("channel", c.Channel), .. (segmentsOf?.GetValueOrDefault(c.Citizen ?? default) ?? []).Select(s => ("segment", s))])
            {
                groups[by].Add(group);
                truth[Name(by, group, month, standard, c.Verdict ?? "silent")] = truth.GetValueOrDefault(Name(by, group, month, standard, c.Verdict ?? "silent")) + 1;
            }
        }
        using var attacker = new DisclosureAttacker();
        foreach (var (by, keys) in groups.Where(g => g.Key.Length > 0))
            foreach (var month in months)
                foreach (var s in Standards)
                    foreach (var v in Verdicts)
                        if (by == "segment")
                        {
                            attacker.KnowsWithin(Name("", "all", month, s, v), [Name(by, "new", month, s, v), Name(by, "old", month, s, v)]);
                            attacker.KnowsWithin(Name(by, "new", month, s, v), Name(by, "young", month, s, v));
                        }
                        else attacker.KnowsParts(Name("", "all", month, s, v), [.. keys.Select(k => Name(by, k, month, s, v))]);
        var read = 0;
        foreach (var by in groups.Keys)
            foreach (var report in series.Reports)
                foreach (var period in (string[])["month", "quarter", "year"])
                    foreach (var page in (await Reporting.ReadAsync(agency, report, $"?period={period}&from={year}-01&to={year}-12{(by.Length > 0 ? $"&by={by}" : "")}"))["periods"]!.AsArray())
                        read += Read(attacker, page!, by, groups[by], months);
        Assert.True(read > 15 * series.Reports.Length);

        var (attacked, n) = (0, 0);
        foreach (var (by, keys) in groups)
            foreach (var month in months)
                foreach (var group in keys.Where(g => HasBegun(by, g, month)))
                    foreach (var what in ((string? Standard, string? Verdict)[])[(null, null), ("met", null), ("late", null), (null, "solved"), (null, "notSolved"), (null, "silent")])
                    {
                        string[] cells = [.. Cells(by, group, month, what.Standard, what.Verdict)];
                        if (cells.Sum(c => truth.GetValueOrDefault(c)) >= K || n++ % every != 0) continue;
                        attacker.CannotPin(K, cells);
                        attacked++;
                    }
        output.WriteLine($"{string.Join(", ", series.Reports)}: {read} figures read, {attacked} small counts attacked");
        Assert.True(attacked > 20);

        // That nobody has asked for something yet tells of nobody: a group is protected from its first case on.
        bool HasBegun(string by, string group, string month) =>
            months.Where(m => string.CompareOrdinal(m, month) <= 0).Any(m => Cells(by, group, m).Any(c => truth.GetValueOrDefault(c) > 0));
    }

    static readonly string[] Standards = ["met", "late", "none"];
    static readonly string[] Verdicts = ["solved", "notSolved", "silent"];

    static string Name(string by, string group, string month, string standard, string verdict) => $"{by}|{group}|{month}|{standard}|{verdict}";

    static IEnumerable<string> Cells(string breakdown, string name, string month, string? standard = null, string? verdict = null) =>
        from s in Standards from v in Verdicts where (standard is null || standard == s) && (verdict is null || verdict == v) select Name(breakdown, name, month, s, v);

    static int Read(DisclosureAttacker attacker, JsonNode page, string by, HashSet<string> keys, List<string> months)
    {
        var (from, until) = (((string)page["from"]!)[..7], ((string)page["until"]!)[..7]);
        var those = months.Where(m => string.CompareOrdinal(m, from) >= 0 && string.CompareOrdinal(m, until) < 0).ToList();
        var listed = page["groups"]!.AsArray().Select(g => (string)g!["group"]!).ToHashSet();
        var read = 0;
        foreach (var group in page["groups"]!.AsArray())
        {
            var name = (string)group!["group"]!;
            var (of, members) = name == "all" ? ("", ["all"]) : (by, name == "others" ? [.. keys.Except(listed)] : (string[])[name]);
            var outcomes = group["outcomes"]?.AsArray();
            var isStandard = outcomes?.Any(o => (string?)o!["key"] == "met") is true;
            string[] Sum(string? standard, string? verdict) => [.. members.SelectMany(g => those.SelectMany(m => Cells(of, g, m, standard, verdict)))];
            if (group["n"] is { } n)
            {
                attacker.Reads((double)n, isStandard ? [.. Sum("met", null), .. Sum("late", null)] : Sum(null, null));
                read++;
            }
            foreach (var outcome in outcomes ?? [])
            {
                if (outcome!["count"] is not { } count) continue;
                var key = (string)outcome["key"]!;
                attacker.Reads((double)count, isStandard ? Sum(key, null) : Sum(null, key));
                read++;
            }
        }
        return read;
    }
}
