using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Groups of citizens by rule: managers describe them, nobody is told who is in one (docs/segments.md).</summary>
public static class SegmentEndpoints
{
    internal const Who Managers = Who.Manager | Who.Admin;

    static readonly Problem[] OfRules =
    [
        Problems.AttributeUnknown, Problems.SegmentUnknown, Problems.RuleServiceUnknown, Problems.RuleCircle, Problems.RuleTooLarge, Problems.CommercialRule,
    ];

    public static void MapSegments(this IEndpointRouteBuilder app)
    {
        var segments = app.MapGroup("/v1/agencies/{agency}/segments").WithTags("Segments").WithEtags();
        segments.MapPost("", Create).WithName("createSegment").Allow(Managers, "segments:write")
            .Refuses([.. OfRules, Problems.SegmentTaken, Problems.TooManySegments]);
        segments.MapGet("", List).WithName("listSegments").Allow(Managers, "segments:read");
        segments.MapGet("/{key}", Get).WithName("getSegment").Allow(Managers, "segments:read");
        segments.MapPatch("/{key}", Change).WithName("changeSegment").Allow(Managers, "segments:write").Refuses([.. OfRules, Problems.SegmentRetired]);
        segments.MapDelete("/{key}", Retire).WithName("retireSegment").Allow(Managers, "segments:write").Refuses(Problems.SegmentInUse, Problems.SegmentRetired);
        segments.MapPost("/{key}/split", Split).WithName("splitSegment").Allow(Managers, "segments:write")
            .Refuses([.. OfRules, Problems.SegmentTaken, Problems.TooManySegments, Problems.SegmentRetired]);
        segments.MapPost("/merge", Merge).WithName("mergeSegments").Allow(Managers, "segments:write")
            .Refuses(Problems.SegmentUnknown, Problems.RuleTooLarge, Problems.SegmentTaken, Problems.TooManySegments, Problems.SegmentInUse);
    }

    static async Task<Created<Segment>> Create(Body<NewSegment> body, Caller caller, Agency home, Segments segments, CancellationToken ct)
    {
        var created = await segments.CreateAsync(caller, body.Value.ToDraft(body.Value.Key, home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/segments/{created.Key}", created);
    }

    static async Task<Ok<Page<Segment>>> List(
        [FromQuery, Description("true: those that are retired as well.")] string? retired,
        [FromQuery, Description("The key of a segment: only those that refine it.")] string? parent,
        [AsParameters] PageRequest page, Caller caller, Segments segments, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (retiredToo, of) = (read.Flag("retired", retired) ?? false, read.Text("parent", parent));
        read.ThrowIfAny();
        var found = await segments.ListAsync(caller.Agency, retiredToo, of, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => PageRequest.After(s.Key)));
    }

    static async Task<Ok<Segment>> Get(string key, Caller caller, Segments segments, CancellationToken ct) => TypedResults.Ok(await FindAsync(segments, caller, key, ct));

    static async Task<Ok<Segment>> Change(
        string key, IfMatch ifMatch, MergePatch<WriteSegment> patch, Caller caller, Agency home, Segments segments, CancellationToken ct)
    {
        var current = await FindAsync(segments, caller, key, ct);
        ifMatch.Check(current);
        ThrowIfRetired(current);
        var edited = patch.ApplyTo(WriteSegment.Of(current));
        // A rule of another kind takes the place of the former one: nobody has to say what is not any more.
        if (RuleReader.IsOfSeveralKinds(edited.Rule)) edited = patch.ApplyTo(WriteSegment.Of(current) with { Rule = JsonSerializer.SerializeToElement(new { }) });
        return TypedResults.Ok(await segments.ChangeAsync(caller, edited.ToDraft(key, home), ifMatch.Version, ct) ?? throw IfMatch.Changed());
    }

    static async Task<NoContent> Retire(string key, IfMatch ifMatch, Caller caller, Segments segments, CancellationToken ct)
    {
        var current = await FindAsync(segments, caller, key, ct);
        ifMatch.Check(current);
        ThrowIfRetired(current);
        if (!await segments.RetireAsync(caller, current, ct)) throw IfMatch.Changed();
        return TypedResults.NoContent();
    }

    static async Task<Created<SplitSegments>> Split(string key, Body<SplitSegment> body, Caller caller, Agency home, Segments segments, CancellationToken ct)
    {
        ThrowIfRetired(await FindAsync(segments, caller, key, ct));
        var made = await segments.SplitAsync(caller, key, [.. body.Value.Into.Select(part => part.ToDraft(home))], ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/segments?parent={key}", new SplitSegments(made));
    }

    static async Task<Created<Segment>> Merge(Body<MergeSegments> body, Caller caller, Agency home, Segments segments, CancellationToken ct)
    {
        var wanted = body.Value;
        foreach (var (i, key) in wanted.Segments.Index())
            if (Array.IndexOf(wanted.Segments, key) < i) throw Core.Platform.Problems.InvalidValue($"/segments/{i}", "duplicate", "This segment is in the list already.");
        var merged = await segments.MergeAsync(caller, wanted.Key, wanted.Name.In(home.Language), wanted.Segments, wanted.Variant?.ToVariant(home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/segments/{merged.Key}", merged);
    }

    internal static async Task<Segment> FindAsync(Segments segments, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await segments.FindAsync(caller.Agency, key, ct) : null)
        ?? throw Core.Platform.Problems.NotFound.Because("There is no such segment here.");

    internal static void ThrowIfRetired(Segment segment)
    {
        if (segment.RetiredAt is { } at) throw Problems.SegmentRetired.Because($"\"{segment.Key}\" is retired since {at:yyyy-MM-dd}.");
    }

    /// <summary>What of a segment can be changed.</summary>
    public record WriteSegment
    {
        /// <summary>What people call it.</summary>
        /// <example>Tenants over 65</example>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>The key of the segment that it refines.</summary>
        [MaxLength(100)]
        public string? Parent { get; init; }

        /// <summary>Who is in it: an attribute, a behaviour, all, any, not, or another segment.</summary>
        /// <example>{"behaviour": "cases", "withinDays": 365, "op": "ge", "value": 2}</example>
        public required JsonElement Rule { get; init; }

        /// <summary>What a split changes.</summary>
        public WriteVariant? Variant { get; init; }

        internal SegmentDraft ToDraft(string key, Agency home) => new(key, Name.In(home.Language), Parent, Rule, Variant?.ToVariant(home));

        internal static WriteSegment Of(Segment s) => new()
        {
            Name = s.Name, Parent = s.Parent, Rule = s.Rule,
            Variant = s.Variant is { } v ? new() { Service = v.Service, Version = v.Version, Text = v.Text } : null,
        };
    }

    /// <summary>A segment to make.</summary>
    public sealed record NewSegment : WriteSegment
    {
        /// <summary>Its word in rules and addresses; <c>all</c> is everybody, and no segment.</summary>
        /// <example>older-tenants</example>
        [RegularExpression(KeyPattern, ErrorMessage = KeyMessage)]
        public required string Key { get; init; }
    }

    const string KeyPattern = "^(?!(?:all|merge|preview)$)[A-Za-z0-9][A-Za-z0-9_-]{0,99}$";
    const string KeyMessage = "A key is 1 to 100 letters, digits, - and _; not all, merge or preview.";

    /// <summary>The version of a service that these citizens get.</summary>
    public sealed record WriteVariant
    {
        /// <summary>The service's key.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }

        /// <summary>Which version; none: the one in force.</summary>
        [Range(1, 1_000_000)]
        public int? Version { get; init; }

        /// <summary>What is different for them.</summary>
        [MaxLength(2_000)]
        public Localized? Text { get; init; }

        internal SegmentVariant ToVariant(Agency home) => new(Service, Version, Text?.In(home.Language));
    }

    /// <summary>Into what a segment is split.</summary>
    public sealed record SplitSegment
    {
        /// <summary>Its parts.</summary>
        [MinLength(1), MaxLength(50)]
        public required SegmentPart[] Into { get; init; }
    }

    /// <summary>A part of a segment: a segment of its own that refines it.</summary>
    public sealed record SegmentPart
    {
        /// <summary>Its word in rules and addresses.</summary>
        /// <example>older-tenants-alone</example>
        [RegularExpression(KeyPattern, ErrorMessage = KeyMessage)]
        public required string Key { get; init; }

        /// <summary>What people call it.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>Who of the segment is in it.</summary>
        /// <example>{"behaviour": "complaints", "op": "ge", "value": 1}</example>
        public required JsonElement Rule { get; init; }

        /// <summary>What the split changes.</summary>
        public WriteVariant? Variant { get; init; }

        internal SegmentDraft ToDraft(Agency home) => new(Key, Name.In(home.Language), null, Rule, Variant?.ToVariant(home));
    }

    /// <summary>What came of a split.</summary>
    /// <param name="Items">The parts.</param>
    public sealed record SplitSegments(IReadOnlyList<Segment> Items);

    /// <summary>Segments to be one.</summary>
    public sealed record MergeSegments
    {
        /// <summary>The new segment's word.</summary>
        /// <example>tenants</example>
        [RegularExpression(KeyPattern, ErrorMessage = KeyMessage)]
        public required string Key { get; init; }

        /// <summary>What people call it.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>The keys of those that it takes the place of.</summary>
        [MinLength(2), MaxLength(50)]
        public required string[] Segments { get; init; }

        /// <summary>What it changes.</summary>
        public WriteVariant? Variant { get; init; }
    }
}
