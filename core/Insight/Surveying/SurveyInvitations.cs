using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Insight.Surveying;

/// <summary>Asks people to answer, with codes that are good once (docs/surveys.md). Who was asked is kept; who answered is not known here.</summary>
public sealed class SurveyInvitations(TenantDb db, SurveySecrets secrets, TimeProvider clock)
{
    /// <summary>The operation's kind, which is the job's name.</summary>
    public const string OperationKind = "invite";

    /// <summary>Codes of one order that belong to nobody in particular.</summary>
    public const int MostCodes = 100_000;

    const int AtATime = 500;

    /// <summary>Asks for invitations, or for a reminder of those that went out.</summary>
    /// <exception cref="Refusal"><see cref="Problems.WaveClosed"/>; <see cref="Platform.Problems.Invalid"/> for segments or a service that are not there.</exception>
    public async Task<Operation> RequestAsync(Caller caller, SurveyWave wave, InvitationOrder order, CancellationToken ct)
    {
        if (wave.State is WaveState.Closing or WaveState.Closed) throw Problems.WaveClosed.Because("There is nothing left to be invited to.");
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var known = (await change.QueryAsync<string>("""
            select 'g' || g.key from segments g where g.agency_id = @agency and g.key = any (@segments) and g.retired_at is null
            union all
            select 's' || s.key from services s where s.agency_id = @agency and s.key = @service
            """, new { Segments = order.Segments ?? [], order.Service }, ct)).ToHashSet();
        var errors = (order.Segments ?? []).Index().Where(s => !known.Contains($"g{s.Item}")).Select(s => new ValidationError($"/segments/{s.Index}", "unknown", $"There is no segment \"{s.Item}\".")).ToList();
        if (order.Service is { } service && !known.Contains($"s{service}")) errors.Add(new("/service", "unknown", $"There is no service \"{service}\"."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
        Operations.Request(change, now, id, OperationKind, order, caller.Id);
        await change.CommitAsync(ct);
        return new(id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(order, Wire.Json), 0, null, 0, 0, 0, null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Writes down who is invited. Begun again, it chooses the same people.</summary>
    public async Task ChooseAsync(Guid agency, IJobProgress progress, InvitationOrder order, CancellationToken ct)
    {
        var operation = progress.Operation.Id;
        var chosen = order.Codes is { } codes ? [.. Enumerable.Repeat(new Chosen(null, "letter"), codes)] : await CandidatesAsync(agency, operation, order, ct);
        var done = (int)Math.Min(progress.Operation.Processed, chosen.Count);
        foreach (var part in chosen.Skip(done).Chunk(AtATime))
        {
            ct.ThrowIfCancellationRequested();
            var now = clock.Now();
            // Random, not by time: the code hangs on it.
            var ids = part.Select(_ => Guid.NewGuid()).ToArray();
            await using var transaction = await db.BeginAsync(agency, CancellationToken.None);
            var added = await transaction.ExecuteAsync("""
                insert into survey_invitations (agency_id, id, wave_id, operation_id, citizen_id, channel, token_hash, state, created_at)
                select w.agency_id, r.id, w.id, @operation, r.citizen_id, r.channel, r.hash, case when r.channel = 'letter' then 'printed' else 'queued' end, @now
                from survey_waves w
                cross join unnest(@ids, @citizens, @channels, @hashes) as r (id, citizen_id, channel, hash)
                where w.agency_id = @agency and w.id = @wave
                on conflict (agency_id, wave_id, citizen_id) do nothing
                """,
                new
                {
                    order.Wave, operation, ids, Citizens = part.Select(c => c.CitizenId).ToArray(), Channels = part.Select(c => c.Channel).ToArray(), now,
                    Hashes = ids.Select(id => SurveySecrets.HashOfCode(secrets.CodeOf(agency, order.Wave, id))).ToArray(),
                }, CancellationToken.None);
            transaction.Enqueue("update survey_waves set invited = invited + @added where agency_id = @agency and id = @wave", new { order.Wave, added });
            done += part.Length;
            await progress.ReportAsync(transaction, new(done, 0, 0, 0, chosen.Count), CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
    }

    // In an order that comes from the operation's id: a sample by chance, and the same sample when the work is taken up again.
    Task<IReadOnlyList<Chosen>> CandidatesAsync(Guid agency, Guid operation, InvitationOrder order, CancellationToken ct) =>
        db.QueryAsync<Chosen>(agency, """
            with eligible as (
              select c.id, case
                when @channel is not null then @channel
                when i.email is not null then 'email'
                when i.phone is not null then 'sms'
                else 'letter' end as channel
              from citizens c
              join survey_waves w on w.agency_id = c.agency_id and w.id = @wave
              join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
              left join citizen_identities i on i.agency_id = c.agency_id and i.citizen_id = c.id
              where c.agency_id = @agency and c.erased_at is null
                and (@channel is distinct from 'email' or i.email is not null)
                and (@channel is distinct from 'sms' or i.phone is not null)
                and (cardinality(s.audience) = 0 or exists (
                  select from segment_members m
                  join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                  where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null and g.key = any (s.audience)))
                and (@segments is null or exists (
                  select from segment_members m
                  join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                  where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null and g.key = any (@segments)))
                and (@closedSince is null or exists (
                  select from cases x
                  join services v on v.agency_id = x.agency_id and v.id = x.service_id
                  where x.agency_id = @agency and x.citizen_id = c.id and x.closed_at >= @closedSince and (@service is null or v.key = @service))))
            select e.id as citizen_id, e.channel
            from eligible e
            order by sha256(uuid_send(e.id) || uuid_send(@operation))
            limit (select least(@size, ceil(@share * count(*)))::bigint from eligible)
            """,
            new
            {
                order.Wave, operation, order.Channel, order.Segments, order.Service, order.Size, Share = order.Share ?? 1,
                ClosedSince = order.ClosedWithinDays is { } days ? clock.Now().AddDays(-days) : (DateTimeOffset?)null,
            }, ct);

    /// <summary>
    /// Takes the next invitation that is to go out, and holds it until the transaction ends. A reminder goes to everybody who was asked by an
    /// anonymous survey: one that left out who had answered would tell who had. A confidential one leaves them out.
    /// </summary>
    public async Task<DueInvitation?> HoldNextAsync(TenantTransaction transaction, Guid operation, InvitationOrder order, CancellationToken ct)
    {
        while (true)
        {
            var row = await transaction.QuerySingleOrDefaultAsync<Row>("""
                select i.id, i.citizen_id, i.channel, n.email, n.phone, c.language, s.title, s.anonymity, w.closes_at, g.name as agency, g.locales
                from survey_invitations i
                join survey_waves w on w.agency_id = i.agency_id and w.id = i.wave_id
                join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
                join agencies g on g.id = i.agency_id
                join citizens c on c.agency_id = i.agency_id and c.id = i.citizen_id and c.erased_at is null
                left join citizen_identities n on n.agency_id = i.agency_id and n.citizen_id = i.citizen_id
                where i.agency_id = @agency and i.wave_id = @wave and i.channel <> 'letter'
                  and (@reminder = 0 and i.operation_id = @operation and i.state = 'queued' or @reminder > 0 and i.state = 'sent' and i.reminders < @reminder)
                order by i.id
                limit 1
                for update of i skip locked
                """, new { order.Wave, operation, order.Reminder }, ct);
            if (row is null) return null;
            if (order.Reminder > 0 && row.Anonymity == Anonymity.Confidential
                && (await transaction.QueryAsync<int>("select 1 from survey_register r where r.agency_id = @agency and r.wave_id = @wave and r.participant = @participant",
                    new { order.Wave, Participant = secrets.ParticipantOf(transaction.Agency, order.Wave, row.CitizenId) }, ct)).Count > 0)
            {
                Note(transaction, row.Id, order, "sent", null); // has answered: nothing to remind of
                continue;
            }
            var language = MessageTexts.LanguageFor(row.Language, row.Locales);
            string[] preferred = [language, .. row.Locales];
            var text = InvitationTexts.Write(language, row.Agency.For(preferred), row.Title.For(preferred), secrets.CodeOf(transaction.Agency, order.Wave, row.Id), row.ClosesAt,
                row.Anonymity == Anonymity.Anonymous, order.Reminder > 0);
            var channel = row.Channel == InvitationChannel.Email ? MessageChannel.Email : MessageChannel.Sms;
            return new(row.Id, row.CitizenId, channel, channel == MessageChannel.Email ? row.Email : row.Phone, text, MessageTexts.Line(row.Agency.For(preferred), 100));
        }
    }

    /// <summary>Writes down what became of an invitation, or of a reminder.</summary>
    public static void Note(TenantTransaction transaction, Guid id, InvitationOrder order, string state, string? error) =>
        transaction.Enqueue("""
            update survey_invitations set
              state = case when @reminder = 0 then @state else state end, error = @error, reminders = greatest(reminders, @reminder)
            where agency_id = @agency and id = @id
            """, new { id, state, error, order.Reminder });

    /// <summary>Which reminder of a wave would be the next.</summary>
    public async Task<int> NextReminderAsync(Guid agency, Guid wave, CancellationToken ct) =>
        1 + (await db.QueryAsync<int>(agency, "select coalesce(max(i.reminders), 0) from survey_invitations i where i.agency_id = @agency and i.wave_id = @wave", new { wave }, ct)).Single();

    /// <summary>Invitations to a wave.</summary>
    public Task<IReadOnlyList<Invitation>> ListAsync(Guid agency, Guid wave, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Invitation>(agency, """
            select i.id, i.citizen_id, i.channel, i.state, i.error, i.reminders, i.created_at
            from survey_invitations i
            where i.agency_id = @agency and i.wave_id = @wave and (@after is null or i.id > @after)
            order by i.id
            limit @limit
            """, new { wave, after, limit }, ct);

    /// <summary>The wave that somebody is invited to by a code; null when no invitation to this survey has it. Whether it was used is not told.</summary>
    public Task<InvitedTo?> FindByCodeAsync(Guid agency, string survey, string code, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<InvitedTo>(agency, """
            select i.wave_id as wave
            from survey_invitations i
            join survey_waves w on w.agency_id = i.agency_id and w.id = i.wave_id
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            where i.agency_id = @agency and i.token_hash = @hash and s.key = @survey
            """, new { survey, Hash = SurveySecrets.HashOfCode(code) }, ct);

    /// <summary>The codes of a wave's letters.</summary>
    public async Task<IReadOnlyList<PrintedCode>> LettersAsync(Guid agency, Guid wave, Guid? after, int limit, CancellationToken ct) =>
        [.. (await db.QueryAsync<Letter>(agency, """
            select i.id, n.name, n.external_id
            from survey_invitations i
            left join citizen_identities n on n.agency_id = i.agency_id and n.citizen_id = i.citizen_id
            where i.agency_id = @agency and i.wave_id = @wave and i.channel = 'letter' and (@after is null or i.id > @after)
            order by i.id
            limit @limit
            """, new { wave, after, limit }, ct)).Select(l => new PrintedCode(l.Name, l.ExternalId, secrets.CodeOf(agency, wave, l.Id)))];

    sealed record Chosen(Guid? CitizenId, string Channel);

    sealed record Letter(Guid Id, string? Name, string? ExternalId);

    sealed record Row(
        Guid Id, Guid CitizenId, InvitationChannel Channel, string? Email, string? Phone, string? Language, Localized Title, Anonymity Anonymity, DateTimeOffset ClosesAt, Localized Agency, string[] Locales);
}

/// <summary>What a code invites to.</summary>
/// <param name="Wave">The wave's id.</param>
public sealed record InvitedTo(Guid Wave);
