using System.Security.Claims;
using System.Text.Encodings.Web;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cirm.Api.Identity;

/// <summary>Marks an operation of a protocol that sends keys in the address or in a form.</summary>
public interface ITakesKeyInRequest
{
    /// <summary>The key that was sent so; null or empty when none was.</summary>
    Task<string?> KeyOfAsync(HttpContext http);
}

/// <summary>Signs a system in with the key in <c>X-Api-Key</c>, in the agency of the route and nowhere else.</summary>
public sealed class ApiKeySignIn(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder, ApiKeys keys, Agencies agencies)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    public const string Header = "X-Api-Key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var sent = Request.Headers[Header].ToString();
        var byHeader = sent.Length > 0;
        if (sent.Length == 0 && Context.GetEndpoint()?.Metadata.GetMetadata<ITakesKeyInRequest>() is { } other)
        {
            sent = await other.KeyOfAsync(Context);
            if (string.IsNullOrEmpty(sent)) return AuthenticateResult.NoResult();
        }
        if (Context.GetRouteValue("agency") is not string slug) // a key belongs to an agency, and the address names none: there it reads what anybody may
            return HttpMethods.IsGet(Request.Method) ? AuthenticateResult.Fail(new ForeignCredentials()) : AuthenticateResult.Fail("A key belongs to an agency, and the address names none.");
        if (await agencies.FindAsync(slug, Context.RequestAborted) is not { Status: AgencyStatus.Active } agency)
            return AuthenticateResult.NoResult(); // it is not there for anybody, or shut
        var (found, foreign) = await keys.CheckAsync(agency.Id, sent, Context.RequestAborted);
        // Another agency's key finds nothing here, as its members do; GeoReport knows only good keys and bad ones.
        if (found is not { } key) return foreign && byHeader ? AuthenticateResult.Fail(new ForeignCredentials()) : AuthenticateResult.Fail("No such key.");
        if (!key.UsedJustNow) _ = NoteUseAsync(agency.Id, key.Id);
        var identity = new ClaimsIdentity(
            [new("sub", key.Id.ToString()), new(CirmClaims.Agency, agency.Id.ToString()), new(CirmClaims.Scopes, string.Join(' ', key.Scopes))], Scheme.Name);
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }

    // Nobody waits for this; a note that is lost is made by a later request.
    async Task NoteUseAsync(Guid agency, Guid key)
    {
        try
        {
            await keys.NoteUseAsync(agency, key, CancellationToken.None);
        }
        catch (Exception e)
        {
            Logger.LogWarning(e, "The use of key {Key} was not noted", key);
        }
    }
}
