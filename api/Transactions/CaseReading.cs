using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;

namespace Cirm.Api.Transactions;

/// <summary>Reads a case for a caller, and records that they saw it.</summary>
public sealed class CaseReading(Cases cases, CaseRuleBook rules, AdviceBook book, Services services, AccessLog log, TimeProvider clock)
{
    /// <summary>A case, with what its citizen can still do about how it ended.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.NotFound"/> when it is not there for this caller.</exception>
    public async Task<Case> ShowAsync(Caller caller, Guid id, CancellationToken ct)
    {
        var found = await cases.ShowAsync(caller, id, ct) ?? throw CaseEndpoints.Unknown(id);
        await log.RecordAsync(caller, "case.read", "case", id, found.CitizenId, ct);
        return !found.Status.IsOver() ? found : found with { Reopening = (await rules.TellAsync(caller.Agency, ct)).ReopeningOf(found, clock.Now()) };
    }

    /// <summary>What happened to a case that was shown, its first 200 entries.</summary>
    public async Task<IReadOnlyList<CaseEvent>> HistoryAsync(Caller caller, Case shown, CancellationToken ct)
    {
        await log.RecordAsync(caller, "case.history-read", "case", shown.Id, shown.CitizenId, ct);
        return await cases.HistoryAsync(caller.Agency, shown.Id, caller.IsStaff, null, 200, ct);
    }

    /// <summary>What staff mind when they handle a case that was shown, and what its service offers more: never the label behind it.</summary>
    public async Task<CaseAdvice> AdviceAsync(Caller caller, Case shown, CancellationToken ct)
    {
        await log.RecordAsync(caller, "case.advice-read", "case", shown.Id, shown.CitizenId, ct);
        return await book.OfCaseAsync(caller.Agency, shown.CitizenId, shown.Service, ct);
    }

    /// <summary>All of a case that a clerk has on one screen: the case, what happened to it, what to mind, and its service as it is now.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.NotFound"/> when it is not there for this caller.</exception>
    public async Task<(Case Case, IReadOnlyList<CaseEvent> History, CaseAdvice Advice, ServiceVersion? Service)> AllAsync(Caller caller, Guid id, CancellationToken ct)
    {
        var found = await cases.ShowAsync(caller, id, ct) ?? throw CaseEndpoints.Unknown(id);
        await log.RecordAsync(caller, ["case.read", "case.history-read", "case.advice-read"], "case", id, found.CitizenId, ct);
        return (found, await cases.HistoryAsync(caller.Agency, id, caller.IsStaff, null, 200, ct), await book.OfCaseAsync(caller.Agency, found.CitizenId, found.Service, ct),
            await services.FindAsync(caller.Agency, found.Service, drafts: true, ct));
    }
}
