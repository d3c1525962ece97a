using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Redress;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Core.Transactions.Open311;

/// <summary>An update of a service request as another system sent it.</summary>
/// <param name="CaseId">The service_request_id.</param>
/// <param name="UpdateId">Theirs.</param>
/// <param name="SentAt">By their clock.</param>
/// <param name="State">Where it stands, by their word.</param>
/// <param name="Text">What they say; null: nothing.</param>
/// <param name="OfAgency">From a system of the agency's own, which may move cases; else it is the citizen's word.</param>
public sealed record SentUpdate(Guid CaseId, string UpdateId, DateTimeOffset SentAt, Open311State State, string? Text, bool OfAgency);

/// <summary>
/// Takes updates from other systems (docs/adr/0032-open311.md): each once, in the order of their sender's clock, and never back. What our life cycle cannot express
/// is kept as a public note.
/// </summary>
public sealed class ReceivedUpdates(TenantDb db, CaseQuestions questions, CaseRuleBook rules, Calendars calendars, TimeProvider clock)
{
    /// <summary>Takes an update.</summary>
    /// <returns>Its id here, the same for an update that was taken before; null when there is no such case for the sender.</returns>
    /// <exception cref="Refusal"><see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Guid?> TakeAsync(Caller caller, SentUpdate sent, CancellationToken ct)
    {
        var now = clock.Now();
        var rule = await rules.FindAsync(caller.Agency, ct);
        var recoverBy = sent.OfAgency ? now : rule.RecoverBy(await calendars.CountingCaseAsync(caller.Agency, sent.CaseId, ct), now);
        await using var change = await db.BeginAsync(caller, ct);
        // The case is held: updates of one case are taken one after the other.
        var found = await change.QuerySingleOrDefaultAsync<Case>($"""
            select {Cases.Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @caseId and c.erased_at is null
              and (@ofAgency or c.submitted_by = @key or c.citizen_id = @citizen or c.citizen_id is null and c.submitted_by = @account)
            for update of c
            """,
            new
            {
                sent.CaseId, sent.OfAgency, Key = caller.Kind == ActorKind.Key ? caller.Id : null, Citizen = caller.CitizenId,
                Account = caller.Kind == ActorKind.Citizen ? caller.Id : null, now,
            }, ct);
        if (found is null) return null;
        var before = await change.QuerySingleOrDefaultAsync<Before>("""
            select
              (select u.id from open311_updates u where u.agency_id = @agency and u.case_id = @caseId and u.sender = @sender and u.update_id = @updateId) as taken,
              (select max(u.sent_at) from open311_updates u where u.agency_id = @agency and u.case_id = @caseId and u.sender = @sender and u.moved) as moved_at,
              (select max(u.applied_until) from open311_updates u where u.agency_id = @agency and u.case_id = @caseId and u.sender = @sender and u.moved) as applied_at,
              (select max(h.at) from case_history h where h.agency_id = @agency and h.case_id = @caseId and h.kind = 'transitioned'
                 and not exists (select from open311_updates u where u.agency_id = @agency and u.case_id = @caseId and u.sender = @sender
                   and h.at between u.received_at and u.applied_until)) as stepped_at,
              (select u.text_hash from open311_updates u where u.agency_id = @agency and u.case_id = @caseId and u.sender = @sender
                 order by u.received_at desc, u.id desc limit 1) as text_hash,
              (select t.decided_at from open311_told t where t.agency_id = @agency and t.case_id = @caseId and t.sender = @sender) as told
            """, new { sent.CaseId, Sender = caller.Id, sent.UpdateId }, ct);
        if (before!.Taken is { } already) return already;

        // A clock that is ahead would hold up everything that is said after it.
        var at = ToTheSecond(sent.SentAt < now ? sent.SentAt : now);
        var taking = new Taking(change, caller, found, sent with { SentAt = at }, before, now);
        var moved = sent.OfAgency ? await MoveAsync(taking, ct) : await SayAsync(taking, rule, recoverBy, ct);
        if (!moved) Note(taking);
        var id = Guid.CreateVersion7(now);
        change.Enqueue("""
            insert into open311_updates (agency_id, case_id, sender, update_id, id, status, sent_at, received_at, applied_until, moved, text_hash)
            values (@agency, @caseId, @sender, @updateId, @id, @status, @at, @now, @until, @moved, @textHash)
            """,
            new { sent.CaseId, Sender = caller.Id, sent.UpdateId, id, Status = sent.State.Spelled(), at, now, until = taking.Until, moved, TextHash = HashOf(sent.Text) });
        change.Audit(now, "case.update-received", "case", sent.CaseId, JsonSerializer.Serialize(new { status = sent.State.Spelled(), moved }));
        await change.CommitAsync(ct);
        return id;
    }

    // By the agency's own system: along the life cycle to where it says, unless something newer has happened.
    async Task<bool> MoveAsync(Taking taking, CancellationToken ct)
    {
        var (sent, from) = (taking.Sent, taking.Case);
        if (sent.SentAt < taking.Before.MovedAt || sent.SentAt < ToTheSecond(taking.Before.SteppedAt)) return false;
        if (from.MergedInto is not null || Open311States.WantedBy(sent.State) is not { } wanted) return false;
        // A plain "open" may come from who has not heard of the end yet: it takes back only the sender's own.
        if (sent.State == Open311State.Open && !(taking.Before.AppliedAt > (taking.Before.SteppedAt ?? DateTimeOffset.MinValue))) return false;
        var way = Open311States.WayTo(from.Status, wanted.To);
        foreach (var (step, to) in way.Index())
        {
            var now = taking.NextMoment(step > 0); // entries of one moment would have no order
            var (reason, last) = (sent.Text ?? sent.State.Spelled(), step == way.Count - 1);
            var moved = await questions.EndWithCaseAsync(taking.Change, taking.Caller, from, from.Transition(to, now, last ? wanted.Outcome : null), reason, now, ct);
            from = await Casework.MoveAsync(taking.Change, taking.Caller, from, moved, reason, null, now, ct);
        }
        return way.Count > 0;
    }

    // By who speaks for the citizen: a word on a case that is over. Whether it is over stays the agency's to say.
    static async Task<bool> SayAsync(Taking taking, CaseRules rule, DateTimeOffset recoverBy, CancellationToken ct)
    {
        var (sent, own, now) = (taking.Sent, taking.Case, taking.Now);
        if (!own.Status.IsOver() || own.MergedInto is not null || sent.SentAt < taking.Before.MovedAt) return false;
        if (sent.State == Open311State.Fixed)
        {
            return own.Verdict != Verdict.Solved && await taking.Change.TryAsync(async () =>
            {
                rule.CheckVerdict(own, Verdict.Solved, byCode: true); // nobody has checked who they are
                await CitizensWord.SayAsync(taking.Change, taking.Speaker, own, Verdict.Solved, sent.Text, rule, recoverBy, now, ct);
            }) is null;
        }
        var told = taking.Before.Told >= own.DecidedAt;
        var notOver = sent.State switch
        {
            Open311State.Reopen => told || sent.SentAt >= ToTheSecond(own.DecidedAt),
            Open311State.Open => told && sent.SentAt >= ToTheSecond(own.DecidedAt), // who does not know of the end yet goes on saying that it is open
            _ => false,
        };
        if (!notOver) return false;
        var reason = sent.Text ?? sent.State.Spelled();
        if (rule.ReopeningOf(own, now) is { Possible: true })
            await Casework.MoveAsync(taking.Change, taking.Speaker, own, own.Transition(CaseStatus.Reopened, now, by: StepBy.Citizen), reason, null, now, ct);
        else
            await CitizensWord.SayAsync(taking.Change, taking.Speaker, own, Verdict.NotSolved, reason, rule, recoverBy, now, ct);
        return true;
    }

    // What is not expressed by a step is said in words, once.
    static void Note(Taking taking)
    {
        var sent = taking.Sent;
        var expressed = sent.State == Open311States.Of(taking.Case.Status, taking.Case.Outcome, extended: true) || sent.State is Open311State.Open or Open311State.Closed;
        if (sent.Text is null && expressed) return;
        if (sent.Text is not null && HashOf(sent.Text).AsSpan().SequenceEqual(taking.Before.TextHash)) return;
        var (change, speaker, now) = (taking.Change, sent.OfAgency ? taking.Caller : taking.Speaker, taking.Now);
        change.Enqueue("""
            update cases set
              first_response_at = case when @ofAgency then coalesce(first_response_at, @now) else first_response_at end, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @caseId
            """, new { sent.CaseId, sent.OfAgency, now });
        var note = CaseHistory.AddNote(change, speaker, sent.CaseId, now, sent.Text ?? sent.State.Spelled(), NoteVisibility.Public);
        CaseHistory.Append(change, speaker, sent.CaseId, now, "noted", null, null, null, note, detail: expressed ? null : new { reported = sent.State.Spelled() });
        change.Audit(now, "case.noted", "case", sent.CaseId);
        change.Emit(now, OutboxEvent.Of("case.noted", sent.CaseId, new { noteId = note, Visibility = NoteVisibility.Public }));
    }

    // Times of GeoReport have no fractions: within a second, what comes later is later.
    static DateTimeOffset ToTheSecond(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    static DateTimeOffset? ToTheSecond(DateTimeOffset? time) => time is { } known ? ToTheSecond(known) : null;

    static byte[]? HashOf(string? text) => text is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <param name="Taken">The id of this very update, when it was taken before.</param>
    /// <param name="MovedAt">When the sender said, by their clock, what last had an effect.</param>
    /// <param name="AppliedAt">When that was taken, by ours.</param>
    /// <param name="SteppedAt">When somebody else last moved the case.</param>
    /// <param name="TextHash">Of what the sender last said.</param>
    /// <param name="Told">Of which end the sender was told.</param>
    sealed record Before(Guid? Taken, DateTimeOffset? MovedAt, DateTimeOffset? AppliedAt, DateTimeOffset? SteppedAt, byte[]? TextHash, DateTimeOffset? Told);

    sealed class Taking(Change change, Caller caller, Case c, SentUpdate sent, Before before, DateTimeOffset now)
    {
        DateTimeOffset until = now;

        public Change Change => change;
        public Caller Caller => caller;
        public Case Case => c;
        public SentUpdate Sent => sent;
        public Before Before => before;
        public DateTimeOffset Now { get; } = now;

        /// <summary>Of the last entry that this update makes.</summary>
        public DateTimeOffset Until => until;

        /// <summary>Who speaks for a citizen is nobody's name in the history; the audit entry has the key.</summary>
        public Caller Speaker => caller.Kind == ActorKind.Citizen ? caller : caller with { Kind = ActorKind.Anonymous, Id = null, Role = null, CitizenId = null };

        public DateTimeOffset NextMoment(bool later) => until = later ? until.AddMilliseconds(1) : until;
    }
}
