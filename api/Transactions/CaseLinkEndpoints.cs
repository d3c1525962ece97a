using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Linking;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Links between cases: for staff, because the other case is another citizen's.</summary>
public static class CaseLinkEndpoints
{
    public static void MapCaseLinks(this IEndpointRouteBuilder app)
    {
        var links = app.MapGroup("/v1/agencies/{agency}/cases/{id:guid}/links").WithTags("Cases").WithEtags();
        links.MapPost("", Add).WithName("linkCase").Allow(Who.Staff, "cases:write").Refuses(Problems.LinkExists);
        links.MapGet("", List).WithName("listCaseLinks").Allow(Who.Staff, "cases:read");
        links.MapGet("/{link:guid}", Get).WithName("getCaseLink").Allow(Who.Staff, "cases:read");
        links.MapDelete("/{link:guid}", Remove).WithName("unlinkCase").Allow(Who.Staff, "cases:write");
    }

    static async Task<Created<CaseLink>> Add(Guid id, Body<LinkCase> body, Caller caller, Agency home, CaseLinks links, CancellationToken ct)
    {
        if (body.Value.To == id) throw Core.Platform.Problems.InvalidValue("/to", "not-allowed", "A case is not linked to itself.");
        var link = await links.AddAsync(caller, id, body.Value.To, body.Value.Type, ct)
            ?? throw Core.Platform.Problems.NotFound.Because("One of the two cases is not there for you.");
        return TypedResults.Created($"/v1/agencies/{home.Slug}/cases/{id}/links/{link.Id}", link);
    }

    static async Task<Ok<Page<CaseLink>>> List(Guid id, [AsParameters] PageRequest page, Caller caller, Cases cases, CaseLinks links, HttpContext http, CancellationToken ct)
    {
        await CaseEndpoints.FindAsync(cases, caller, id, ct);
        var after = page.KeyCursor is not { } key ? (Guid?)null
            : Guid.TryParse(key, out var parsed) ? parsed : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        var found = await links.ListAsync(caller.Agency, id, after, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, l => PageRequest.After(l.Id.ToString())));
    }

    static async Task<Ok<CaseLink>> Get(Guid id, Guid link, Caller caller, CaseLinks links, CancellationToken ct) => TypedResults.Ok(await FindAsync(links, caller, id, link, ct));

    static async Task<NoContent> Remove(Guid id, Guid link, IfMatch ifMatch, Caller caller, CaseLinks links, CancellationToken ct)
    {
        var found = await FindAsync(links, caller, id, link, ct);
        ifMatch.Check(found);
        return await links.RemoveAsync(caller, found, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<CaseLink> FindAsync(CaseLinks links, Caller caller, Guid id, Guid link, CancellationToken ct) =>
        await links.FindAsync(caller.Agency, id, link, ct) ?? throw Core.Platform.Problems.NotFound.Because($"Case {id} has no link {link} for you.");

    /// <summary>A link to another case.</summary>
    public sealed record LinkCase
    {
        /// <summary>The other case.</summary>
        public required Guid To { get; init; }

        /// <summary>What this one has to do with it.</summary>
        /// <example>related</example>
        public required CaseLinkType Type { get; init; }
    }
}
