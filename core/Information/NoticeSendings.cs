using System.Security.Cryptography;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Information;

/// <summary>A notice for one person whose turn it is, held until its transaction ends.</summary>
/// <param name="Sending">Of which it is one.</param>
/// <param name="CitizenId">To whom.</param>
/// <param name="Channel">By what.</param>
/// <param name="Address">Where; null when there is no way any more, or they want none.</param>
/// <param name="Attempts">That failed.</param>
/// <param name="Agency">Who writes.</param>
/// <param name="Text">What is said.</param>
/// <param name="OneClick">Where a mail program says that they want no more.</param>
public sealed record DueNotice(Guid Sending, Guid CitizenId, MessageChannel Channel, string? Address, int Attempts, string Agency, MessageText Text, string OneClick)
{
    /// <summary>The same however often it is sent, and nothing that the citizen could be found by.</summary>
    public Guid Id => new(SHA256.HashData([.. Sending.ToByteArray(), .. CitizenId.ToByteArray()]).AsSpan(0, 16));
}

/// <summary>Notices that go out by e-mail and text message. Whom one was sent to is written down while it goes out, and removed when that is over.</summary>
public sealed class NoticeSendings(TenantDb db, NoticeLinks links, TimeProvider clock)
{
    // The citizen's last word; without one, what the use rests on. A use that is not declared is none.
    const string IsWanted = """
        coalesce(
          (select o.given from consents o where o.agency_id = @agency and o.citizen_id = c.id and o.use_key = @use order by o.id desc limit 1),
          (select u.legal_basis <> 'consent' from data_uses u where u.agency_id = @agency and u.key = @use),
          false)
        """;

    // As for messages about a case: the address of the record, else that of the account.
    const string Email = """
        coalesce(n.email, (
          select p.email
          from accounts p
          where p.agency_id = @agency and p.citizen_id = c.id and p.role = 'citizen' and p.disabled_at is null and p.email is not null
          order by p.id
          limit 1))
        """;

    /// <summary>The sending of a version; null when there is none, or it goes nowhere but to the portal.</summary>
    public Task<NoticeSending?> FindAsync(Guid agency, string key, int number, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<NoticeSending>(agency, """
            select s.state, s.due_at, s.over_at, s.addressed, s.written_to
            from articles a
            join notice_sendings s on s.agency_id = a.agency_id and s.article_id = a.id
            where a.agency_id = @agency and a.key = @key and s.number = @number
            """, new { key, number }, ct);

    /// <summary>Has a version go out that is being published; the one before goes to nobody any more.</summary>
    internal static void Plan(Change change, ArticleVersion version, DateTimeOffset now)
    {
        Stop(change, version.Id);
        if (version.Channels is not { Length: > 1 }) return;
        change.Enqueue("""
            insert into notice_sendings (agency_id, id, article_id, number, state, due_at)
            values (@agency, @id, @article, @number, 'waiting', @dueAt)
            """, new { Id = Guid.CreateVersion7(now), Article = version.Id, version.Number, DueAt = version.ValidFrom > now ? version.ValidFrom.Value : now });
    }

    /// <summary>Stops what of a notice has not gone out yet. The list is removed by the job: who withdraws a notice does not wait for a mail server.</summary>
    internal static void Stop(TenantTransaction transaction, Guid article) => transaction.Enqueue("""
        update notice_sendings set state = 'stopped' where agency_id = @agency and article_id = @article and state in ('waiting', 'sending')
        """, new { article });

    /// <summary>Removes that somebody is to get something, or got it.</summary>
    internal static void Forget(TenantTransaction transaction, Guid? citizen) =>
        transaction.Enqueue("delete from notice_recipients where agency_id = @agency and citizen_id = @citizen", new { citizen });

    /// <summary>Begins the next sending whose time has come: chooses, once and for all, who is addressed now, can be reached and wants it.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="open">What this installation can send by.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> BeginNextAsync(Guid agency, IReadOnlySet<MessageChannel> open, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        // A segment that is new or has changed is evaluated first, a moment later.
        var due = await change.QuerySingleOrDefaultAsync<Due>("""
            select s.id, s.article_id, v.segments, v.channels, coalesce(v.valid_to <= @now, false) as is_past, g.smallest_group
            from notice_sendings s
            join article_versions v on v.agency_id = s.agency_id and v.article_id = s.article_id and v.number = s.number
            join agencies g on g.id = s.agency_id and g.status = 'active'
            where s.agency_id = @agency and s.state = 'waiting' and s.due_at <= @now
              and not exists (select from segments x where x.agency_id = @agency and x.key = any (v.segments) and x.pending and x.retired_at is null)
            order by s.due_at, s.id
            limit 1
            for update of s skip locked
            """, new { now }, ct);
        if (due is null) return false;
        var (byEmail, bySms) = (due.GoesBy(MessageChannel.Email, open), due.GoesBy(MessageChannel.Sms, open));
        var state = due.IsPast ? NoticeSendingState.Stopped : !links.CanBeFollowed || !byEmail && !bySms ? NoticeSendingState.NoWay : NoticeSendingState.Sending;
        var addressed = state != NoticeSendingState.Sending ? null
            : due.Segments is null ? await change.QuerySingleOrDefaultAsync<long>("select count(*) from citizens where agency_id = @agency and erased_at is null", null, ct)
            : await AddressedCitizens.CountAsync(change, due.Segments, due.SmallestGroup, now, ct);
        if (state == NoticeSendingState.Sending)
            change.Enqueue($"""
                insert into notice_recipients (agency_id, sending_id, citizen_id, channel, state, next_at)
                select @agency, @sending, r.id, case when @byEmail and r.email is not null then 'email' else 'sms' end, 'queued', @now
                from (
                  select c.id, {Email} as email, n.phone
                  from citizens c
                  left join citizen_identities n on n.agency_id = c.agency_id and n.citizen_id = c.id
                  where c.agency_id = @agency and c.erased_at is null
                    and (@segments is null or exists (
                      select from segment_members m
                      join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                      where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null and g.key = any (@segments)))
                    and {IsWanted}) r
                where @byEmail and r.email is not null or @bySms and r.phone is not null
                """, new { Sending = due.Id, byEmail, bySms, due.Segments, Use = DataUse.Notices, now });
        change.Enqueue("""
            update notice_sendings set state = @state, addressed = @addressed, over_at = case when @state <> 'sending' then @now end
            where agency_id = @agency and id = @id
            """, new { due.Id, state, Addressed = Told(addressed, due.SmallestGroup), now });
        change.Audit(now, "notice.sending", "article", due.ArticleId, $"{{\"state\":\"{state.Word()}\"}}");
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Takes the next one that is to be sent, and holds it until the transaction ends.</summary>
    public async Task<DueNotice?> HoldNextAsync(TenantTransaction transaction, CancellationToken ct)
    {
        var now = clock.Now();
        var row = await transaction.QuerySingleOrDefaultAsync<Row>($"""
            select r.sending_id, r.citizen_id, r.channel, r.attempts, {Email} as email, n.phone, {IsWanted} as is_wanted, c.language, a.key, v.title, v.body, g.slug, g.name as agency, g.locales
            from notice_recipients r
            join notice_sendings s on s.agency_id = r.agency_id and s.id = r.sending_id and s.state = 'sending'
            join articles a on a.agency_id = s.agency_id and a.id = s.article_id
            join article_versions v on v.agency_id = s.agency_id and v.article_id = s.article_id and v.number = s.number and (v.valid_to is null or v.valid_to > @now)
            join agencies g on g.id = r.agency_id and g.status = 'active'
            join citizens c on c.agency_id = r.agency_id and c.id = r.citizen_id
            left join citizen_identities n on n.agency_id = r.agency_id and n.citizen_id = r.citizen_id
            where r.agency_id = @agency and r.state = 'queued' and r.next_at <= @now
            order by r.next_at, r.citizen_id
            limit 1
            for update of r skip locked
            """, new { now, Use = DataUse.Notices }, ct);
        if (row is null) return null;
        var language = MessageTexts.LanguageFor(row.Language, row.Locales);
        string[] preferred = row.Language is null ? [language, .. row.Locales] : [row.Language, language, .. row.Locales];
        var (agency, code) = (MessageTexts.Line(row.Agency.For(preferred), 100), links.CodeOf(transaction.Agency, row.CitizenId));
        var text = NoticeTexts.Write(
            language, agency, row.Title.For(preferred), row.Body.For(preferred), links.NoticeAt(row.Slug, language, row.Key), links.RefusalAt(row.Slug, language, code));
        return new(row.SendingId, row.CitizenId, row.Channel, row.IsWanted ? row.Channel == MessageChannel.Email ? row.Email : row.Phone : null, row.Attempts, agency, text,
            links.OneClickAt(row.Slug, code));
    }

    /// <summary>Writes down what became of one that is held.</summary>
    /// <param name="transaction">In which it is held.</param>
    /// <param name="notice">Which.</param>
    /// <param name="state">queued (for another attempt), sent, failed or refused.</param>
    /// <param name="pause">Until another attempt.</param>
    public void Note(TenantTransaction transaction, DueNotice notice, string state, TimeSpan pause = default) =>
        transaction.Enqueue("""
            update notice_recipients set state = @state, attempts = attempts + 1, next_at = @next
            where agency_id = @agency and sending_id = @sending and citizen_id = @citizenId
            """, new { notice.Sending, notice.CitizenId, state, Next = clock.Now() + pause });

    /// <summary>Ends what is over: everybody was written to who could be, or it was stopped. From then on nobody knows who got it.</summary>
    public async Task EndAsync(Guid agency, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var over = await change.QueryAsync<Over>("""
            select s.id, s.article_id, s.state = 'stopped' or coalesce(v.valid_to <= @now, false) and exists (
                select from notice_recipients r where r.agency_id = @agency and r.sending_id = s.id and r.state = 'queued') as is_stopped,
              s.addressed is not null as is_told, g.smallest_group,
              (select count(*) from notice_recipients r where r.agency_id = @agency and r.sending_id = s.id and r.state = 'sent') as written_to
            from notice_sendings s
            join article_versions v on v.agency_id = s.agency_id and v.article_id = s.article_id and v.number = s.number
            join agencies g on g.id = s.agency_id
            where s.agency_id = @agency and s.over_at is null
              and (s.state = 'stopped' or s.state = 'sending' and (v.valid_to <= @now or not exists (
                select from notice_recipients r where r.agency_id = @agency and r.sending_id = s.id and r.state = 'queued')))
            for update of s skip locked
            """, new { now }, ct);
        foreach (var one in over)
        {
            var state = one.IsStopped ? NoticeSendingState.Stopped : NoticeSendingState.Sent;
            change.Enqueue("delete from notice_recipients where agency_id = @agency and sending_id = @id", new { one.Id });
            change.Enqueue("""
                update notice_sendings set state = @state, over_at = @now, written_to = @writtenTo where agency_id = @agency and id = @id
                """, new { one.Id, state, now, WrittenTo = one.IsTold ? Told(one.WrittenTo, one.SmallestGroup) : null });
            change.Audit(now, "notice.over", "article", one.ArticleId, $"{{\"state\":\"{state.Word()}\"}}");
        }
        if (over.Count > 0) await change.CommitAsync(ct);
    }

    // Two figures that differ by a few cannot be told apart: neither says of somebody that they got it, or could not.
    static long? Told(long? figure, int k) => figure >= k ? figure - figure % k : null;

    sealed record Due(Guid Id, Guid ArticleId, string[]? Segments, string[] Channels, bool IsPast, int SmallestGroup)
    {
        public bool GoesBy(MessageChannel channel, IReadOnlySet<MessageChannel> open) => open.Contains(channel) && Channels.Contains(channel.Word());
    }

    sealed record Row(
        Guid SendingId, Guid CitizenId, MessageChannel Channel, int Attempts, string? Email, string? Phone, bool IsWanted, string? Language, string Key, Localized Title, Localized Body,
        string Slug, Localized Agency, string[] Locales);

    sealed record Over(Guid Id, Guid ArticleId, bool IsStopped, bool IsTold, int SmallestGroup, long WrittenTo);
}
