using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Cirm.Api.Portal.Pages;

/// <summary>Signing in and out, with the account and the limits that the API knows.</summary>
public static class SignInPages
{
    public static void MapSignIn(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/sign-in", (string? to, Reader reader) => new RazorComponentResult<SignIn>(new { Form = PortalForm.Empty, To = Inside(to, reader) })).Allow(Who.Anyone | Who.Operator);
        pages.MapPost("/sign-in", Begin).Allow(Who.Anyone | Who.Operator).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/sign-out", End).Allow(Who.Anyone | Who.Operator).WithMetadata(new NeedsNoIdempotencyKey());
    }

    static async Task<IResult> Begin(
        HttpContext http, Agency home, Reader reader, Accounts accounts, Agencies agencies, TokenIssuer issuer, GuessThrottle throttle, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        var to = Inside(form["to"], reader);
        try
        {
            var json = form.ToJson("email");
            (json["email"], json["password"], json["agency"]) = (json["email"]?.DeepClone() ?? "", form["password"], home.Slug);
            var token = await AuthEndpoints.SignInAsync(PortalForm.Read<AuthEndpoints.SignInRequest>(json), http, accounts, agencies, issuer, throttle, ct);
            PortalSession.Begin(http, token.AccessToken, TimeSpan.FromSeconds(token.ExpiresIn));
            var who = new JsonWebToken(token.AccessToken);
            if (KeptForm.In(form) is not { Count: > 0 } kept) return SeeOther.To(to == reader.To("") ? reader.To(PlaceOf(who.GetClaim(CirmClaims.Role).Value)) : to);
            // Whoever signs in may be somebody else, at a browser that several use.
            var typed = KeptForm.Unwrapped(kept);
            var begunBy = typed.FirstOrDefault(t => t.Name == SessionRenewal.BegunBy).Value;
            if (begunBy is not null && begunBy != who.Subject) return SeeOther.To(reader.To(""));
            return new RazorComponentResult<SendAgain>(new { To = to, Typed = typed });
        }
        catch (Refusal refusal)
        {
            return new RazorComponentResult<SignIn>(new { Form = form.Take(refusal), To = to, Kept = KeptForm.In(form) }) { StatusCode = refusal.Problem.Status };
        }
    }

    static SeeOther End(HttpContext http, Reader reader)
    {
        PortalSession.End(http);
        PortalSession.Code.Forget(http);
        return SeeOther.To(reader.To(""));
    }

    // Where their work is, of those who came from nowhere in particular.
    static string PlaceOf(string role) => role == Role.Agent.Word() ? "desk" : role == Role.Manager.Word() ? "manage" : role == Role.Admin.Word() ? "admin" : "";

    // Only a place at this agency: an address from a link could lead anywhere.
    static string Inside(string? to, Reader reader) => to is not null && to.StartsWith(reader.To("") + "/", StringComparison.Ordinal) && BodyValidator.IsClean(to) ? to : reader.To("");
}
