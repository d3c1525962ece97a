using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Open311;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Open311;

/// <summary>What an agency tells GeoReport's clients about itself.</summary>
static class Open311SettingsEndpoints
{
    public static void MapOpen311Settings(this IEndpointRouteBuilder app)
    {
        var settings = app.MapGroup("/v1/agencies/{agency}/open311").WithTags("Open311").WithEtags();
        settings.MapGet("", Get).WithName("getOpen311Settings").Allow(Who.Anyone, Open311Setup.Read);
        settings.MapPut("", Put).WithName("putOpen311Settings").Allow(Who.Admin).WithMetadata(new TakesIfMatch());
    }

    static async Task<Ok<Open311Settings>> Get(Caller caller, Open311SettingsBook book, CancellationToken ct) => TypedResults.Ok(await book.FindAsync(caller.Agency, ct));

    static async Task<Ok<Open311Settings>> Put(IfMatch ifMatch, Body<PutOpen311Settings> body, Caller caller, Open311SettingsBook book, CancellationToken ct)
    {
        ifMatch.Check(await book.FindAsync(caller.Agency, ct));
        var to = body.Value;
        return TypedResults.Ok(await book.PutAsync(caller, new(to.JurisdictionId, to.Contact, to.KeyService, to.ExtendedStatuses, null, ifMatch.Version), ct) ?? throw IfMatch.Changed());
    }

    /// <summary>What an agency tells GeoReport's clients.</summary>
    public sealed record PutOpen311Settings
    {
        /// <summary>What clients have to call the agency, if they call it anything; without it, whatever they send is ignored.</summary>
        /// <example>boston.gov</example>
        [MinLength(1), MaxLength(200)]
        public string? JurisdictionId { get; init; }

        /// <summary>Whom to ask for help, in words.</summary>
        /// <example>311@boston.example, +1 617 555 0311</example>
        [MinLength(1), MaxLength(1_000)]
        public string? Contact { get; init; }

        /// <summary>How to get an api_key, in words.</summary>
        /// <example>Write to 311@boston.example.</example>
        [MinLength(1), MaxLength(1_000)]
        public string? KeyService { get; init; }

        /// <summary>Whether updates have FixMyStreet's extended statuses when a client does not say which it wants.</summary>
        /// <example>true</example>
        public bool ExtendedStatuses { get; init; }
    }
}
