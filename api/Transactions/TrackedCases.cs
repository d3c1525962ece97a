using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Redress;

namespace Cirm.Api.Transactions;

/// <summary>Cases as whoever has their code sees them.</summary>
public sealed class TrackedCases(Cases cases, Recoveries recoveries, CaseRuleBook rules, TimeProvider clock)
{
    /// <summary>The case of a code.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.NotFound"/>; <see cref="Core.Platform.Problems.TooMany"/> after too many wrong codes.</exception>
    public async Task<TrackingEndpoints.TrackedCase> FindAsync(string code, Caller caller, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var found = await CitizensCase.GuessedAsync(throttle, http, async () => BodyValidator.IsClean(code) ? await cases.FindByCodeAsync(caller.Agency, code, ct) : null);
        var history = await cases.HistoryAsync(caller.Agency, found.Id, staff: false, null, 200, ct);
        var asked = found.Status.IsOver() || found.Round > 1 // nobody is asked again before a first end
            ? await recoveries.ListAsync(Caller.System(caller.Agency), new(null, null, false, null, null, null, found.Id), null, 20, ct) : [];
        var reopening = found.Status.IsOver() ? (await rules.FindAsync(caller.Agency, ct)).ReopeningOf(found, clock.Now()) : null;
        // Who follows a merged case follows the one that goes on in its place, as far as that tells nothing of who submitted it.
        var living = found.MergedInto is { } survivor ? (await cases.FindAsync(Caller.System(caller.Agency), survivor, ct))! : found;
        return new(
            found.Id, found.Number, found.Service, found.Kind, living.Status, found.Title, found.SubmittedAt, living.FirstResponseAt, living.FirstResponseDueAt, living.DueAt,
            living.WaitingSince, living.ClosedAt, living.Overdue, found.EnteredBy is not null, found.Refusal, living.Outcome,
            found.Verdict, found.VerdictAt, found.Round, reopening, living == found ? null : living.Number, [.. asked.Select(RecoveryEndpoints.AskedAgain.Of)],
            [.. history.Select(h => h with { OnBehalfOf = null })]);
    }
}
