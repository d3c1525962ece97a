using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>An edition before it is published: its figures, what of them may be shown, and the editions of codes that come with it.</summary>
sealed record NewEdition(
    ResultFigures Figures, Weighting? Weighting, ShownEditionTables Shown, IReadOnlyList<(TextCoding Coding, CodeEdition Edition)> Codes, Func<IEnumerable<ResultPage>> Pages);

/// <summary>A piece of an edition as it is sent.</summary>
sealed record ResultPage(string Breakdown, bool Weighted, int Position, string Question, byte[] Document);

/// <summary>Everything that an edition is made of, as it was at one moment.</summary>
sealed class ResultSource
{
    ResultSource(WaveRow wave, PublicationRow publication, Tally tally, IReadOnlyList<ResultStratum> strata, ResultGroups groups, IReadOnlyList<EarlierEdition> earlier) =>
        (Wave, Publication, Tally, Strata, Groups, Earlier) = (wave, publication, tally, strata, groups, earlier);

    public WaveRow Wave { get; }
    public PublicationRow Publication { get; }
    public Tally Tally { get; }
    public IReadOnlyList<ResultStratum> Strata { get; }
    public ResultGroups Groups { get; }
    public IReadOnlyList<EarlierEdition> Earlier { get; }
    public Dictionary<string, Dictionary<string, double>> Margins { get; private init; } = [];
    public long MarginsVersion => Wave.MarginsVersion ?? 0;
    public (string Name, Tally Tally, IReadOnlyList<ResultStratum> Strata, ShownEditionTables Shown)? Before { get; private set; }

    public bool Embargoed => Wave.Embargo && Wave.ClosedAt is null;

    public bool WeightsChanged => Publication.Edition > 0 && Publication.MarginsVersion != MarginsVersion && Publication.Weightings < SurveyMargins.MostWeightings;

    /// <summary>Whether enough texts were given codes since those that are published.</summary>
    public bool CodesChanged => Publication.Edition > 0 && codings.Any(c => c.IsWorth(Wave.SmallestGroup));

    /// <summary>Whether there are enough new answers. Fewer than k are never told apart from those before.</summary>
    public bool IsWorth(PublishReason reason)
    {
        var (all, before) = (Tally.Responses, Publication.Responses);
        return all - before >= Wave.SmallestGroup && (reason != PublishReason.NewAnswers || all * 2 >= before * 3);
    }

    /// <summary>Computes an edition: of all answers, or weighted anew of those that are published.</summary>
    public NewEdition Decide(bool fresh)
    {
        var tally = fresh ? Tally : Earlier[^1].Tally;
        var figures = new ResultFigures(tally, Groups, null);
        // What only grows cannot have shrunk: else it is not the same people any more.
        var shrunk = Earlier.Any(e => e.Tally.Strata.Any(s => e.Tally.CountsOf(s).Zip(tally.CountsOf(s)).Any(c => c.First > c.Second)));
        var shown = !fresh ? Earlier[^1].Shown
            : shrunk ? new ShownEditionTables([], true, 0, 0)
            : new ResultDisclosure(Wave.SmallestGroup, figures, Earlier, last: Wave.ClosedAt is not null).Decide();
        var (weights, weighting) = SurveyWeights.Of(tally, Strata, Margins, Wave.SmallestGroup);
        var weightedFigures = weights is null ? null : new ResultFigures(tally, Groups, weights);
        // Codes come with figures that may be shown, and not before the last answer has come.
        var codes = Wave.ClosedAt is null || shown.Withhold ? [] : codings.Select(c => (Coding: c, Edition: c.Decide(figures, shown, Wave.SmallestGroup))).ToList();
        var published = codings.Zip(codes, (c, next) => next.Edition ?? c.Last).OfType<CodeEdition>().ToList();
        return new(figures, weighting, shown, [.. codes.Where(c => c.Edition is not null).Select(c => (c.Coding, c.Edition!))], () => Pages(figures, weightedFigures, weights, weighting, shown, published));
    }

    IEnumerable<ResultPage> Pages(
        ResultFigures figures, ResultFigures? weighted, IReadOnlyDictionary<int, double>? weights, Weighting? weighting, ShownEditionTables shown, IReadOnlyList<CodeEdition> codes)
    {
        foreach (var of in weighted is null ? [figures] : (ResultFigures[])[figures, weighted])
        {
            var before = WaveBefore(of.Weighted);
            var coded = codes.ToDictionary(c => c.Item.Key, c => new ResultWriter(
                new(c.Tally, Groups, of.Weighted ? weights : null), c.Shown,
                before is not null && codesBefore.FirstOrDefault(b => b.Item.Key == c.Item.Key) is { } then
                    ? new(before.Wave, new(TextCoding.Moved(then, c.Tally.Layout), before.Figures.Groups, before.Weights), then.Shown, before.Weights) : null));
            var writer = new ResultWriter(of, shown, before, coded);
            foreach (var breakdown in Groups.Groups.Select(g => g.Breakdown).Distinct())
            {
                yield return new(breakdown, of.Weighted, -1, "", writer.Head(breakdown, Wave.Invited, Strata.Sum(s => (long)s.Eligible), weighting));
                foreach (var (position, question) in Wave.Questions.Index())
                    yield return new(breakdown, of.Weighted, position, question.Key, writer.Question(question, breakdown));
            }
        }
    }

    EarlierWave? WaveBefore(bool weighted)
    {
        if (Before is not { } before) return null;
        var weights = weighted ? SurveyWeights.Of(before.Tally, before.Strata, Margins, Wave.SmallestGroup).Weights : null;
        if (weighted && weights is null) return null;
        var groups = ResultGroups.Of(Of(before.Strata, before.Tally), segments, attributes);
        return new(before.Name, new(before.Tally, groups, weights), before.Shown, weights);
    }

    IReadOnlyList<TextCoding> codings = [];
    IReadOnlyList<CodeEdition> codesBefore = [];
    IReadOnlyList<ResultSegment> segments = [];
    IReadOnlyList<ResultBreakdown> attributes = [];

    /// <summary>Reads it, and adds up what was counted in the meantime.</summary>
    public static async Task<ResultSource?> LoadAsync(TenantDb db, Guid agency, Guid id, bool recount, CancellationToken ct)
    {
        await using var moment = await db.BeginSnapshotAsync(agency, ct);
        moment.Enqueue("""
            insert into survey_publications (agency_id, wave_id)
            select w.agency_id, w.id from survey_waves w where w.agency_id = @agency and w.id = @id
            on conflict (agency_id, wave_id) do nothing
            """, new { id });
        // Who holds this row counts; others wait, and then find that the moment has passed (40001): their job begins anew.
        var publication = await moment.QuerySingleOrDefaultAsync<PublicationRow>("""
            select p.edition, p.responses, p.margins_version, p.weightings, p.version
            from survey_publications p
            where p.agency_id = @agency and p.wave_id = @id
            for update
            """, new { id }, ct);
        if (publication is null) return null;
        var wave = (await moment.QueryAsync<WaveRow>("""
            select w.id, w.survey_id, s.key as survey, w.name, s.anonymity, s.breakdowns, s.questions, w.embargo, w.invited, w.opens_at, w.closed_at, g.smallest_group,
              m.margins, m.version as margins_version
            from survey_waves w
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            join agencies g on g.id = w.agency_id
            left join survey_margins m on m.agency_id = s.agency_id and m.survey_id = s.id
            where w.agency_id = @agency and w.id = @id
            """, new { id }, ct)).Single();

        var layout = new CountLayout(wave.Questions);
        var tally = recount ? null : await SurveyCounts.TakeAsync(moment, id, layout, ct);
        tally ??= await SurveyCounts.RecountAsync(moment, id, layout, ct);
        var strata = await StrataAsync(moment, id, ct);
        var (segments, attributes) = (await SegmentsAsync(moment, wave, ct), await AttributesAsync(moment, wave, ct));
        var source = new ResultSource(wave, publication, tally, strata, ResultGroups.Of(Of(strata, tally), segments, attributes), await EditionsAsync(moment, id, null, layout, ct))
        {
            Margins = wave.Margins is { } margins ? SurveyMargins.Read(margins) : [], segments = segments, attributes = attributes,
            codings = await TextCoding.LoadAsync(moment, wave.SurveyId, id, ct),
        };
        await source.LoadBeforeAsync(moment, layout, ct);
        await moment.CommitAsync(ct);
        return source;
    }

    // That nobody is of whom nothing is known is no secret of anybody's: strata without answers are none.
    static List<ResultStratum> Of(IReadOnlyList<ResultStratum> strata, Tally tally) => [.. strata.Where(s => tally.Strata.Contains(s.Stratum))];

    static async Task<List<ResultStratum>> StrataAsync(TenantTransaction moment, Guid wave, CancellationToken ct)
    {
        var known = new Dictionary<string, Dictionary<string, string>>(); // strata of the same labels differ by segments only, and there may be a thousand
        var rows = await moment.QueryAsync<StratumRow>("""
            select t.stratum, t.labels::text as labels, t.segments, t.eligible
            from survey_strata t
            where t.agency_id = @agency and t.wave_id = @wave
            order by t.stratum
            """, new { wave }, ct);
        return [.. rows.Select(t => new ResultStratum(t.Stratum, Labels(t.Labels), (t.Segments ?? []).ToHashSet(), t.Eligible))];

        Dictionary<string, string> Labels(string text)
        {
            if (!known.TryGetValue(text, out var labels)) known[text] = labels = JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
            return labels;
        }
    }

    static async Task<IReadOnlyList<ResultSegment>> SegmentsAsync(TenantTransaction moment, WaveRow wave, CancellationToken ct) =>
        !SurveyLabels.WithSegments(wave.Anonymity, wave.Breakdowns) ? [] : await moment.QueryAsync<ResultSegment>("""
            select s.id, s.key, s.retired_at is not null as retired
            from segments s
            where s.agency_id = @agency
            order by s.key
            """, null, ct);

    static async Task<IReadOnlyList<ResultBreakdown>> AttributesAsync(TenantTransaction moment, WaveRow wave, CancellationToken ct)
    {
        var declared = await moment.QueryAsync<AttributeRow>("""
            select a.key, a.type, a.codes, a.sensitive
            from attributes a
            where a.agency_id = @agency
            order by a.key
            """, null, ct);
        var coarse = declared.Where(a => a.Type is AttributeType.Code or AttributeType.Boolean && !a.Sensitive).Select(a => a.Key).ToList();
        return [.. SurveyLabels.KeysOf(wave.Anonymity, wave.Breakdowns, coarse).Select(key => declared.FirstOrDefault(a => a.Key == key)).OfType<AttributeRow>()
            .Select(a => new ResultBreakdown(a.Key, a.Type == AttributeType.Boolean ? ["true", "false"] : a.Codes ?? []))];
    }

    static async Task<List<EarlierEdition>> EditionsAsync(TenantTransaction moment, Guid wave, int? only, CountLayout layout, CancellationToken ct)
    {
        var editions = new List<EarlierEdition>();
        foreach (var row in await moment.QueryAsync<EditionRow>("""
                     select e.counts, e.shown
                     from survey_editions e
                     where e.agency_id = @agency and e.wave_id = @wave and (@only is null or e.edition = @only)
                     order by e.edition
                     """, new { wave, only }, ct))
        {
            var tally = new Tally(layout);
            if (tally.TryAdd(row.Counts)) editions.Add(new(tally, row.Shown.Deserialize<ShownEditionTables>(Wire.Json)!));
        }
        return editions;
    }

    async Task LoadBeforeAsync(TenantTransaction moment, CountLayout layout, CancellationToken ct)
    {
        var before = (await moment.QueryAsync<BeforeRow>("""
            select w.id, w.name, p.edition
            from survey_waves w
            join survey_publications p on p.agency_id = w.agency_id and p.wave_id = w.id
            where w.agency_id = @agency and w.survey_id = @surveyId and w.opens_at < @opensAt and p.edition > 0
            order by w.opens_at desc
            limit 1
            """, new { Wave.SurveyId, Wave.OpensAt }, ct)).SingleOrDefault();
        if (before is null || await EditionsAsync(moment, before.Id, before.Edition, layout, ct) is not [var edition]) return;
        Before = (before.Name, edition.Tally, await StrataAsync(moment, before.Id, ct), edition.Shown);
        var codes = new List<CodeEdition>();
        foreach (var coding in codings)
            if (await TextCoding.LastAsync(moment, before.Id, coding.Question, ct) is { } then) codes.Add(then);
        codesBefore = codes;
    }

    internal sealed record WaveRow(
        Guid Id, Guid SurveyId, string Survey, string Name, Anonymity Anonymity, string[] Breakdowns, JsonList<SurveyQuestion> Questions, bool Embargo, int Invited,
        DateTimeOffset OpensAt, DateTimeOffset? ClosedAt, int SmallestGroup, JsonElement? Margins, long? MarginsVersion);

    internal sealed record PublicationRow(int Edition, long Responses, long MarginsVersion, int Weightings, long Version);

    sealed record StratumRow(int Stratum, string Labels, Guid[]? Segments, int Eligible);

    sealed record AttributeRow(string Key, AttributeType Type, string[]? Codes, bool Sensitive);

    sealed record EditionRow(byte[] Counts, JsonElement Shown);

    sealed record BeforeRow(Guid Id, string Name, int Edition);
}
