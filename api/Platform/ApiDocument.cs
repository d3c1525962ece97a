using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>The problems that a route can answer, declared beside it.</summary>
public sealed record Refusals(IReadOnlyList<Problem> Problems);

/// <summary>The OpenAPI 3.1 document: made from the routes, their records and their comments; nothing is written twice.</summary>
public static partial class ApiDocument
{
    /// <summary>Declares what a route can refuse, besides what every route can.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder route, params Problem[] problems) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Refusals(problems));

    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi("v1", o =>
        {
            o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            o.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new()
                {
                    Title = "CiRM", Version = "v1", Description = "Citizen relationship management for public agencies.",
                    License = new() { Name = "EUPL-1.2", Identifier = "EUPL-1.2" },
                };
                document.Servers = [new() { Url = "/" }];
                document.Components ??= new();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                {
                    ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
                    ["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key" },
                };
                document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
                document.Components.Schemas["Problem"] = ProblemSchema();
                ApiExamples.AddTo(document);
                PatchSchemas.AddTo(document);
                return Task.CompletedTask;
            });
            o.AddSchemaTransformer((schema, context, _) =>
            {
                ApiExamples.Complete(schema, context.JsonTypeInfo.Type);
                return Task.CompletedTask;
            });
            o.AddOperationTransformer((operation, context, _) =>
            {
                Describe(operation, context);
                return Task.CompletedTask;
            });
        });

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(o =>
        {
            o.RoutePrefix = "swagger";
            o.DocumentTitle = "CiRM";
            o.SwaggerEndpoint("/openapi/v1.json", "CiRM v1");
        });
    }

    static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var access = metadata.OfType<Access>().LastOrDefault();
        var method = context.Description.HttpMethod;
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        if (access is not null)
        {
            var roles = Enum.GetValues<Who>().Where(w => w is not (Who.None or Who.Staff or Who.Members) && access.Who.HasFlag(w)).Select(w => w.ToString().ToLowerInvariant());
            operation.Extensions["x-roles"] = new JsonNodeExtension(new JsonArray([.. roles.Select(r => (JsonNode)r)]));
            if (access.Scope is { } scope) operation.Extensions["x-scope"] = new JsonNodeExtension(scope);
            var schemes = new List<OpenApiSecurityRequirement>();
            if (access.Who.HasFlag(Who.Anyone)) schemes.Add([]);
            schemes.Add(new() { [new OpenApiSecuritySchemeReference("bearer", context.Document)] = [] });
            if (access.Scope is not null) schemes.Add(new() { [new OpenApiSecuritySchemeReference("apiKey", context.Document)] = [] });
            operation.Security = schemes;
        }

        var path = context.Description.RelativePath ?? "";
        operation.Summary ??= Sentence(operation.OperationId);
        foreach (var name in PathParameter().Matches(path).Select(m => m.Groups[1].Value).Except(operation.Parameters?.Select(p => p.Name!) ?? []))
            AddParameter(operation, ParameterLocation.Path, name, true, "The agency's slug.", "boston");

        // Read as text, so that what is no number is refused by its name; a client is to know that it is one.
        foreach (var limit in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p is { Name: "limit", In: ParameterLocation.Query }) ?? [])
            limit.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1", Maximum = "200" };

        var problems = new List<Problem> { Problems.TooMany, Problems.Unexpected, Problems.Busy, Problems.Unavailable };
        // Credentials that are sent have to be good, even where none are needed.
        if (access is not null) problems.AddRange([Problems.Unauthenticated, Problems.Forbidden]);
        if (path.Contains("{agency}", StringComparison.Ordinal)) problems.Add(Core.Tenancy.Problems.Suspended);
        if (path.Contains('{', StringComparison.Ordinal)) problems.Add(Problems.NotFound);
        if (context.Description.ParameterDescriptions.Any(p => p.Source.Id is "Query")) problems.Add(Problems.Invalid);
        if (operation.RequestBody is not null) problems.AddRange([Problems.Malformed, Problems.BadRequest, Problems.Invalid, Problems.UnsupportedMediaType, Problems.TooLarge]);
        if (method == "POST" && !metadata.OfType<NeedsNoIdempotencyKey>().Any())
        {
            problems.AddRange([Problems.BadRequest, Problems.IdempotencyKeyBusy, Problems.IdempotencyKeyReused]);
            AddParameter(operation, ParameterLocation.Header, "Idempotency-Key", false, "Repeating the request with the same key and body answers as the first time and does nothing.", "0f1c2d3e-order-66");
        }
        if (method is "PATCH" or "DELETE" || metadata.OfType<TakesIfMatch>().Any())
        {
            problems.AddRange([Problems.PreconditionRequired, Problems.PreconditionFailed]);
            AddParameter(operation, ParameterLocation.Header, "If-Match", true, "The ETag of the state that the change was decided on.", "\"1\"");
        }
        problems.AddRange(metadata.OfType<Refusals>().SelectMany(r => r.Problems));
        foreach (var example in metadata.OfType<BodyExample>())
            if (operation.RequestBody?.Content?.TryGetValue(example.MediaType, out var content) == true) content.Example = example.Text;
        operation.Responses ??= [];
        if (method == "GET" && operation.Responses.TryGetValue("200", out var read) && read.Content?.ContainsKey("application/json") == true) AddHeader(operation, "200", "ETag", "What is told, by its version or its content: for If-None-Match, and for If-Match where it can be changed.", "\"1\"");
        if (operation.Parameters?.Any(p => p.Name == "cursor") == true) AddHeader(operation, "200", "Link", "Where to go on (rel=\"next\"); none at the end.", "</v1/agencies?cursor=Ym9zdG9u>; rel=\"next\"");
        AddHeader(operation, "201", "Location", "Where it is.", "/v1/agencies/boston");
        AddHeader(operation, "202", "Location", "The operation that does it.", "/v1/agencies/boston/operations/0199b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a");
        foreach (var status in problems.Distinct().GroupBy(p => p.Status))
        {
            operation.Responses[status.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(" ", status.Select(p => $"`{p.Code}`: {p.Title}")),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference("Problem", context.Document) } },
            };
        }
    }

    static void AddHeader(OpenApiOperation operation, string status, string name, string description, string example)
    {
        if (operation.Responses?.TryGetValue(status, out var answer) != true || answer is not OpenApiResponse told) return;
        told.Headers ??= new Dictionary<string, IOpenApiHeader>();
        told.Headers[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = example };
    }

    static void AddParameter(OpenApiOperation operation, ParameterLocation place, string name, bool required, string description, string example)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name, In = place, Required = required, Description = description, Example = example,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }

    // "submitCase" is "Submit case.", unless a comment says more.
    static string? Sentence(string? operationId) => operationId is not { Length: > 0 } ? null
        : char.ToUpperInvariant(operationId[0]) + Capital().Replace(operationId[1..], m => $" {char.ToLowerInvariant(m.Value[0])}") + ".";

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"\{([a-zA-Z]+)[^}]*\}")]
    private static partial Regex PathParameter();

    static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Problem details (RFC 9457); the type's address explains it.",
        Required = new HashSet<string> { "type", "title", "status", "detail", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["pointer"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["code"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            },
        },
        Examples =
        [
            new JsonObject
        {
            ["type"] = "/problems/validation", ["title"] = "The input is not valid.", ["status"] = 422, ["detail"] = "This is required.",
            ["traceId"] = "0af7651916cd43dd8448eb211c80319c",
            ["errors"] = new JsonArray(new JsonObject { ["pointer"] = "/title", ["code"] = "required", ["detail"] = "This is required." }),
        },
        ],
    };
}

/// <summary>Marks a PUT that changes what may be there already.</summary>
public sealed record TakesIfMatch;
