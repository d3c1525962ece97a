using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Identity;

/// <summary>The OpenID Connect provider whose tokens an agency takes.</summary>
public static class IdentityProviderEndpoints
{
    public static void MapIdentityProvider(this IEndpointRouteBuilder app)
    {
        var provider = app.MapGroup("/v1/agencies/{agency}/identity-provider").WithTags("Identity").WithEtags();
        provider.MapGet("", Get).WithName("getIdentityProvider").Allow(Who.Admin);
        provider.MapPut("", Put).WithName("putIdentityProvider").Allow(Who.Admin).WithMetadata(new TakesIfMatch());
        provider.MapDelete("", Remove).WithName("removeIdentityProvider").Allow(Who.Admin);
    }

    static async Task<Ok<IdentityProvider>> Get(Caller caller, IdentityProviders providers, CancellationToken ct) => TypedResults.Ok(await FindAsync(providers, caller, ct));

    static async Task<Ok<IdentityProvider>> Put(
        Body<PutIdentityProvider> body, Caller caller, IdentityProviders providers, OutboundGuard guard, HttpContext http, CancellationToken ct)
    {
        var wanted = body.Value;
        Check(wanted, guard);
        var current = await providers.FindAsync(caller.Agency, ct);
        if (current is not null) (await IfMatch.BindAsync(http, null!))!.Check(current);
        else if (http.Request.Headers.IfMatch.Count > 0) throw IfMatch.Changed();
        var roles = new RolesByClaim();
        foreach (var (value, role) in wanted.Roles) roles[value] = role;
        return TypedResults.Ok(await providers.PutAsync(caller, new(wanted.Issuer, wanted.Audience, wanted.RoleClaim, roles, current?.Version ?? 0), ct)
            ?? throw IfMatch.Changed());
    }

    static async Task<NoContent> Remove(IfMatch ifMatch, Caller caller, IdentityProviders providers, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(providers, caller, ct));
        return await providers.RemoveAsync(caller, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<IdentityProvider> FindAsync(IdentityProviders providers, Caller caller, CancellationToken ct) =>
        await providers.FindAsync(caller.Agency, ct) ?? throw Problems.NotFound.Because("This agency has no identity provider.");

    static void Check(PutIdentityProvider wanted, OutboundGuard guard)
    {
        var errors = new List<ValidationError>();
        if (!Uri.TryCreate(wanted.Issuer, UriKind.Absolute, out var issuer)) errors.Add(new("/issuer", "uri", "This is not an address."));
        else if (guard.Refusal(issuer) is { } why) errors.Add(new("/issuer", "uri", why));
        else if (issuer.Query.Length > 0 || issuer.Fragment.Length > 0) errors.Add(new("/issuer", "uri", "An issuer has no query and no fragment."));
        else if (wanted.Issuer == TokenIssuer.Issuer) errors.Add(new("/issuer", "not-allowed", "That is this installation itself."));
        foreach (var (value, role) in wanted.Roles)
            if (role == Role.Operator) errors.Add(new($"/roles/{BodyValidator.Escape(value)}", "not-allowed", "Operators belong to the installation, not to an agency."));
        if (wanted is { RoleClaim: null, Roles.Count: > 0 }) errors.Add(new("/roleClaim", "required", "Roles need the claim that they are read from."));
        if (errors.Count > 0) throw Problems.InvalidInput(errors);
    }

    /// <summary>An OpenID Connect provider.</summary>
    public sealed record PutIdentityProvider
    {
        /// <summary>Its issuer, exactly as its tokens and its discovery document have it; the document stands at /.well-known/openid-configuration below it.</summary>
        /// <example>https://id.springfield.example</example>
        [MinLength(1), MaxLength(500)]
        public required string Issuer { get; init; }

        /// <summary>What its tokens for us have in aud.</summary>
        /// <example>cirm</example>
        [MinLength(1), MaxLength(200)]
        public required string Audience { get; init; }

        /// <summary>The claim that says what a member is; then it is read with every token. Without one everybody is a citizen until an admin changes that.</summary>
        /// <example>groups</example>
        [MinLength(1), MaxLength(200)]
        public string? RoleClaim { get; init; }

        /// <summary>What the claim's values mean: the highest counts, and who has none of them is a citizen.</summary>
        /// <example>{"service-desk": "agent"}</example>
        [MaxLength(100)]
        public Dictionary<string, Role> Roles { get; init; } = [];
    }
}
