using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>What can be found.</summary>
public enum SearchKind
{
    /// <summary>A service in force.</summary>
    Service,
    /// <summary>An article.</summary>
    Article,
    /// <summary>A question that is often asked, and its answer.</summary>
    Answer,
    /// <summary>A guide.</summary>
    Guide,
    /// <summary>A notice.</summary>
    Notice,
    /// <summary>A civil organisation.</summary>
    Organisation,
}

/// <summary>One thing as it is found in one language.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Which one.</param>
/// <param name="Language">Of these texts.</param>
/// <param name="Title">Weighs most.</param>
/// <param name="Also">People's own words, tags, whose needs it serves: weighs less.</param>
/// <param name="Body">Weighs least; Markdown.</param>
/// <param name="ValidFrom">Not found before.</param>
/// <param name="ValidTo">Not found from then on.</param>
public sealed record SearchEntry(
    SearchKind Kind, string Key, string Language, string Title, string Also, string Body, DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidTo = null);

/// <summary>
/// Keeps what can be found, in the transaction that publishes it. The words of each entry stand in rows with the weight they have
/// there (docs/adr/0008-search.md says why not in a tsvector: row-level security keeps PostgreSQL from using its index).
/// </summary>
public static class SearchIndex
{
    /// <summary>How much of a text is kept for showing, in characters; all of it is searched.</summary>
    const int ShownLength = 2_000;

    /// <summary>Takes a thing out, in all its languages.</summary>
    public static void Remove(TenantTransaction transaction, SearchKind kind, string key) =>
        transaction.Enqueue("""
            with gone as (
              delete from search_documents where agency_id = @agency and kind = @kind and key = @key returning agency_id, id)
            delete from search_words w
            using gone g
            where w.agency_id = @agency and g.agency_id = w.agency_id and w.document = g.id
            """, new { kind, key });

    /// <summary>Puts a thing in the place of what was found of it before.</summary>
    public static void Replace(TenantTransaction transaction, DateTimeOffset now, SearchKind kind, string key, IReadOnlyList<SearchEntry> entries)
    {
        Remove(transaction, kind, key);
        Add(transaction, now, entries);
    }

    /// <summary>Puts in what is not there yet.</summary>
    public static void Add(TenantTransaction transaction, DateTimeOffset now, IReadOnlyList<SearchEntry> entries)
    {
        // The score of a word in a text is that of BM25F (Robertson and Zaragoza 2009, sections 3.4 and 3.5) with k1 = 1.2, b = 0.4, a usual length of
        // 60 words, and 6, 4 and 1 as the weights of title, own words and body. How rare the word is comes in when it is asked for.
        transaction.Enqueue("""
            with given as (
              select *
              from unnest(@ids, @kinds, @keys, @languages, @titles, @shown, @configurations, @a, @b, @d, @validFrom, @validTo)
                as g (id, kind, key, language, title, shown, configuration, a, b, d, valid_from, valid_to)),
            placed as (
              insert into search_documents (agency_id, id, kind, key, language, title, shown, valid_from, valid_to)
              select @agency, id, kind, key, language, title, shown, valid_from, valid_to from given),
            read as materialized ( -- once: it is nearly all of the work
              select g.id, g.kind, setweight(to_tsvector(g.configuration::regconfig, g.a), 'A') || setweight(to_tsvector(g.configuration::regconfig, g.b), 'B')
                || setweight(to_tsvector(g.configuration::regconfig, g.d), 'D') as words
              from given g),
            counted as (
              select r.id, r.kind, length(r.words) as size, w.lexeme, (select sum(case x when 'A' then 6 when 'B' then 4 else 1 end) from unnest(w.weights) x) as times
              from read r
              cross join lateral unnest(r.words) w)
            insert into search_words (agency_id, word, weight, document, kind)
            select @agency, lexeme, (times * 2.2 / (times + 1.2 * (0.6 + 0.4 * size / 60)))::real, id, kind
            from counted
            """,
            new
            {
                Ids = entries.Select(_ => Guid.CreateVersion7(now)).ToArray(),
                Kinds = entries.Select(e => e.Kind.Word()).ToArray(),
                Keys = entries.Select(e => e.Key).ToArray(),
                Languages = entries.Select(e => e.Language).ToArray(),
                Titles = entries.Select(e => e.Title).ToArray(),
                Shown = entries.Select(e => SearchText.Plain(e.Body)).Select(text => text.Length > ShownLength ? text[..ShownLength] : text).ToArray(),
                Configurations = entries.Select(e => ConfigurationOf(e.Language)).ToArray(),
                A = entries.Select(e => Searched(e.Title)).ToArray(),
                B = entries.Select(e => Searched(e.Also)).ToArray(),
                D = entries.Select(e => Searched(SearchText.Plain(e.Body))).ToArray(),
                ValidFrom = entries.Select(e => e.ValidFrom?.UtcDateTime).ToArray(),
                ValidTo = entries.Select(e => e.ValidTo?.UtcDateTime).ToArray(),
            });

        Spell(transaction, entries);
    }

    // Most words of a text are known: of a thousand entries that are loaded, a few per cent are new.
    static void Spell(TenantTransaction transaction, IReadOnlyList<SearchEntry> entries)
    {
        var words = entries.SelectMany(e => SearchText.Words($"{e.Title} {e.Also} {SearchText.Plain(e.Body)}").Where(Spelling.Has).Select(word => (word, dictionary: DictionaryOf(e.Language))))
            .DistinctBy(w => w.word).ToList();
        var forms = words.SelectMany(w => Spelling.Kept(w.word).Select(form => (w.word, form))).ToList();
        // In one order, so that two publications that bring the same words wait for each other and do not lock each other out.
        transaction.Enqueue("""
            with fresh as materialized (
              select g.word, coalesce((ts_lexize(g.dictionary::regdictionary, g.word))[1], g.word) as lexeme
              from unnest(@words, @dictionaries) as g (word, dictionary)
              where not exists (select from search_spellings k where k.agency_id = @agency and k.form = g.word and k.word = g.word))
            insert into search_spellings (agency_id, form, word, lexeme)
            select @agency, f.form, f.word, n.lexeme
            from unnest(@of, @forms) as f (word, form)
            join fresh n on n.word = f.word
            order by f.form, f.word
            on conflict (agency_id, form, word) do nothing
            """,
            new
            {
                Words = words.Select(w => w.word).ToArray(),
                Dictionaries = words.Select(w => w.dictionary).ToArray(),
                Of = forms.Select(f => f.word).ToArray(),
                Forms = forms.Select(f => f.form).ToArray(),
            });
    }

    /// <summary>A text as both sides of a search give it to PostgreSQL.</summary>
    public static string Searched(string text) => string.Join(' ', SearchText.Words(text));

    static bool IsEnglish(string language) => language.Equals("en", StringComparison.OrdinalIgnoreCase) || language.StartsWith("en-", StringComparison.OrdinalIgnoreCase);

    static string ConfigurationOf(string language) => IsEnglish(language) ? "english" : "simple";

    static string DictionaryOf(string language) => IsEnglish(language) ? "english_stem" : "simple";
}
