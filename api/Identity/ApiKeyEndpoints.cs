using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Identity;

/// <summary>Keys for systems that call an agency's API.</summary>
public static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/v1/agencies/{agency}/api-keys").WithTags("Identity").WithEtags();
        keys.MapPost("", Create).WithName("createApiKey").Allow(Who.Admin);
        keys.MapGet("", List).WithName("listApiKeys").Allow(Who.Admin);
        keys.MapGet("/{id:guid}", Get).WithName("getApiKey").Allow(Who.Admin);
        keys.MapDelete("/{id:guid}", Revoke).WithName("revokeApiKey").Allow(Who.Admin);
    }

    static async Task<Created<NewApiKey>> Create(
        Body<CreateApiKey> body, Caller caller, Agency home, ApiKeys keys, EndpointDataSource routes, TimeProvider clock, CancellationToken ct)
    {
        var made = await CreateAsync(body.Value, caller, keys, routes, clock, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/api-keys/{made.Id}", made);
    }

    /// <summary>Every scope that an operation asks for.</summary>
    internal static IReadOnlyList<string> ScopesOf(EndpointDataSource routes) =>
        [.. routes.Endpoints.Select(e => e.Metadata.GetMetadata<Access>()?.Scope).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    internal static async Task<NewApiKey> CreateAsync(CreateApiKey wanted, Caller caller, ApiKeys keys, EndpointDataSource routes, TimeProvider clock, CancellationToken ct)
    {
        var known = ScopesOf(routes);
        var errors = wanted.Scopes.Index().Where(s => !known.Contains(s.Item))
            .Select(s => new ValidationError($"/scopes/{s.Index}", "unknown", $"The scopes are {string.Join(", ", known)}.")).ToList();
        if (wanted.ExpiresAt <= clock.GetUtcNow()) errors.Add(new("/expiresAt", "range", "This is in the past."));
        if (errors.Count > 0) throw Problems.InvalidInput(errors);
        var (key, text) = await keys.CreateAsync(caller, wanted.Name, [.. wanted.Scopes.Distinct()], wanted.ExpiresAt, ct);
        return new(key.Id, text, key.Name, key.Scopes, key.ExpiresAt, key.CreatedAt);
    }

    static async Task<Ok<Page<ApiKey>>> List([AsParameters] PageRequest page, Caller caller, ApiKeys keys, HttpContext http, CancellationToken ct)
    {
        var found = await keys.ListAsync(caller.Agency, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, k => new TimeCursor(k.CreatedAt, k.Id).ToString()));
    }

    static async Task<Ok<ApiKey>> Get(Guid id, Caller caller, ApiKeys keys, CancellationToken ct) => TypedResults.Ok(await FindAsync(keys, caller, id, ct));

    static async Task<NoContent> Revoke(Guid id, IfMatch ifMatch, Caller caller, ApiKeys keys, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(keys, caller, id, ct));
        return await keys.RevokeAsync(caller, id, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    internal static async Task<ApiKey> FindAsync(ApiKeys keys, Caller caller, Guid id, CancellationToken ct) =>
        await keys.FindAsync(caller.Agency, id, ct) ?? throw Problems.NotFound.Because($"There is no key {id} here.");

    /// <summary>A new key.</summary>
    public sealed record CreateApiKey
    {
        /// <summary>What it is for.</summary>
        /// <example>The service desk of the water works</example>
        [MinLength(1), MaxLength(200)]
        public required string Name { get; init; }

        /// <summary>What it may do; every operation names the scope that it needs.</summary>
        /// <example>["cases:read", "cases:write"]</example>
        [MinLength(1), MaxLength(200)]
        public required string[] Scopes { get; init; }

        /// <summary>Not valid from then on; without it, until it is revoked.</summary>
        /// <example>2099-12-31T00:00:00Z</example>
        public DateTimeOffset? ExpiresAt { get; init; }
    }

    /// <summary>A key, with its text this once.</summary>
    /// <param name="Id">The key.</param>
    /// <param name="Key">For the header X-Api-Key; it is not shown again.</param>
    /// <param name="Name">What it is for.</param>
    /// <param name="Scopes">What it may do.</param>
    /// <param name="ExpiresAt">Not valid from then on.</param>
    /// <param name="CreatedAt">Since when.</param>
    public sealed record NewApiKey(Guid Id, string Key, string Name, string[] Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt) : IVersioned
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public long Version => 1;
    }
}
