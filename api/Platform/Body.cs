using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.Metadata;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>A JSON body that is valid: a handler that has one need not look again.</summary>
public sealed class Body<T> : IEndpointParameterMetadataProvider
{
    Body(T value) => Value = value;

    public T Value { get; }

    public static async ValueTask<Body<T>?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        using var document = await JsonBody.ParseAsync(http, "application/json");
        return new(BodyValidator.Read<T>(document.RootElement));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
}

/// <summary>A JSON merge patch (RFC 7396) for the part of a resource that can be changed.</summary>
public sealed class MergePatch<T> : IEndpointParameterMetadataProvider
{
    readonly JsonNode patch;

    MergePatch(JsonNode patch) => this.patch = patch;

    /// <summary>The changed part after the patch; validated as if it had been sent whole.</summary>
    /// <exception cref="Refusal"><see cref="Problems.Invalid"/>.</exception>
    public T ApplyTo(T current)
    {
        var merged = Merge(JsonSerializer.SerializeToNode(current, Wire.Json), patch);
        using var document = JsonDocument.Parse(merged?.ToJsonString(Wire.Json) ?? "null");
        return BodyValidator.Read<T>(document.RootElement);
    }

    public static async ValueTask<MergePatch<T>?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        using var document = await JsonBody.ParseAsync(http, "application/merge-patch+json");
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new(JsonObject.Create(document.RootElement.Clone())!)
            : throw Problems.InvalidValue("", "type", "A merge patch is an object.");
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/merge-patch+json"], typeof(T)));

    // RFC 7396, section 2.
    static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null) result.Remove(name);
            else result[name] = Merge(result[name]?.DeepClone(), value);
        }
        return result;
    }
}

static class JsonBody
{
    static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    public static async ValueTask<JsonDocument> ParseAsync(HttpContext http, string mediaType)
    {
        var type = http.Request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, mediaType, StringComparison.OrdinalIgnoreCase) && !string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase))
            throw Problems.UnsupportedMediaType.Because($"The Content-Type is {(type is null ? "missing" : $"\"{type}\"")}; this takes {mediaType}.");
        try
        {
            return JsonDocument.Parse(await RawBody.ReadAsync(http), Options);
        }
        catch (JsonException e)
        {
            throw Problems.Malformed.Because($"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {Plain(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            // What the parser throws at a member's name that is no text; a value is only read later.
            throw Problems.Malformed.Because("The name of a member contains half of a surrogate pair.");
        }

        static string Plain(string message) => message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;
    }
}
