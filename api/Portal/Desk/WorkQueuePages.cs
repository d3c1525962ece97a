using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>What waits for somebody besides the next step of a case: "not solved", appeals, objections to removals, and contributions without an answer.</summary>
public static class WorkQueuePages
{
    const int Most = 100;

    public static void MapWorkQueues(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/desk/waiting", Waiting).Allow(Who.Staff);
        pages.MapGet("/desk/initiatives", AnswerableInitiatives).Allow(Who.Staff);
        pages.MapGet("/desk/removals", Removals).Allow(Who.Staff);
        pages.MapPost("/desk/removals/{id:guid}", DecideRemoval).Allow(Who.Staff);
    }

    static async Task<RazorComponentResult<WaitingList>> Waiting(Caller caller, Recoveries recoveries, Appeals appeals, AccessLog log, CancellationToken ct)
    {
        var unsolved = await recoveries.ListAsync(caller, new(RecoveryState.Open, null, false, null, null, null, null), null, Most, ct);
        await log.RecordListAsync(caller, "recoveries.listed", "case", null, unsolved.Select(r => r.CaseId), ct);
        var appealed = await appeals.ListAsync(caller, null, AppealState.Open, null, null, null, Most, ct);
        await log.RecordListAsync(caller, "appeals.listed", "case", null, appealed.Select(a => a.CaseId), ct);
        return new(new { Recoveries = unsolved, Appeals = appealed });
    }

    static async Task<RazorComponentResult<DeskInitiatives>> AnswerableInitiatives(Caller caller, Initiatives initiatives, CancellationToken ct) =>
        new(new { Initiatives = await initiatives.ListAsync(caller, new([InitiativeState.Open, InitiativeState.Ended]), null, Most, ct) });

    static Task<RazorComponentResult<RemovalList>> Removals(Caller caller, Moderation moderation, AccessLog log, CancellationToken ct) => ShowRemovalsAsync(caller, moderation, log, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<RemovalList>> ShowRemovalsAsync(Caller caller, Moderation moderation, AccessLog log, PortalForm form, CancellationToken ct)
    {
        var removals = await moderation.ListAsync(caller, null, null, null, Most, ct);
        await log.RecordListAsync(caller, "removals.listed", "remark", null, removals.Select(r => r.Remark), ct);
        return new(new { Removals = removals, Form = form });
    }

    static async Task<IResult> DecideRemoval(Guid id, HttpContext http, Caller caller, Reader reader, Moderation moderation, AccessLog log, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var json = sent.ToJson("reason");
            if (sent["upheld"] is { Length: > 0 } upheld) json["upheld"] = upheld == "true";
            var wanted = PortalForm.Read<Participation.ModerationEndpoints.DecideRemoval>(json);
            _ = await moderation.DecideAsync(caller, id, wanted.Upheld, wanted.Reason, ct) ?? throw Core.Platform.Problems.NotFound.Because("There is no such removal here.");
            return reader.To("desk/removals");
        }, form => ShowRemovalsAsync(caller, moderation, log, form, ct));
    }
}
