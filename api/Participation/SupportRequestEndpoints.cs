using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Execution;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>What citizens who do something themselves ask of the agency, and when it owes the answer: everybody sees what is overdue.</summary>
public static class SupportRequestEndpoints
{
    public static void MapSupportRequests(this IEndpointRouteBuilder app)
    {
        var requests = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}/tasks/{id:guid}/support-requests").WithTags("Execution").WithEtags();
        requests.MapPost("", Ask).WithName("askForSupport").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.RemarkRemoved);
        requests.MapGet("", ListOfTask).WithName("listSupportOfTask").Allow(Who.Anyone, "initiatives:read");
        requests.MapGet("/{request:guid}", Get).WithName("getSupportRequest").Allow(Who.Anyone, "initiatives:read");
        requests.MapPost("/{request:guid}/answer", Answer).WithName("answerSupportRequest").Allow(Who.Staff, "initiatives:write").Refuses(Problems.RemarkAnswered);
        app.MapGet("/v1/agencies/{agency}/support-requests", List).WithTags("Execution").WithName("listSupportRequests").Allow(Who.Anyone, "initiatives:read");
    }

    /// <summary>Asks for something. An answer is due within the first response time of the service, on its working calendar.</summary>
    static async Task<Created<SupportRequest>> Ask(
        string key, Guid id, Body<AskForSupport> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, SupportRequests requests, CancellationToken ct)
    {
        var task = await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        var asked = await requests.AskAsync(caller, body.Value.SpeakerOf(caller), task, body.Value.Service, body.Value.Text, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/tasks/{id}/support-requests/{asked.Id}", asked);
    }

    static async Task<Ok<Page<SupportRequest>>> ListOfTask(
        string key, Guid id, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, Tasks tasks, SupportRequests requests, HttpContext http, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return TypedResults.Ok(page.Of(http, await requests.ListAsync(caller, id, null, null, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct), PlaceOf));
    }

    /// <summary>Of all tasks, by the time at which the answer is due.</summary>
    static async Task<Ok<Page<SupportRequest>>> List(
        [FromQuery, Description("true: those that should have been answered by now and are not.")] string? overdue,
        [AsParameters] PageRequest page, Caller caller, SupportRequests requests, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var late = read.Flag("overdue", overdue);
        read.ThrowIfAny();
        return TypedResults.Ok(page.Of(http, await requests.ListAsync(caller, null, late, null, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct), PlaceOf));
    }

    static async Task<Ok<SupportRequest>> Get(string key, Guid id, Guid request, Caller caller, Initiatives initiatives, Tasks tasks, SupportRequests requests, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return TypedResults.Ok((await requests.ListAsync(caller, id, null, request, null, 1, ct)).SingleOrDefault() ?? throw Unknown(request));
    }

    /// <summary>Answers, with a decision and its reason; whoever asked is told.</summary>
    static async Task<Ok<SupportRequest>> Answer(
        string key, Guid id, Guid request, Body<AnswerEndpoints.WriteAnswer> body, Caller caller, Agency home, Initiatives initiatives, Tasks tasks, SupportRequests requests, CancellationToken ct)
    {
        await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return TypedResults.Ok(await requests.AnswerAsync(caller, id, request, body.Value.ToAnswer(home), ct) ?? throw Unknown(request));
    }

    static string PlaceOf(SupportRequest r) => new TimeCursor(r.DueAt, r.Id).ToString();

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no request {id} here.");

    /// <summary>A request for support.</summary>
    public sealed record AskForSupport : DiscussionEndpoints.WriteRemark
    {
        /// <summary>What is asked.</summary>
        [MinLength(1), MaxLength(5_000)]
        public required string Text { get; init; }

        /// <summary>The key of the service by whose standard an answer is due; the task's own when not given.</summary>
        /// <example>street-lighting</example>
        [MinLength(1), MaxLength(100)]
        public string? Service { get; init; }
    }
}
