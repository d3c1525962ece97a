using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Participation.Execution;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using EntityTagHeaderValue = Microsoft.Net.Http.Headers.EntityTagHeaderValue;
using FileProblems = Cirm.Core.Transactions.Files.Problems;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Pledges for a task, how far it has come with pictures, what to look out for, and thanks.</summary>
public static class TaskPostEndpoints
{
    public static void MapTaskPosts(this IEndpointRouteBuilder app)
    {
        var task = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}/tasks/{id:guid}").WithTags("Execution").WithEtags();
        task.MapPost("/pledges", Pledge).WithName("pledge").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.RemarkRemoved, Problems.TaskStep);
        task.MapGet("/pledges", ListPledges).WithName("listPledges").Allow(Who.Anyone, "initiatives:read");
        task.MapGet("/pledges/{pledge:guid}", GetPledge).WithName("getPledge").Allow(Who.Anyone, "initiatives:read");
        task.MapPost("/pledges/{pledge:guid}/withdrawal", Withdraw).WithName("withdrawPledge").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.NotThePledger, Problems.TaskStep);
        task.MapPost("/progress", Progress).WithName("reportProgress").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.RemarkRemoved);
        task.MapPost("/safety-notes", Warn).WithName("addSafetyNote").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.RemarkRemoved);
        task.MapPost("/thanks", Thank).WithName("thank").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.RemarkRemoved);
        task.MapGet("/progress", List).WithName("listProgress").Allow(Who.Anyone, "initiatives:read");
        task.MapGet("/progress/{post:guid}", Get).WithName("getProgress").Allow(Who.Anyone, "initiatives:read");
        AttachmentEndpoints.TakesFiles(task.MapPost("/progress/{post:guid}/pictures", Show).WithName("addPictures").Allow(Who.Members));
        task.MapGet("/progress/{post:guid}/pictures/{picture:guid}", Read).WithName("readPicture").Allow(Who.Anyone, "initiatives:read")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").Produces<Stream>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Refuses(FileProblems.Unreadable, Core.Platform.Problems.BadRequest);
    }

    /// <summary>Promises people, hours, things or money for a task. Money is a promise: nothing is paid here.</summary>
    static async Task<Created<Pledge>> Pledge(
        string key, Guid id, Body<MakePledge> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct)
    {
        var (wanted, task) = (body.Value, await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct));
        var made = await PledgeAsync(wanted, task, caller, posts, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/tasks/{id}/pledges/{made.Id}", made);
    }

    internal static Task<Pledge> PledgeAsync(MakePledge wanted, CitizenTask task, Caller caller, TaskPosts posts, CancellationToken ct) =>
        wanted.Amount is null && wanted.Kind != PledgeKind.Things ? throw Core.Platform.Problems.InvalidValue("/amount", "required", "Say how many, or how much.")
            : posts.PledgeAsync(caller, wanted.SpeakerOf(caller), task, wanted.Kind, wanted.Amount, wanted.Text, ct);

    static async Task<Ok<Page<Pledge>>> ListPledges(
        string key, Guid id, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, Tasks tasks, TaskPosts posts, HttpContext http, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return TypedResults.Ok(page.Of(http, await posts.PledgesAsync(caller, id, null, InterestEndpoints.Place(page), page.LimitAndOne, ct), p => PageRequest.After(p.Id.ToString())));
    }

    static async Task<Ok<Pledge>> GetPledge(string key, Guid id, Guid pledge, Caller caller, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return TypedResults.Ok((await posts.PledgesAsync(caller, id, pledge, null, 1, ct)).SingleOrDefault() ?? throw Unknown(pledge));
    }

    /// <summary>Takes a promise back while the task is open. It stays in the list and says so.</summary>
    static async Task<Ok<Pledge>> Withdraw(string key, Guid id, Guid pledge, Caller caller, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct) =>
        TypedResults.Ok(await posts.WithdrawAsync(caller, await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct), pledge, ct) ?? throw Unknown(pledge));

    /// <summary>Tells how far it has come; pictures are added to that.</summary>
    static Task<Created<TaskPost>> Progress(string key, Guid id, Body<SayToTask> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct) =>
        SayAsync(RemarkKind.Progress, key, id, body, caller, home, initiatives, tasks, posts, ct);

    /// <summary>Tells what to look out for.</summary>
    static Task<Created<TaskPost>> Warn(string key, Guid id, Body<SayToTask> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct) =>
        SayAsync(RemarkKind.Safety, key, id, body, caller, home, initiatives, tasks, posts, ct);

    /// <summary>Thanks those who do it.</summary>
    static Task<Created<TaskPost>> Thank(string key, Guid id, Body<SayToTask> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct) =>
        SayAsync(RemarkKind.Thanks, key, id, body, caller, home, initiatives, tasks, posts, ct);

    static async Task<Created<TaskPost>> SayAsync(
        RemarkKind kind, string key, Guid id, Body<SayToTask> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct)
    {
        var task = await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        var said = await posts.AddAsync(caller, body.Value.SpeakerOf(caller), task, kind, body.Value.Text, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/tasks/{id}/progress/{said.Id}", said);
    }

    /// <summary>Progress, safety notes and thanks, oldest first.</summary>
    static async Task<Ok<Page<TaskPost>>> List(
        string key, Guid id, [FromQuery, Description("progress, safety or thanks.")] string? kind,
        [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, Tasks tasks, TaskPosts posts, HttpContext http, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        var read = new QueryErrors();
        var of = read.Word<RemarkKind>("kind", kind);
        read.ThrowIfAny();
        return TypedResults.Ok(page.Of(http, await posts.ListAsync(caller, id, of, null, InterestEndpoints.Place(page), page.LimitAndOne, ct), p => PageRequest.After(p.Id.ToString())));
    }

    static async Task<Ok<TaskPost>> Get(string key, Guid id, Guid post, Caller caller, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return TypedResults.Ok(await FindAsync(posts, caller, id, post, ct));
    }

    /// <summary>Adds pictures to what one said oneself: all of them, or none. What they tell of their makers is taken out, always: everybody sees them.</summary>
    static async Task<Created<AddedPictures>> Show(
        string key, Guid id, Guid post, HttpRequest http, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        var said = await FindAsync(posts, caller, id, post, ct);
        if (!said.Mine && !(caller.IsStaff && said.Assisted)) throw Unknown(post);
        using var upload = await AttachmentUpload.ReadAsync(http, caller.Retry, ct);
        if (upload.KeepMetadata) throw Core.Platform.Problems.InvalidValue("/keepMetadata", "not-allowed", "Everybody sees these pictures.");
        var added = await posts.ShowAsync(caller, id, said, upload.Files, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/tasks/{id}/progress/{post}/pictures/{added[0].Id}", new AddedPictures(added));
    }

    /// <summary>The picture itself, by ranges too; its ETag is its SHA-256.</summary>
    static async Task<FileStreamHttpResult> Read(
        string key, Guid id, Guid post, Guid picture, Caller caller, Initiatives initiatives, Tasks tasks, TaskPosts posts, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        var file = await posts.OpenAsync(caller.Agency, id, post, picture, ct) ?? throw Unknown(picture);
        return TypedResults.Stream(file.Content, file.MediaType, file.Name, file.CreatedAt, new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
    }

    static async Task<TaskPost> FindAsync(TaskPosts posts, Caller caller, Guid task, Guid post, CancellationToken ct) =>
        (await posts.ListAsync(caller, task, null, post, null, 1, ct)).SingleOrDefault() ?? throw Unknown(post);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no {id} of yours with this task.");

    /// <summary>Pictures that were added.</summary>
    public sealed record AddedPictures(IReadOnlyList<Picture> Items)
    {
        /// <summary>The first one's.</summary>
        public Guid Id => Items[0].Id;
    }

    /// <summary>Something said to a task.</summary>
    public sealed record SayToTask : DiscussionEndpoints.WriteRemark
    {
        /// <summary>What is said.</summary>
        [MinLength(1), MaxLength(5_000)]
        public required string Text { get; init; }
    }

    /// <summary>A pledge.</summary>
    public sealed record MakePledge : DiscussionEndpoints.WriteRemark
    {
        /// <summary>What is promised.</summary>
        /// <example>hours</example>
        public required PledgeKind Kind { get; init; }

        /// <summary>People, hours, or units of the currency.</summary>
        /// <example>4</example>
        [Range(0.01, 1e9)]
        public decimal? Amount { get; init; }

        /// <summary>In words.</summary>
        [MinLength(1), MaxLength(2_000)]
        public required string Text { get; init; }
    }
}
