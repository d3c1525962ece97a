using System.Globalization;
using Cirm.Core.Information;
using Cirm.Seeds;
using Cirm.Seeds.Information;
using Cirm.Seeds.Transactions;
using Cirm.Tests.Harness;
using Microsoft.VisualBasic.FileIO;

namespace Cirm.Tests.Transactions;

/// <summary>The demo from nothing, against the file read by another parser and counted by other code.</summary>
public sealed class BostonTests
{
    static readonly Lazy<List<Dictionary<string, string>>> File = new(Read);

    [Fact]
    public async Task The_demo_holds_every_row_of_the_file_and_a_second_run_adds_nothing()
    {
        await using var database = await TestDatabase.CloneAsync();
        await using var databases = database.Open();
        var told = new List<string>();
        await new Demo(databases, TimeProvider.System, told.Add).LoadAsync(CancellationToken.None);

        Assert.Contains("boston: 58251 cases accepted, 0 unchanged, 0 rejected", told);
        Assert.Contains("mashhad: 41 cases accepted, 0 unchanged, 0 rejected", told);
        Assert.Equal(58_251, File.Value.Count);
        await SameAsync("status", row => row["case_status"] == "Open" ? "submitted" : "closed", "c.status");
        await SameAsync("channel", row => row["source"] switch
        {
            "Constituent Call" => "phone",
            "Self Service" or "Citizens Connect App" or "Twitter" => "web",
            _ => "partner",
        }, "c.channel");
        await SameAsync("service", row => row["type"], "v.name ->> 'en'");
        await SameAsync("area", row => row["neighborhood"].Trim(), "coalesce(c.area, '')");
        await SameAsync("place", row => row["latitude"] == "42.3594" && row["longitude"] == "-71.0587" ? "no" : "yes", "case when c.latitude is null then 'no' else 'yes' end");
        await SameAsync("title", row => row["case_title"].Trim(), "c.title");
        await SameAsync("month", row => row["open_dt"][..7], "to_char(c.submitted_at at time zone 'America/New_York', 'YYYY-MM')");
        await SameAsync("due", row => row["target_dt"], "coalesce(to_char(c.due_at at time zone 'America/New_York', 'YYYY-MM-DD HH24:MI:SS'), '')");
        await SameAsync("closed", row => row["closed_dt"], "coalesce(to_char(c.closed_at at time zone 'America/New_York', 'YYYY-MM-DD HH24:MI:SS'), '')");
        await SameAsync("number", row => row["case_enquiry_id"], "c.external_id");
        Assert.Equal("2499 3681 58251 58251", await database.ScalarAsOwnerAsync<string>("""
            select concat_ws(' ', count(*) filter (where closed_at = submitted_at), count(*) filter (where closed_at is null), max(number), count(distinct number))
            from cases where agency_id = (select id from agencies where slug = 'boston')
            """));

        // One finding each has come to its end; Boston's effect is measured on the file's own cases.
        Assert.Equal("boston measured t, mashhad closed", await database.ScalarAsOwnerAsync<string>("""
            select string_agg(concat_ws(' ', a.slug, i.state, (select m.result -> 'change' ->> 'value' is not null from insight_measures m where m.agency_id = i.agency_id)), ', ' order by a.slug)
            from insights i join agencies a on a.id = i.agency_id
            """));

        told.Clear();
        await new Demo(databases, TimeProvider.System, told.Add).LoadAsync(CancellationToken.None);
        Assert.Equal(["the demo is there"], told);

        async Task SameAsync(string what, Func<Dictionary<string, string>, string> ofFile, string ofCase)
        {
            var expected = File.Value.CountBy(ofFile).Select(g => $"{g.Key}: {g.Value.ToString(CultureInfo.InvariantCulture)}").Order(StringComparer.Ordinal);
            var found = await database.ScalarAsOwnerAsync<string[]>($"""
                select array_agg(word || ': ' || n) from (
                  select {ofCase} as word, count(*) as n
                  from cases c
                  join services s on s.agency_id = c.agency_id and s.id = c.service_id
                  join service_versions v on v.agency_id = c.agency_id and v.service_id = c.service_id and v.number = c.service_version
                  where c.agency_id = (select id from agencies where slug = 'boston')
                  group by 1) as counted
                """);
            Assert.True(expected.SequenceEqual(found.Order(StringComparer.Ordinal)), $"The {what} of the cases are those of the file.");
        }
    }

    [Fact]
    public void The_service_standards_are_the_medians_of_the_file()
    {
        var byType = File.Value.GroupBy(row => row["type"]).ToDictionary(g => g.Key, g => g.ToList());
        var types = ServiceSeeds.Read<BostonType>("boston-services.json");
        Assert.Equal(141, types.Count);
        Assert.Equal(byType.Keys.Order(StringComparer.Ordinal), types.Select(t => t.Type).Order(StringComparer.Ordinal));
        Assert.Equal(141, types.Select(t => ServiceKey.From(t.Type)).Distinct().Count());
        foreach (var type in types)
        {
            var hours = byType[type.Type].Where(row => row["target_dt"].Length > 0).Select(row => (Time(row["target_dt"]) - Time(row["open_dt"])).TotalHours)
                .Where(h => h > 0).Order().ToList();
            double? median = hours.Count == 0 ? null : (hours[(hours.Count - 1) / 2] + hours[hours.Count / 2]) / 2;
            Assert.Equal((byType[type.Type].Count, hours.Count, median is { } m ? (int)Math.Ceiling(Math.Round(m, 6)) : (int?)null), (type.Requests, type.WithTarget, type.ResolutionHours));
        }

        static DateTime Time(string text) => DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    static List<Dictionary<string, string>> Read()
    {
        using var parser = new TextFieldParser(CaseSeeds.Open("boston_2011.csv.gz")) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        var header = parser.ReadFields()!;
        var rows = new List<Dictionary<string, string>>();
        while (parser.ReadFields() is { } fields) rows.Add(header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second));
        return rows;
    }
}
