using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Insight;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>A case on one screen: what it says, what to mind, what happened, and the steps that are possible now.</summary>
public static class DeskCasePages
{
    public static void MapDeskCases(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/desk/cases/{id:guid}", Show).Allow(Who.Staff);
        pages.MapPost("/desk/cases/{id:guid}/transitions", Transition).Allow(Who.Staff);
        pages.MapPost("/desk/cases/{id:guid}/notes", AddNote).Allow(Who.Staff);
        pages.MapPost("/desk/cases/{id:guid}/questions", Ask).Allow(Who.Staff);
        pages.MapPost("/desk/cases/{id:guid}/take", Take).Allow(Who.Staff);
    }

    static async Task<RazorComponentResult<DeskCase>> Show(Guid id, Caller caller, CaseReading reading, CancellationToken ct) =>
        new(await SeeAsync(id, caller, reading, PortalForm.Empty, ct));

    static Task<IResult> Transition(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, Casework work, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, ["to", "reason", "note", "outcome"], async json =>
        {
            var wanted = PortalForm.Read<CaseworkEndpoints.TransitionCase>(json);
            _ = await work.TransitionAsync(caller, id, wanted.To, wanted.Reason, wanted.Note, wanted.Outcome, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> AddNote(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, Casework work, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, ["text", "visibility"], async json =>
        {
            var note = PortalForm.Read<CaseworkEndpoints.AddCaseNote>(json);
            _ = await work.AddNoteAsync(caller, id, note.Text, note.Visibility, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> Ask(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, CaseQuestions questions, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, ["question"], async json =>
        {
            if (json.Remove("question", out var question)) json["text"] = question;
            try
            {
                _ = await questions.AskAsync(caller, id, PortalForm.Read<QuestionEndpoints.AskCitizen>(json).Text, ct) ?? throw CaseEndpoints.Unknown(id);
            }
            catch (Refusal refusal) when (refusal.Errors is [{ Pointer: "/text" } error])
            {
                throw Core.Platform.Problems.InvalidValue("/question", error.Code, error.Detail);
            }
        }, ct);

    static Task<IResult> Take(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, HandOvers handOvers, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, [], async json =>
        {
            if (await handOvers.AssignAsync(caller, id, caller.Id, reader["desk.took"], ct) is null) throw CaseEndpoints.Unknown(id);
        }, ct);

    static async Task<IResult> StepAsync(
        Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, string[] fields, Func<JsonObject, Task> step, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            await step(form.ToJson(fields));
            return SeeOther.To(reader.To($"desk/cases/{id}"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 409 or 422)
        {
            return new RazorComponentResult<DeskCase>(await SeeAsync(id, caller, reading, form.Take(refusal), ct)) { StatusCode = refusal.Problem.Status };
        }
    }

    static async Task<Seen> SeeAsync(Guid id, Caller caller, CaseReading reading, PortalForm form, CancellationToken ct)
    {
        var shown = await reading.ShowAsync(caller, id, ct);
        var service = await reading.ServiceAsync(caller, shown, ct);
        return new(shown, service, await reading.HistoryAsync(caller, shown, ct), await reading.AdviceAsync(caller, shown, ct), form);
    }

    sealed record Seen(Case Case, Localized? Service, IReadOnlyList<CaseEvent> History, CaseAdvice Advice, PortalForm Form);
}
