using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>How many are in a segment, or would be: told when nobody can be found by it (docs/segments.md).</summary>
public static class SegmentFigureEndpoints
{
    public static void MapSegmentFigures(this IEndpointRouteBuilder app)
    {
        var segments = app.MapGroup("/v1/agencies/{agency}/segments").WithTags("Segments").WithEtags();
        segments.MapPost("/preview", Preview).WithName("previewSegment").Allow(SegmentEndpoints.Managers, "segments:read")
            .Refuses(Problems.AttributeUnknown, Problems.SegmentUnknown, Problems.RuleServiceUnknown, Problems.RuleTooLarge, Problems.CommercialRule);
        segments.MapPost("/{key}/snapshots", TakeSnapshot).WithName("takeSegmentSnapshot").Allow(SegmentEndpoints.Managers, "segments:write").Refuses(Problems.SegmentRetired);
        segments.MapGet("/{key}/snapshots", ListSnapshots).WithName("listSegmentSnapshots").Allow(SegmentEndpoints.Managers, "segments:read");
    }

    static async Task<Ok<SegmentPreview>> Preview(Body<PreviewSegment> body, Caller caller, Agency home, SegmentPreviews previews, CancellationToken ct) =>
        TypedResults.Ok(new SegmentPreview(await previews.CountAsync(caller, body.Value.Rule, body.Value.Parent, home.SmallestGroup, ct)));

    static async Task<Accepted<Operation>> TakeSnapshot(string key, Caller caller, Agency home, Segments segments, SegmentSnapshots snapshots, CancellationToken ct)
    {
        var segment = await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        SegmentEndpoints.ThrowIfRetired(segment);
        var operation = await snapshots.RequestAsync(caller, segment, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    /// <summary>A plain list, oldest first; the Link header leads on where there are more.</summary>
    static async Task<Ok<IReadOnlyList<SegmentSnapshot>>> ListSnapshots(
        string key, [AsParameters] PageRequest page, Caller caller, Segments segments, SegmentSnapshots snapshots, HttpContext http, CancellationToken ct)
    {
        await SegmentEndpoints.FindAsync(segments, caller, key, ct);
        var found = await snapshots.ListAsync(caller.Agency, key, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => new TimeCursor(s.TakenAt, s.Id).ToString()).Items);
    }

    /// <summary>A rule to be tried.</summary>
    public sealed record PreviewSegment
    {
        /// <summary>As of a segment.</summary>
        /// <example>{"behaviour": "cases", "op": "ge", "value": 1}</example>
        public required JsonElement Rule { get; init; }

        /// <summary>The key of the segment that it would refine.</summary>
        [MaxLength(100)]
        public string? Parent { get; init; }
    }

    /// <summary>What a rule would match.</summary>
    /// <param name="Size">How many citizens; null when they are too few, or when the figure would tell of too few together with others.</param>
    public sealed record SegmentPreview(long? Size);
}
