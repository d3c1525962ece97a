using System.ComponentModel;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Files;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using EntityTagHeaderValue = Microsoft.Net.Http.Headers.EntityTagHeaderValue;
using FileProblems = Cirm.Core.Transactions.Files.Problems;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Files on cases: photos of what is reported, papers that an application needs.</summary>
public static class AttachmentEndpoints
{
    static readonly TimeSpan CodeWindow = TimeSpan.FromMinutes(10);
    const int UploadsPerCode = 10;

    public static void MapAttachments(this IEndpointRouteBuilder app)
    {
        var attachments = app.MapGroup("/v1/agencies/{agency}/cases/{id:guid}/attachments").WithTags("Attachments").WithEtags();
        TakesFiles(attachments.MapPost("", Attach).WithName("attachFiles").Allow(Who.Members, "cases:write"));
        attachments.MapGet("", List).WithName("listAttachments").Allow(Who.Members, "cases:read");
        attachments.MapGet("/{aid:guid}", Read).WithName("readAttachment").Allow(Who.Members, "cases:read")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").Produces<Stream>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Refuses(FileProblems.Unreadable, Problems.BadRequest);
        attachments.MapDelete("/{aid:guid}", Remove).WithName("removeAttachment").Allow(Who.Staff, "cases:write");
        TakesFiles(app.MapPost("/v1/agencies/{agency}/tracking/{code}/attachments", AttachByCode).WithTags("Attachments").WithName("attachTrackedFiles").Allow(Who.Anyone)
            .RequireRateLimiting(Limits.AnonymousWrites).Refuses(Problems.TooMany));
    }

    internal static void TakesFiles(RouteHandlerBuilder route) => route
        .WithMetadata(new HashesItsBody(), new RequestSizeLimitAttribute(AttachmentUpload.Largest))
        .Accepts<AttachFiles>(AttachmentUpload.MediaType)
        .WithMetadata(new BodyExample(AttachmentUpload.MediaType,
            "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lamp.txt\"\r\nContent-Type: text/plain\r\n\r\nIt is the third lamp.\r\n--part--\r\n"))
        .Refuses(Problems.BadRequest, Problems.Invalid, Problems.UnsupportedMediaType, Problems.TooLarge, FileProblems.TooLarge, FileProblems.TooMany, FileProblems.CaseFull,
            FileProblems.TypeRefused, FileProblems.TypeMismatch, FileProblems.Unsafe, FileProblems.Malformed, FileProblems.Infected, FileProblems.ScannerUnavailable, Core.Transactions.Problems.CaseMerged);

    /// <summary>Attaches files to a case: all of them, or none.</summary>
    static async Task<Created<AttachedFiles>> Attach(Guid id, HttpRequest http, Caller caller, Agency home, Cases cases, Attachments attachments, CancellationToken ct)
    {
        var added = await AttachAsync(id, http, caller, cases, attachments, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/cases/{id}/attachments/{added[0].Id}", new AttachedFiles(added));
    }

    internal static async Task<IReadOnlyList<Attachment>> AttachAsync(Guid id, HttpRequest http, Caller caller, Cases cases, Attachments attachments, CancellationToken ct)
    {
        (await CaseEndpoints.FindAsync(cases, caller, id, ct)).CheckGoesOn(); // before any file is taken
        using var upload = await AttachmentUpload.ReadAsync(http, caller.Retry, ct);
        if (upload.Visibility == NoteVisibility.Internal && !caller.IsStaff) throw Problems.InvalidValue("/visibility", "not-allowed", "A citizen's attachment is public.");
        return await attachments.AddAsync(caller, id, upload.Files, upload.Visibility, upload.KeepMetadata, ct) ?? throw CaseEndpoints.Unknown(id);
    }

    /// <summary>Attaches files to the case of a tracking code: all of them, or none.</summary>
    static async Task<Created<AttachedFiles>> AttachByCode(
        string code, HttpRequest http, Caller caller, Agency home, Cases cases, Attachments attachments, GuessThrottle throttle, CancellationToken ct) =>
        TypedResults.Created($"/v1/agencies/{home.Slug}/tracking/{Uri.EscapeDataString(code)}", new AttachedFiles(await AttachByCodeAsync(code, http, caller, cases, attachments, throttle, ct)));

    internal static async Task<IReadOnlyList<Attachment>> AttachByCodeAsync(
        string code, HttpRequest http, Caller caller, Cases cases, Attachments attachments, GuessThrottle throttle, CancellationToken ct)
    {
        var ofCase = $"files by the code {Convert.ToHexString(TrackingCode.HashOf(code))}";
        throttle.Check(ofCase, UploadsPerCode, CodeWindow);
        (await CitizensCase.GuessedAsync(throttle, http.HttpContext, async () => BodyValidator.IsClean(code) ? await cases.FindByCodeAsync(caller.Agency, code, ct) : null)).CheckGoesOn();
        throttle.CountWrong(ofCase, UploadsPerCode, CodeWindow);
        using var upload = await AttachmentUpload.ReadAsync(http, caller.Retry, ct);
        if (upload.Visibility == NoteVisibility.Internal) throw Problems.InvalidValue("/visibility", "not-allowed", "What comes with a code is public.");
        return await attachments.AddAsync(caller, code, upload.Files, upload.KeepMetadata, ct) ?? throw Problems.NotFound.Because("No case has this tracking code.");
    }

    static async Task<Ok<Page<Attachment>>> List(
        Guid id, [AsParameters] PageRequest page, Caller caller, Cases cases, Attachments attachments, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var found = await CaseEndpoints.FindAsync(cases, caller, id, ct);
        var after = page.KeyCursor is not { } key ? (Guid?)null
            : Guid.TryParse(key, out var parsed) ? parsed : throw Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        await log.RecordAsync(caller, "case.attachments-listed", "case", id, found.CitizenId, ct);
        var files = await attachments.ListAsync(caller.Agency, id, caller.IsStaff, after, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, files, f => PageRequest.After(f.Id.ToString())));
    }

    /// <summary>The file itself, by ranges too; its ETag is its SHA-256.</summary>
    internal static async Task<FileStreamHttpResult> Read(Guid id, Guid aid, Caller caller, Cases cases, Attachments attachments, AccessLog log, CancellationToken ct)
    {
        var found = await CaseEndpoints.FindAsync(cases, caller, id, ct);
        var file = await attachments.OpenAsync(caller.Agency, id, aid, caller.IsStaff, ct) ?? throw Unknown(aid);
        try
        {
            await log.RecordAsync(caller, "case.attachment-read", "case", id, found.CitizenId, ct);
        }
        catch
        {
            await file.Content.DisposeAsync();
            throw;
        }
        // Saved and never shown by the browser that asks (RFC 6266); "nosniff" and an empty policy come with every answer.
        return TypedResults.Stream(file.Content, file.MediaType == "text/plain" ? "text/plain; charset=utf-8" : file.MediaType, file.Name, file.CreatedAt,
            new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
    }

    /// <summary>Removes a file; that it was there, its hash and the reason stay in the history. If-Match takes the file's ETag.</summary>
    static async Task<NoContent> Remove(
        Guid id, Guid aid, [FromQuery, Description("Why it is removed; the citizen reads it.")] string? reason,
        HttpRequest http, Caller caller, Cases cases, Attachments attachments, CancellationToken ct)
    {
        var tag = http.Headers.IfMatch.ToString();
        if (tag.Length == 0) throw Problems.PreconditionRequired.Because("There is no If-Match header: send the ETag of the file.");
        var read = new QueryErrors();
        var why = read.Text("reason", reason);
        read.ThrowIfAny();
        if (string.IsNullOrWhiteSpace(why)) throw Problems.InvalidValue("?reason", "required", "Say why it is removed.");
        await CaseEndpoints.FindAsync(cases, caller, id, ct);
        var file = await attachments.FindAsync(caller.Agency, id, aid, ct) ?? throw Unknown(aid);
        if (tag != $"\"{file.Sha256}\"") throw IfMatch.Changed();
        if (!await attachments.RemoveAsync(caller, id, aid, Convert.FromHexString(file.Sha256), why, ct)) throw Unknown(aid);
        return TypedResults.NoContent();
    }

    static Refusal Unknown(Guid id) => Problems.NotFound.Because($"There is no attachment {id} for you here.");

    /// <summary>What was attached.</summary>
    /// <param name="Items">In the order in which the files were sent.</param>
    public sealed record AttachedFiles(IReadOnlyList<Attachment> Items);

    /// <summary>Files to attach, as the parts of a form.</summary>
    public sealed record AttachFiles
    {
        /// <summary>One or several parts of this name, each a file of up to 10 MB; up to 20.</summary>
        public required IFormFileCollection File { get; init; }

        /// <summary>Who reads it; internal is for staff only. Public when not said.</summary>
        public NoteVisibility? Visibility { get; init; }

        /// <summary>true leaves in images where, when and by whom they were taken.</summary>
        public bool? KeepMetadata { get; init; }
    }
}
