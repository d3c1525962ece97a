using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Api.Identity;

/// <summary>The ways in: our own tokens, those of an agency's provider, API keys.</summary>
public static class IdentitySetup
{
    public const string OwnTokens = "cirm";
    public const string CheckedTokens = "jwt";
    public const string Keys = "key";
    public const string Providers = "provider";

    public static void AddIdentity(this IServiceCollection services)
    {
        services.AddSingleton<Accounts>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Attributes>();
        services.AddSingleton<Citizens>();
        services.AddSingleton<Mandates>();
        services.AddSingleton<OrganisationMembers>();
        services.AddSingleton<Consents>();
        services.AddSingleton<PersonalData>();
        services.AddSingleton<Erasures>();
        services.AddSingleton<IdentityProviders>();
        services.AddSingleton(_ => new OutboundGuard(OutboundGuard.OriginsIn("CIRM_TRUSTED_PROVIDERS")));
        services.AddSingleton<ProviderKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<RememberedTokens>();
        services.AddAuthentication("any")
            .AddPolicyScheme("any", null, o => o.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, ApiKeySignIn>(Keys, null)
            .AddScheme<AuthenticationSchemeOptions, ProviderSignIn>(Providers, null)
            .AddScheme<AuthenticationSchemeOptions, OwnSignIn>(OwnTokens, null)
            .AddJwtBearer(CheckedTokens, o =>
            {
                o.MapInboundClaims = false;
                o.TokenValidationParameters = new()
                {
                    ValidIssuer = TokenIssuer.Issuer,
                    ValidAudience = TokenIssuer.Audience,
                    ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                    ClockSkew = TimeSpan.FromSeconds(30),
                };
            });
        services.AddOptions<JwtBearerOptions>(CheckedTokens).Configure<SigningKeys, TimeProvider>((o, keys, clock) =>
        {
            o.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, kid, _) => keys.Verifying.Where(k => k.KeyId == kid);
            o.TokenValidationParameters.LifetimeValidator = (from, until, _, validation) =>
                clock.GetUtcNow().UtcDateTime is var now && from <= now + validation.ClockSkew && now < until + validation.ClockSkew;
        });
    }

    static string SchemeOf(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count == 0)
            return http.Request.Headers.ContainsKey(ApiKeySignIn.Header) || http.GetEndpoint()?.Metadata.GetMetadata<ITakesKeyInRequest>() is not null ? Keys : OwnTokens;
        if (http.RequestServices.GetRequiredService<RememberedTokens>().Knows(http.Request)) return OwnTokens; // reading its issuer costs more
        return BearerToken.IssuerOf(http.Request) is { Length: > 0 } issuer && issuer != TokenIssuer.Issuer ? Providers : OwnTokens;
    }
}
