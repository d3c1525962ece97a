using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Microsoft.OpenApi;

namespace Cirm.Api.Platform;

/// <summary>Declares beside a route what a body that is not JSON looks like.</summary>
public sealed record BodyExample(string MediaType, string Text);

/// <summary>
/// An example for every JSON body, put together from those that its record gives for its members (<c>&lt;example&gt;</c> in the
/// comments). Tests send them: an example that does not work is found.
/// </summary>
static class ApiExamples
{
    /// <summary>Says of our own types what the exporter cannot know: it sees a converter and nothing more.</summary>
    public static void Complete(OpenApiSchema schema, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsEnum || type == typeof(DateTimeOffset))
        {
            schema.Type = declared == type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            if (type == typeof(DateTimeOffset)) schema.Format = "date-time"; // lost where a member has a default
        }
        else if (type == typeof(JsonElement))
        {
            // A list of all six types would say the same, and generated clients would make a union of it that has no place for objects.
            (schema.Type, schema.Description) = (null, "Any JSON value.");
        }
        else if (type == typeof(Localized))
        {
            schema.AnyOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 } },
                new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, Description = "In the agency's first language." },
            ];
            schema.Examples = [new JsonObject { ["en"] = "Street lighting", ["fa"] = "روشنایی معابر" }];
        }
    }

    /// <summary>Gives every JSON body that has no example the one that its schema makes.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        foreach (var (type, content) in document.Paths.Values.SelectMany(p => p.Operations?.Values.AsEnumerable() ?? [])
                     .SelectMany(o => o.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>()))
        {
            if (type is "application/json" or "application/merge-patch+json" && content is { Example: null, Schema: { } schema }) content.Example = Of(schema, 0);
        }
    }

    static JsonNode? Of(IOpenApiSchema schema, int depth)
    {
        if (Said(schema) is { } said) return said;
        if (schema.Enum is [{ } word, ..]) return word.DeepClone();
        if (Choices(schema).FirstOrDefault() is { } choice) return Of(choice, depth);
        if (schema.Properties is { Count: > 0 } properties && depth < 8)
        {
            return new JsonObject(properties.Where(p => schema.Required?.Contains(p.Key) == true || IsTold(p.Value, 0))
                .Select(p => KeyValuePair.Create(p.Key, Of(p.Value, depth + 1))));
        }
        return (schema.Type & ~JsonSchemaType.Null) switch
        {
            JsonSchemaType.String when schema.Format == "uuid" => "0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a",
            JsonSchemaType.String when schema.Format == "date-time" => "2026-03-21T08:00:00Z",
            JsonSchemaType.String => "text",
            JsonSchemaType.Boolean => true,
            JsonSchemaType.Integer or JsonSchemaType.Number =>
                decimal.TryParse(schema.Minimum, System.Globalization.CultureInfo.InvariantCulture, out var least) ? least : 1,
            JsonSchemaType.Array => schema.Items is { } item ? new JsonArray(Of(item, depth + 1)) : new JsonArray(),
            _ => new JsonObject(),
        };
    }

    // Whether somebody wrote an example for it or for a part of it: then the whole has it too.
    static bool IsTold(IOpenApiSchema schema, int depth) => Said(schema) is not null
        || depth < 8 && (Choices(schema).Any(c => IsTold(c, depth + 1)) || schema.Properties?.Values.Any(p => IsTold(p, depth + 1)) == true);

    static JsonNode? Said(IOpenApiSchema schema) => schema.Examples?.FirstOrDefault()?.DeepClone();

    static IEnumerable<IOpenApiSchema> Choices(IOpenApiSchema schema) =>
        (schema.OneOf ?? []).Concat(schema.AnyOf ?? []).Concat(schema.AllOf ?? []).Where(c => c.Type != JsonSchemaType.Null);
}
