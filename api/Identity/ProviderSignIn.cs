using System.Security.Claims;
using System.Text.Encodings.Web;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Api.Identity;

/// <summary>
/// Signs a person in with a token of the agency's own OpenID Connect provider, in the agency of the route, else (under /v1/me) in the one that has that
/// provider. The first valid token makes them a member; disabled members stay out, whatever the provider says.
/// </summary>
public sealed class ProviderSignIn(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder,
    IdentityProviders providers, ProviderKeys keys, Accounts accounts, Agencies named, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    // Asymmetric ones only: a public key must never do as a shared secret (RFC 8725, section 2.1).
    static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var ct = Context.RequestAborted;
        var token = new JsonWebToken(BearerToken.Of(Request)!);
        if (token.Subject is not { Length: > 0 and <= 255 } subject || !BodyValidator.IsClean(subject)) return AuthenticateResult.Fail("No subject.");
        IReadOnlyList<Guid> agencies;
        var mine = Request.Path.StartsWithSegments("/v1/me", StringComparison.Ordinal);
        if ((Context.GetRouteValue("agency") as string ?? (mine ? (string?)Request.Query["agency"] : null)) is { Length: > 0 } slug)
        {
            if (!BodyValidator.IsClean(slug) || await named.FindAsync(slug, ct) is not { Status: AgencyStatus.Active } home)
                return AuthenticateResult.NoResult(); // it is not there for anybody, or shut
            agencies = [home.Id];
        }
        else
        {
            if (!mine) return AuthenticateResult.Fail("A provider belongs to an agency, and the address names none.");
            agencies = BodyValidator.IsClean(token.Issuer) ? await providers.AgenciesOfAsync(token.Issuer, [.. token.Audiences.Where(BodyValidator.IsClean)], ct) : [];
        }

        if (await FindAsync(agencies, token.Issuer, subject, ct) is not var (agency, provider, account)) return AuthenticateResult.Fail(new ForeignCredentials());
        var checkedToken = await ValidateAsync(agency, provider, token, ct);
        if (!checkedToken.IsValid) return AuthenticateResult.Fail(checkedToken.Exception);

        var role = provider.RoleClaim is { } claim ? provider.RoleOf(checkedToken.ClaimsIdentity.FindAll(claim).Select(c => c.Value)) : null;
        account ??= await JoinAsync(agency, provider.Issuer, subject, checkedToken.ClaimsIdentity, role, ct);
        if (!account.Disabled && role is { } now && now != account.Role) account = await accounts.FollowRoleAsync(agency, account.Id, now, clock.Now(), ct);
        if (account is null or { Disabled: true }) return AuthenticateResult.Fail("This member may not come in.");

        var claims = new List<Claim> { new("sub", account.Id.ToString()), new(CirmClaims.Agency, agency.ToString()), new(CirmClaims.Role, account.Role.Word()) };
        if (account is { Role: Role.Citizen or Role.Representative, CitizenId: { } citizen }) claims.Add(new(CirmClaims.Citizen, citizen.ToString()));
        return AuthenticateResult.Success(new(new(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name));
    }

    // Where the address names no agency: the one that knows them, else the one that could.
    async Task<(Guid Agency, IdentityProvider Provider, ProvidedAccount? Account)?> FindAsync(IReadOnlyList<Guid> agencies, string issuer, string subject, CancellationToken ct)
    {
        var found = new List<(Guid Agency, IdentityProvider Provider, ProvidedAccount? Account)>();
        foreach (var agency in agencies)
            if (await providers.FindAsync(agency, issuer, subject, ct) is var (provider, account)) found.Add((agency, provider, account));
        if (found.Count > 1 && found.Where(f => f.Account is not null).ToList() is { Count: > 0 } known) found = known;
        return found.Count switch
        {
            0 => null,
            1 => found[0],
            _ => throw Core.Platform.Problems.InvalidValue("?agency", "required", "This provider signs people in to several agencies: name yours, as in ?agency=boston."),
        };
    }

    async Task<TokenValidationResult> ValidateAsync(Guid agency, IdentityProvider provider, JsonWebToken token, CancellationToken ct)
    {
        var result = await CheckAsync(unknownKey: false);
        return result.Exception is SecurityTokenSignatureKeyNotFoundException ? await CheckAsync(unknownKey: true) : result; // it may have rotated them

        async Task<TokenValidationResult> CheckAsync(bool unknownKey) => await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = provider.Issuer,
            ValidAudience = provider.Audience,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = await keys.OfAsync(agency, provider.Issuer, unknownKey, ct),
            ClockSkew = TimeSpan.FromSeconds(30),
        });
    }

    Task<ProvidedAccount> JoinAsync(Guid agency, string issuer, string subject, ClaimsIdentity token, Role? role, CancellationToken ct)
    {
        // "true" as a text, too: several providers write it so.
        var vouchedFor = string.Equals(token.FindFirst("email_verified")?.Value, "true", StringComparison.OrdinalIgnoreCase);
        return accounts.JoinAsync(agency, issuer, subject, vouchedFor ? Fitting("email", 254) : null, Fitting("name", 200), role ?? Role.Citizen, clock.Now(), ct);

        string? Fitting(string claim, int longest) =>
            token.FindFirst(claim)?.Value is { Length: > 0 } text && text.Length <= longest && BodyValidator.IsClean(text) ? text : null;
    }
}

/// <summary>The token in an Authorization header.</summary>
static class BearerToken
{
    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;

    /// <summary>Who says that it is theirs; nothing is verified yet.</summary>
    public static string? IssuerOf(HttpRequest request)
    {
        try
        {
            return Of(request) is { } text ? new JsonWebToken(text).Issuer : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null; // not a token at all: our own check says so
        }
    }
}
