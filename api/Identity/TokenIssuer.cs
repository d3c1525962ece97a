using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cirm.Api.Identity;

/// <summary>Our own tokens: who, of which agency, in which role.</summary>
public sealed class TokenIssuer(SigningKeys keys, TimeProvider clock)
{
    public const string Audience = "cirm";

    /// <summary>The <c>iss</c> of our tokens: the address the installation is known by, if it has one.</summary>
    public static readonly string Issuer = Environment.GetEnvironmentVariable("CIRM_URL") is { Length: > 0 } url ? url : "urn:cirm";

    static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public async Task<string> IssueAsync(Guid agency, SignInAccount account, CancellationToken ct)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>
        {
            ["sub"] = account.Id.ToString(),
            [CirmClaims.Agency] = agency.ToString(),
            [CirmClaims.Role] = account.Role.Word(),
        };
        if (account is { Role: Role.Citizen or Role.Representative, CitizenId: { } citizen }) claims[CirmClaims.Citizen] = citizen.ToString();
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer, Audience = Audience, IssuedAt = now, NotBefore = now, Expires = now + SigningKeys.TokenLife, Claims = claims,
            SigningCredentials = await keys.CurrentAsync(ct),
        });
    }
}
