using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>What is published of a question's codes: a choice of several, for each text whether it says this.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Codes">The code book that it was counted by.</param>
/// <param name="Tally">Texts by stratum and code.</param>
/// <param name="Shown">What of it may be shown.</param>
sealed record CodeEdition(int Number, IReadOnlyList<SurveyOption> Codes, Tally Tally, ShownEditionTables Shown)
{
    /// <summary>The one thing that its layout counts.</summary>
    public CountedItem Item => Tally.Layout.Items[0];
}

/// <summary>Texts of a stratum whose codes are others than those that were counted.</summary>
/// <param name="Stratum">Of whom.</param>
/// <param name="Codes">As they are now.</param>
/// <param name="Counted">As the latest edition has them; null: not at all.</param>
/// <param name="Texts">How many.</param>
sealed record ChangedTexts(int Stratum, string[] Codes, string[]? Counted, long Texts);

/// <summary>
/// The codes of one text question of a wave: what was counted, and what has changed since then. Only that is read, however many texts there are.
/// When they are published, and why editions of them give nobody away, is in docs/adr/0027-coded-texts.md.
/// </summary>
sealed class TextCoding
{
    readonly Tally tally;
    readonly IReadOnlyList<SurveyOption> codes;

    TextCoding(string question, IReadOnlyList<SurveyOption> codes, CodeEdition? last, IReadOnlyList<ChangedTexts> changed)
    {
        (Question, this.codes, Last, Changed) = (question, codes, last, changed);
        tally = new(LayoutOf(question, codes));
        if (last is not null) AddTo(tally, last);
        foreach (var texts in changed)
        {
            if (texts.Counted is { } before) Add(texts.Stratum, before, -texts.Texts);
            Add(texts.Stratum, texts.Codes, texts.Texts);
        }
    }

    /// <summary>The question's key.</summary>
    public string Question { get; }

    /// <summary>The latest edition.</summary>
    public CodeEdition? Last { get; }

    /// <summary>What it does not have.</summary>
    public IReadOnlyList<ChangedTexts> Changed { get; }

    /// <summary>Whether enough texts have changed: of fewer than k it could be told how each one did.</summary>
    public bool IsWorth(int smallestGroup) => Changed.Sum(c => c.Texts) >= (Last is null ? 1 : smallestGroup);

    /// <summary>The next edition.</summary>
    /// <param name="figures">Of the wave's edition: every text that it has must have been read.</param>
    /// <param name="shown">What that shows: codes are shown of no group whose size is not.</param>
    /// <param name="smallestGroup">k.</param>
    /// <returns>Null: the latest one stays.</returns>
    public CodeEdition? Decide(ResultFigures figures, ShownEditionTables shown, int smallestGroup)
    {
        if (!IsWorth(smallestGroup)) return null;
        var (texts, item) = (figures.Tally.Layout.Items.First(i => i.Key == Question), tally.Layout.Items[0]);
        if (figures.Tally.Strata.Union(tally.Strata).Any(s => figures.Tally.CountsOf(s)[texts.Answered] != tally.CountsOf(s)[item.Answered])) return null;
        var coded = new ResultFigures(tally, figures.Groups, null);
        var decided = new ResultDisclosure(smallestGroup, coded, [], last: false).DecideChoices(item, [.. figures.Groups.Groups.Select(g => shown.Find(texts.Key, g) is not null)]);
        return decided.Withhold ? null : new((Last?.Number ?? 0) + 1, codes, tally, Last is null ? decided : KeepHidden(decided, coded, item, smallestGroup));
    }

    // What was hidden stays hidden until it is another number by k: nobody is to guess it from what it became.
    ShownEditionTables KeepHidden(ShownEditionTables decided, ResultFigures coded, CountedItem item, int k)
    {
        var before = new ResultFigures(Moved(Last!, tally.Layout), coded.Groups, null);
        foreach (var (option, key) in item.Options.Index().Where(o => Last!.Item.Options.Contains(o.Item)))
        {
            var table = ResultDisclosure.Chose(item, option);
            foreach (var (g, group) in coded.Groups.Groups.Index())
            {
                if (decided.Find(table, group) is not { Cells.Length: > 0 } showing || Last!.Shown.Find(table, group)?.Cells.Contains(0) == true) continue;
                if (Math.Abs(coded.Count(g, item.Option(option)) - before.Count(g, item.Option(option))) < k) decided.Tables[table].Groups[group.Name] = showing with { Cells = [] };
            }
        }
        return decided;
    }

    /// <summary>An edition's counts where another code book has them.</summary>
    public static Tally Moved(CodeEdition edition, CountLayout to)
    {
        var tally = new Tally(to);
        AddTo(tally, edition);
        return tally;
    }

    static void AddTo(Tally tally, CodeEdition edition)
    {
        var (item, options) = (tally.Layout.Items[0], tally.Layout.Items[0].Options);
        foreach (var stratum in edition.Tally.Strata)
        {
            var (from, to) = (edition.Tally.CountsOf(stratum), tally.CountsOf(stratum));
            to[CountLayout.Responses] += from[CountLayout.Responses];
            to[item.Answered] += from[edition.Item.Answered];
            for (var o = 0; o < options.Count; o++)
                for (var e = 0; e < edition.Item.Options.Count; e++)
                    if (edition.Item.Options[e] == options[o]) to[item.Option(o)] += from[edition.Item.Option(e)];
        }
    }

    void Add(int stratum, string[] given, long texts)
    {
        var (counts, item) = (tally.CountsOf(stratum), tally.Layout.Items[0]);
        counts[CountLayout.Responses] += texts;
        counts[item.Answered] += texts;
        for (var o = 0; o < item.Options.Count; o++)
            if (given.Contains(item.Options[o])) counts[item.Option(o)] += texts;
    }

    static CountLayout LayoutOf(string question, IReadOnlyList<SurveyOption> codes) => new([new(question, SurveyQuestionType.Multiple, new Localized(), [.. codes])]);

    static TextCoding() => JsonColumns.Register<JsonList<SurveyOption>>();

    /// <summary>Reads the codings of a wave.</summary>
    public static async Task<List<TextCoding>> LoadAsync(TenantTransaction moment, Guid survey, Guid wave, CancellationToken ct)
    {
        var codings = new List<TextCoding>();
        foreach (var book in await moment.QueryAsync<CodeBook>("""
                     select b.question, b.codes, b.version
                     from survey_codes b
                     where b.agency_id = @agency and b.survey_id = @survey
                     order by b.question
                     """, new { survey }, ct))
            codings.Add(new(book.Question, book.Codes, await LastAsync(moment, wave, book.Question, ct), await ChangedAsync(moment, wave, book.Question, ct)));
        return codings;
    }

    /// <summary>The latest edition of a question's codes in a wave.</summary>
    public static async Task<CodeEdition?> LastAsync(TenantTransaction moment, Guid wave, string question, CancellationToken ct)
    {
        var row = (await moment.QueryAsync<EditionRow>("""
            select e.edition, e.codes, e.counts, e.shown
            from survey_code_editions e
            where e.agency_id = @agency and e.wave_id = @wave and e.question = @question
            order by e.edition desc
            limit 1
            """, new { wave, question }, ct)).SingleOrDefault();
        if (row is null) return null;
        var tally = new Tally(LayoutOf(question, row.Codes));
        return tally.TryAdd(row.Counts) ? new(row.Edition, row.Codes, tally, row.Shown.Deserialize<ShownEditionTables>(Wire.Json)!) : null;
    }

    static Task<IReadOnlyList<ChangedTexts>> ChangedAsync(TenantTransaction moment, Guid wave, string question, CancellationToken ct) =>
        moment.QueryAsync<ChangedTexts>("""
            select r.stratum, t.codes, t.counted, count(*) as texts
            from survey_coded_texts t
            join survey_responses r on r.agency_id = t.agency_id and r.wave_id = t.wave_id and r.id = t.response_id
            where t.agency_id = @agency and t.wave_id = @wave and t.question = @question and t.codes is distinct from t.counted
            group by r.stratum, t.codes, t.counted
            order by r.stratum, t.codes, t.counted
            """, new { wave, question }, ct);

    /// <summary>Keeps an edition, and marks its texts as counted.</summary>
    /// <returns>False when texts were given other codes since it was computed: whoever did so leaves an event, and it is computed anew.</returns>
    public async Task<bool> KeepAsync(TenantTransaction transaction, Guid survey, Guid wave, CodeEdition edition, CancellationToken ct)
    {
        transaction.Enqueue("select from survey_codes b where b.agency_id = @agency and b.survey_id = @survey and b.question = @question for update", new { survey, Question });
        await transaction.FlushAsync(ct);
        var now = await ChangedAsync(transaction, wave, Question, ct);
        if (!now.Select(Compared).SequenceEqual(Changed.Select(Compared))) return false;
        transaction.Enqueue("""
            update survey_coded_texts set counted = codes
            where agency_id = @agency and wave_id = @wave and question = @question and codes is distinct from counted
            """, new { wave, Question });
        transaction.Enqueue("""
            insert into survey_code_editions (agency_id, wave_id, question, edition, codes, counts, shown)
            values (@agency, @wave, @question, @edition, @codes, @counts, @shown)
            """,
            new
            {
                wave, Question, Edition = edition.Number, Codes = JsonList<SurveyOption>.Of(edition.Codes), Counts = edition.Tally.Pack(),
                Shown = JsonSerializer.SerializeToElement(edition.Shown, Wire.Json),
            });
        return true;
    }

    static (int, string, string?, long) Compared(ChangedTexts c) => (c.Stratum, string.Join('\t', c.Codes), c.Counted is null ? null : string.Join('\t', c.Counted), c.Texts);

    sealed record EditionRow(int Edition, JsonList<SurveyOption> Codes, byte[] Counts, JsonElement Shown);
}
