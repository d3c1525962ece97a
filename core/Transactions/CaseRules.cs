using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Core.Transactions;

/// <summary>Who may call a case solved. That it is not solved, everybody whom it concerns may say in any case.</summary>
public enum WhoConfirms
{
    /// <summary>Who submitted it; its code counts only for an anonymous case, which nobody can sign in for.</summary>
    Submitter,
    /// <summary>Who submitted it, and whoever has its code.</summary>
    CodeHolder,
    /// <summary>Staff alone, by the outcome that they give.</summary>
    Staff,
}

/// <summary>What an agency has decided about its cases.</summary>
/// <param name="ReopenWithinDays">How long a citizen can reopen a case, in days after the agency ended it; 0: not at all.</param>
/// <param name="MostReopenings">How often a case can be reopened by its citizen. An appeal that is upheld and staff are not bound by it.</param>
/// <param name="WhoConfirms">Who may call a case solved (FixMyStreet #2613).</param>
/// <param name="RecoverWithinDays">In how many open days of the service's calendar somebody has to have dealt with a case that the citizen calls not solved.</param>
/// <param name="FollowUpQuestion">What the citizen is asked then, until somebody asks something better.</param>
/// <param name="Version">For If-Match; 0 while the defaults hold.</param>
public sealed record CaseRules(
    int ReopenWithinDays, int MostReopenings, WhoConfirms WhoConfirms, int RecoverWithinDays, Localized FollowUpQuestion, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What holds until an agency decides otherwise.</summary>
    public static CaseRules Default => new(60, 2, WhoConfirms.CodeHolder, 7, new()
    {
        ["en"] = "What would have to happen so that this is solved for you?",
        ["fa"] = "چه چیزی باید انجام شود تا این موضوع برای شما حل شود؟",
    }, 0);

    /// <summary>What the citizen can still do about how a case ended; null while it has not ended.</summary>
    public Reopening? ReopeningOf(Case c, DateTimeOffset now)
    {
        if (!c.Status.IsOver() || c.MergedInto is not null) return null;
        var until = c.DecidedAt?.AddDays(ReopenWithinDays);
        var left = Math.Max(0, MostReopenings - (c.Round - 1));
        return new(until >= now && left > 0, until, left);
    }

    /// <summary>Until when somebody has to have dealt with a case that its citizen calls not solved: to the end of the last of the open days; without a calendar each day is one.</summary>
    public DateTimeOffset RecoverBy(CountedBy counting, DateTimeOffset now) =>
        counting == CountedBy.EveryHour ? now.AddDays(RecoverWithinDays) : counting.Calendar.EndOfOpenDay(now, RecoverWithinDays);

    /// <summary>Lets a citizen reopen a case within these limits.</summary>
    /// <exception cref="Refusal"><see cref="Problems.CaseNotOver"/>, <see cref="Problems.CaseMerged"/>, <see cref="Problems.ReopeningTooLate"/>,
    /// <see cref="Problems.ReopeningTooOften"/>; the last two say what is still possible.</exception>
    public void CheckReopening(Case c, DateTimeOffset now)
    {
        if (c.MergedInto is { } survivor) throw Case.WasMerged(survivor);
        if (ReopeningOf(c, now) is not { } reopening) throw Case.NotOver(c.Status, "It can be reopened");
        var told = new Dictionary<string, object?>
        {
            ["reopening"] = reopening, ["reopenWithinDays"] = ReopenWithinDays, ["mostReopenings"] = MostReopenings,
            ["possible"] = (string[])["appeal", "followUpCase"],
        };
        if (reopening.Left == 0)
            throw Problems.ReopeningTooOften.Because($"It was reopened {c.Round - 1} times, and {MostReopenings} are allowed. You can appeal, or submit a new case that refers to it.", told);
        if (!reopening.Possible)
            throw Problems.ReopeningTooLate.Because($"It ended more than {ReopenWithinDays} days ago. You can appeal, or submit a new case that refers to it.", told);
    }

    /// <summary>Lets somebody say their word on a case.</summary>
    /// <param name="c">The case, which is theirs or whose code they have.</param>
    /// <param name="verdict">What they say.</param>
    /// <param name="byCode">Whether it is the code that makes it theirs.</param>
    /// <exception cref="Refusal"><see cref="Problems.NotYoursToConfirm"/>.</exception>
    public void CheckVerdict(Case c, Verdict verdict, bool byCode)
    {
        if (verdict == Verdict.NotSolved || WhoConfirms == WhoConfirms.CodeHolder) return;
        if (WhoConfirms == WhoConfirms.Submitter && (!byCode || c.CitizenId is null)) return;
        throw Problems.NotYoursToConfirm.Because(
            WhoConfirms == WhoConfirms.Staff ? "In this agency staff say what became of a case." : "Sign in as who submitted it: the code alone does not do.",
            new Dictionary<string, object?> { ["whoConfirms"] = WhoConfirms.Word() });
    }
}

/// <summary>What the citizen can still do about how a case ended.</summary>
/// <param name="Possible">Whether it can be reopened now.</param>
/// <param name="Until">Until when; null when nobody knows when it ended.</param>
/// <param name="Left">How often.</param>
public sealed record Reopening(bool Possible, DateTimeOffset? Until, int Left);

/// <summary>Keeps each agency's rules.</summary>
public sealed class CaseRuleBook(TenantDb db, TimeProvider clock)
{
    // Read with every case that is over, changed a few times a year: another node's change shows in what is told within this time.
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    readonly ConcurrentDictionary<Guid, (CaseRules Rules, long At)> remembered = new();

    const string Columns = "reopen_within_days, most_reopenings, who_confirms, recover_within_days, follow_up_question, version";

    /// <summary>The rules that hold in an agency.</summary>
    public async Task<CaseRules> FindAsync(Guid agency, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<CaseRules>(agency, $"select {Columns} from case_rules where agency_id = @agency", null, ct) ?? CaseRules.Default;

    /// <summary>The rules as a citizen is told of them, remembered for a moment; what decides reads them anew.</summary>
    public async Task<CaseRules> TellAsync(Guid agency, CancellationToken ct)
    {
        if (remembered.TryGetValue(agency, out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Rules;
        var rules = await FindAsync(agency, ct);
        remembered[agency] = (rules, clock.GetTimestamp());
        return rules;
    }

    /// <summary>Replaces the rules that are at a version. Cases that ended before are bound by the new ones too.</summary>
    /// <returns>The rules, or null when they are not at that version.</returns>
    public async Task<CaseRules?> PutAsync(Caller caller, CaseRules rules, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<CaseRules>($"""
            insert into case_rules as r (agency_id, {Columns}, updated_at)
            values (@agency, @reopenWithinDays, @mostReopenings, @whoConfirms, @recoverWithinDays, @followUpQuestion, 1, @now)
            on conflict (agency_id) do update set
              reopen_within_days = excluded.reopen_within_days, most_reopenings = excluded.most_reopenings, who_confirms = excluded.who_confirms,
              recover_within_days = excluded.recover_within_days, follow_up_question = excluded.follow_up_question, version = r.version + 1, updated_at = @now
            where r.version = @version
            returning {Columns}
            """,
            new { rules.ReopenWithinDays, rules.MostReopenings, rules.WhoConfirms, rules.RecoverWithinDays, rules.FollowUpQuestion, rules.Version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "case-rules.changed", "case-rules", null);
        await change.CommitAsync(ct);
        remembered.TryRemove(caller.Agency, out _);
        return kept;
    }
}
