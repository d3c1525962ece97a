using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>Members of an agency: who may sign in, and as what.</summary>
public static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder app)
    {
        var members = app.MapGroup("/v1/agencies/{agency}/members").WithTags("Identity").WithEtags();
        members.MapPost("", Add).WithName("addMember").Allow(Who.Admin).Refuses(Problems.EmailTaken);
        members.MapGet("", List).WithName("listMembers").Allow(Who.Admin);
        members.MapGet("/{id:guid}", Get).WithName("getMember").Allow(Who.Admin);
        members.MapPatch("/{id:guid}", Change).WithName("changeMember").Allow(Who.Admin).Refuses(Problems.LastAdmin);
        members.MapDelete("/{id:guid}", Remove).WithName("removeMember").Allow(Who.Admin).Refuses(Problems.LastAdmin);
    }

    static async Task<Created<Member>> Add(Body<AddMember> body, Caller caller, Agency home, Accounts accounts, TimeProvider clock, CancellationToken ct)
    {
        var member = await AddAsync(body.Value, caller, accounts, clock, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/members/{member.Id}", member);
    }

    internal static async Task<Member> AddAsync(AddMember wanted, Caller caller, Accounts accounts, TimeProvider clock, CancellationToken ct)
    {
        CheckRole(wanted.Role);
        var hash = wanted.Password is null ? null : await Passwords.HashAsync(wanted.Password, ct);
        return await accounts.AddAsync(caller, wanted.Email, hash, wanted.Name, wanted.Role, clock.Now(), ct);
    }

    static async Task<Ok<Page<Member>>> List(
        [AsParameters] MemberQuery query, [AsParameters] PageRequest page, Caller caller, Accounts accounts, HttpContext http, CancellationToken ct)
    {
        var found = await accounts.ListAsync(caller.Agency, query.ToRole(), TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, m => new TimeCursor(m.CreatedAt, m.Id).ToString()));
    }

    static async Task<Ok<Member>> Get(Guid id, Caller caller, Accounts accounts, CancellationToken ct) => TypedResults.Ok(await FindAsync(accounts, caller, id, ct));

    static async Task<Ok<Member>> Change(
        Guid id, IfMatch ifMatch, MergePatch<EditMember> patch, Caller caller, Accounts accounts, TimeProvider clock, CancellationToken ct)
    {
        var current = await FindAsync(accounts, caller, id, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(new() { Name = current.Name, Role = current.Role, Disabled = current.Disabled });
        return TypedResults.Ok(await ChangeAsync(current, edited, caller, accounts, clock, ct));
    }

    internal static async Task<Member> ChangeAsync(Member current, EditMember edited, Caller caller, Accounts accounts, TimeProvider clock, CancellationToken ct)
    {
        CheckRole(edited.Role);
        if (edited.Password is not null && current.Email is null)
            throw Core.Platform.Problems.InvalidValue("/password", "no-email", "This member has no e-mail address to sign in with.");
        var hash = edited.Password is null ? null : await Passwords.HashAsync(edited.Password, ct);
        return await accounts.ChangeAsync(
            caller, current with { Name = edited.Name, Role = edited.Role, Disabled = edited.Disabled }, hash, clock.Now(), ct) ?? throw IfMatch.Changed();
    }

    static async Task<NoContent> Remove(Guid id, IfMatch ifMatch, Caller caller, Accounts accounts, TimeProvider clock, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(accounts, caller, id, ct));
        return await accounts.RemoveAsync(caller, id, ifMatch.Version, clock.Now(), ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    internal static async Task<Member> FindAsync(Accounts accounts, Caller caller, Guid id, CancellationToken ct) =>
        await accounts.FindAsync(caller.Agency, id, ct) ?? throw Core.Platform.Problems.NotFound.Because($"There is no member {id} here.");

    static void CheckRole(Role role)
    {
        if (role == Role.Operator) throw Core.Platform.Problems.InvalidValue("/role", "not-allowed", "Operators belong to the installation, not to an agency.");
    }

    /// <summary>A new member.</summary>
    public sealed record AddMember
    {
        /// <summary>To sign in with.</summary>
        /// <example>agent@springfield.example</example>
        [EmailAddress, MaxLength(254)]
        public required string Email { get; init; }

        /// <summary>Eight characters at least; without one the member cannot sign in yet.</summary>
        /// <example>a long phrase that nobody guesses</example>
        [MinLength(Passwords.ShortestLength), MaxLength(200)]
        public string? Password { get; init; }

        /// <summary>What they may do: citizen, representative, agent, manager or admin.</summary>
        /// <example>agent</example>
        public required Role Role { get; init; }

        /// <summary>How they are called.</summary>
        /// <example>Ada</example>
        [MinLength(1), MaxLength(200)]
        public string? Name { get; init; }
    }

    /// <summary>What of a member can be changed.</summary>
    public sealed record EditMember
    {
        /// <summary>How they are called.</summary>
        [MinLength(1), MaxLength(200)]
        public string? Name { get; init; }

        /// <summary>What they may do: citizen, representative, agent, manager or admin.</summary>
        public required Role Role { get; init; }

        /// <summary>Cannot sign in any more; tokens that were given out run out within the hour.</summary>
        public required bool Disabled { get; init; }

        /// <summary>A new password; the old one stays when there is none.</summary>
        [MinLength(Passwords.ShortestLength), MaxLength(200)]
        public string? Password { get; init; }
    }

    /// <summary>What a list of members is narrowed to.</summary>
    public sealed class MemberQuery
    {
        [FromQuery(Name = "role"), Description("citizen, representative, agent, manager or admin.")]
        public string? Role { get; init; }

        internal Role? ToRole()
        {
            var read = new QueryErrors();
            var role = read.Word<Role>("role", Role);
            read.ThrowIfAny();
            return role;
        }
    }
}
