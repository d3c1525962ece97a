using Cirm.Core.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Api.Identity;

/// <summary>The ways in: our own tokens, those of an agency's provider, API keys.</summary>
public static class IdentitySetup
{
    public const string OwnTokens = "cirm";
    public const string Keys = "key";

    public static void AddIdentity(this IServiceCollection services)
    {
        services.AddSingleton<Accounts>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenIssuer>();
        services.AddAuthentication("any")
            .AddPolicyScheme("any", null, o => o.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, ApiKeySignIn>(Keys, null)
            .AddJwtBearer(OwnTokens, o =>
            {
                o.MapInboundClaims = false;
                o.TokenValidationParameters = new()
                {
                    ValidIssuer = TokenIssuer.Issuer,
                    ValidAudience = TokenIssuer.Audience,
                    ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                    ClockSkew = TimeSpan.FromSeconds(30),
                };
                o.Events = new()
                {
                    OnMessageReceived = context => context.HttpContext.RequestServices.GetRequiredService<SigningKeys>().RefreshAsync(context.HttpContext.RequestAborted),
                };
            });
        services.AddOptions<JwtBearerOptions>(OwnTokens).Configure<SigningKeys>((o, keys) =>
            o.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, kid, _) => keys.Verifying.Where(k => k.KeyId == kid));
    }

    static string SchemeOf(HttpContext http) =>
        http.Request.Headers.Authorization.Count == 0 && http.Request.Headers.ContainsKey(ApiKeySignIn.Header) ? Keys : OwnTokens;
}
