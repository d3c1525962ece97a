using System.Net;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Open311;

/// <summary>Who reads which of the requests, and how much of each.</summary>
public sealed class ServiceRequestTests(CirmHost host)
{
    [Fact]
    public async Task Everybody_sees_that_something_was_reported_and_nothing_that_somebody_wrote()
    {
        var client = await Open311Client.NewAsync(host);
        var (key, other, full) = (await client.KeyAsync(), await client.KeyAsync(), await client.KeyAsync("open311:read", "cases:read"));
        var id = await client.ReportAsync(key, ("description", "Sara Secret of number 12 is in the dark"), ("address_string", "12 Secret Street"), ("media_url", "http://secret.example/1.jpg"));
        await (await client.Agency.Citizen).PostJsonAsync($"{client.Agency.Path}/cases", new { service = "lamps", kind = "complaint", title = "Secret complaint", channel = "web" });
        await (await client.Agency.Agent).PostJsonAsync($"{client.Agency.Path}/cases/{id}/transitions", new { to = "accepted", reason = "Secret reason." }, HttpStatusCode.OK);

        foreach (var stranger in (string[])["", other])
        {
            foreach (var path in (string[])["requests.json", $"requests/{id}.json", $"requests.json?service_request_id={id}"])
            {
                var seen = await client.GetJsonAsync($"{path}{(path.Contains('?') ? "&" : "?")}extensions=true&api_key={stranger}");
                Open311Client.Fits("requests", seen);
                Open311Client.Fits("request", seen[0]!);
                var request = seen.AsArray().Single()!;
                Assert.DoesNotContain("secret", seen.ToJsonString(), StringComparison.OrdinalIgnoreCase);
                Assert.Equal(("open", "lamps", "Street lamps", "Street lighting", 42.35, -71.06), ((string?)request["status"], (string?)request["service_code"], (string?)request["service_name"],
                    (string?)request["agency_responsible"], (double)request["lat"]!, (double)request["long"]!));
                Assert.Equal("investigating", (string?)request["extended_attributes"]!["status"]);
            }
            // Nor does asking around tell it: words that are not shown are not found, and nearness is that of the place that is shown.
            Assert.Empty((await client.GetJsonAsync($"requests.json?q=Secret&api_key={stranger}")).AsArray());
            Assert.Single((await client.GetJsonAsync($"requests.json?lat=42.35&long=-71.06&radius=5&api_key={stranger}")).AsArray());
            Assert.Empty((await client.GetJsonAsync($"requests.json?lat=42.35012&long=-71.06034&radius=5&api_key={stranger}")).AsArray());
        }
        var own = (await client.GetJsonAsync($"requests.json?api_key={key}")).AsArray().Single()!;
        Assert.Equal(("12 Secret Street", "Secret reason.", 42.35012), ((string?)own["address"], (string?)own["status_notes"], (double)own["lat"]!));
        Assert.StartsWith("Sara Secret", (string?)own["description"]);
        Assert.Equal(2, (await client.GetJsonAsync($"requests.json?api_key={full}")).AsArray().Count);
        Assert.Single((await client.GetJsonAsync($"requests.json?api_key={full}&q=secret+complaint")).AsArray());
        Assert.Single((await client.GetJsonAsync($"requests.json?lat=42.35012&long=-71.06034&radius=5&api_key={full}")).AsArray());
        Assert.Contains("cases.listed", await host.AuditActionsAsync(client.Agency));

        // Of another agency there is nothing.
        var elsewhere = await Open311Client.NewAsync(host);
        await Open311Client.RefusedAsync(await elsewhere.Http.GetAsync($"{elsewhere.Path}/requests/{id}.json"), 404);
        Assert.Empty((await elsewhere.GetJsonAsync($"requests.json?service_request_id={id}")).AsArray());
    }

    [Fact]
    public async Task Xml_has_the_elements_of_real_servers_and_hostile_texts_do_not_break_it()
    {
        var client = await Open311Client.NewAsync(host, "fa");
        var full = await client.KeyAsync("open311:read", "open311:write", "cases:read");
        const string hostile = "</description><script>alert(1)</script>&amp; ]]> \"' مشهد 🏮 \r\n\t end";
        var id = await client.ReportAsync(full, ("description", hostile));
        await host.Database.ExecuteAsOwnerAsync($"update cases set title = 'x', description = description || chr(1) || chr(11) || chr(65535) where id = '{id}'"); // as an old import may have left it
        var xml = await client.GetXmlAsync($"requests.xml?api_key={full}");
        Assert.Equal(ServiceListTests.Shape(Open311Client.Served("dc", "service-requests.xml")).Distinct().Order(), ServiceListTests.Shape(xml).Distinct().Order());
        var sanFrancisco = ServiceListTests.Shape(Open311Client.Served("sanfrancisco-2012", "san_francisco_requests.xml")).Distinct();
        Assert.Empty(sanFrancisco.Except(ServiceListTests.Shape(xml)));
        Assert.Equal($"x\n\n{hostile}\uFFFD\uFFFD\uFFFD", xml.Element("request")!.Element("description")!.Value);
        Assert.EndsWith("end\u0001\u000b\uFFFF", (string?)(await client.GetJsonAsync($"requests/{id}.json?api_key={full}"))[0]!["description"]);
    }

    [Fact]
    public async Task What_is_wrong_with_the_arguments_is_told_all_at_once()
    {
        var client = await Open311Client.NewAsync(host);
        async Task<string> RefusedAsync(string query, int status = 400) => await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/requests.xml?{query}"), status);
        var all = await RefusedAsync("start_date=yesterday&end_date=2011-13-01T00:00:00Z&status=sleeping&page=0&page_size=1001&lat=91&long=1&updated_after=x&extensions=perhaps");
        foreach (var name in (string[])["start_date", "end_date", "status", "page", "page_size", "lat", "radius", "updated_after", "extensions"]) Assert.Contains($"{name}:", all);
        Assert.Contains("90 days", await RefusedAsync("start_date=2011-01-01T00:00:00Z&end_date=2011-06-01T00:00:00Z"));
        Assert.Contains("after end_date", await RefusedAsync("start_date=2011-02-01T00:00:00Z&end_date=2011-01-01T00:00:00Z"));
        Assert.Contains("start_date", await RefusedAsync("start_date=2011-02-01T00:00:00")); // "Timezone information must be included"
        Assert.Contains("nothing", await RefusedAsync("service_code=lamps,nothing", 404));
        Assert.Contains("service_request_id", await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/requests/4711.json"), 404));
        foreach (var good in (string[])["start_date=2011-01-01T00:00:00-05:00&end_date=2011-03-31", "start_date=2011-01-01T00:00:00+05:00", "start_date=&status=", "status=OPEN,closed", "service_request_id=4711,x", "page=2&page_size=5"])
            await client.GetJsonAsync($"requests.json?{good}");
    }

    [Fact]
    public async Task Whatever_is_sent_is_answered_in_geoReports_form()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        string[] evil = ["%00", "%ED%A0%80", "'%3B--", "%3Cscript%3E", "-1", "1e999", "99999999999999999999", "%D9%85", new('x', 3_000), "%0a", "[]", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "%2e%2e%2f"];
        string[] names = ["service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "updated_after", "lat", "radius", "q", "jurisdiction_id", "extensions", "api_key", "x[]"];
        foreach (var bad in evil)
        {
            foreach (var path in (string[])[$"services/{bad}.json", $"requests/{bad}.xml", $"tokens/{bad}.json", $"{bad}"]) await AnsweredAsync(await client.Http.GetAsync($"{client.Path}/{path}"));
            foreach (var name in names)
                foreach (var list in (string[])["requests.json", "servicerequestupdates.xml", "services.xml"]) await AnsweredAsync(await client.Http.GetAsync($"{client.Path}/{list}?{name}={bad}"));
            foreach (var path in (string[])["requests.xml", "servicerequestupdates.json"])
            {
                foreach (var type in (string[])["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "garbage"])
                {
                    using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes($"service_code=lamps&lat={bad}&long={bad}&update_id={bad}&attribute[x={bad}&status={bad}&{bad}"));
                    content.Headers.TryAddWithoutValidation("Content-Type", type);
                    await AnsweredAsync(await client.Http.PostAsync($"{client.Path}/{path}?api_key={key}", content));
                }
            }
        }
        using var large = new StringContent("description=" + new string('x', 2 << 20), new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.Http.PostAsync($"{client.Path}/requests.json?api_key={key}", large)).StatusCode);

        static async Task AnsweredAsync(HttpResponseMessage answer)
        {
            using (answer)
            {
                if (answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.BadRequest && (await answer.Content.ReadAsStringAsync()).Length == 0) return; // the server itself refuses %00 in a path
                Assert.True((int)answer.StatusCode is 400 or 403 or 404 or 429, $"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                await Open311Client.RefusedAsync(answer, (int)answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task A_case_that_is_erased_keeps_nothing_in_geoReports_words()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        var id = await client.ReportAsync(key, ("description", "Secret"), ("address_string", "12 Secret Street"), ("email", "sara@secret.example"));
        await client.UpdateAsync(key, id, "1", DateTimeOffset.UtcNow, "OPEN", "Secret note");
        await VerdictTests.ResolveAsync(await client.Agency.Agent, $"{client.Agency.Path}/cases/{id}", "fixed");
        var citizen = (string)(await (await client.Agency.Agent).GetJsonAsync($"{client.Agency.Path}/cases/{id}"))["citizenId"]!;
        await (await client.Agency.Admin).PostJsonAsync($"{client.Agency.Path}/citizens/{citizen}/erasure", new { confirmed = true }, HttpStatusCode.OK);
        Assert.Equal("0 0", await host.Database.ScalarAsOwnerAsync<string>($"""
            select (select count(*) from open311_requests where agency_id = '{client.Agency.Id}') || ' ' || (select count(*) from open311_updates where agency_id = '{client.Agency.Id}' and text_hash is not null)
            """));
        var left = (await client.GetJsonAsync($"requests/{id}.json?api_key={key}"))[0]!;
        Assert.Equal(("closed", null, null), ((string?)left["status"], (string?)left["description"], (double?)left["lat"]));
        await Open311Client.RefusedAsync(await client.PostAsync("servicerequestupdates.json", ("api_key", key), ("service_request_id", id), ("update_id", "2"), ("updated_datetime", "2026-01-01T00:00:00Z"), ("status", "OPEN")), 404);
    }
}
