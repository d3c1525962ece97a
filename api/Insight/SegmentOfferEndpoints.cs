using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>What segments get of services beyond the standard, never less; and when the standard counts as kept (docs/segments.md).</summary>
public static class SegmentOfferEndpoints
{
    public static void MapSegmentOffers(this IEndpointRouteBuilder app)
    {
        var offers = app.MapGroup("/v1/agencies/{agency}/segments/{key}/offers").WithTags("Segments").WithEtags();
        offers.MapGet("", List).WithName("listSegmentOffers").Allow(SegmentEndpoints.Managers, "segments:read");
        offers.MapGet("/{service}", Get).WithName("getSegmentOffer").Allow(SegmentEndpoints.Managers, "segments:read");
        offers.MapPut("/{service}", Put).WithName("putSegmentOffer").Allow(SegmentEndpoints.Managers, "segments:write")
            .Refuses(Problems.BelowFloor, Problems.SegmentRetired, Core.Platform.Problems.PreconditionFailed);
        offers.MapDelete("/{service}", Remove).WithName("removeSegmentOffer").Allow(SegmentEndpoints.Managers, "segments:write");
        var rule = app.MapGroup("/v1/agencies/{agency}/floor-rule").WithTags("Segments").WithEtags();
        rule.MapGet("", GetRule).WithName("getFloorRule").Allow(Who.Staff, "segments:read");
        rule.MapPut("", PutRule).WithName("putFloorRule").Allow(Who.Admin).WithMetadata(new TakesIfMatch());
    }

    static async Task<Ok<Page<SegmentOffer>>> List(
        string key, [AsParameters] PageRequest page, Caller caller, Segments segments, SegmentOffers offers, HttpContext http, CancellationToken ct)
    {
        await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        var found = await offers.ListAsync(caller.Agency, key, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, o => PageRequest.After(o.Service)));
    }

    static async Task<Ok<SegmentOffer>> Get(string key, string service, Caller caller, Segments segments, SegmentOffers offers, CancellationToken ct)
    {
        await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        return TypedResults.Ok(await FindAsync(offers, caller, key, service, ct));
    }

    /// <summary>Makes an offer or replaces the one that is there; with If-Match, only the one that was read. Cases that are submitted from now on are promised it.</summary>
    static async Task<Results<Created<SegmentOffer>, Ok<SegmentOffer>>> Put(
        string key, string service, Body<WriteOffer> body, Caller caller, Segments segments, SegmentOffers offers, HttpContext http, CancellationToken ct)
    {
        var segment = await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        SegmentEndpoints.ThrowIfRetired(segment);
        if (!BodyValidator.IsClean(service)) throw Unknown();
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var kept = await offers.PutAsync(caller, segment, body.Value.ToOffer(service), ifMatch?.Version, ct) ?? throw IfMatch.Changed();
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<NoContent> Remove(string key, string service, IfMatch ifMatch, Caller caller, Segments segments, SegmentOffers offers, CancellationToken ct)
    {
        var segment = await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        ifMatch.Check(await FindAsync(offers, caller, key, service, ct));
        return await offers.RemoveAsync(caller, segment, service, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<Ok<FloorRule>> GetRule(Caller caller, ServiceFloors floors, CancellationToken ct) => TypedResults.Ok(await floors.RuleAsync(caller.Agency, ct));

    static async Task<Ok<FloorRule>> PutRule(IfMatch ifMatch, Body<WriteFloorRule> body, Caller caller, ServiceFloors floors, CancellationToken ct)
    {
        ifMatch.Check(await floors.RuleAsync(caller.Agency, ct));
        return TypedResults.Ok(await floors.PutAsync(caller, new(body.Value.Share, body.Value.WindowDays, ifMatch.Version), ct) ?? throw IfMatch.Changed());
    }

    static async Task<SegmentOffer> FindAsync(SegmentOffers offers, Caller caller, string key, string service, CancellationToken ct) =>
        (BodyValidator.IsClean(service) ? await offers.FindAsync(caller.Agency, key, service, ct) : null) ?? throw Unknown();

    static Refusal Unknown() => Core.Platform.Problems.NotFound.Because("This segment gets of that service what everybody gets.");

    /// <summary>What a segment gets of a service; what is left out is as everybody has it.</summary>
    public sealed record WriteOffer
    {
        /// <summary>Until a first answer; no more than the standard.</summary>
        /// <example>1</example>
        [Range(0.01, 100_000)]
        public decimal? FirstResponseHours { get; init; }

        /// <summary>Until it is resolved or refused; no more than the standard.</summary>
        /// <example>1</example>
        [Range(0.01, 100_000)]
        public decimal? ResolutionHours { get; init; }

        /// <summary>By which they can ask: those of the service and more.</summary>
        [MaxLength(7)]
        public Channel[]? Channels { get; init; }

        /// <summary>In which they are served, as language tags: those of the service and more, or others alone, which they get besides.</summary>
        [MaxLength(50)]
        public string[]? Languages { get; init; }

        /// <summary>How far they come before others; 0 is everybody's place.</summary>
        [Range(-1_000, 1_000)]
        public int? Priority { get; init; }

        internal SegmentOffer ToOffer(string service)
        {
            foreach (var (i, tag) in (Languages ?? []).Index())
                if (!Core.Identity.ContactRules.IsLanguage(tag)) throw Core.Platform.Problems.InvalidValue($"/languages/{i}", "language", "This has to be a language tag such as en or fa.");
            return new(service, FirstResponseHours, ResolutionHours, Channels?.Distinct().Select(c => c.Word()).ToArray(), Languages?.Distinct().ToArray(), Priority, false, default, 1);
        }
    }

    /// <summary>When the standard of a service counts as kept.</summary>
    public sealed record WriteFloorRule
    {
        /// <summary>Of the cases without extras whose time has come, as many have to have been answered and resolved in time.</summary>
        /// <example>0.8</example>
        [Range(0.01, 1)]
        public required decimal Share { get; init; }

        /// <summary>Cases submitted in the last days are looked at.</summary>
        /// <example>90</example>
        [Range(1, 730)]
        public required int WindowDays { get; init; }
    }
}
