using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Participation;

/// <summary>What citizens think of a service: one word each, shown as the figure of a group only.</summary>
public static class RatingEndpoints
{
    public static void MapRatings(this IEndpointRouteBuilder app)
    {
        var rating = app.MapGroup("/v1/agencies/{agency}/services/{key}/rating").WithTags("Discussions").WithEtags();
        rating.MapPut("", Rate).WithName("rateService").Allow(Who.Citizen);
        rating.MapGet("", Get).WithName("getServiceRating").Allow(Who.Anyone, "discussions:read");
    }

    /// <summary>Gives a rating in the place of the one before. It is shown to nobody by itself.</summary>
    static async Task<Ok<OwnRating>> Rate(string key, Body<GiveRating> body, Caller caller, Ratings ratings, CancellationToken ct) =>
        TypedResults.Ok((caller.CitizenId is { } citizen && BodyValidator.IsClean(key) ? await ratings.RateAsync(caller, citizen, key, body.Value.Stars, ct) : null) ?? throw Unknown(key));

    /// <summary>Counted anew when at least the smallest group has given or changed a rating; without figures until then.</summary>
    static async Task<Ok<ServiceRating>> Get(string key, Caller caller, Ratings ratings, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await ratings.FindAsync(caller.Agency, key, ct) : null) ?? throw Unknown(key));

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"No service \"{key}\" is published here.");

    /// <summary>A rating.</summary>
    public sealed record GiveRating
    {
        /// <summary>1, the worst, to 5.</summary>
        [Range(1, 5)]
        public required int Stars { get; init; }
    }
}
