using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Surveying;

/// <summary>The waves of surveys.</summary>
public sealed class SurveyWaves(TenantDb db, TimeProvider clock)
{
    // How many have answered is a figure like any other: not shown below the agency's smallest group.
    const string Columns = """
        w.id, s.key as survey, w.name, w.opens_at, w.closes_at, w.closed_at,
        case when w.closed_at is not null then 'closed' when w.closes_at <= @now then 'closing' when w.opens_at <= @now then 'open' else 'planned' end as state,
        w.embargo, case when @staff then w.invited::bigint end as invited,
        case when @staff then (
          select nullif(count(*), case when count(*) < g.smallest_group then count(*) else -1 end)
          from survey_register r
          where r.agency_id = @agency and r.wave_id = w.id) end as answered,
        w.created_at, w.version
        """;

    const string Source = """
        from survey_waves w
        join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
        join agencies g on g.id = w.agency_id
        """;

    /// <summary>Makes a wave.</summary>
    /// <param name="caller">Who makes it.</param>
    /// <param name="survey">The survey's key.</param>
    /// <param name="name">Unique in the survey.</param>
    /// <param name="opensAt">From when answers are taken.</param>
    /// <param name="closesAt">Until when; may lie in the past, for answers that come by file.</param>
    /// <param name="embargo">Null: as the survey says.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Null when there is no such survey.</returns>
    /// <exception cref="Refusal"><see cref="Problems.WaveTaken"/>.</exception>
    public async Task<SurveyWave?> AddAsync(Caller caller, string survey, string name, DateTimeOffset opensAt, DateTimeOffset closesAt, bool? embargo, CancellationToken ct)
    {
        if (closesAt <= opensAt) throw Platform.Problems.InvalidValue("/closesAt", "range", "A wave closes after it has opened.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var made = (await change.QueryAsync<Guid>("""
            insert into survey_waves (agency_id, id, survey_id, name, opens_at, closes_at, embargo, created_at, updated_at)
            select s.agency_id, @id, s.id, @name, @opensAt, @closesAt, coalesce(@embargo, s.embargo), @now, @now
            from surveys s
            where s.agency_id = @agency and s.key = @survey
            on conflict (agency_id, survey_id, name) do nothing
            returning id
            """, new { Id = Guid.CreateVersion7(now), survey, name, opensAt, closesAt, embargo, now }, ct)).SingleOrDefault();
        if (made == default)
        {
            var known = await change.QueryAsync<Guid>("select s.id from surveys s where s.agency_id = @agency and s.key = @survey", new { survey }, ct);
            return known.Count == 0 ? null : throw Problems.WaveTaken.Because($"The survey \"{survey}\" has a wave \"{name}\" already.");
        }
        change.Audit(now, "survey-wave.added", "survey-wave", made, JsonSerializer.Serialize(new { survey, opensAt, closesAt }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("survey.wave-added", made, new { survey, wave = made, opensAt, closesAt }));
        var wave = await FindAsync(change, true, survey, made, null, now, ct);
        await change.CommitAsync(ct);
        return wave;
    }

    /// <summary>Waves of a survey, newest first.</summary>
    public Task<IReadOnlyList<SurveyWave>> ListAsync(Caller caller, string survey, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<SurveyWave>(caller.Agency, $"""
            select {Columns}
            {Source}
            where w.agency_id = @agency and s.key = @survey
              and (@staff or w.opens_at <= @now)
              and (@after is null or w.id < @after)
            order by w.id desc
            limit @limit
            """, new { survey, after, limit, Staff = caller.IsStaff, Now = clock.Now() }, ct);

    /// <summary>One wave, by its id or its name.</summary>
    public async Task<SurveyWave?> FindAsync(Caller caller, string survey, string wave, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        return await FindAsync(transaction, caller.IsStaff, survey, Guid.TryParse(wave, out var id) ? id : null, wave, clock.Now(), ct);
    }

    static Task<SurveyWave?> FindAsync(TenantTransaction transaction, bool staff, string survey, Guid? id, string? name, DateTimeOffset now, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<SurveyWave>($"""
            select {Columns}
            {Source}
            where w.agency_id = @agency and s.key = @survey
              and (w.id = @id or w.name = @name)
              and (@staff or w.opens_at <= @now)
            """, new { survey, id, name, staff, now }, ct);

    /// <summary>Changes a wave that is still at a version and that has not closed.</summary>
    /// <returns>The wave, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.WaveClosed"/>, <see cref="Problems.WaveTaken"/>, and <see cref="Problems.SurveyAnswered"/> for another opening when somebody has answered.</exception>
    public async Task<SurveyWave?> ChangeAsync(Caller caller, SurveyWave from, string name, DateTimeOffset opensAt, DateTimeOffset closesAt, bool embargo, CancellationToken ct)
    {
        if (closesAt <= opensAt) throw Platform.Problems.InvalidValue("/closesAt", "range", "A wave closes after it has opened.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        // One statement decides, and says what it decided.
        var decided = (await change.QueryAsync<string>("""
            with wave as (
              select w.id, w.version,
                case
                  when w.version <> @version then 'version'
                  when w.closed_at is not null or w.closes_at <= @now then 'closed'
                  when w.opens_at <> @opensAt and exists (select from survey_register r where r.agency_id = @agency and r.wave_id = w.id) then 'answered'
                  when exists (select from survey_waves o where o.agency_id = @agency and o.survey_id = w.survey_id and o.id <> w.id and o.name = @name) then 'taken'
                end as refused
              from survey_waves w
              where w.agency_id = @agency and w.id = @id
              for update),
            changed as (
              update survey_waves w set
                name = @name, opens_at = @opensAt, closes_at = @closesAt, embargo = @embargo, version = w.version + 1, updated_at = @now
              from wave
              where w.agency_id = @agency and w.id = wave.id and wave.refused is null
              returning w.id)
            select coalesce(refused, 'done') from wave
            """, new { from.Id, from.Version, name, opensAt, closesAt, embargo, now }, ct)).SingleOrDefault();
        switch (decided)
        {
            case "closed": throw Problems.WaveClosed.Because($"The wave \"{from.Name}\" is over.");
            case "answered": throw Problems.SurveyAnswered.Because($"Somebody has answered the wave \"{from.Name}\": it has opened.");
            case "taken": throw Problems.WaveTaken.Because($"The survey \"{from.Survey}\" has a wave \"{name}\" already.");
            case not "done": return null;
        }
        change.Audit(now, "survey-wave.changed", "survey-wave", from.Id, JsonSerializer.Serialize(new { survey = from.Survey, opensAt, closesAt, embargo }, Wire.Json));
        var changed = await FindAsync(change, true, from.Survey, from.Id, null, now, ct);
        await change.CommitAsync(ct);
        return changed;
    }
}
