using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
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
        if (!NeedsSomething && await JsonBody.IsAbsentAsync(http)) return new(BodyValidator.Read<T>(JsonBody.Nothing));
        using var document = await JsonBody.ParseAsync(http, "application/json");
        return new(BodyValidator.Read<T>(document.RootElement));
    }

    // Where nothing has to be said, nothing needs to be sent.
    static readonly bool NeedsSomething = Wire.Json.GetTypeInfo(typeof(T)) is not { Kind: JsonTypeInfoKind.Object } type || type.Properties.Any(p => p.IsRequired);

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: !NeedsSomething));
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
            ? new(JsonBody.ToMerge(document.RootElement))
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

/// <summary>What the next version of something says: a member that is left out says what it said before, and without a body all of them do.</summary>
public sealed class NextVersion<T> : IEndpointParameterMetadataProvider
{
    readonly JsonObject said;

    NextVersion(JsonObject said) => this.said = said;

    /// <summary>The next version; validated as if it had been sent whole.</summary>
    /// <exception cref="Refusal"><see cref="Problems.Invalid"/>.</exception>
    public T After(T last)
    {
        var whole = JsonSerializer.SerializeToNode(last, Wire.Json)!.AsObject();
        foreach (var (name, value) in said) whole[name] = value?.DeepClone();
        return BodyValidator.Read<T>(JsonSerializer.SerializeToElement(whole, Wire.Json));
    }

    public static async ValueTask<NextVersion<T>?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (await JsonBody.IsAbsentAsync(http)) return new([]);
        using var document = await JsonBody.ParseAsync(http, "application/json");
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new(JsonBody.ToMerge(document.RootElement))
            : throw Problems.InvalidValue("", "type", "This has to be an object.");
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: true));
}

static class JsonBody
{
    static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>An object that says nothing.</summary>
    public static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    /// <summary>An object that is going to be merged, and written for that: unlike one that is only read, all of it has to be text.</summary>
    public static JsonObject ToMerge(JsonElement json)
    {
        if (BodyValidator.Unreadable(json, "").FirstOrDefault() is { } at) throw Problems.InvalidValue(at, "characters", "The text contains half of a surrogate pair.");
        return JsonObject.Create(json.Clone())!;
    }

    /// <summary>Whether nothing was sent, in whatever media type.</summary>
    public static async ValueTask<bool> IsAbsentAsync(HttpContext http) =>
        http.Request.ContentLength is null or 0 && (await RawBody.ReadAsync(http)).IsEmpty;

    public static async ValueTask<JsonDocument> ParseAsync(HttpContext http, string mediaType)
    {
        var type = http.Request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, mediaType, StringComparison.OrdinalIgnoreCase) && !string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase))
            throw Problems.UnsupportedMediaType.Because($"The Content-Type is {(type is null ? "missing" : $"\"{type}\"")}; this takes {mediaType}.");
        var bytes = WithoutMark(await RawBody.ReadAsync(http));
        if (!Utf8.IsValid(bytes.Span)) throw Problems.Malformed.Because("The body is not UTF-8.");
        try
        {
            return JsonDocument.Parse(bytes, Options);
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

        // Not ours to send, but to overlook (RFC 8259, section 8.1): .NET and Windows write it.
        static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) => bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

        static string Plain(string message) => message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;
    }
}
