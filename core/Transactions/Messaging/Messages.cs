using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Messaging;

/// <summary>A message whose turn it is, held until its transaction ends: nobody else sends it meanwhile.</summary>
/// <param name="Id">The same however often it is tried.</param>
/// <param name="EventId">Which event it tells.</param>
/// <param name="Channel">By what.</param>
/// <param name="Language">In which language.</param>
/// <param name="Attempts">That failed.</param>
public sealed record WaitingMessage(Guid Id, Guid EventId, MessageChannel Channel, string Language, int Attempts);

/// <summary>What citizens are told about their cases, and what became of it.</summary>
public sealed class Messages(TenantDb db, TimeProvider clock)
{
    /// <summary>How long what became of a message can be looked up.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    /// <summary>
    /// A message that is older holds up no later one: less than all pauses of <see cref="JobTerms.Growing"/> together, so that nobody
    /// is waited for at the last attempt.
    /// </summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(74);

    static Messages() => JsonColumns.Register<Rights>();

    /// <summary>What an event of a case has to tell; null when the case is not there, has no content any more, or its agency is shut,
    /// and for the date of a case that is over.</summary>
    public Task<CaseNews?> FindNewsAsync(FactArgs fact, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<CaseNews>(fact.Agency, """
            select c.id as case_id, c.number, c.title, v.name as service, g.name as agency, g.time_zone, g.locales, c.submitted_at,
              coalesce(@dueAt, c.due_at) as due_at, step.reason, n.text as question, v.rights, r.follow_up_question as follow_up
            from cases c
            join service_versions v on v.agency_id = c.agency_id and v.service_id = c.service_id and v.number = c.service_version
            join agencies g on g.id = c.agency_id and g.status = 'active'
            left join outbox o on o.agency_id = c.agency_id and o.id = @eventId
            left join lateral (
              select h.reason
              from case_history h
              where h.agency_id = c.agency_id and h.case_id = c.id and h.kind = any (@steps) and h.at <= coalesce(o.created_at, @now)
              order by h.at desc, h.id desc
              limit 1) step on true
            left join case_questions q on q.agency_id = c.agency_id and q.case_id = c.id and q.id = @question
            left join case_notes n on n.agency_id = q.agency_id and n.case_id = q.case_id and n.id = q.note_id
            left join recoveries r on r.agency_id = c.agency_id and r.id = @recovery
            where c.agency_id = @agency and c.id = @caseId and c.erased_at is null
              and (not @ofDate or c.status in ('submitted', 'accepted', 'inProgress', 'reopened'))
            """,
            new
            {
                CaseId = fact.SubjectId, fact.EventId, Steps = StepsOf(fact.Type), OfDate = fact.Type == "case.due-moved", DueAt = TimeIn(fact, "dueAt"),
                Question = fact.Data.TryGetProperty("question", out var id) ? id.GetGuid() : (Guid?)null,
                Recovery = fact.Type == "recovery.opened" ? fact.Data.GetProperty("recovery").GetGuid() : (Guid?)null, Now = clock.Now(),
            }, ct);

    /// <summary>What the answer to something said in public has to tell its author; null when it is not there any more.</summary>
    public Task<CaseNews?> FindAnswerAsync(FactArgs fact, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<CaseNews>(fact.Agency, """
            select r.id as case_id, 0::bigint as number, coalesce(r.title, left(r.text, 200)) as title, '{}'::jsonb as service, g.name as agency, g.time_zone, g.locales,
              r.created_at as submitted_at, null::timestamptz as due_at, null::text as reason, null::text as question, null::jsonb as rights, null::jsonb as follow_up,
              a.text as answer, a.reason as why, a.decision
            from remarks r
            join answers a on a.agency_id = r.agency_id and a.id = r.answer_id
            join agencies g on g.id = r.agency_id and g.status = 'active'
            where r.agency_id = @agency and r.id = @remark and r.erased_at is null
            """, new { Remark = fact.SubjectId }, ct);

    // The steps of the history whose reason an event tells.
    static string[] StepsOf(string type) => type switch
    {
        "case.transitioned" or "case.merged" => ["transitioned", "tookIn"],
        "case.unmerged" => ["unmerged", "gaveBack"],
        "recovery.closed" => ["recoveryClosed"],
        "appeal.decided" => ["appealUpheld", "appealDismissed"],
        _ => [],
    };

    /// <summary>A time in an event's data.</summary>
    public static DateTimeOffset? TimeIn(FactArgs fact, string member) =>
        fact.Data.TryGetProperty(member, out var time) && time.ValueKind != System.Text.Json.JsonValueKind.Null ? time.GetDateTimeOffset() : null;

    /// <summary>
    /// Whom a case concerns: the citizen; who submitted it for them, while that mandate is in force; or the account that submitted a
    /// case that is no citizen's. Not who has been erased, and not an account that was shut.
    /// </summary>
    public Task<IReadOnlyList<MessageRecipient>> RecipientsAsync(Guid agency, Guid caseId, CancellationToken ct) =>
        db.QueryAsync<MessageRecipient>(agency, $"""
            with told as (
              select c.citizen_id as citizen, null::uuid as account, false as representative
              from cases c
              where c.agency_id = @agency and c.id = @caseId and c.citizen_id is not null
              union all
              select null, c.submitted_by, false
              from cases c
              where c.agency_id = @agency and c.id = @caseId and c.citizen_id is null and c.submitted_by is not null
              union all
              select m.person_id, coalesce(m.account_id, case when m.organisation is not null then c.submitted_by end), true
              from cases c
              join mandates m on m.agency_id = c.agency_id and m.id = c.mandate_id
              where c.agency_id = @agency and c.id = @caseId
                and m.revoked_at is null and m.valid_from <= @now and (m.valid_until is null or m.valid_until > @now)
                and {Mandates.SubmitterStays})
            select coalesce(t.citizen, a.id) as id, t.representative, coalesce(i.email, a.email) as email, i.phone, z.language
            from told t
            left join accounts a on a.agency_id = @agency and a.role in ('citizen', 'representative') and a.disabled_at is null
              and a.id = coalesce(t.account, (
                select p.id
                from accounts p
                where p.agency_id = @agency and p.citizen_id = t.citizen and p.role = 'citizen' and p.disabled_at is null and p.email is not null
                order by p.id
                limit 1))
            left join citizens z on z.agency_id = @agency and z.id = coalesce(t.citizen, a.citizen_id)
            left join citizen_identities i on i.agency_id = @agency and i.citizen_id = z.id
            where coalesce(t.citizen, a.id) is not null and z.erased_at is null
            order by t.representative
            """, new { caseId, Now = clock.Now() }, ct);

    /// <summary>Whoever said something in public, and the ways to them; nobody when that is not known.</summary>
    public Task<IReadOnlyList<MessageRecipient>> AuthorAsync(Guid agency, Guid remark, CancellationToken ct) =>
        db.QueryAsync<MessageRecipient>(agency, """
            select coalesce(r.citizen_id, a.id) as id, false as representative, coalesce(i.email, a.email) as email, i.phone, z.language
            from remarks r
            left join citizens z on z.agency_id = r.agency_id and z.id = r.citizen_id and z.erased_at is null
            left join citizen_identities i on i.agency_id = z.agency_id and i.citizen_id = z.id
            left join accounts a on a.agency_id = r.agency_id and a.id = r.account_id and a.role in ('citizen', 'representative') and a.disabled_at is null
            where r.agency_id = @agency and r.id = @remark and (z.id is not null or r.citizen_id is null and a.id is not null)
            """, new { remark }, ct);

    /// <summary>Writes down that people are to be told of an event. To say so again changes nothing: what was decided first stays.</summary>
    public async Task QueueAsync(
        FactArgs fact, MessageTemplate template, IReadOnlyList<MessageRecipient> recipients, IReadOnlySet<MessageChannel> open, string[] locales, CancellationToken ct)
    {
        var now = clock.Now();
        var channels = recipients.Select(r => r.ChannelOf(open)).ToArray();
        await using var transaction = await db.BeginAsync(fact.Agency, ct);
        await transaction.ExecuteAsync("""
            insert into messages (agency_id, id, event_id, case_id, remark_id, recipient_id, representative, channel, template, language, state, error, created_at)
            select @agency, r.id, @eventId, case when @template <> 'remarkAnswered' then @subject end, case when @template = 'remarkAnswered' then @subject end, r.recipient_id, r.recipient_id = any (@representatives), r.channel, @template, r.language,
              case when r.channel is null then 'suppressed' else 'queued' end, case when r.channel is null then 'no-way' end, @now
            from unnest(@ids, @recipients, @channels, @languages) as r (id, recipient_id, channel, language)
            on conflict (agency_id, event_id, recipient_id) do nothing
            """,
            new
            {
                fact.EventId, Subject = fact.SubjectId, template, now,
                Ids = recipients.Select(_ => Guid.CreateVersion7(now)).ToArray(), Recipients = recipients.Select(r => r.Id).ToArray(),
                Representatives = recipients.Where(r => r.Representative).Select(r => r.Id).ToArray(),
                Channels = channels.Select(c => c?.Word()!).ToArray(), // a null is a null in the array
                Languages = recipients.Select(r => MessageTexts.LanguageFor(r.Language, locales)).ToArray(),
            }, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// What waits to be sent to somebody about a case, up to an event, in the order of the events. The rows are held: whoever else
    /// wants to send one of them waits until this transaction ends, and then finds it sent.
    /// </summary>
    public Task<IReadOnlyList<WaitingMessage>> HoldAsync(TenantTransaction transaction, FactArgs fact, Guid recipient, CancellationToken ct) =>
        transaction.QueryAsync<WaitingMessage>("""
            select id, event_id, channel, language, attempts
            from messages
            where agency_id = @agency and (case_id = @subject or remark_id = @subject) and recipient_id = @recipient and state = 'queued'
              and (event_id = @eventId or event_id < @eventId and created_at > @since)
            order by event_id
            for update
            """, new { Subject = fact.SubjectId, fact.EventId, recipient, Since = clock.Now() - LongestWait }, ct);

    /// <summary>Writes down how an attempt to send a held message ended.</summary>
    public void Note(TenantTransaction transaction, WaitingMessage message, MessageState state, string? error)
    {
        var now = clock.Now();
        transaction.Enqueue("""
            update messages set
              state = @state, attempts = attempts + 1, error = @error, sent_at = case when @state = 'sent' then @now end
            where agency_id = @agency and id = @id
            """, new { message.Id, state, error, now });
    }

    /// <summary>Removes what these people were told, and that they were.</summary>
    /// <param name="transaction">That of the erasure.</param>
    /// <param name="recipients">Citizens and accounts.</param>
    internal static void Forget(TenantTransaction transaction, Guid[] recipients)
    {
        transaction.Enqueue("delete from messages where agency_id = @agency and recipient_id = any (@recipients)", new { recipients });
        transaction.Enqueue("delete from mailbox_messages where agency_id = @agency and recipient_id = any (@recipients)", new { recipients });
    }

    /// <summary>Removes what anybody was told about these cases.</summary>
    internal static void ForgetAbout(TenantTransaction transaction, Guid[] cases)
    {
        transaction.Enqueue("delete from messages where agency_id = @agency and case_id = any (@cases)", new { cases });
        transaction.Enqueue("delete from mailbox_messages where agency_id = @agency and case_id = any (@cases)", new { cases });
    }

    /// <summary>Messages, newest first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="caseId">Only those about this case.</param>
    /// <param name="state">Only those of which this became.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Message>> ListAsync(Guid agency, Guid? caseId, MessageState? state, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Message>(agency, """
            select m.id, m.case_id, c.number as case_number, m.remark_id as remark, m.recipient_id, m.representative, m.channel, m.template, m.language, m.state, m.attempts, m.error,
              m.created_at, m.sent_at
            from messages m
            left join cases c on c.agency_id = m.agency_id and c.id = m.case_id
            where m.agency_id = @agency
              and (@caseId is null or m.case_id = @caseId)
              and (@state is null or m.state = @state)
              and (@after is null or m.id < @after)
            order by m.id desc
            limit @limit
            """, new { caseId, state, after, limit }, ct);
}
