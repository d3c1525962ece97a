using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Identity;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Advice, criticism and proposals in an initiative; an answer is owed to each (docs/participation.md).</summary>
public static class ContributionEndpoints
{
    public static void MapContributions(this IEndpointRouteBuilder app)
    {
        var initiative = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}").WithTags("Consultation").WithEtags();
        initiative.MapPost("/contributions", Contribute).WithName("contribute").Allow(Who.Members, "initiatives:contribute")
            .Refuses(Problems.InitiativeNotOpen, Problems.InitiativeClosed, Problems.NotEligible);
        initiative.MapGet("/contributions", List).WithName("listContributions").Allow(Who.Anyone, "initiatives:read");
        initiative.MapGet("/contributions/{id:guid}", Get).WithName("getContribution").Allow(Who.Anyone, "initiatives:read");
        initiative.MapPost("/contributions/{id:guid}/answer", AnswerOne).WithName("answerContribution").Allow(Who.Staff, "initiatives:write").Refuses(Problems.RemarkAnswered);
        initiative.MapPost("/answers", AnswerMany).WithName("answerContributions").Allow(Who.Staff, "initiatives:write").Refuses(Problems.RemarkAnswered);
        initiative.MapGet("/consultation", Report).WithName("reportOnConsultation").Allow(Who.Anyone, "initiatives:read");
        app.MapGet("/v1/me/contributions", Mine).WithTags("Consultation").WithName("listMyContributions").Allow(Who.Citizen);
    }

    /// <summary>Contributes to an initiative that is open. Staff enter what came by another channel.</summary>
    static async Task<Created<Contribution>> Contribute(
        string key, Body<MakeContribution> body, Caller caller, Agency home, Initiatives initiatives, Contributions contributions, CancellationToken ct)
    {
        var (wanted, to) = (body.Value, await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct));
        var made = await contributions.AddAsync(caller, wanted.SpeakerIn(to, caller), key, wanted.Kind, wanted.ToOn(), wanted.Text, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/contributions/{made.Id}", made);
    }

    /// <summary>Oldest first. Nobody is shown who said it, unless they signed it.</summary>
    static async Task<Ok<Page<Contribution>>> List(
        string key,
        [FromQuery, Description("advice, criticism or proposal.")] string? kind,
        [FromQuery, Description("Whether the agency answered.")] string? answered,
        [FromQuery, Description("accepted, partly, declined or noted.")] string? decision,
        [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, Contributions contributions, HttpContext http, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var read = new QueryErrors();
        var filter = new ContributionFilter(read.Word<ContributionKind>("kind", kind), read.Flag("answered", answered), read.Word<Decision>("decision", decision));
        read.ThrowIfAny();
        var found = await contributions.ListAsync(caller, of.Id, filter, null, InterestEndpoints.Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, c => PageRequest.After(c.Id.ToString())));
    }

    static async Task<Ok<Contribution>> Get(string key, Guid id, Caller caller, Initiatives initiatives, Contributions contributions, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        return TypedResults.Ok((await contributions.ListAsync(caller, of.Id, new(), id, null, 1, ct)).SingleOrDefault() ?? throw Unknown(id));
    }

    /// <summary>Answers one contribution, with a decision and its reason; its author is told.</summary>
    static async Task<Created<Answer>> AnswerOne(
        string key, Guid id, Body<AnswerEndpoints.WriteAnswer> body, Caller caller, Agency home, Initiatives initiatives, Contributions contributions, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        if ((await contributions.ListAsync(caller, of.Id, new(), id, null, 1, ct)).Count == 0) throw Unknown(id);
        return Made(home, await contributions.AnswerAsync(caller, of, [id], body.Value.ToAnswer(home), ct));
    }

    /// <summary>One answer to many contributions that say the same; each author is told.</summary>
    static async Task<Created<Answer>> AnswerMany(
        string key, Body<AnswerContributions> body, Caller caller, Agency home, Initiatives initiatives, Contributions contributions, CancellationToken ct) =>
        Made(home, await contributions.AnswerAsync(caller, await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct), body.Value.Contributions, body.Value.ToAnswer(home), ct));

    /// <summary>How many were answered, what was decided, and where it led: to a version of a service, a finding, another initiative.</summary>
    static async Task<Ok<ConsultationReport>> Report(string key, Caller caller, Initiatives initiatives, Contributions contributions, CancellationToken ct) =>
        TypedResults.Ok(await contributions.ReportAsync(caller.Agency, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, ct));

    /// <summary>What the caller said in public, the newest first, and what became of it.</summary>
    static async Task<Ok<Page<OwnRemark>>> Mine(
        [FromQuery, Description("discussion, post, contribution, topic, proposal, task, progress, safety, thanks, pledge or support.")] string? kind,
        [AsParameters] PageRequest page, Caller caller, OwnRemarks remarks, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var of = read.Word<RemarkKind>("kind", kind);
        read.ThrowIfAny();
        var found = await remarks.ListAsync(caller.Agency, MeEndpoints.CitizenOf(caller), of, InterestEndpoints.Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, r => PageRequest.After(r.Id.ToString())));
    }

    static Created<Answer> Made(Agency home, Answer answer) => TypedResults.Created($"/v1/agencies/{home.Slug}/answers/{answer.Id}", answer);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no contribution {id} here.");

    /// <summary>A contribution.</summary>
    public sealed record MakeContribution : DiscussionEndpoints.WriteRemark
    {
        /// <summary>What it is.</summary>
        /// <example>proposal</example>
        public required ContributionKind Kind { get; init; }

        /// <summary>What is said.</summary>
        [MinLength(1), MaxLength(10_000)]
        public required string Text { get; init; }

        /// <summary>What it is about: a passage as a text, or an object with <c>passage</c> and <c>service</c> (its key).</summary>
        [MaxLength(2_000)]
        public JsonElement? On { get; init; }

        internal On ToOn() => On switch
        {
            null or { ValueKind: JsonValueKind.Null } => new(null, null),
            { ValueKind: JsonValueKind.String } text => new(text.GetString(), null),
            { ValueKind: JsonValueKind.Object } thing => new(Member(thing, "passage"), Member(thing, "service")),
            _ => throw Core.Platform.Problems.InvalidValue("/on", "type", "This has to be a text, or an object with passage and service."),
        };

        static string? Member(JsonElement of, string name) => !of.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Core.Platform.Problems.InvalidValue($"/on/{name}", "type", "This has to be a text.");
    }

    /// <summary>One answer to many.</summary>
    public sealed record AnswerContributions : AnswerEndpoints.WriteAnswer
    {
        /// <summary>The contributions that it answers.</summary>
        [MinLength(1), MaxLength(Core.Participation.Consultation.Contributions.MostAtOnce)]
        public required Guid[] Contributions { get; init; }
    }
}
