using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cirm.Api.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Platform;

/// <summary>The document is what other programs are written from: it is whole, and it is valid.</summary>
public sealed partial class ApiDocumentTests(CirmHost host)
{
    [Fact]
    public async Task It_is_openapi_3_1_and_says_whose_it_is()
    {
        var document = await DocumentAsync();
        Assert.StartsWith("3.1.", (string?)document["openapi"]);
        Assert.Equal("EUPL-1.2", (string?)document["info"]!["license"]!["identifier"]);
        Assert.Equal(["apiKey", "bearer"], document["components"]!["securitySchemes"]!.AsObject().Select(s => s.Key).Order());
    }

    [Fact]
    public async Task Every_operation_is_named_once_filed_and_explained()
    {
        var operations = await OperationsAsync();
        Assert.Equal(operations.Count, operations.Select(o => (string?)o.Described["operationId"]).Distinct().Count());
        Assert.All(operations, o =>
        {
            Assert.True(o.Described["tags"] is JsonArray { Count: > 0 }, $"{o.Name} has no tag");
            Assert.True(((string?)o.Described["summary"])?.Length > 3, $"{o.Name} has no summary");
            Assert.True(o.Described["x-roles"] is JsonArray, $"{o.Name} does not say who may call it");
            Assert.True(o.Described["security"] is JsonArray { Count: > 0 }, $"{o.Name} does not say how to sign in");
            Assert.Contains(o.Described["responses"]!.AsObject(), r => r.Key[0] == '2');
        });
    }

    [Fact]
    public async Task Every_parameter_of_a_path_is_described_and_no_other()
    {
        foreach (var operation in await OperationsAsync())
        {
            var parameters = operation.Described["parameters"]?.AsArray() ?? [];
            Assert.Equal(InBraces().Matches(operation.Path).Select(m => m.Groups[1].Value).Order(),
                parameters.Where(p => (string?)p!["in"] == "path").Select(p => (string)p!["name"]!).Order());
            Assert.All(parameters, p =>
            {
                Assert.True(p!["schema"] is not null, $"{operation.Name}: {p["name"]} has no schema");
                Assert.True((string?)p["in"] != "path" || (bool?)p["required"] == true, $"{operation.Name}: {p["name"]} is not required");
            });
        }
    }

    [Fact]
    public async Task Every_body_has_an_example()
    {
        foreach (var operation in await OperationsAsync())
            foreach (var (type, content) in operation.Described["requestBody"]?["content"]?.AsObject() ?? [])
                Assert.True(content!["example"] is JsonObject { Count: > 0 } or JsonValue, $"{operation.Name}: {type} has no example: add <example> to its record, or a BodyExample to its route");
    }

    [Fact]
    public async Task A_change_need_not_say_what_is_to_stay()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;
        var patches = 0;
        foreach (var operation in await OperationsAsync())
        {
            if (operation.Described["requestBody"]?["content"]?["application/merge-patch+json"]?["schema"] is not { } schema) continue;
            patches++;
            Assert.True(NeedsNothing(schema), $"{operation.Name} asks for more than what changes");
        }
        Assert.True(patches > 15);
        var next = (await OperationsAsync()).Single(o => (string?)o.Described["operationId"] == "draftServiceVersion").Described["requestBody"]!;
        Assert.NotEqual(true, (bool?)next["required"]);
        Assert.EndsWith("/WriteServiceNext", (string?)next["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Null(schemas["WriteServiceNext"]!["required"]);
        Assert.NotNull(schemas["WriteService"]!["required"]);

        bool NeedsNothing(JsonNode? schema) => schema is null || (schema["$ref"] is { } to ? NeedsNothing(schemas[((string)to!).Split('/')[^1]])
            : schema["required"] is not JsonArray { Count: > 0 } && (schema["properties"]?.AsObject() ?? []).All(p => NeedsNothing(p.Value)) && (schema["oneOf"]?.AsArray() ?? []).All(NeedsNothing));
    }

    [Fact]
    public async Task Every_thing_that_is_read_has_an_etag_and_every_part_of_a_list_leads_to_the_next()
    {
        foreach (var operation in (await OperationsAsync()).Where(o => o.Name.StartsWith("get ", StringComparison.OrdinalIgnoreCase) && o.Described["responses"]!["200"]?["content"]?["application/json"] is not null))
        {
            Assert.NotNull(operation.Described["responses"]!["200"]!["headers"]?["ETag"]);
            Assert.Equal(operation.Described["parameters"]?.AsArray().Any(p => (string?)p!["name"] == "cursor") == true, operation.Described["responses"]!["200"]!["headers"]!["Link"] is not null);
        }
    }

    [Fact]
    public async Task Every_problem_it_names_is_in_the_catalogue_under_that_status_and_every_error_is_a_problem()
    {
        foreach (var operation in await OperationsAsync())
        {
            foreach (var (status, response) in operation.Described["responses"]!.AsObject().Where(r => r.Key[0] is '4' or '5'))
            {
                Assert.Equal("#/components/schemas/Problem", (string?)response!["content"]!["application/problem+json"]!["schema"]!["$ref"]);
                var codes = InBackticks().Matches((string)response["description"]!).Select(m => m.Groups[1].Value).ToList();
                Assert.NotEmpty(codes);
                Assert.All(codes, code => Assert.Equal(status, ProblemAnswers.Catalogue[code].Status.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_every_schema_says_what_it_is()
    {
        var document = await DocumentAsync();
        var text = document.ToJsonString();
        foreach (var reference in Reference().Matches(text).Select(m => m.Groups[1].Value).Distinct())
            Assert.True(document["components"]!["schemas"]![reference] is not null, $"{reference} is not there");
        var vague = new List<string>();
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            foreach (var (member, said) in schema!["properties"]?.AsObject().ToList() ?? [])
                if (!IsSaid(said!)) vague.Add($"{name}.{member}");
            if (!IsSaid(schema)) vague.Add(name);
        }
        Assert.Equal([], vague);
    }

    // A member that may hold any JSON says so in words.
    static bool IsSaid(JsonNode schema) => (string?)schema["description"] == "Any JSON value." || ((string[])["type", "$ref", "enum", "oneOf", "anyOf", "allOf"]).Any(k => schema[k] is not null);

    async Task<JsonNode> DocumentAsync() => await host.Anonymous.GetJsonAsync("/openapi/v1.json");

    async Task<List<(string Name, string Path, JsonObject Described)>> OperationsAsync() =>
        [.. (await DocumentAsync())["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => ($"{o.Key} {p.Key}", p.Key, o.Value!.AsObject())))];

    [GeneratedRegex(@"\{([a-zA-Z]+)\}")]
    private static partial Regex InBraces();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex InBackticks();

    [GeneratedRegex("\"#/components/schemas/([^\"]+)\"")]
    private static partial Regex Reference();
}
