using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cirm.Tests.Harness;
using Json.Schema;

namespace Cirm.Tests.Open311;

/// <summary>An agency as GeoReport's clients see it, called as they call it: keys in forms and addresses, answers as XML or JSON.</summary>
sealed class Open311Client(CirmHost host, TestAgency agency)
{
    static readonly Lazy<IReadOnlyDictionary<string, JsonSchema>> Schemas = new(ReadSchemas);

    public HttpClient Http { get; } = host.Client();

    public TestAgency Agency => agency;

    public string Path => $"/open311/{agency.Slug}/v2";

    /// <summary>An agency with a service that asks every kind of question, and one that asks nothing.</summary>
    public static async Task<Open311Client> NewAsync(CirmHost host, string language = "en")
    {
        var agency = await host.NewAgencyAsync(language);
        var admin = await agency.Admin;
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "lights", name = new { en = "Street lighting" } });
        object ServiceOf(string key, string name, object? questions) => new
        {
            key, name = new { en = name }, description = new { en = $"What is wrong with {name.ToLowerInvariant()}." }, serves = new { en = "People who walk at night" },
            rights = new { basis = new { en = "Street lighting act" }, objection = new { en = "Write to the ombudsman" } },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, unit = "lights", keywords = new { en = (string[])["lamp", "dark"] }, questions, publish = true,
        };
        await admin.PostJsonAsync($"{agency.Path}/services", ServiceOf("lamps", "Street lamps", null));
        await admin.PostJsonAsync($"{agency.Path}/services", ServiceOf("poles", "Poles", new object[]
        {
            new { key = "code", text = "What stands on it?", type = "text", maxLength = 20, required = true },
            new { key = "story", text = "What happened?", type = "text" },
            new { key = "height", text = "How high?", type = "number", min = 1, max = 40 },
            new { key = "since", text = "Since when?", type = "date" },
            new { key = "danger", text = "Is it dangerous?", type = "boolean" },
            new { key = "kind", text = "Of what?", type = "single", options = new object[] { new { key = "WOOD", text = "Wood" }, new { key = "STEEL", text = "Steel" } } },
            new { key = "parts", text = "Which parts?", type = "multiple", options = new object[] { new { key = "top", text = "Top" }, new { key = "foot", text = "Foot" } } },
        }));
        return new(host, agency);
    }

    /// <summary>A key as an admin makes it.</summary>
    public async Task<string> KeyAsync(params string[] scopes) =>
        (string)(await (await agency.Admin).PostJsonAsync($"{agency.Path}/api-keys", new { name = "App", scopes = scopes is [] ? ["open311:read", "open311:write"] : scopes }))["key"]!;

    public async Task<JsonNode> GetJsonAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var answer = await Http.GetAsync($"{Path}/{path}");
        var read = await answer.ReadAsync(expected);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        return read;
    }

    public async Task<XElement> GetXmlAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) => await XmlAsync(await Http.GetAsync($"{Path}/{path}"), expected);

    public static async Task<XElement> XmlAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("text/xml; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"utf-8\"?>", text, StringComparison.Ordinal);
        return XDocument.Parse(text).Root!;
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        Http.PostAsync($"{Path}/{path}", new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    /// <summary>Reports a lamp, and gives the service_request_id.</summary>
    public async Task<string> ReportAsync(string key, params (string Name, string Value)[] more)
    {
        var made = await (await PostAsync("requests.json", [("api_key", key), ("service_code", "lamps"), ("lat", "42.35012"), ("long", "-71.06034"), .. more])).ReadAsync(HttpStatusCode.OK);
        return (string)made[0]!["service_request_id"]!;
    }

    /// <summary>Sends an update as FixMyStreet does.</summary>
    public async Task<string> UpdateAsync(string key, string request, string updateId, DateTimeOffset at, string status, string? text)
    {
        var answer = await PostAsync("servicerequestupdates.xml", ("api_key", key), ("service_request_id", request), ("update_id", updateId), ("updated_datetime", at.ToString("yyyy-MM-dd'T'HH:mm:sszzz")),
            ("status", status), ("description", text ?? ""), ("email", "sara@secret.example"), ("first_name", "Sara"), ("last_name", "Secret"));
        return (await XmlAsync(answer, HttpStatusCode.OK)).Element("request_update")!.Element("update_id")!.Value;
    }

    public async Task<IReadOnlyList<JsonNode>> UpdatesAsync(string key, string more = "") =>
        [.. (await GetJsonAsync($"servicerequestupdates.json?api_key={key}&extended_statuses=true{more}")).AsArray().Select(u => u!)];

    /// <summary>Asserts a refusal in GeoReport's form, in both formats, and gives the descriptions.</summary>
    public static async Task<string> RefusedAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}, not {status}: {text}");
        if (answer.Content.Headers.ContentType?.MediaType == "application/json")
        {
            var errors = JsonNode.Parse(text)!.AsArray();
            Assert.NotEmpty(errors);
            Assert.All(errors, e => Assert.Equal(status, (int)e!["code"]!));
            return string.Join("; ", errors.Select(e => (string)e!["description"]!));
        }
        var root = await XmlAsync(answer, answer.StatusCode);
        Assert.Equal("errors", root.Name);
        Assert.NotEmpty(root.Elements());
        Assert.All(root.Elements(), e => Assert.Equal(("error", "code description", $"{status}"),
            (e.Name.LocalName, string.Join(' ', e.Elements().Select(c => c.Name.LocalName)), e.Element("code")!.Value)));
        return string.Join("; ", root.Elements().Select(e => e.Element("description")!.Value));
    }

    /// <summary>Asserts that an answer is what a schema of GeoReport says.</summary>
    public static void Fits(string schema, JsonNode answer)
    {
        var result = Schemas.Value[schema].Evaluate(answer, new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        Assert.True(result.IsValid, string.Join("\n", result.Details.Where(d => d.HasErrors).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}"))));
    }

    static Dictionary<string, JsonSchema> ReadSchemas()
    {
        var read = Directory.GetFiles(Folder("georeport-v2-schema"), "*.json").ToDictionary(f => System.IO.Path.GetFileNameWithoutExtension(f), f => JsonSchema.FromFile(f));
        foreach (var (name, schema) in read) SchemaRegistry.Global.Register(new Uri($"https://open311.test/{name}.json"), schema); // they refer to each other by file name
        return read;
    }

    public static XElement Served(string folder, string file) => XDocument.Load(System.IO.Path.Combine(Folder(folder), file)).Root!;

    static string Folder(string name, [CallerFilePath] string here = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "Data", name);
}
