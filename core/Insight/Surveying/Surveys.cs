using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Surveying;

/// <summary>The surveys of an agency.</summary>
public sealed class Surveys(TenantDb db, TimeProvider clock)
{
    // Whom a survey asks is a label that nobody outside is told.
    const string Columns = """
        s.id, s.key, s.title, s.introduction, s.anonymity, s.access, s.breakdowns, case when @staff then s.audience end as audience, s.questions, s.embargo, s.link_until,
        (select v.key from services v where v.agency_id = @agency and v.id = s.service_id) as service, s.created_at, s.version
        """;

    // Others than staff see what is being asked now.
    const string Seen = """
        (@staff or exists (
          select from survey_waves w
          where w.agency_id = @agency and w.survey_id = s.id and w.opens_at <= @now and w.closes_at > @now and w.closed_at is null))
        """;

    static Surveys() => JsonColumns.Register<JsonList<SurveyQuestion>>();

    /// <summary>Makes a survey.</summary>
    /// <exception cref="Refusal"><see cref="Problems.SurveyTaken"/>; <see cref="Platform.Problems.Invalid"/> for questions, breakdowns or an audience that cannot be.</exception>
    public async Task<Survey> CreateAsync(Caller caller, Survey wanted, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, wanted, ct);
        var made = await change.QuerySingleOrDefaultAsync<Survey>($"""
            insert into surveys as s
              (agency_id, id, key, title, introduction, anonymity, access, breakdowns, audience, questions, embargo, link_until, service_id, created_at, updated_at)
            values
              (@agency, @id, @key, @title, @introduction, @anonymity, @access, @breakdowns, @audience, @questions, @embargo, @linkUntil,
               (select v.id from services v where v.agency_id = @agency and v.key = @service), @now, @now)
            on conflict (agency_id, key) do nothing
            returning {Columns}
            """,
            new
            {
                Id = Guid.CreateVersion7(now), wanted.Key, wanted.Title, wanted.Introduction, wanted.Anonymity, wanted.Access, wanted.Breakdowns, wanted.Audience, wanted.Questions,
                wanted.Embargo, wanted.LinkUntil, wanted.Service, now, Staff = true,
            }, ct) ?? throw Problems.SurveyTaken.Because($"There is a survey \"{wanted.Key}\" already.");
        change.Audit(now, "survey.created", "survey", made.Id, JsonSerializer.Serialize(new { made.Key, made.Anonymity, made.Breakdowns }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("survey.created", made.Id, new { survey = made.Key }));
        await change.CommitAsync(ct);
        return made;
    }

    /// <summary>Surveys by key: for staff all of them, for others those that are open and take more than invitations.</summary>
    public Task<IReadOnlyList<Survey>> ListAsync(Caller caller, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Survey>(caller.Agency, $"""
            select {Columns}
            from surveys s
            where s.agency_id = @agency
              and {Seen}
              and (@staff or s.access <> 'invited')
              and (@staff or @citizen is null or cardinality(s.audience) = 0 or exists (
                select from segment_members m
                join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                where m.agency_id = @agency and m.citizen_id = @citizen and m.valid_to is null and g.key = any (s.audience)))
              and (@after is null or s.key > @after)
            order by s.key
            limit @limit
            """, new { Staff = caller.IsStaff, Citizen = caller.CitizenId, after, limit, Now = clock.Now() }, ct);

    /// <summary>One survey: for staff, and for others while it is open.</summary>
    public Task<Survey?> FindAsync(Caller caller, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Survey>(caller.Agency, $"""
            select {Columns}
            from surveys s
            where s.agency_id = @agency and s.key = @key and {Seen}
            """, new { key, Staff = caller.IsStaff, Now = clock.Now() }, ct);

    /// <summary>Changes a survey that is still at a version and that nobody has answered.</summary>
    /// <returns>The survey, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.SurveyAnswered"/>, <see cref="Problems.PromiseFixed"/>, and as <see cref="CreateAsync"/>.</exception>
    public async Task<Survey?> ChangeAsync(Caller caller, Survey from, Survey to, CancellationToken ct)
    {
        if (from.Anonymity == Anonymity.Anonymous && (to.Anonymity != Anonymity.Anonymous || !to.Breakdowns.ToHashSet().SetEquals(from.Breakdowns)))
            throw Problems.PromiseFixed.Because($"The survey \"{from.Key}\" is anonymous, by {(from.Breakdowns.Length == 0 ? "no breakdown" : string.Join(", ", from.Breakdowns))}.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckAsync(change, to, ct);
        // Waits for the answers that are on their way, and lets those after it see the new questions (SurveyResponses locks the other side).
        await change.QueryAsync<Guid>("select s.id from surveys s where s.agency_id = @agency and s.id = @id for update", new { from.Id }, ct);
        var changed = await change.QuerySingleOrDefaultAsync<Survey>($"""
            update surveys s set
              title = @title, introduction = @introduction, anonymity = @anonymity, access = @access, breakdowns = @breakdowns, audience = @audience, questions = @questions,
              embargo = @embargo, link_until = @linkUntil, service_id = (select v.id from services v where v.agency_id = @agency and v.key = @service), version = s.version + 1, updated_at = @now
            where s.agency_id = @agency and s.id = @id and s.version = @version
              and not exists (
                select from survey_register r
                join survey_waves w on w.agency_id = r.agency_id and w.id = r.wave_id
                where r.agency_id = @agency and w.survey_id = s.id)
            returning {Columns}
            """,
            new
            {
                from.Id, from.Version, to.Title, to.Introduction, to.Anonymity, to.Access, to.Breakdowns, to.Audience, to.Questions, to.Embargo, to.LinkUntil, to.Service, now, Staff = true,
            }, ct);
        if (changed is null)
        {
            var still = await change.QueryAsync<Guid>("select s.id from surveys s where s.agency_id = @agency and s.id = @id and s.version = @version", new { from.Id, from.Version }, ct);
            return still.Count == 0 ? null : throw Problems.SurveyAnswered.Because($"Somebody has answered \"{from.Key}\".");
        }
        change.Audit(now, "survey.changed", "survey", changed.Id, JsonSerializer.Serialize(new { changed.Key }, Wire.Json));
        await change.CommitAsync(ct);
        return changed;
    }

    static async Task CheckAsync(TenantTransaction transaction, Survey survey, CancellationToken ct)
    {
        var errors = SurveyQuestions.Check(survey.Questions).ToList();
        var known = (await transaction.QueryAsync<string>("""
            select 'a' || a.key from attributes a where a.agency_id = @agency and a.key = any (@breakdowns)
            union all
            select 's' || g.key from segments g where g.agency_id = @agency and g.key = any (@audience) and g.retired_at is null
            union all
            select 'v' || v.key from services v where v.agency_id = @agency and v.key = @service
            """, new { survey.Breakdowns, Audience = survey.Audience ?? [], survey.Service }, ct)).ToHashSet();
        foreach (var (i, key) in survey.Breakdowns.Index())
        {
            if (survey.Breakdowns.Take(i).Contains(key)) errors.Add(new($"/breakdowns/{i}", "duplicate", $"\"{key}\" is there already."));
            else if (key != Survey.BySegment && !known.Contains($"a{key}")) errors.Add(new($"/breakdowns/{i}", "unknown", $"No attribute \"{key}\" is declared."));
        }
        foreach (var (i, key) in (survey.Audience ?? []).Index().Where(a => !known.Contains($"s{a.Item}"))) errors.Add(new($"/audience/{i}", "unknown", $"There is no segment \"{key}\"."));
        if (survey.Service is { } service && !known.Contains($"v{service}")) errors.Add(new("/service", "unknown", $"There is no service \"{service}\"."));
        if (survey.Anonymity == Anonymity.Anonymous && survey.LinkUntil is not null) errors.Add(new("/linkUntil", "not-allowed", "An anonymous survey has no link that could be kept."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
    }
}
