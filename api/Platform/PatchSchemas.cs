using Microsoft.OpenApi;

namespace Cirm.Api.Platform;

/// <summary>
/// Says in the document that a change need not tell everything: a merge patch nothing, at any depth, and a next version no member that is
/// to stay. With the schemas of whole bodies, a client that holds to the document could not send either.
/// </summary>
static class PatchSchemas
{
    public static void AddTo(OpenApiDocument document)
    {
        foreach (var body in document.Paths.Values.SelectMany(p => p.Operations?.Values.AsEnumerable() ?? []).Select(o => o.RequestBody).OfType<OpenApiRequestBody>())
        {
            foreach (var (type, content) in body.Content ?? new Dictionary<string, OpenApiMediaType>())
            {
                if (content.Schema is not OpenApiSchemaReference { Reference.Id: { } id }) continue;
                if (type == "application/merge-patch+json") content.Schema = Relaxed(document, id, "Patch", deep: true);
                else if (!body.Required && Whole(document, id) is { Required.Count: > 0 }) content.Schema = Relaxed(document, id, "Next", deep: false);
            }
        }
    }

    static OpenApiSchema? Whole(OpenApiDocument document, string id) => document.Components!.Schemas!.TryGetValue(id, out var found) ? found as OpenApiSchema : null;

    static OpenApiSchemaReference Relaxed(OpenApiDocument document, string id, string suffix, bool deep)
    {
        var name = id + suffix;
        if (Whole(document, id) is not { Properties.Count: > 0 } whole) return new OpenApiSchemaReference(id, document);
        if (document.Components!.Schemas!.ContainsKey(name)) return new OpenApiSchemaReference(name, document);
        var relaxed = new OpenApiSchema { Type = whole.Type, Description = whole.Description ?? $"What of {id} is to change." };
        document.Components.Schemas[name] = relaxed; // before its parts, which may hold it
        relaxed.Properties = whole.Properties.ToDictionary(p => p.Key, p => deep ? Part(document, p.Value, suffix) : p.Value);
        return new OpenApiSchemaReference(name, document);
    }

    // Lists and maps are sent whole; an object that may be null is one of two.
    static IOpenApiSchema Part(OpenApiDocument document, IOpenApiSchema part, string suffix) => part switch
    {
        OpenApiSchemaReference { Reference.Id: { } id } when Whole(document, id) is { Required.Count: > 0 } => Relaxed(document, id, suffix, deep: true),
        OpenApiSchema { OneOf.Count: > 0 } choice => new OpenApiSchema { Description = choice.Description, OneOf = [.. choice.OneOf.Select(one => Part(document, one, suffix))] },
        _ => part,
    };
}
