using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Cirm.Tests.Harness;
using Cirm.Tests.Jobs;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Partners;

/// <summary>Two agencies in two installations, each with processes and a database of its own: one's partner is the other's GeoReport server.</summary>
public sealed class TwoAgenciesTests(PartnerHost here) : IClassFixture<PartnerHost>
{
    [Fact]
    public async Task A_case_goes_over_what_each_does_reaches_the_other_once_and_nothing_comes_back_in_a_circle()
    {
        await using var there = new CirmHost();
        await there.InitializeAsync();
        var (city, water) = (await CaseTests.AgencyWithServiceAsync(here), await CaseTests.AgencyWithServiceAsync(there));
        await using var server = await Server.StartAsync(there, here.Neighbour);
        var key = (string)(await (await water.Admin).PostJsonAsync($"{water.Path}/api-keys", new { name = "The city", scopes = (string[])["open311:read", "open311:write"] }))["key"]!;
        var made = await (await city.Admin).PostJsonAsync($"{city.Path}/partners", new
        {
            name = "Water works", url = $"{server.Origin}/open311/{water.Slug}/v2", format = "xml", apiKey = key, services = (object[])[new { service = "lamps", code = "lamps" }],
            statusesIn = (object[])
            [
                new { status = "open" }, new { status = "open", code = "reopened", to = "reopened" }, new { status = "investigating", to = "accepted" }, new { status = "in_progress", to = "inProgress" },
                new { status = "fixed", to = "resolved", outcome = "fixed" }, new { status = "closed", to = "closed" },
            ],
            statusesOut = (object[])
            [
                new { when = "submitted", status = "open" }, new { when = "accepted", status = (string?)null }, new { when = "inProgress", status = (string?)null }, new { when = "resolved", status = (string?)null },
                new { when = "closed", status = (string?)null }, new { when = "reopened", status = "reopen" }, new { when = "notSolved", status = "open" }, new { when = "solved", status = "fixed" },
            ],
        });
        var partner = $"{city.Path}/partners/{made["id"]}";
        var settings = await (await water.Admin).GetAsync($"{water.Path}/open311");
        await (await (await water.Admin).PutAsync($"{water.Path}/open311", new { extendedStatuses = true }, settings.Headers.ETag!.Tag)).ReadAsync(HttpStatusCode.OK);
        await using var workers = new Workers { On = here.Database, Settings = new Dictionary<string, string> { ["CIRM_TRUSTED_PARTNERS"] = server.Origin } };
        await workers.InitializeAsync();

        var citizen = await city.Citizen;
        var path = $"{city.Path}/cases/{(await citizen.PostJsonAsync($"{city.Path}/cases", new { service = "lamps", kind = "report", title = "It is dark", channel = "web", location = new { latitude = 42.31, longitude = -71.06 } }))["id"]}";
        string? reference = null;
        await Workers.UntilAsync("the case is there", async () => (reference = await city.ReferenceAsync(path)) is not null);
        var theirs = $"{water.Path}/cases/{reference}";
        var arrived = await (await water.Agent).GetJsonAsync(theirs);
        Assert.Equal(("It is dark", "partner"), ((string?)arrived["title"], (string?)arrived["channel"]));

        await water.MoveAsync(theirs, "accepted", "inProgress");
        await (await water.Agent).PostJsonAsync($"{theirs}/notes", new { text = "Parts are ordered.", visibility = "public" });
        await water.MoveAsync(theirs, "resolved");
        await ReadUntilAsync("the case is resolved here, too", async () => await city.StatusAsync(path) == "resolved");
        Assert.Equal("fixed", (string?)(await citizen.GetJsonAsync(path))["outcome"]);

        await citizen.PostJsonAsync($"{path}/reopen", new { reason = "It is dark again." }, HttpStatusCode.OK);
        await Workers.UntilAsync("the reopening is there", async () => await water.StatusAsync(theirs) == "reopened");
        await water.MoveAsync(theirs, "inProgress", "resolved");
        await ReadUntilAsync("it is resolved here again", async () => await city.StatusAsync(path) == "resolved");

        // A while of reading and sending adds nothing on either side.
        var before = (await CountAsync(here, city), await CountAsync(there, water));
        for (var i = 0; i < 3; i++) await ReadUntilAsync("it was read again", () => Task.FromResult(true));
        Assert.Equal(before, (await CountAsync(here, city), await CountAsync(there, water)));
        Assert.Empty(await city.DeliveriesAsync(partner, "?state=failed"));
        Assert.Equal(1, await there.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{water.Id}'"));

        async Task ReadUntilAsync(string what, Func<Task<bool>> so) => await Workers.UntilAsync(what, async () =>
        {
            await here.Database.ExecuteAsOwnerAsync($"update partners set fetch_due_at = now(), fetched_at = null where agency_id = '{city.Id}'");
            await Workers.UntilAsync("it was read", async () => await here.Database.ScalarAsOwnerAsync<bool>($"select fetched_at is not null from partners where agency_id = '{city.Id}'"));
            return await so();
        });

        static Task<long> CountAsync(CirmHost host, TestAgency agency) => host.Database.ScalarAsOwnerAsync<long>(
            $"select (select count(*) from case_history where agency_id = '{agency.Id}') + (select count(*) from case_notes where agency_id = '{agency.Id}')");
    }

    /// <summary>The API in a process of its own.</summary>
    sealed class Server : IAsyncDisposable
    {
        readonly Process process;

        Server(Process process, string origin) => (this.process, Origin) = (process, origin);

        public string Origin { get; }

        public static async Task<Server> StartAsync(CirmHost host, string origin)
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, ArgumentList = { Api() } };
            start.Environment["CIRM_DATABASE"] = host.Database.OwnerConnectionString;
            start.Environment["CIRM_SECRET"] = TestDatabase.Secret;
            start.Environment["CIRM_PORT"] = origin.Split(':')[^1];
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var server = new Server(process, origin);
            using var http = new HttpClient();
            await Workers.UntilAsync("the other server answers", async () =>
            {
                try
                {
                    return (await http.GetAsync($"{server.Origin}/health/ready")).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
            return server;
        }

        // tests/bin/<configuration>/net10.0 -> api/bin/<configuration>/net10.0
        static string Api([CallerFilePath] string here = "")
        {
            var tests = Path.Combine(Path.GetDirectoryName(here)!, "..");
            return Path.Combine(tests, "..", "api", "bin", Path.GetRelativePath(Path.Combine(tests, "bin"), AppContext.BaseDirectory), "Cirm.Api.dll");
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
