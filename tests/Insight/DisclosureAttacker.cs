using Google.OrTools.LinearSolver;

namespace Cirm.Tests.Insight;

/// <summary>
/// Somebody who has read everything that was shown, and can add. Written apart from what it attacks: it is told published numbers
/// and public facts by name, and answers within which bounds a count lies, in real numbers or in whole ones.
/// </summary>
sealed class DisclosureAttacker(bool whole = false) : IDisposable
{
    readonly Solver solver = Solver.CreateSolver(whole ? "SCIP" : "GLOP");
    readonly Dictionary<string, Variable> counts = [];

    /// <summary>A number was read: a sum of counts.</summary>
    public void Reads(double number, params string[] counts) => Add(counts, [], null, number, number);

    /// <summary>A weighted sum was read.</summary>
    public void Reads(double number, string[] counts, double[] times) => Add(counts, [], times, number, number);

    /// <summary>Parts make up a whole.</summary>
    public void KnowsParts(string whole, params string[] parts) => Add(parts, [whole], null, 0, 0);

    /// <summary>Parts lie in a whole and do not overlap.</summary>
    public void KnowsWithin(string whole, params string[] parts) => Add(parts, [whole], null, double.NegativeInfinity, 0);

    void Add(string[] plus, string[] minus, double[]? times, double low, double high)
    {
        var constraint = solver.MakeConstraint(low, high);
        // The same count may come twice in a sum: coefficients add up.
        for (var i = 0; i < plus.Length; i++) constraint.SetCoefficient(Count(plus[i]), constraint.GetCoefficient(Count(plus[i])) + (times?[i] ?? 1));
        foreach (var name in minus) constraint.SetCoefficient(Count(name), constraint.GetCoefficient(Count(name)) - 1);
    }

    Variable Count(string name) =>
        counts.TryGetValue(name, out var count) ? count : counts[name] = whole ? solver.MakeIntVar(0, 1e6, name) : solver.MakeNumVar(0, 1e6, name);

    /// <summary>What a sum of counts less another is at least and at most.</summary>
    public (double Low, double High) Bounds(string[] plus, params string[] minus)
    {
        solver.Objective().Clear();
        foreach (var name in plus) solver.Objective().SetCoefficient(Count(name), 1);
        foreach (var name in minus) solver.Objective().SetCoefficient(Count(name), -1);
        solver.Objective().SetMinimization();
        Assert.Equal(Solver.ResultStatus.OPTIMAL, solver.Solve());
        var low = solver.Objective().Value();
        solver.Objective().SetMaximization();
        Assert.Equal(Solver.ResultStatus.OPTIMAL, solver.Solve());
        return (low, solver.Objective().Value());
    }

    /// <summary>A count below k must not be pinned down to an interval narrower than k.</summary>
    public void CannotPin(int k, string[] plus, params string[] minus)
    {
        var (low, high) = Bounds(plus, minus);
        Assert.True(high - low >= k - 1e-6, $"{string.Join('+', plus)}-{string.Join('-', minus)} lies between {low} and {high}: narrower than {k}");
    }

    public void Dispose() => solver.Dispose();
}
