using System.ComponentModel;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Importing;
using Cirm.Core.Transactions.Partnering;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>Files of cases, citizens or responses: taken as they arrive, read by a job, however large they are.</summary>
public static class ImportEndpoints
{
    internal const long LargestFile = 16L << 30;
    const string Csv = "text/csv";
    const string Ndjson = "application/x-ndjson";
    const string Xml = "text/xml";
    const string Json = "application/json";

    public static void AddImports(this IServiceCollection services) => services.AddSingleton<ImportFiles>().AddSingleton<ImportMappings>();

    public static void MapImports(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/agencies/{agency}/imports", Import).WithName("importFile").WithTags("Imports").WithEtags()
            .Allow(Who.Admin | Who.Manager, "imports:write")
            .WithMetadata(new HashesItsBody(), new RequestSizeLimitAttribute(LargestFile))
            .Accepts<Stream>(Csv, Ndjson, Xml, Json)
            .WithMetadata(new BodyExample(Csv, "externalId,name,language\nC-1,Ada Lovelace,en\n"), new BodyExample(Ndjson, "{\"externalId\":\"C-1\",\"name\":\"Ada Lovelace\"}\n"))
            .WithMetadata(new BodyExample(Xml, "<service_requests><request><service_request_id>1</service_request_id></request></service_requests>"), new BodyExample(Json, "[{\"service_request_id\":\"1\"}]"))
            .Refuses(Problems.Invalid, Problems.UnsupportedMediaType, Problems.TooLarge);

    /// <summary>Takes a file and answers with the operation that reads it; rejected lines stand at the operation's <c>rejections</c>.</summary>
    static async Task<Accepted<Operation>> Import(
        [FromQuery, Description("cases, citizens or responses; of a partner: open311Services or open311Requests.")] string? kind,
        [FromQuery, Description("The key of a mapping under import-mappings, when the file's columns are not those of the contract.")] string? mapping,
        [FromQuery, Description("true makes a service that is missing, as a draft, instead of rejecting the row.")] string? createServices,
        [FromQuery, Description("The partner whose history it is; its own mapping says what its words mean.")] string? partner,
        HttpRequest http, Caller caller, Agency home, ImportFiles files, ImportMappings mappings, PartnerBook partners, TimeProvider clock, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (create, key, whose) = (read.Flag("createServices", createServices) ?? false, read.Text("mapping", mapping), read.Id("partner", partner));
        read.ThrowIfAny();
        var of = Imports.KindOf(kind);
        var ofPartner = Imports.OfPartners.Contains(of);
        if (ofPartner != whose is not null)
            throw Problems.InvalidValue("?partner", ofPartner ? "required" : "not-allowed", ofPartner ? "Say whose history this is." : $"An import of {of} is of no partner.");
        if (whose is { } theirs && await partners.FindAsync(caller.Agency, theirs, ct) is null) throw Problems.InvalidValue("?partner", "unknown", "There is no such partner.");
        if (ofPartner && key is not null) throw Problems.InvalidValue("?mapping", "not-allowed", "A partner's own mapping is used.");
        var (format, charset) = FormatOf(http, ofPartner);
        var map = key is null ? null : (await mappings.FindAsync(caller.Agency, key, ct))?.Mapping
            ?? throw Problems.InvalidValue("?mapping", "unknown", $"There is no import mapping \"{key}\".");
        if (map is not null && map.Kind != of) throw Problems.InvalidValue("?mapping", "unknown", $"The mapping \"{key}\" is for an import of {map.Kind}.");

        var operation = await TakeAsync(http.Body, chunks => new(of, format, charset, map, create, chunks, whose), caller, files, clock, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    /// <summary>Takes a file in as it arrives, and asks for its import.</summary>
    internal static async Task<Operation> TakeAsync(Stream file, Func<int, ImportRequest> request, Caller caller, ImportFiles files, TimeProvider clock, CancellationToken ct)
    {
        var id = Guid.CreateVersion7(clock.Now());
        try
        {
            var stored = await files.StoreAsync(caller.Agency, id, file, ct);
            if (caller.Retry is { } retry) retry.RequestHash = stored.Sha256;
            return await files.RequestAsync(caller, id, request(stored.Chunks), ct);
        }
        catch
        {
            await files.ForgetAsync(caller.Agency, id); // what a killed process leaves goes after a day
            throw;
        }
    }

    /// <exception cref="Refusal"><see cref="Problems.UnsupportedMediaType"/>.</exception>
    static (ImportFormat Format, string? Charset) FormatOf(HttpRequest http, bool ofPartner)
    {
        var takes = ofPartner ? $"{Xml} and {Json}" : $"{Csv} and {Ndjson}";
        if (http.Headers.ContentEncoding.Count > 0 && http.Headers.ContentEncoding != "identity")
            throw Problems.UnsupportedMediaType.Because("Send the file as it is, without Content-Encoding.");
        if (!MediaTypeHeaderValue.TryParse(http.ContentType, out var type))
            throw Problems.UnsupportedMediaType.Because($"The Content-Type is {(http.ContentType is null ? "missing" : "not one")}; this takes {takes}.");
        var charset = type.Charset.Value?.Trim('"');
        _ = ImportRequest.EncodingOf(charset);
        return (type.MediaType.Value?.ToLowerInvariant(), ofPartner) switch
        {
            (Csv, false) => (ImportFormat.Csv, charset),
            (Ndjson, false) => (ImportFormat.Ndjson, charset),
            (Xml or "application/xml", true) => (ImportFormat.Xml, null), // the document says its encoding itself
            (Json, true) => (ImportFormat.Json, null),
            var (other, _) => throw Problems.UnsupportedMediaType.Because($"The Content-Type is {other}; this takes {takes}."),
        };
    }
}
