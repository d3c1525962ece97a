using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Dialogue;

/// <summary>Where a text of the public stands.</summary>
public enum RemarkKind
{
    /// <summary>An experience or a question, about a service.</summary>
    Discussion,
    /// <summary>What others say to it.</summary>
    Post,
    /// <summary>Advice, criticism or a proposal, in an initiative.</summary>
    Contribution,
    /// <summary>What citizens put on the agenda.</summary>
    Topic,
    /// <summary>A proposal on a part of a service.</summary>
    Proposal,
    /// <summary>What citizens do themselves.</summary>
    Task,
    /// <summary>How far that has come.</summary>
    Progress,
    /// <summary>What to look out for there.</summary>
    Safety,
    /// <summary>Thanks for it.</summary>
    Thanks,
    /// <summary>What somebody promises for it.</summary>
    Pledge,
    /// <summary>What is asked of the agency for it.</summary>
    Support,
}

/// <summary>That a text was taken out of sight.</summary>
/// <param name="Id">The removal.</param>
/// <param name="Rule">The key of the rule.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
/// <param name="State">standing, appealed or dismissed.</param>
public sealed record RemovalNotice(Guid Id, string Rule, string Reason, DateTimeOffset At, RemovalState State) : IJsonColumn;

/// <summary>
/// What people said in public. Each text is kept once, whatever it hangs on: there it is moderated, exported, erased and counted.
/// Who said it is shown to nobody; a name stands there when its author chose one.
/// </summary>
public static class Remarks
{
    static Remarks() => JsonColumns.Register<RemovalNotice>();

    /// <summary>Whether a row <c>r</c> of remarks is the caller's.</summary>
    internal const string Mine = "(r.account_id = @account or r.citizen_id = @citizen) is true";

    /// <summary>
    /// What is seen of a row <c>r</c> of remarks: title, text, signed_as, spoken_by, assisted, mine, removed and erased. What was removed is
    /// seen by its author only.
    /// </summary>
    internal const string Shown = $"""
        case when r.removal_id is null or {Mine} then r.title end as title, case when r.removal_id is null or {Mine} then r.text end as text,
        case when r.removal_id is null or {Mine} then r.signed end as signed_as, r.spoken_by, r.assisted, {Mine} as mine,
        (select jsonb_build_object('id', m.id, 'rule', m.rule ->> 'key', 'reason', m.reason, 'at', m.removed_at, 'state', m.state)
         from removals m where m.agency_id = @agency and m.id = r.removal_id) as removed,
        r.erased_at is not null as erased
        """;

    /// <summary>That an answer is owed to a row <c>r</c> of remarks: to what can be read. What is out of sight has its reason, unless that is disputed.</summary>
    internal const string Owed = """
        (r.answer_id is null and r.erased_at is null
          and not exists (select from removals m where m.agency_id = @agency and m.id = r.removal_id and m.state <> 'appealed'))
        """;

    /// <summary>Keeps what somebody says, in the transaction in which it becomes what it is.</summary>
    /// <param name="change">That transaction.</param>
    /// <param name="now">When.</param>
    /// <param name="id">Of what it becomes; it has the same.</param>
    /// <param name="kind">What it becomes.</param>
    /// <param name="speaker">Who.</param>
    /// <param name="service">The service that it is about.</param>
    /// <param name="title">In short; null: it has none.</param>
    /// <param name="text">In full.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when there is no such citizen.</exception>
    public static async Task AddAsync(Change change, DateTimeOffset now, Guid id, RemarkKind kind, Speaker speaker, Guid? service, string? title, string text, CancellationToken ct)
    {
        var added = await change.ExecuteAsync("""
            insert into remarks (agency_id, id, kind, service_id, citizen_id, account_id, spoken_by, assisted, channel, signed, title, text, created_at)
            select @agency, @id, @kind, @service, @citizen, @account, @by, @assisted, @channel, @signedAs, @title, @text, @now
            where @citizen is null or exists (select from citizens z where z.agency_id = @agency and z.id = @citizen and z.erased_at is null)
            """, new { id, kind, service, speaker.Citizen, speaker.Account, speaker.By, speaker.Assisted, speaker.Channel, speaker.SignedAs, title, text, now }, ct);
        if (added == 0) throw Platform.Problems.InvalidValue("/citizenId", "unknown", "There is no such citizen.");
        if (speaker.Citizen is { } citizen && Counted.Contains(kind)) SegmentChanges.OfBehaviour(change, now, citizen);
    }

    /// <summary>What a rule on <c>contributions</c> counts: what was said to be answered or carried out, not talk among citizens.</summary>
    internal static readonly RemarkKind[] Counted = [RemarkKind.Contribution, RemarkKind.Topic, RemarkKind.Proposal, RemarkKind.Task];

    /// <summary>
    /// Takes the words and the name of somebody who is erased; that something was said, what it was answered and what became of it stays.
    /// </summary>
    internal static void Forget(Change change, Guid? citizen, Guid[] accounts, DateTimeOffset now)
    {
        change.Enqueue("""
            update tasks t set safety = null
            from remarks r
            where t.agency_id = @agency and r.agency_id = t.agency_id and r.id = t.id and (r.citizen_id = @citizen or r.account_id = any (@accounts))
            """, new { citizen, accounts });
        change.Enqueue("""
            update removals m set appeal = null, reason = ''
            from remarks r
            where m.agency_id = @agency and r.agency_id = m.agency_id and r.id = m.remark_id and (r.citizen_id = @citizen or r.account_id = any (@accounts))
            """, new { citizen, accounts });
        change.Enqueue("""
            update remarks r set
              title = null, text = null, signed = null, account_id = null, erased_at = coalesce(r.erased_at, @now), version = r.version + 1
            where r.agency_id = @agency and (r.citizen_id = @citizen or r.account_id = any (@accounts))
            """, new { citizen, accounts, now });
    }

    /// <summary>What somebody who is erased said and rated is counted for the row that stays.</summary>
    internal static void Move(Change change, Guid citizen, Guid successor)
    {
        change.Enqueue("update remarks set citizen_id = @successor where agency_id = @agency and citizen_id = @citizen", new { citizen, successor });
        change.Enqueue("update topic_supporters set citizen_id = @successor where agency_id = @agency and citizen_id = @citizen", new { citizen, successor });
        change.Enqueue("update task_confirmations set person_id = @successor where agency_id = @agency and person_id = @citizen", new { citizen, successor });
        change.Enqueue("update service_ratings set citizen_id = @successor where agency_id = @agency and citizen_id = @citizen", new { citizen, successor });
    }
}
