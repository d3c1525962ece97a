using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>Who acts for a civil organisation: staff see it, admins and managers decide it.</summary>
public static class OrganisationMemberEndpoints
{
    public static void MapOrganisationMembers(this IEndpointRouteBuilder app)
    {
        var members = app.MapGroup("/v1/agencies/{agency}/organisations/{key}/members").WithTags("Organisations").WithEtags();
        members.MapPost("", Add).WithName("addOrganisationMember").Allow(Who.Manager | Who.Admin, "organisations:write")
            .Refuses(Problems.AlreadyInOrganisation, Problems.OrganisationClosed);
        members.MapGet("", List).WithName("listOrganisationMembers").Allow(Who.Staff, "organisations:write");
        members.MapGet("/{account:guid}", Get).WithName("getOrganisationMember").Allow(Who.Staff, "organisations:write");
        members.MapDelete("/{account:guid}", Remove).WithName("removeOrganisationMember").Allow(Who.Manager | Who.Admin, "organisations:write");
    }

    static async Task<Created<OrganisationMember>> Add(
        string key, Body<AddOrganisationMember> body, Caller caller, Agency home, OrganisationMembers members, CancellationToken ct)
    {
        var added = (BodyValidator.IsClean(key) ? await members.AddAsync(caller, key, body.Value.Account, ct) : null) ?? throw Unknown(key);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/organisations/{key}/members/{added.Account}", added);
    }

    static async Task<Ok<Page<OrganisationMember>>> List(
        string key, [AsParameters] PageRequest page, Caller caller, Core.Information.Organisations organisations, OrganisationMembers members, HttpContext http,
        CancellationToken ct)
    {
        if (!BodyValidator.IsClean(key) || await organisations.FindAsync(caller.Agency, key, closedToo: true, ct) is null) throw Unknown(key);
        var found = await members.ListAsync(caller.Agency, key, null, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, m => new TimeCursor(m.CreatedAt, m.Account).ToString()));
    }

    static async Task<Ok<OrganisationMember>> Get(string key, Guid account, Caller caller, OrganisationMembers members, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(members, caller, key, account, ct));

    static async Task<NoContent> Remove(string key, Guid account, IfMatch ifMatch, Caller caller, OrganisationMembers members, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(members, caller, key, account, ct));
        return await members.RemoveAsync(caller, key, account, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<OrganisationMember> FindAsync(OrganisationMembers members, Caller caller, string key, Guid account, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await members.ListAsync(caller.Agency, key, account, null, 1, ct) : []).SingleOrDefault()
        ?? throw Core.Platform.Problems.NotFound.Because($"There is no member {account} of that organisation.");

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no organisation \"{key}\" for you here.");

    /// <summary>Who is to act for an organisation.</summary>
    public sealed record AddOrganisationMember
    {
        /// <summary>A member of the agency with the role representative.</summary>
        public required Guid Account { get; init; }
    }
}
