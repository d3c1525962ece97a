using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>Why a wave is to be published.</summary>
public enum PublishReason
{
    /// <summary>There are new answers: worth an edition when there are half as many again.</summary>
    NewAnswers,
    /// <summary>Somebody asked: as soon as it is safe.</summary>
    Asked,
    /// <summary>The wave has closed.</summary>
    Closed,
    /// <summary>A text was given codes; the wave has closed.</summary>
    Coded,
}

/// <summary>What came of it.</summary>
public enum PublishOutcome
{
    /// <summary>There is no such wave.</summary>
    Unknown,
    /// <summary>There is a new edition.</summary>
    Published,
    /// <summary>The same answers, weighted anew.</summary>
    Weighted,
    /// <summary>The same answers, with the codes of their texts.</summary>
    Coded,
    /// <summary>Fewer new answers than the agency's smallest group, or none worth an edition yet.</summary>
    TooFew,
    /// <summary>With what was shown before, a new edition would give somebody away.</summary>
    Withheld,
    /// <summary>It is not to be shown before the wave has closed.</summary>
    Embargoed,
}

/// <summary>
/// Publishes results: counts are added up, weighted, protected, written down as they are sent. An edition is computed once; who reads it
/// only fetches it. Safe to run twice, and at the same time: one edition follows another or does not.
/// </summary>
public sealed class SurveyResults(TenantDb db, TimeProvider clock)
{
    static SurveyResults() => JsonColumns.Register<JsonList<SurveyQuestion>>();

    /// <summary>Publishes what is worth it and safe.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="wave">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="recount">Count every answer anew, in place of what was counted as they came.</param>
    /// <param name="ct">Gives up before anything is published.</param>
    public async Task<(PublishOutcome Outcome, long Responses)> PublishAsync(Guid agency, Guid wave, PublishReason reason, bool recount, CancellationToken ct)
    {
        var now = clock.Now();
        if (await ResultSource.LoadAsync(db, agency, wave, recount, ct) is not { } source) return (PublishOutcome.Unknown, 0);
        if (source.Embargoed) return (PublishOutcome.Embargoed, 0);
        var fresh = source.IsWorth(reason);
        if (!fresh && !source.WeightsChanged && !source.CodesChanged) return (PublishOutcome.TooFew, source.Tally.Responses);

        var edition = source.Decide(fresh);
        if (edition.Shown.Withhold)
        {
            if (!source.WeightsChanged && !source.CodesChanged) return (PublishOutcome.Withheld, source.Tally.Responses);
            (fresh, edition) = (false, source.Decide(fresh: false));
        }
        if (!fresh && !source.WeightsChanged && edition.Codes.Count == 0) return (PublishOutcome.TooFew, source.Tally.Responses);
        await using var transaction = await db.BeginAsync(Caller.System(agency), ct);
        var published = await transaction.ExecuteAsync("""
            update survey_publications set
              edition = edition + @grown, as_of = case when @grown = 1 then @now else as_of end, responses = @responses,
              margins_version = @marginsVersion, weightings = weightings + @weighted, refused = @refused, version = version + 1
            where agency_id = @agency and wave_id = @wave and version = @version
            """,
            new
            {
                wave, Grown = fresh ? 1 : 0, now, edition.Figures.Tally.Responses, source.MarginsVersion, source.Publication.Version,
                Weighted = edition.Weighting?.Applied == true && source.MarginsVersion != source.Publication.MarginsVersion ? 1 : 0,
                Refused = edition.Weighting?.Refused is { } refused ? JsonSerializer.SerializeToElement(refused, Wire.Json) : (JsonElement?)null,
            }, ct);
        if (published == 0) return (PublishOutcome.TooFew, source.Tally.Responses); // somebody else has just published
        if (fresh)
            transaction.Enqueue("""
                insert into survey_editions (agency_id, wave_id, edition, counts, shown)
                values (@agency, @wave, @edition, @counts, @shown)
                """,
                new
                {
                    wave, Edition = source.Publication.Edition + 1, Counts = edition.Figures.Tally.Pack(),
                    Shown = JsonSerializer.SerializeToElement(edition.Shown, Wire.Json),
                });
        foreach (var (coding, codes) in edition.Codes)
            if (!await coding.KeepAsync(transaction, source.Wave.SurveyId, wave, codes, ct)) return (PublishOutcome.TooFew, source.Tally.Responses);
        transaction.Enqueue("delete from survey_results where agency_id = @agency and wave_id = @wave", new { wave });
        foreach (var page in edition.Pages())
            transaction.Enqueue("""
                insert into survey_results (agency_id, wave_id, breakdown, weighted, position, question, document)
                values (@agency, @wave, @breakdown, @weighted, @position, @question, @document)
                """, new { wave, page.Breakdown, page.Weighted, page.Position, page.Question, page.Document });
        transaction.Audit(now, "survey.aggregated", "survey-wave", wave, JsonSerializer.Serialize(new { edition = source.Publication.Edition + (fresh ? 1 : 0) }, Wire.Json));
        transaction.Emit(now, OutboxEvent.Of("survey.aggregated", wave, new { survey = source.Wave.Survey, wave, name = source.Wave.Name }));
        await transaction.CommitAsync(ct);
        return (fresh ? PublishOutcome.Published : edition.Codes.Count > 0 ? PublishOutcome.Coded : PublishOutcome.Weighted, edition.Figures.Tally.Responses);
    }

    /// <summary>Counts a wave: every figure there is, by group. Nothing is published, and nothing of it may be shown.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="wave">Which; one that there is.</param>
    /// <param name="recount">Every answer anew; else what was counted as answers came is added up.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ResultFigures> CountAsync(Guid agency, Guid wave, bool recount, CancellationToken ct)
    {
        var source = await ResultSource.LoadAsync(db, agency, wave, recount, ct) ?? throw new ArgumentException("There is no such wave.", nameof(wave));
        return new(source.Tally, source.Groups, null);
    }

    /// <summary>A wave that has opened, as its results are asked for.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="survey">The survey's key.</param>
    /// <param name="wave">The wave's id or name.</param>
    /// <param name="ct">Gives up.</param>
    public Task<WaveOfResults?> FindWaveAsync(Guid agency, string survey, string wave, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<WaveOfResults>(agency, """
            select w.id, s.id as survey_id, s.key as survey, s.title, w.name, s.anonymity, s.breakdowns, s.questions, w.embargo and w.closed_at is null as embargoed,
              exists (select from survey_margins m where m.agency_id = @agency and m.survey_id = s.id and m.margins <> '{}') as has_margins,
              array(select a.key from attributes a where a.agency_id = @agency and a.type in ('code', 'boolean') and not a.sensitive order by a.key) as coarse
            from surveys s
            join survey_waves w on w.agency_id = s.agency_id and w.survey_id = s.id
            where s.agency_id = @agency and s.key = @survey and (w.id = @id or w.name = @wave)
            """, new { survey, wave, Id = Guid.TryParse(wave, out var id) ? id : (Guid?)null }, ct);

    /// <summary>Asks for an aggregation.</summary>
    /// <returns>The operation that does it.</returns>
    public async Task<Operation> RequestAsync(Caller caller, WaveOfResults wave, bool recount, CancellationToken ct)
    {
        var (now, id) = (clock.Now(), Guid.CreateVersion7(clock.Now()));
        await using var change = await db.BeginAsync(caller, ct);
        Operations.Request(change, now, id, OperationKind, new AggregationOrder(wave.Survey, wave.Id, recount), caller.Id);
        await change.CommitAsync(ct);
        return new(id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(new AggregationOrder(wave.Survey, wave.Id, recount), Wire.Json), 0, null, 0, 0, 0,
            null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>The kind of the operation that aggregates a wave.</summary>
    public const string OperationKind = "survey-aggregation";

    /// <summary>Says in an operation what it came to: how many responses are in the edition that it published.</summary>
    public async Task ReportAsync(Guid agency, IJobProgress progress, PublishOutcome outcome, long responses, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var counted = outcome is PublishOutcome.Published or PublishOutcome.Weighted or PublishOutcome.Coded ? responses : 0; // how many are too few is not said
        await progress.ReportAsync(transaction, new(counted, counted, 0, 0, counted), ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Reads what is published, as it is sent.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="wave">Which.</param>
    /// <param name="breakdown"><c>segment</c>, an attribute, or nothing.</param>
    /// <param name="question">One question only.</param>
    /// <param name="weighted">To the margins.</param>
    /// <param name="known">The version that the reader has: then nothing but the version is read.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<PublishedResults> FindAsync(Guid agency, Guid wave, string breakdown, string? question, bool weighted, long? known, CancellationToken ct)
    {
        var found = new PublishedResults();
        foreach (var piece in await db.QueryAsync<Piece>(agency, """
                     select p.version, p.as_of, p.edition, p.refused is not null as refused, r.position, r.document
                     from survey_publications p
                     left join survey_results r
                       on r.agency_id = p.agency_id and r.wave_id = p.wave_id and r.breakdown = @breakdown and r.weighted = @weighted
                       and (r.position = -1 or @question is null or r.question = @question)
                       and (@known is null or p.version <> @known)
                     where p.agency_id = @agency and p.wave_id = @wave
                     order by r.position
                     """, new { wave, breakdown, question, weighted, known }, ct))
        {
            (found.Version, found.Edition, found.Refused) = (piece.Version, piece.Edition, piece.Refused);
            if (piece.Edition > 0) found.AsOf = piece.AsOf;
            if (piece.Position is -1) found.Head = piece.Document;
            else if (piece.Document is { } document) found.Questions.Add(document);
        }
        return found;
    }

    /// <summary>Waves whose results can be read now, those that were counted last first: every member may know what came out, whether they were asked or not.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="survey">Of this survey only; null: of all.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<PublishedWave>> ListAsync(Guid agency, string? survey, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<PublishedWave>(agency, """
            select s.key as survey, s.title, w.id as wave, w.name, p.as_of
            from survey_publications p
            join survey_waves w on w.agency_id = p.agency_id and w.id = p.wave_id
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            where p.agency_id = @agency and p.edition > 0 and (w.closed_at is not null or not w.embargo)
              and (@survey is null or s.key = @survey)
              and (@at is null or (p.as_of, w.id) < (@at, @id))
            order by p.as_of desc, w.id desc
            limit @limit
            """, new { survey, after?.At, after?.Id, limit }, ct);

    /// <summary>Why the latest edition is not weighted.</summary>
    public async Task<IReadOnlyList<WeightingRefusal>> RefusedAsync(Guid agency, Guid wave, CancellationToken ct)
    {
        var refused = (await db.QueryAsync<Refused>(agency, """
            select p.refused as list
            from survey_publications p
            where p.agency_id = @agency and p.wave_id = @wave and p.refused is not null
            """, new { wave }, ct)).SingleOrDefault();
        return refused?.List.Deserialize<List<WeightingRefusal>>(Wire.Json) ?? [];
    }

    sealed record Piece(long Version, DateTimeOffset? AsOf, int Edition, bool Refused, int? Position, byte[]? Document);

    sealed record Refused(JsonElement List);
}
