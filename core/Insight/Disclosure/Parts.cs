namespace Cirm.Core.Insight.Disclosure;

/// <summary>Variables that hang together by what is shown and known, with the counts whose range is asked for.</summary>
sealed record Part(DisclosureProblem Problem, List<int> Variables, List<Row> Rows, List<int> Sensitive, IReadOnlyDictionary<int, List<int>> FixedBy)
{
    public AttackersProgramme Programme() => new(Variables, Rows, Problem.Values, Problem.SmallestGroup);
}

/// <summary>Takes a problem apart: what is shown by itself is known, and what does not hang together is asked apart.</summary>
static class Parts
{
    /// <summary>The parts in which some of these counts lie.</summary>
    public static IReadOnlyList<Part> Of(DisclosureProblem problem, bool[] hidden, IReadOnlyList<int> open)
    {
        var said = new List<(LinearForm Form, double Slack, bool Exactly, int Figure)>();
        for (var f = 0; f < problem.Figures.Count; f++)
            if (!hidden[f])
                foreach (var form in problem.Figures[f].Forms) said.Add((form, 0, true, f));
        foreach (var r in problem.Relations) said.Add((r.Form, r.Exactly ? 0 : Math.Max(0, r.Bound - r.Form.At(problem.Values)), r.Exactly, -1));

        var fixedBy = new Dictionary<int, List<int>>();
        foreach (var (form, _, exactly, figure) in said)
        {
            if (!exactly || form.Variables.Count != 1) continue;
            if (!fixedBy.TryGetValue(form.Variables[0], out var by)) fixedBy[form.Variables[0]] = by = [];
            if (figure >= 0) by.Add(figure);
        }

        var together = new Groups(problem.Values.Count);
        var rows = new List<Row>();
        foreach (var (form, slack, exactly, figure) in said)
        {
            var step = Open(form);
            if (step.Variables.Count == 0) continue;
            rows.Add(new(step, slack, exactly, figure, form));
            together.Join(step.Variables);
        }
        foreach (var s in open) together.Join(Open(problem.Sensitive[s]).Variables);

        var parts = new SortedDictionary<int, Part>();
        foreach (var s in open)
        {
            var root = Open(problem.Sensitive[s]).Variables is { Count: > 0 } variables ? together.Root(variables[0]) : -1;
            if (!parts.TryGetValue(root, out var part)) parts[root] = part = new(problem, [], [], [], fixedBy);
            part.Sensitive.Add(s);
        }
        for (var v = 0; v < problem.Values.Count; v++)
            if (!fixedBy.ContainsKey(v) && parts.TryGetValue(together.Root(v), out var part)) part.Variables.Add(v);
        foreach (var row in rows)
            if (parts.TryGetValue(together.Root(row.Step.Variables[0]), out var part)) part.Rows.Add(row);
        return [.. parts.Values];

        LinearForm Open(LinearForm form) =>
            form.Variables.Any(fixedBy.ContainsKey) ? LinearForm.Of(form.Variables.Zip(form.Coefficients).Where(t => !fixedBy.ContainsKey(t.First))) : form;
    }

    /// <summary>Which numbers belong together (union and find).</summary>
    sealed class Groups(int count)
    {
        readonly int[] parent = [.. Enumerable.Range(0, count)];

        public int Root(int i)
        {
            while (parent[i] != i) i = parent[i] = parent[parent[i]];
            return i;
        }

        public void Join(IReadOnlyList<int> members)
        {
            for (var i = 1; i < members.Count; i++)
            {
                var (a, b) = (Root(members[0]), Root(members[i]));
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }
        }
    }
}
