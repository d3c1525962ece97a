using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>What staff read in the answers to a text question: each code is a thing that people say, and a text can say several.</summary>
/// <param name="Question">The question's key.</param>
/// <param name="Codes">By key, with how each is read.</param>
/// <param name="Version">For If-Match; 0 while nobody has put one.</param>
public sealed record CodeBook(string Question, JsonList<SurveyOption> Codes, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Most codes of one question.</summary>
    public const int Most = SurveyQuestions.MostOptions;
}

/// <summary>The code books of surveys' text questions.</summary>
public sealed class CodeBooks(TenantDb db, TimeProvider clock)
{
    static CodeBooks() => JsonColumns.Register<JsonList<SurveyOption>>();

    /// <summary>A question's code book; empty while nobody has put one.</summary>
    public async Task<CodeBook> FindAsync(Guid agency, Guid survey, string question, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<CodeBook>(agency, """
            select b.question, b.codes, b.version
            from survey_codes b
            where b.agency_id = @agency and b.survey_id = @survey and b.question = @question
            """, new { survey, question }, ct) ?? new(question, JsonList<SurveyOption>.Of([])!, 0);

    /// <summary>Replaces a question's code book.</summary>
    /// <param name="caller">Who puts it.</param>
    /// <param name="survey">Whose.</param>
    /// <param name="question">The key of a text question.</param>
    /// <param name="codes">Keys as those of options; texts by language.</param>
    /// <param name="version">That it is to replace; null: whatever is there.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The code book, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for keys that cannot be or come twice; <see cref="Problems.CodeInUse"/>.</exception>
    public async Task<CodeBook?> PutAsync(Caller caller, Survey survey, string question, IReadOnlyList<SurveyOption> codes, long? version, CancellationToken ct)
    {
        var errors = SurveyQuestions.CheckOptions(codes, "/codes").ToList();
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        // Waits for texts that are being coded by it, so that none keeps a code that goes (SurveyTexts locks the other side).
        change.Enqueue("select from survey_codes b where b.agency_id = @agency and b.survey_id = @id and b.question = @question for update", new { survey.Id, question });
        await change.FlushAsync(ct);
        var keys = codes.Select(c => c.Key).ToArray();
        var inUse = await change.QueryAsync<string>("""
            select distinct c.key
            from survey_waves w
            join survey_coded_texts t on t.agency_id = w.agency_id and t.wave_id = w.id and t.question = @question
            cross join unnest(t.codes) as c (key)
            where w.agency_id = @agency and w.survey_id = @id and c.key <> all (@keys)
            order by c.key
            """, new { survey.Id, question, keys }, ct);
        if (inUse.Count > 0) throw Problems.CodeInUse.Because($"Texts have {string.Join(", ", inUse)}.", new Dictionary<string, object?> { ["codes"] = inUse });
        var kept = await change.QuerySingleOrDefaultAsync<CodeBook>("""
            insert into survey_codes as b (agency_id, survey_id, question, codes, created_at, updated_at)
            select s.agency_id, s.id, @question, @codes, @now, @now
            from surveys s
            where s.agency_id = @agency and s.id = @id
              and (coalesce(@version, 0) = 0 or exists (select from survey_codes o where o.agency_id = @agency and o.survey_id = @id and o.question = @question))
            on conflict (agency_id, survey_id, question) do update set codes = excluded.codes, version = b.version + 1, updated_at = @now
            where @version is null or b.version = @version
            returning b.question, b.codes, b.version
            """, new { survey.Id, question, Codes = JsonList<SurveyOption>.Of(codes), version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "survey-codes.changed", "survey", survey.Id, JsonSerializer.Serialize(new { question, codes = keys }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("survey.codes-changed", survey.Id, new { survey = survey.Key, question }));
        await change.CommitAsync(ct);
        return kept;
    }
}
