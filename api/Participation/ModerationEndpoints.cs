using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Texts taken out of sight by published rules, in view of everybody, with an appeal (docs/participation.md).</summary>
public static class ModerationEndpoints
{
    public static void MapModeration(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Moderation").WithEtags();
        agency.MapGet("/moderation-rules", ListRules).WithName("listModerationRules").Allow(Who.Anyone, "discussions:read");
        agency.MapGet("/moderation-rules/{key}", GetRule).WithName("getModerationRule").Allow(Who.Anyone, "discussions:read");
        agency.MapPut("/moderation-rules/{key}", PutRule).WithName("putModerationRule").Allow(Who.Manager | Who.Admin, "discussions:write");
        agency.MapPost("/remarks/{id:guid}/removal", Remove).WithName("removeRemark").Allow(Who.Staff).Refuses(Problems.RemarkRemoved);
        agency.MapGet("/removals", List).WithName("listRemovals").Allow(Who.Anyone, "discussions:read");
        agency.MapGet("/removals/{id:guid}", Get).WithName("getRemoval").Allow(Who.Anyone, "discussions:read");
        agency.MapPost("/removals/{id:guid}/appeal", Appeal).WithName("appealRemoval").Allow(Who.Members).Refuses(Problems.RemovalAppealed);
        agency.MapPost("/removals/{id:guid}/decision", Decide).WithName("decideRemoval").Allow(Who.Staff).Refuses(Problems.OwnRemoval, Problems.RemovalNotAppealed);
    }

    static async Task<Ok<Page<ModerationRule>>> ListRules([AsParameters] PageRequest page, Caller caller, Moderation moderation, HttpContext http, CancellationToken ct)
    {
        var found = await moderation.RulesAsync(caller.Agency, null, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, r => PageRequest.After(r.Key)));
    }

    static async Task<Ok<ModerationRule>> GetRule(string key, Caller caller, Moderation moderation, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await moderation.RulesAsync(caller.Agency, key, null, 1, ct) : []).SingleOrDefault()
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no rule \"{key}\"."));

    /// <summary>Publishes a rule, or changes how it reads. What was removed before stays under the rule as it read then.</summary>
    static async Task<Ok<ModerationRule>> PutRule(string key, Body<WriteRule> body, Caller caller, Agency home, Moderation moderation, CancellationToken ct)
    {
        if (key.Length > 100 || !BodyValidator.IsClean(key)) throw Core.Platform.Problems.NotFound.Because("This is not a key for a rule.");
        return TypedResults.Ok(await moderation.PutRuleAsync(caller, key, body.Value.Title.In(home.Language), body.Value.Text.In(home.Language), ct));
    }

    /// <summary>Takes a text out of sight, wherever it stands: a discussion, a post, a contribution. Its place stays, with the rule and the reason.</summary>
    static async Task<Created<Removal>> Remove(Guid id, Body<RemoveRemark> body, Caller caller, Agency home, Moderation moderation, CancellationToken ct)
    {
        var removal = await moderation.RemoveAsync(caller, id, body.Value.Rule, body.Value.Reason, ct) ?? throw Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/removals/{removal.Id}", removal);
    }

    /// <summary>What was removed, the last first, without what it said; staff and authors read that too.</summary>
    static async Task<Ok<Page<Removal>>> List(
        [FromQuery, Description("standing, appealed, upheld or dismissed.")] string? state,
        [AsParameters] PageRequest page, Caller caller, Moderation moderation, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var inState = read.Word<RemovalState>("state", state);
        read.ThrowIfAny();
        var shown = page.Of(http, await moderation.ListAsync(caller, inState, null, InterestEndpoints.Place(page), page.LimitAndOne, ct), r => PageRequest.After(r.Id.ToString()));
        if (caller.IsStaff) await log.RecordListAsync(caller, "removals.listed", "remark", null, shown.Items.Select(r => r.Remark), ct);
        return TypedResults.Ok(shown);
    }

    static async Task<Ok<Removal>> Get(Guid id, Caller caller, Moderation moderation, AccessLog log, CancellationToken ct)
    {
        var found = (await moderation.ListAsync(caller, null, id, null, 1, ct)).SingleOrDefault() ?? throw Unknown(id);
        if (caller.IsStaff) await log.RecordAsync(caller, "removal.read", "remark", found.Remark, ct);
        return TypedResults.Ok(found);
    }

    /// <summary>Its author objects, once.</summary>
    static async Task<Ok<Removal>> Appeal(Guid id, Body<AppealRemoval> body, Caller caller, Moderation moderation, CancellationToken ct) =>
        TypedResults.Ok(await moderation.AppealAsync(caller, id, body.Value.Reason, ct) ?? throw Unknown(id));

    /// <summary>Somebody other than who removed it decides; upheld, the text is seen again.</summary>
    static async Task<Ok<Removal>> Decide(Guid id, Body<DecideRemoval> body, Caller caller, Moderation moderation, CancellationToken ct) =>
        TypedResults.Ok(await moderation.DecideAsync(caller, id, body.Value.Upheld, body.Value.Reason, ct) ?? throw Unknown(id));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no {id} of this kind for you here.");

    /// <summary>A rule of moderation.</summary>
    public sealed record WriteRule
    {
        /// <summary>In short.</summary>
        [MaxLength(200)]
        public required Localized Title { get; init; }

        /// <summary>In full: what is removed, and what is not.</summary>
        [MaxLength(5_000)]
        public required Localized Text { get; init; }
    }

    /// <summary>Why a text is taken out of sight.</summary>
    public sealed record RemoveRemark
    {
        /// <summary>The key of a published rule.</summary>
        /// <example>no-insults</example>
        [MinLength(1), MaxLength(100)]
        public required string Rule { get; init; }

        /// <summary>Why it goes against the rule; everybody reads it.</summary>
        [MinLength(1), MaxLength(2_000)]
        public required string Reason { get; init; }
    }

    /// <summary>An objection.</summary>
    public sealed record AppealRemoval
    {
        /// <summary>Why the text should stand.</summary>
        [MinLength(1), MaxLength(5_000)]
        public required string Reason { get; init; }
    }

    /// <summary>The decision on an objection.</summary>
    public sealed record DecideRemoval
    {
        /// <summary>true: the text is seen again.</summary>
        public required bool Upheld { get; init; }

        /// <summary>Why; everybody reads it.</summary>
        [MinLength(1), MaxLength(2_000)]
        public required string Reason { get; init; }
    }
}
