using Google.OrTools.LinearSolver;

namespace Cirm.Core.Insight.Disclosure;

/// <summary>What shown figures and relations leave open, taken as steps away from the true values: nothing has moved in what is shown.</summary>
/// <param name="Step">Coefficients of the variables that are still open.</param>
/// <param name="Slack">How far the form may rise; 0 and <see cref="Exactly"/> for what is shown.</param>
/// <param name="Exactly">It may neither rise nor fall.</param>
/// <param name="Figure">Which figure says so; -1 for a relation.</param>
/// <param name="Form">The whole form.</param>
sealed record Row(LinearForm Step, double Slack, bool Exactly, int Figure, LinearForm Form);

/// <summary>Another table of whole numbers that fits everything shown, by its steps away from the true one.</summary>
sealed record Witness(int[] Variables, double[] Steps);

/// <summary>
/// The linear programme of somebody who has read everything shown (the attacker's sub-problem of Fischetti and Salazar-González
/// 2000) over one independent part of the variables. GLOP keeps its basis from one question to the next.
/// </summary>
sealed class AttackersProgramme : IDisposable
{
    /// <summary>How far a count is followed upwards, in multiples of k: farther than that no count has to be hidden.</summary>
    const double Reach = 100;

    readonly Solver solver = Solver.CreateSolver("GLOP");
    readonly Variable[] steps;
    readonly Constraint[] constraints;
    readonly int[] variables;
    readonly Dictionary<int, int> places = [];
    readonly IReadOnlyList<Row> rows;
    readonly IReadOnlyList<long> values;
    readonly int k;
    LinearForm? asked;
    Solver? whole;
    Variable[] wholeSteps = [];

    public AttackersProgramme(IReadOnlyList<int> variables, IReadOnlyList<Row> rows, IReadOnlyList<long> values, int k)
    {
        (this.variables, this.rows, this.values, this.k) = ([.. variables], rows, values, k);
        solver.SetSolverSpecificParametersAsString("use_preprocessing: false");
        for (var i = 0; i < variables.Count; i++) places[variables[i]] = i;
        (steps, constraints) = Make(solver, (low, high) => solver.MakeNumVar(low, high, ""));
    }

    (Variable[] Steps, Constraint[] Constraints) Make(Solver with, Func<double, double, Variable> variable)
    {
        Variable[] made = [.. variables.Select(v => variable(-values[v], Reach * k))];
        var held = new Constraint[rows.Count];
        for (var r = 0; r < held.Length; r++)
        {
            held[r] = with.MakeConstraint(rows[r].Exactly ? 0 : double.NegativeInfinity, rows[r].Slack, "");
            for (var t = 0; t < rows[r].Step.Variables.Count; t++) held[r].SetCoefficient(made[places[rows[r].Step.Variables[t]]], rows[r].Step.Coefficients[t]);
        }
        return (made, held);
    }

    /// <summary>How many questions were asked.</summary>
    public int Asked { get; private set; }

    /// <summary>How far a form may rise above its true value.</summary>
    /// <returns>By how much, and a table in which it does, if the solver found one of whole numbers.</returns>
    public (double Rise, Witness? Table) Greatest(LinearForm form)
    {
        asked = Solve(solver, steps, form) == Solver.ResultStatus.OPTIMAL ? form : null;
        return asked is null ? (0, null) : (solver.Objective().Value(), Read(steps));
    }

    /// <summary>A table in which many forms are greater than they are, none by much more than k.</summary>
    public Witness? Spread(LinearForm form)
    {
        foreach (var step in steps) step.SetUb(k);
        var found = Greatest(form).Table;
        foreach (var step in steps) step.SetUb(Reach * k);
        return found;
    }

    /// <summary>A table of whole numbers in which a form is about as great as can be: for those few forms whose greatest value is one of fractions.</summary>
    public Witness? GreatestWhole(LinearForm form)
    {
        if (whole is null)
        {
            whole = Solver.CreateSolver("SCIP");
            whole.SetSolverSpecificParametersAsString("limits/nodes = 1000\nlimits/gap = 0.25");
            wholeSteps = Make(whole, (low, high) => whole.MakeIntVar(low, high, "")).Steps;
        }
        return Solve(whole, wholeSteps, form) is Solver.ResultStatus.OPTIMAL or Solver.ResultStatus.FEASIBLE ? Read(wholeSteps) : null;
    }

    Solver.ResultStatus Solve(Solver with, Variable[] of, LinearForm form)
    {
        Asked++;
        with.Objective().Clear();
        for (var t = 0; t < form.Variables.Count; t++)
            if (places.TryGetValue(form.Variables[t], out var place)) with.Objective().SetCoefficient(of[place], form.Coefficients[t]);
        with.Objective().SetMaximization();
        return with.Solve();
    }

    /// <summary>Without which of the figures the last answer could have been greater: those with a dual value.</summary>
    /// <param name="fixedBy">For a variable that is not open, the figures that show it.</param>
    public IEnumerable<int> Binding(IReadOnlyDictionary<int, List<int>> fixedBy)
    {
        if (asked is null) return Figures(fixedBy);
        var reduced = new Dictionary<int, double>();
        var binding = new List<int>();
        for (var t = 0; t < asked.Variables.Count; t++) Add(asked.Variables[t], asked.Coefficients[t]);
        for (var r = 0; r < constraints.Length; r++)
        {
            var dual = constraints[r].DualValue();
            if (Math.Abs(dual) < 1e-7) continue;
            if (rows[r].Figure >= 0) binding.Add(rows[r].Figure);
            for (var t = 0; t < rows[r].Form.Variables.Count; t++) Add(rows[r].Form.Variables[t], -dual * rows[r].Form.Coefficients[t]);
        }
        return binding.Concat(reduced.Where(r => Math.Abs(r.Value) > 1e-7).SelectMany(r => fixedBy[r.Key]));

        void Add(int variable, double by)
        {
            if (fixedBy.ContainsKey(variable)) reduced[variable] = reduced.GetValueOrDefault(variable) + by;
        }
    }

    /// <summary>Every figure that says something here.</summary>
    public IEnumerable<int> Figures(IReadOnlyDictionary<int, List<int>> fixedBy) =>
        rows.SelectMany(r => r.Form.Variables.SelectMany(v => fixedBy.GetValueOrDefault(v) ?? []).Append(r.Figure)).Where(f => f >= 0);

    // Only a table of whole numbers is one that could exist, and proves something; whether it fits is checked without the solver's tolerances.
    Witness? Read(Variable[] from)
    {
        var moved = new List<int>();
        var by = new List<double>();
        for (var i = 0; i < from.Length; i++)
        {
            var (step, rounded) = (from[i].SolutionValue(), Math.Round(from[i].SolutionValue()));
            if (Math.Abs(step - rounded) > 1e-5) return null;
            if (rounded == 0) continue;
            moved.Add(variables[i]);
            by.Add(rounded);
        }
        return Fits(moved, by) ? new([.. moved], [.. by]) : null;
    }

    bool Fits(List<int> moved, List<double> by)
    {
        var step = new Dictionary<int, double>();
        for (var i = 0; i < by.Count; i++) step[moved[i]] = by[i];
        if (step.Any(s => values[s.Key] + s.Value < 0)) return false;
        foreach (var row in rows)
        {
            var sum = 0.0;
            for (var t = 0; t < row.Step.Variables.Count; t++) sum += row.Step.Coefficients[t] * step.GetValueOrDefault(row.Step.Variables[t]);
            var leeway = 1e-9 * (1 + Math.Abs(row.Slack));
            if (sum > row.Slack + leeway || (row.Exactly && sum < -leeway)) return false;
        }
        return true;
    }

    public void Dispose()
    {
        solver.Dispose();
        whole?.Dispose();
    }
}
