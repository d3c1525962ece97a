using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Files;
using Microsoft.AspNetCore.Http.HttpResults;
using EntityTagHeaderValue = Microsoft.Net.Http.Headers.EntityTagHeaderValue;
using FileProblems = Cirm.Core.Transactions.Files.Problems;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Pictures for systems outside that were given a link: GeoReport's media_url (docs/integrating.md, "Pictures").</summary>
public static class SharedPictureEndpoints
{
    public static void MapSharedPictures(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/agencies/{agency}/pictures/{link}", Read).WithTags("Attachments").WithName("readSharedPicture").Allow(Who.Anyone)
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").Produces<Stream>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Refuses(FileProblems.Unreadable, Problems.BadRequest);

    /// <summary>A picture of a case, for whoever was given a link to it; the link ends by itself, and with the picture.</summary>
    static async Task<FileStreamHttpResult> Read(
        string link, Caller caller, PictureLinks links, Attachments attachments, AccessLog log, TimeProvider clock, CancellationToken ct)
    {
        if (links.Read(caller.Agency, link, clock.Now()) is not var (ofCase, id) || await attachments.OpenPictureAsync(caller.Agency, ofCase, id, ct) is not var (citizen, picture))
            throw Problems.NotFound.Because("There is no such picture, or its link has ended.");
        try
        {
            await log.RecordAsync(caller, "case.picture-fetched", "case", ofCase, citizen, ct);
        }
        catch
        {
            await picture.Content.DisposeAsync();
            throw;
        }
        return TypedResults.Stream(picture.Content, picture.MediaType, picture.Name, picture.CreatedAt, new EntityTagHeaderValue($"\"{picture.Sha256}\""), enableRangeProcessing: true);
    }
}
