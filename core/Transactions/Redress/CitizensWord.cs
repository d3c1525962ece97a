using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Core.Transactions.Redress;

/// <summary>What a citizen says about how a case ended (TX-RECOVERY): kept beside the agency's status, never in its place.</summary>
public sealed class CitizensWord(TenantDb db, CaseRuleBook rules, Calendars calendars, TimeProvider clock)
{
    /// <summary>Keeps a verdict. "Not solved" opens a recovery, or gives its reason to the one that is open; "solved" ends it.</summary>
    /// <param name="caller">Who speaks.</param>
    /// <param name="own">The case, as <see cref="Cases.FindOwnAsync"/> found it for them.</param>
    /// <param name="verdict">What they say.</param>
    /// <param name="reason">Why; null when they do not say.</param>
    /// <param name="byCode">Whether it is the code that makes it theirs.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.CaseNotOver"/>, <see cref="Problems.NotYoursToConfirm"/>, <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Case> SayAsync(Caller caller, Case own, Verdict verdict, string? reason, bool byCode, CancellationToken ct)
    {
        var now = clock.Now();
        var rule = await rules.FindAsync(caller.Agency, ct);
        rule.CheckVerdict(own, verdict, byCode);
        var recoverBy = verdict == Verdict.NotSolved ? rule.RecoverBy(await calendars.CountingCaseAsync(caller.Agency, own.Id, ct), now) : now;
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await SayAsync(change, caller, own, verdict, reason, rule, recoverBy, now, ct);
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Keeps a verdict, which the rules allow, in a change that is under way.</summary>
    internal static async Task<Case> SayAsync(
        Change change, Caller caller, Case own, Verdict verdict, string? reason, CaseRules rule, DateTimeOffset recoverBy, DateTimeOffset now, CancellationToken ct)
    {
        // Who submitted what was merged has a word of their own, on what became of the case that went on.
        var goesOn = own.MergedInto is not { } survivor ? own : (await Casework.FindForChangeAsync(change, survivor, now, ct))!;
        var said = own.Say(verdict, goesOn.Status, now);
        var version = await change.QuerySingleOrDefaultAsync<long?>("""
            update cases set verdict = @verdict, verdict_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and round = @round and status in ('resolved', 'refused', 'closed')
            returning version
            """, new { said.Id, said.Round, said.Verdict, now }, ct) ?? throw Problems.CaseMoved.Because("The agency reopened it while this was said.");
        CaseHistory.Append(change, caller, said.Id, now, "said", null, null, reason, null, CaseHistory.OnBehalfOf(caller, said.CitizenId), verdict: verdict);
        change.Audit(now, "case.verdict", "case", said.Id, JsonSerializer.Serialize(new { verdict = verdict.Word(), said.Round }));
        change.Emit(now, OutboxEvent.Of("case.verdict", said.Id, new { said.Number, verdict, said.Round }));
        if (verdict == Verdict.NotSolved) await Recoveries.OpenAsync(change, said, reason, recoverBy, rule.FollowUpQuestion, now, ct);
        else Recoveries.EndSatisfied(change, said, now);
        return said with { Version = version };
    }

    /// <summary>Reopens a case within the agency's limits. Who works on it keeps it, and is told by <c>case.reopened</c>.</summary>
    /// <exception cref="Refusal">As <see cref="CaseRules.CheckReopening"/>; <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Case> ReopenAsync(Caller caller, Case own, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        (await rules.FindAsync(caller.Agency, ct)).CheckReopening(own, now);
        await using var change = await db.BeginAsync(caller, ct);
        var reopened = await Casework.MoveAsync(change, caller, own, own.Transition(CaseStatus.Reopened, now, by: StepBy.Citizen), reason, null, now, ct);
        await change.CommitAsync(ct);
        return reopened;
    }
}
