using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cirm.Core.Platform;
using Cirm.Tests.Conformance;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Open311;

/// <summary>A host of its own: a walk uses up the wrong tokens that an address may try, and others would be told to wait.</summary>
public sealed class WalkedHost : CirmHost;

/// <summary>
/// What the walks through the OpenAPI document do for other routes, for these, which are not in it: whatever is sent is answered in GeoReport's form, and another
/// agency's people find nothing. The routes are those of the server: one that is added is walked.
/// </summary>
public sealed class WalkTests(WalkedHost host) : IClassFixture<WalkedHost>
{
    static readonly string[] Queries =
    [
        "service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "updated_after", "updated_before", "lat", "long", "radius", "q", "extensions", "extended_statuses",
        "jurisdiction_id", "api_key",
    ];

    static readonly string[] Fields =
    [
        "service_code", "lat", "long", "address_string", "address_id", "description", "email", "first_name", "last_name", "phone", "account_id", "device_id", "media_url", "attribute[code]", "attribute[parts][]",
        "attribute[", "service_request_id", "update_id", "updated_datetime", "status", "jurisdiction_id", "api_key",
    ];

    static readonly string[] Hostile =
    [
        "%00", "%FF%FE", "%27%20or%201=1--", "%3Cscript%3Ealert(1)%3C/script%3E", "..%2F..%2Fetc%2Fpasswd", new('9', 400), "-1", "NaN", "1e400", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        "2026-03-21", "%D9%A3", "%ED%A0%80", "[]", "%7B%7D", "null", ",,,", new('a', 9_000), "%E2%80%AE", "javascript:alert(1)",
    ];

    [Fact]
    public async Task Whatever_is_sent_is_answered_in_GeoReports_form_and_never_by_an_error_of_ours()
    {
        var client = await Open311Client.NewAsync(host);
        var key = await client.KeyAsync();
        var id = await client.ReportAsync(key, ("description", "Dark"));
        var (wrong, sent) = (new SortedSet<string>(StringComparer.Ordinal), 0);
        await Parallel.ForEachAsync(Routes().SelectMany(r => (string[])["json", "xml"], (r, format) => (r.Method, r.Pattern, Format: format)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (route, ct) =>
        {
            var path = PathOf(route.Pattern, client.Agency.Slug, route.Format, id);
            var all = Hostile.SelectMany(h => Queries, (h, name) => $"{path}?{name}={h}").Concat(Hostile.Select(h => PathOf(route.Pattern, client.Agency.Slug, route.Format, h)));
            foreach (var address in route.Method == HttpMethod.Get ? all : [])
                await SendAsync(new(HttpMethod.Get, $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api_key={key}"));
            foreach (var (name, value) in route.Method == HttpMethod.Post ? Fields.SelectMany(_ => Hostile, (name, value) => (name, value)) : [])
            {
                (string Name, string Value)[] good =
                [
                    ("service_code", "lamps"), ("lat", "42.35"), ("long", "-71.06"), ("service_request_id", id), ("update_id", $"{name} {value.Length}"), ("updated_datetime", "2026-03-21T08:00:00Z"), ("status", "OPEN"),
                ];
                var form = string.Join('&', good.Where(f => f.Name != name).Append((name, value)).Select(f => $"{Uri.EscapeDataString(f.Item1)}={f.Item2}"));
                await SendAsync(new(HttpMethod.Post, $"{path}?api_key={key}") { Content = new StringContent(form, null, "application/x-www-form-urlencoded") });
            }
            foreach (var (type, body) in route.Method == HttpMethod.Post ? new[] { ("application/json", "{\"service_code\": 1}"), ("multipart/form-data; boundary=x", "--x\r\nno part"), ("multipart/form-data", "x"), ("text/xml", "<a/>"), ("application/x-www-form-urlencoded", "&&&=%") } : [])
            {
                var content = new StringContent(body);
                content.Headers.Remove("Content-Type");
                content.Headers.TryAddWithoutValidation("Content-Type", type);
                await SendAsync(new(HttpMethod.Post, $"{path}?api_key={key}") { Content = content });
            }

            async Task SendAsync(HttpRequestMessage request)
            {
                Interlocked.Increment(ref sent);
                using (request)
                {
                    using var answer = await client.Http.SendAsync(request, ct);
                    if (WrongIn(route.Format, answer, await answer.Content.ReadAsStringAsync(ct)) is { } what)
                        lock (wrong) wrong.Add($"{request.Method} {request.RequestUri!.OriginalString[..Math.Min(200, request.RequestUri.OriginalString.Length)]}: {what}");
                }
            }
        });
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {sent} answers are wrong:\n{string.Join("\n", wrong.Take(40))}");
        Assert.True(sent > 2_000, $"Only {sent} requests were made.");
    }

    [Theory]
    [InlineData("key")]
    [InlineData("admin")]
    [InlineData("citizen")]
    [InlineData("nobody")]
    public async Task Who_is_of_another_agency_reads_and_changes_nothing(string stranger)
    {
        const string marker = "Sara of number 12";
        var (ours, others) = (await Open311Client.NewAsync(host), await Open311Client.NewAsync(host));
        var id = await ours.ReportAsync(await ours.KeyAsync(), ("description", marker), ("address_string", marker));
        await (await ours.Agency.Agent).PostJsonAsync($"{ours.Agency.Path}/cases/{id}/notes", new { text = marker, visibility = "public" });
        var code = await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from audit_entries where agency_id = '{ours.Agency.Id}'");
        using var client = stranger switch
        {
            "key" => await Keys.ClientAsync(host, others.Agency, ["open311:read", "open311:write", "cases:read", "cases:write"]),
            "nobody" => host.Client(),
            _ => await others.Agency.AsAnotherAsync(Enum.Parse<Role>(stranger, ignoreCase: true)),
        };
        var before = await SumAsync(ours.Agency);
        foreach (var (method, pattern) in Routes())
        {
            foreach (var format in (string[])["json", "xml"])
            {
                using var request = new HttpRequestMessage(method, PathOf(pattern, ours.Agency.Slug, format, id));
                if (method == HttpMethod.Post)
                    request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
                    {
                        ["service_code"] = "lamps", ["lat"] = "42.35", ["long"] = "-71.06", ["service_request_id"] = id, ["update_id"] = "1", ["updated_datetime"] = "2026-03-21T08:00:00Z", ["status"] = "CLOSED", ["description"] = "x",
                    });
                using var answer = await client.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                Assert.DoesNotContain(marker, text, StringComparison.Ordinal);
                Assert.Null(WrongIn(format, answer, text));
                if (method == HttpMethod.Post) Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{method} {pattern} answered {(int)answer.StatusCode} to {stranger}: {text}");
            }
        }
        Assert.Equal(before, await SumAsync(ours.Agency));
        Assert.Equal(code, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from audit_entries where agency_id = '{ours.Agency.Id}'"));
    }

    // The status is one of GeoReport's, and what is refused is a list of codes and descriptions in the format of the address.
    static string? WrongIn(string format, HttpResponseMessage answer, string text)
    {
        var status = (int)answer.StatusCode;
        if (status is 400 or 414 && text.Length == 0) return null; // the server itself refuses such an address
        if (status is not (200 or 400 or 403 or 404 or 429)) return $"answered {status}: {text}";
        try
        {
            if (answer.Content.Headers.ContentType?.MediaType != (format == "json" ? "application/json" : "text/xml")) return $"answered {status} as {answer.Content.Headers.ContentType}: {text}";
            if (format == "json") return JsonNode.Parse(text) is JsonArray { Count: > 0 } list && status >= 400 && list.Any(e => (int?)e!["code"] != status || string.IsNullOrEmpty((string?)e["description"])) ? text : null;
            var root = XDocument.Parse(text).Root!;
            return status < 400 || root.Name == "errors" && root.Elements("error").Any() && root.Elements().All(e => e.Element("code")?.Value == status.ToString(CultureInfo.InvariantCulture)) ? null : text;
        }
        catch (Exception e) when (e is System.Xml.XmlException or System.Text.Json.JsonException or InvalidOperationException)
        {
            return $"answered {status} with what is no {format}: {text}";
        }
    }

    List<(HttpMethod Method, string Pattern)> Routes()
    {
        var found = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/open311/", StringComparison.Ordinal) && !e.RoutePattern.RawText.Contains("**", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (e, method) => (HttpMethod.Parse(method), e.RoutePattern.RawText!)).ToList();
        Assert.True(found.Count >= 9, string.Join("\n", found));
        return found;
    }

    static string PathOf(string pattern, string slug, string format, string thing) => pattern.Replace("{agency}", slug, StringComparison.Ordinal).Replace("{format}", format, StringComparison.Ordinal)
        .Replace("{id}", thing, StringComparison.Ordinal).Replace("{token}", thing, StringComparison.Ordinal).Replace("{code}", thing, StringComparison.Ordinal);

    Task<string> SumAsync(TestAgency agency) => host.Database.ScalarAsOwnerAsync<string>($"""
        select concat_ws(' ',
          (select md5(string_agg(c::text, '|' order by c.id)) from cases c where agency_id = '{agency.Id}'), (select count(*) from case_history where agency_id = '{agency.Id}'),
          (select count(*) from case_notes where agency_id = '{agency.Id}'), (select count(*) from open311_updates where agency_id = '{agency.Id}'), (select count(*) from citizens where agency_id = '{agency.Id}'),
          (select count(*) from outbox where agency_id = '{agency.Id}'))
        """);
}
