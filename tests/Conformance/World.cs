using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Conformance;

/// <summary>
/// An agency with one of everything in it. Whatever a path needs is made through the API itself, from the examples of the
/// document; what that cannot make stands in <see cref="Samples"/>.
/// </summary>
public sealed partial class World
{
    static int counter;
    readonly Dictionary<string, string> made = [];

    World(CirmHost host, TestAgency agency, IReadOnlyList<ApiOperation> operations) => (Host, Agency, Operations) = (host, agency, operations);

    public CirmHost Host { get; }

    public TestAgency Agency { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    /// <summary>Stands in every free text of this agency; whoever may not see it must not be answered with it.</summary>
    public string Marker { get; } = $"marker{Guid.NewGuid():N}";

    /// <summary>What references in bodies point at, by the member's name.</summary>
    public Dictionary<string, string> Known { get; } = [];

    public static async Task<World> FurnishAsync(CirmHost host, IReadOnlyList<ApiOperation> operations)
    {
        var world = new World(host, await host.NewAgencyAsync(), operations);
        foreach (var (member, template) in Samples.References)
            if (operations.Any(o => o.Path == template)) world.Known[member] = (await world.PathAsync(template, fresh: false)).Split('/')[^1];
        return world;
    }

    /// <summary>The path of an operation in this agency, with an id of a real thing in every place.</summary>
    /// <param name="template">With parameters in braces.</param>
    /// <param name="fresh">Things that nobody has touched, rather than those that are there.</param>
    public async Task<string> PathAsync(string template, bool fresh)
    {
        var path = template.Replace("{agency}", Agency.Slug, StringComparison.Ordinal);
        while (Parameter().Match(path) is { Success: true } parameter)
        {
            var prefix = path[..parameter.Index];
            var depth = prefix.Count(c => c == '/');
            var upTo = string.Join('/', template.Split('/').Take(depth + 1));
            if (fresh || !made.TryGetValue(prefix, out var value))
            {
                value = await MakeAsync(upTo, prefix.TrimEnd('/'), parameter.Value.Trim('{', '}'));
                if (!fresh) made[prefix] = value;
            }
            path = prefix + Uri.EscapeDataString(value) + path[(parameter.Index + parameter.Length)..];
        }
        return path;
    }

    async Task<string> MakeAsync(string template, string collection, string parameter)
    {
        if (Samples.Made.TryGetValue(template, out var make)) return await make(this);
        if (Operations.SingleOrDefault(o => o.Method == HttpMethod.Put && o.Path == template) is { } putter)
        {
            var key = $"walk-{Interlocked.Increment(ref counter)}";
            await SendAsync(putter, $"{collection}/{key}");
            return key;
        }
        var maker = Operations.SingleOrDefault(o => o.Method == HttpMethod.Post && o.Path == template[..template.LastIndexOf('/')]);
        Assert.True(maker is not null, $"Nothing is known that makes {template}: say in tests/Conformance/Samples.cs how.");
        var (body, location) = await SendAsync(maker, collection);
        return (body[parameter] ?? body["id"] ?? body["key"])?.ToString() ?? location!.Split('/')[^1];
    }

    async Task<(JsonNode Body, string? Location)> SendAsync(ApiOperation operation, string path)
    {
        using var request = await RequestAsync(operation, path);
        var sent = request.Content is null ? "" : await request.Content.ReadAsStringAsync();
        using var answer = await (await ClientAsync(operation)).SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{operation} answered {(int)answer.StatusCode} to the example of the document: {text}\nsent: {sent}");
        return (JsonNode.Parse(text)!, answer.Headers.Location?.ToString());
    }

    /// <summary>A request that should succeed, on things of its own.</summary>
    public async Task<HttpRequestMessage> RequestAsync(ApiOperation operation, string? path = null)
    {
        path ??= Samples.Scenes.TryGetValue(operation.Id, out var scene) ? await scene(this) : await PathAsync(operation.Path, fresh: operation.Method != HttpMethod.Get);
        // What an agency has one of is there once it has been put.
        if (operation.Method != HttpMethod.Put && !operation.Path.EndsWith('}') && Operations.SingleOrDefault(o => o.Method == HttpMethod.Put && o.Path == operation.Path) is { } putter)
            await SendAsync(putter, path);
        if (Samples.After.TryGetValue(operation.Id, out var before))
        {
            var (first, segments) = (Operations.Single(o => o.Id == before), path.Split('/'));
            using var earlier = await RequestAsync(first, string.Join('/', first.Path.Split('/').Select((segment, i) => segment.StartsWith('{') ? segments[i] : segment)));
            using var ignored = await (await ClientAsync(first)).SendAsync(earlier); // it may have come before already
        }
        if (Samples.Queries.TryGetValue(operation.Id, out var query)) path += query.Replace("{service}", Known.GetValueOrDefault("service"), StringComparison.Ordinal);
        var request = new HttpRequestMessage(operation.Method, path) { Content = await ContentAsync(operation) };
        if (operation.TakesIfMatch && Operations.FirstOrDefault(o => o.Method == HttpMethod.Get && o.Path == operation.Path) is { } reading)
        {
            using var state = await (await ClientAsync(reading)).GetAsync(path);
            if (state.Headers.ETag is { } tag) request.Headers.IfMatch.Add(tag);
        }
        return request;
    }

    async Task<HttpContent?> ContentAsync(ApiOperation operation)
    {
        if (Samples.Bodies.TryGetValue(operation.Id, out var special)) return await special(this);
        if (operation.MediaTypes is not [var type, ..]) return null;
        Assert.True(operation.Example is not null, $"{operation} takes {type} and has no example: say in tests/Conformance/Samples.cs what to send.");
        return new StringContent(
            operation.Example is JsonObject body ? Adapt(body, operation.Method == HttpMethod.Post).ToJsonString() : operation.Example.ToString(), new MediaTypeHeaderValue(type));
    }

    /// <summary>Somebody who may: staff of this agency, or else whoever the operation is for.</summary>
    public Task<HttpClient> ClientAsync(ApiOperation operation) => Samples.Callers.TryGetValue(operation.Id, out var only) ? Agency.AsAsync(only) :
        ((Role[])[Role.Admin, Role.Manager, Role.Agent, Role.Citizen, Role.Representative]).FirstOrDefault(r => operation.MayCall(AccessMiddleware.Of(r)), Role.Operator)
        is var role and not Role.Operator ? Samples.EndsItsCaller.Contains(operation.Id) ? Agency.AsAnotherAsync(role) : Agency.AsAsync(role) : Task.FromResult(Host.Operator);

    // Keys have to be new, references have to lead somewhere, and free texts carry the marker.
    JsonNode Adapt(JsonNode? example, bool creates)
    {
        if (example is JsonArray list) return new JsonArray([.. list.Select(i => Adapt(i, creates))]);
        if (example is not JsonObject body) return example!.DeepClone();
        return new JsonObject(body.Select(m => KeyValuePair.Create(m.Key, m.Value is not JsonValue value || value.GetValueKind() != System.Text.Json.JsonValueKind.String
            ? m.Value is null ? null : Samples.Objects.TryGetValue(m.Key, out var instead) ? instead(this) : Adapt(m.Value, creates)
            : Known.TryGetValue(m.Key, out var known) ? known
            : (creates || m.Key == "externalId") && Samples.Unique.Contains(m.Key) ? $"{value}-{Interlocked.Increment(ref counter)}{Environment.ProcessId}"
            : m.Key == "email" ? $"{Marker}.{Interlocked.Increment(ref counter)}.{value}"
            : Samples.FreeTexts.Contains(m.Key) ? $"{value} {Marker}"
            : value.DeepClone())));
    }

    [GeneratedRegex(@"\{[a-zA-Z]+\}")]
    private static partial Regex Parameter();
}
