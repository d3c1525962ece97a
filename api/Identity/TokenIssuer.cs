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

    /// <summary>A token for an account.</summary>
    /// <param name="agency">Whose member it is.</param>
    /// <param name="account">Who.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="signedInAt">When they said who they are, of a token that takes another one's place; null: now.</param>
    public async Task<string> IssueAsync(Guid agency, SignInAccount account, CancellationToken ct, DateTimeOffset? signedInAt = null)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>
        {
            ["sub"] = account.Id.ToString(),
            [CirmClaims.Agency] = agency.ToString(),
            [CirmClaims.Role] = account.Role.Word(),
            [CirmClaims.SignedInAt] = (signedInAt ?? new DateTimeOffset(now)).ToUnixTimeSeconds(),
        };
        if (account is { Role: Role.Citizen or Role.Representative, CitizenId: { } citizen }) claims[CirmClaims.Citizen] = citizen.ToString();
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer, Audience = Audience, IssuedAt = now, NotBefore = now, Expires = now + SigningKeys.TokenLife, Claims = claims,
            SigningCredentials = await keys.CurrentAsync(ct),
        });
    }
}
