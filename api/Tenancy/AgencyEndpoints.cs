using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Tenancy;

/// <summary>The agencies of the installation.</summary>
public static class AgencyEndpoints
{
    public static void MapAgencies(this IEndpointRouteBuilder app)
    {
        var agencies = app.MapGroup("/v1/agencies").WithTags("Agencies").WithEtags();
        agencies.MapPost("", Create).WithName("createAgency").Allow(Who.Operator).Refuses(Core.Tenancy.Problems.SlugTaken);
        agencies.MapGet("", List).WithName("listAgencies").Allow(Who.Anyone | Who.Operator);
        agencies.MapGet("/{agency}", Get).WithName("getAgency").Allow(Who.Anyone | Who.Operator);
        agencies.MapPatch("/{agency}", Change).WithName("changeAgency").Allow(Who.Admin | Who.Operator);
    }

    static async Task<Created<Agency>> Create(Body<CreateAgency> body, Caller caller, Agencies agencies, CancellationToken ct)
    {
        var agency = await CreateAsync(body.Value, caller, agencies, ct);
        return TypedResults.Created($"/v1/agencies/{agency.Slug}", agency);
    }

    internal static async Task<Agency> CreateAsync(CreateAgency wanted, Caller caller, Agencies agencies, CancellationToken ct)
    {
        CheckTimeZone(wanted.TimeZone);
        CheckLocales(wanted.Locales);
        return await agencies.CreateAsync(
            caller, wanted.Slug, wanted.Name, wanted.TimeZone, wanted.Locales, wanted.SmallestGroup, wanted.Admin.Email, await Passwords.HashAsync(wanted.Admin.Password, ct), ct);
    }

    static async Task<Ok<Page<Agency>>> List([AsParameters] PageRequest page, Caller caller, Agencies agencies, HttpContext http, CancellationToken ct)
    {
        var found = await agencies.ListAsync(page.KeyCursor, caller.Role == Role.Operator, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, a => PageRequest.After(a.Slug)));
    }

    static Ok<Agency> Get(Agency home) => TypedResults.Ok(home);

    static async Task<Ok<Agency>> Change(IfMatch ifMatch, MergePatch<EditAgency> patch, Agency home, Caller caller, Agencies agencies, CancellationToken ct)
    {
        ifMatch.Check(home);
        var edited = patch.ApplyTo(new() { Name = home.Name, Locales = home.Locales, SmallestGroup = home.SmallestGroup, Status = home.Status });
        CheckLocales(edited.Locales);
        if (edited.Status != home.Status && (caller.Role != Role.Operator || edited.Status == AgencyStatus.Preparing))
            throw Problems.Forbidden.Because("Only an operator suspends an agency, or opens it again.");
        return TypedResults.Ok(await agencies.ChangeAsync(caller, home, ifMatch.Version, edited.Name, edited.Locales, edited.SmallestGroup, edited.Status, ct)
            ?? throw IfMatch.Changed());
    }

    static void CheckTimeZone(string timeZone)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
            throw Problems.InvalidValue("/timeZone", "unknown", "This is not an IANA time zone such as America/New_York or Asia/Tehran.");
    }

    static void CheckLocales(string[] locales)
    {
        foreach (var (index, tag) in locales.Index())
            if (!BodyValidator.IsLanguageTag(tag)) throw Problems.InvalidValue($"/locales/{index}", "language", "This has to be a language tag such as en or fa.");
    }

    /// <summary>A new agency with its first admin.</summary>
    public sealed record CreateAgency
    {
        /// <summary>Its place in every address.</summary>
        /// <example>springfield</example>
        [RegularExpression("^[a-z][a-z0-9-]{1,62}$", ErrorMessage = "A slug is 2 to 63 of a-z, 0-9 and -, beginning with a letter.")]
        public required string Slug { get; init; }

        /// <summary>What it is called.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>IANA name.</summary>
        /// <example>America/New_York</example>
        [MaxLength(64)]
        public required string TimeZone { get; init; }

        /// <summary>Language tags, its first language first.</summary>
        /// <example>["en", "fa"]</example>
        [MinLength(1), MaxLength(20)]
        public required string[] Locales { get; init; }

        /// <summary>The k below which no figure is shown; 5 at least.</summary>
        /// <example>10</example>
        [Range(5, 1000)]
        public int SmallestGroup { get; init; } = 10;

        /// <summary>Who sets it up.</summary>
        public required FirstAdmin Admin { get; init; }
    }

    /// <summary>An agency's first admin.</summary>
    public sealed record FirstAdmin
    {
        /// <summary>To sign in with.</summary>
        /// <example>admin@springfield.example</example>
        [EmailAddress, MaxLength(254)]
        public required string Email { get; init; }

        /// <summary>Eight characters at least.</summary>
        /// <example>correct horse battery staple</example>
        [MinLength(Passwords.ShortestLength), MaxLength(200)]
        public required string Password { get; init; }
    }

    /// <summary>What of an agency can be changed.</summary>
    public sealed record EditAgency
    {
        /// <summary>What it is called.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>Language tags, its first language first.</summary>
        /// <example>["en", "fa"]</example>
        [MinLength(1), MaxLength(20)]
        public required string[] Locales { get; init; }

        /// <summary>The k below which no figure is shown; 5 at least.</summary>
        /// <example>10</example>
        [Range(5, 1000)]
        public required int SmallestGroup { get; init; }

        /// <summary>Suspended agencies answer nobody but operators.</summary>
        /// <example>active</example>
        public required AgencyStatus Status { get; init; }
    }
}
