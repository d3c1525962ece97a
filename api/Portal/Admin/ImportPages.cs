using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Transactions.Importing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Portal.Admin;

/// <summary>Taking a file in: it is read as it arrives, and the page goes on to the operation that works through it.</summary>
public static class ImportPages
{
    /// <summary>What can be taken in here.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["cases", "citizens", "responses"];

    const int LongestField = 1_000;

    public static void MapImportPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/imports", (Reader reader) => Show(PortalForm.Empty, StatusCodes.Status200OK)).Allow(Who.Admin | Who.Manager);
        // Sent twice, a file adds nothing the second time.
        pages.MapPost("/imports", Take).Allow(Who.Admin | Who.Manager).WithMetadata(new NeedsNoIdempotencyKey(), new RequestSizeLimitAttribute(ImportEndpoints.LargestFile));
    }

    static RazorComponentResult<ImportForm> Show(PortalForm form, int status) => new(new { Form = form }) { StatusCode = status };

    static async Task<IResult> Take(HttpContext http, Caller caller, Reader reader, ImportFiles files, TimeProvider clock, CancellationToken ct)
    {
        var said = new Dictionary<string, Microsoft.Extensions.Primitives.StringValues> { ["kind"] = "" };
        try
        {
            var boundary = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
            var parts = new MultipartReader(boundary is { Length: > 0 and <= 100 } ? boundary : throw Problems.BadRequest.Because("This is not a form with a file."), http.Request.Body);
            while (await parts.ReadNextSectionAsync(ct) is { } part)
            {
                var disposition = part.GetContentDispositionHeader();
                if (part.AsFileSection() is not { } file)
                {
                    if (disposition?.Name.Value is { } name) said[HeaderUtilities.RemoveQuotes(name).Value!] = await ReadAsync(part, ct);
                    continue;
                }
                if (file.FileName.Length == 0) break;
                var of = Imports.KindOf(said["kind"].ToString() is { Length: > 0 } kind ? kind : null);
                if (!Kinds.Contains(of)) throw Problems.InvalidValue("/kind", "not-allowed", "A partner's history is taken in by the API.");
                var format = Path.GetExtension(file.FileName).ToLowerInvariant() switch
                {
                    ".csv" or ".txt" => ImportFormat.Csv,
                    ".ndjson" or ".jsonl" => ImportFormat.Ndjson,
                    _ => throw Problems.InvalidValue("/file", "type", "Send a file whose name ends with .csv or .ndjson."),
                };
                var operation = await ImportEndpoints.TakeAsync(file.FileStream!, chunks => new(of, format, null, null, said.ContainsKey("createServices"), chunks), caller, files, clock, ct);
                return SeeOther.To(reader.To($"operations/{operation.Id}?to=imports"));
            }
            throw Problems.InvalidValue("/file", "required", "Choose a file.");
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 422)
        {
            return Show(PortalForm.Of(said).Take(refusal, pointer => pointer.TrimStart('/', '?')), StatusCodes.Status422UnprocessableEntity);
        }
        catch (InvalidDataException e)
        {
            throw Problems.BadRequest.Because(e.Message);
        }
    }

    static async Task<string> ReadAsync(MultipartSection part, CancellationToken ct)
    {
        var text = await part.ReadAsStringAsync(ct);
        return text.Length <= LongestField && BodyValidator.IsClean(text) ? text : "";
    }
}
