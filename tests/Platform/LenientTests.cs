using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Platform;

/// <summary>Programs in other languages write the same thing in other ways: all of these say what contract.md lets them say.</summary>
public sealed class LenientTests(CirmHost host)
{
    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/v1/agencies/{agency}")]
    [InlineData("/v1/agencies/{agency}/services?limit=1")]
    public async Task What_can_be_read_can_be_asked_for_without_its_body(string path)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        path = path.Replace("{agency}", agency.Slug, StringComparison.Ordinal);
        using var whole = await host.Anonymous.GetAsync(path);
        using var head = await host.Anonymous.SendAsync(new(HttpMethod.Head, path));
        Assert.Equal((HttpStatusCode.OK, whole.Headers.ETag), (head.StatusCode, head.Headers.ETag));
        if (whole.Content.Headers.ContentLength is > 0 and var length) Assert.Equal(length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Anonymous.SendAsync(new(HttpMethod.Head, "/v1/nothing"))).StatusCode);
    }

    [Fact]
    public async Task A_list_and_a_report_have_an_etag_as_well_and_no_change_can_be_decided_on_it()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        using var first = await agent.GetAsync($"{agency.Path}/cases");
        var tag = first.Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.NotModified, (await AskedWithAsync(tag)).StatusCode);
        var submitted = await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Equal(HttpStatusCode.OK, (await AskedWithAsync(tag)).StatusCode);
        foreach (var path in (string[])["verdicts", $"cases/{submitted["id"]}/advice", $"tracking/{submitted["trackingCode"]}"]) Assert.NotNull((await agent.GetAsync($"{agency.Path}/{path}")).Headers.ETag);
        foreach (var type in (string[])["application/json", "text/csv"])
        {
            using var report = new HttpRequestMessage(HttpMethod.Get, $"{agency.Path}/reports/volume") { Headers = { Accept = { new(type) } } };
            var told = (await (await agency.Manager).SendAsync(report)).Headers.ETag!;
            using var again = new HttpRequestMessage(HttpMethod.Get, $"{agency.Path}/reports/volume") { Headers = { Accept = { new(type) }, IfNoneMatch = { told } } };
            Assert.Equal(HttpStatusCode.NotModified, (await (await agency.Manager).SendAsync(again)).StatusCode);
        }
        foreach (var own in (string[])["cases", "access-log", "consents", "export"]) Assert.NotNull((await (await agency.Citizen).GetAsync($"/v1/me/{own}")).Headers.ETag);
        await (await agent.PatchAsync($"{agency.Path}/cases/{submitted["id"]}", new { title = "Two lamps" }, tag)).RefusedAsync("precondition-failed");

        async Task<HttpResponseMessage> AskedWithAsync(string known)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{agency.Path}/cases") { Headers = { IfNoneMatch = { new(known) } } };
            return await agent.SendAsync(request);
        }
    }

    [Fact]
    public async Task Null_leaves_out_what_need_not_be_there_and_a_whole_number_may_have_a_fraction_of_nothing()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await CreatedAsync(admin, $"{agency.Path}/attributes", """{"key":"district","name":{"en":"District","fa":null},"type":"code","values":["7"],"purpose":"p","sensitive":null}""");
        var citizen = await CreatedAsync(admin, $"{agency.Path}/citizens", """{"externalId":null,"attributes":{"district":null},"unknown":"\ud800"}""");
        Assert.Empty(citizen["attributes"]!.AsObject());
        await CreatedAsync(admin, $"{agency.Path}/citizens", """{"attributes":null}""");
        var service = await CreatedAsync(admin, $"{agency.Path}/services", """{"key":"lamps","name":"Lamps","publish":null,"calendar":null}""");
        Assert.Equal("draft", (string?)service["state"]);

        Assert.Equal(7, (int)(await CreatedAsync(host.Operator, "/v1/agencies", Agency("smallestGroup", "7.0")))["smallestGroup"]!);
        Assert.Equal(10, (int)(await CreatedAsync(host.Operator, "/v1/agencies", Agency("smallestGroup", "null")))["smallestGroup"]!);
        foreach (var (member, value, error) in (ValueTuple<string, string, string>[])
                 [("smallestGroup", "7.5", "/smallestGroup type"), ("smallestGroup", "1e30", "/smallestGroup type"), ("smallestGroup", "2e3", "/smallestGroup range"), ("name", "null", "/name required"),
                     ("name", """{"en":null}""", "/name required"), ("locales", """["fa","farsi!"]""", "/locales/1 language")])
            Assert.Equal([error], Errors(await (await SendAsync(host.Operator, "/v1/agencies", Agency(member, value))).RefusedAsync("validation")));

        static string Agency(string member, string value)
        {
            var slug = $"t-{Guid.NewGuid():N}";
            var whole = new JsonObject
            {
                ["slug"] = slug, ["name"] = "A", ["timeZone"] = "Asia/Tehran", ["locales"] = new JsonArray("fa"),
                ["admin"] = new JsonObject { ["email"] = $"a@{slug}.example", ["password"] = "correct horse" },
            };
            whole.Remove(member);
            return $$"""{"unknown":"\ud800","{{member}}":{{value}},{{whole.ToJsonString()[1..]}}""";
        }
    }

    [Fact]
    public async Task A_patch_with_half_of_a_character_says_where()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var path = $"{agency.Path}/cases/{(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        foreach (var (patch, error) in (ValueTuple<string, string>[])[("""{"title":"\ud800"}""", "/title characters"), ("""{"unknown":["","\udc00 "]}""", "/unknown/1 characters")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent(patch, new MediaTypeHeaderValue("application/merge-patch+json")) };
            request.Headers.IfMatch.Add(new("\"1\""));
            Assert.Equal([error], Errors(await (await agent.SendAsync(request)).RefusedAsync("validation")));
        }
        await (await SendAsync(await agency.Admin, $"{agency.Path}/services/lamps/versions", """{"name":"\ud800"}""")).RefusedAsync("validation");
    }

    [Theory]
    [InlineData("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z")]
    [InlineData("2030-01-01t00:00:00z", "2030-01-01T00:00:00Z")]
    [InlineData("2030-01-01 03:30:00+03:30", "2030-01-01T00:00:00Z")]
    [InlineData("2030-01-01T00:00:00.123456789Z", "2030-01-01T00:00:00.123456Z")]
    [InlineData("2030-01-01T00:00:00", "2030-01-01T00:00:00Z")]
    [InlineData("2030-01-01", "2030-01-01T00:00:00Z")]
    [InlineData("01/02/2030", null)]
    [InlineData("2030-01-01T00:00:00+0330", null)]
    [InlineData("2030-13-01T00:00:00Z", null)]
    public async Task A_time_says_the_same_wherever_the_server_stands(string sent, string? kept)
    {
        var agency = await host.NewAgencyAsync();
        var answer = await SendAsync(await agency.Admin, $"{agency.Path}/api-keys", $$"""{"name":"k","scopes":["cases:read"],"expiresAt":"{{sent}}"}""");
        if (kept is null) Assert.Equal(["/expiresAt type"], Errors(await answer.RefusedAsync("validation")));
        else Assert.Equal(kept, (string?)(await answer.ReadAsync(HttpStatusCode.Created))["expiresAt"]);
    }

    [Fact]
    public async Task A_filter_that_is_left_empty_is_none_and_the_plus_of_an_offset_may_have_become_a_space()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        foreach (var query in (string[])["status=&service=&channel=&area=&segment=&assignee=&submittedFrom=&submittedTo=&q=&overdue=", "submittedFrom=2026-01-01T00:00:00+03:30"])
            Assert.Single((await agent.GetJsonAsync($"{agency.Path}/cases?{query}"))["items"]!.AsArray());
        Assert.Empty((await agent.GetJsonAsync($"{agency.Path}/cases?submittedTo=2020-01-01T00:00:00+03:30"))["items"]!.AsArray());
        await (await agent.GetAsync($"{agency.Path}/cases?submittedFrom=1/2/2026")).RefusedAsync("validation");
    }

    [Fact]
    public async Task A_byte_order_mark_is_overlooked_and_what_is_not_utf8_is_no_json()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        byte[] lamp = [.. "\uFEFF"u8, .. """{"service":"lamps","kind":"report","title":"چراغ کوچه‌ی ما 💡 é","channel":"web"}"""u8];
        Assert.Equal("چراغ کوچه‌ی ما 💡 é", (string?)(await (await SendAsync(citizen, $"{agency.Path}/cases", lamp)).ReadAsync(HttpStatusCode.Created))["title"]);
        await (await SendAsync(citizen, $"{agency.Path}/cases", [.. "{\"service\":\"lamps\",\"kind\":\"report\",\"channel\":\"web\",\"title\":\""u8, 0xFF, .. "\"}"u8])).RefusedAsync("malformed");
    }

    [Fact]
    public async Task The_next_version_of_a_service_says_what_the_last_one_said_unless_it_says_otherwise()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, path) = (await agency.Admin, $"{agency.Path}/services/lamps");
        var last = await admin.GetJsonAsync(path);
        var copied = await (await admin.PostAsync($"{path}/versions", null)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal("2 draft", $"{copied["number"]} {copied["state"]}");
        foreach (var same in (string[])["name", "serves", "rights", "standard"]) Assert.Equal(last[same]!.ToJsonString(), copied[same]!.ToJsonString());
        await (await admin.PostAsync($"{path}/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);

        var next = await CreatedAsync(admin, $"{path}/versions", """{"standard":{"firstResponseHours":2,"resolutionHours":12},"description":{"fa":"چراغ"}}""");
        Assert.Equal((12m, last["name"]!.ToJsonString()), ((decimal)next["standard"]!["resolutionHours"]!, next["name"]!.ToJsonString()));
        await (await admin.PostAsync($"{path}/versions/3/publish", null)).ReadAsync(HttpStatusCode.OK);
        Assert.Null((await CreatedAsync(admin, $"{path}/versions", """{"description":null}"""))["description"]);
        await (await admin.PostAsync($"{agency.Path}/services/nothing/versions", null)).RefusedAsync("not-found");
    }

    [Fact]
    public async Task What_needs_no_word_needs_no_body()
    {
        var agency = await host.NewAgencyAsync();
        var manager = await agency.Manager;
        await manager.PostJsonAsync($"{agency.Path}/initiatives", new
        {
            key = "park", title = "The park", tier = "consultation", opensAt = DateTimeOffset.UtcNow.AddDays(-2), closesAt = DateTimeOffset.UtcNow.AddMilliseconds(1),
        });
        Assert.Equal("closed", (string?)(await (await manager.PostAsync($"{agency.Path}/initiatives/park/close", null)).ReadAsync(HttpStatusCode.OK))["state"]);
        await (await manager.PostAsync($"{agency.Path}/surveys", null)).RefusedAsync("unsupported-media-type");
        await (await SendAsync(manager, $"{agency.Path}/surveys", "")).RefusedAsync("malformed");
    }

    [Fact]
    public async Task Who_sends_too_much_is_answered_and_not_cut_off()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (address, piece) = (host.Anonymous.BaseAddress!, new byte[1 << 16]);
        for (var i = 0; i < 5; i++)
        {
            // As simple clients do: everything is sent before anything is read.
            using var connection = new TcpClient(address.Host, address.Port);
            await using var stream = connection.GetStream();
            const int Length = 8 << 20;
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {agency.Path}/cases HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Length}\r\n\r\n"));
            for (var sent = 0; sent < Length; sent += piece.Length)
            {
                await stream.WriteAsync(piece);
                await Task.Delay(1);
            }
            using var reader = new StreamReader(stream);
            Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync());
        }
    }

    static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string json) => SendAsync(client, path, Encoding.UTF8.GetBytes(json));

    static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, byte[] json) =>
        client.PostAsync(path, new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } });

    static async Task<JsonNode> CreatedAsync(HttpClient client, string path, string json) => await (await SendAsync(client, path, json)).ReadAsync(HttpStatusCode.Created);

    static IEnumerable<string> Errors(JsonNode problem) => problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}");
}
