using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>What citizens put on the agenda: past a published number of supporters the agency owes an answer (docs/participation.md).</summary>
public static class TopicEndpoints
{
    public static void MapTopics(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Agenda").WithEtags();
        agency.MapPost("/topics", Open).WithName("openTopic").Allow(Who.Members, "initiatives:contribute");
        agency.MapGet("/topics", List).WithName("listTopics").Allow(Who.Anyone, "initiatives:read");
        agency.MapGet("/topics/{id:guid}", Get).WithName("getTopic").Allow(Who.Anyone, "initiatives:read");
        agency.MapPost("/topics/{id:guid}/support", Support).WithName("supportTopic").Allow(Who.Citizen | Who.Staff, "initiatives:contribute").Refuses(Problems.AlreadySupported, Problems.RemarkRemoved);
        agency.MapDelete("/topics/{id:guid}/support", Withdraw).WithName("withdrawSupport").Allow(Who.Citizen | Who.Staff, "initiatives:contribute");
        agency.MapPost("/topics/{id:guid}/answer", Answer).WithName("answerTopic").Allow(Who.Staff, "initiatives:write").Refuses(Problems.RemarkAnswered);
        agency.MapGet("/agenda", Read).WithName("getAgenda").Allow(Who.Anyone, "initiatives:read");
        agency.MapPut("/agenda", Set).WithName("setAgenda").Allow(Who.Manager | Who.Admin, "initiatives:write");
    }

    /// <summary>Opens a topic. Staff who say nothing else open one of the agency's own.</summary>
    static async Task<Created<Topic>> Open(Body<OpenTopic> body, Caller caller, Agency home, Topics topics, CancellationToken ct)
    {
        var opened = await topics.OpenAsync(caller, body.Value.SpeakerOf(caller), body.Value.Service, body.Value.Title, body.Value.Text, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/topics/{opened.Id}", opened);
    }

    /// <summary>The newest first.</summary>
    static async Task<Ok<Page<Topic>>> List(
        [FromQuery, Description("open, owed or answered.")] string? state,
        [FromQuery, Description("Whose they are: citizen or staff.")] string? setBy,
        [FromQuery, Description("The key of a service.")] string? service,
        [FromQuery, Description("true: those that should have been answered by now and are not.")] string? overdue,
        [AsParameters] PageRequest page, Caller caller, Topics topics, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var filter = new TopicFilter(read.Word<TopicState>("state", state), read.Word<ActorKind>("setBy", setBy), read.Text("service", service), read.Flag("overdue", overdue));
        read.ThrowIfAny();
        return TypedResults.Ok(page.Of(http, await topics.ListAsync(caller, filter, InterestEndpoints.Place(page), page.LimitAndOne, ct), t => PageRequest.After(t.Id.ToString())));
    }

    static async Task<Ok<Topic>> Get(Guid id, Caller caller, Topics topics, CancellationToken ct) => TypedResults.Ok(await topics.FindAsync(caller, id, ct) ?? throw Unknown(id));

    /// <summary>Supports a topic, once each. Staff say for whom.</summary>
    static async Task<Ok<Topic>> Support(Guid id, Body<SupportTopic> body, Caller caller, Topics topics, CancellationToken ct) =>
        TypedResults.Ok(await topics.SupportAsync(caller, Whose(caller, body.Value.CitizenId, id, "/citizenId"), id, ct) ?? throw Unknown(id));

    /// <summary>Takes support back. An answer that is owed by then stays owed.</summary>
    static async Task<Ok<Topic>> Withdraw(
        Guid id, [FromQuery, Description("Whose, when staff enter it.")] string? citizenId, Caller caller, Topics topics, CancellationToken ct)
    {
        var read = new QueryErrors();
        var named = read.Id("citizenId", citizenId);
        read.ThrowIfAny();
        return TypedResults.Ok(await topics.WithdrawAsync(caller, Whose(caller, named, id, "?citizenId"), id, ct) ?? throw Unknown(id));
    }

    static Guid Whose(Caller caller, Guid? named, Guid topic, string pointer) =>
        caller.IsStaff ? named ?? throw Core.Platform.Problems.InvalidValue(pointer, "required", "Say whose support it is.")
        : named is { } other && other != caller.CitizenId ? throw Core.Platform.Problems.InvalidValue(pointer, "not-allowed", "Only staff enter somebody else's support.")
        : caller.CitizenId ?? throw Unknown(topic);

    /// <summary>Answers a topic, with a decision and its reason; whoever opened it is told.</summary>
    static async Task<Ok<Topic>> Answer(Guid id, Body<AnswerEndpoints.WriteAnswer> body, Caller caller, Agency home, Topics topics, CancellationToken ct) =>
        TypedResults.Ok(await topics.AnswerAsync(caller, id, body.Value.ToAnswer(home), ct) ?? throw Unknown(id));

    /// <summary>Who sets the agenda: topics of citizens and of the agency counted apart, and what is owed to them.</summary>
    static async Task<Ok<AgendaView>> Read(Caller caller, Agenda agenda, CancellationToken ct) => TypedResults.Ok(await agenda.ReadAsync(caller.Agency, ct));

    /// <summary>Publishes from how many supporters on an answer is owed, and within how many days. Topics that are open keep what held when they were opened.</summary>
    static async Task<Ok<AgendaSettings>> Set(Body<WriteAgenda> body, Caller caller, Agenda agenda, CancellationToken ct) =>
        TypedResults.Ok(await agenda.SetAsync(caller, body.Value.Threshold, body.Value.AnswerDays, ct));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no topic {id} here.");

    /// <summary>A topic.</summary>
    public sealed record OpenTopic : DiscussionEndpoints.WriteRemark
    {
        /// <summary>In short.</summary>
        [MinLength(1), MaxLength(200)]
        public required string Title { get; init; }

        /// <summary>In full.</summary>
        [MinLength(1), MaxLength(10_000)]
        public required string Text { get; init; }

        /// <summary>The key of the service that it is about.</summary>
        /// <example>street-lighting</example>
        [MinLength(1), MaxLength(100)]
        public string? Service { get; init; }
    }

    /// <summary>Support.</summary>
    public sealed record SupportTopic
    {
        /// <summary>Whose, when staff enter it.</summary>
        /// <example>01980000-0000-7000-8000-000000000000</example>
        public Guid? CitizenId { get; init; }
    }

    /// <summary>From when on an answer is owed.</summary>
    public sealed record WriteAgenda
    {
        /// <summary>Supporters.</summary>
        /// <example>100</example>
        [Range(1, 10_000_000)]
        public required int Threshold { get; init; }

        /// <summary>Days until the answer.</summary>
        /// <example>30</example>
        [Range(1, 365)]
        public required int AnswerDays { get; init; }
    }
}
