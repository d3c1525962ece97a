using System.Net;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Open311;

/// <summary>Reports that come in through GeoReport are cases like any other.</summary>
public sealed class RequestPostTests(CirmHost host)
{
    [Fact]
    public async Task A_report_with_every_kind_of_answer_becomes_a_case()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        var answer = await client.PostAsync("requests.xml", ("api_key", key), ("jurisdiction_id", "whatever.example"), ("service_code", "poles"), ("lat", "42.35012"), ("long", "-71.06034"),
            ("address_string", "12 Elm Street"), ("address_id", "4711"), ("description", "The pole leans.\nIt will fall."), ("device_id", "tt222111"),
            ("media_url", "http://pictures.example/1.jpg"), ("attribute[code]", "P 7"), ("attribute[story]", "A lorry\nhit it."), ("attribute[height]", "7.5"), ("attribute[since]", "2026-03-21T08:00:00+03:30"),
            ("attribute[danger]", "true"), ("attribute[kind]", "WOOD"), ("attribute[parts][]", "top"), ("attribute[parts][]", "foot"));
        var made = (await Open311Client.XmlAsync(answer, HttpStatusCode.OK)).Element("request")!;
        Assert.Equal("service_request_id service_notice account_id", string.Join(' ', made.Elements().Select(e => e.Name.LocalName)));

        var id = made.Element("service_request_id")!.Value;
        var seen = await (await client.Agency.Agent).GetJsonAsync($"{client.Agency.Path}/cases/{id}");
        Assert.Equal(("The pole leans.", "partner", "report", 42.35012, -71.06034),
            ((string?)seen["title"], (string?)seen["channel"], (string?)seen["kind"], (double)seen["location"]!["latitude"]!, (double)seen["location"]!["longitude"]!));
        Assert.Equal("The pole leans.\nIt will fall.\n\nAddress: 12 Elm Street\nAddress id: 4711\nPicture: http://pictures.example/1.jpg", (string?)seen["description"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"code":"P 7","story":"A lorry\nhit it.","height":7.5,"since":"2026-03-21","danger":true,"kind":"WOOD","parts":["top","foot"]}
            """), seen["answers"]), seen["answers"]!.ToJsonString());
        Assert.Null(seen["citizenId"]);
        Assert.Null(seen["location"]!["area"]); // an address is nobody's neighbourhood
        Assert.Contains("case.submitted", await host.AuditActionsAsync(client.Agency));

        // Its citizen can follow it here too, by the code in the notice; which is the token of the request.
        var code = System.Text.RegularExpressions.Regex.Match(made.Element("service_notice")!.Value, "[0-9A-Z]{4}(-[0-9A-Z]{4}){3}").Value;
        Assert.Equal(id, (string?)(await client.Http.GetJsonAsync($"{client.Agency.Path}/tracking/{code}"))["id"]);
        var redeemed = await client.GetXmlAsync($"tokens/{code}.xml");
        Assert.Equal(ServiceListTests.Shape(Open311Client.Served("dc", "token.xml")), ServiceListTests.Shape(redeemed));
        Assert.Equal((id, code), (redeemed.Element("request")!.Element("service_request_id")!.Value, redeemed.Element("request")!.Element("token")!.Value));
        Assert.Equal(id, (string?)(await client.GetJsonAsync($"tokens/{code}.json"))[0]!["service_request_id"]);
        await Open311Client.RefusedAsync(await client.Http.GetAsync($"{client.Path}/tokens/0000-0000-0000-0000.json"), 404);

        // In GeoReport's words it comes back as it was sent, to who sent it.
        var request = (await client.GetJsonAsync($"requests/{id}.json?api_key={key}&extensions=true"))[0]!;
        Assert.Equal(("12 Elm Street", "4711", "http://pictures.example/1.jpg"), ((string?)request["address"], (string?)request["address_id"], (string?)request["media_url"]));
        Assert.Equal(["P 7", "top", "foot"], request["extended_attributes"]!["attributes"]!.AsArray().Where(a => (string?)a!["code"] is "code" or "parts").Select(a => (string)a!["value"]!));
    }

    [Fact]
    public async Task Who_reports_goes_to_the_identities_and_never_comes_back()
    {
        var client = await Open311Client.NewAsync(host);
        var (key, other) = (await client.KeyAsync(), await client.KeyAsync());
        (string, string)[] who = [("email", "sara@secret.example"), ("first_name", "Sara"), ("last_name", "Secret"), ("phone", "+1 617 555 0100"), ("account_id", "77"), ("device_id", "secret-device")];
        var first = await client.ReportAsync(key, [.. who, ("description", "Dark")]);
        var second = await client.ReportAsync(key, [.. who, ("description", "Dark again")]);
        var third = await client.ReportAsync(other, [.. who, ("description", "Dark elsewhere")]);

        var agent = await client.Agency.Agent;
        var citizens = new List<string>();
        foreach (var id in (string[])[first, second, third]) citizens.Add((string)(await agent.GetJsonAsync($"{client.Agency.Path}/cases/{id}"))["citizenId"]!);
        Assert.Equal(citizens[0], citizens[1]); // the same account of the same system
        Assert.NotEqual(citizens[0], citizens[2]); // another system may say so: nobody has checked
        var citizen = await agent.GetJsonAsync($"{client.Agency.Path}/citizens/{citizens[0]}");
        Assert.Equal(("Sara Secret", "sara@secret.example", "+1 617 555 0100"), ((string?)citizen["name"], (string?)citizen["email"], (string?)citizen["phone"]));

        foreach (var path in (string[])[$"requests/{first}.json", "requests.json", "servicerequestupdates.json"])
        {
            var text = (await client.GetJsonAsync($"{path}?extensions=true&api_key={key}")).ToJsonString();
            Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("555 0100", text);
        }
        Assert.Equal(0, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases c where agency_id = '{client.Agency.Id}' and c::text ilike '%secret%'"));

        // A report that is refused leaves nobody behind.
        await Open311Client.RefusedAsync(await client.PostAsync("requests.json", [("api_key", key), ("service_code", "poles"), ("lat", "1"), ("long", "1"), ("email", "new@secret.example")]), 400);
        Assert.Equal(2, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from citizen_identities where agency_id = '{client.Agency.Id}' and email like '%secret%'"));
        await Open311Client.RefusedAsync(await client.PostAsync("requests.json", [("api_key", key), ("service_code", "lamps"), ("lat", "1"), ("long", "1"), ("email", "no address")]), 400);
    }

    [Fact]
    public async Task Many_reports_of_a_new_person_at_once_make_one_citizen()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => client.ReportAsync(key, ("email", "sara@once.example"), ("description", $"Lamp {i}"))));
        Assert.Equal("1 8", await host.Database.ScalarAsOwnerAsync<string>($"""
            select count(distinct citizen_id) || ' ' || count(*) from cases where agency_id = '{client.Agency.Id}' and citizen_id is not null
            """));
    }

    [Fact]
    public async Task Reports_of_new_and_of_nameless_people_at_once_do_not_wait_for_each_other_in_a_circle()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        for (var round = 0; round < 5; round++) // each is taken: none is told to come again
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? client.ReportAsync(key) : client.ReportAsync(key, ("email", $"n{round}-{i}@new.example"))));
    }

    [Fact]
    public async Task A_form_may_bring_files_once_its_sender_is_known()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        MultipartFormDataContent Form(string? inForm, byte[] picture, string type = "image/jpeg")
        {
            var form = new MultipartFormDataContent();
            if (inForm is not null) form.Add(new StringContent(inForm), "api_key");
            form.Add(new ByteArrayContent(picture) { Headers = { ContentType = new(type) } }, "media", "lamp.jpg");
            foreach (var (name, value) in new[] { ("service_code", "lamps"), ("lat", "42.35"), ("long", "-71.06"), ("description", "With a picture") }) form.Add(new StringContent(value), name);
            return form;
        }

        var made = await (await client.Http.PostAsync($"{client.Path}/requests.json", Form(key, TestImages.Jpeg()))).ReadAsync(HttpStatusCode.OK);
        var id = (string)made[0]!["service_request_id"]!;
        var url = (string)(await client.GetJsonAsync($"requests/{id}.json?api_key={key}"))[0]!["media_url"]!;
        // FixMyStreet fetches it later, and without a key: whoever was given the address can, and no other address leads there.
        var bytes = await client.Http.GetByteArrayAsync(url);
        Assert.DoesNotContain(TestImages.Secret, System.Text.Encoding.Latin1.GetString(bytes)); // as with every attachment
        Assert.Equal(url, (string?)(await client.GetJsonAsync($"requests/{id}.json?api_key={key}"))[0]!["media_url"]);
        Assert.Null((await client.GetJsonAsync($"requests/{id}.json"))[0]!["media_url"]);
        await (await client.Http.GetAsync($"{url[..^2]}{(url.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA")}")).RefusedAsync("not-found");

        await (await client.Http.PostAsync($"{client.Path}/requests.json?api_key={key}", Form(null, TestImages.Jpeg()))).ReadAsync(HttpStatusCode.OK);
        await Open311Client.RefusedAsync(await client.Http.PostAsync($"{client.Path}/requests.json", Form(null, TestImages.Jpeg())), 403);
        await Open311Client.RefusedAsync(await client.Http.PostAsync($"{client.Path}/requests.json", Form(key, "MZ not a picture"u8.ToArray())), 400);
        Assert.Equal(2, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{client.Agency.Id}'"));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_report_that_is_sent_again_with_its_key_is_answered_as_the_first_time(string format)
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        async Task<(string Text, string? Type, HttpStatusCode Status)> SendAsync(string description)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{client.Path}/requests.{format}")
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["api_key"] = key, ["service_code"] = "lamps", ["lat"] = "1", ["long"] = "2", ["description"] = description }),
            };
            request.Headers.Add("Idempotency-Key", $"order-{client.Agency.Slug}");
            using var answer = await client.Http.SendAsync(request);
            return (await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType?.ToString(), answer.StatusCode);
        }
        var first = await SendAsync("Dark");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(first, await SendAsync("Dark"));
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("Light")).Status);
        Assert.Equal(1, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from cases where agency_id = '{client.Agency.Id}'"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_report_is_told_by_the_names_it_was_sent_under()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        async Task<string> RefusedAsync(int status, params (string, string)[] fields) => await Open311Client.RefusedAsync(await client.PostAsync("requests.xml", [("api_key", key), .. fields]), status);
        (string, string)[] place = [("lat", "42"), ("long", "-71")];
        Assert.Contains("service_code", await RefusedAsync(400, place));
        Assert.Contains("service_code", await RefusedAsync(404, [("service_code", "nothing"), .. place]));
        Assert.Contains("lat and long, or address_string", await RefusedAsync(400, ("service_code", "lamps")));
        Assert.Contains("long:", await RefusedAsync(400, ("service_code", "lamps"), ("lat", "42")));
        Assert.Contains("lat:", await RefusedAsync(400, ("service_code", "lamps"), ("lat", "north"), ("long", "1")));
        Assert.Contains("lat:", await RefusedAsync(400, ("service_code", "lamps"), ("lat", "91"), ("long", "1")));
        Assert.Contains("media_url", await RefusedAsync(400, [("service_code", "lamps"), ("media_url", "javascript:alert(1)"), .. place]));
        Assert.Contains("control character", await RefusedAsync(400, [("service_code", "lamps"), ("description", "a\0b"), .. place]));
        var wrong = await RefusedAsync(400, [("service_code", "poles"), ("attribute[height]", "high"), ("attribute[kind]", "PAPER"), ("attribute[parts][]", "middle"), ("attribute[since]", "yesterday"),
            ("attribute[danger]", "perhaps"), ("attribute[colour]", "red"), .. place]);
        foreach (var name in (string[])["code", "height", "kind", "parts", "since", "danger", "colour"]) Assert.Contains($"attribute[{name}]:", wrong);
        await client.ReportAsync(key, ("lat", ""), ("attribute[none]", "")); // what is empty was not sent
        foreach (var (name, value) in new[] { ("address_string", "12 Elm Street"), ("address_id", "7") }) // either of them is a place
            await (await client.PostAsync("requests.json", ("api_key", key), ("service_code", "lamps"), (name, value))).ReadAsync(HttpStatusCode.OK);
        await Open311Client.RefusedAsync(await client.Http.PostAsync($"{client.Path}/requests.json?api_key={key}", new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"))), 400);
    }
}
