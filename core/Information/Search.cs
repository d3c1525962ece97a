using System.Collections.Concurrent;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>Something that was found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Which one.</param>
/// <param name="Language">Of title and snippet.</param>
/// <param name="Title">Plain text.</param>
/// <param name="Snippet">HTML: escaped text, with what was found in <c>mark</c>.</param>
public sealed record Found(SearchKind Kind, string Key, string Language, string Title, string Snippet);

/// <summary>What a search found.</summary>
/// <param name="Items">The best first.</param>
/// <param name="Suggestion">The same search spelt with words that are there; null when there is none to make.</param>
public sealed record SearchResult(IReadOnlyList<Found> Items, string? Suggestion);

/// <summary>Searches what an agency has published and what is valid now.</summary>
public sealed class Search(TenantDb db, TimeProvider clock)
{
    /// <summary>Words of a search beyond these are not looked for.</summary>
    public const int MostWords = 16;

    // Of a word that stands in more entries than this, those count in which it weighs most.
    const int EntriesOfAWord = 200;

    static readonly SemaphoreSlim Turns = new(2 * Environment.ProcessorCount);
    static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    readonly ConcurrentDictionary<Guid, (long Entries, long At)> sizes = new();

    /// <summary>Finds what has all of the words or, where nothing has, most of the rarer ones.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="asked">In a person's words.</param>
    /// <param name="kind">Only these; null for all.</param>
    /// <param name="languages">The reader's, first one first: in which of them a thing that is found in several is shown.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<SearchResult> FindAsync(Guid agency, string asked, SearchKind? kind, IReadOnlyList<string> languages, int limit, CancellationToken ct)
    {
        string[] words = [.. SearchText.Words(asked).Distinct().Take(MostWords)];
        if (words.Length == 0) return new([], null);
        // A word is looked for by its English stem, and as it stands for texts in other languages; English words without a meaning of their own are not.
        var rows = await AskAsync<Row>(agency, """
            with asked as (
              select w.place, f.form as word
              from unnest(@words) with ordinality as w (word, place)
              cross join lateral (select distinct unnest(ts_lexize('english_stem', w.word) || w.word)) as f (form)
              where ts_lexize('english_stem', w.word) <> '{}'),
            looked as (
              select a.place, e.document, e.weight, e.entries
              from asked a
              cross join lateral (
                select b.document, b.weight, count(*) over () as entries
                from (
                  select w.document, w.weight
                  from search_words w
                  where w.agency_id = @agency and w.word = a.word and (@kind is null or w.kind = @kind)
                  order by w.weight desc
                  limit @entriesOfAWord) b) e),
            scored as ( -- in double precision: logarithms of numeric cost more than all the rest
              select document, sum(weight * ln(1 + (greatest(@total - entries, 0) + 0.5::double precision) / (entries + 0.5::double precision))) as score
              from looked
              group by document
              order by score desc, document
              limit @candidates)
            select d.kind, d.key, d.language, d.title, d.shown,
              (select array_agg(a.word) from asked a) as words,
              (select count(*) from (select from looked l group by l.place) found) = (select count(distinct a.place) from asked a) as all_known
            from scored s
            join search_documents d on d.agency_id = @agency and d.id = s.document
            where d.agency_id = @agency
              and (d.valid_from is null or d.valid_from <= @now)
              and (d.valid_to is null or d.valid_to > @now)
            order by s.score desc, d.kind, d.key
            """,
            new
            {
                words, kind, EntriesOfAWord, Total = await SizeAsync(agency, ct), Candidates = 3 * limit + 20, Now = clock.Now(),
            }, ct);

        var items = rows.GroupBy(r => (r.Kind, r.Key)).Take(limit).Select(g => g.MinBy(r => PlaceOf(r.Language, languages))!)
            .Select(r => new Found(r.Kind, r.Key, r.Language, r.Title, SearchText.Snippet(r.Shown, r.Words))).ToList();
        return new(items, rows.Count > 0 && rows[0].AllKnown ? null : await SuggestAsync(agency, words, ct));
    }

    // One plan for all words: every step of it is bounded, and to plan it costs as much as to run it. A database with all hands full is not asked more at
    // once, as each answer would only take longer.
    async Task<IReadOnlyList<T>> AskAsync<T>(Guid agency, string sql, object args, CancellationToken ct)
    {
        await Turns.WaitAsync(ct);
        try
        {
            await using var transaction = await db.BeginAsync(agency, ct);
            transaction.Enqueue("set local plan_cache_mode = force_generic_plan");
            return await transaction.QueryAndCommitAsync<T>(sql, args, ct);
        }
        finally
        {
            Turns.Release();
        }
    }

    async Task<long> SizeAsync(Guid agency, CancellationToken ct)
    {
        if (sizes.TryGetValue(agency, out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Entries;
        var entries = await db.QuerySingleOrDefaultAsync<long>(agency, "select count(*) from search_documents where agency_id = @agency", null, ct);
        sizes[agency] = (entries, clock.GetTimestamp());
        return entries;
    }

    // The search with each word that stands nowhere replaced by the nearest one that stands somewhere. The stems are made before they are
    // compared: a condition that calls ts_lexize may leak, and under row-level security no index is used for it.
    async Task<string?> SuggestAsync(Guid agency, string[] words, CancellationToken ct)
    {
        var forms = words.Where(Spelling.Has).SelectMany(word => Spelling.Asked(word).Select(form => (word, form))).ToList();
        var near = await AskAsync<Near>(agency, """
            with asked as materialized (
              select w.word, f.form
              from unnest(@words) as w (word)
              cross join lateral (select distinct unnest(ts_lexize('english_stem', w.word) || w.word)) as f (form)
              where ts_lexize('english_stem', w.word) <> '{}'),
            unknown as (
              select a.word
              from asked a
              left join lateral (select true as there from search_words e where e.agency_id = @agency and e.word = a.form limit 1) e on true
              group by a.word
              having not bool_or(coalesce(e.there, false)))
            select u.word as asked, s.word as known,
              (select count(*) from (select from search_words e where e.agency_id = @agency and e.word = s.lexeme limit 50) few) as entries
            from unknown u
            join unnest(@of, @forms) as f (word, form) on f.word = u.word
            join search_spellings s on s.agency_id = @agency and s.form = f.form
            group by u.word, s.word, s.lexeme
            """, new { words, Of = forms.Select(f => f.word).ToArray(), Forms = forms.Select(f => f.form).ToArray() }, ct);
        var better = near.Where(n => n.Entries > 0 && Spelling.Distance(n.Asked, n.Known) <= Spelling.Tolerated(n.Asked))
            .GroupBy(n => n.Asked)
            .ToDictionary(g => g.Key, g => g.OrderBy(n => Spelling.Distance(n.Asked, n.Known)).ThenByDescending(n => n.Entries).ThenBy(n => n.Known, StringComparer.Ordinal).First().Known);
        return better.Count == 0 ? null : string.Join(' ', words.Select(w => better.GetValueOrDefault(w, w)));
    }

    static int PlaceOf(string language, IReadOnlyList<string> languages)
    {
        for (var i = 0; i < languages.Count; i++)
            if (languages[i].Equals(language, StringComparison.OrdinalIgnoreCase) || languages[i].StartsWith(language + "-", StringComparison.OrdinalIgnoreCase)) return i;
        return int.MaxValue;
    }

    sealed record Row(SearchKind Kind, string Key, string Language, string Title, string Shown, string[] Words, bool AllKnown);

    sealed record Near(string Asked, string Known, long Entries);
}
