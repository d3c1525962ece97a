using System.Net;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

public sealed class CalendarTests(CirmHost host)
{
    internal static readonly object Office = Calendar("America/New_York", "09:00", "17:00");

    [Fact]
    public async Task An_agency_keeps_its_calendars_and_anybody_reads_them()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        var path = $"{agency.Path}/calendars/office";
        var made = await admin.PutAsync(path, Office, null);
        Assert.Equal("\"1\"", made.Headers.ETag?.Tag);
        Assert.Equal(path, made.Headers.Location?.ToString());
        Assert.Equal("09:00", (string?)(await made.ReadAsync(HttpStatusCode.Created))["hours"]!["fri"]![0]![0]);
        await (await admin.PutAsync(path, Office, "\"7\"")).RefusedAsync("precondition-failed");
        await (await admin.PutAsync($"{agency.Path}/calendars/other", Office, "\"1\"")).RefusedAsync("precondition-failed");
        var changed = await admin.PutAsync(path, new { timeZone = "America/New_York", hours = new { mon = (string[][])[["08:00", "24:00"]] }, holidays = (string[])["2026-07-03"], foreseenShare = 0.5 }, "\"1\"");
        Assert.Equal("\"2\"", changed.Headers.ETag?.Tag);
        Assert.Equal(0.5, (double)(await changed.ReadAsync(HttpStatusCode.OK))["foreseenShare"]!);

        Assert.Equal("24:00", (string?)(await host.Anonymous.GetJsonAsync(path))["hours"]!["mon"]![0]![1]);
        await (await admin.PutAsync($"{agency.Path}/calendars/library", Office, null)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal(["library", "office"], (await host.Anonymous.GetJsonAsync($"{agency.Path}/calendars"))["items"]!.AsArray().Select(c => (string?)c!["key"]));
        await (await (await agency.Agent).PutAsync(path, Office, null)).RefusedAsync("not-allowed");
        await (await host.Anonymous.GetAsync($"{agency.Path}/calendars/none")).RefusedAsync("not-found");
        Assert.Contains("calendar.kept", await host.AuditActionsAsync(agency));
    }

    [Fact]
    public async Task A_calendar_that_something_names_stays()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        foreach (var key in (string[])["office", "library", "free"]) await (await admin.PutAsync($"{agency.Path}/calendars/{key}", Office, null)).ReadAsync(HttpStatusCode.Created);
        await ServiceAsync(agency, "lamps", "office");
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "books", name = "Books", calendar = "library" });

        await (await admin.DeleteAsync($"{agency.Path}/calendars/free", null)).RefusedAsync("precondition-required");
        await (await admin.DeleteAsync($"{agency.Path}/calendars/free", "\"2\"")).RefusedAsync("precondition-failed");
        await (await admin.DeleteAsync($"{agency.Path}/calendars/free", "\"1\"")).ReadAsync(HttpStatusCode.NoContent);
        await (await admin.DeleteAsync($"{agency.Path}/calendars/free", "\"1\"")).RefusedAsync("not-found");
        var problem = await (await admin.DeleteAsync($"{agency.Path}/calendars/office", "\"1\"")).RefusedAsync("calendar-in-use");
        Assert.Equal("lamps", (string?)problem["services"]![0]);
        Assert.Equal("books", (string?)(await (await admin.DeleteAsync($"{agency.Path}/calendars/library", "\"1\"")).RefusedAsync("calendar-in-use"))["units"]![0]);
    }

    [Theory]
    [InlineData("""{"timeZone": "America/Springfield", "hours": {"mon": [["09:00", "17:00"]]}}""", "/timeZone unknown")]
    [InlineData("""{"timeZone": "UTC+03:30", "hours": {"mon": [["09:00", "17:00"]]}}""", "/timeZone unknown")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": [["09:00", "12:00"], ["11:00", "17:00"]]}}""", "/hours/mon/1 overlap")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": [["22:00", "06:00"], ["09:00", "09:00"]], "tue": [["09:00", "17:00"]]}}""", "/hours/mon/0 order", "/hours/mon/1 order")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": [["9:00", "17:00"], ["24:00", "24:00"], ["09:00", "24:01"], ["09:00"], ["09:00", "9 pm\n"]]}}""",
        "/hours/mon/0/0 time", "/hours/mon/1/0 time", "/hours/mon/2/1 time", "/hours/mon/3 pair", "/hours/mon/4/1 time")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}, "holidays": ["1899-12-31", "10000-01-01", "2026-02-29", "21.3.2026", "2026-03-21", "2026-03-21"]}""",
        "/holidays/0 range", "/holidays/1 range", "/holidays/2 date", "/holidays/3 date", "/holidays/5 duplicate")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}, "holidays": ["2026-03-21"], "exceptions": {"2026-03-21": [["09:00", "12:00"]], "1800-01-01": [], "2026-12-24": [["12:00", "09:00"]]}}""",
        "/exceptions/2026-03-21 contradiction", "/exceptions/1800-01-01 range", "/exceptions/2026-12-24/0 order")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": [], "Tue": [["09:00", "17:00"]]}}""", "/hours/Tue unknown")]
    [InlineData("""{"timeZone": "UTC", "hours": {"mon": []}, "exceptions": {"2026-12-24": [["09:00", "12:00"]]}}""", "/hours never-open")]
    [InlineData("""{"timeZone": "UTC", "hours": {}, "foreseenShare": 1}""", "/hours never-open", "/foreseenShare range")]
    [InlineData("""{"timeZone": 5, "hours": {"mon": [[9, 17]], "tue": 5, "wed": null}}""", "/timeZone type", "/hours/mon/0/0 type", "/hours/mon/0/1 type", "/hours/tue type")]
    public async Task What_is_wrong_with_a_calendar_is_told_with_its_place(string calendar, params string[] errors)
    {
        var agency = await host.NewAgencyAsync();
        var problem = await (await (await agency.Admin).PutAsync($"{agency.Path}/calendars/bad", JsonNode.Parse(calendar)!, null)).RefusedAsync("validation");
        Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        await (await host.Anonymous.GetAsync($"{agency.Path}/calendars/bad")).RefusedAsync("not-found");
    }

    internal static object Calendar(string zone, string opens, string closes)
    {
        string[][] day = [[opens, closes]];
        return new { timeZone = zone, hours = new { mon = day, tue = day, wed = day, thu = day, fri = day } };
    }

    /// <summary>A published service with a standard of 8 and 48 hours.</summary>
    internal static async Task ServiceAsync(TestAgency agency, string key, string? calendar = null, string? unit = null) =>
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
        {
            key, calendar, unit, name = new { en = key }, serves = new { en = "Everybody" }, rights = new { basis = new { en = "Act" }, objection = new { en = "Write" } },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
        });
}
