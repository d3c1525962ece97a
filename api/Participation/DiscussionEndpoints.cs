using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Citizens with citizens, on services: experiences, questions and answers (docs/participation.md).</summary>
public static class DiscussionEndpoints
{
    public static void MapDiscussions(this IEndpointRouteBuilder app)
    {
        var discussions = app.MapGroup("/v1/agencies/{agency}/discussions").WithTags("Discussions").WithEtags();
        discussions.MapPost("", Begin).WithName("beginDiscussion").Allow(Who.Members, "discussions:write");
        discussions.MapGet("", List).WithName("listDiscussions").Allow(Who.Anyone, "discussions:read");
        discussions.MapGet("/{id:guid}", Get).WithName("getDiscussion").Allow(Who.Anyone, "discussions:read");
        discussions.MapPost("/{id:guid}/posts", Say).WithName("addPost").Allow(Who.Members, "discussions:write").Refuses(Problems.RemarkRemoved);
        discussions.MapGet("/{id:guid}/posts", ListPosts).WithName("listPosts").Allow(Who.Anyone, "discussions:read");
        discussions.MapGet("/{id:guid}/posts/{post:guid}", GetPost).WithName("getPost").Allow(Who.Anyone, "discussions:read");
        discussions.MapPost("/{id:guid}/posts/{post:guid}/acceptance", Accept).WithName("acceptAnswer").Allow(Who.Members, "discussions:write").Refuses(Problems.NotAQuestion, Problems.NotTheAsker);
    }

    /// <summary>Tells an experience with a service, or asks other citizens something about it.</summary>
    static async Task<Created<Discussion>> Begin(Body<BeginDiscussion> body, Caller caller, Agency home, Discussions discussions, CancellationToken ct)
    {
        var wanted = body.Value;
        var begun = await discussions.BeginAsync(caller, wanted.SpeakerOf(caller), wanted.Service, wanted.Kind, wanted.Title, wanted.Text, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/discussions/{begun.Id}", begun);
    }

    /// <summary>The newest first. What was removed keeps its place, with the rule and the reason.</summary>
    static async Task<Ok<Page<Discussion>>> List(
        [FromQuery, Description("The key of a service.")] string? service,
        [FromQuery, Description("experience or question.")] string? kind,
        [FromQuery, Description("Whether an answer was accepted.")] string? answered,
        [AsParameters] PageRequest page, Caller caller, Discussions discussions, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var filter = new DiscussionFilter(read.Text("service", service), read.Word<DiscussionKind>("kind", kind), read.Flag("answered", answered));
        read.ThrowIfAny();
        var found = await discussions.ListAsync(caller, filter, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, d => new TimeCursor(d.CreatedAt, d.Id).ToString()));
    }

    static async Task<Ok<Discussion>> Get(Guid id, Caller caller, Discussions discussions, CancellationToken ct) =>
        TypedResults.Ok(await discussions.FindAsync(caller, id, ct) ?? throw Unknown(id));

    static async Task<Created<Post>> Say(Guid id, Body<AddPost> body, Caller caller, Agency home, Discussions discussions, CancellationToken ct)
    {
        var said = await discussions.AddAsync(caller, body.Value.SpeakerOf(caller), id, body.Value.Text, ct) ?? throw Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/discussions/{id}/posts/{said.Id}", said);
    }

    /// <summary>Oldest first.</summary>
    static async Task<Ok<Page<Post>>> ListPosts(Guid id, [AsParameters] PageRequest page, Caller caller, Discussions discussions, HttpContext http, CancellationToken ct)
    {
        _ = await discussions.FindAsync(caller, id, ct) ?? throw Unknown(id);
        var found = await discussions.PostsAsync(caller, id, null, InterestEndpoints.Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, p => PageRequest.After(p.Id.ToString())));
    }

    static async Task<Ok<Post>> GetPost(Guid id, Guid post, Caller caller, Discussions discussions, CancellationToken ct) =>
        TypedResults.Ok((await discussions.PostsAsync(caller, id, post, null, 1, ct)).SingleOrDefault() ?? throw Unknown(post));

    /// <summary>Whoever asked says which post answers the question; another one takes its place.</summary>
    static async Task<Ok<Discussion>> Accept(Guid id, Guid post, Caller caller, Discussions discussions, CancellationToken ct) =>
        TypedResults.Ok(await discussions.AcceptAsync(caller, id, post, ct) ?? throw Unknown(post));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no {id} among the discussions here.");

    /// <summary>Who says it.</summary>
    public abstract record WriteRemark
    {
        /// <summary>The name to stand there; none when not given.</summary>
        [MinLength(1), MaxLength(100)]
        public string? SignedAs { get; init; }

        /// <summary>Whose words they are, when staff enter them for somebody.</summary>
        public Guid? CitizenId { get; init; }

        /// <summary>By what they came to staff.</summary>
        public Channel? Channel { get; init; }

        // Of people who take part: what staff send came by the first channel that is not the internet, unless they say otherwise.
        internal Speaker SpeakerIn(Initiative to, Caller caller) =>
            Speaker.Of(caller, CitizenId, Channel ?? (caller.IsStaff ? Enum.GetValues<Channel>().First(c => c != Core.Transactions.Channel.Web && to.Channels.Contains(c.Word())) : null), SignedAs);

        internal Speaker SpeakerOf(Caller caller) => Speaker.Of(caller, CitizenId, Channel, SignedAs);
    }

    /// <summary>The beginning of a discussion.</summary>
    public sealed record BeginDiscussion : WriteRemark
    {
        /// <summary>The key of the service that it is about.</summary>
        /// <example>street-lighting</example>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }

        /// <summary>What it begins with.</summary>
        /// <example>question</example>
        public required DiscussionKind Kind { get; init; }

        /// <summary>In short.</summary>
        [MinLength(1), MaxLength(200)]
        public required string Title { get; init; }

        /// <summary>In full.</summary>
        [MinLength(1), MaxLength(10_000)]
        public required string Text { get; init; }
    }

    /// <summary>Something said in a discussion.</summary>
    public sealed record AddPost : WriteRemark
    {
        /// <summary>What is said.</summary>
        [MinLength(1), MaxLength(10_000)]
        public required string Text { get; init; }
    }
}
