using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>A wave, as its texts are asked for.</summary>
/// <param name="Id">The wave's id.</param>
/// <param name="SurveyId">The survey's.</param>
/// <param name="Survey">The survey's key.</param>
/// <param name="Anonymity">What was promised.</param>
/// <param name="Questions">That it asks.</param>
/// <param name="Shown">It has closed, lies in an order by chance, and at least the agency's smallest group has answered.</param>
public sealed record WaveOfTexts(Guid Id, Guid SurveyId, string Survey, Anonymity Anonymity, JsonList<SurveyQuestion> Questions, bool Shown);

/// <summary>What somebody wrote: by itself, with nothing of who, when, or what else they answered.</summary>
/// <param name="Id">Of this answer to this question; it leads to no other answer.</param>
/// <param name="Text">As it was written.</param>
/// <param name="Codes">What staff read in it, by key; empty: nothing that the code book knows; null: nobody has read it yet.</param>
/// <param name="Place">In the list, which is in an order by chance.</param>
public sealed record SurveyText(Guid Id, string Text, string[]? Codes, [property: JsonIgnore] string Place);

/// <summary>The free texts of surveys, and the codes that staff give them (SURVEY-AGGREGATE).</summary>
public sealed class SurveyTexts(TenantDb db, SurveySecrets secrets, TimeProvider clock)
{
    static SurveyTexts() => JsonColumns.Register<JsonList<SurveyQuestion>>();

    /// <summary>A wave by its survey's key and its id or name.</summary>
    public Task<WaveOfTexts?> FindWaveAsync(Guid agency, string survey, string wave, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<WaveOfTexts>(agency, """
            select w.id, s.id as survey_id, s.key as survey, s.anonymity, s.questions,
              w.closed_at is not null and w.mixed and g.smallest_group <= (
                select count(*)
                from (select from survey_responses r where r.agency_id = @agency and r.wave_id = w.id limit g.smallest_group) as enough) as shown
            from surveys s
            join survey_waves w on w.agency_id = s.agency_id and w.survey_id = s.id
            join agencies g on g.id = w.agency_id
            where s.agency_id = @agency and s.key = @survey and (w.id = @id or w.name = @wave)
            """, new { survey, wave, Id = Guid.TryParse(wave, out var id) ? id : (Guid?)null }, ct);

    /// <summary>Texts in an order that is another one for each question, so that no two answers are known to be of one person by where they stand.</summary>
    /// <param name="caller">Who reads them; that they did is kept.</param>
    /// <param name="wave">Whose; one that is shown.</param>
    /// <param name="question">The key of a text question.</param>
    /// <param name="coded">Only those that somebody has read, or nobody has.</param>
    /// <param name="code">Only those with this code.</param>
    /// <param name="after">Only those behind this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<SurveyText>> ListAsync(
        Caller caller, WaveOfTexts wave, string question, bool? coded, string? code, string? after, int limit, CancellationToken ct)
    {
        await using var reading = await db.BeginAsync(caller, ct);
        reading.Audit(clock.Now(), "survey-texts.read", "survey-wave", wave.Id, JsonSerializer.Serialize(new { survey = wave.Survey, question }, Wire.Json));
        var rows = await reading.QueryAsync<Row>("""
            select r.id, r.answers ->> @question as text, t.codes, r.place
            from (
              select s.agency_id, s.wave_id, s.id, s.answers, encode(sha256(@order || uuid_send(s.id)), 'hex') as place
              from survey_responses s
              where s.agency_id = @agency and s.wave_id = @id) as r
            left join survey_coded_texts t on t.agency_id = r.agency_id and t.wave_id = r.wave_id and t.question = @question and t.response_id = r.id
            where r.agency_id = @agency and jsonb_exists(r.answers, @question)
              and (@coded is null or (t.codes is not null) = @coded)
              and (@code is null or @code = any (t.codes))
              and (@after is null or r.place > @after)
            order by r.place
            limit @limit
            """, new { wave.Id, question, Order = secrets.OrderOf(caller.Agency, wave.Id, question), coded, code, after, limit }, ct);
        await reading.CommitAsync(ct);
        return [.. rows.Select(r => new SurveyText(secrets.HandleOf(caller.Agency, wave.Id, question, r.Id), r.Text, r.Codes, r.Place))];
    }

    /// <summary>Says what is read in a text, in place of what was said before. Results follow when every text of the question has been read.</summary>
    /// <param name="caller">Who read it.</param>
    /// <param name="wave">Whose; one that is shown.</param>
    /// <param name="id">Of the text.</param>
    /// <param name="codes">Keys of the question's code book; none: it says nothing that the code book knows.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The text; null when there is none with this id.</returns>
    /// <exception cref="Refusal"><see cref="Problems.CodeUnknown"/>.</exception>
    public async Task<SurveyText?> CodeAsync(Caller caller, WaveOfTexts wave, Guid id, IReadOnlyList<string> codes, CancellationToken ct)
    {
        var now = clock.Now();
        string[] given = [.. codes.Distinct().Order(StringComparer.Ordinal)];
        string[] questions = [.. wave.Questions.Where(q => q.Type == SurveyQuestionType.Text).Select(q => q.Key)];
        await using var change = await db.BeginAsync(caller, ct);
        // Of which question it is, nothing but the answer says: under the key of any other the id leads nowhere.
        var text = (await change.QueryAsync<Written>("""
            select r.id, q.question, r.answers ->> q.question as text
            from unnest(@questions, @responses) as q (question, response)
            join survey_responses r on r.agency_id = @agency and r.wave_id = @wave and r.id = q.response
            where jsonb_exists(r.answers, q.question)
            """, new { Wave = wave.Id, questions, Responses = questions.Select(q => secrets.ResponseOf(caller.Agency, wave.Id, q, id)).ToArray() }, ct)).SingleOrDefault();
        if (text is null) return null;
        // Who codes holds the code book: no code goes in the meantime.
        var book = (await change.QueryAsync<Known>("""
            select array(select c ->> 'key' from jsonb_array_elements(b.codes) as c) as keys
            from survey_codes b
            where b.agency_id = @agency and b.survey_id = @surveyId and b.question = @question
            for share
            """, new { wave.SurveyId, text.Question }, ct)).SingleOrDefault();
        var unknown = codes.Index().Where(c => book?.Keys.Contains(c.Item) != true).Select(c => new ValidationError($"/codes/{c.Index}", "unknown", $"There is no code \"{c.Item}\".")).ToList();
        if (unknown.Count > 0) throw new Refusal(Problems.CodeUnknown, unknown[0].Detail) { Errors = unknown };
        change.Enqueue("""
            insert into survey_coded_texts as t (agency_id, wave_id, response_id, question, codes)
            select w.agency_id, w.id, @response, @question, @given
            from survey_waves w
            where w.agency_id = @agency and w.id = @wave
            on conflict (agency_id, wave_id, question, response_id) do update set codes = excluded.codes
            """, new { Wave = wave.Id, Response = text.Id, text.Question, given });
        change.Audit(now, "survey-text.coded", "survey-wave", wave.Id, JsonSerializer.Serialize(new { survey = wave.Survey, text.Question, codes = given }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("survey.coded", wave.Id, new { survey = wave.Survey, wave = wave.Id, text.Question }));
        await change.CommitAsync(ct);
        return new(id, text.Text, given, "");
    }

    sealed record Written(Guid Id, string Question, string Text);

    sealed record Row(Guid Id, string Text, string[]? Codes, string Place);

    sealed record Known(string[] Keys);
}
