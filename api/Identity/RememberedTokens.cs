using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cirm.Api.Identity;

/// <summary>
/// Tokens of ours whose signature was checked already: checking it anew costs more than the rest of a reading request. They are
/// forgotten when they expire, and all of them whenever the keys are read anew, once a minute.
/// </summary>
public sealed class RememberedTokens(SigningKeys keys, TimeProvider clock)
{
    const int Most = 20_000;

    volatile Generation current = new(new object());

    /// <summary>The holder of a token that was checked under the keys of now; null when it has to be checked.</summary>
    public ClaimsPrincipal? Find(string token) =>
        Now().Tokens.TryGetValue(token, out var known) && clock.GetUtcNow() < known.Until ? known.Holder : null;

    /// <summary>Whether a request carries one of ours that is remembered, expired or not.</summary>
    public bool Knows(HttpRequest request) => request.Headers.Authorization is [{ } credentials] && current.Tokens.ContainsKey(credentials);

    /// <summary>Remembers a token that was checked.</summary>
    public void Keep(string token, ClaimsPrincipal holder, DateTimeOffset until)
    {
        var tokens = Now().Tokens;
        if (tokens.Count < Most) tokens.TryAdd(token, (holder, until));
    }

    Generation Now()
    {
        var generation = current;
        return ReferenceEquals(generation.Keys, keys.Verifying) ? generation : current = new(keys.Verifying);
    }

    sealed record Generation(object Keys)
    {
        public ConcurrentDictionary<string, (ClaimsPrincipal Holder, DateTimeOffset Until)> Tokens { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Signs in with a token of ours: one that is remembered, or one that is checked now.</summary>
public sealed class OwnSignIn(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder, SigningKeys keys, RememberedTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } credentials]) return AuthenticateResult.NoResult();
        await keys.RefreshAsync(Context.RequestAborted);
        if (tokens.Find(credentials) is { } known) return AuthenticateResult.Success(new(known, Scheme.Name));
        var checkedNow = await Context.AuthenticateAsync(IdentitySetup.CheckedTokens);
        if (checkedNow is { Succeeded: true, Properties.ExpiresUtc: { } until }) tokens.Keep(credentials, checkedNow.Principal, until);
        return checkedNow;
    }
}
