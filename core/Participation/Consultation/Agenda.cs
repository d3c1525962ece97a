using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Consultation;

/// <summary>From when on an answer is owed to a topic. Published; a change counts for topics that are opened afterwards.</summary>
/// <param name="Threshold">Supporters.</param>
/// <param name="AnswerDays">Days until the answer, from then on.</param>
/// <param name="UpdatedAt">Since when; null: nobody said anything, and what is usual holds.</param>
/// <param name="Version">For the ETag.</param>
public sealed record AgendaSettings(int Threshold, int AnswerDays, DateTimeOffset? UpdatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What holds when nobody said anything.</summary>
    public static readonly AgendaSettings Usual = new(50, 30, null, 0);
}

/// <summary>Topics of one side.</summary>
/// <param name="Topics">How many there are.</param>
/// <param name="Owed">Whose threshold was reached.</param>
/// <param name="Answered">That were answered,</param>
/// <param name="InTime">of those that were owed one, until the date.</param>
/// <param name="Overdue">That are owed an answer, and the date is over.</param>
/// <param name="Accepted">That will be done, or in part.</param>
/// <param name="Initiatives">That led to an initiative.</param>
public sealed record AgendaCounts(long Topics, long Owed, long Answered, long InTime, long Overdue, long Accepted, long Initiatives);

/// <summary>Who sets the agenda: topics of citizens and of the agency, counted apart.</summary>
/// <param name="Settings">From when on an answer is owed.</param>
/// <param name="Citizens">What citizens put on it.</param>
/// <param name="Agency">What the agency put on it.</param>
public sealed record AgendaView(AgendaSettings Settings, AgendaCounts Citizens, AgendaCounts Agency);

/// <summary>The agenda of an agency as a whole.</summary>
public sealed class Agenda(TenantDb db, TimeProvider clock)
{
    /// <summary>Reads it.</summary>
    public async Task<AgendaView> ReadAsync(Guid agency, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var settings = await SettingsAsync(transaction, ct);
        var sides = await transaction.QueryAsync<Side>($"""
            select side.word as set_by, count(x.id) as topics, count(x.id) filter (where x.reached_at is not null) as owed, count(x.id) filter (where x.answer_id is not null) as answered,
              count(x.id) filter (where x.reached_at is not null and x.answer_id is not null and not x.late) as in_time, count(x.id) filter (where x.answer_id is null and x.late) as overdue,
              count(x.id) filter (where x.decision in ('accepted', 'partly')) as accepted, count(x.id) filter (where x.initiative_id is not null) as initiatives
            from unnest(array['citizen', 'staff']) as side (word)
            left join lateral (
              select t.id, t.reached_at, r.answer_id, n.decision, n.initiative_id, {Topics.Late} as late
              from topics t
              join remarks r on r.agency_id = t.agency_id and r.id = t.id
              left join answers n on n.agency_id = r.agency_id and n.id = r.answer_id
              where t.agency_id = @agency and r.spoken_by = side.word and r.removal_id is null) x on true
            group by side.word
            """, new { Now = clock.Now() }, ct);
        await transaction.CommitAsync(ct);
        return new(settings, Of(ActorKind.Citizen), Of(ActorKind.Staff));

        AgendaCounts Of(ActorKind kind) => sides.Single(s => s.SetBy == kind) is var s ? new(s.Topics, s.Owed, s.Answered, s.InTime, s.Overdue, s.Accepted, s.Initiatives) : null!;
    }

    /// <summary>Publishes from when on an answer is owed.</summary>
    public async Task<AgendaSettings> SetAsync(Caller caller, int threshold, int answerDays, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        change.Enqueue("""
            insert into agenda_settings as g (agency_id, threshold, answer_days, updated_at) values (@agency, @threshold, @answerDays, @now)
            on conflict (agency_id) do update set threshold = excluded.threshold, answer_days = excluded.answer_days, version = g.version + 1, updated_at = @now
            """, new { threshold, answerDays, now });
        change.Audit(now, "agenda.set", "agenda", null, JsonSerializer.Serialize(new { threshold, answerDays }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("agenda.set", Guid.Empty, new { threshold, answerDays }));
        var set = await SettingsAsync(change, ct);
        await change.CommitAsync(ct);
        return set;
    }

    static async Task<AgendaSettings> SettingsAsync(TenantTransaction transaction, CancellationToken ct) =>
        await transaction.QuerySingleOrDefaultAsync<AgendaSettings>("""
            select g.threshold, g.answer_days, g.updated_at, g.version from agenda_settings g where g.agency_id = @agency
            """, new { }, ct) ?? AgendaSettings.Usual;

    sealed record Side(ActorKind SetBy, long Topics, long Owed, long Answered, long InTime, long Overdue, long Accepted, long Initiatives);
}
