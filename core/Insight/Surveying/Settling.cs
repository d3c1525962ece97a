using System.Text.Json;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Insight.Surveying;

/// <summary>An answer that was settled.</summary>
/// <param name="Id">Random.</param>
/// <param name="Stratum">Its stratum in the wave.</param>
/// <param name="Answers">As they are kept: a JSON object by question key.</param>
/// <param name="Assisted">Entered by staff.</param>
/// <param name="Channel">By what it came.</param>
public sealed record SettledResponse(Guid Id, int Stratum, string Answers, bool Assisted, Channel Channel);

/// <summary>
/// Turns answers that wait in the inbox into answers that are counted, and forgets whose they were. One transaction takes them out, puts them
/// in and adds them to the counts: whenever it is killed, each answer is in one of the two places, and counted once.
/// </summary>
public sealed class Settling(TenantDb db, SurveySecrets secrets, TimeProvider clock)
{
    /// <summary>Answers of one transaction.</summary>
    public const int AtATime = 2_000;

    // An anonymous wave that is busy is not waited for to be quiet.
    const int BusyFactor = 50;

    static Settling() => JsonColumns.Register<JsonList<SurveyQuestion>>();

    /// <summary>The waves of an agency that have something to settle or to close.</summary>
    public Task<IReadOnlyList<Guid>> PendingAsync(Guid agency, CancellationToken ct) =>
        db.QueryAsync<Guid>(agency, """
            select w.id
            from survey_waves w
            where w.agency_id = @agency
              and (w.closed_at is null and w.closes_at <= @now
                   or not w.mixed
                   or exists (select from survey_inbox i where i.agency_id = @agency and i.wave_id = w.id))
            order by w.id
            """, new { Now = clock.Now() }, ct);

    /// <summary>Settles what waits in a wave, and closes the wave when its time is over.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="wave">Which.</param>
    /// <param name="atOnce">Does not wait until no more answers come in. An anonymous wave that is open still keeps back fewer than the agency's smallest group.</param>
    /// <param name="ct">Ends it behind a whole step.</param>
    /// <returns>How many answers were settled.</returns>
    public async Task<int> SettleAsync(Guid agency, Guid wave, bool atOnce, CancellationToken ct)
    {
        for (var settled = 0; ;)
        {
            ct.ThrowIfCancellationRequested();
            var (count, more) = await StepAsync(agency, wave, atOnce || settled > 0);
            settled += count;
            if (!more) return settled;
        }
    }

    // A step is whole: it is not cut short.
    async Task<(int Settled, bool More)> StepAsync(Guid agency, Guid id, bool atOnce)
    {
        var (now, ct) = (clock.Now(), CancellationToken.None);
        await using var transaction = await db.BeginAsync(agency, ct);
        var wave = await transaction.QuerySingleOrDefaultAsync<Wave>("""
            select w.id, s.key as survey, s.anonymity, s.breakdowns, s.audience, s.questions, w.closes_at, w.closed_at, w.batches, w.waiting, w.mixed, w.strata_at, g.smallest_group,
              (select count(*) from survey_inbox i where i.agency_id = @agency and i.wave_id = w.id) as inbox
            from survey_waves w
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            join agencies g on g.id = w.agency_id
            where w.agency_id = @agency and w.id = @id
            for no key update of w
            """, new { id }, ct);
        if (wave is null) return (0, false);
        var (over, anonymous) = (wave.ClosesAt <= now, wave.Anonymity == Anonymity.Anonymous);
        if (wave.Inbox == 0 && !over) return (0, false);
        var quiet = atOnce || wave.Inbox == wave.Waiting || (over ? wave.ClosedAt is null : wave.Inbox >= BusyFactor * wave.SmallestGroup);
        if (anonymous && (!quiet || !over && wave.Inbox < wave.SmallestGroup))
        {
            transaction.Enqueue("update survey_waves set waiting = @inbox where agency_id = @agency and id = @id and waiting <> @inbox", new { id, Inbox = (int)wave.Inbox });
            await transaction.CommitAsync(ct);
            return (0, false);
        }

        // The last of an anonymous wave are not put where their number would show: they come in with the mixing.
        var last = over && wave.Inbox <= AtATime;
        var taken = wave.Inbox == 0 ? [] : await transaction.QueryAsync<Waiting>("""
            delete from survey_inbox i
            where i.agency_id = @agency and i.wave_id = @id
              and i.id = any (array(select n.id from survey_inbox n where n.agency_id = @agency and n.wave_id = @id order by n.id limit @limit))
            returning i.id, i.sealed
            """, new { id, Limit = AtATime }, ct);
        if (anonymous && !over && taken.Count < wave.SmallestGroup) return (0, false); // another worker had settled the rest by the time we held the wave
        if (taken.Count > 0) await PutAsync(transaction, wave, [.. taken.Select(w => (w.Id, secrets.Open(agency, id, w.Id, w.Sealed)))], now, ct);
        var mixing = last && anonymous && (taken.Count > 0 || !wave.Mixed);
        if (mixing) Mix(transaction, id);
        transaction.Enqueue("""
            update survey_waves set
              batches = batches + @grown, waiting = @left, mixed = @mixed, closed_at = case when @last then coalesce(closed_at, @now) else closed_at end,
              version = version + case when @last and closed_at is null then 1 else 0 end
            where agency_id = @agency and id = @id
            """, new { id, Grown = taken.Count > 0 ? 1 : 0, Left = Math.Max(0, (int)wave.Inbox - taken.Count), Mixed = !anonymous || mixing || taken.Count == 0 && wave.Mixed, last, now });
        if (last && wave.ClosedAt is null) transaction.Emit(now, OutboxEvent.Of("survey.closed", id, new { survey = wave.Survey, wave = id }));
        // That there is something new, once for all of it; neither how much nor whose.
        else if (taken.Count > 0 && taken.Count == wave.Inbox) transaction.Emit(now, OutboxEvent.Of("survey.answered", id, new { survey = wave.Survey, wave = id }));
        await transaction.CommitAsync(ct);
        return (taken.Count, taken.Count == AtATime && wave.Inbox > taken.Count);
    }

    static async Task PutAsync(TenantTransaction transaction, Wave wave, IReadOnlyList<(Guid, SealedAnswer Answer)> answers, DateTimeOffset now, CancellationToken ct)
    {
        var strata = await SurveyStrata.LoadAsync(transaction, wave.Id, wave.Anonymity, wave.Breakdowns, wave.Audience, wave.SmallestGroup, wave.StrataAt, now, ct);
        var settled = new List<SettledResponse>(answers.Count);
        var links = new List<(Guid Response, Guid Citizen)>();
        foreach (var (_, answer) in answers)
        {
            var stratum = await strata.PlaceAsync(answer.Labels, SurveyLabels.UnpackSegments(answer.Segments), ct);
            settled.Add(new(Guid.NewGuid(), stratum, JsonSerializer.Serialize(answer.Answers, Wire.Json), answer.Assisted, answer.Channel));
            if (answer.Citizen is { } citizen) links.Add((settled[^1].Id, citizen));
        }
        strata.Save();
        settled.Sort((a, b) => a.Id.CompareTo(b.Id)); // ids are random: so is the order
        transaction.Enqueue("""
            insert into survey_responses (agency_id, wave_id, id, stratum, answers, assisted, channel, batch)
            select w.agency_id, w.id, r.id, r.stratum, r.answers::jsonb, r.assisted = 1, r.channel, w.batches + 1
            from survey_waves w
            cross join unnest(@ids, @strata, @answers, @assisted, @channels) as r (id, stratum, answers, assisted, channel)
            where w.agency_id = @agency and w.id = @wave
            """,
            new
            {
                Wave = wave.Id, Ids = settled.Select(r => r.Id).ToArray(), Strata = settled.Select(r => r.Stratum).ToArray(),
                Answers = settled.Select(r => r.Answers).ToArray(), Assisted = settled.Select(r => r.Assisted ? 1 : 0).ToArray(),
                Channels = settled.Select(r => r.Channel.Word()).ToArray(),
            });
        SurveyCounts.Add(transaction, wave.Id, wave.Questions, settled);
        if (links.Count == 0) return;
        SegmentChanges.OfBehaviour(transaction, now, [.. links.Select(l => l.Citizen).Distinct()]);
        transaction.Enqueue("""
            insert into survey_links (agency_id, wave_id, response_id, citizen_id)
            select w.agency_id, w.id, l.response_id, l.citizen_id
            from survey_waves w
            cross join unnest(@responses, @citizens) as l (response_id, citizen_id)
            where w.agency_id = @agency and w.id = @wave
            """, new { Wave = wave.Id, Responses = links.Select(l => l.Response).ToArray(), Citizens = links.Select(l => l.Citizen).ToArray() });
    }

    // Everything is written once more, in an order that comes from nothing but chance: which answers came together is forgotten, and so is
    // who came before whom.
    static void Mix(TenantTransaction transaction, Guid wave)
    {
        transaction.Enqueue("""
            with gone as (
              delete from survey_responses r
              where r.agency_id = @agency and r.wave_id = @wave
              returning r.agency_id, r.wave_id, r.id, r.stratum, r.answers, r.assisted, r.channel)
            insert into survey_responses (agency_id, wave_id, id, stratum, answers, assisted, channel, batch)
            select agency_id, wave_id, id, stratum, answers, assisted, channel, 0
            from gone
            order by id
            """, new { wave });
        transaction.Enqueue("""
            with gone as (
              delete from survey_register r
              where r.agency_id = @agency and r.wave_id = @wave
              returning r.agency_id, r.wave_id, r.participant)
            insert into survey_register (agency_id, wave_id, participant)
            select agency_id, wave_id, participant
            from gone
            order by participant
            """, new { wave });
    }

    sealed record Waiting(Guid Id, byte[] Sealed);

    sealed record Wave(
        Guid Id, string Survey, Anonymity Anonymity, string[] Breakdowns, string[] Audience, JsonList<SurveyQuestion> Questions, DateTimeOffset ClosesAt, DateTimeOffset? ClosedAt, int Batches, int Waiting, bool Mixed,
        DateTimeOffset? StrataAt, int SmallestGroup, long Inbox);
}
