using System.Globalization;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Participation.Execution;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>What citizens carry out themselves: start a task, pledge, tell how far it has come, confirm that it is done.</summary>
public static class TaskPages
{
    const Who Doers = Who.Citizen | Who.Representative;

    public static void MapTaskPages(this IEndpointRouteBuilder pages)
    {
        var tasks = pages.MapGroup("/initiatives/{key}/tasks");
        tasks.MapGet("", List).Allow(Who.Anyone);
        tasks.MapPost("", Start).Allow(Doers);
        tasks.MapGet("/{id:guid}", Show).Allow(Who.Anyone);
        tasks.MapPost("/{id:guid}/pledges", Pledge).Allow(Doers);
        tasks.MapPost("/{id:guid}/progress", Tell).Allow(Doers);
        tasks.MapPost("/{id:guid}/completion", Complete).Allow(Doers);
        tasks.MapPost("/{id:guid}/confirmations", Confirm).Allow(Doers);
    }

    static async Task<RazorComponentResult<TaskList>> List(string key, string? after, Caller caller, TaskReading reading, CancellationToken ct) =>
        new(await reading.ListAsync(caller, key, Guid.TryParse(after, out var from) ? from : null, PortalForm.Empty, ct));

    static Task<IResult> Start(string key, HttpContext http, Caller caller, Reader reader, Initiatives initiatives, Tasks tasks, TaskReading reading, CancellationToken ct) =>
        PageStep.TakeAsync<TaskList>(http, async form =>
        {
            var json = form.ToJson("signedAs", "safety");
            (json["title"], json["text"]) = (form["title"], form["text"]);
            var (wanted, of) = (PortalForm.Read<TaskEndpoints.StartTask>(json), await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct));
            var started = await tasks.StartAsync(caller, wanted.SpeakerIn(of, caller), key, new(wanted.Title, wanted.Text, null, null, null, null, wanted.Safety), ct);
            return SeeOther.To(reader.To($"initiatives/{key}/tasks/{started.Id}"));
        }, async form => await reading.ListAsync(caller, key, null, form, ct));

    static async Task<RazorComponentResult<TaskShown>> Show(string key, Guid id, Caller caller, TaskReading reading, CancellationToken ct) => new(await reading.ReadAsync(caller, key, id, PortalForm.Empty, ct));

    static Task<IResult> Pledge(string key, Guid id, HttpContext http, Caller caller, Reader reader, TaskPosts posts, TaskReading reading, CancellationToken ct) =>
        StepAsync(key, id, http, caller, reader, reading, async (form, task) =>
        {
            var json = form.ToJson("signedAs");
            (json["kind"], json["text"]) = (form["pledge"], form["text"]);
            if (form["amount"] is { Length: > 0 } typed) json["amount"] = decimal.TryParse(PortalForm.Latin(typed), CultureInfo.InvariantCulture, out var amount) ? amount : typed;
            var wanted = PortalForm.Read<TaskPostEndpoints.MakePledge>(json);
            await TaskPostEndpoints.PledgeAsync(wanted, task, caller, posts, ct);
        }, ct);

    static Task<IResult> Tell(string key, Guid id, HttpContext http, Caller caller, Reader reader, TaskPosts posts, TaskReading reading, CancellationToken ct) =>
        StepAsync(key, id, http, caller, reader, reading, async (form, task) =>
        {
            var json = form.ToJson("signedAs");
            json["text"] = form["words"];
            try
            {
                var wanted = PortalForm.Read<TaskPostEndpoints.SayToTask>(json);
                await posts.AddAsync(caller, wanted.SpeakerOf(caller), task, form["told"] switch { "safety" => RemarkKind.Safety, "thanks" => RemarkKind.Thanks, _ => RemarkKind.Progress }, wanted.Text, ct);
            }
            catch (Refusal refusal) when (refusal.Errors is [{ Pointer: "/text" } error])
            {
                throw Core.Platform.Problems.InvalidValue("/words", error.Code, error.Detail);
            }
        }, ct);

    static Task<IResult> Complete(string key, Guid id, HttpContext http, Caller caller, Reader reader, Initiatives initiatives, Tasks tasks, TaskReading reading, CancellationToken ct) =>
        StepAsync(key, id, http, caller, reader, reading, async (_, _) => await tasks.CompleteAsync(caller, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, id, ct), ct);

    static Task<IResult> Confirm(string key, Guid id, HttpContext http, Caller caller, Reader reader, Initiatives initiatives, Tasks tasks, TaskReading reading, CancellationToken ct) =>
        StepAsync(key, id, http, caller, reader, reading, async (_, _) => await tasks.ConfirmAsync(caller, (await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct)).Id, id, ct), ct);

    static Task<IResult> StepAsync(
        string key, Guid id, HttpContext http, Caller caller, Reader reader, TaskReading reading, Func<PortalForm, CitizenTask, Task> step, CancellationToken ct) =>
        PageStep.TakeAsync<TaskShown>(http, async form =>
        {
            await step(form, (await reading.ReadAsync(caller, key, id, form, ct)).Task);
            return SeeOther.To(reader.To($"initiatives/{key}/tasks/{id}"));
        }, async form => await reading.ReadAsync(caller, key, id, form, ct));
}

/// <summary>Reads tasks as their pages show them.</summary>
public sealed class TaskReading(Initiatives initiatives, Tasks tasks, TaskPosts posts)
{
    const int OnAPage = 50;
    const int MostPosts = 200;

    public async Task<SeenTasks> ListAsync(Caller caller, string key, Guid? after, PortalForm form, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var found = await tasks.ListAsync(caller, of.Id, null, after, OnAPage + 1, ct);
        return new(of, [.. found.Take(OnAPage)], found.Count > OnAPage ? found[OnAPage - 1].Id : null, form);
    }

    public async Task<SeenTask> ReadAsync(Caller caller, string key, Guid id, PortalForm form, CancellationToken ct)
    {
        var task = await TaskEndpoints.FindAsync(initiatives, tasks, caller, key, id, ct);
        return new(key, task, await posts.ListAsync(caller, id, null, null, null, MostPosts, ct), await posts.PledgesAsync(caller, id, null, null, MostPosts, ct), form);
    }
}

public sealed record SeenTasks(Initiative Initiative, IReadOnlyList<CitizenTask> Tasks, Guid? Next, PortalForm Form);

public sealed record SeenTask(string Key, CitizenTask Task, IReadOnlyList<TaskPost> Posts, IReadOnlyList<Pledge> Pledges, PortalForm Form);
