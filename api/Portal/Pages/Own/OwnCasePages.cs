using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Own;

/// <summary>A citizen's own cases, and those of whom they represent.</summary>
public static class OwnCasePages
{
    const int OnAPage = 25;
    const Who Citizens = Who.Citizen | Who.Representative;

    public static void MapOwnCases(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/cases", List).Allow(Citizens);
        pages.MapGet("/cases/{id:guid}", Show).Allow(Citizens);
        pages.MapPost("/cases/{id:guid}/notes", AddNote).Allow(Citizens);
        pages.MapPost("/cases/{id:guid}/attachments", Attach).Allow(Citizens).WithMetadata(new HashesItsBody(), new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(AttachmentUpload.Largest));
        pages.MapGet("/cases/{id:guid}/attachments/{aid:guid}", AttachmentEndpoints.Read).Allow(Citizens).WithMetadata(new FileOfAPage());
        pages.MapPost("/cases/{id:guid}/verdict", Say).Allow(Citizens);
        pages.MapPost("/cases/{id:guid}/reopen", Reopen).Allow(Citizens);
    }

    static async Task<RazorComponentResult<OwnCases>> List(string? after, Caller caller, Cases cases, CancellationToken ct)
    {
        var found = await cases.ListAsync(caller, ownOnly: false, CaseFilter.None, TimeCursor.Parse(after), OnAPage + 1, ct);
        return new(new { Cases = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? Cases.PlaceOf(found[OnAPage - 1], CaseOrder.Newest).ToString() : null });
    }

    static async Task<RazorComponentResult<OwnCase>> Show(Guid id, Caller caller, CaseReading reading, CancellationToken ct) =>
        new(new { Case = await SeeAsync(reading, caller, id, ct), Id = id, Form = PortalForm.Empty });

    static Task<IResult> AddNote(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, Casework work, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, ["text"], async json =>
        {
            json["visibility"] = NoteVisibility.Public.Word();
            var note = PortalForm.Read<CaseworkEndpoints.AddCaseNote>(json);
            _ = await work.AddNoteAsync(caller, id, note.Text, note.Visibility, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> Attach(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, Cases cases, Attachments attachments, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, [], _ => AttachmentEndpoints.AttachAsync(id, http.Request, caller, cases, attachments, ct), ct);

    static Task<IResult> Say(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, Cases cases, CitizensWord word, GuessThrottle throttle, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, ["reason"], async json =>
        {
            if ((await PortalForm.ReadAsync(http))["solved"] is { Length: > 0 } solved) json["solved"] = solved == "true";
            await VerdictEndpoints.SayAsync(id, PortalForm.Read<VerdictEndpoints.SayVerdict>(json), asksWhy: true, caller, cases, word, throttle, http, ct);
        }, ct);

    static Task<IResult> Reopen(Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, Cases cases, CitizensWord word, GuessThrottle throttle, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, reading, ["reason"], json =>
            VerdictEndpoints.ReopenAsync(id, PortalForm.Read<VerdictEndpoints.ReopenCase>(json), caller, cases, word, throttle, http, ct), ct);

    static async Task<IResult> StepAsync(
        Guid id, HttpContext http, Caller caller, Reader reader, CaseReading reading, string[] fields, Func<JsonObject, Task> step, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            await step(form.ToJson(fields));
            return SeeOther.To(reader.To($"cases/{id}"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 409 or 413 or 415 or 422)
        {
            return new RazorComponentResult<OwnCase>(new { Case = await SeeAsync(reading, caller, id, ct), Id = id, Form = form.Take(refusal) }) { StatusCode = refusal.Problem.Status };
        }
    }

    static async Task<CaseSeen> SeeAsync(CaseReading reading, Caller caller, Guid id, CancellationToken ct)
    {
        var shown = await reading.ShowAsync(caller, id, ct);
        return CaseSeen.Of(shown, await reading.HistoryAsync(caller, shown, ct));
    }
}
