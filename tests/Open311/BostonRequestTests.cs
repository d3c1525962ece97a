using System.Diagnostics;
using System.Text.Json.Nodes;
using Cirm.Seeds;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Open311;

/// <summary>58,251 real requests of Boston, read as GeoReport's clients read a city.</summary>
public sealed class BostonRequestTests
{
    const string Path = "/open311/boston/v2";

    [Fact]
    public async Task Filters_and_limits_hold_on_real_requests_and_a_thousand_rows_come_soon()
    {
        await using var host = new CirmHost();
        await host.InitializeAsync();
        await using (var databases = host.Database.Open()) await new Demo(databases, TimeProvider.System, _ => { }).LoadAsync(CancellationToken.None);
        var http = host.Anonymous;
        async Task<JsonArray> ListAsync(string query) => (await http.GetJsonAsync($"{Path}/requests.json?{query}")).AsArray();
        Task<long> CountAsync(string where) => host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases c join agencies a on a.id = c.agency_id and a.slug = 'boston' join services s on s.agency_id = c.agency_id and s.id = c.service_id where {where}");

        // The last ninety days are years later.
        Assert.Empty(await ListAsync(""));
        const string autumn = "start_date=2011-10-01T00:00:00-04:00&end_date=2011-12-30T00:00:00-05:00";
        var newest = await ListAsync(autumn);
        Assert.Equal(1_000, newest.Count);
        Open311Client.Fits("requests", newest);
        Assert.All(newest, r => Open311Client.Fits("request", r!));
        var times = newest.Select(r => DateTimeOffset.Parse((string)r!["requested_datetime"]!)).ToList();
        Assert.Equal(times.OrderDescending(), times);

        // Page by page, all of a day: each once.
        const string day = "start_date=2011-11-15T00:00:00-05:00&end_date=2011-11-16T00:00:00-05:00";
        var seen = new List<string>();
        for (var page = 1; ; page++)
        {
            var answer = await http.GetAsync($"{Path}/requests.json?{day}&page_size=100&page={page}");
            var part = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray();
            seen.AddRange(part.Select(r => (string)r!["service_request_id"]!));
            Assert.Equal(part.Count == 100 && answer.Headers.Contains("Link"), answer.Headers.Contains("Link"));
            if (!answer.Headers.Contains("Link")) break;
        }
        Assert.Equal(await CountAsync("submitted_at between '2011-11-15T05:00Z' and '2011-11-16T05:00Z'"), seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen.Take(50).Order(), (await ListAsync($"status=open&start_date=2020-01-01&service_request_id={string.Join(',', seen.Take(50))}")).Select(r => (string)r!["service_request_id"]!).Order()); // overrides the rest

        foreach (var (query, where) in new[]
        {
            ("status=open", "c.status = 'submitted'"), ("status=closed", "c.status = 'closed'"), ("status=open,closed", "true"),
            ("service_code=request-for-pothole-repair,graffiti-removal", "s.key in ('request-for-pothole-repair', 'graffiti-removal')"),
            ("lat=42.3601&long=-71.0589&radius=1500", "2 * 6371008.8 * asin(sqrt(sin(radians(round(latitude::numeric, 3)::float8 - 42.3601) / 2) ^ 2 + cos(radians(42.3601)) * cos(radians(round(latitude::numeric, 3)::float8)) * sin(radians(round(longitude::numeric, 3)::float8 + 71.0589) / 2) ^ 2)) <= 1500"),
        })
        {
            var found = await ListAsync($"{day}&{query}");
            Assert.Equal(await CountAsync($"submitted_at between '2011-11-15T05:00Z' and '2011-11-16T05:00Z' and {where}"), found.Count);
            Assert.NotEmpty(found);
        }
        Assert.All(newest.Where(r => (string?)r!["status"] == "closed"), r => Assert.StartsWith("201", (string?)r!["updated_datetime"])); // the date it was closed

        var watch = Stopwatch.StartNew();
        var milliseconds = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            watch.Restart();
            var text = await http.GetStringAsync($"{Path}/requests.{(i % 2 == 0 ? "json" : "xml")}?{autumn}");
            milliseconds.Add(watch.Elapsed.TotalMilliseconds);
            Assert.True(text.Length > 300_000);
        }
        milliseconds.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"1000 rows: median {milliseconds[10]:F0} ms, slowest {milliseconds[^1]:F0} ms");
        Assert.True(milliseconds[10] < 1_000, $"A thousand rows take {milliseconds[10]:F0} ms.");
    }
}
