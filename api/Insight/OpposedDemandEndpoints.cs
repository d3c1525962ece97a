using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Segments that want the opposite of each other of one service, and the public dialogue that this opens (docs/insights.md).</summary>
public static class OpposedDemandEndpoints
{
    public static void MapOpposedDemands(this IEndpointRouteBuilder app)
    {
        var opposed = app.MapGroup("/v1/agencies/{agency}/opposed-demands").WithTags("Conflicts").WithEtags();
        opposed.MapPost("", Declare).WithName("declareOpposedDemand").Allow(Who.Staff, "insights:write");
        opposed.MapGet("", List).WithName("listOpposedDemands").Allow(Who.Staff, "insights:read");
        opposed.MapGet("/{id:guid}", Get).WithName("getOpposedDemand").Allow(Who.Staff, "insights:read");
        opposed.MapPost("/{id:guid}/confirmation", Confirm).WithName("confirmOpposedDemand").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.OpposedStep);
        opposed.MapPost("/{id:guid}/dismissal", Dismiss).WithName("dismissOpposedDemand").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.OpposedStep);
        opposed.MapPost("/{id:guid}/dialogue", Open).WithName("openDialogue").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.OpposedStep);
        opposed.MapPost("/{id:guid}/agreement", Agree).WithName("agreeInDialogue").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.OpposedStep);
        opposed.MapPost("/{id:guid}/closing", Close).WithName("closeOpposedDemand").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.OpposedStep);
        var dialogues = app.MapGroup("/v1/agencies/{agency}/dialogues").WithTags("Conflicts").WithEtags();
        dialogues.MapGet("", Dialogues).WithName("listDialogues").Allow(Who.Anyone, "insights:read");
        dialogues.MapGet("/{id:guid}", GetDialogue).WithName("getDialogue").Allow(Who.Anyone, "insights:read");
        app.MapGet("/v1/agencies/{agency}/insights/{id:guid}/conflicts", OfInsight).WithName("conflictsOfInsight").WithTags("Conflicts").WithEtags().Allow(Who.Staff, "insights:read");
    }

    static async Task<Created<OpposedDemand>> Declare(Body<DeclareOpposed> body, Caller caller, Agency home, OpposedDemands opposed, CancellationToken ct)
    {
        var wanted = body.Value;
        if (wanted.Sides.Select(s => s.Segment).Distinct().Count() != wanted.Sides.Length)
            throw Core.Platform.Problems.InvalidValue("/sides", "duplicate", "Each side is another segment.");
        var declared = await opposed.DeclareAsync(
            caller, wanted.Service, wanted.Title.In(home.Language), [.. wanted.Sides.Select(s => new Side(s.Segment, s.Demand.In(home.Language)))], null, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/opposed-demands/{declared.Id}", declared);
    }

    static async Task<Ok<Page<OpposedDemand>>> List(
        [FromQuery, Description("A service's key.")] string? service,
        [FromQuery, Description("Any of these, with commas between: proposed, open, dialogue, agreed, closed, dismissed.")] string? state,
        [AsParameters] PageRequest page, Caller caller, OpposedDemands opposed, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (key, states) = (read.Text("service", service), read.Words<OpposedState>("state", state));
        read.ThrowIfAny();
        var found = await opposed.ListAsync(caller.Agency, false, key, states, null, InterestEndpoints.Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, d => PageRequest.After(d.Id.ToString())));
    }

    static async Task<Ok<OpposedDemand>> Get(Guid id, Caller caller, OpposedDemands opposed, CancellationToken ct) =>
        TypedResults.Ok((await opposed.ListAsync(caller.Agency, false, null, null, id, null, 1, ct)).SingleOrDefault() ?? throw Unknown(id));

    /// <summary>Says that what a survey shows is an opposed demand: from then on decisions have to know of it.</summary>
    static async Task<Ok<OpposedDemand>> Confirm(Guid id, Body<ConfirmOpposed> body, Caller caller, Agency home, OpposedDemands opposed, CancellationToken ct) =>
        TypedResults.Ok(await opposed.ConfirmAsync(caller, id, body.Value.Title?.In(home.Language), ct) ?? throw Unknown(id));

    /// <summary>Says that it is none, and why. It is not proposed again.</summary>
    static async Task<Ok<OpposedDemand>> Dismiss(Guid id, Body<InsightStepEndpoints.SayWhy> body, Caller caller, Agency home, OpposedDemands opposed, CancellationToken ct) =>
        TypedResults.Ok(await opposed.DismissAsync(caller, id, body.Value.Reason.In(home.Language), ct) ?? throw Unknown(id));

    /// <summary>Opens a public dialogue between the sides.</summary>
    static async Task<Ok<OpposedDemand>> Open(Guid id, Body<OpenDialogue> body, Caller caller, Agency home, OpposedDemands opposed, TimeProvider clock, CancellationToken ct)
    {
        var (opens, closes) = (body.Value.OpensAt, body.Value.ClosesAt);
        if (closes <= (opens ?? clock.Now()) || closes > clock.Now().AddYears(2))
            throw Core.Platform.Problems.InvalidValue("/closesAt", "range", "A dialogue closes after it has opened, and within two years.");
        return TypedResults.Ok(await opposed.OpenDialogueAsync(caller, id, body.Value.Invitation.In(home.Language), opens, closes, ct) ?? throw Unknown(id));
    }

    /// <summary>Keeps the statement on which the sides agreed, and why it is in the interest of all. Both are published.</summary>
    static async Task<Ok<OpposedDemand>> Agree(Guid id, Body<AgreedStatement> body, Caller caller, Agency home, OpposedDemands opposed, CancellationToken ct) =>
        TypedResults.Ok(await opposed.AgreeAsync(caller, id, body.Value.Statement.In(home.Language), body.Value.PublicInterest.In(home.Language), ct) ?? throw Unknown(id));

    /// <summary>Says that it is over without a statement; who read of the dialogue reads why.</summary>
    static async Task<Ok<OpposedDemand>> Close(Guid id, Body<InsightStepEndpoints.SayWhy> body, Caller caller, Agency home, OpposedDemands opposed, CancellationToken ct) =>
        TypedResults.Ok(await opposed.CloseAsync(caller, id, body.Value.Reason.In(home.Language), ct) ?? throw Unknown(id));

    /// <summary>Public dialogues: who wants what, until when both sides speak, and on what they agreed.</summary>
    static async Task<Ok<Page<OpposedDemand>>> Dialogues([AsParameters] PageRequest page, Caller caller, OpposedDemands opposed, HttpContext http, CancellationToken ct)
    {
        var found = await opposed.ListAsync(caller.Agency, true, null, null, null, InterestEndpoints.Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, d => PageRequest.After(d.Id.ToString())));
    }

    static async Task<Ok<OpposedDemand>> GetDialogue(Guid id, Caller caller, OpposedDemands opposed, CancellationToken ct) =>
        TypedResults.Ok((await opposed.ListAsync(caller.Agency, true, null, null, id, null, 1, ct)).SingleOrDefault()
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no dialogue {id} here."));

    /// <summary>What whoever decides an insight has to have seen: declared interests in its service, and segments that want the opposite of each other.</summary>
    static async Task<Ok<Conflicts>> OfInsight(Guid id, Caller caller, FindingSteps steps, CancellationToken ct) =>
        TypedResults.Ok(await steps.ConflictsAsync(caller, id, ct) ?? throw InsightEndpoints.Unknown(id));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no opposed demand {id} here.");

    /// <summary>Segments that want the opposite of each other.</summary>
    public sealed record DeclareOpposed
    {
        /// <summary>Of which service.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }

        /// <summary>In one line.</summary>
        [MaxLength(300)]
        public required Localized Title { get; init; }

        /// <summary>Who wants what.</summary>
        [MinLength(2), MaxLength(10)]
        public required OneSide[] Sides { get; init; }
    }

    /// <summary>What was found is an opposed demand.</summary>
    public sealed record ConfirmOpposed
    {
        /// <summary>In one line, better than the survey's question says it.</summary>
        [MaxLength(300)]
        public Localized? Title { get; init; }
    }

    /// <summary>A side.</summary>
    public sealed record OneSide
    {
        /// <summary>A segment's key.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Segment { get; init; }

        /// <summary>What it asks for.</summary>
        [MaxLength(2_000)]
        public required Localized Demand { get; init; }
    }

    /// <summary>A public dialogue.</summary>
    public sealed record OpenDialogue
    {
        /// <summary>Who is invited to speak, where and how; not by internet or in writing only.</summary>
        [MaxLength(4_000)]
        public required Localized Invitation { get; init; }

        /// <summary>From when on; when not given, now.</summary>
        public DateTimeOffset? OpensAt { get; init; }

        /// <summary>Until when.</summary>
        /// <example>2027-12-31T16:00:00Z</example>
        public required DateTimeOffset ClosesAt { get; init; }
    }

    /// <summary>What came of a dialogue.</summary>
    public sealed record AgreedStatement
    {
        /// <summary>On what the sides agreed.</summary>
        [MaxLength(10_000)]
        public required Localized Statement { get; init; }

        /// <summary>Why that is in the interest of all.</summary>
        [MaxLength(4_000)]
        public required Localized PublicInterest { get; init; }
    }
}
