using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cirm.Tests.Conformance;

/// <summary>One request that should be refused, or at least survived.</summary>
sealed record Attack(string Name, Func<Uri, HttpRequestMessage> Request, bool AlsoAnonymous = false);

/// <summary>What people, programs and attackers send: made for one operation from its part of the document.</summary>
static class Attacks
{
    static readonly string[] Texts =
    [
        "", " ", "'; drop table cases; --", "<script>alert(1)</script>", "{{7*7}}${7*7}", "\0", "a\0b", "\u0001\u001f\u007f", "\u202e\u200b", "مشهد", "🏮",
        new('x', 70_000), "-1", "null", "../../etc/passwd", "%00%0a", "1e999", "2026-02-30T25:61:00Z",
    ];

    // As JSON source, because no encoder would write them.
    static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "-0.0000000000000001", "99999999999999999999999999999999", "2147483648", "9223372036854775808", "NaN", "[]", "{}", "[[]]", "\"\\u0000\"",
        "\"\\ud800\"", "\"\\udc00x\"", "{\"\\ud800\":\"x\"}", "{\"\\u0000\":1}", "[null]", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999-14:00\"",
        "\"00000000-0000-0000-0000-000000000000\"", "{\"a\":{\"a\":{\"a\":{\"a\":1}}}}", "\"\\uFFFF\"", "{\"en\":5}", "{\"x y\":\"z\"}", "[1,\"a\",null,{},[]]",
    ];

    static readonly string[] Segments =
    [
        "%20", "'", "\"", "%27%3B--", "%3Cscript%3E", "-1", "0", "2147483647", "2147483648", "99999999999999999999", "00000000-0000-0000-0000-000000000000", "not-an-id", "%2F..%2F..",
        "%00", "%FF%FE", "%ED%A0%80", "..%5C", "%0A", "%D9%85%D8%B4%D9%87%D8%AF", new('x', 3_000), ";a=b", "@", "*",
    ];

    static readonly (string Name, string Value)[] Headers =
    [
        ("If-Match", "*"), ("If-Match", "\"1\", \"2\""), ("If-Match", "W/\"1\""), ("If-Match", "\"99999999999999999999\""), ("If-Match", "\"\""), ("If-Match", "no quotes"),
        ("If-None-Match", "*"), ("If-None-Match", "\"\"\""), ("Idempotency-Key", " "), ("Idempotency-Key", new string('k', 256)), ("Idempotency-Key", "a b"), ("Idempotency-Key", "کلید"),
        ("Accept-Language", "x-\u0001"), ("Accept-Language", new string('a', 2_000)), ("Accept-Language", ";q=,,*;q=9"), ("Accept", "image/png"), ("Accept", "garbage"), ("Range", "bytes=5-1"),
        ("Authorization", "Bearer"), ("Authorization", "Bearer a.b.c"), ("Authorization", "Basic eDp5"), ("Authorization", "\u00ff"), ("X-Api-Key", "no-such-key"), ("X-Api-Key", " "), ("X-Api-Key", "کلید"),
        ("traceparent", "00-zz-zz-01"), ("X-HTTP-Method-Override", "DELETE"), ("X-Forwarded-For", "'; --"), ("Content-Encoding", "gzip"), ("Expect", "200-ok"), ("Cookie", "a=\u0001"),
    ];

    public static IEnumerable<Attack> On(ApiOperation operation, string path, Random random)
    {
        var query = Samples.Queries.GetValueOrDefault(operation.Id, "");
        return OnPath(operation, path, random).Concat(OnQuery(operation, path, query, random)).Concat(OnHeaders(operation, path + query, random)).Concat(OnBody(operation, path + query, random));
    }

    static IEnumerable<Attack> OnPath(ApiOperation operation, string path, Random random)
    {
        var (template, segments) = (operation.Path.Split('/'), path.Split('/'));
        for (var i = 0; i < template.Length; i++)
        {
            if (!template[i].StartsWith('{')) continue;
            foreach (var bad in Some(Segments, 8, random))
            {
                var at = i;
                yield return new($"{template[i]} is {Short(bad)}", host => With(host, operation, string.Join('/', segments.Select((s, n) => n == at ? bad : s)), Valid(operation)), bad is "%00");
            }
        }
    }

    static IEnumerable<Attack> OnQuery(ApiOperation operation, string path, string query, Random random)
    {
        foreach (var name in operation.Parameters("query"))
        {
            foreach (var bad in Some([.. Texts.Select(t => Uri.EscapeDataString(t[..Math.Min(t.Length, 6_000)])), "%00", "%ED%A0%80", "%FF", "AAAA", "YWJj", new string('A', 32), "a&" + name + "=b"], 6, random))
                yield return new($"?{name}={Short(bad)}", host => With(host, operation, $"{path}{(query.Length == 0 ? "?" : query + "&")}{name}={bad}", Valid(operation)));
        }
        yield return new("a query that nobody knows", host => With(host, operation, $"{path}{(query.Length == 0 ? "?" : query + "&")}%00=%00&&=&x[]=1", Valid(operation)), true);
    }

    static IEnumerable<Attack> OnHeaders(ApiOperation operation, string path, Random random)
    {
        foreach (var (name, value) in Some(Headers, 10, random))
        {
            yield return new($"{name}: {Short(value)}", host =>
            {
                var request = With(host, operation, path, Valid(operation));
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
                return request;
            });
        }
    }

    static IEnumerable<Attack> OnBody(ApiOperation operation, string path, Random random)
    {
        if (operation.MediaTypes is not [var type, ..]) yield break;
        var valid = Text(operation);
        var bodies = new List<(string Name, byte[] Bytes)>
        {
            ("no body", []), ("only spaces", "  \n"u8.ToArray()), ("a truncated body", Utf8(valid[..(valid.Length / 2)])), ("two values", Utf8(valid + valid)), ("invalid UTF-8", [0x22, 0xff, 0xfe, 0x22]),
            ("invalid UTF-8 in a text", [.. Utf8("{\"title\":\""), 0xed, 0xa0, 0x80, .. Utf8("\"}")]), ("a BOM", [0xef, 0xbb, 0xbf, .. Utf8(valid)]), ("UTF-16", Encoding.Unicode.GetBytes(valid)),
            ("a comment", Utf8("/* */" + valid)), ("a NUL", Utf8("\0" + valid)), ("deep nesting", Utf8(new string('[', 5_000) + new string(']', 5_000))), ("33 levels", Utf8(new string('[', 33) + new string(']', 33))),
            ("deep nesting in a member that is not known", Utf8("{\"x\":" + new string('[', 40) + new string(']', 40) + "}")), ("an open list", Utf8(new string('[', 40))),
            ("a number of 100,000 digits", Utf8("{\"x\":" + new string('9', 100_000) + "}")), ("more than 1 MB", Utf8("{\"x\":\"" + new string('x', 1 << 20) + "\"}")), ("10,000 members", Utf8("{" + string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"m{i}\":{i}")) + "}")),
        };
        bodies.AddRange(Some(Values, 8, random).Select(v => ($"{v} as a body", Utf8(v))));
        if (operation.Example is JsonObject example)
        {
            foreach (var (pointer, change) in Members(example, ""))
            {
                foreach (var bad in Some([.. Values, .. Texts.Select(t => JsonSerializer.Serialize(t))], 6, random)) bodies.Add(($"{pointer} is {Short(bad)}", Utf8(change(bad))));
                bodies.Add(($"no {pointer}", Utf8(change(null))));
            }
            bodies.Add(("a duplicate member", Utf8(valid.Insert(1, $"\"{example.First().Key}\":1,"))));
            bodies.Add(("SQL in every text", Utf8(Everywhere(example, Texts[2]).ToJsonString())));
            bodies.Add(("HTML in every text", Utf8(Everywhere(example, Texts[3]).ToJsonString())));
        }
        foreach (var (name, bytes) in bodies) yield return new(name, host => With(host, operation, path, new(bytes, type)), name is "no body" or "deep nesting");
        foreach (var wrong in (string?[])[null, "text/plain", "application/xml", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "multipart/form-data", "garbage", "application/json,application/json"])
            yield return new($"Content-Type {wrong ?? "missing"}", host => With(host, operation, path, new(Utf8(valid), wrong)));
    }

    // Each member of an object and of those inside it, with a way to put JSON source in its place (null: leave it out).
    static IEnumerable<(string Pointer, Func<string?, string> Change)> Members(JsonObject body, string at)
    {
        foreach (var (name, value) in body.ToList())
        {
            yield return ($"{at}/{name}", source => "{" + string.Join(',', body.Where(m => m.Key != name || source is not null).Select(m => $"{JsonSerializer.Serialize(m.Key)}:{(m.Key == name ? source : m.Value?.ToJsonString() ?? "null")}")) + "}");
            if (value is not JsonObject inner) continue;
            foreach (var (pointer, change) in Members(inner, $"{at}/{name}"))
                yield return (pointer, source => "{" + string.Join(',', body.Select(m => $"{JsonSerializer.Serialize(m.Key)}:{(m.Key == name ? change(source) : m.Value?.ToJsonString() ?? "null")}")) + "}");
        }
    }

    static JsonNode Everywhere(JsonNode? node, string text) => node switch
    {
        JsonObject body => new JsonObject(body.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)Everywhere(m.Value, text)))),
        JsonArray list => new JsonArray([.. list.Select(i => Everywhere(i, text))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => text,
        null => "",
        _ => node.DeepClone(),
    };

    sealed record Sent(byte[] Bytes, string? Type);

    static string Text(ApiOperation operation) => operation.Example is JsonObject body ? body.ToJsonString() : operation.Example?.ToString() ?? "";

    static Sent? Valid(ApiOperation operation) => operation.MediaTypes is [var type, ..] ? new(Utf8(Text(operation)), type) : null;

    static HttpRequestMessage With(Uri host, ApiOperation operation, string path, Sent? body)
    {
        // As it stands: nothing on our side may tidy it up.
        var request = new HttpRequestMessage(operation.Method, new Uri($"{host.GetLeftPart(UriPartial.Authority)}{path}", AsItStands));
        if (body is null) return request;
        request.Content = new ByteArrayContent(body.Bytes);
        if (body.Type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", body.Type);
        return request;
    }

    static readonly UriCreationOptions AsItStands = new() { DangerousDisablePathAndQueryCanonicalization = true };

    static IEnumerable<T> Some<T>(T[] all, int count, Random random) => random.GetItems(all, count).Distinct();

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static string Short(string text) => text.Length <= 40 ? text : $"{text[..20]}… ({text.Length} characters)";
}
