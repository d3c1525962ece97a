using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Linking;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>A case on one screen: what it says, what to mind, what happened, and the steps that are possible now.</summary>
public static class DeskCasePages
{
    public static void MapDeskCases(this IEndpointRouteBuilder pages)
    {
        const string at = "/desk/cases/{id:guid}";
        pages.MapGet(at, Show).Allow(Who.Staff);
        var one = pages.MapGroup(at);
        one.MapPost("/transitions", Transition).Allow(Who.Staff);
        one.MapPost("/notes", AddNote).Allow(Who.Staff);
        one.MapPost("/questions", Ask).Allow(Who.Staff);
        one.MapPost("/attachments", Attach).Allow(Who.Staff).WithMetadata(new HashesItsBody(), new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(AttachmentUpload.Largest));
        one.MapGet("/attachments/{aid:guid}", AttachmentEndpoints.Read).Allow(Who.Staff).WithMetadata(new FileOfAPage());
        one.MapPost("/take", Take).Allow(Who.Staff);
        one.MapPost("/hand-over", HandOver).Allow(Who.Staff);
        one.MapPost("/merge", Merge).Allow(Who.Staff);
        one.MapPost("/unmerge", Unmerge).Allow(Who.Staff);
        one.MapPost("/links", Link).Allow(Who.Staff);
        one.MapPost("/links/{link:guid}/removal", Unlink).Allow(Who.Staff);
        one.MapPost("/recoveries/{recovery:guid}", CloseRecovery).Allow(Who.Staff);
        one.MapPost("/appeals/{appeal:guid}", DecideAppeal).Allow(Who.Staff);
    }

    static async Task<RazorComponentResult<DeskCase>> Show(Guid id, string? template, Caller caller, Agency home, DeskReading reading, CancellationToken ct) =>
        await reading.ShowAsync(id, caller, home, template, PortalForm.Empty, ct);

    static Task<IResult> Transition(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, Casework work, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var wanted = PortalForm.Read<CaseworkEndpoints.TransitionCase>(form.ToJson("to", "reason", "note", "outcome"));
            _ = await work.TransitionAsync(caller, id, wanted.To, wanted.Reason, wanted.Note, wanted.Outcome, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> AddNote(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, Casework work, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var note = PortalForm.Read<CaseworkEndpoints.AddCaseNote>(form.ToJson("text", "visibility"));
            _ = await work.AddNoteAsync(caller, id, note.Text, note.Visibility, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> Ask(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, CaseQuestions questions, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var json = new JsonObject();
            if (form["question"] is { Length: > 0 } question) json["text"] = question;
            _ = await questions.AskAsync(caller, id, PortalForm.Read<QuestionEndpoints.AskCitizen>(json).Text, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct, pointer => pointer == "/text" ? "question" : pointer.TrimStart('/'));

    static Task<IResult> Attach(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, Cases cases, Attachments attachments, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, _ => AttachmentEndpoints.AttachAsync(id, http.Request, caller, cases, attachments, ct), ct);

    static Task<IResult> Take(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, HandOvers handOvers, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async _ =>
        {
            if (await handOvers.AssignAsync(caller, id, caller.Id, reader["desk.took"], ct) is null) throw CaseEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> HandOver(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, HandOvers handOvers, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var wanted = PortalForm.Read<HandOverEndpoints.HandOverCase>(Named(form, "unit", ("reason", "handOver/reason")));
            _ = await handOvers.HandOverAsync(caller, id, wanted.Unit, wanted.Assignee, wanted.Reason, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct, pointer => pointer == "/reason" ? "handOver/reason" : pointer.TrimStart('/'));

    static Task<IResult> Merge(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, CaseMerges merges, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var into = await reading.NamedAsync(caller, form["into"] is { Length: > 0 } chosen ? chosen : form["intoNumber"], "intoNumber", ct);
            var json = new JsonObject { ["into"] = into.ToString() };
            if (form["merge/reason"] is { Length: > 0 } why) json["reason"] = why;
            var wanted = PortalForm.Read<CaseMergeEndpoints.MergeCase>(json);
            _ = await merges.MergeAsync(caller, id, wanted.Into, wanted.Reason ?? reader["merge.usual"], ct) ?? throw CaseEndpoints.Unknown(wanted.Into);
        }, ct, pointer => pointer == "/reason" ? "merge/reason" : pointer.TrimStart('/'));

    static Task<IResult> Unmerge(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, CaseMerges merges, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var wanted = PortalForm.Read<CaseMergeEndpoints.UnmergeCase>(Named(form, null, ("reason", "merge/reason")));
            _ = await merges.TakeBackAsync(caller, id, wanted.Reason, ct) ?? throw CaseEndpoints.Unknown(id);
        }, ct, pointer => pointer == "/reason" ? "merge/reason" : pointer.TrimStart('/'));

    static Task<IResult> Link(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, CaseLinks links, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var to = await reading.NamedAsync(caller, form["linkNumber"], "linkNumber", ct);
            if (to == id) throw Core.Platform.Problems.InvalidValue("/linkNumber", "not-allowed", "A case is not linked to itself.");
            var wanted = PortalForm.Read<CaseLinkEndpoints.LinkCase>(new JsonObject { ["to"] = to.ToString(), ["type"] = form["linkType"] });
            _ = await links.AddAsync(caller, id, wanted.To, wanted.Type, ct) ?? throw CaseEndpoints.Unknown(to);
        }, ct, pointer => pointer == "/type" ? "linkType" : pointer.TrimStart('/'));

    static Task<IResult> Unlink(Guid id, Guid link, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, CaseLinks links, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async _ =>
        {
            if (await links.FindAsync(caller.Agency, id, link, ct) is { } found) await links.RemoveAsync(caller, found, ct);
        }, ct);

    static Task<IResult> CloseRecovery(Guid id, Guid recovery, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, Recoveries recoveries, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var wanted = PortalForm.Read<RecoveryEndpoints.RecoveryEnd>(Named(form, null, ("outcome", "recovery/outcome"), ("text", "recovery/text")));
            await RecoveryEndpoints.CloseAsync(recovery, wanted, caller, recoveries, ct);
        }, ct, pointer => $"recovery{pointer}");

    static Task<IResult> DecideAppeal(Guid id, Guid appeal, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, Appeals appeals, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var wanted = PortalForm.Read<AppealEndpoints.DecideAppeal>(Named(form, null, ("decision", "appeal/decision"), ("reason", "appeal/reason")));
            _ = await appeals.DecideAsync(caller, appeal, wanted.Decision == AppealEndpoints.AppealDecision.Upheld, wanted.Reason, ct) ?? throw CaseEndpoints.Unknown(appeal);
        }, ct, pointer => $"appeal{pointer}");

    // Several forms stand on the page: a field that is in two of them has a name of its own in each.
    static JsonObject Named(PortalForm form, string? same, params ReadOnlySpan<(string Member, string Field)> members)
    {
        var json = same is null ? [] : form.ToJson(same);
        foreach (var (member, field) in members)
            if (form[field] is { Length: > 0 } typed) json[member] = typed;
        return json;
    }

    static async Task<IResult> StepAsync(
        Guid id, HttpContext http, Caller caller, Agency home, Reader reader, DeskReading reading, Func<PortalForm, Task> step, CancellationToken ct, Func<string, string>? field = null)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            await step(sent);
            return reader.To($"desk/cases/{id}");
        }, form => reading.ShowAsync(id, caller, home, null, form, ct), field);
    }
}
