using System.ComponentModel;
using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Linking;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cirm.Api.Transactions;

/// <summary>Cases that may be about the same, near in place and time.</summary>
public static class SimilarCaseEndpoints
{
    const int Most = 20;

    public static void MapSimilarCases(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/agencies/{agency}/cases/similar", Find).WithTags("Cases").WithName("findSimilarCases").Allow(Who.Anyone, "cases:read");

    static async Task<Ok<Similar>> Find(
        [FromQuery, Description("The service's key.")] string? service,
        [FromQuery, Description("Degrees, WGS 84.")] string? latitude,
        [FromQuery, Description("Degrees, WGS 84.")] string? longitude,
        [FromQuery, Description("How far, 1 to 1000; 100 when not given.")] string? withinMetres,
        [FromQuery, Description("How long ago, 1 to 365; 30 when not given.")] string? withinDays,
        Caller caller, SimilarCases similar, CancellationToken ct)
    {
        var read = new QueryErrors();
        var vicinity = new Vicinity(
            read.Text("service", service) ?? "", read.Number("latitude", latitude, -90, 90) ?? double.NaN, read.Number("longitude", longitude, -180, 180) ?? double.NaN,
            read.Number("withinMetres", withinMetres, 1, 1000) ?? 100, (int)(read.Number("withinDays", withinDays, 1, 365) ?? 30));
        foreach (var (name, sent) in new[] { ("service", service), ("latitude", latitude), ("longitude", longitude) })
            if (string.IsNullOrEmpty(sent)) read.Missing(name);
        read.ThrowIfAny();
        return TypedResults.Ok(new Similar(await similar.FindAsync(caller, vicinity, Most, ct)
            ?? throw Core.Platform.Problems.InvalidValue("?service", "unknown", "There is no such service.")));
    }

    /// <summary>Where to ask for cases like one that was just submitted; null without a point.</summary>
    internal static string? AddressFor(Agency home, Case c) => c is not { Latitude: { } latitude, Longitude: { } longitude } ? null
        : string.Create(CultureInfo.InvariantCulture, $"/v1/agencies/{home.Slug}/cases/similar?service={c.Service}&latitude={latitude:R}&longitude={longitude:R}");

    /// <summary>Cases that may be about the same.</summary>
    /// <param name="Items">The nearest first, twenty at most.</param>
    public sealed record Similar(IReadOnlyList<SimilarCase> Items);
}
