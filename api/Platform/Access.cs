using System.Diagnostics;
using System.Security.Claims;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>Who may call an operation.</summary>
[Flags]
public enum Who
{
    None = 0,
    /// <summary>Without sign-in, too.</summary>
    Anyone = 1,
    Citizen = 2,
    Representative = 4,
    Agent = 8,
    Manager = 16,
    Admin = 32,
    Operator = 64,
    Staff = Agent | Manager | Admin,
    Members = Citizen | Representative | Staff,
}

/// <summary>Declared beside every route: who may call it, and the scope that an API key needs (null: no key may), or another one that holds it.</summary>
public sealed record Access(Who Who, string? Scope, string? Wider = null)
{
    /// <summary>Whether a key with these scopes, as its claim lists them, may call it.</summary>
    public bool IsFor(string scopes) => scopes.Split(' ') is var all && (Scope is not null && all.Contains(Scope) || Wider is not null && all.Contains(Wider));
}

/// <summary>Credentials that are not of the agency they were sent to: there, they find nothing.</summary>
public sealed class ForeignCredentials() : Exception("The credentials are not of this agency.");

/// <summary>The names that our tokens and keys carry.</summary>
public static class CirmClaims
{
    public const string Agency = "agency";
    public const string Role = "role";
    public const string Citizen = "citizen";

    /// <summary>As OpenID Connect Core calls it; in seconds since 1970.</summary>
    public const string SignedInAt = "auth_time";
    public const string Scopes = "scopes";
}

public static class AccessExtensions
{
    /// <summary>Declares who may call a route.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder route, Who who, string? scope = null, string? wider = null) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Access(who, scope, wider));
}

/// <summary>
/// Decides once, before any handler: whose agency, who calls, and whether they may. Another agency's credentials find nothing
/// there, except what anybody may read.
/// </summary>
public sealed class AccessMiddleware(RequestDelegate next, Agencies agencies)
{
    public async Task InvokeAsync(HttpContext http, CallContext call)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Access>() is not { } access)
        {
            await next(http);
            return;
        }

        var signIn = await http.AuthenticateAsync();
        var foreign = signIn.Failure is ForeignCredentials;
        if (signIn.Failure is not null && !foreign)
        {
            if (http.GetRouteValue("agency") is string place) call.Agency = await agencies.FindAsync(place, http.RequestAborted); // where a page lets its reader sign in again
            throw Problems.Unauthenticated.Because("The credentials that were sent are not valid, or not any more.");
        }
        var who = signIn.Succeeded ? signIn.Principal : null;
        var home = who is null ? (Guid?)null : Guid.Parse(who.FindFirstValue(CirmClaims.Agency)!);
        var role = who?.FindFirstValue(CirmClaims.Role) is { } word ? Enum.Parse<Role>(word, ignoreCase: true) : (Role?)null;

        if (http.GetRouteValue("agency") is string slug)
        {
            call.Agency = await agencies.FindAsync(slug, http.RequestAborted)
                ?? throw Problems.NotFound.Because($"There is no agency \"{slug}\".");
            if (foreign || home is not null && home != call.Agency.Id && role != Role.Operator)
            {
                if (!access.Who.HasFlag(Who.Anyone) || !HttpMethods.IsGet(http.Request.Method)) throw Problems.NotFound.Because("There is no such thing for you here.");
                who = null;
                role = null;
            }
            if (call.Agency.Status == AgencyStatus.Suspended && role != Role.Operator)
                throw Core.Tenancy.Problems.Suspended.Because($"The agency \"{slug}\" is suspended.");
        }

        // A key that is for something else reads what anybody may: with it nobody is worse off than without.
        if (role is null && who?.FindFirstValue(CirmClaims.Scopes) is { } held && !access.IsFor(held) && access.Who.HasFlag(Who.Anyone) && HttpMethods.IsGet(http.Request.Method)) who = null;

        call.Caller = Describe(who, role, call.Agency?.Id ?? home ?? Caller.Installation);
        if (who?.FindFirstValue(CirmClaims.Scopes) is { } scopes) call.Scopes = scopes.Split(' ').ToHashSet(StringComparer.Ordinal);
        Check(access, who, role);
        await next(http);
    }

    static void Check(Access access, ClaimsPrincipal? who, Role? role)
    {
        if (who is null)
        {
            if (!access.Who.HasFlag(Who.Anyone)) throw Problems.Unauthenticated.Because("Nobody is signed in.");
        }
        else if (role is { } member)
        {
            // What nobody needs to sign in for is open to every member; to operators only if it says so: citizens' content is not theirs.
            var allowed = access.Who.HasFlag(Of(member)) || access.Who.HasFlag(Who.Anyone) && member != Role.Operator;
            if (!allowed) throw Problems.Forbidden.Because($"This is not for the role {member.Word()}.");
        }
        else if (!access.IsFor(who.FindFirstValue(CirmClaims.Scopes)!))
        {
            throw Problems.Forbidden.Because(access.Scope is null ? "This cannot be done with an API key." : $"The key has no scope {access.Scope}.");
        }
    }

    static Caller Describe(ClaimsPrincipal? who, Role? role, Guid agency)
    {
        var trace = Activity.Current?.TraceId.ToHexString();
        if (who is null) return new(agency, ActorKind.Anonymous, null, null, null, trace, null);
        var kind = role switch
        {
            null => ActorKind.Key,
            Role.Operator => ActorKind.Operator,
            Role.Citizen or Role.Representative => ActorKind.Citizen,
            _ => ActorKind.Staff,
        };
        var citizen = Guid.TryParse(who.FindFirstValue(CirmClaims.Citizen), out var id) ? id : (Guid?)null;
        return new(agency, kind, Guid.Parse(who.FindFirstValue("sub")!), role, citizen, trace, null);
    }

    public static Who Of(Role role) => Enum.Parse<Who>(role.ToString());
}
