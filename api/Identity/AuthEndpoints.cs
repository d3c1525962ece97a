using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Tokens;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>Signing in with a local account.</summary>
public static class AuthEndpoints
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    const int WrongPerAccount = 10;
    const int WrongPerAddress = 60;

    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("").WithTags("Identity");
        auth.MapPost("/v1/auth/token", SignIn).WithName("signIn").Allow(Who.Anyone | Who.Operator).WithMetadata(new NeedsNoIdempotencyKey())
            .Refuses(Problems.SignInFailed, Core.Tenancy.Problems.Suspended);
        auth.MapGet("/.well-known/jwks.json", Keys).WithName("listSigningKeys").Allow(Who.Anyone | Who.Operator);
    }

    static async Task<Ok<TokenView>> SignIn(
        Body<SignInRequest> body, HttpContext http, Accounts accounts, Agencies agencies, TokenIssuer issuer, GuessThrottle throttle, CancellationToken ct) =>
        TypedResults.Ok(await SignInAsync(body.Value, http, accounts, agencies, issuer, throttle, ct));

    /// <summary>A token for whoever knows an account's password.</summary>
    /// <exception cref="Refusal"><see cref="Problems.SignInFailed"/>, <see cref="Core.Tenancy.Problems.Suspended"/>; <see cref="Core.Platform.Problems.TooMany"/> after too many wrong ones.</exception>
    internal static async Task<TokenView> SignInAsync(
        SignInRequest request, HttpContext http, Accounts accounts, Agencies agencies, TokenIssuer issuer, GuessThrottle throttle, CancellationToken ct)
    {
        var (email, password) = (request.Email, request.Password);
        var (perAccount, perAddress) = ($"account {Accounts.KeyOf(email)}", $"sign-in from {Limits.AddressOf(http)}");
        throttle.Check(perAccount, WrongPerAccount, Window);
        throttle.Check(perAddress, WrongPerAddress, Window);

        var candidates = request.Agency is { } slug
            ? await agencies.FindAsync(slug, ct) is { } named ? [named.Id] : []
            : await accounts.AgenciesOfAsync(email, ct);
        var found = new List<(Guid Agency, SignInAccount Account)>();
        foreach (var agency in candidates.DefaultIfEmpty(Caller.Installation)) // nobody's password takes as long to check
        {
            var account = await accounts.ForSignInAsync(agency, email, ct);
            var matches = await Passwords.InTurnAsync(() =>
            {
                throttle.Check(perAccount, WrongPerAccount, Window); // others may have guessed while this one waited
                return Passwords.Verify(account?.PasswordHash, password);
            }, ct);
            if (matches) found.Add((agency, account!));
        }
        if (found.Count == 0)
        {
            throttle.CountWrong(perAccount, WrongPerAccount, Window);
            throttle.CountWrong(perAddress, WrongPerAddress, Window);
            throw Problems.SignInFailed.Because("The e-mail address or the password is not right.");
        }
        if (found.Count > 1)
            throw Core.Platform.Problems.InvalidValue("/agency", "ambiguous", "Several agencies know this sign-in: name the agency's slug.");
        if (found[0].Account.Suspended) throw Core.Tenancy.Problems.Suspended.Because("Your agency is suspended.");
        var token = await issuer.IssueAsync(found[0].Agency, found[0].Account, ct);
        return new(token, "Bearer", (int)SigningKeys.TokenLife.TotalSeconds);
    }

    static async Task<Ok<KeysView>> Keys(SigningKeys keys, CancellationToken ct)
    {
        await keys.RefreshAsync(ct);
        return TypedResults.Ok(new KeysView([.. keys.Verifying.Select(key =>
        {
            var open = key.Rsa.ExportParameters(false);
            return new KeyView("RSA", "sig", "RS256", key.KeyId, Base64UrlEncoder.Encode(open.Modulus), Base64UrlEncoder.Encode(open.Exponent));
        })]));
    }

    /// <summary>A sign-in.</summary>
    public sealed record SignInRequest
    {
        /// <summary>The account's e-mail address.</summary>
        /// <example>agent@boston.example</example>
        [MaxLength(254)]
        public required string Email { get; init; }

        /// <summary>The account's password.</summary>
        /// <example>cirm-demo</example>
        [MaxLength(1000)]
        public required string Password { get; init; }

        /// <summary>The agency's slug; only needed by those who use the same address and password at several.</summary>
        [MaxLength(63)]
        public string? Agency { get; init; }
    }

    /// <summary>A token for the Authorization header.</summary>
    /// <param name="AccessToken">A JWT signed by one of the keys at /.well-known/jwks.json.</param>
    /// <param name="TokenType">Bearer.</param>
    /// <param name="ExpiresIn">Seconds.</param>
    public sealed record TokenView(string AccessToken, string TokenType, int ExpiresIn);

    /// <summary>A JSON Web Key Set (RFC 7517).</summary>
    public sealed record KeysView(IReadOnlyList<KeyView> Keys);

    /// <summary>A public key.</summary>
    public sealed record KeyView(string Kty, string Use, string Alg, string Kid, string N, string E);
}
