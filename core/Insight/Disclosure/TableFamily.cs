namespace Cirm.Core.Insight.Disclosure;

/// <summary>What was shown of a family at one time.</summary>
/// <param name="Counts">Counts by group and option, from the beginning until then: they only grow.</param>
/// <param name="Sizes">Whether the group's size was shown.</param>
/// <param name="Cells">Whether the count of the group and option was shown.</param>
/// <param name="Means">Whether the group's mean was shown; null when the family has no means.</param>
public sealed record ShownEdition(long[][] Counts, bool[] Sizes, bool[][] Cells, bool[]? Means = null);

/// <summary>What may be shown of a family.</summary>
/// <param name="Sizes">Whether the group's size may be shown.</param>
/// <param name="Cells">Whether the count of the group and option may be shown.</param>
/// <param name="Means">Whether the group's mean may be shown, with its standard error.</param>
/// <param name="Protection">How much is hidden, and whether to withhold it all.</param>
public sealed record TableProtection(bool[] Sizes, bool[][] Cells, bool[] Means, Protection Protection)
{
    /// <summary>Show nothing new: what was shown before stays.</summary>
    public bool Withhold => Protection.Withhold;

    /// <summary>Of the sizes, counts and means the share that is hidden.</summary>
    public double ShareHidden => Protection.Hidden.Count == 0 ? 0 : Protection.Hidden.Count(h => h) / (double)Protection.Hidden.Count;

    /// <summary>This edition, once it is shown.</summary>
    public ShownEdition Shown(long[][] counts) => new(counts, Sizes, Cells, Means);
}

/// <summary>
/// Counts by group and option whose options add up to the group's size: a question's answers, cases by outcome, a table with its
/// totals (<see cref="Grouping.Cross"/>). Its reader also has the editions before it, so that what came between them is protected
/// like any other count.
/// </summary>
/// <param name="smallestGroup">k.</param>
/// <param name="groups">The groups and what is known of them.</param>
public sealed class TableFamily(int smallestGroup, Grouping groups)
{
    /// <summary>The editions that were shown, oldest first.</summary>
    public IReadOnlyList<ShownEdition> Earlier { get; init; } = [];

    /// <summary>Whether each group's size is shown or hidden, when that is decided already; a hidden group has no figures at all. Null: it is decided here.</summary>
    public bool[]? Sizes { get; init; }

    /// <summary>The first group's figures are shown elsewhere already: they are no longer decided, and bind everything else.</summary>
    public bool FirstIsKnown { get; init; }

    /// <summary>The numbers that the options stand for, when means of them are shown with their standard errors.</summary>
    public double[]? Worth { get; init; }

    /// <summary>The last option is what is left of the size ("did not choose it"): no figure, but a count all the same.</summary>
    public bool LastIsRest { get; init; }

    /// <summary>What each group's size is at most by what was shown elsewhere (all who answered anything); null: nothing is known.</summary>
    public long?[]? Most { get; init; }

    /// <summary>Decides what may be shown of these counts.</summary>
    /// <param name="counts">By group and option, from the beginning until now.</param>
    public TableProtection Protect(long[][] counts)
    {
        var problem = new DisclosureProblem(smallestGroup);
        var editions = Earlier.Select(e => e.Counts).Append(counts).ToList();
        var options = counts.Length == 0 ? 0 : counts[0].Length;

        // grown[e][g][o]: what came between two editions; until[e][g][o]: all that came until then.
        var grown = editions.Select((now, e) => Each((g, o) => LinearForm.Of(problem.Variable(now[g][o] - (e == 0 ? 0 : editions[e - 1][g][o]))))).ToList();
        var until = grown.Select((_, e) => Each((g, o) => LinearForm.Sum(grown.Take(e + 1).Select(x => x[g][o])))).ToList();
        foreach (var forms in grown) Relate(problem, forms);
        foreach (var forms in until) ProtectRests(problem, forms);
        foreach (var forms in grown.Skip(1))
        {
            ProtectRests(problem, forms);
            foreach (var group in forms)
            {
                problem.Protect(LinearForm.Sum(group));
                foreach (var cell in group) problem.Protect(cell);
            }
        }
        for (var g = 0; g < counts.Length; g++)
            if (Most?[g] is { } most) problem.AtMost(LinearForm.Sum(until[^1][g]), most);

        for (var e = 0; e < Earlier.Count; e++)
            Add(problem, until[e], g => State(Earlier[e].Sizes[g]), (g, o) => State(Earlier[e].Cells[g][o]), g => State(Earlier[e].Means?[g] ?? false));
        var first = problem.Figures.Count;
        Add(problem, until[^1], g => Sizes is null ? OfGroup(g) : State(Sizes[g]), (g, _) => OfGroup(g), OfGroup);

        var protection = DisclosureControl.Protect(problem);
        var hidden = protection.Hidden.Skip(first).ToList();
        var figures = hidden.GetEnumerator();
        bool Next() => figures.MoveNext() && !figures.Current;
        var (sizes, cells, means) = (new bool[counts.Length], new bool[counts.Length][], new bool[counts.Length]);
        for (var g = 0; g < counts.Length; g++)
        {
            sizes[g] = Next();
            cells[g] = [.. Enumerable.Range(0, options).Select(o => options == 1 ? sizes[g] : !IsRest(o) && Next())];
            means[g] = Worth is not null && Next();
        }
        return new(sizes, cells, means, protection with { Hidden = hidden });

        LinearForm[][] Each(Func<int, int, LinearForm> form) =>
            [.. Enumerable.Range(0, counts.Length).Select(g => Enumerable.Range(0, options).Select(o => form(g, o)).ToArray())];

        FigureState OfGroup(int g) => FirstIsKnown && g == 0 ? FigureState.Shown : Sizes is null || Sizes[g] ? FigureState.New : FigureState.Hidden;

        bool IsRest(int o) => LastIsRest && o == options - 1;

        void Add(DisclosureProblem to, LinearForm[][] forms, Func<int, FigureState> size, Func<int, int, FigureState> cell, Func<int, FigureState> mean)
        {
            for (var g = 0; g < forms.Length; g++)
            {
                // A total costs more than any of its parts: where one has to go, it is the part.
                to.Count(LinearForm.Sum(forms[g]), size(g));
                for (var o = 0; options > 1 && o < options; o++)
                    if (IsRest(o)) to.Protect(forms[g][o]);
                    else to.Count(forms[g][o], cell(g, o));
                if (Worth is not { } worth) continue;
                var sum = LinearForm.Sum(forms[g].Select((f, o) => worth[o] * f));
                var squares = LinearForm.Sum(forms[g].Select((f, o) => worth[o] * worth[o] * f));
                to.Other([sum, squares], LinearForm.Sum(forms[g]).At(to.Values), mean(g));
            }
        }
    }

    static FigureState State(bool shown) => shown ? FigureState.Shown : FigureState.Hidden;

    // What everybody knows holds of every option by itself, and of what came between two editions.
    void Relate(DisclosureProblem problem, LinearForm[][] forms)
    {
        for (var o = 0; forms.Length > 0 && o < forms[0].Length; o++)
        {
            foreach (var (whole, parts) in groups.Partitions) problem.Equal(forms[whole][o], LinearForm.Sum(parts.Select(p => forms[p][o])));
            foreach (var (whole, parts) in groups.Disjoint) problem.AtMost(LinearForm.Sum(parts.Select(p => forms[p][o])), forms[whole][o]);
            foreach (var (whole, part) in groups.Nested) problem.AtMost(forms[part][o], forms[whole][o]);
        }
    }

    // Those of a whole that are in none of its parts are a group like any other.
    void ProtectRests(DisclosureProblem problem, LinearForm[][] forms)
    {
        var rests = groups.Disjoint.Concat(groups.Nested.Select(n => (n.Whole, Parts: new[] { n.Part })));
        foreach (var (whole, parts) in rests)
        {
            var rest = forms[whole].Select((f, o) => f - LinearForm.Sum(parts.Select(p => forms[p][o]))).ToList();
            problem.Protect(LinearForm.Sum(rest));
            foreach (var option in rest) problem.Protect(option);
        }
    }
}
