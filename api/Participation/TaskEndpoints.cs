using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Execution;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>What citizens carry out themselves: started without waiting, done, confirmed by two others (docs/participation.md).</summary>
public static class TaskEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder app)
    {
        var tasks = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}/tasks").WithTags("Execution").WithEtags();
        tasks.MapPost("", Start).WithName("startTask").Allow(Who.Members, "initiatives:contribute")
            .Refuses(Problems.NotExecution, Problems.InitiativeNotOpen, Problems.InitiativeClosed, Problems.NotEligible);
        tasks.MapGet("", List).WithName("listTasks").Allow(Who.Anyone, "initiatives:read");
        tasks.MapGet("/{id:guid}", Get).WithName("getTask").Allow(Who.Anyone, "initiatives:read");
        tasks.MapPost("/{id:guid}/completion", Complete).WithName("completeTask").Allow(Who.Members).Refuses(Problems.TaskStep, Problems.NotTheStarter);
        tasks.MapPost("/{id:guid}/confirmations", Confirm).WithName("confirmTask").Allow(Who.Members).Refuses(Problems.TaskStep, Problems.OwnTask, Problems.AlreadyConfirmed);
        tasks.MapGet("/{id:guid}/certificate", Certify).WithName("getCertificate").Allow(Who.Anyone, "initiatives:read").Refuses(Problems.TaskStep);
    }

    /// <summary>Starts a task; nobody has to allow it. It may settle a case: "we did it ourselves".</summary>
    static async Task<Created<CitizenTask>> Start(string key, Body<StartTask> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, CancellationToken ct)
    {
        var (wanted, of) = (body.Value, await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct));
        var started = await tasks.StartAsync(caller, wanted.SpeakerIn(of, caller), key, new(wanted.Title, wanted.Text, wanted.Organisation, wanted.Service, wanted.Case, wanted.Option, wanted.Safety), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/tasks/{started.Id}", started);
    }

    /// <summary>Oldest first.</summary>
    static async Task<Ok<Page<CitizenTask>>> List(
        string key, [FromQuery, Description("open, done or confirmed.")] string? state, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, Tasks tasks, HttpContext http,
        CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var read = new QueryErrors();
        var at = read.Word<TaskState>("state", state);
        read.ThrowIfAny();
        return TypedResults.Ok(page.Of(http, await tasks.ListAsync(caller, of.Id, at, InterestEndpoints.Place(page), page.LimitAndOne, ct), t => PageRequest.After(t.Id.ToString())));
    }

    static async Task<Ok<CitizenTask>> Get(string key, Guid id, Caller caller, Initiatives initiatives, Tasks tasks, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(initiatives, tasks, caller, key, id, ct));

    /// <summary>Whoever started it says that it is done.</summary>
    static async Task<Ok<CitizenTask>> Complete(string key, Guid id, Caller caller, Initiatives initiatives, Tasks tasks, CancellationToken ct) =>
        TypedResults.Ok(await tasks.CompleteAsync(caller, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, id, ct) ?? throw Unknown(id));

    /// <summary>Somebody else says so too; the second one confirms it.</summary>
    static async Task<Ok<CitizenTask>> Confirm(string key, Guid id, Caller caller, Initiatives initiatives, Tasks tasks, CancellationToken ct) =>
        TypedResults.Ok(await tasks.ConfirmAsync(caller, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, id, ct) ?? throw Unknown(id));

    /// <summary>What was done, for whoever did it to keep or print.</summary>
    static async Task<Ok<Certificate>> Certify(string key, Guid id, Caller caller, Initiatives initiatives, Tasks tasks, CancellationToken ct) =>
        TypedResults.Ok(await tasks.CertifyAsync(caller.Agency, (await FindAsync(initiatives, tasks, caller, key, id, ct)).Id, ct));

    /// <summary>One task, as the caller sees it.</summary>
    internal static async Task<CitizenTask> FindAsync(Initiatives initiatives, Tasks tasks, Caller caller, string key, Guid id, CancellationToken ct) =>
        await tasks.FindAsync(caller, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, id, ct) ?? throw Unknown(id);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no task {id} here.");

    /// <summary>A task.</summary>
    public sealed record StartTask : DiscussionEndpoints.WriteRemark
    {
        /// <summary>In short.</summary>
        [MinLength(1), MaxLength(200)]
        public required string Title { get; init; }

        /// <summary>What is to be done.</summary>
        [MinLength(1), MaxLength(10_000)]
        public required string Text { get; init; }

        /// <summary>What to look out for.</summary>
        [MinLength(1), MaxLength(5_000)]
        public string? Safety { get; init; }

        /// <summary>The key of the service whose need it meets; by its standard the agency answers requests for support.</summary>
        /// <example>street-lighting</example>
        [MinLength(1), MaxLength(100)]
        public string? Service { get; init; }

        /// <summary>The key of the civil organisation that does it.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Organisation { get; init; }

        /// <summary>The key of the option that it carries out: of this initiative, or of the decision that it goes on from.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Option { get; init; }

        /// <summary>The case that is settled by it: one's own, unless staff say so.</summary>
        public Guid? Case { get; init; }
    }
}
