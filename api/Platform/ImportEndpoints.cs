using System.ComponentModel;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>Files of cases, citizens or responses: taken as they arrive, read by a job, however large they are.</summary>
public static class ImportEndpoints
{
    const long LargestFile = 16L << 30;
    const string Csv = "text/csv";
    const string Ndjson = "application/x-ndjson";

    public static void AddImports(this IServiceCollection services) => services.AddSingleton<ImportFiles>().AddSingleton<ImportMappings>();

    public static void MapImports(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/agencies/{agency}/imports", Import).WithName("importFile").WithTags("Imports").WithEtags()
            .Allow(Who.Admin | Who.Manager, "imports:write")
            .WithMetadata(new HashesItsBody(), new RequestSizeLimitAttribute(LargestFile))
            .Accepts<Stream>(Csv, Ndjson)
            .WithMetadata(new BodyExample(Csv, "externalId,name,language\nC-1,Ada Lovelace,en\n"), new BodyExample(Ndjson, "{\"externalId\":\"C-1\",\"name\":\"Ada Lovelace\"}\n"))
            .Refuses(Problems.Invalid, Problems.UnsupportedMediaType, Problems.TooLarge);

    /// <summary>Takes a file and answers with the operation that reads it; rejected lines stand at the operation's <c>rejections</c>.</summary>
    static async Task<Accepted<Operation>> Import(
        [FromQuery, Description("cases, citizens or responses.")] string? kind,
        [FromQuery, Description("The key of a mapping under import-mappings, when the file's columns are not those of the contract.")] string? mapping,
        [FromQuery, Description("true makes a service that is missing, as a draft, instead of rejecting the row.")] string? createServices,
        HttpRequest http, Caller caller, Agency home, ImportFiles files, ImportMappings mappings, TimeProvider clock, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (create, key) = (read.Flag("createServices", createServices) ?? false, read.Text("mapping", mapping));
        read.ThrowIfAny();
        var of = Imports.KindOf(kind);
        var (format, charset) = FormatOf(http);
        var map = key is null ? null : (await mappings.FindAsync(caller.Agency, key, ct))?.Mapping
            ?? throw Problems.InvalidValue("?mapping", "unknown", $"There is no import mapping \"{key}\".");
        if (map is not null && map.Kind != of.Name) throw Problems.InvalidValue("?mapping", "unknown", $"The mapping \"{key}\" is for an import of {map.Kind}.");

        var id = Guid.CreateVersion7(clock.Now());
        try
        {
            var stored = await files.StoreAsync(caller.Agency, id, http.Body, ct);
            if (caller.Retry is { } retry) retry.RequestHash = stored.Sha256;
            var operation = await files.RequestAsync(caller, id, new(of.Name, format, charset, map, create, stored.Chunks), ct);
            return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{id}", operation);
        }
        catch
        {
            await files.ForgetAsync(caller.Agency, id); // what a killed process leaves goes after a day
            throw;
        }
    }

    /// <exception cref="Refusal"><see cref="Problems.UnsupportedMediaType"/>.</exception>
    static (ImportFormat Format, string? Charset) FormatOf(HttpRequest http)
    {
        if (http.Headers.ContentEncoding.Count > 0 && http.Headers.ContentEncoding != "identity")
            throw Problems.UnsupportedMediaType.Because("Send the file as it is, without Content-Encoding.");
        if (!MediaTypeHeaderValue.TryParse(http.ContentType, out var type))
            throw Problems.UnsupportedMediaType.Because($"The Content-Type is {(http.ContentType is null ? "missing" : "not one")}; this takes {Csv} and {Ndjson}.");
        var charset = type.Charset.Value?.Trim('"');
        _ = ImportRequest.EncodingOf(charset);
        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            Csv => (ImportFormat.Csv, charset),
            Ndjson => (ImportFormat.Ndjson, charset),
            var other => throw Problems.UnsupportedMediaType.Because($"The Content-Type is {other}; this takes {Csv} and {Ndjson}."),
        };
    }
}
