using System.Text.Json;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>
/// Looks for segments that want the opposite of each other in what a survey on a service has published (CONFLICT). Nothing but the edition
/// is read, as everybody reads it: what is hidden there proves nothing here.
/// </summary>
public sealed class OpposedProposals(TenantDb db, TimeProvider clock)
{
    static OpposedProposals()
    {
        JsonColumns.Register<JsonList<SurveyQuestion>>();
        JsonColumns.Register<JsonList<Side>>();
        JsonColumns.Register<Evidence>();
    }

    /// <summary>Proposes what the latest edition of a wave shows. The same is proposed once: a later edition or wave gives a proposal newer figures, and leaves alone what a manager has decided on.</summary>
    /// <returns>How many are new, or have new figures.</returns>
    public async Task<int> FindAsync(Guid agency, Guid wave, CancellationToken ct)
    {
        var proposed = 0;
        foreach (var result in await PublishedAsync(agency, wave, ct))
        {
            var question = result.Questions.First(q => q.Key == result.Question);
            if (question.Type is not (SurveyQuestionType.Single or SurveyQuestionType.Multiple or SurveyQuestionType.Scale)) continue;
            var scale = question.Type == SurveyQuestionType.Scale;
            if (Opposition.Find(Read(result.Document, scale), scale ? (double)(question.Least + question.Most) / 2 : null) is not { } found) continue;
            if (await ProposeAsync(agency, result, question, found.Option, found.For, found.Against, ct)) proposed++;
        }
        return proposed;
    }

    Task<IReadOnlyList<Published>> PublishedAsync(Guid agency, Guid wave, CancellationToken ct) =>
        db.QueryAsync<Published>(agency, """
            select s.key as survey, w.name as wave, v.key as service, s.questions, r.question, r.document
            from survey_waves w
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            join services v on v.agency_id = s.agency_id and v.id = s.service_id
            join survey_results r on r.agency_id = w.agency_id and r.wave_id = w.id and r.breakdown = 'segment' and not r.weighted and r.position >= 0
            where w.agency_id = @agency and w.id = @wave
            order by r.position
            """, new { wave }, ct);

    async Task<bool> ProposeAsync(Guid agency, Published result, SurveyQuestion question, string? option, GroupAnswer one, GroupAnswer other, CancellationToken ct)
    {
        var (now, id) = (clock.Now(), Guid.CreateVersion7(clock.Now()));
        var wanted = option is null ? question.Text : question.Options!.First(o => o.Key == option).Text;
        Side[] sides = [Of(one, Worded(wanted, option is null ? Scale.More : Scale.Yes)), Of(other, Worded(wanted, option is null ? Scale.Less : Scale.No))];
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var kept = (await change.QueryAsync<Guid>("""
            insert into opposed_demands as d (agency_id, id, service_id, state, title, sides, evidence, found_in, found_at, updated_at)
            select v.agency_id, @id, v.id, 'proposed', @title, @sides, @evidence, @foundIn, @now, @now
            from services v
            where v.agency_id = @agency and v.key = @service
            on conflict (agency_id, found_in) where found_in is not null do update set sides = excluded.sides, evidence = excluded.evidence, version = d.version + 1, updated_at = @now
            where d.state = 'proposed' and (d.sides <> excluded.sides or d.evidence <> excluded.evidence)
            returning d.id
            """,
            new
            {
                id, Title = question.Text, Sides = JsonList<Side>.Of(sides), Evidence = new Evidence(result.Survey, result.Wave, question.Key), result.Service, now,
                // Not by the option: who is for one is against the other, and which of them is the clearer may change.
                FoundIn = string.Join('\t', ((string[])[one.Group, other.Group]).Order(StringComparer.Ordinal).Prepend(question.Key).Prepend(result.Survey)),
            }, ct)).SingleOrDefault();
        if (kept == default) return false;
        change.Audit(now, "opposed-demand.proposed", "opposed-demand", kept, JsonSerializer.Serialize(new { result.Service, result.Survey, wave = result.Wave, question = question.Key }, Wire.Json));
        if (kept == id) change.Emit(now, OutboxEvent.Of("opposed-demand.proposed", kept, new { result.Service }));
        await change.CommitAsync(ct);
        return true;

        Side Of(GroupAnswer group, Localized demand) => (option is null ? group.Mean! : group.Options[option]) is var figure ? new(group.Group, demand, figure.Value, figure.Low, figure.High) : null!;
    }

    enum Scale { Yes, No, More, Less }

    // A manager says it better when they confirm it; until then it is said in words that fit any question.
    static Localized Worded(Localized wanted, Scale scale)
    {
        var worded = new Localized();
        foreach (var (language, text) in wanted)
            worded[language] = (scale, language.StartsWith("fa", StringComparison.OrdinalIgnoreCase)) switch
            {
                (Scale.Yes, _) => text,
                (Scale.No, false) => $"Not: {text}",
                (Scale.No, true) => $"نه: {text}",
                (Scale.More, false) => $"Above the middle: {text}",
                (Scale.More, true) => $"بالاتر از میانه: {text}",
                (_, false) => $"Below the middle: {text}",
                (_, true) => $"پایین‌تر از میانه: {text}",
            };
        return worded;
    }

    static List<GroupAnswer> Read(byte[] document, bool scale)
    {
        using var json = JsonDocument.Parse(document);
        return [.. json.RootElement.GetProperty("groups").EnumerateArray().Select(group => new GroupAnswer(
            group.GetProperty("group").GetString()!,
            scale || !group.TryGetProperty("options", out var options) ? new Dictionary<string, Bounded>()
                : options.EnumerateArray().Where(o => Figure(o, "share") is not null).ToDictionary(o => o.GetProperty("key").GetString()!, o => Figure(o, "share")!),
            scale ? Figure(group, "mean") : null))];
    }

    static Bounded? Figure(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? new(value.GetDouble(), of.GetProperty("low").GetDouble(), of.GetProperty("high").GetDouble()) : null;

    sealed record Published(string Survey, string Wave, string Service, JsonList<SurveyQuestion> Questions, string Question, byte[] Document);
}
