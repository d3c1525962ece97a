using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>Segments as managers see them: the tree with its sizes, and one with its rule in words, its past and what it gets.</summary>
public static class SegmentPages
{
    internal const Who Managers = Who.Manager | Who.Admin;

    const int Snapshots = 24;
    const int MostOffers = 200;

    public static void MapSegmentPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/segments", List).Allow(Managers);
        pages.MapGet("/segments/{key}", Show).Allow(Managers);
        pages.MapPost("/segments/{key}/snapshots", Count).Allow(Managers);
        pages.MapPost("/segments/{key}/retirement", Retire).Allow(Managers);
    }

    static async Task<RazorComponentResult<SegmentList>> List(string? retired, Agency home, Segments segments, SegmentSnapshots snapshots, CancellationToken ct) => new(new
    {
        Segments = await segments.ListAsync(home.Id, retired == "true", null, null, Core.Insight.Segmentation.Segments.Most, ct),
        Sizes = await snapshots.LatestAsync(home.Id, ct),
        Retired = retired == "true",
    });

    static async Task<RazorComponentResult<SegmentShown>> Show(string key, Caller caller, Agency home, SegmentReading reading, CancellationToken ct) =>
        new(await reading.ReadAsync(caller, home, key, PortalForm.Empty, ct));

    static async Task<IResult> Count(
        string key, HttpContext http, Caller caller, Agency home, Reader reader, Segments segments, SegmentSnapshots snapshots, SegmentReading reading, CancellationToken ct) =>
        await (await PortalForm.ReadAsync(http)).SendAsync(async () =>
        {
            var segment = await Insight.SegmentEndpoints.FindAsync(segments, caller, key, ct);
            Insight.SegmentEndpoints.ThrowIfRetired(segment);
            return reader.To($"operations/{(await snapshots.RequestAsync(caller, segment, ct)).Id}?to=segments/{key}");
        }, async form => new RazorComponentResult<SegmentShown>(await reading.ReadAsync(caller, home, key, form, ct)));

    static async Task<IResult> Retire(string key, HttpContext http, Caller caller, Agency home, Reader reader, Segments segments, SegmentReading reading, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var segment = await Insight.SegmentEndpoints.FindAsync(segments, caller, key, ct);
            sent.Version.Check(segment);
            Insight.SegmentEndpoints.ThrowIfRetired(segment);
            return await segments.RetireAsync(caller, segment, ct) ? reader.To("segments") : throw IfMatch.Changed();
        }, async form => new RazorComponentResult<SegmentShown>(await reading.ReadAsync(caller, home, key, form, ct)));
    }

    /// <summary>All of a segment that its page shows.</summary>
    public sealed class SegmentReading(Segments segments, SegmentSnapshots snapshots, SegmentOffers offers, AdviceBook advice, Attributes attributes, Services services)
    {
        public async Task<SeenSegment> ReadAsync(Caller caller, Agency home, string key, PortalForm form, CancellationToken ct)
        {
            var segment = await Insight.SegmentEndpoints.FindAsync(segments, caller, key, ct);
            var names = await RuleNames.ReadAsync(home.Id, attributes, services, segments, ct);
            var good = await advice.OfSegmentAsync(home.Id, segment, ct);
            return new(
                segment, names, await snapshots.RecentAsync(home.Id, segment.Key, Snapshots, ct), await offers.ListAsync(home.Id, segment.Key, null, MostOffers, ct),
                [.. (await advice.ListAsync(home.Id, ct)).Where(a => good.Advice.Contains(a.Key))], form);
        }
    }

    /// <summary>What a page of a segment shows.</summary>
    public sealed record SeenSegment(
        Segment Segment, RuleNames Names, IReadOnlyList<SegmentSnapshot> Snapshots, IReadOnlyList<SegmentOffer> Offers, IReadOnlyList<Advice> Advice, PortalForm Form);
}
