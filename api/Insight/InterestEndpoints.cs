using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cirm.Api.Insight;

/// <summary>Interests that members and representatives declare in what they decide or speak on (docs/insights.md).</summary>
public static class InterestEndpoints
{
    public static void MapInterests(this IEndpointRouteBuilder app)
    {
        var interests = app.MapGroup("/v1/agencies/{agency}/interests").WithTags("Conflicts").WithEtags();
        interests.MapPost("", Declare).WithName("declareInterest").Allow(Who.Staff | Who.Representative);
        interests.MapGet("", List).WithName("listInterests").Allow(Who.Staff | Who.Representative, "insights:read");
        interests.MapGet("/{id:guid}", Get).WithName("getInterest").Allow(Who.Staff | Who.Representative, "insights:read");
        interests.MapDelete("/{id:guid}", End).WithName("endInterest").Allow(Who.Staff | Who.Representative);
    }

    /// <summary>Declares an interest of one's own; managers and admins also write down that of an official who has no account, by function.</summary>
    static async Task<Created<Interest>> Declare(Body<DeclareInterest> body, Caller caller, Agency home, Interests interests, CancellationToken ct)
    {
        var wanted = body.Value;
        if (wanted.Official is not null && caller.Role is not (Role.Manager or Role.Admin))
            throw Core.Platform.Problems.InvalidValue("/official", "not-allowed", "Managers and admins write down what officials declare.");
        var declared = await interests.DeclareAsync(caller, wanted.Official, wanted.Kind, wanted.About, wanted.Subject, wanted.Statement.In(home.Language), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/interests/{declared.Id}", declared);
    }

    static async Task<Ok<Page<Interest>>> List(
        [FromQuery, Description("service, initiative or organisation.")] string? about,
        [FromQuery, Description("The key of that.")] string? subject,
        [AsParameters] PageRequest page, Caller caller, Interests interests, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (what, key) = (read.Word<InterestIn>("about", about), read.Text("subject", subject));
        read.ThrowIfAny();
        var found = await interests.ListAsync(caller, what, key, null, Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, i => PageRequest.After(i.Id.ToString())));
    }

    static async Task<Ok<Interest>> Get(Guid id, Caller caller, Interests interests, CancellationToken ct) => TypedResults.Ok(await FindAsync(interests, caller, id, ct));

    /// <summary>Says that an interest is not any more; that it was stays known.</summary>
    static async Task<Ok<Interest>> End(Guid id, IfMatch ifMatch, Caller caller, Interests interests, CancellationToken ct)
    {
        var current = await FindAsync(interests, caller, id, ct);
        ifMatch.Check(current);
        if (current.Account != caller.Id && caller.Role is not (Role.Manager or Role.Admin))
            throw Core.Platform.Problems.Forbidden.Because("Only who declared it, a manager or an admin ends it.");
        return TypedResults.Ok(await interests.EndAsync(caller, current, ct) ?? throw IfMatch.Changed());
    }

    internal static Guid? Place(PageRequest page) => page.KeyCursor is not { } place ? null : Guid.TryParse(place, out var id) ? id
        : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");

    static async Task<Interest> FindAsync(Interests interests, Caller caller, Guid id, CancellationToken ct) =>
        (await interests.ListAsync(caller, null, null, id, null, 1, ct)).SingleOrDefault() ?? throw Core.Platform.Problems.NotFound.Because($"There is no interest {id} for you here.");

    /// <summary>An interest.</summary>
    public sealed record DeclareInterest
    {
        /// <summary>What kind.</summary>
        /// <example>property</example>
        public required InterestKind Kind { get; init; }

        /// <summary>In what,</summary>
        /// <example>initiative</example>
        public required InterestIn About { get; init; }

        /// <summary>by its key.</summary>
        /// <example>new-lamps</example>
        [MinLength(1), MaxLength(100)]
        public required string Subject { get; init; }

        /// <summary>In words.</summary>
        [MaxLength(2_000)]
        public required Localized Statement { get; init; }

        /// <summary>The function of an official who has no account; never a name.</summary>
        [MinLength(1), MaxLength(200)]
        public string? Official { get; init; }
    }
}
