using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

/// <summary>Promises in open time, and clocks that stand still while the citizen is asked.</summary>
public sealed class ClockTests(CirmHost host)
{
    static readonly WorkingCalendar Office = new CalendarRules
    {
        TimeZone = "America/New_York", Hours = ((string[])["mon", "tue", "wed", "thu", "fri"]).ToDictionary(d => d, _ => (string[][])[["09:00", "17:00"]]),
    }.ToCalendar();

    [Fact]
    public async Task A_case_is_promised_in_the_open_hours_of_its_services_calendar()
    {
        var agency = await AgencyAsync("office");
        var submitted = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal(Office.AddOpen(At(submitted, "submittedAt"), TimeSpan.FromHours(8)), At(submitted, "firstResponseDueAt"));
        Assert.Equal(Office.AddOpen(At(submitted, "submittedAt"), TimeSpan.FromHours(48)), At(submitted, "dueAt"));
    }

    [Fact]
    public async Task Without_a_calendar_of_its_own_a_services_unit_counts_then_the_default_then_every_hour()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "works", name = "Works", calendar = "works" });
        await CalendarTests.ServiceAsync(agency, "lamps", "no-such-calendar", "works");
        Assert.Equal(TimeSpan.FromHours(48), await PromisedAsync(WorkingCalendar.Always));

        foreach (var (key, zone) in (IEnumerable<(string, string)>)[("default", "Asia/Tokyo"), ("works", "Asia/Kathmandu")])
        {
            await (await admin.PutAsync($"{agency.Path}/calendars/{key}", CalendarTests.Calendar(zone, "00:00", "02:00"), null)).ReadAsync(HttpStatusCode.Created);
            await Task.Delay(2_100); // what is in force is remembered for two seconds
            Assert.Equal(TimeSpan.FromHours(48), await PromisedAsync(new CalendarRules
            {
                TimeZone = zone, Hours = ((string[])["mon", "tue", "wed", "thu", "fri"]).ToDictionary(d => d, _ => (string[][])[["00:00", "02:00"]]),
            }.ToCalendar()));
        }

        async Task<TimeSpan> PromisedAsync(WorkingCalendar calendar)
        {
            var submitted = await (await agency.Citizen).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
            return calendar.OpenBetween(At(submitted, "submittedAt"), At(submitted, "dueAt"));
        }
    }

    [Fact]
    public async Task While_the_citizen_is_asked_the_clock_stands_still_and_the_open_time_is_given_back()
    {
        var agency = await AgencyAsync("office");
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var path = $"{agency.Path}/cases/{submitted["id"]}";

        var question = await agent.PostJsonAsync($"{path}/questions", new { text = "Which lamp?" });
        await (await agent.PostAsJsonAsync($"{path}/questions", new { text = "And which street?" })).RefusedAsync("already-asked");
        var waiting = await citizen.GetJsonAsync(path);
        Assert.Equal(At(question, "askedAt"), At(waiting, "waitingSince"));
        Assert.NotNull(waiting["firstResponseAt"]);

        // Five days pass.
        await host.Database.ExecuteAsOwnerAsync($"""
            update cases set paused_at = paused_at - interval '5 days' where id = '{submitted["id"]}';
            update case_questions set asked_at = asked_at - interval '5 days' where case_id = '{submitted["id"]}';
            """);
        await (await (await agency.AsAnotherAsync(Role.Citizen)).PostAsJsonAsync($"{path}/answers", new { text = "Mine" })).RefusedAsync("not-found");
        await (await host.Anonymous.PostAsJsonAsync($"{path}/answers", new { text = "Mine", trackingCode = "0000-0000-0000-0000" })).RefusedAsync("not-found");
        var answered = await host.Anonymous.PostJsonAsync($"{path}/answers", new { text = "The one at the bus stop", trackingCode = (string)submitted["trackingCode"]! });
        var open = Office.OpenBetween(At(answered, "askedAt"), At(answered, "endedAt"));
        Assert.InRange(open, TimeSpan.FromHours(20), TimeSpan.FromHours(44)); // three or four and a bit working days of five
        Assert.Equal(Office.AddOpen(At(submitted, "dueAt"), open), At(answered, "dueAt"));

        var seen = await citizen.GetJsonAsync(path);
        Assert.Null(seen["waitingSince"]);
        Assert.Equal(At(answered, "dueAt"), At(seen, "dueAt"));
        Assert.Equal(At(submitted, "firstResponseDueAt"), At(seen, "firstResponseDueAt"));
        var history = (await citizen.GetJsonAsync($"{path}/history"))["items"]!.AsArray();
        Assert.Equal(["submitted", "asked", "answered"], history.Select(h => (string?)h!["kind"]));
        Assert.Equal(["Which lamp?", "The one at the bus stop"], history.Skip(1).Select(h => (string?)h!["note"]));
        Assert.Equal(At(submitted, "dueAt"), At(history[2]!["detail"]!, "was"));
        Assert.Equal(At(answered, "dueAt"), At(history[2]!["detail"]!, "dueAt"));
        await (await citizen.PostAsJsonAsync($"{path}/answers", new { text = "Once more" })).RefusedAsync("nothing-asked");
        await (await agent.PostAsJsonAsync($"{path}/questions/withdraw", new { reason = "Never mind" })).RefusedAsync("nothing-asked");
        Assert.Equal("case.answered case.asked case.due-moved case.submitted", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(type, ' ' order by type) from outbox where subject_id = '{submitted["id"]}'"));
    }

    [Fact]
    public async Task A_question_ends_by_being_withdrawn_and_when_the_case_is_over()
    {
        var agency = await AgencyAsync("office");
        var agent = await agency.Agent;
        var path = $"{agency.Path}/cases/{(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        await (await (await agency.Citizen).PostAsJsonAsync($"{path}/questions", new { text = "Why?" })).RefusedAsync("not-allowed");
        await agent.PostJsonAsync($"{path}/questions", new { text = "Which lamp?" });
        Assert.Equal("withdrawn", (string?)(await agent.PostJsonAsync($"{path}/questions/withdraw", new { reason = "Found it." }, HttpStatusCode.OK))["endedBy"]);

        foreach (var to in (string[])["accepted", "inProgress"]) await agent.PostJsonAsync($"{path}/transitions", new { to, reason = "So." }, HttpStatusCode.OK);
        await agent.PostJsonAsync($"{path}/questions", new { text = "Is it bright now?" });
        var resolved = await agent.PostJsonAsync($"{path}/transitions", new { to = "resolved", reason = "It is." }, HttpStatusCode.OK);
        Assert.Null(resolved["waitingSince"]);
        var read = await agent.GetAsync(path);
        Assert.Null((await read.ReadAsync(HttpStatusCode.OK))["waitingSince"]);
        await (await agent.PatchAsync(path, new { title = "Lamp" }, read.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);
        await (await agent.PostAsJsonAsync($"{path}/questions", new { text = "Sure?" })).RefusedAsync("case-over");
        await (await agent.PostAsJsonAsync($"{agency.Path}/cases/{Guid.NewGuid()}/questions", new { text = "Anybody?" })).RefusedAsync("not-found");
        var kinds = (await agent.GetJsonAsync($"{path}/history"))["items"]!.AsArray().Select(h => (string)h!["kind"]!).ToList();
        Assert.Equal(["submitted", "asked", "withdrawn", "transitioned", "transitioned", "asked"], kinds[..6]);
        Assert.Equal(["transitioned", "withdrawn"], kinds[6..8].Order(StringComparer.Ordinal)); // one change, one millisecond
    }

    [Fact]
    public async Task The_queue_shows_what_is_due_first_and_what_waits_for_the_citizen_last()
    {
        var agency = await AgencyAsync(null);
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        var ids = new Dictionary<string, string>();
        foreach (var title in (string[])["waits", "late", "answered", "owed", "over", "waits, late"])
            ids[title] = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp with { Title = title }))["id"]!;
        await agent.PostJsonAsync($"{agency.Path}/cases/{ids["waits"]}/questions", new { text = "Which?" });
        await agent.PostJsonAsync($"{agency.Path}/cases/{ids["waits, late"]}/questions", new { text = "Which?" });
        await agent.PostJsonAsync($"{agency.Path}/cases/{ids["answered"]}/notes", new { text = "Soon.", visibility = "public" });
        await host.Database.ExecuteAsOwnerAsync($"""
            update cases set due_at = now() - interval '1 hour' where id in ('{ids["late"]}', '{ids["waits, late"]}');
            update cases set status = 'closed' where id = '{ids["over"]}';
            """);

        var titles = new List<string?>();
        var next = $"{agency.Path}/cases?order=due&limit=2";
        while (next is not null)
        {
            var answer = await agent.GetAsync(next);
            titles.AddRange((await answer.ReadAsync(HttpStatusCode.OK))["items"]!.AsArray().Select(c => (string?)c!["title"]));
            next = answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }
        // A first response is owed in eight hours, the resolution in forty-eight.
        Assert.Equal(["late", "owed", "answered", "waits", "waits, late"], titles);
        Assert.Equal(["late", "waits, late"], await TitlesAsync("overdue=true"));
        Assert.Equal(["late", "waits, late"], await TitlesAsync("overdue=true&order=due"));
        Assert.Equal(["answered", "over", "owed", "waits"], await TitlesAsync("overdue=false"));
        Assert.Empty(await TitlesAsync("order=due&unit=works"));
        await (await agent.GetAsync($"{agency.Path}/cases?order=oldest")).RefusedAsync("validation");

        async Task<IEnumerable<string?>> TitlesAsync(string query) =>
            (await agent.GetJsonAsync($"{agency.Path}/cases?{query}"))["items"]!.AsArray().Select(c => (string?)c!["title"]).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_example_in_the_officers_guide_is_right()
    {
        var guide = File.ReadAllText(Path.Combine(Root(), "docs/clocks.md"));
        var rules = System.Text.Json.JsonSerializer.Deserialize<CalendarRules>(Between("```json\n", "```"), Wire.Json)!;
        Assert.Empty(rules.Check());
        var calendar = rules.ToCalendar();
        var rows = guide.Split('\n').Where(l => l.StartsWith("| `2026-", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)[1..3]).ToDictionary(r => r[1], r => Time(r[0]));
        var clock = Promise.Of(new(8, 24), rules.ForeseenShare).For(calendar, rows["submitted"]);
        Assert.Equal(rows["first response foreseen to be late"], clock.FirstResponseForeseenAt);
        Assert.Equal(rows["first response due"], clock.FirstResponseDueAt);
        Assert.Equal(rows["resolution foreseen to be late"], clock.ForeseenAt);
        Assert.Equal(rows["resolution due"], clock.DueAt);
        var waited = calendar.OpenBetween(rows["the citizen is asked"], rows["the citizen answers"]);
        Assert.Equal(TimeSpan.FromHours(7), waited);
        Assert.Equal(rows["resolution due now"], calendar.AddOpen(clock.DueAt, waited));

        string Between(string from, string to) => guide.Split(from)[1].Split(to)[0];

        DateTimeOffset Time(string text) => new(TimeZoneInfo.ConvertTimeToUtc(
            DateTime.ParseExact(text.Trim('`'), "yyyy-MM-dd ddd HH:mm", CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(rules.TimeZone)));
    }

    static string Root([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));

    internal static DateTimeOffset At(JsonNode node, string member) => DateTimeOffset.Parse((string)node[member]!, CultureInfo.InvariantCulture);

    async Task<TestAgency> AgencyAsync(string? calendar)
    {
        var agency = await host.NewAgencyAsync();
        if (calendar is not null) await (await (await agency.Admin).PutAsync($"{agency.Path}/calendars/{calendar}", CalendarTests.Office, null)).ReadAsync(HttpStatusCode.Created);
        await CalendarTests.ServiceAsync(agency, "lamps", calendar);
        return agency;
    }
}
