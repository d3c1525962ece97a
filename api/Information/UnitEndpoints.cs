using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Information.Problems;

namespace Cirm.Api.Information;

/// <summary>Units: anybody reads how to reach them, staff see who works there, admins write.</summary>
public static class UnitEndpoints
{
    public static void MapUnits(this IEndpointRouteBuilder app)
    {
        var units = app.MapGroup("/v1/agencies/{agency}/units").WithTags("Units").WithEtags();
        units.MapPost("", Create).WithName("createUnit").Allow(Who.Admin, "units:write").Refuses(Problems.UnitTaken);
        units.MapGet("", List).WithName("listUnits").Allow(Who.Anyone | Who.Operator, "units:read");
        units.MapGet("/{key}", Get).WithName("getUnit").Allow(Who.Anyone | Who.Operator, "units:read");
        units.MapPatch("/{key}", Change).WithName("changeUnit").Allow(Who.Admin, "units:write").Refuses(Problems.UnitInCircle);
        units.MapPost("/{key}/members", AddMember).WithName("addUnitMember").Allow(Who.Admin, "units:write").Refuses(Problems.AlreadyInUnit);
        units.MapGet("/{key}/members", Members).WithName("listUnitMembers").Allow(Who.Staff, "units:read");
        units.MapGet("/{key}/members/{account:guid}", GetMember).WithName("getUnitMember").Allow(Who.Staff, "units:read");
        units.MapPatch("/{key}/members/{account:guid}", ChangeMember).WithName("changeUnitMember").Allow(Who.Admin, "units:write");
        units.MapDelete("/{key}/members/{account:guid}", RemoveMember).WithName("removeUnitMember").Allow(Who.Admin, "units:write");
    }

    static async Task<Created<Unit>> Create(Body<CreateUnit> body, Caller caller, Agency home, Units units, CancellationToken ct)
    {
        var created = await units.CreateAsync(caller, body.Value.ToUnit(body.Value.Key, 0, home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/units/{created.Key}", created);
    }

    static async Task<Ok<Page<Unit>>> List([AsParameters] PageRequest page, Caller caller, Units units, HttpContext http, CancellationToken ct)
    {
        var found = await units.ListAsync(caller.Agency, caller.IsStaff, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, u => PageRequest.After(u.Key)));
    }

    static async Task<Ok<Unit>> Get(string key, Caller caller, Units units, CancellationToken ct) => TypedResults.Ok(await FindAsync(units, caller, key, ct));

    static async Task<Ok<Unit>> Change(
        string key, IfMatch ifMatch, MergePatch<WriteUnit> patch, Caller caller, Agency home, Units units, CancellationToken ct)
    {
        var current = await FindAsync(units, caller, key, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteUnit.Of(current));
        return TypedResults.Ok(await units.ChangeAsync(caller, edited.ToUnit(key, ifMatch.Version, home), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Created<UnitMember>> AddMember(string key, Body<AddUnitMember> body, Caller caller, Agency home, Units units, CancellationToken ct)
    {
        await FindAsync(units, caller, key, ct);
        var member = await units.AddMemberAsync(caller, key, body.Value.Account, body.Value.Function, ct) ?? throw Unknown(key);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/units/{key}/members/{member.Account}", member);
    }

    static async Task<Ok<Page<UnitMember>>> Members(string key, [AsParameters] PageRequest page, Caller caller, Units units, HttpContext http, CancellationToken ct)
    {
        await FindAsync(units, caller, key, ct);
        var found = await units.MembersAsync(caller.Agency, key, null, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, m => new TimeCursor(m.CreatedAt, m.Account).ToString()));
    }

    static async Task<Ok<UnitMember>> GetMember(string key, Guid account, Caller caller, Units units, CancellationToken ct) =>
        TypedResults.Ok(await FindMemberAsync(units, caller, key, account, ct));

    static async Task<Ok<UnitMember>> ChangeMember(
        string key, Guid account, IfMatch ifMatch, MergePatch<EditUnitMember> patch, Caller caller, Units units, CancellationToken ct)
    {
        var current = await FindMemberAsync(units, caller, key, account, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(new() { Function = current.Function });
        return TypedResults.Ok(await units.ChangeMemberAsync(caller, key, current with { Function = edited.Function }, ct) ?? throw IfMatch.Changed());
    }

    static async Task<NoContent> RemoveMember(string key, Guid account, IfMatch ifMatch, Caller caller, Units units, CancellationToken ct)
    {
        ifMatch.Check(await FindMemberAsync(units, caller, key, account, ct));
        return await units.RemoveMemberAsync(caller, key, account, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<Unit> FindAsync(Units units, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await units.FindAsync(caller.Agency, key, caller.IsStaff, ct) : null) ?? throw Unknown(key);

    static async Task<UnitMember> FindMemberAsync(Units units, Caller caller, string key, Guid account, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await units.MembersAsync(caller.Agency, key, account, null, 1, ct) : []).SingleOrDefault()
        ?? throw Core.Platform.Problems.NotFound.Because($"There is no member {account} in that unit.");

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no unit \"{key}\" for you here.");

    /// <summary>What a unit says of itself.</summary>
    public record WriteUnit
    {
        /// <summary>What it is called.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>The key of the unit it belongs to.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Parent { get; init; }

        /// <summary>The key of its working calendar.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Calendar { get; init; }

        /// <summary>How to reach it: telephone, counter, address.</summary>
        [MaxLength(2_000)]
        public Localized? Contact { get; init; }

        /// <summary>When it is open, in words.</summary>
        [MaxLength(2_000)]
        public Localized? OpeningHours { get; init; }

        /// <summary>It is not any more: only staff still see it.</summary>
        public bool Closed { get; init; }

        internal Unit ToUnit(string key, long version, Agency home) =>
            new(key, Name.In(home.Language), Parent, Calendar, Contact?.In(home.Language), OpeningHours?.In(home.Language), Closed, default, version);

        internal static WriteUnit Of(Unit u) =>
            new() { Name = u.Name, Parent = u.Parent, Calendar = u.Calendar, Contact = u.Contact, OpeningHours = u.OpeningHours, Closed = u.Closed };
    }

    /// <summary>A new unit.</summary>
    public sealed record CreateUnit : WriteUnit
    {
        /// <summary>Its word in addresses.</summary>
        /// <example>street-lighting</example>
        [RegularExpression("^[a-z0-9][a-z0-9-]{0,99}$", ErrorMessage = "A key is 1 to 100 of a-z, 0-9 and -.")]
        public required string Key { get; init; }
    }

    /// <summary>A member of staff who is to belong to a unit.</summary>
    public sealed record AddUnitMember
    {
        /// <summary>The member.</summary>
        public required Guid Account { get; init; }

        /// <summary>What they do there.</summary>
        /// <example>member</example>
        public required UnitFunction Function { get; init; }
    }

    /// <summary>What of a link can be changed.</summary>
    public sealed record EditUnitMember
    {
        /// <summary>What they do there.</summary>
        /// <example>head</example>
        public required UnitFunction Function { get; init; }
    }
}
