using System.Globalization;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Tenancy;
using Cirm.Seeds.Transactions;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.VisualBasic.FileIO;

namespace Cirm.Tests.Insight;

/// <summary>A case as reports see it.</summary>
sealed record ReportedCase(string Service, string? Area, string Channel, DateTimeOffset Submitted, DateTimeOffset? Due, DateTimeOffset? Closed, string? Verdict = null, Guid? Citizen = null)
{
    public DateTimeOffset? Answered { get; init; }
}

/// <summary>Something that was said, as reports see it.</summary>
sealed record Contributed(DateTimeOffset At, Guid? Citizen, string? Service, string Channel)
{
    public string Kind { get; init; } = "contribution";

    public string By { get; init; } = "citizen";
}

/// <summary>What tests of reports share: cases put straight into the table, and the count that the worker would run.</summary>
static class Reporting
{
    public static async Task CasesAsync(CirmHost host, TestAgency agency, IReadOnlyList<ReportedCase> cases)
    {
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        transaction.Enqueue("""
            insert into services (agency_id, id, key, created_at, updated_at)
            select @agency, gen_random_uuid(), k, now(), now() from unnest(@keys) k on conflict (agency_id, key) do nothing
            """, new { Keys = cases.Select(c => c.Service).Distinct().ToArray() });
        transaction.Enqueue("""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, area, citizen_id, submitted_at, first_response_at, due_at, decided_at, closed_at,
              verdict, verdict_at, updated_at)
            select @agency, gen_random_uuid(), (select coalesce(max(number), 0) from cases where agency_id = @agency) + r.n, s.id, 1, 'report', case when r.closed is null then 'submitted' else 'closed' end,
              r.channel, 'Case', r.area, r.citizen, r.submitted, r.answered, r.due, r.closed, r.closed, r.verdict, case when r.verdict is null then null else r.closed end, now()
            from unnest(@services, @areas, @channels, @submitted, @due, @closed, @verdicts, @citizens, @answered) with ordinality
              as r (service, area, channel, submitted, due, closed, verdict, citizen, answered, n)
            join services s on s.agency_id = @agency and s.key = r.service
            """,
            new
            {
                Services = cases.Select(c => c.Service).ToArray(), Areas = cases.Select(c => c.Area).ToArray(), Channels = cases.Select(c => c.Channel).ToArray(),
                Submitted = cases.Select(c => c.Submitted.UtcDateTime).ToArray(), Due = cases.Select(c => c.Due?.UtcDateTime).ToArray(), Closed = cases.Select(c => c.Closed?.UtcDateTime).ToArray(),
                Verdicts = cases.Select(c => c.Verdict).ToArray(), Citizens = cases.Select(c => c.Citizen).ToArray(), Answered = cases.Select(c => c.Answered?.UtcDateTime).ToArray(),
            });
        await transaction.CommitAsync(CancellationToken.None);
    }

    public static async Task ContributionsAsync(CirmHost host, TestAgency agency, IEnumerable<Contributed> said)
    {
        var those = said.ToList();
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        transaction.Enqueue("insert into services (agency_id, id, key, created_at, updated_at) select @agency, gen_random_uuid(), k, now(), now() from unnest(@keys) k on conflict (agency_id, key) do nothing",
            new { Keys = those.Select(c => c.Service).OfType<string>().Distinct().ToArray() });
        transaction.Enqueue("""
            insert into remarks (agency_id, id, kind, service_id, citizen_id, spoken_by, assisted, channel, text, created_at)
            select @agency, gen_random_uuid(), r.kind, s.id, r.citizen, r.spoken, false, r.channel, 'Plant trees.', r.at
            from unnest(@kinds, @services, @citizens, @spoken, @channels, @times) as r (kind, service, citizen, spoken, channel, at)
            left join services s on s.agency_id = @agency and s.key = r.service
            """,
            new
            {
                Kinds = those.Select(c => c.Kind).ToArray(), Services = those.Select(c => c.Service).ToArray(), Citizens = those.Select(c => c.Citizen).ToArray(),
                Spoken = those.Select(c => c.By).ToArray(), Channels = those.Select(c => c.Channel).ToArray(), Times = those.Select(c => c.At.UtcDateTime).ToArray(),
            });
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Puts citizens into a segment.</summary>
    public static Task MembersAsync(CirmHost host, TestAgency agency, string segment, IEnumerable<Guid> citizens) => host.Database.ExecuteAsOwnerAsync($"""
        insert into segment_members (agency_id, segment_id, citizen_id, valid_from)
        select s.agency_id, s.id, p, now() from segments s, unnest(array['{string.Join("','", citizens)}']::uuid[]) p
        where s.agency_id = '{agency.Id}' and s.key = '{segment}'
        """);

    /// <summary>Counts, as the worker does, at some moment.</summary>
    public static async Task<int> CountAsync(CirmHost host, TestAgency agency, DateTimeOffset? now = null)
    {
        var home = (await host.Services.GetRequiredService<Agencies>().FindAsync(agency.Slug, CancellationToken.None))!;
        return await new ReportBook(host.Services.GetRequiredService<TenantDb>(), now is { } at ? new At(at) : TimeProvider.System).CountAsync(home, CancellationToken.None);
    }

    public static async Task<JsonNode> ReadAsync(TestAgency agency, string report, string query = "") => await (await agency.Manager).GetJsonAsync($"{agency.Path}/reports/{report}{query}");

    /// <summary>A period of a report.</summary>
    public static JsonNode Period(this JsonNode report, string period) => report["periods"]!.AsArray().Single(p => (string?)p!["period"] == period)!;

    /// <summary>A group of a period; null when it is not listed.</summary>
    public static JsonNode? Group(this JsonNode period, string group) => period["groups"]!.AsArray().SingleOrDefault(g => (string?)g!["group"] == group);

    /// <summary>An outcome's count; null when it is hidden.</summary>
    public static long? Outcome(this JsonNode group, string key) => (long?)group["outcomes"]!.AsArray().Single(o => (string?)o!["key"] == key)!["count"];

    /// <summary>Boston's requests of 2011, as the demo imports them.</summary>
    public static IReadOnlyList<ReportedCase> Boston()
    {
        using var parser = new TextFieldParser(CaseSeeds.Open("boston_2011.csv.gz")) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        var columns = parser.ReadFields()!.Index().ToDictionary(c => c.Item, c => c.Index);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        var cases = new List<ReportedCase>();
        while (parser.ReadFields() is { } fields)
        {
            var channel = fields[columns["source"]] switch { "Constituent Call" => "phone", "Employee Generated" or "Maximo Integration" => "partner", _ => "web" };
            cases.Add(new(fields[columns["type"]], fields[columns["neighborhood"]] is { Length: > 0 } area ? area : null, channel, Time("open_dt")!.Value, Time("target_dt"), Time("closed_dt")));

            DateTimeOffset? Time(string column) => fields[columns[column]] is not { Length: > 0 } text ? null
                : DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) is var local && zone.IsInvalidTime(local) ? null : new DateTimeOffset(local, zone.GetUtcOffset(local));
        }
        return cases;
    }

    public sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
