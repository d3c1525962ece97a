using System.Globalization;
using System.Security.Claims;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.JsonWebTokens;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Portal;

/// <summary>
/// Whoever goes on reading stays signed in: a token that is some minutes old is replaced by one of what the account is now, until the day's work is over. And a form that was begun by somebody who
/// was signed in is not taken as nobody's when their time has run out: they sign in, and send it.
/// </summary>
public sealed class SessionRenewal(Accounts accounts, TokenIssuer issuer, CallContext call, TimeProvider clock) : IEndpointFilter
{
    /// <summary>The hidden field of a form that says who began it.</summary>
    public const string BegunBy = "by";

    static readonly TimeSpan RenewedAfter = TimeSpan.FromMinutes(10);

    /// <summary>Then one has to sign in again, however busy.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (call.Caller is { Id: { } account } caller) await RenewAsync(http, caller.Role == Role.Operator ? Caller.Installation : caller.Agency, account);
        else if (HttpMethods.IsPost(http.Request.Method) && (await PortalForm.ReadAsync(http))[BegunBy].Length > 0)
            throw Problems.Unauthenticated.Because("The session in which this form was begun has ended.");
        return await next(context);
    }

    async Task RenewAsync(HttpContext http, Guid home, Guid account)
    {
        if (await http.AuthenticateAsync() is not { Succeeded: true, Principal: { } who } || At(who, JwtRegisteredClaimNames.Iat) is not { } issued || At(who, CirmClaims.SignedInAt) is not { } signedIn) return;
        var now = clock.GetUtcNow();
        if (now < issued + RenewedAfter || now > signedIn + Longest) return;
        if (await accounts.FindAsync(home, account, http.RequestAborted) is not { Disabled: false } member) throw Problems.Unauthenticated.Because("This account cannot sign in any more.");
        PortalSession.Begin(http, await issuer.IssueAsync(home, new(account, null, member.Role, member.CitizenId), http.RequestAborted, signedIn), SigningKeys.TokenLife);
    }

    static DateTimeOffset? At(ClaimsPrincipal who, string claim) =>
        long.TryParse(who.FindFirstValue(claim), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
