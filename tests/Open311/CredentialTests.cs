using System.Collections.Concurrent;
using System.Net;
using Cirm.Tests.Conformance;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cirm.Tests.Open311;

/// <summary>Keys that come in addresses and forms: taken on these routes alone, of this agency alone, and written down nowhere.</summary>
public sealed class CredentialTests(CirmHost host)
{
    [Fact]
    public async Task Without_a_key_or_with_a_wrong_one_nothing_is_taken()
    {
        var (client, other) = (await Open311Client.NewAsync(host), await Open311Client.NewAsync(host));
        var (foreign, reading) = (await other.KeyAsync(), await client.KeyAsync("open311:read"));
        (string, string)[] report = [("service_code", "lamps"), ("lat", "1"), ("long", "1")];
        foreach (var path in (string[])["requests.json", "requests.xml", "servicerequestupdates.json", "servicerequestupdates.xml"])
        {
            Assert.Contains("api_key", await Open311Client.RefusedAsync(await client.PostAsync(path, report), 403));
            Assert.Contains("api_key", await Open311Client.RefusedAsync(await client.PostAsync(path, [("api_key", ""), .. report]), 403));
            foreach (var wrong in (string[])["nonsense", foreign])
            {
                Assert.Contains("api_key", await Open311Client.RefusedAsync(await client.PostAsync(path, [("api_key", wrong), .. report]), 403));
                Assert.Contains("api_key", await Open311Client.RefusedAsync(await client.PostAsync($"{path}?api_key={wrong}", report), 403));
            }
            Assert.Contains("open311:write", await Open311Client.RefusedAsync(await client.PostAsync(path, [("api_key", reading), .. report]), 403));
        }
        Assert.Contains("api_key", await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/requests.xml?api_key={foreign}"), 403));
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{client.Agency.Id}'"));

        // The API itself takes no key from an address.
        var full = await client.KeyAsync("cases:read");
        await (await client.Http.GetAsync($"{client.Agency.Path}/cases?api_key={full}")).RefusedAsync("sign-in-needed");
        using var header = await Keys.ClientAsync(host, client.Agency, ["open311:read", "open311:write"]);
        await (await header.PostAsync($"{client.Path}/requests.json", new FormUrlEncodedContent(report.ToDictionary(f => f.Item1, f => f.Item2)))).ReadAsync(HttpStatusCode.OK);

        using var cases = await Keys.ClientAsync(host, client.Agency, ["cases:read", "cases:write"]);
        await (await cases.PostAsync($"{client.Path}/requests.json", new FormUrlEncodedContent(report.ToDictionary(f => f.Item1, f => f.Item2)))).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(2, (await (await cases.GetAsync($"{client.Path}/requests.json")).ReadAsync(HttpStatusCode.OK)).AsArray().Count);

        await Open311Client.RefusedAsync(await client.Http.GetAsync("/open311/no-such-agency/v2/services.json"), 404);
        await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/services.yaml"), 404);
        await Open311Client.RefusedAsync(await client.Http.DeleteAsync($"{client.Path}/requests.json"), 404);
    }

    [Fact]
    public async Task A_citizen_who_is_signed_in_reports_as_themselves()
    {
        var client = await Open311Client.NewAsync(host);
        var citizen = await client.Agency.Citizen;
        var form = new Dictionary<string, string> { ["service_code"] = "lamps", ["lat"] = "1", ["long"] = "1", ["description"] = "Mine", ["email"] = "somebody@else.example" };
        var id = (string)(await (await citizen.PostAsync($"{client.Path}/requests.json", new FormUrlEncodedContent(form))).ReadAsync(HttpStatusCode.OK))[0]!["service_request_id"]!;
        var own = await citizen.GetJsonAsync($"{client.Agency.Path}/cases/{id}");
        Assert.Equal(("Mine", "web"), ((string?)own["title"], (string?)own["channel"]));
        Assert.Equal("Mine", (string?)(await citizen.GetJsonAsync($"{client.Path}/requests/{id}.json"))[0]!["description"]);
        Assert.Null((await client.GetJsonAsync($"requests/{id}.json"))[0]!["description"]);
    }

    [Fact]
    public async Task A_key_is_written_into_no_log()
    {
        await using var logged = new LoggedHost();
        await logged.InitializeAsync();
        var client = await Open311Client.NewAsync(logged);
        var key = await client.KeyAsync();
        await client.ReportAsync(key);
        foreach (var path in (string[])["requests.json", "requests.xml", "servicerequestupdates.json", "services.json", "requests/1.json", "nothing.json"]) await client.Http.GetAsync($"{client.Path}/{path}?api_key={key}&start_date=wrong");
        await client.Http.GetAsync($"{client.Path}/requests.json?api_key={key}x");
        await logged.Database.ExecuteAsOwnerAsync("alter table open311_requests rename to away");
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.Http.GetAsync($"{client.Path}/requests.json?api_key={key}")).StatusCode);
        await Open311Client.RefusedAsync(await client.PostAsync("requests.json", ("api_key", key), ("service_code", "lamps"), ("address_string", "x")), 500);
        Assert.Contains(logged.Lines, l => l.Contains("failed", StringComparison.Ordinal)); // something is logged at all
        Assert.DoesNotContain(logged.Lines, l => l.Contains(key[^20..], StringComparison.Ordinal));
    }

    sealed class LoggedHost : CirmHost
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        protected override void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services.AddSingleton<ILoggerProvider>(new Provider(Lines)));
    }

    sealed class Provider(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            lines.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue($"{formatter(state, exception)} {exception}");
        public void Dispose() { }
    }
}
