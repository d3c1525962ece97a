using System.Text;
using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Transactions.Importing;

namespace Cirm.Tests.Transactions;

/// <summary>How rows become cases and citizens, and what a mapping may say: the rules, without a database.</summary>
public sealed class ImportRulesTests
{
    static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Theory]
    [InlineData("2011-07-01 01:32:33", "2011-07-01T05:32:33Z")]
    [InlineData("2011-12-01 01:32", "2011-12-01T06:32:00Z")]
    [InlineData("2011-12-01", "2011-12-01T05:00:00Z")]
    [InlineData("2011-07-01T01:32:33.5", "2011-07-01T05:32:33.5Z")]
    [InlineData("2011-07-01T01:32:33Z", "2011-07-01T01:32:33Z")]
    [InlineData("2011-07-01T01:32:33.250+03:30", "2011-06-30T22:02:33.25Z")]
    [InlineData("2011-07-01 01:32:33-04:00", "2011-07-01T05:32:33Z")]
    [InlineData("07/01/2011 02:15 PM", "2011-07-01T18:15:00Z")]
    [InlineData("2012-03-11 02:30:00", "2012-03-11T07:30:00Z")] // the clocks skipped it: half past three
    [InlineData("2011-11-06 01:30:00", "2011-11-06T05:30:00Z")] // the clocks showed it twice: the first
    public void A_time_is_read_as_people_write_it(string text, string utc)
    {
        Assert.True(new FileTimes(NewYork, ["MM/dd/yyyy hh:mm tt"]).TryRead(text, out var time, out _));
        Assert.Equal(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime, time);
    }

    [Theory]
    [InlineData("yyyy/MM/dd HH:mm:sszz", "2011/07/01 05:32:33+00", "2011-07-01T05:32:33Z")] // ArcGIS
    [InlineData("M/d/yyyy h:mm tt zzz", "7/1/2011 1:32 AM -04:00", "2011-07-01T05:32:00Z")]
    [InlineData("yyyy/MM/dd HH:mm:ssK", "2011/07/01 05:32:33Z", "2011-07-01T05:32:33Z")]
    [InlineData("yyyy/MM/dd HH:mm:ssK", "2011/07/01 01:32:33", "2011-07-01T05:32:33Z")] // says no offset: local
    [InlineData("dd-MM-yyyy HH:mm", "01-07-2011 01:32", "2011-07-01T05:32:00Z")]
    [InlineData("r", "Fri, 01 Jul 2011 05:32:33 GMT", "2011-07-01T05:32:33Z")]
    [InlineData("dd.MM.yyyy", "2011-07-01 05:32:33.123+00", "2011-07-01T05:32:33.123Z")] // PostgreSQL
    [InlineData("unix", "1309498353", "2011-07-01T05:32:33Z")]
    [InlineData("unixMilliseconds", "1309498353000", "2011-07-01T05:32:33Z")]
    [InlineData("unixMilliseconds", "1.309498353E12", "2011-07-01T05:32:33Z")] // a spreadsheet was there
    public void A_time_is_read_as_the_mapping_says_and_with_the_offset_that_it_has(string format, string text, string utc)
    {
        Assert.True(new FileTimes(NewYork, [format]).TryRead(text, out var time, out _));
        Assert.Equal(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime, time);
    }

    [Theory]
    [InlineData("1405/01/01 08:30", "2026-03-21T05:00:00Z")]
    [InlineData("۱۴۰۵/۱/۱ ۸:۳۰", "2026-03-21T05:00:00Z")]
    [InlineData("1403-12-30", "2025-03-19T20:30:00Z")] // a leap year
    [InlineData("1390/04/10 01:32:33", "2011-06-30T21:02:33Z")] // half past four hours in summer then
    [InlineData("2026-03-21T08:30:00+03:30", "2026-03-21T05:00:00Z")]
    public void Solar_dates_are_read_where_the_mapping_says_that_they_are_there(string text, string utc)
    {
        var tehran = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tehran");
        Assert.True(new FileTimes(tehran, [], FileCalendar.Persian).TryRead(text, out var time, out _));
        Assert.Equal(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime, time);
        if (text[^6] != '+') Assert.False(new FileTimes(tehran, []).TryRead(text, out _, out _));
    }

    [Theory]
    [InlineData("1404/12/30")] // not a leap year
    [InlineData("1405/13/01")]
    [InlineData("1405/07/31")]
    [InlineData("1405/01/01 24:00")]
    public void A_solar_date_that_is_none_is_not_guessed(string text) =>
        Assert.False(new FileTimes(TimeZoneInfo.Utc, [], FileCalendar.Persian).TryRead(text, out _, out _));

    [Theory]
    [InlineData("unix", "12345678901234567890")]
    [InlineData("unix", "1309498353000")] // milliseconds: the year 43466
    [InlineData("unix", "-9999999999999")]
    [InlineData("unix", "")]
    [InlineData("unixMilliseconds", "1309498353000 ms")]
    public void A_number_that_is_no_time_is_not_guessed(string format, string text) =>
        Assert.False(text.Length > 0 && new FileTimes(NewYork, [format]).TryRead(text, out _, out _));

    [Theory]
    [InlineData("(42.35, -71.05)")]
    [InlineData("42.35,-71.05")]
    [InlineData("POINT (-71.05 42.35)")]
    [InlineData("SRID=4326;Point Z(-71.05 42.35 12.5)")]
    [InlineData("-71.05|42.35")] // the coordinates of a GeoJSON point
    public void A_point_in_one_column_is_read_as_it_is_written(string text)
    {
        Assert.True(PointText.TryRead(text, out var latitude, out var longitude));
        Assert.Equal(("42.35", "-71.05"), (latitude, longitude));
    }

    [Theory]
    [InlineData("42.35 -71.05")]
    [InlineData("POLYGON ((0 0, 1 1))")]
    [InlineData("(42.35, -71.05, 3)")]
    [InlineData("Main St & River St")]
    public void What_is_no_point_is_not_guessed(string text) => Assert.False(PointText.TryRead(text, out _, out _));

    [Theory]
    [InlineData("2011-02-30 01:00:00")]
    [InlineData("2011-07-01 24:00:00")]
    [InlineData("yesterday")]
    [InlineData("07/01/2011")]
    [InlineData("0001-01-01 00:00:00")]
    [InlineData("9999-12-31T23:59:59Z")]
    public void What_is_no_time_is_not_guessed(string text) => Assert.False(new FileTimes(NewYork, []).TryRead(text, out _, out _));

    [Fact]
    public void Every_local_second_of_a_year_comes_out_as_the_zone_has_it()
    {
        var times = new FileTimes(NewYork, []);
        for (var local = new DateTime(2011, 1, 1, 0, 7, 1); local.Year == 2011; local = local.AddMinutes(17))
        {
            var utc = times.ToUtc(local, out var second);
            if (NewYork.IsInvalidTime(local)) continue;
            Assert.Equal(local, TimeZoneInfo.ConvertTimeFromUtc(utc, NewYork));
            Assert.Equal(NewYork.IsAmbiguousTime(local), second is not null);
            if (second is { } later) Assert.Equal((local, true), (TimeZoneInfo.ConvertTimeFromUtc(later, NewYork), later > utc));
        }
    }

    [Fact]
    public void A_closing_time_in_the_hour_shown_twice_does_not_lie_before_the_opening()
    {
        var (row, rejections) = Case("1,s,phone,closed,t,2011-11-06 01:50:00,2011-11-06 01:10:00", "externalId,service,channel,status,title,submittedAt,closedAt");
        Assert.Empty(rejections);
        Assert.Equal(new DateTime(2011, 11, 6, 6, 10, 0, DateTimeKind.Utc), row!.ClosedAt);
    }

    [Theory]
    [InlineData("1,s,phone,closed,t,2011-07-02 00:00:00,2011-07-01 00:00:00,,", "closedAt order")]
    [InlineData("1,s,phone,inProgress,t,2011-07-01 00:00:00,2011-07-02 00:00:00,,", "closedAt contradiction")]
    [InlineData("1,s,phone,Closed,t,2011-07-01 00:00:00,,,", "status unknown")]
    [InlineData(",,,,,,,,", "externalId required;service required;channel required;status required;title required;submittedAt required")]
    [InlineData("1,s,phone,closed,t,then,,91,181", "submittedAt time;latitude range;longitude range")]
    [InlineData("1,s,phone,closed,t,2011-07-01 00:00:00,,42.1,", "longitude required")]
    [InlineData("1,s,phone,closed,t,2011-07-01 00:00:00,,NaN,1", "latitude range")]
    [InlineData("1,s,phone,closed,t,2011-07-01 00:00:00,,north,1", "latitude type")]
    [InlineData("1,s,phone,closed,t,2011-07-01 00:00:00,,\"42,35\",\"1,000,000\"", "longitude type")]
    [InlineData("1,s,phone,closed,t,2011-07-01 00:00:00,,\"(42.3, -71.1)\",1", "latitude type")]
    [InlineData("1,Street Lights,phone,closed,t,2011-07-01 00:00:00,,,", "service unknown")]
    public void Everything_that_is_wrong_with_a_row_is_said_at_once(string line, string expected)
    {
        var (_, rejections) = Case(line, "externalId,service,channel,status,title,submittedAt,closedAt,latitude,longitude");
        Assert.Equal(expected, string.Join(';', rejections.Select(r => $"{r.Column} {r.Code}")));
        Assert.All(rejections, r => Assert.Equal(2, r.Line));
    }

    [Theory]
    [InlineData("Street Light Outages", "street-light-outages")]
    [InlineData("Pothole Repair (Internal)", "pothole-repair-internal")]
    [InlineData("Water in Gas - High Priority", "water-in-gas-high-priority")]
    [InlineData(" 24  Hour Hotline!", "24-hour-hotline")]
    public void A_key_is_made_of_a_name(string name, string key) => Assert.Equal(key, ServiceKey.From(name));

    [Theory]
    [InlineData("روشنایی معابر")]
    [InlineData("خدمت 12")]
    [InlineData("Éclairage public")]
    [InlineData("!!!")]
    [InlineData("a very long name that never ends because somebody wrote a whole sentence where the name of a service should have stood")]
    public void A_name_in_any_script_makes_a_key(string name)
    {
        Assert.True(ServiceKey.Is(ServiceKey.From(name)), ServiceKey.From(name));
        Assert.NotEqual(ServiceKey.From(name), ServiceKey.From(name + "ی"));
    }

    [Fact]
    public void A_mapping_is_told_everything_that_is_wrong_with_it()
    {
        var mapping = JsonSerializer.Deserialize<ImportMapping>("""
            {"kind": "cases", "zone": "UTC", "timeZone": "Boston", "delimiter": ":", "timeFormats": ["HH:mm", "MM/dd/yyyy", "unix", "unixMilliseconds"],
             "columns": {
               "externalId": {"from": "id"}, "service": {"from": "type", "slug": true}, "titel": {"from": "t"},
               "channel": {"from": "source", "values": {"Call": "phone", "Fax/Telex": "fax"}, "otherwise": "carrier-pigeon"},
               "status": {"value": "open"}, "submittedAt": {"from": "at", "value": "now"}, "area": {"slug": true, "point": true, "from": "a", "form": "x"}}}
            """, Wire.Json)!;
        var errors = MappingRules.Check(mapping, Imports.Kinds);
        Assert.Equal(
            ["/columns/area/form", "/columns/area/point", "/columns/area/slug", "/columns/channel/otherwise", "/columns/channel/values/Fax~1Telex", "/columns/status/value", "/columns/submittedAt",
             "/columns/titel", "/columns/title", "/delimiter", "/timeFormats", "/timeFormats/0", "/timeZone", "/zone"],
            errors.Select(e => e.Pointer).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_mapping_translates_fills_and_leaves_out()
    {
        var mapping = JsonSerializer.Deserialize<ImportMapping>("""
            {"kind": "cases", "delimiter": ";", "timeZone": "Asia/Tehran", "others": "ignore", "noPlace": [{"latitude": 0, "longitude": 0}],
             "columns": {
               "externalId": {"from": "no"}, "service": {"from": "type", "slug": true}, "title": {"from": "type"}, "status": {"value": "closed"},
               "channel": {"from": "via", "values": {"Tel": "phone"}, "otherwise": "partner", "default": "counter"},
               "submittedAt": {"from": "at"}, "latitude": {"from": "y"}, "longitude": {"from": "x"}}}
            """, Wire.Json)!;
        Assert.Empty(MappingRules.Check(mapping, Imports.Kinds));
        var rows = Cases("no;type;via;at;y;x;more\n1;Street Light;Tel;2026-03-21 12:00:00;0.0;0;?\n2;Street Light;;2026-03-21 12:00:00;1;2;?\n3;Street Light;Fax;2026-03-21 12:00:00;;;?\n", mapping).ToList();
        Assert.All(rows, r => Assert.Empty(r.Rejections));
        Assert.Equal(["phone", "counter", "partner"], rows.Select(r => r.Row!.Channel));
        Assert.Equal((null, 1d, null), (rows[0].Row!.Latitude, rows[1].Row!.Latitude, rows[2].Row!.Latitude));
        Assert.Equal(("street-light", "Street Light", new DateTime(2026, 3, 21, 8, 30, 0, DateTimeKind.Utc)), (rows[0].Row!.Service, rows[0].Row!.ServiceName, rows[0].Row!.SubmittedAt));
    }

    [Theory]
    [InlineData(AttributeType.Code, "7", true)]
    [InlineData(AttributeType.Code, "8", false)]
    [InlineData(AttributeType.Number, "-3.5", true)]
    [InlineData(AttributeType.Number, "1,000", false)]
    [InlineData(AttributeType.Boolean, "true", true)]
    [InlineData(AttributeType.Boolean, "yes", false)]
    [InlineData(AttributeType.Date, "2026-03-21", true)]
    [InlineData(AttributeType.Date, "21.03.2026", false)]
    [InlineData(AttributeType.Text, "anything", true)]
    public void An_attribute_has_values_of_its_type(AttributeType type, string text, bool good)
    {
        var attribute = new AttributeDeclaration("a", new Localized("en", "A"), type, ["7"], "test", false, false, default, 1);
        var (value, error) = AttributeRules.Read(attribute, text);
        Assert.Equal(good, value is not null);
        Assert.Equal(good, error is null);
    }

    static (CaseRow? Row, List<Rejection> Rejections) Case(string line, string header) => Cases($"{header}\n{line}\n", null).Single();

    static IEnumerable<(CaseRow? Row, List<Rejection> Rejections)> Cases(string text, ImportMapping? mapping)
    {
        using var file = new CsvRecords(new MemoryStream(Encoding.UTF8.GetBytes(text)), mapping?.Delimiter ?? ",");
        var rules = new ImportCases(new ImportAgency("America/New_York", ["en"]).Times(mapping), mapping?.NoPlace ?? [], createServices: false);
        rules.Bind(new(ImportCases.Kind.Columns, mapping, file));
        while (file.Read())
        {
            var rejections = new List<Rejection>(file.Faults);
            yield return (rules.Read(file, rejections), rejections);
        }
    }
}
