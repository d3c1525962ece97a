namespace Cirm.Core.Insight.Disclosure;

/// <summary>How far each protected count is known to reach: other tables that fit everything shown are kept, and prove it.</summary>
sealed class Ranges
{
    readonly DisclosureProblem problem;
    readonly List<(int Count, double Coefficient)>[] countsOf; // by variable
    readonly List<(int Witness, double Step)>[] stepsOf;       // by variable
    readonly List<(int Witness, double Step)>[] reached;       // by count
    readonly List<List<int>> touches = [];                     // by witness: the counts that it moves
    readonly double[] lowest;
    readonly double[] highest;
    readonly HashSet<int> unfit = [];                          // witnesses that no longer fit
    List<int> held = [];                                       // those that would no longer fit

    public Ranges(DisclosureProblem problem)
    {
        this.problem = problem;
        countsOf = Lists<(int, double)>(problem.Values.Count);
        stepsOf = Lists<(int, double)>(problem.Values.Count);
        reached = Lists<(int, double)>(problem.Sensitive.Count);
        (lowest, highest) = (new double[reached.Length], new double[reached.Length]);
        for (var s = 0; s < reached.Length; s++)
            for (var t = 0; t < problem.Sensitive[s].Variables.Count; t++)
                countsOf[problem.Sensitive[s].Variables[t]].Add((s, problem.Sensitive[s].Coefficients[t]));
    }

    static List<T>[] Lists<T>(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<T>())];

    public bool IsNarrow(int count) => highest[count] - lowest[count] < problem.SmallestGroup;

    public IEnumerable<int> Narrow() => Enumerable.Range(0, reached.Length).Where(IsNarrow);

    public void Add(Witness? witness)
    {
        if (witness is null) return;
        var number = touches.Count;
        var moved = new SortedDictionary<int, double>();
        for (var i = 0; i < witness.Variables.Length; i++)
        {
            stepsOf[witness.Variables[i]].Add((number, witness.Steps[i]));
            foreach (var (count, coefficient) in countsOf[witness.Variables[i]])
                moved[count] = moved.GetValueOrDefault(count) + (coefficient * witness.Steps[i]);
        }
        foreach (var (count, step) in moved)
        {
            reached[count].Add((number, step));
            Widen(count, step);
        }
        touches.Add([.. moved.Keys]);
    }

    /// <summary>Tries to show something: the tables in which it would be another no longer count.</summary>
    public void Hold(IReadOnlyList<LinearForm> shown)
    {
        var moves = new HashSet<int>();
        foreach (var form in shown)
        {
            var by = new Dictionary<int, double>();
            for (var t = 0; t < form.Variables.Count; t++)
                foreach (var (witness, step) in stepsOf[form.Variables[t]])
                    by[witness] = by.GetValueOrDefault(witness) + (form.Coefficients[t] * step);
            moves.UnionWith(by.Where(m => Math.Abs(m.Value) > 1e-9).Select(m => m.Key));
        }
        held = [.. moves.Except(unfit).Order()];
        unfit.UnionWith(held);
        Measure();
    }

    /// <summary>It stays hidden after all.</summary>
    public void Release()
    {
        unfit.ExceptWith(held);
        Measure();
    }

    void Measure()
    {
        foreach (var count in held.SelectMany(w => touches[w]).Distinct())
        {
            (lowest[count], highest[count]) = (0, 0);
            foreach (var (witness, step) in reached[count])
                if (!unfit.Contains(witness)) Widen(count, step);
        }
    }

    void Widen(int count, double step)
    {
        lowest[count] = Math.Min(lowest[count], step);
        highest[count] = Math.Max(highest[count], step);
    }
}
