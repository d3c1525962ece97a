using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Insight;

/// <summary>How people are best served: written and attached to segments by managers, shown with a case as words alone.</summary>
public static class AdviceEndpoints
{
    public static void MapAdvice(this IEndpointRouteBuilder app)
    {
        var advice = app.MapGroup("/v1/agencies/{agency}/advice").WithTags("Segments").WithEtags();
        advice.MapGet("", List).WithName("listAdvice").Allow(SegmentEndpoints.Managers, "segments:read");
        advice.MapGet("/{key}", Get).WithName("getAdvice").Allow(SegmentEndpoints.Managers, "segments:read");
        advice.MapPut("/{key}", Put).WithName("putAdvice").Allow(SegmentEndpoints.Managers, "segments:write").Refuses(Core.Platform.Problems.PreconditionFailed);
        advice.MapDelete("/{key}", Remove).WithName("removeAdvice").Allow(SegmentEndpoints.Managers, "segments:write");
        var ofSegment = app.MapGroup("/v1/agencies/{agency}/segments/{key}/advice").WithTags("Segments").WithEtags();
        ofSegment.MapGet("", GetOfSegment).WithName("getSegmentAdvice").Allow(SegmentEndpoints.Managers, "segments:read");
        ofSegment.MapPut("", Attach).WithName("putSegmentAdvice").Allow(SegmentEndpoints.Managers, "segments:write").WithMetadata(new TakesIfMatch());
        app.MapGet("/v1/agencies/{agency}/cases/{id:guid}/advice", OfCase).WithName("getCaseAdvice").WithTags("Cases").WithEtags().Allow(Who.Staff, "cases:read");
    }

    static async Task<Ok<Page<Advice>>> List([AsParameters] PageRequest page, Caller caller, AdviceBook book, HttpContext http, CancellationToken ct)
    {
        var all = (await book.ListAsync(caller.Agency, ct)).Where(a => page.KeyCursor is not { } after || string.CompareOrdinal(a.Key, after) > 0);
        return TypedResults.Ok(page.Of(http, [.. all.Take(page.LimitAndOne)], a => PageRequest.After(a.Key)));
    }

    static async Task<Ok<Advice>> Get(string key, Caller caller, AdviceBook book, CancellationToken ct) => TypedResults.Ok(await FindAsync(book, caller, key, ct));

    /// <summary>Keeps advice or replaces what is there; with If-Match, only what was read.</summary>
    static async Task<Results<Created<Advice>, Ok<Advice>>> Put(string key, Body<WriteAdvice> body, Caller caller, Agency home, AdviceBook book, HttpContext http, CancellationToken ct)
    {
        if (!ServiceKey.Is(key)) throw Core.Platform.Problems.InvalidValue("?key", "pattern", "A key is 1 to 100 of a-z, 0-9 and -.");
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var wanted = body.Value;
        var kept = await book.PutAsync(
            caller, new(key, wanted.Name.In(home.Language), wanted.Text.In(home.Language), wanted.Surveys?.In(home.Language), false, 1), ifMatch?.Version, ct) ?? throw IfMatch.Changed();
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<NoContent> Remove(string key, IfMatch ifMatch, Caller caller, AdviceBook book, CancellationToken ct)
    {
        var current = await FindAsync(book, caller, key, ct);
        ifMatch.Check(current);
        return await book.RemoveAsync(caller, key, ifMatch.Version, ct) || current.Standard ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<Ok<SegmentAdvice>> GetOfSegment(string key, Caller caller, Segments segments, AdviceBook book, CancellationToken ct) =>
        TypedResults.Ok(await book.OfSegmentAsync(caller.Agency, await SegmentEndpoints.FindAsync(segments, caller, key, ct), ct));

    static async Task<Ok<SegmentAdvice>> Attach(string key, IfMatch ifMatch, Body<AttachAdvice> body, Caller caller, Segments segments, AdviceBook book, CancellationToken ct)
    {
        var segment = await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        ifMatch.Check(segment);
        SegmentEndpoints.ThrowIfRetired(segment);
        if (!await book.AttachAsync(caller, segment, body.Value.Advice, ct)) throw IfMatch.Changed();
        return TypedResults.Ok(await book.OfSegmentAsync(caller.Agency, await SegmentEndpoints.FindAsync(segments, caller, key, ct), ct));
    }

    /// <summary>What staff who handle a case should know of how this person is best served: not why, and not in which group they are.</summary>
    static async Task<Ok<CaseAdvice>> OfCase(Guid id, Caller caller, Cases cases, CaseReading reading, CancellationToken ct) =>
        TypedResults.Ok(await reading.AdviceAsync(caller, await CaseEndpoints.FindAsync(cases, caller, id, ct), ct));

    static async Task<Advice> FindAsync(AdviceBook book, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await book.FindAsync(caller.Agency, key, ct) : null) ?? throw Core.Platform.Problems.NotFound.Because("There is no such advice here.");

    /// <summary>Advice.</summary>
    public sealed record WriteAdvice
    {
        /// <summary>What the agency's managers call it.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>For staff who handle a case: what they do, not what somebody is.</summary>
        [MaxLength(4_000)]
        public required Localized Text { get; init; }

        /// <summary>What it means for asking.</summary>
        [MaxLength(4_000)]
        public Localized? Surveys { get; init; }
    }

    /// <summary>Which advice is good for a segment.</summary>
    public sealed record AttachAdvice
    {
        /// <summary>Its keys: the agency's own, or of the library.</summary>
        /// <example>["silent"]</example>
        [MaxLength(50)]
        public required string[] Advice { get; init; }
    }
}
