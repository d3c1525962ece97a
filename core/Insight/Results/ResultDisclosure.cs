using Cirm.Core.Insight.Disclosure;
using Cirm.Core.Insight.Surveying;

namespace Cirm.Core.Insight.Results;

/// <summary>What an edition shows of one table (a question's answers, or who chose one option), by the names of its groups. Groups of which nothing is shown are not there.</summary>
/// <param name="Groups">By group: whether its size is shown, and which options; of a scale also the mean.</param>
public sealed record ShownTable(Dictionary<string, ShownGroup> Groups);

/// <summary>What is shown of a group.</summary>
/// <param name="Size">How many answered.</param>
/// <param name="Cells">The options whose counts are shown, by number.</param>
/// <param name="Mean">The mean with its standard error.</param>
public sealed record ShownGroup(bool Size, int[] Cells, bool Mean);

/// <summary>An edition as it was: its counts, and what it showed, by table.</summary>
public sealed record EarlierEdition(Tally Tally, ShownEditionTables Shown);

/// <summary>What may be shown of a new edition.</summary>
/// <param name="Tables">By name; see <see cref="ResultDisclosure"/>.</param>
/// <param name="Withhold">Even hiding everything new is not enough: no edition.</param>
/// <param name="Hidden">Figures that are hidden,</param>
/// <param name="Of">of so many.</param>
public sealed record ShownEditionTables(Dictionary<string, ShownTable> Tables, bool Withhold, int Hidden, int Of)
{
    /// <summary>What is shown of a group; null: nothing.</summary>
    public ShownGroup? Find(string table, ResultGroup group) => Tables.TryGetValue(table, out var shown) ? shown.Groups.GetValueOrDefault(group.Name) : null;
}

/// <summary>
/// Decides what an edition may show, question by question, together with what earlier editions showed (docs/adr/0016): first of which
/// groups it is said how many answered at all, then of each question how many answered it, then who answered what. A choice of several
/// options is a question of yes or no for each. What only some tables show cannot show what others hide: groups that are hidden
/// once are hidden below.
/// </summary>
public sealed class ResultDisclosure(int smallestGroup, ResultFigures figures, IReadOnlyList<EarlierEdition> earlier, bool last)
{
    readonly ResultGroups groups = figures.Groups;
    readonly List<ResultFigures> editions = [.. earlier.Select(e => new ResultFigures(e.Tally, figures.Groups, null))];
    readonly Dictionary<string, ShownTable> tables = new(StringComparer.Ordinal);
    int hidden, of;
    bool withhold;

    /// <summary>The table of those who answered anything.</summary>
    public const string Responses = "\tresponses";

    /// <summary>The table of those whose answers staff entered.</summary>
    public const string Assisted = "\tassisted";

    /// <summary>The table of those who chose an option, of several.</summary>
    public static string Chose(CountedItem item, int option) => $"{item.Key}\t\t{item.Options[option]}";

    /// <summary>The table of mean ranks.</summary>
    public static string Ranks(CountedItem item) => $"{item.Key}\t\t\tranks";

    /// <summary>Decides.</summary>
    public ShownEditionTables Decide()
    {
        var responses = Sizes(Responses, CountLayout.Responses, null, null);
        Decide(Assisted, responses, [CountLayout.Assisted], CountLayout.Responses, lastIsRest: true);
        foreach (var item in figures.Tally.Layout.Items)
        {
            var most = Enumerable.Range(0, groups.Groups.Count).Select(g => responses[g] ? figures.Count(g, CountLayout.Responses) : (long?)null).ToArray();
            var sizes = SameAsResponses(item) ? responses : Sizes(item.Key, item.Answered, responses, most);
            if (item.Pair is not null || item.Question.Type == SurveyQuestionType.Multiple)
            {
                Choices(item, sizes);
            }
            else if (item.Options.Count > 0)
            {
                var worth = item.Question.Type == SurveyQuestionType.Scale ? item.Options.Select((_, o) => (double)item.Question.Least + o).ToArray() : null;
                Decide(item.Key, sizes, [.. item.Options.Select((_, o) => item.Option(o))], item.Answered, lastIsRest: false, worth);
                if (item.HasPlaces && sizes[0] && RanksAreSafe(item)) Keep(Ranks(item), [.. sizes.Select((_, g) => g == 0)], _ => [], _ => true);
            }
            else
            {
                Keep(item.Key, sizes, g => [], g => item.Sums >= 0 && sizes[g]);
            }
        }
        return new(tables, withhold, hidden, of);
    }

    /// <summary>Decides a choice of several whose sizes are those of another table: the codes of texts.</summary>
    /// <param name="item">What is counted.</param>
    /// <param name="sizes">Of which groups it is shown how many there are.</param>
    public ShownEditionTables DecideChoices(CountedItem item, bool[] sizes)
    {
        Choices(item, sizes);
        return new(tables, withhold, hidden, of);
    }

    void Choices(CountedItem item, bool[] sizes)
    {
        Keep(item.Key, sizes, _ => [], _ => false);
        for (var o = 0; o < item.Options.Count; o++) Decide(Chose(item, o), sizes, [item.Option(o)], item.Answered, lastIsRest: true);
    }

    // A mean rank is a sum over all places. It is shown of all together, once, in the last edition, and where no place of any option
    // holds fewer than k: then there is nothing to give away, and nothing to compare it with.
    bool RanksAreSafe(CountedItem item)
    {
        if (!last || earlier.Any(e => e.Shown.Tables.ContainsKey(Ranks(item)) && e.Tally.Responses != figures.Tally.Responses)) return false;
        var options = Enumerable.Range(0, item.Options.Count).ToList();
        return options.All(o =>
        {
            var places = options.Select(p => figures.Count(0, item.Place(o, p))).ToList();
            var left = figures.Count(0, item.Answered) - places.Sum();
            return places.All(p => p >= smallestGroup) && (left == 0 || left >= smallestGroup);
        });
    }

    // Everybody answered, in this edition and in all before: then it is the same number and needs no decision of its own.
    bool SameAsResponses(CountedItem item) => editions.Append(figures).All(e => e.Count(0, item.Answered) == e.Count(0, CountLayout.Responses));

    bool[] Sizes(string table, int at, bool[]? within, long?[]? most)
    {
        var family = new TableFamily(smallestGroup, groups.Known)
        {
            Earlier = [.. editions.Select((e, i) => Earlier(i, table, Counts(e, [at], null), 1))],
            Most = most,
        };
        var protection = family.Protect(Counts(figures, [at], null));
        var sizes = protection.Sizes.Select((shown, g) => shown && within?[g] != false && groups.Groups[g].Listed && !protection.Withhold).ToArray();
        withhold |= protection.Withhold;
        Measure(sizes, groups.Groups.Select(_ => true));
        Keep(table, sizes, _ => [], _ => false);
        return sizes;
    }

    void Decide(string table, bool[] sizes, int[] at, int among, bool lastIsRest, double[]? worth = null)
    {
        var family = new TableFamily(smallestGroup, groups.Known)
        {
            Earlier = [.. editions.Select((e, i) => Earlier(i, table, Counts(e, at, lastIsRest ? among : null), at.Length + (lastIsRest ? 1 : 0)))],
            Sizes = sizes,
            Worth = worth,
            LastIsRest = lastIsRest,
        };
        var protection = family.Protect(Counts(figures, at, lastIsRest ? among : null));
        withhold |= protection.Withhold;
        Measure(protection.Cells.SelectMany((cells, g) => cells.Take(at.Length).Select(c => c && sizes[g])), groups.Groups.SelectMany(g => at.Select(_ => g.Listed)));
        Keep(table, sizes, g => [.. protection.Cells[g].Take(at.Length).Index().Where(c => c.Item && sizes[g] && !protection.Withhold).Select(c => c.Index)],
            g => worth is not null && protection.Means[g] && sizes[g] && !protection.Withhold);
    }

    void Measure(IEnumerable<bool> shown, IEnumerable<bool> wanted)
    {
        foreach (var (isShown, isWanted) in shown.Zip(wanted))
        {
            if (!isWanted) continue;
            of++;
            if (!isShown) hidden++;
        }
    }

    void Keep(string table, bool[] sizes, Func<int, int[]> cells, Func<int, bool> mean) =>
        tables[table] = new(Enumerable.Range(0, sizes.Length).Where(g => sizes[g]).ToDictionary(g => groups.Groups[g].Name, g => new ShownGroup(true, cells(g), mean(g))));

    long[][] Counts(ResultFigures edition, int[] at, int? among) => [.. Enumerable.Range(0, groups.Groups.Count).Select(g =>
    {
        var counts = at.Select(a => edition.Count(g, a));
        return among is { } all ? counts.Append(edition.Count(g, all) - counts.Sum()).ToArray() : counts.ToArray();
    })];

    ShownEdition Earlier(int edition, string table, long[][] counts, int options)
    {
        var shown = groups.Groups.Select(g => earlier[edition].Shown.Find(table, g)).ToList();
        return new(
            counts,
            [.. shown.Select(g => g?.Size ?? false)],
            [.. shown.Select(g => Enumerable.Range(0, options).Select(o => options == 1 ? g?.Size ?? false : g?.Cells.Contains(o) ?? false).ToArray())],
            [.. shown.Select(g => g?.Mean ?? false)]);
    }
}
