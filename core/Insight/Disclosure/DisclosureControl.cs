namespace Cirm.Core.Insight.Disclosure;

/// <summary>
/// Hides what is needed, and no more than can be helped, so that nobody who reads everything shown can pin a count below k down to
/// an interval narrower than k. The attacker decides: for every such count the least and the greatest value that fit everything
/// shown are asked of a linear programme; where they are too near, the cheapest figure among those that bind them is hidden, and
/// the question is asked again. In the end hidden figures are shown again, the most valuable first, where that leaves every answer
/// wide enough. The same problem always gives the same answer.
/// </summary>
/// <remarks>
/// Fischetti, M. and Salazar-González, J. J. (2000), "Models and algorithms for optimizing cell suppression in tabular data with
/// linear constraints", JASA 95(451), 916-928; Hundepool, A. et al. (2012), Statistical Disclosure Control, chapter 4.
/// </remarks>
public sealed class DisclosureControl
{
    readonly DisclosureProblem problem;
    readonly Ranges ranges;
    readonly bool[] hidden;
    readonly bool[] mayHide;
    int programmes;

    DisclosureControl(DisclosureProblem problem)
    {
        this.problem = problem;
        ranges = new(problem);
        hidden = [.. problem.Figures.Select(f => f.State == FigureState.Hidden || (f.State == FigureState.New && IsSmall(f)))];
        mayHide = [.. problem.Figures.Select(f => f.State == FigureState.New && !IsSmall(f))];
    }

    bool IsSmall(Figure f) => f.IsCount && f.Forms[0].At(problem.Values) < problem.SmallestGroup;

    /// <summary>Decides which figures of a family are shown.</summary>
    public static Protection Protect(DisclosureProblem problem)
    {
        var control = new DisclosureControl(problem);
        var exposed = control.Hide();
        if (exposed.Count == 0) control.ShowAgain();
        return new(
            control.hidden,
            exposed,
            problem.Figures.Count(f => f.State == FigureState.New && control.IsSmall(f)),
            control.mayHide.Where((may, f) => may && control.hidden[f]).Count(),
            control.programmes);
    }

    List<Exposure> Hide()
    {
        var exposed = new List<Exposure>();
        var open = ranges.Narrow().ToList();
        while (open.Count > 0)
        {
            var now = new HashSet<int>();
            var still = new List<int>();
            foreach (var part in Parts.Of(problem, hidden, open))
            {
                using var programme = part.Programme();
                foreach (var pinned in Pinned(programme, part))
                {
                    if (pinned.Binding.Overlaps(now)) still.Add(pinned.Count); // what was hidden a moment ago may be enough
                    else if (Cheapest(pinned.Binding) is { } figure)
                    {
                        now.Add(figure);
                        still.Add(pinned.Count);
                    }
                    else if (pinned.High - pinned.Low < problem.SmallestGroup - 1e-6) exposed.Add(new(problem.Sensitive[pinned.Count], pinned.Low, pinned.High));
                }
                programmes += programme.Asked;
            }
            foreach (var figure in now) hidden[figure] = true;
            open = still;
        }
        return exposed;
    }

    int? Cheapest(IEnumerable<int> figures) =>
        figures.Where(f => mayHide[f] && !hidden[f]).OrderBy(f => problem.Figures[f].Cost).ThenByDescending(f => f).Select(f => (int?)f).FirstOrDefault(); // of two that are worth the same the part goes, which comes after its whole

    /// <summary>A count with too narrow a range, and the figures that make it so: one of them has to go.</summary>
    sealed record PinnedCount(int Count, double Low, double High, HashSet<int> Binding);

    /// <summary>Looks for tables that make the counts' ranges wide enough, and gives those counts for which there are none.</summary>
    IEnumerable<PinnedCount> Pinned(AttackersProgramme programme, Part part)
    {
        // Many at once, as long as that helps; then one at a time.
        for (var (before, now) = (int.MaxValue, part.Sensitive.Count(ranges.IsNarrow)); now is > 2 && now < before; (before, now) = (now, part.Sensitive.Count(ranges.IsNarrow)))
            ranges.Add(programme.Spread(LinearForm.Sum(part.Sensitive.Where(ranges.IsNarrow).Select(s => problem.Sensitive[s]))));
        foreach (var s in part.Sensitive)
        {
            if (!ranges.IsNarrow(s)) continue;
            var (up, down) = (problem.Sensitive[s], -1 * problem.Sensitive[s]);
            var (rise, raised) = programme.Greatest(up);
            var binding = programme.Binding(part.FixedBy).ToHashSet();
            ranges.Add(raised);
            if (!ranges.IsNarrow(s)) continue;
            var (fall, lowered) = programme.Greatest(down);
            binding.UnionWith(programme.Binding(part.FixedBy));
            ranges.Add(lowered);
            if (rise + fall >= problem.SmallestGroup - 1e-6)
            {
                // Wide enough in real numbers, not yet in persons.
                if (ranges.IsNarrow(s)) ranges.Add(programme.GreatestWhole(up));
                if (ranges.IsNarrow(s)) ranges.Add(programme.GreatestWhole(down));
                binding.UnionWith(programme.Figures(part.FixedBy));
            }
            var value = problem.Sensitive[s].At(problem.Values);
            if (ranges.IsNarrow(s)) yield return new(s, value - fall, value + rise, binding);
        }
    }

    void ShowAgain()
    {
        var mostValuableFirst = Enumerable.Range(0, hidden.Length).Where(f => mayHide[f] && hidden[f])
            .OrderByDescending(f => problem.Figures[f].Cost).ThenBy(f => f).ToList();
        foreach (var figure in mostValuableFirst)
        {
            hidden[figure] = false;
            ranges.Hold(problem.Figures[figure].Forms);
            if (AllWide([.. ranges.Narrow()])) continue;
            hidden[figure] = true;
            ranges.Release();
        }
    }

    bool AllWide(List<int> narrow)
    {
        foreach (var part in Parts.Of(problem, hidden, narrow))
        {
            using var programme = part.Programme();
            var failed = Pinned(programme, part).Any();
            programmes += programme.Asked;
            if (failed) return false;
        }
        return true;
    }
}
