using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cirm.Api.Platform;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Conformance;

/// <summary>One operation as the OpenAPI document describes it, with the access that its route declares.</summary>
/// <param name="Id">Its operationId.</param>
/// <param name="Method">GET, POST, …</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Access">Who may call it.</param>
/// <param name="Described">Its part of the document.</param>
public sealed partial record ApiOperation(string Id, HttpMethod Method, string Path, Access Access, JsonObject Described)
{
    public bool IsOfAgency => Path.StartsWith("/v1/agencies/{agency}", StringComparison.Ordinal);

    public bool TakesIfMatch => Parameters("header").Contains("If-Match");

    /// <summary>The media types it takes, the first one first; empty without a body.</summary>
    public IReadOnlyList<string> MediaTypes => [.. (Described["requestBody"]?["content"]?.AsObject() ?? []).Select(c => c.Key)];

    /// <summary>The document's example of a body of the first media type: JSON, or the text of a file.</summary>
    public JsonNode? Example => MediaTypes is [var type, ..] ? Described["requestBody"]!["content"]![type]!["example"]?.DeepClone() : null;

    /// <summary>Every status it declares, with the codes of the problems behind it.</summary>
    public IReadOnlyDictionary<int, IReadOnlySet<string>> Answers { get; } = Described["responses"]!.AsObject().ToDictionary(
        r => int.Parse(r.Key, System.Globalization.CultureInfo.InvariantCulture),
        r => (IReadOnlySet<string>)Code().Matches((string?)r.Value!["description"] ?? "").Select(m => m.Groups[1].Value).ToHashSet());

    public IReadOnlyList<string> Parameters(string place) =>
        [.. (Described["parameters"]?.AsArray() ?? []).Where(p => (string?)p!["in"] == place).Select(p => (string)p!["name"]!)];

    public bool MayCall(Who who) => Access.Who.HasFlag(who) || Access.Who.HasFlag(Who.Anyone) && who != Who.Operator;

    public override string ToString() => $"{Id} ({Method} {Path})";

    /// <summary>All operations of the API.</summary>
    public static async Task<IReadOnlyList<ApiOperation>> AllAsync(CirmHost host)
    {
        var accesses = Routes(host).Where(r => r.Metadata.GetMetadata<IEndpointNameMetadata>() is not null)
            .ToDictionary(r => r.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName, r => r.Metadata.GetMetadata<Access>());
        var document = await host.Anonymous.GetJsonAsync("/openapi/v1.json");
        return [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(described =>
        {
            var id = (string?)described.Value!["operationId"];
            Assert.True(id is not null && accesses.ContainsKey(id), $"{described.Key} {path.Key} has no operationId of a route: name it with WithName.");
            return new ApiOperation(id, new HttpMethod(described.Key.ToUpperInvariant()), path.Key,
                accesses[id] ?? throw new InvalidOperationException($"{id} does not say who may call it: add .Allow(…)."), described.Value!.AsObject());
        }))];
    }

    public static IEnumerable<RouteEndpoint> Routes(CirmHost host) => host.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    [GeneratedRegex("`([a-z0-9-]+)`")]
    private static partial Regex Code();
}
